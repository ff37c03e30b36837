//! The board as it is shown, and what may be done to it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::CallView;
use super::session::{ImportProgress, SessionView};
use crate::task::{Column, LinkedBy, Priority};
use crate::{ReviewId, Seq, SessionId, TaskId, Timestamp, WorkspaceId};

/// One repository, or one plain folder, with its board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Workspace {
    /// `W1`.
    pub id: WorkspaceId,
    /// The folder's name.
    pub name: String,
    /// The main checkout, or the folder.
    pub root: String,
    /// Whether it is a git repository.
    pub is_git: bool,
    /// Sessions that need a person now.
    pub needs_you: u32,
    /// Sessions that work now.
    pub working: u32,
}

/// A task as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskView {
    /// `T12`.
    pub id: TaskId,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Where its card is.
    pub column: Column,
    /// Its place in the column: cards are sorted by this number.
    pub position: f64,
    /// A person put it there; it stays until its sessions' state next changes.
    pub moved_by_hand: bool,
    /// How much it matters.
    pub priority: Priority,
    /// Free words.
    pub labels: Vec<String>,
    /// Acceptance checks: commands whose exit code proves something.
    pub checks: Vec<String>,
    /// Paths it is about.
    pub scope: Vec<String>,
    /// Where it is tracked: `#432` or an address.
    pub tracker: Option<String>,
    /// The address that `tracker` leads to, where it is known.
    pub tracker_url: Option<String>,
    /// Branch that belongs to it.
    pub branch: Option<String>,
    /// Tasks it waits for.
    pub waits_for: Vec<TaskId>,
    /// Those of them that are not done.
    pub blocked_by: Vec<TaskId>,
    /// Its sessions.
    pub sessions: Vec<TaskSession>,
    /// Its receipt, in short, if it has one.
    #[serde(default)]
    pub receipt: Option<Box<super::ReceiptGlance>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts its changes: an edit made to an older one is refused.
    pub revision: u64,
}

/// A session linked to a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskSession {
    /// The session.
    pub session: SessionId,
    /// How they came together.
    pub linked_by: LinkedBy,
}

/// A task with its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskDetail {
    /// The task.
    pub task: TaskView,
    /// Its sessions' rows.
    pub sessions: Vec<SessionView>,
    /// What each of them last reported of its work, newest first.
    #[serde(default)]
    pub reports: Vec<super::ReportView>,
    /// What became of it, newest first.
    pub history: Vec<TaskChangeEntry>,
}

/// One change of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaskChangeEntry {
    /// Order of commit.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Who: `you`, or the session whose state moved the card.
    pub by: String,
    /// In words.
    pub text: String,
}

/// A task to make.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// One line.
    pub title: String,
    /// Markdown.
    #[serde(default)]
    pub body: String,
    /// Where its card begins; Backlog if not said.
    #[serde(default)]
    pub column: Option<Column>,
    /// How much it matters.
    #[serde(default)]
    pub priority: Priority,
    /// Free words.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Acceptance checks.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Paths it is about.
    #[serde(default)]
    pub scope: Vec<String>,
    /// Where it is tracked.
    #[serde(default)]
    pub tracker: Option<String>,
    /// Branch that belongs to it.
    #[serde(default)]
    pub branch: Option<String>,
    /// Tasks it waits for.
    #[serde(default)]
    pub waits_for: Vec<TaskId>,
    /// Sessions to link.
    #[serde(default)]
    pub sessions: Vec<SessionId>,
}

