//! What a check came to, by the names of its tests: read from what runners print and from the reports they write.

mod cargo;
pub mod compare;
mod compile;
mod go;
mod jest;
mod json;
mod junit;
mod lines;
mod mocha;
pub(crate) mod name;
mod nextest;
mod node;
mod pytest;
pub mod reporter;
mod tap;
mod told;
mod unittest;
mod vitest;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use name::TestName;

use crate::check::Counts;
use crate::limits;
use told::Told;

/// How one test ended in one run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TestState {
    /// It ran and passed.
    Passed,
    /// It did not prove anything: skipped, ignored, to be written, or expected to fail and did.
    Skipped,
    /// It ran and failed, or what prepares it did.
    Failed,
}

/// What one test came to in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestOutcome {
    /// How it ended.
    pub state: TestState,
    /// The file that it stands in, where the runner tells, from where the check ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The first lines of what it told when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// An error outside of any test: what could not be collected, compiled or prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunError {
    /// The test file or package that it kept from running; none where it may have kept any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// What was told, in its first line.
    pub words: String,
}

/// What is known of a test that a run does not name.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Unnamed {
    /// It was not there.
    #[default]
    Absent,
    /// It was not there, or it passed or was skipped: failures alone are named.
    NotFailed,
    /// Nothing: the run was cut short.
    Unknown,
}

/// What the tests of one run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestResults {
    /// Each test that was named.
    #[schema(value_type = BTreeMap<String, TestOutcome>)]
    pub tests: BTreeMap<TestName, TestOutcome>,
    /// Errors outside of tests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<RunError>,
    /// How many tests the runners say they found; none where none says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected: Option<u32>,
    /// What is known of tests that are not named.
    #[serde(default)]
    pub unnamed: Unnamed,
    /// Tests beyond [`limits::TESTS`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl TestResults {
    /// What `reports` (texts of the files that runners wrote) and `output` (standard output and error as they came)
    /// tell of single tests; none where neither names a test, an error or that there was nothing to run. Paths below
    /// `root`, the folder that the check ran in, are told from there, so that two checkouts have the same names.
    #[must_use]
    pub fn read(reports: &[&str], output: &str, root: &str) -> Option<Self> {
        let output = lines::clean(crate::text::tail(output, limits::RESULTS_OUTPUT_BYTES));
        let mut told = Vec::new();
        for report in reports {
            read_report(crate::text::head(report, limits::REPORT_BYTES), root, &mut told);
        }
        read_output(&output, root, &mut told);
        let mut results = Self::joined(told);
        for outcome in results.tests.values_mut() {
            outcome.failure = outcome.failure.take().map(|text| lines::own(&text, root));
        }
        if results.tests.is_empty() && results.errors.is_empty() && results.collected.is_none() {
            return None;
        }
        if results.collected.is_none() {
            // Runners that name failures only still count what passed.
            let (counts, _) = Counts::read(&output);
            let named = results.count(TestState::Passed) + results.count(TestState::Skipped);
            results.leaves_open(Unnamed::NotFailed, counts.passed.is_some_and(|n| n > named));
        }
        results.leaves_open(Unnamed::Unknown, results.left_out > 0);
        Some(results)
    }

    /// How many tests ended so.
    #[must_use]
    pub fn count(&self, state: TestState) -> u32 {
        let count = self.tests.values().filter(|test| test.state == state).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Whether the runners found no test at all, and say so.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.tests.is_empty() && self.collected == Some(0)
    }

    fn joined(all: Vec<Told>) -> Self {
        let mut results = Self::default();
        let mut collected: BTreeMap<told::Runner, u32> = BTreeMap::new();
        let mut named: BTreeMap<told::Runner, u32> = BTreeMap::new();
        for told in all {
            let names = named.entry(told.runner).or_default();
            *names = (*names).max(told.named());
            results.leaves_open(Unnamed::Unknown, told.is_cut_short);
            results.leaves_open(Unnamed::NotFailed, told.names_failures_only);
            results.left_out = results.left_out.saturating_add(told.left_out);
            if let Some(count) = told.collected {
                let known = collected.entry(told.runner).or_default();
                *known = (*known).max(count);
            }
            for error in told.errors {
                results.add_error(error);
            }
            for (name, outcome) in told.tests {
                results.add(name, outcome);
            }
        }
        let is_named = |(runner, count): (&told::Runner, &u32)| named.get(runner) >= Some(count);
        results.leaves_open(Unnamed::NotFailed, !collected.iter().all(is_named));
        results.collected = (!collected.is_empty()).then(|| collected.values().sum());
        results
    }

    fn leaves_open(&mut self, unnamed: Unnamed, is_so: bool) {
        if is_so {
            self.unnamed = self.unnamed.max(unnamed);
        }
    }

    /// Of what kept one file from running, the first source that tells it is enough.
    fn add_error(&mut self, error: RunError) {
        let is_known = self.errors.iter().any(|known| match &error.within {
            Some(_) => known.within == error.within,
            None => *known == error,
        });
        if self.errors.len() < limits::RUN_ERRORS && !is_known {
            self.errors.push(error);
        }
    }

    /// A report comes before what is printed: of a test that both name, the first says how it ended.
    fn add(&mut self, name: TestName, outcome: TestOutcome) {
        if let Some(known) = self.tests.get_mut(&name) {
            known.file = known.file.take().or(outcome.file);
            known.failure = known.failure.take().or(outcome.failure);
        } else if self.tests.len() >= limits::TESTS {
            self.left_out = self.left_out.saturating_add(1);
        } else {
            self.tests.insert(name, outcome);
        }
    }
}

/// A report in any format that is known; what is no report is read like output.
fn read_report(report: &str, root: &str, told: &mut Vec<Told>) {
    let start = report.trim_start_matches('\u{feff}').trim_start();
    // Where a report goes to standard output, what tests print stands before it.
    if let Some(at) = start.find("<testsuite") {
        told.extend(junit::read(&start[at..], root));
    } else if let Some(found) = json::read(start, root) {
        told.push(found);
    } else {
        read_output(&lines::clean(report), root, told);
    }
}

fn read_output(output: &str, root: &str, told: &mut Vec<Told>) {
    type Read = fn(&str, &str) -> Option<Told>;
    let readers: [Read; 12] = [
        pytest::read,
        unittest::read,
        cargo::read,
        nextest::read,
        go::read,
        jest::read,
        vitest::read,
        mocha::read,
        node::read,
        tap::read,
        json::within,
        compile::read,
    ];
    told.extend(readers.iter().filter_map(|read| read(output, root)));
}
