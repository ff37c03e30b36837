//! A check of a receipt, out of what it came to in each combination of code and tests.

use std::collections::BTreeMap;

use super::{Cell, Checked, Confinement, TestStanding, kind_of_check};
use crate::check::CheckKind;
use crate::check::results::compare::{Changed, Comparison, Grid, Run, Seen, Standing};
use crate::check::results::name::leaf_of;
use crate::check::results::{TestName, TestState};
use crate::claim::{Ending, Rerun};
use crate::limits;
use crate::review::CheckOutcome;

/// What a check came to in one combination of code and tests.
#[derive(Debug, Clone, Default)]
pub struct Ran {
    /// What it came to; none where it was not run.
    pub outcome: Option<CheckOutcome>,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// Why it was not run or could not be, or what it said last.
    pub words: Option<String>,
    /// How long it ran, in milliseconds.
    pub duration_ms: Option<u64>,
    /// The name of its log.
    pub log: Option<String>,
    /// Each run of it that came to an end; more than one where it failed.
    pub runs: Vec<Run>,
    /// What held it while it ran.
    pub confinement: Option<Confinement>,
}

/// What a check came to in each combination.
#[derive(Debug, Clone, Copy)]
pub struct RanGrid<'a> {
    /// The command.
    pub command: &'a str,
    /// In each combination.
    pub ran: Grid<&'a Ran>,
    /// Which tests the work changed.
    pub changed: Changed<'a>,
    /// The work changes nothing but tests: on which code they ran says nothing then.
    pub is_same_code: bool,
}

/// Standings of which something is to be said, the weightiest first.
const TOLD: [Standing; 11] = [
    Standing::Regressed,
    Standing::Bent,
    Standing::SkippedNow,
    Standing::Removed,
    Standing::Flaky,
    Standing::Failing,
    Standing::Vacuous,
    Standing::WeakProof,
    Standing::Proves,
    Standing::Fixed,
    Standing::BrokenBefore,
];

impl Ran {
    fn cell(&self) -> Cell {
        let results = self.runs.first().and_then(|run| run.results.as_ref());
        let count = |state| results.map(|results| results.count(state));
        let errors = results.into_iter().flat_map(|results| &results.errors);
        Cell {
            outcome: self.outcome,
            exit_code: self.exit_code,
            words: self.words.clone(),
            duration_ms: self.duration_ms,
            log: self.log.clone(),
            passed: count(TestState::Passed),
            failed: count(TestState::Failed),
            errors: errors
                .map(|error| error.words.clone())
                .take(limits::RECEIPT_RUN_ERRORS)
                .collect(),
            times: u32::try_from(self.runs.len()).unwrap_or(u32::MAX),
        }
    }

    /// Its end, of which `seen` tells how each test showed itself here.
    fn ending(&self, compared: &Comparison, seen: fn(&Grid<Seen>) -> Seen) -> Ending {
        let Some(first) = self.runs.first() else { return Ending::Unknown };
        let code = self.exit_code.unwrap_or(i32::from(!first.succeeded));
        let whole = seen(&compared.check.seen);
        let by_code = || match whole {
            // Once so and once so: its code says nothing.
            Seen::Mixed => Ending::Unknown,
            _ => Ending::Code { code },
        };
        let Some(results) = &first.results else { return by_code() };
        let with =
            |state: Seen| compared.tests.iter().filter(move |(_, test)| seen(&test.seen) == state);
        let mut failed: Vec<String> =
            with(Seen::Failed).map(|(name, _)| name.to_string()).collect();
        failed.extend(
            results
                .errors
                .iter()
                .filter(|_| !first.succeeded)
                .map(|error| error.within.clone().unwrap_or_else(|| error.words.clone())),
        );
        let passed = u32::try_from(with(Seen::Passed).count()).unwrap_or(u32::MAX);
        let is_explained = first.succeeded || !failed.is_empty() || with(Seen::Mixed).count() > 0;
        if results.tests.is_empty() || !is_explained {
            return by_code();
        }
        Ending::Named { failed, passed }
    }
}

