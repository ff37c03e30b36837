//! Checks that a session ran: commands whose exit code proves something.

pub mod command;
pub mod counts;
pub mod executed;
pub mod results;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use counts::Counts;

use crate::{Ordinal, Timestamp};

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Runs tests.
    Test,
    /// Compiles or bundles.
    Build,
    /// Checks types only.
    Types,
    /// Looks for mistakes in style and use.
    Lint,
    /// Checks the layout of the code.
    Format,
}

impl CheckKind {
    /// What it checks, as people say it ("tests failed").
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Test => "tests",
            Self::Build => "build",
            Self::Types => "type check",
            Self::Lint => "lint",
            Self::Format => "format check",
        }
    }
}

/// What a check came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It passed: by its exit code, or by the counts its runner printed.
    Passed,
    /// It failed.
    Failed,
    /// Nothing tells: its exit code was masked and no counts were printed, or it was broken off.
    #[default]
    Unknown,
}

/// One run of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRun {
    /// What it looks at; the first, where one command line holds several.
    pub kind: CheckKind,
    /// The command, without directory changes, environment and filters around it.
    pub command: String,
    /// What it came to.
    pub verdict: Verdict,
    /// Tests that passed and failed, or problems found, where the runner prints them.
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    pub counts: Counts,
    /// The first failing test or error, where the runner names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_failure: Option<String>,
    /// How often this check failed in a row, this run included.
    #[serde(default)]
    pub failures_in_row: u32,
    /// The result's place in the session.
    pub ordinal: Ordinal,
    /// When the result came.
    pub at: Option<Timestamp>,
}

impl CheckRun {
    /// Its result in a few words: "failed in 2 of 41 tests", "passed (41 tests)".
    #[must_use]
    pub fn result(&self) -> String {
        let counts = &self.counts;
        match (self.verdict, counts.failed, counts.passed) {
            (Verdict::Unknown, ..) => "ended without a clear result".to_owned(),
            (Verdict::Passed, _, Some(passed)) if passed > 0 => format!("passed ({passed} tests)"),
            (Verdict::Passed, ..) => "passed".to_owned(),
            (Verdict::Failed, Some(failed), Some(passed)) if failed > 0 => {
                format!("failed in {failed} of {} tests", failed + passed)
            }
            (Verdict::Failed, Some(failed), None) if failed > 0 => {
                let things = match self.kind {
                    CheckKind::Test => "test",
                    _ => "problem",
                };
                let s = if failed == 1 { "" } else { "s" };
                match self.kind {
                    CheckKind::Test => format!("failed in {failed} {things}{s}"),
                    _ => format!("failed with {failed} {things}{s}"),
                }
            }
            (Verdict::Failed, ..) => "failed".to_owned(),
        }
    }
}
