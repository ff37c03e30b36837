//! What one source tells of the tests of one runner.

use std::collections::{BTreeMap, HashMap};

use super::{RunError, TestName, TestOutcome, TestState};
use crate::{limits, text};

/// The programs whose words are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Runner {
    Pytest,
    Unittest,
    Cargo,
    Nextest,
    Go,
    Jest,
    Vitest,
    Mocha,
    Node,
    Tap,
    Junit,
    Compiler,
}

impl Runner {
    /// Whether a name told twice is the same test: again in a later phase, try or summary.
    fn tells_again(self) -> bool {
        matches!(self, Self::Pytest | Self::Unittest | Self::Nextest | Self::Go)
    }
}

/// The tests, errors and limits that one source tells.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) runner: Runner,
    pub(super) tests: BTreeMap<TestName, TestOutcome>,
    pub(super) errors: Vec<RunError>,
    pub(super) collected: Option<u32>,
    pub(super) is_cut_short: bool,
    pub(super) names_failures_only: bool,
    pub(super) left_out: u32,
    /// The names that what was told stands under.
    names: HashMap<String, TestName>,
    /// How many tests have a name.
    shared: HashMap<TestName, u32>,
}

impl Told {
    pub(super) fn by(runner: Runner) -> Self {
        Self {
            runner,
            tests: BTreeMap::new(),
            errors: Vec::new(),
            collected: None,
            is_cut_short: false,
            names_failures_only: false,
            left_out: 0,
            names: HashMap::new(),
            shared: HashMap::new(),
        }
    }

    /// None where nothing was told.
    pub(super) fn some(self) -> Option<Self> {
        let is_nothing =
            self.tests.is_empty() && self.errors.is_empty() && self.collected.is_none();
        (!is_nothing || self.is_cut_short).then_some(self)
    }

    /// How many of the tests that the runner counts are named.
    pub(super) fn named(&self) -> u32 {
        // Mocha counts hooks that failed, and unittest modules that did.
        let counts_errors = matches!(self.runner, Runner::Mocha | Runner::Unittest);
        let errors = if counts_errors { self.errors.len() } else { 0 };
        u32::try_from(self.tests.len() + errors).unwrap_or(u32::MAX)
    }

    /// A test ended. Of one that is told again the worse end counts.
    pub(super) fn test(&mut self, raw: &str, state: TestState) -> &mut TestOutcome {
        let name = self.name(raw);
        if self.tests.len() >= limits::TESTS && !self.tests.contains_key(&name) {
            // The last one makes room, so that every test has a place to be told in.
            self.tests.pop_last();
            self.left_out = self.left_out.saturating_add(1);
        }
        let new = TestOutcome { state, file: None, failure: None };
        let outcome = self.tests.entry(name).or_insert(new);
        outcome.state = outcome.state.max(state);
        outcome
    }

    /// The test that was told as `raw`.
    pub(super) fn known(&mut self, raw: &str) -> Option<&mut TestOutcome> {
        self.tests.get_mut(self.names.get(raw)?)
    }

    pub(super) fn error(&mut self, within: Option<&str>, words: &str) {
        let words = text::clip(&text::one_line(words), limits::FAILURE_CHARS);
        let error = RunError { within: within.map(str::to_owned), words };
        if self.errors.len() < limits::RUN_ERRORS && !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    pub(super) fn found(&mut self, tests: Option<u32>) {
        if let Some(tests) = tests {
            self.collected = Some(self.collected.unwrap_or(0).saturating_add(tests));
        }
    }

    fn name(&mut self, raw: &str) -> TestName {
        if self.runner.tells_again()
            && let Some(name) = self.names.get(raw)
        {
            return name.clone();
        }
        let name = TestName::of(raw);
        let nth = self.shared.entry(name.clone()).or_default();
        *nth += 1;
        let name = if *nth > 1 { name.numbered(*nth) } else { name };
        self.names.insert(raw.to_owned(), name.clone());
        name
    }
}

impl TestOutcome {
    pub(super) fn in_file(&mut self, file: &str) -> &mut Self {
        if self.file.is_none() && !file.is_empty() {
            self.file = Some(file.to_owned());
        }
        self
    }

    /// The first lines of `told`, if it failed and nothing was told yet.
    pub(super) fn failing_with(&mut self, told: &str) -> &mut Self {
        if self.state == TestState::Failed && self.failure.is_none() {
            self.failure = first_lines(told);
        }
        self
    }
}

/// The first lines of what a test told, bounded, with the indent that all have taken off.
fn first_lines(told: &str) -> Option<String> {
    let told = text::plain(text::head(told, limits::TEST_FAILURE_BYTES * 8));
    let lines = || {
        told.lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .take(limits::TEST_FAILURE_LINES)
    };
    let indent = lines().map(|line| line.len() - line.trim_start().len()).min()?;
    let kept: Vec<&str> = lines().map(|line| line.get(indent..).unwrap_or(line)).collect();
    Some(text::head(&kept.join("\n"), limits::TEST_FAILURE_BYTES).to_owned())
}
