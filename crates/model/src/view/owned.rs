//! Owned sessions as they are shown, and what may be asked of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::BriefView;
use crate::owned::OwnedState;
use crate::{AgentName, SessionId, TaskId, Timestamp, WorkspaceId};

/// A session that Callboard starts or started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnedView {
    /// Its number among owned sessions.
    pub id: i64,
    /// Where it belongs.
    pub workspace: WorkspaceId,
    /// What it works on.
    pub task: Option<TaskId>,
    /// The session, once its conversation has an id.
    pub session: Option<SessionId>,
    /// The session whose work it took over.
    #[serde(default)]
    pub follows: Option<SessionId>,
    /// Which agent.
    pub agent: AgentName,
    /// Where it stands.
    pub state: OwnedState,
    /// Why it is not started yet, or what it waits for.
    pub waits: Option<String>,
    /// Until when it waits, where that is known.
    pub waits_until: Option<Timestamp>,
    /// Whose work its task's scope met when it was asked for, each in a sentence.
    #[serde(default)]
    pub overlaps: Vec<String>,
    /// Prompts that its agent has not begun, oldest first.
    pub prompts: Vec<QueuedPrompt>,
    /// The model asked for.
    pub model: Option<String>,
    /// The permission mode asked for.
    pub mode: Option<String>,
    /// Where it works.
    pub cwd: Option<String>,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When its agent was started.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// What can be done with it.
    pub can: OwnedCan,
}

/// A prompt that its agent has not begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueuedPrompt {
    /// Ours.
    pub id: String,
    /// Markdown.
    pub text: String,
    /// When it was given.
    pub at: Timestamp,
    /// Why its agent did not take it.
    pub refused: Option<String>,
}

/// What can be done with an owned session, as its agent can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnedCan {
    /// It waits for room, and can be started all the same.
    pub start_at_once: bool,
    /// A prompt that comes while it works changes what it does; else it waits for the end of the turn.
    pub steer: bool,
    /// Its turn can be broken off.
    pub interrupt: bool,
    /// It can go on after its end.
    pub resume: bool,
    /// It can go on twice from where it is.
    pub fork: bool,
    /// Its agent's own program can show it while it is driven.
    pub attach_while_driven: bool,
}

/// A session to start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStart {
    /// The task to work on; one is made of the prompt if not given.
    #[serde(default)]
    pub task: Option<TaskId>,
    /// What to do; the task's own words if not given.
    #[serde(default)]
    pub prompt: Option<String>,
    /// Which agent; the first that is installed if not given.
    #[serde(default)]
    pub agent: Option<String>,
    /// The model; the agent's own choice if not given.
    #[serde(default)]
    pub model: Option<String>,
    /// The permission mode, in the agent's words; its own choice if not given.
    #[serde(default)]
    pub mode: Option<String>,
    /// Work in the main checkout instead of a worktree.
    #[serde(default)]
    pub in_place: bool,
    /// Start whatever else runs.
    #[serde(default)]
    pub at_once: bool,
    /// How many sessions; one if not given.
    #[serde(default)]
    pub count: Option<u32>,
}

/// Who takes over the work of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOff {
    /// Which agent; another one that is installed if not given.
    #[serde(default)]
    pub agent: Option<String>,
    /// The model; the agent's own choice if not given.
    #[serde(default)]
    pub model: Option<String>,
    /// The permission mode, in the agent's words; its own choice if not given.
    #[serde(default)]
    pub mode: Option<String>,
    /// What it is told beside the brief.
    #[serde(default)]
    pub prompt: Option<String>,
    /// Tokens of the brief; 2,000 if not given.
    #[serde(default)]
    pub budget: Option<u32>,
}

/// Work that was handed off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandedOff {
    /// The session that takes over.
    pub owned: OwnedView,
    /// What it is told.
    pub brief: BriefView,
    /// The first session stays open in a window of its own: its user ends it there.
    pub stays_open: bool,
}

/// A prompt to send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPrompt {
    /// Markdown.
    pub text: String,
}

/// How a session goes on, or is copied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoOn {
    /// What to do; it waits for a prompt if not given.
    #[serde(default)]
    pub prompt: Option<String>,
    /// The model; the agent's own choice if not given.
    #[serde(default)]
    pub model: Option<String>,
    /// The permission mode, in the agent's words; its own choice if not given.
    #[serde(default)]
    pub mode: Option<String>,
}

/// How the agent's own program shows a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attached {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// The directory to run it in.
    pub cwd: String,
}

/// A turn of an owned session that it can go back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TurnView {
    /// Counted from 1.
    pub number: usize,
    /// The prompt's id.
    pub prompt: String,
    /// The beginning of the prompt.
    pub text: String,
    /// When its agent was given it.
    pub at: Timestamp,
}

/// Where to go back to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RewindTo {
    /// The prompt, by its number or its id: files and conversation are as they were before it.
    pub prompt: String,
    /// Only the files; the conversation goes on from where it is.
    #[serde(default)]
    pub files_only: bool,
}

/// What became of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RewoundConversation {
    /// It goes on from before the prompt.
    Rewound,
    /// It goes on from where it is; its agent was told what was restored.
    Told,
    /// It goes on from where it is, and its agent was told nothing.
    Untouched,
}

/// A session that went back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rewound {
    /// The session.
    pub session: SessionId,
    /// Where it went back to.
    pub to: TurnView,
    /// What was replaced is kept under this name (`refs/callboard/kept/NAME`); nothing was replaced if not given.
    pub kept: Option<String>,
    /// Files that were restored, from the worktree's root.
    pub written: Vec<String>,
    /// Files that were made since and are gone.
    pub removed: Vec<String>,
    /// What became of the conversation.
    pub conversation: RewoundConversation,
    /// What drives it now, where that changed.
    pub owned: Option<OwnedView>,
}
