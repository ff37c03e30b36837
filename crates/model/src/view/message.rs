//! What sessions say to each other, and report of their work, as it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AgentName, Cite, SessionId, TaskId, Timestamp};

/// What one session told another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// Who said it.
    pub from: SessionId,
    /// Its agent.
    #[serde(default)]
    pub from_agent: Option<AgentName>,
    /// The task that it works on.
    #[serde(default)]
    pub from_task: Option<TaskId>,
    /// Whom it is for.
    pub to: SessionId,
    /// Its agent.
    #[serde(default)]
    pub to_agent: Option<AgentName>,
    /// The task that it works on.
    #[serde(default)]
    pub to_task: Option<TaskId>,
    /// An agent's words.
    pub text: String,
    /// When it was said.
    pub at: Timestamp,
    /// When its agent was given it, at its next step; not given: it waits for that step.
    #[serde(default)]
    pub heard_at: Option<Timestamp>,
    /// Whom it is for does not run: it waits until that session goes on.
    #[serde(default)]
    pub is_over: bool,
}

/// What a session says of its own work when it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// Which.
    pub session: SessionId,
    /// An agent's words.
    pub summary: String,
    /// What it could not verify, each in a line.
    pub not_verified: Vec<String>,
    /// When it said so.
    pub at: Timestamp,
    /// The event by which it did, once its transcript has it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub cite: Option<Cite>,
}

/// A report in a session's row: that there is one. Not given once its user directed it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportGlance {
    /// An agent's words, in one line.
    pub summary: String,
    /// How many things it could not verify.
    pub not_verified: u32,
    /// When it said so.
    pub at: Timestamp,
}
