//! What runs of checks show about the proof of a change: tests that prove nothing, that were bent, or that do not run.

use std::collections::BTreeMap;

use super::run_places::Places;
use super::{Candidate, Cell, Checked, Finding, Rule, Spot};
use crate::check::CheckKind;
use crate::check::results::TestName;
use crate::check::results::compare::{Compared, Comparison, Standing};
use crate::check::results::name::leaf_of;
use crate::limits;
use crate::review::CheckOutcome;
use crate::text::one_line;

/// Runs of checks, with what is known without them.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunsToJudge<'a> {
    /// The checks.
    pub checked: &'a [Checked],
    /// All tests of each, in the same order.
    pub comparisons: &'a [Comparison],
    /// Expectations that the change rewrote.
    pub candidates: &'a [Candidate],
    /// What the rules found in the change itself: it is not told twice.
    pub of_change: &'a [Finding],
    /// Paths and texts, as the work leaves them, of changed files: tests are looked up in them.
    pub files: &'a [(&'a str, &'a str)],
}

/// What the runs show, by rule and then by test.
#[must_use]
pub fn findings_of_runs(runs: &RunsToJudge<'_>) -> Vec<Finding> {
    let places = Places::of(runs.files);
    let mut found = Vec::new();
    for (checked, compared) in runs.checked.iter().zip(runs.comparisons) {
        let judging = Judging { runs, checked, compared, places: &places };
        judging.regressed(&mut found);
        judging.bent(&mut found);
        judging.skipped(&mut found);
        judging.fewer(&mut found);
        judging.vacuous(&mut found);
        judging.green_with_errors(&mut found);
    }
    // Two checks may run the same tests.
    let mut told: Vec<Finding> = Vec::new();
    for finding in found {
        if !told.contains(&finding) {
            told.push(finding);
        }
    }
    told
}

struct Judging<'a> {
    runs: &'a RunsToJudge<'a>,
    checked: &'a Checked,
    compared: &'a Comparison,
    places: &'a Places<'a>,
}

/// A test, or all cases of one.
struct Cases<'a> {
    /// Its name without the parameters of a case.
    name: &'a str,
    first: &'a Compared,
}

