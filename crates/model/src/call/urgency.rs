//! Which call comes first.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CallDetail, CallKind, irreversible};

/// How urgent a call is; the most urgent first. Within one rank the longest blocked come first, weighed by how much
/// waits for them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// What is asked cannot be taken back.
    Irreversible,
    /// A question, or a plan to approve.
    Question,
    /// An ordinary permission.
    Permission,
    /// Something failed, or harm is done already: it is told, and nobody waits.
    Failure,
    /// Two are about to collide.
    Conflict,
    /// Something seems to make no headway.
    Stuck,
    /// Something is finished.
    Finished,
    /// Something waits, and goes on by itself.
    Idle,
}

impl Urgency {
    /// The urgency of a call of this kind about this.
    #[must_use]
    pub fn of(kind: CallKind, detail: &CallDetail) -> Self {
        match kind {
            CallKind::Permission if irreversible(detail).is_some() => Self::Irreversible,
            CallKind::Permission | CallKind::Trust => Self::Permission,
            CallKind::Question | CallKind::Plan => Self::Question,
            // What happened is to be looked at, and blocks nobody.
            CallKind::PushedToBase | CallKind::WrongCheckout | CallKind::Sweep => Self::Failure,
            CallKind::Failed => Self::Failure,
            CallKind::Conflict => Self::Conflict,
            CallKind::Stuck => Self::Stuck,
            CallKind::Finished => Self::Finished,
            CallKind::Limit => Self::Idle,
        }
    }

    /// Whether it is worth a notification on the desktop.
    #[must_use]
    pub fn interrupts(self) -> bool {
        self <= Self::Permission
    }
}

/// The weight of a call among those of its rank: minutes that it blocks, times the agents that it blocks.
#[must_use]
pub fn weight(blocked_ms: i64, agents_blocked: u32) -> i64 {
    (blocked_ms / 60_000 + 1).saturating_mul(i64::from(agents_blocked.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(command: &str) -> CallDetail {
        CallDetail::Command { command: command.into(), cwd: None, description: None }
    }

    #[test]
    fn what_cannot_be_taken_back_comes_first() {
        let of = |text: &str| Urgency::of(CallKind::Permission, &command(text));
        assert_eq!(of("rm -rf build"), Urgency::Irreversible);
        assert_eq!(of("cargo test"), Urgency::Permission);
        assert!(Urgency::of(CallKind::Question, &CallDetail::None) < of("cargo test"));
        // What somebody waits for comes before what is only told.
        assert!(Urgency::of(CallKind::Sweep, &CallDetail::None) > of("cargo test"));
        assert!(Urgency::Finished > Urgency::Stuck);
        assert!(!Urgency::Failure.interrupts());
    }

    #[test]
    fn more_blocked_agents_weigh_more() {
        assert!(weight(600_000, 2) > weight(600_000, 1));
        assert!(weight(600_000, 1) > weight(60_000, 1));
    }
}
