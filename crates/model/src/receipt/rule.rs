//! The rules of integrity: what a change or a session may do that makes its proof worth less.
//!
//! Each is deterministic, and says how often it fires wrongly (`Risk`) and what follows from it (`Weight`).

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rule. Those of a change look at its files, those of a run at what commands came to, those of conduct at a session.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A test is gone, and no other has its name or its body.
    TestDeleted,
    /// A test does not run any more: skipped, ignored, or others are singled out.
    TestSkipped,
    /// A test asserts less than it did.
    AssertionWeakened,
    /// The value that a test expects is another, and the test as it was fails on the new code.
    ExpectationRewritten,
    /// A tolerance, a time limit or a number of tries grew.
    ToleranceWidened,
    /// A recorded result was replaced.
    SnapshotRewritten,
    /// A test puts a mock in the place of what this change is about.
    MockOfSubject,
    /// A new or changed test passes on the old code, too.
    VacuousTest,
    /// A test asserts nothing.
    NoAssertion,
    /// Fewer tests run than did.
    FewerTests,
    /// What passed on the base fails now: a test as it was, or a check as a whole.
    Regressed,
    /// A gate lets more through: a step of CI, a threshold, a lint.
    GateWeakened,
    /// A warning is silenced at its place.
    Suppression,
    /// A check was run so that it cannot fail, or was passed by.
    Bypass,
    /// What runs the tests was changed, or ends the run by itself.
    RunnerTampered,
    /// What a test expects stands in the code as a special case.
    HardCoded,
    /// Something is left to be done.
    Stub,
    /// An error is caught and nothing follows.
    SwallowedError,
    /// The last check ran before the last edit.
    StaleCheck,
    /// Tests are said to pass, and some fail that did not before.
    Contradicted,
    /// Tests are said to pass, and none were seen running.
    NotRun,
    /// All tests are said to pass, and some of them were run.
    PartialRun,
    /// A check ran elsewhere than in this worktree.
    WrongPlace,
    /// The exit code of a check was lost.
    MaskedExit,
    /// A check ended well with errors in its output, or with no test run.
    GreenWithErrors,
    /// Who uses what was changed was never looked at.
    NotExamined,
    /// A file outside of what the task is about was changed.
    OutOfScope,
    /// A file that looks like scratch work was left.
    Leftover,
    /// A key or token stands in the change.
    Secret,
    /// What is depended on changed.
    Dependency,
    /// A migration, or a command that destroys data.
    Migration,
    /// A generated or binary file changed.
    Generated,
    /// A workflow, a hook or an agent's configuration changed.
    Workflow,
    /// Something is said to be in the change that is not.
    Absent,
    /// The fix was read from a later commit or somebody else's patch.
    BorrowedFix,
}

/// How likely a case of a rule is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Seldom wrong.
    Low,
    /// Often enough right to be looked at.
    Medium,
    /// Listed, never more.
    High,
}

/// What follows from a case of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Told for information.
    Note,
    /// To be looked at.
    Warning,
    /// Keeps a task from being done by itself, and a review from landing, until somebody accepts it.
    Blocking,
}

impl Rule {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 35] = [
        Self::TestDeleted,
        Self::TestSkipped,
        Self::AssertionWeakened,
        Self::ExpectationRewritten,
        Self::ToleranceWidened,
        Self::SnapshotRewritten,
        Self::MockOfSubject,
        Self::VacuousTest,
        Self::NoAssertion,
        Self::FewerTests,
        Self::Regressed,
        Self::GateWeakened,
        Self::Suppression,
        Self::Bypass,
        Self::RunnerTampered,
        Self::HardCoded,
        Self::Stub,
        Self::SwallowedError,
        Self::StaleCheck,
        Self::Contradicted,
        Self::NotRun,
        Self::PartialRun,
        Self::WrongPlace,
        Self::MaskedExit,
        Self::GreenWithErrors,
        Self::NotExamined,
        Self::OutOfScope,
        Self::Leftover,
        Self::Secret,
        Self::Dependency,
        Self::Migration,
        Self::Generated,
        Self::Workflow,
        Self::Absent,
        Self::BorrowedFix,
    ];

    /// Its name, as it is written in configuration and shown: `test-deleted`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TestDeleted => "test-deleted",
            Self::TestSkipped => "test-skipped",
            Self::AssertionWeakened => "assertion-weakened",
            Self::ExpectationRewritten => "expectation-rewritten",
            Self::ToleranceWidened => "tolerance-widened",
            Self::SnapshotRewritten => "snapshot-rewritten",
            Self::MockOfSubject => "mock-of-subject",
            Self::VacuousTest => "vacuous-test",
            Self::NoAssertion => "no-assertion",
            Self::FewerTests => "fewer-tests",
            Self::Regressed => "regressed",
            Self::GateWeakened => "gate-weakened",
            Self::Suppression => "suppression",
            Self::Bypass => "bypass",
            Self::RunnerTampered => "runner-tampered",
            Self::HardCoded => "hard-coded",
            Self::Stub => "stub",
            Self::SwallowedError => "swallowed-error",
            Self::StaleCheck => "stale-check",
            Self::Contradicted => "contradicted",
            Self::NotRun => "not-run",
            Self::PartialRun => "partial-run",
            Self::WrongPlace => "wrong-place",
            Self::MaskedExit => "masked-exit",
            Self::GreenWithErrors => "green-with-errors",
            Self::NotExamined => "not-examined",
            Self::OutOfScope => "out-of-scope",
            Self::Leftover => "leftover",
            Self::Secret => "secret",
            Self::Dependency => "dependency",
            Self::Migration => "migration",
            Self::Generated => "generated",
            Self::Workflow => "workflow",
            Self::Absent => "absent",
            Self::BorrowedFix => "borrowed-fix",
        }
    }

    /// How likely a case of it is none.
    #[must_use]
    pub fn risk(self) -> Risk {
        match self {
            Self::TestDeleted
            | Self::ExpectationRewritten
            | Self::SnapshotRewritten
            | Self::MockOfSubject
            | Self::Suppression
            | Self::RunnerTampered
            | Self::SwallowedError
            | Self::NotRun
            | Self::WrongPlace
            | Self::Absent
            | Self::BorrowedFix
            | Self::AssertionWeakened => Risk::Medium,
            Self::HardCoded | Self::NotExamined => Risk::High,
            _ => Risk::Low,
        }
    }

    /// What follows from a case of it, where nothing is configured.
    #[must_use]
    pub fn weight(self) -> Weight {
        match self {
            Self::TestDeleted
            | Self::TestSkipped
            | Self::AssertionWeakened
            | Self::ExpectationRewritten
            | Self::FewerTests
            | Self::Regressed
            | Self::GateWeakened
            | Self::Bypass
            | Self::Contradicted
            | Self::Secret => Weight::Blocking,
            Self::NotExamined
            | Self::Dependency
            | Self::Migration
            | Self::Generated
            | Self::Workflow => Weight::Note,
            _ => Weight::Warning,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_stored_by_the_name_that_is_shown() {
        for rule in Rule::ALL {
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.name());
        }
    }
}
