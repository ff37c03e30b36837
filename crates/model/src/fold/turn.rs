//! Where the turn stands, as far as events tell.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::session::{Outcome, TurnState};

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
    /// A prompt arrived, or the agent is seen to work.
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
