//! Where the turn stands, as far as events tell.

use serde::{Deserialize, Serialize};

use crate::session::{Outcome, TurnState};
use crate::{Timestamp, limits};

/// The turn of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnTrack {
    /// What it waits for; open questions are not looked at here.
    pub state: TurnState,
    /// How the last one ended.
    pub outcome: Outcome,
    /// When the present state began.
    pub since: Option<Timestamp>,
    /// How many turns began.
    #[serde(default)]
    pub count: u32,
    /// What was being done when it was broken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_off: Option<String>,
}

impl TurnTrack {
    /// The agent is seen to work.
    ///
    /// What was under way when a turn is broken off is often written down after that.
    pub(super) fn seen_at_work(&mut self, at: Option<Timestamp>) {
        let late = match (self.outcome, self.since, at) {
            (Outcome::Interrupted, Some(since), Some(at)) => at.since_ms(since) < limits::LATE_MS,
            _ => false,
        };
        if !late {
            self.work(at);
        }
    }

    /// A turn begins, or goes on.
    pub(super) fn work(&mut self, at: Option<Timestamp>) {
        if self.state != TurnState::Working {
            self.state = TurnState::Working;
            self.outcome = Outcome::Open;
            self.since = at;
            self.broken_off = None;
            self.count = self.count.saturating_add(1);
        }
    }

    pub(super) fn end(&mut self, outcome: Outcome, at: Option<Timestamp>) {
        if self.state != TurnState::Idle || self.outcome != outcome {
            self.since = at.or(self.since);
        }
        self.state = TurnState::Idle;
        self.outcome = outcome;
    }
}