impl<'a> Judging<'a> {
    /// The tests that stand so, the cases of one as one.
    fn with(&self, standing: Standing) -> Vec<Cases<'a>> {
        let mut all: Vec<Cases<'a>> = Vec::new();
        for (name, first) in self.compared.with(standing) {
            let name = name.without_parameters();
            if all.last().is_none_or(|last| last.name != name) {
                all.push(Cases { name, first });
            }
        }
        all
    }

    /// What passed on the base and fails now, test by test; the check as a whole where no test is known by name.
    fn regressed(&self, found: &mut Vec<Finding>) {
        let tests = self.with(Standing::Regressed);
        for test in tests.iter().take(limits::RUN_FINDINGS) {
            let leaf = leaf_of(test.name);
            let told =
                test.first.failure.as_deref().map(telling_line).filter(|told| !told.is_empty());
            let words = match told {
                Some(told) => format!("`{leaf}` passes on the base and fails now: {told}"),
                None => format!("`{leaf}` passes on the base and fails now."),
            };
            found.push(self.finding(Rule::Regressed, test, words));
        }
        if tests.is_empty()
            && self.compared.tests.is_empty()
            && self.compared.check.standing == Standing::Regressed
        {
            let command = one_line(&self.checked.command);
            let words = format!("`{command}` passes on the base and fails now.");
            found.push(Finding {
                rule: Rule::Regressed,
                spot: None,
                words,
                before: String::new(),
                after: String::new(),
                sources: Vec::new(),
            });
        }
    }

    /// Old expectations that fail on the new code, and were rewritten.
    fn bent(&self, found: &mut Vec<Finding>) {
        for test in self.with(Standing::Bent).into_iter().take(limits::RUN_FINDINGS) {
            let leaf = leaf_of(test.name);
            let words = format!(
                "`{leaf}`, as it was, fails on the new code; it was rewritten, and passes."
            );
            let own: Vec<&Finding> = self
                .runs
                .candidates
                .iter()
                .filter(|candidate| {
                    is_of(test.name, &candidate.test) && self.is_in_file(&test, &candidate.finding)
                })
                .map(|candidate| &candidate.finding)
                .collect();
            let joined = |of: fn(&Finding) -> &str| {
                own.iter()
                    .map(|finding| of(finding))
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            if let Some(first) = own.first() {
                found.push(Finding {
                    words,
                    before: joined(|finding| &finding.before),
                    after: joined(|finding| &finding.after),
                    ..(*first).clone()
                });
                continue;
            }
            if self.is_told(leaf, &WEAKENED) {
                continue;
            }
            let told = test.first.failure.as_deref().map(telling_line);
            let words = match told {
                Some(told) => format!("{words} As it was, it tells: {told}"),
                None => words,
            };
            found.push(self.finding(Rule::ExpectationRewritten, &test, words));
        }
    }

    /// Tests that ran before and are skipped, where the change itself does not say so.
    fn skipped(&self, found: &mut Vec<Finding>) {
        let untold = self.with(Standing::SkippedNow).into_iter();
        let untold = untold.filter(|test| !self.is_told(leaf_of(test.name), &[Rule::TestSkipped]));
        for test in untold.take(limits::RUN_FINDINGS) {
            let words = format!("`{}` ran on the base, and is skipped now.", leaf_of(test.name));
            found.push(self.finding(Rule::TestSkipped, &test, words));
        }
    }

    /// Fewer tests than on the base, for which no other finding accounts.
    fn fewer(&self, found: &mut Vec<Finding>) {
        let Some((base, new)) = self.compared.fewer_tests() else { return };
        let is_told = |name: &TestName, rule: Rule| {
            let leaf = leaf_of(name.without_parameters());
            self.is_told(leaf, &[rule]) || self.is_gone_with_its_file(name)
        };
        let removed: Vec<&TestName> =
            self.compared.with(Standing::Removed).map(|(name, _)| name).collect();
        // Those that are skipped have findings of their own.
        let skipped = self.compared.count(Standing::SkippedNow);
        let untold: Vec<&&TestName> =
            removed.iter().filter(|name| !is_told(name, Rule::TestDeleted)).collect();
        let explained = removed.len() - untold.len() + skipped;
        if explained >= (base - new) as usize {
            return;
        }
        let command = one_line(&self.checked.command);
        let gone = match untold.as_slice() {
            [] => String::new(),
            names => format!(" Not among them: {}.", named(names.iter().map(|name| name.as_str()))),
        };
        let words = format!("`{command}` ran {} on the base, and runs {new}.{gone}", tests(base));
        found.push(Finding {
            rule: Rule::FewerTests,
            spot: None,
            words,
            before: String::new(),
            after: String::new(),
            sources: Vec::new(),
        });
    }

    /// New tests that pass on the base's code, too; many of a file are told as one.
    fn vacuous(&self, found: &mut Vec<Finding>) {
        let mut by_file: BTreeMap<Option<String>, Vec<Cases<'a>>> = BTreeMap::new();
        for test in self.with(Standing::Vacuous) {
            let file = self.spot(&test).map(|spot| spot.path);
            by_file.entry(file).or_default().push(test);
        }
        for tests in by_file.values().take(limits::RUN_FINDINGS) {
            let (Some(first), count) = (tests.first(), tests.len()) else { continue };
            if count > limits::NAMED_TESTS {
                let names = named(tests.iter().map(|test| leaf_of(test.name)));
                let words =
                    format!("{names} pass on the base's code, too: they do not show what changed.");
                let spot = self.spot(first).map(|spot| Spot { line: None, ..spot });
                found.push(Finding { spot, ..self.finding(Rule::VacuousTest, first, words) });
                continue;
            }
            for test in tests {
                let leaf = leaf_of(test.name);
                let words = format!(
                    "`{leaf}` passes on the base's code, too: it does not show what changed."
                );
                found.push(self.finding(Rule::VacuousTest, test, words));
            }
        }
    }

    /// Exit code 0 beside what says otherwise.
    fn green_with_errors(&self, found: &mut Vec<Finding>) {
        let Checked { cells, command, kind, .. } = self.checked;
        let Cell { outcome, errors, failed, .. } = &cells.new_new;
        if *outcome != Some(CheckOutcome::Passed) {
            return;
        }
        let command = one_line(command);
        let ran_nothing = self.compared.new.is_some_and(|new| new.collected == 0)
            && *kind == Some(CheckKind::Test)
            && self.compared.fewer_tests().is_none();
        let words = match (failed, errors.first()) {
            (Some(failed), _) if *failed > 0 => {
                format!("`{command}` ends well though {} failed.", tests(*failed))
            }
            (_, Some(error)) => {
                format!("`{command}` ends well with an error: {}", first_line(error))
            }
            _ if ran_nothing => format!("`{command}` ends well and runs no test."),
            _ => return,
        };
        found.push(Finding {
            rule: Rule::GreenWithErrors,
            spot: None,
            words,
            before: String::new(),
            after: String::new(),
            sources: Vec::new(),
        });
    }

    fn finding(&self, rule: Rule, test: &Cases<'_>, words: String) -> Finding {
        Finding {
            rule,
            spot: self.spot(test),
            words,
            before: String::new(),
            after: String::new(),
            sources: Vec::new(),
        }
    }

    fn spot(&self, test: &Cases<'_>) -> Option<Spot> {
        self.places.spot(leaf_of(test.name), test.first.file.as_deref())
    }

    /// Whether the change itself tells one of these rules of a test.
    fn is_told(&self, leaf: &str, rules: &[Rule]) -> bool {
        let named = format!("`{leaf}`");
        self.runs
            .of_change
            .iter()
            .any(|finding| rules.contains(&finding.rule) && finding.words.contains(&named))
    }

    /// Whether the change tells that the file of a test is gone, with all that stood in it.
    fn is_gone_with_its_file(&self, name: &TestName) -> bool {
        let file = self.compared.tests.get(name).and_then(|test| test.file.as_deref());
        self.runs.of_change.iter().any(|finding| {
            let Some(spot) = &finding.spot else { return false };
            let is_its = file.map_or_else(
                || name.as_str().contains(&spot.path),
                |file| is_same_file(file, &spot.path),
            );
            finding.rule == Rule::TestDeleted
                && finding.after.is_empty()
                && finding.before.is_empty()
                && is_its
        })
    }

    fn is_in_file(&self, test: &Cases<'_>, finding: &Finding) -> bool {
        match (test.first.file.as_deref(), &finding.spot) {
            (Some(file), Some(spot)) => is_same_file(file, &spot.path),
            _ => true,
        }
    }
}

