//! Uses of tools, and what they came to.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Image;

/// How an agent names one use of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolUse {
    /// The agent's id of this use; its result carries the same.
    pub tool_use_id: String,
    /// The agent's own name of the tool (`Bash`, `apply_patch`).
    pub tool: String,
}

/// The agent runs a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Command {
    /// The use.
    #[serde(flatten)]
    pub tool_use: ToolUse,
    /// The command line, without the shell that wraps it.
    pub command: String,
    /// What the agent says it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Directory it runs in, where the agent says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// It runs on while the agent continues.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub background: bool,
    /// The agent asks to run it outside its sandbox, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<String>,
}

/// The agent writes files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Edit {
    /// The use.
    #[serde(flatten)]
    pub tool_use: ToolUse,
    /// The change to each file.
    pub files: Vec<FileEdit>,
}

/// The change to one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FileEdit {
    /// The file, as the agent named it.
    pub path: String,
    /// What becomes of it.
    pub change: Change,
    /// Where it was before, if it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The lines that change; empty where the agent does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hunks: Vec<Hunk>,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new, or its whole content is replaced.
    Write,
    /// Parts of it change.
    Modify,
    /// It is removed.
    Delete,
    /// It moves.
    Move,
}

/// Neighbouring lines that change together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hunk {
    /// First line before the change, from 1; 0 where the agent does not say.
    pub old_start: u32,
    /// First line after the change, from 1; 0 where the agent does not say.
    pub new_start: u32,
    /// Lines as in a unified diff: each begins with a space, `+` or `-`.
    pub lines: Vec<String>,
}

/// The agent reads a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Read {
    /// The use.
    #[serde(flatten)]
    pub tool_use: ToolUse,
    /// The file, as the agent named it.
    pub path: String,
    /// First line read, from 1, where it is not the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_line: Option<u32>,
}

/// Where the agent looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchPlace {
    /// In files' text.
    Text,
    /// Among files' names.
    Files,
    /// On the web, by words.
    Web,
    /// A page, by address.
    Page,
}

/// The agent looks for files, text or a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Search {
    /// The use.
    #[serde(flatten)]
    pub tool_use: ToolUse,
    /// Where it looks.
    pub place: SearchPlace,
    /// Pattern, words or address.
    pub query: String,
    /// Folder or file it is limited to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// The agent starts or directs another agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delegate {
    /// The use.
    #[serde(flatten)]
    pub tool_use: ToolUse,
    /// The piece of work in a few words.
    pub title: String,
    /// What the other agent is told; empty where it is sealed.
    pub prompt: String,
    /// The kind of agent asked for (`Explore`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_type: Option<String>,
}

/// The agent states its plan, or how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// The use.
    #[serde(flatten)]
    pub tool_use: ToolUse,
    /// What the steps amend.
    pub change: PlanChange,
    /// The steps; for a plan to approve, empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<PlanStep>,
    /// A plan in prose that waits for the user's approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
}

/// How the steps of a [`Plan`] relate to those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanChange {
    /// They are the whole plan.
    Replace,
    /// They are added to it.
    Add,
    /// They change steps of the same `id`.
    Update,
    /// It is a proposal in prose.
    Propose,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanStep {
    /// The agent's id of it, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is to be done; empty in an update that leaves it as it was.
    pub text: String,
    /// How far it is; `None` in an update that leaves it as it was.
    pub status: Option<StepStatus>,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Not begun.
    Pending,
    /// Being done.
    InProgress,
    /// Done.
    Completed,
    /// Given up or deleted.
    Dropped,
}

/// The agent asks its user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// The use.
    #[serde(flatten)]
    pub tool_use: ToolUse,
    /// What it asks.
    pub questions: Vec<QuestionItem>,
}

/// One thing asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuestionItem {
    /// The question.
    pub question: String,
    /// The answers offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// More than one may be chosen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
}

/// The agent uses a tool of no other kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tool {
    /// The use.
    #[serde(flatten)]
    pub tool_use: ToolUse,
    /// What it was given.
    pub input: Value,
}

/// What a tool use came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolResult {
    /// The use it belongs to.
    pub tool_use_id: String,
    /// What the agent was given back (standard output, for a command).
    pub text: String,
    /// Whether it succeeded, where the agent says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ok: Option<bool>,
    /// A command's exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Time it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// A command's standard error, where it is told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
    /// The edits as applied, with line numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<FileEdit>,
    /// The user refused it, with these words (may be empty).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// It was broken off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// It goes on in the background under this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background_id: Option<String>,
    /// The answers to a question: what was asked, what was answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<(String, String)>,
    /// Pictures that came back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// The subagent that did the work, by the agent's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subagent: Option<String>,
}
