//! A night as it is shown, and how one is begun.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::night::{NightLimit, NightOutcome};
use crate::{CallId, SessionId, TaskId, Timestamp, WorkspaceId};

/// A queue that is worked unattended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NightView {
    /// Its number.
    pub id: i64,
    /// Where it belongs.
    pub workspace: WorkspaceId,
    /// When it began.
    pub begun_at: Timestamp,
    /// From then on nothing is started.
    pub until: Option<Timestamp>,
    /// When it was over; not given while it goes on.
    pub ended_at: Option<Timestamp>,
    /// How many are worked on at the same time.
    pub running: u32,
    /// What keeps the machine awake.
    pub awake: Option<String>,
    /// Why nothing does.
    pub may_sleep: Option<String>,
    /// Its tasks, in their order.
    pub tasks: Vec<NightTaskView>,
}

/// A task of a night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NightTaskView {
    /// The task.
    pub task: TaskId,
    /// Its title.
    pub title: String,
    /// What became of it.
    pub outcome: NightOutcome,
    /// The session that works or worked on it.
    pub session: Option<SessionId>,
    /// What it asks, where it is parked.
    pub call: Option<CallId>,
    /// Nobody has answered that yet.
    pub asks: bool,
    /// That question.
    pub question: Option<String>,
    /// The limits that held it up, oldest first.
    pub limits: Vec<NightLimit>,
    /// Why it failed.
    pub note: Option<String>,
}

/// A night to begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNight {
    /// The tasks, in the order in which they are started.
    pub tasks: Vec<TaskId>,
    /// From then on nothing is started; if not given, it goes on until all is done.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// How many are worked on at the same time; as many as may in this repository if not given.
    #[serde(default)]
    pub running: Option<u32>,
    /// Which agent; the usual one if not given.
    #[serde(default)]
    pub agent: Option<String>,
    /// The model; the usual one if not given.
    #[serde(default)]
    pub model: Option<String>,
    /// The permission mode, in the agent's words; the usual one if not given.
    #[serde(default)]
    pub mode: Option<String>,
}