/// Changes to a task; what is not given stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskChange {
    /// The revision that the editor saw; an edit of an older one is refused. Not given: whatever it is.
    #[serde(default)]
    pub revision: Option<u64>,
    /// One line.
    #[serde(default)]
    pub title: Option<String>,
    /// Markdown.
    #[serde(default)]
    pub body: Option<String>,
    /// How much it matters.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Free words.
    #[serde(default)]
    pub labels: Option<Vec<String>>,
    /// Acceptance checks.
    #[serde(default)]
    pub checks: Option<Vec<String>>,
    /// Paths it is about.
    #[serde(default)]
    pub scope: Option<Vec<String>>,
    /// Where it is tracked; an empty text removes it.
    #[serde(default)]
    pub tracker: Option<String>,
    /// Branch that belongs to it; an empty text removes it.
    #[serde(default)]
    pub branch: Option<String>,
    /// Tasks it waits for.
    #[serde(default)]
    pub waits_for: Option<Vec<TaskId>>,
}

/// Where a card goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveTask {
    /// The column.
    pub column: Column,
    /// The card it is put before; not given: at the end.
    #[serde(default)]
    pub before: Option<TaskId>,
}

/// The board of one workspace, as of one commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Board {
    /// The workspace.
    pub workspace: Workspace,
    /// Every workspace, for the rail.
    pub workspaces: Vec<Workspace>,
    /// Its tasks.
    pub tasks: Vec<TaskView>,
    /// Its sessions that run, need a person, belong to a task, or are among the newest; newest first.
    pub sessions: Vec<SessionView>,
    /// The calls that wait for a person, most urgent first.
    #[serde(default)]
    pub calls: Vec<CallView>,
    /// Its sessions that Callboard started or is to start and that are not over, oldest first.
    #[serde(default)]
    pub owned: Vec<super::OwnedView>,
    /// How many sessions it has in all.
    pub sessions_total: u64,
    /// How far reading history is.
    pub import: ImportProgress,
    /// When its user last looked, before now.
    pub last_look: Option<Timestamp>,
    /// Everything above as of this commit: read the stream from here.
    pub seq: Seq,
}

/// What the stream tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StreamMessage {
    /// A session is new or its row changed.
    Session {
        /// The row.
        session: Box<SessionView>,
    },
    /// A call is new or changed; one that is over is told once more.
    Call {
        /// The call.
        call: Box<CallView>,
    },
    /// A session that Callboard starts or started is asked for or changed: its queue, what it waits for.
    Owned {
        /// The owned session.
        owned: Box<super::OwnedView>,
    },
    /// A task is new or changed.
    Task {
        /// The task.
        task: Box<TaskView>,
    },
    /// A task was removed.
    TaskRemoved {
        /// The task.
        id: TaskId,
    },
    /// A resource was asked for, taken or given back.
    Resource {
        /// Who has it, and who waits.
        resource: Box<super::ResourceView>,
    },
    /// A worktree is new, changed or gone.
    Worktree {
        /// The worktree; what takes long to find out is not asked for it.
        worktree: Box<super::WorktreeView>,
    },
    /// A review is new or changed: it is read again.
    Review {
        /// The review.
        id: ReviewId,
        /// Counts its changes.
        revision: u64,
    },
    /// A note is new, changed or gone: it is read again.
    Note {
        /// The workspace it belongs to.
        workspace: WorkspaceId,
        /// Its file, from the workspace's root.
        path: String,
    },
    /// An agent begins or ends to read what was said in a session.
    Reading {
        /// The session.
        session: SessionId,
    },
    /// A candidate of a decision was accepted or dismissed, or is open again: they are read again.
    Candidates {
        /// The session that it was said in.
        session: SessionId,
    },
    /// A receipt is another one, or stale: it is read again.
    Receipt {
        /// What it is of: `T12`, `S41`, `R7`.
        of: crate::receipt::ReceiptOf,
    },
    /// What changesets hold, or what is between them, has changed: they are read again.
    Changes,
    /// Reading history went on.
    Import {
        /// How far it is.
        import: ImportProgress,
    },
    /// What the reader last saw is too old to go on from: read the board anew.
    Reset,
}

/// A line of the announcement log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LogEntry {
    /// Order of commit.
    pub seq: Seq,
    /// What it tells.
    #[serde(flatten)]
    pub message: StreamMessage,
}
