//! Checks of a receipt: each run on the base and on the work, with the tests as they were and as they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Confinement;
use crate::check::CheckKind;
use crate::check::results::compare::{Denominator, Grid, Seen, Standing};
use crate::review::CheckOutcome;

/// What a check came to in one combination of code and tests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cell {
    /// What it came to; none where it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<CheckOutcome>,
    /// Its exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Why it was not run or could not be, or what it said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// How long it ran, in milliseconds; of what was known already, then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// The name of its log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Tests that passed, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<u32>,
    /// Tests that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<u32>,
    /// Errors outside of any test, some of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// How often it was run.
    #[serde(default)]
    pub times: u32,
}

/// One test in the four runs, where something is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TestStanding {
    /// Its name.
    pub name: String,
    /// What the runs make of it.
    pub standing: Standing,
    /// How it showed itself in each.
    pub seen: Grid<Seen>,
    /// The file that it stands in, where a runner tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What it told as it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A check, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Checked {
    /// The command.
    pub command: String,
    /// What it looks at, where its command tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CheckKind>,
    /// What it came to in each combination.
    pub cells: Grid<Cell>,
    /// What the four make of the check as a whole, by its exit codes.
    pub standing: Standing,
    /// How many tests are of each standing; empty where no test is known by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub totals: BTreeMap<Standing, u32>,
    /// The tests of which something is to be said: all but those that hold, or are skipped as before. The weightiest
    /// first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<TestStanding>,
    /// Such tests beyond the limit.
    #[serde(default)]
    pub left_out: u32,
    /// How many tests the base has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Denominator>,
    /// How many the work has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Denominator>,
    /// How it was confined; none where it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confinement: Option<Confinement>,
}

impl Checked {
    /// One that was not run, and why.
    #[must_use]
    pub fn not_run(command: &str, kind: Option<CheckKind>, why: &str) -> Self {
        let cell = || Cell { words: Some(why.to_owned()), ..Cell::default() };
        Self {
            command: command.to_owned(),
            kind,
            cells: Grid { base_base: cell(), new_base: cell(), base_new: cell(), new_new: cell() },
            standing: Standing::NotChecked,
            totals: BTreeMap::new(),
            tests: Vec::new(),
            left_out: 0,
            base: None,
            new: None,
            confinement: None,
        }
    }

    /// Whether it waits or runs.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        let goes_on = |cell: &&Cell| {
            matches!(cell.outcome, Some(CheckOutcome::Waiting | CheckOutcome::Running))
        };
        self.cells.each().iter().any(goes_on)
    }
}
