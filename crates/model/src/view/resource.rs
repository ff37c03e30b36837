//! Resources: who has what cannot be doubled, and who waits for it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::resource::LeaseState;
use crate::{SessionId, TaskId, Timestamp, WorkspaceId};

/// Something that is taken in turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResourceView {
    /// Its name in `callboard.toml`.
    pub name: String,
    /// The workspace that has it.
    pub workspace: WorkspaceId,
    /// How many may have it at once; 0 if `callboard.toml` names it no more.
    pub capacity: u32,
    /// Who has it.
    pub held: Vec<LeaseView>,
    /// Who waits for it, the next one first.
    pub queue: Vec<LeaseView>,
}

/// A turn with a resource, or a place in its queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeaseView {
    /// Its number.
    pub id: i64,
    /// The resource.
    pub resource: String,
    /// A worktree's name, or `you`.
    pub holder: String,
    /// The session that asked.
    pub session: Option<SessionId>,
    /// The task it works on.
    pub task: Option<TaskId>,
    /// Where it stands.
    pub state: LeaseState,
    /// How many come before it.
    pub position: usize,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it was taken.
    pub taken_at: Option<Timestamp>,
    /// What went wrong.
    pub note: Option<String>,
}

/// A request for a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct TakeResource {
    /// The worktree that needs it; `you` if not given.
    pub holder: Option<String>,
    /// Its folder, in which the hooks run.
    pub folder: Option<String>,
    /// The session that asks; when it ends, what it has is given back.
    pub session: Option<SessionId>,
    /// The task it works on.
    pub task: Option<TaskId>,
    /// Get in the queue if others have it.
    pub queue: bool,
    /// Milliseconds to wait for it before the answer.
    pub wait_ms: u64,
}

/// Giving a resource back, or a place in its queue up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct GiveResource {
    /// The worktree that has it; `you` if not given.
    pub holder: Option<String>,
}
