//! What agents read in sessions, as it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::reading::Reading;
use crate::{AgentName, SessionId, Timestamp};

/// What agents read in a session or in those of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadingsView {
    /// Each session.
    pub sessions: Vec<SessionReading>,
}

/// What agents read in a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionReading {
    /// The session.
    pub session: SessionId,
    /// The last reading; none if it was never read.
    pub reading: Option<Reading>,
    /// The reading that goes on.
    pub now: Option<ReadingNow>,
    /// Something was said since it was read last.
    pub has_new_words: bool,
}

/// A reading that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadingNow {
    /// The agent that reads.
    pub by: AgentName,
    /// Since when.
    pub since: Timestamp,
}

/// Have an agent read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StartReadings {
    /// `S41`, the agent's own id or its beginning, or `T12` for the sessions of a task.
    pub of: String,
    /// The agent that reads: `claude` or `codex`.
    pub with: String,
    /// Also where nothing was said since the last time.
    #[serde(default)]
    pub anew: bool,
}