/// Rules that say of a test that it says less than it did.
const WEAKENED: [Rule; 4] =
    [Rule::AssertionWeakened, Rule::ToleranceWidened, Rule::SnapshotRewritten, Rule::TestSkipped];

/// A check may run in a folder of the repository, and name files from there.
fn is_same_file(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() < other.len() { (other, one) } else { (one, other) };
    long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// Whether a runner's name is that of the test with this path of groups.
fn is_of(name: &str, path: &str) -> bool {
    let leaf = path.rsplit(" › ").next().unwrap_or(path);
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    !leaf.is_empty()
        && name.match_indices(leaf).any(|(at, _)| {
            let (before, after) = (&name[..at], &name[at + leaf.len()..]);
            let ends = after.is_empty() || after.starts_with('/') || after.starts_with(" (");
            ends && is_edge(before.chars().next_back())
        })
}

/// The first line that says something: runners write the message of an error below a line that only announces it.
fn telling_line(text: &str) -> String {
    let announces = |line: &&str| line.ends_with("|-") || line.ends_with('|') || *line == "---";
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut lines = lines.filter(|line| !announces(line));
    let first = lines.next().unwrap_or_default();
    match lines.next().filter(|_| first.ends_with(':')) {
        Some(second) => format!("{first} {second}"),
        None => first.to_owned(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

fn tests(count: u32) -> String {
    if count == 1 { "1 test".to_owned() } else { format!("{count} tests") }
}

/// The first of the names, and how many there are beside.
fn named<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let count = names.len();
    let mut told: Vec<String> =
        names.take(limits::NAMED_TESTS).map(|name| format!("`{name}`")).collect();
    match count.saturating_sub(told.len()) {
        0 => {}
        more => told.push(format!("{more} more")),
    }
    match told.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => told.join(""),
    }
}

#[cfg(test)]
mod tests;
