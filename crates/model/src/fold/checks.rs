//! The checks that a session ran, with the last result of each.

use serde::{Deserialize, Serialize};

use crate::check::{CheckKind, CheckRun, Counts, Verdict};
use crate::event::ToolResult;
use crate::purpose::Purpose;
use crate::{Ordinal, Timestamp, limits};

/// The checks of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// The last run of each command, least recent first.
    pub runs: Vec<CheckRun>,
}

/// How a run relates to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CheckNews {
    Failed,
    FailedAsBefore,
    Fixed,
    Other,
}

impl Checks {
    /// The last run of all.
    #[must_use]
    pub fn last(&self) -> Option<&CheckRun> {
        self.runs.last()
    }

    /// The latest failure that no later run of the same kind has repaired.
    #[must_use]
    pub fn failing(&self) -> Option<&CheckRun> {
        self.runs.iter().rev().find(|run| {
            run.verdict == Verdict::Failed
                && !self.runs.iter().any(|later| {
                    later.ordinal > run.ordinal
                        && later.kind == run.kind
                        && later.verdict == Verdict::Passed
                })
        })
    }

    pub(super) fn record(
        &mut self,
        purpose: &Purpose,
        result: &ToolResult,
        place: (Ordinal, Option<Timestamp>),
    ) -> Option<(CheckNews, &CheckRun)> {
        let mut run = run_of(purpose, result, place)?;
        let known = self.runs.iter().position(|r| r.command == run.command);
        let before = known.map(|at| self.runs.remove(at));
        let failed_before = before.as_ref().is_some_and(|b| b.failures_in_row > 0);
        let same = before
            .as_ref()
            .is_some_and(|b| b.counts == run.counts && b.first_failure == run.first_failure);
        let in_row = before.map_or(0, |b| b.failures_in_row);
        let news = match run.verdict {
            Verdict::Failed if failed_before && same => CheckNews::FailedAsBefore,
            Verdict::Failed => CheckNews::Failed,
            Verdict::Passed if failed_before || self.kind_failing(run.kind) => CheckNews::Fixed,
            _ => CheckNews::Other,
        };
        run.failures_in_row = match run.verdict {
            Verdict::Failed => in_row + 1,
            Verdict::Passed => 0,
            Verdict::Unknown => in_row,
        };
        if self.runs.len() >= limits::CHECKS {
            self.runs.remove(0);
        }
        self.runs.push(run);
        self.runs.last().map(|run| (news, run))
    }

    fn kind_failing(&self, kind: CheckKind) -> bool {
        self.failing().is_some_and(|run| run.kind == kind)
    }
}

/// A run of a check by itself, as if none had been before it; `None` if it is none, or could not be run.
pub(crate) fn run_of(
    purpose: &Purpose,
    result: &ToolResult,
    place: (Ordinal, Option<Timestamp>),
) -> Option<CheckRun> {
    let Purpose::Check { check, command, provable, alone } = purpose else { return None };
    // The shell's codes for a program that is not there, or cannot be run (POSIX XCU 2.8.2).
    if matches!(result.exit_code, Some(126 | 127)) {
        return None;
    }
    let (mut counts, mut first_failure) = Counts::read(&result.text);
    if let Some(stderr) = result.stderr.as_deref().filter(|_| counts.is_empty()) {
        let more = Counts::read(stderr);
        (counts, first_failure) = (more.0, first_failure.or(more.1));
    }
    let verdict = verdict(*check, (*provable, *alone), result, &counts);
    if verdict != Verdict::Failed {
        first_failure = None;
    }
    Some(CheckRun {
        kind: *check,
        command: command.clone(),
        verdict,
        counts,
        first_failure,
        failures_in_row: u32::from(verdict == Verdict::Failed),
        ordinal: place.0,
        at: place.1,
    })
}

fn verdict(
    kind: CheckKind,
    (provable, alone): (bool, bool),
    result: &ToolResult,
    counts: &Counts,
) -> Verdict {
    if result.interrupted || result.refused.is_some() || result.background_id.is_some() {
        return Verdict::Unknown;
    }
    let by_counts = match (counts.failed, counts.passed) {
        (Some(failed), _) if failed > 0 => Verdict::Failed,
        (Some(_), _) => Verdict::Passed,
        (None, Some(passed)) if passed > 0 && kind == CheckKind::Test => Verdict::Passed,
        _ => Verdict::Unknown,
    };
    let succeeded = match (result.exit_code, result.ok) {
        (Some(code), _) => Some(code == 0),
        (None, ok) => ok,
    };
    match succeeded {
        Some(true) if provable => Verdict::Passed,
        Some(true) => by_counts,
        // Another command of the line may have failed instead.
        Some(false) if alone || by_counts != Verdict::Passed && provable => Verdict::Failed,
        Some(false) | None => by_counts,
    }
}
