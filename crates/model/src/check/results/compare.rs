//! What four runs of a check tell of each test: base code and new code, each with the base's tests and the new ones.

mod judge;
mod seen;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TestName, TestResults, TestState, Unnamed};

/// Something for each combination of code and tests. The first word is the code, the second the tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Grid<T> {
    /// The base as it is.
    pub base_base: T,
    /// The new code with the tests as they were.
    pub new_base: T,
    /// The base's code with the tests as they are now.
    pub base_new: T,
    /// The work as it is.
    pub new_new: T,
}

/// One run of the check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its exit code was 0.
    pub succeeded: bool,
    /// What it told of single tests; none where it told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<TestResults>,
}

/// How a test showed itself in the runs of one combination.
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
pub enum Seen {
    /// Nothing is known: no run, or one that does not name it.
    #[default]
    Unknown,
    /// It was not there.
    Absent,
    /// Something outside of it kept it from running: it was not compiled or not collected.
    Broken,
    /// It was skipped.
    Skipped,
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It passed in one run and failed in another.
    Mixed,
}

/// Which tests the work changed, besides those that it added.
#[derive(Debug, Clone, Copy, Default)]
pub enum Changed<'a> {
    /// Nobody knows.
    #[default]
    Unknown,
    /// These, and no others.
    Tests(&'a BTreeSet<TestName>),
    /// Some in these files, and none elsewhere.
    Files(&'a BTreeSet<String>),
}

/// What the four runs make of a test.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It passes on the base and fails on the new code.
    Regressed,
    /// As it was it passes on the base and fails on the new code; rewritten, it passes.
    Bent,
    /// It ran before, and is skipped now.
    SkippedNow,
    /// It was there before, and is not any more.
    Removed,
    /// It passes in one run and fails in another of the same code.
    Flaky,
    /// It fails, and never passed: a new test, or one rewritten.
    Failing,
    /// New or changed, it passes on the base's code, too: it proves nothing.
    Vacuous,
    /// New or changed, it passes; with the base's code it does not even compile, which proves little.
    WeakProof,
    /// It fails on the base's code and passes on the new.
    Proves,
    /// As it was it fails on the base's code and passes on the new.
    Fixed,
    /// It failed on the base, and still does.
    BrokenBefore,
    /// It passes, before and after.
    Holds,
    /// It is skipped, and nothing shows that it ran before.
    Skipped,
    /// What ran does not tell.
    NotChecked,
}

/// One test in the four runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Compared {
    /// What the runs make of it.
    pub standing: Standing,
    /// How it showed itself in each.
    pub seen: Grid<Seen>,
    /// The file that it stands in, where a runner tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What it told as it failed, on the new code where it did: with the tests as they are, else as they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// How many tests a run had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Denominator {
    /// Tests that were found.
    pub collected: u32,
    /// Those of them that passed or failed.
    pub ran: u32,
}

/// What four runs of a check tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// Each test that any run names.
    #[schema(value_type = BTreeMap<String, Compared>)]
    pub tests: BTreeMap<TestName, Compared>,
    /// The check as a whole, by its exit codes.
    pub check: Compared,
    /// How many tests the base has with its own tests; none where the run was cut short, broken, or tells no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Denominator>,
    /// How many the new code has with the new tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Denominator>,
}

impl<T> Grid<T> {
    fn map<U>(&self, of: impl Fn(&T) -> U) -> Grid<U> {
        Grid {
            base_base: of(&self.base_base),
            new_base: of(&self.new_base),
            base_new: of(&self.base_new),
            new_new: of(&self.new_new),
        }
    }

    /// All four: base code and new code with the base's tests, then with the new ones.
    pub fn each(&self) -> [&T; 4] {
        [&self.base_base, &self.new_base, &self.base_new, &self.new_new]
    }
}

impl Comparison {
    /// What `runs` tell of each test. A combination has several runs where failures were run again, and none where it
    /// was not run.
    #[must_use]
    pub fn of(runs: &Grid<&[Run]>, changed: Changed<'_>) -> Self {
        let results = || {
            runs.each()
                .into_iter()
                .flat_map(|runs| runs.iter())
                .filter_map(|run| run.results.as_ref())
        };
        let names: BTreeSet<&TestName> =
            results().flat_map(|results| results.tests.keys()).collect();
        let tests = names.into_iter().map(|name| {
            let file = results().find_map(|results| results.tests.get(name)?.file.clone());
            let seen = seen::of_test(runs, name, file.as_deref());
            let is_changed = changed.holds(name, file.as_deref());
            let compared = Compared {
                standing: judge::standing(&seen, is_changed),
                seen,
                file,
                failure: failure(runs, name),
            };
            (name.clone(), compared)
        });
        let tests = tests.collect();
        let seen = runs.map(|runs| seen::of_check(runs));
        let standing = judge::standing(&seen, None);
        Self {
            tests,
            check: Compared { standing, seen, file: None, failure: None },
            base: Denominator::of(runs.base_base),
            new: Denominator::of(runs.new_new),
        }
    }

    /// How many tests stand so.
    #[must_use]
    pub fn count(&self, standing: Standing) -> usize {
        self.with(standing).count()
    }

    /// The tests that stand so, in the order of their names.
    pub fn with(&self, standing: Standing) -> impl Iterator<Item = (&TestName, &Compared)> {
        self.tests.iter().filter(move |(_, test)| test.standing == standing)
    }

    /// How many tests run on the base and how many now, where they are fewer.
    #[must_use]
    pub fn fewer_tests(&self) -> Option<(u32, u32)> {
        let (base, new) = (self.base?.ran, self.new?.ran);
        (new < base).then_some((base, new))
    }
}

impl Changed<'_> {
    fn holds(self, name: &TestName, file: Option<&str>) -> Option<bool> {
        match (self, file) {
            (Self::Tests(names), _) => Some(names.contains(name)),
            // Which of a file's tests changed is not known.
            (Self::Files(files), Some(file)) => (!files.contains(file)).then_some(false),
            _ => None,
        }
    }
}

impl Denominator {
    fn of(runs: &[Run]) -> Option<Self> {
        let results = runs.first()?.results.as_ref()?;
        let named = u32::try_from(results.tests.len()).unwrap_or(u32::MAX);
        if !results.errors.is_empty() || results.unnamed == Unnamed::Unknown {
            return None;
        }
        let skipped = results.count(TestState::Skipped);
        match (results.unnamed, results.collected) {
            (Unnamed::Absent, _) => Some(Self { collected: named, ran: named - skipped }),
            (_, Some(collected)) => {
                Some(Self { collected, ran: collected.saturating_sub(skipped) })
            }
            _ => None,
        }
    }
}

fn failure(runs: &Grid<&[Run]>, name: &TestName) -> Option<String> {
    let of = |runs: &[Run]| {
        runs.iter().find_map(|run| run.results.as_ref()?.tests.get(name)?.failure.clone())
    };
    [runs.new_new, runs.new_base, runs.base_new, runs.base_base].into_iter().find_map(of)
}
