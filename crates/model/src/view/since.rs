//! What happened since the user left.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fold::MilestoneKind;
use crate::session::StateWord;
use crate::{Ordinal, SessionId, TaskId, Timestamp};

/// What happened in a workspace in a span of time, per task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Since {
    /// Begin of the span.
    pub from: Timestamp,
    /// End of the span.
    pub to: Timestamp,
    /// Per task, and per session that has none; what wants something now comes first.
    pub groups: Vec<SinceGroup>,
    /// Sessions that did something but nothing worth telling.
    pub quiet_sessions: u32,
}

/// What happened to one task, or to one session that has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SinceGroup {
    /// The task, if it is one.
    pub task: Option<TaskId>,
    /// Its title, or the session's goal.
    pub title: String,
    /// The sessions that took part.
    pub sessions: Vec<SessionId>,
    /// The most urgent of their states now.
    pub state: Option<StateWord>,
    /// What is wanted of the user now.
    pub wanted: Option<String>,
    /// Files changed in the span.
    pub files: Vec<String>,
    /// What happened, oldest first.
    pub lines: Vec<SinceLine>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SinceLine {
    /// When.
    pub at: Option<Timestamp>,
    /// What kind of thing.
    pub kind: MilestoneKind,
    /// In words.
    pub text: String,
    /// The session it happened in.
    pub session: SessionId,
    /// Where in it.
    pub ordinal: Ordinal,
}
