//! Calls as they are shown: enough to answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::call::{CallAnswer, CallDetail, CallKind, CallOption, CallState, Urgency};
use crate::{AgentName, CallId, Seq, SessionId, TaskId, Timestamp, WorkspaceId};

/// A call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CallView {
    /// `C88`.
    pub id: CallId,
    /// What it is about.
    pub kind: CallKind,
    /// Where it stands.
    pub state: CallState,
    /// Counts how often it was asked: an answer names the one that its giver saw.
    pub generation: u32,
    /// Its rank in the inbox.
    pub urgency: Urgency,
    /// The workspace it belongs to.
    pub workspace: Option<WorkspaceId>,
    /// The session that calls.
    pub session: Option<SessionId>,
    /// That session's agent.
    pub agent: Option<AgentName>,
    /// The subagent that asks, by its agent's own id.
    pub subagent: Option<String>,
    /// The task that it is about.
    pub task: Option<TaskId>,
    /// That task's title.
    pub task_title: Option<String>,
    /// Where the task is tracked.
    pub tracker: Option<String>,
    /// The address that `tracker` leads to.
    pub tracker_url: Option<String>,
    /// What the session was last directed to.
    pub goal: Option<String>,
    /// What is asked, in one line.
    pub question: String,
    /// Why the agent asks, in its own words.
    pub reason: Option<String>,
    /// The command, the edit, the plan or the questions.
    pub detail: CallDetail,
    /// Ways to answer; empty where only words can, or where each question has its own.
    pub options: Vec<CallOption>,
    /// Whether it can be answered in one's own words.
    pub takes_text: bool,
    /// Why what is asked cannot be taken back.
    pub irreversible: Option<String>,
    /// The last steps before it, oldest first.
    pub steps: Vec<String>,
    /// Tasks that wait for this one's.
    pub blocks: Vec<TaskId>,
    /// Whether an answer given here reaches the agent.
    pub can_answer: bool,
    /// Where it can be answered instead, or as well.
    pub window: Option<String>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Seconds that it has blocked its agent, or did until it was answered.
    pub blocked_s: u64,
    /// After this moment it can no longer be answered here.
    pub expires_at: Option<Timestamp>,
    /// Who answered: `you`, `rule: …`, or `the window`.
    pub answered_by: Option<String>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// What was answered.
    pub answer: Option<CallAnswer>,
    /// What became of the answer, or why the call is over.
    pub told: Option<String>,
    /// Calls that ask the same have the same.
    pub group: String,
}

/// The calls that wait for a person, most urgent first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Inbox {
    /// The calls.
    pub calls: Vec<CallView>,
    /// Everything above as of this commit: read the stream from here.
    pub seq: Seq,
}

/// An answer to a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerCall {
    /// The generation that the answerer saw; not given: the present one.
    #[serde(default)]
    pub generation: Option<u32>,
    /// What is answered.
    #[serde(flatten)]
    pub answer: CallAnswer,
}
