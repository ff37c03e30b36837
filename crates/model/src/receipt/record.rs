//! What sessions did, as it is listed in a receipt.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::check::CheckKind;
use crate::claim::Judged;
use crate::fold::Tokens;
use crate::{AgentName, Cite, SessionId, TaskId, Timestamp};

/// A claim of a session's closing words, with what the record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimLine {
    /// Whose it is.
    pub session: SessionId,
    /// The event with the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<Cite>,
    /// The claim and its verdict.
    #[serde(flatten)]
    pub judged: Judged,
}

/// A session of the work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionLine {
    /// Which.
    pub id: SessionId,
    /// Its agent.
    pub agent: AgentName,
    /// What it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Timestamp>,
    /// When it did something last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// Tokens that it used.
    pub tokens: Tokens,
    /// US dollars, where its agent reports them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Its last words, the beginning of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<String>,
}

/// What a child of a lead came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChildLine {
    /// The child.
    pub session: SessionId,
    /// The task that it worked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// What it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it said last, in short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Claims of it that the record shows.
    pub supported: u32,
    /// Claims of it that the record contradicts.
    pub contradicted: u32,
    /// Other claims of it.
    pub others: u32,
}

/// A command that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommandLine {
    /// As it was typed.
    pub line: String,
    /// What it checks, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckKind>,
    /// Its exit code, where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// How long it ran, where its agent tells, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// When its result came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// It ran before the last edit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_before_last_edit: bool,
    /// The event of its result.
    pub cite: Cite,
}

/// Something that somebody was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Asked {
    /// Who asked.
    pub session: SessionId,
    /// What.
    pub question: String,
    /// The answer; none where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Who gave it: a person, or the name of a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The event or call by which it is known: `S41#12`, `C88`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Something that the work made and that can be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Artefact {
    /// What it is: the name of a file, or the command that a picture came of.
    pub words: String,
    /// A picture's content: read it at `/api/blobs/{blob}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
    /// A file, from the repository's root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The event that it came of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cite: Option<Cite>,
}

/// Something that left the machine, as far as events show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Outward {
    /// What sort it is.
    pub kind: OutwardKind,
    /// The command or tool, and what it was given, in short.
    pub words: String,
    /// Whether it succeeded, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeded: Option<bool>,
    /// The event.
    pub cite: Cite,
}

/// How something leaves the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutwardKind {
    /// A message to somebody.
    Message,
    /// Commits to a remote.
    Push,
    /// A package, a release, a page, a pull request.
    Publish,
    /// A deployment.
    Deploy,
}

/// What a service's checks came to on the branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ci {
    /// The pull request: `#12`.
    pub name: String,
    /// Its page.
    pub url: String,
    /// What its checks came to: `passed`, `running`, `failed`; none where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<String>,
    /// The names of those that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing: Vec<String>,
    /// They ran on another commit than this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_of_other_commit: bool,
}