impl RanGrid<'_> {
    /// What the runs tell of each test.
    #[must_use]
    pub fn compare(&self) -> Comparison {
        let Grid { base_base, new_base, base_new, new_new } = self.ran;
        let runs = Grid {
            base_base: base_base.runs.as_slice(),
            new_base: &new_base.runs,
            base_new: &base_new.runs,
            new_new: &new_new.runs,
        };
        let mut compared = Comparison::of(&runs, self.changed);
        settle_moved(&mut compared);
        if self.is_same_code {
            for test in compared.tests.values_mut() {
                // A new test has no other code to fail on. One that failed, and was rewritten until it passes, has.
                if test.standing == Standing::Vacuous && test.seen.base_base != Seen::Failed {
                    test.standing = Standing::NotChecked;
                }
            }
        }
        compared
    }

    /// What the check came to, as a receipt has it.
    #[must_use]
    pub fn checked(&self, compared: &Comparison) -> Checked {
        let ran = &self.ran;
        let mut totals: BTreeMap<Standing, u32> = BTreeMap::new();
        for test in compared.tests.values() {
            *totals.entry(test.standing).or_default() += 1;
        }
        let all: usize = TOLD.iter().map(|standing| compared.count(*standing)).sum();
        let told = TOLD.iter().flat_map(|standing| compared.with(*standing));
        let tests: Vec<TestStanding> = told
            .take(limits::RECEIPT_TESTS)
            .map(|(name, test)| TestStanding {
                name: name.to_string(),
                standing: test.standing,
                seen: test.seen,
                file: test.file.clone(),
                failure: test.failure.clone(),
            })
            .collect();
        Checked {
            command: self.command.to_owned(),
            kind: kind_of_check(self.command),
            cells: Grid {
                base_base: ran.base_base.cell(),
                new_base: ran.new_base.cell(),
                base_new: ran.base_new.cell(),
                new_new: ran.new_new.cell(),
            },
            standing: compared.check.standing,
            totals,
            left_out: u32::try_from(all - tests.len()).unwrap_or(u32::MAX),
            tests,
            base: compared.base,
            new: compared.new,
            confinement: ran.each().into_iter().rev().find_map(|ran| ran.confinement.clone()),
        }
    }

    /// The check as claims are held against it: as it ends on the base with the base's tests, and on the work. `None`
    /// where it was not run on the work.
    #[must_use]
    pub fn rerun(&self, compared: &Comparison) -> Option<Rerun> {
        let work = self.ran.new_new.ending(compared, |seen| seen.new_new);
        if work == Ending::Unknown {
            return None;
        }
        Some(Rerun {
            command: self.command.to_owned(),
            // What no word tells is what most checks are.
            check: kind_of_check(self.command).unwrap_or(CheckKind::Test),
            base: self.ran.base_base.ending(compared, |seen| seen.base_base),
            work,
        })
    }
}

/// Tests of one name that are gone here and pass there on both codes have moved, and hold.
fn settle_moved(compared: &mut Comparison) {
    let mut by_leaf: BTreeMap<&str, (Vec<TestName>, Vec<TestName>)> = BTreeMap::new();
    for (name, _) in compared.with(Standing::Removed) {
        by_leaf.entry(leaf_of(name.without_parameters())).or_default().0.push(name.clone());
    }
    for (name, test) in compared.with(Standing::Vacuous) {
        if test.seen.base_base == Seen::Absent
            && let Some((_, come)) = by_leaf.get_mut(leaf_of(name.without_parameters()))
        {
            come.push(name.clone());
        }
    }
    let moved = by_leaf.into_values().filter(|(gone, come)| gone.len() == come.len());
    let moved: Vec<TestName> =
        moved.flat_map(|(gone, come)| gone.into_iter().chain(come)).collect();
    for name in moved {
        if let Some(test) = compared.tests.get_mut(&name) {
            test.standing = Standing::Holds;
        }
    }
}

#[cfg(test)]
mod tests;
