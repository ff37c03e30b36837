//! Trials: what commands come to on a commit, in a throwaway worktree.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::check::executed::Executed;
use crate::check::results::compare::Run;
use crate::receipt::Confinement;
use crate::review::CheckOutcome;

/// What a command came to in a trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialResult {
    /// Never *waiting* or *running*.
    pub outcome: CheckOutcome,
    /// Its exit code, if it ended by itself.
    pub exit_code: Option<i32>,
    /// Why it could not run or was broken off, or what it said last.
    pub words: Option<String>,
    /// When it began; none if it did not.
    pub started_at: Option<Timestamp>,
    /// How long it ran, in milliseconds.
    pub duration_ms: Option<u64>,
    /// The name of its log.
    pub log: Option<String>,
    /// Each of its runs that came to an end, with its tests: the first, and where that failed those after it. Kept beside
    /// the rest, packed; empty of what an earlier version kept.
    #[serde(skip)]
    pub runs: Vec<Run>,
    /// Which lines its first run executed; none where nobody measured. Kept beside the rest, packed.
    #[serde(skip)]
    pub executed: Option<Executed>,
    /// What held it while it ran; none where checks run as any other command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confinement: Option<Confinement>,
}

impl TrialResult {
    /// One that did not begin.
    #[must_use]
    pub fn without_beginning(outcome: CheckOutcome, words: Option<String>) -> Self {
        Self {
            outcome,
            exit_code: None,
            words,
            started_at: None,
            duration_ms: None,
            log: None,
            runs: Vec::new(),
            executed: None,
            confinement: None,
        }
    }

    /// Whether it would come to the same again: it ended by itself, one way or the other. What could not run, was
    /// stopped or took too long says nothing about the next time.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self.outcome, CheckOutcome::Passed | CheckOutcome::Failed)
            && self.exit_code.is_some()
    }

    /// Whether another run would show nothing: it passed, took too long, could not run, or nothing of it was built.
    #[must_use]
    pub fn would_not_differ(&self) -> bool {
        let is_built = |run: &Run| {
            run.results
                .as_ref()
                .is_none_or(|found| !found.tests.is_empty() || found.errors.is_empty())
        };
        self.outcome != CheckOutcome::Failed
            || self.exit_code.is_none()
            || !self.runs.iter().all(is_built)
    }
}
