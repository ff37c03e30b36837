//! What happens in a session, in one vocabulary for every agent.

mod tool;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use tool::{
    Change, Command, Delegate, Edit, FileEdit, Hunk, Plan, PlanChange, PlanStep, Question,
    QuestionItem, Read, Search, SearchPlace, StepStatus, Tool, ToolResult, ToolUse,
};

use crate::{Ordinal, Seq, SessionId, ThreadKey, Timestamp};

/// An event as a parser reports it, before the store has given it a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Which of the agent's conversations it happened in.
    pub thread: ThreadKey,
    /// The agent's own key for it, the same in every source that reports it and stable across parser versions.
    pub key: String,
    /// When it happened, where the agent says so.
    pub at: Option<Timestamp>,
    /// What happened.
    pub body: EventBody,
}

/// An event with its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Order of commit; with it, `/api/events/{seq}` is a lasting link.
    pub seq: Seq,
    /// The session it happened in.
    pub session: SessionId,
    /// Display order within the session.
    pub ordinal: Ordinal,
    /// When it happened, where the agent says so.
    pub at: Option<Timestamp>,
    /// What happened; its `kind` says which fields follow.
    #[serde(flatten)]
    pub body: EventBody,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventBody {
    /// Somebody told the session what to do.
    Prompt(Prompt),
    /// The agent said something.
    Text {
        /// Markdown, as the agent wrote it.
        text: String,
    },
    /// The agent reasoned.
    Thinking {
        /// Readable reasoning; empty where the agent keeps it sealed.
        text: String,
    },
    /// The agent runs a command.
    Command(Command),
    /// The agent writes files.
    Edit(Edit),
    /// The agent reads a file.
    Read(Read),
    /// The agent looks for files, text or a page.
    Search(Search),
    /// The agent starts or directs another agent.
    Delegate(Delegate),
    /// The agent states its plan, or how far it is.
    Plan(Plan),
    /// The agent asks its user.
    Question(Question),
    /// The agent uses a tool of no kind above.
    Tool(Tool),
    /// What a tool use came to.
    Result(ToolResult),
    /// Tokens that one reply of the model used.
    Usage(Usage),
    /// History was summarised to make room.
    Compaction(Compaction),
    /// Something failed outside of any tool.
    Error(Failure),
    /// A turn of the agent began or ended.
    Turn(Turn),
    /// A fact about the session itself.
    Info(Info),
    /// What the agent's program noted for its user.
    Notice {
        /// What it is about, in the agent's own word.
        topic: String,
        /// The note; may be empty.
        text: String,
    },
    /// A record of a type that this version does not know; its content is kept.
    Unknown {
        /// The agent's name for the type.
        record_type: String,
    },
}

/// The kind of an event, as in `search --kind`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is documented at the variant of EventBody of its name")]
pub enum EventKind {
    Prompt,
    Text,
    Thinking,
    Command,
    Edit,
    Read,
    Search,
    Delegate,
    Plan,
    Question,
    Tool,
    Result,
    Usage,
    Compaction,
    Error,
    Turn,
    Info,
    Notice,
    Unknown,
}

impl EventKind {
    /// Every kind, in the order of their stored numbers.
    pub const ALL: [Self; 19] = [
        Self::Prompt,
        Self::Text,
        Self::Thinking,
        Self::Command,
        Self::Edit,
        Self::Read,
        Self::Search,
        Self::Delegate,
        Self::Plan,
        Self::Question,
        Self::Tool,
        Self::Result,
        Self::Usage,
        Self::Compaction,
        Self::Error,
        Self::Turn,
        Self::Info,
        Self::Notice,
        Self::Unknown,
    ];

    /// The number that the store keeps; never changed once given.
    #[must_use]
    pub fn number(self) -> i64 {
        self as i64
    }

    /// The kind of a stored number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        usize::try_from(number).ok().and_then(|i| Self::ALL.get(i).copied())
    }

    /// The word used in JSON and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Text => "text",
            Self::Thinking => "thinking",
            Self::Command => "command",
            Self::Edit => "edit",
            Self::Read => "read",
            Self::Search => "search",
            Self::Delegate => "delegate",
            Self::Plan => "plan",
            Self::Question => "question",
            Self::Tool => "tool",
            Self::Result => "result",
            Self::Usage => "usage",
            Self::Compaction => "compaction",
            Self::Error => "error",
            Self::Turn => "turn",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Unknown => "unknown",
        }
    }

    /// The kind that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// Who wrote a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A person typed it.
    User,
    /// Another agent sent it: a lead to its subagent, or a teammate.
    Agent,
    /// The agent's program put it in: instructions, reminders, environment, hook output.
    Program,
    /// A person used a command of the agent (`/compact`, `!ls`).
    Command,
}

/// Somebody told the session what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Prompt {
    /// The words.
    pub text: String,
    /// Who wrote them.
    pub author: Author,
    /// Pictures that came with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

/// A picture kept as a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// Hex of the content's hash: read it at `/api/blobs/{blob}`.
    pub blob: String,
    /// Such as `image/png`.
    pub media_type: String,
}

/// Tokens that one reply of the model used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// The reply's id: a reply that is reported several times counts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The model that replied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Tokens read that were not in the cache.
    pub input: u64,
    /// Tokens read from the cache.
    pub cache_read: u64,
    /// Tokens written to the cache.
    pub cache_write: u64,
    /// Tokens written by the model.
    pub output: u64,
    /// These figures are the session's totals so far, not one reply's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cumulative: bool,
    /// Cost that the agent reports, in US dollars (for the session if `cumulative`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Tokens now in the model's context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_used: Option<u64>,
    /// Size of the model's context, where the agent says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
}

/// History was summarised to make room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Compaction {
    /// `auto` or `manual`, where the agent says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// The summary, where it is readable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Tokens in the context before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_before: Option<u64>,
}

/// Something failed outside of any tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// What the agent says of it.
    pub text: String,
    /// The agent tries again by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub will_retry: bool,
    /// The HTTP status of the model's service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// A turn of the agent began or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    /// Which of the two, and how.
    pub phase: TurnPhase,
    /// Time the turn took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// Where a turn stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnPhase {
    /// It began.
    Started,
    /// The agent ended it.
    Completed,
    /// Its user broke it off.
    Interrupted,
    /// It failed.
    Failed,
}

/// Facts about the session itself; a fact that is not given stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Info {
    /// Directory the agent works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Branch checked out there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Commit checked out there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Address of the repository's remote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// Version of the agent's program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<String>,
    /// Model in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Title that the agent or its user gave the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A person chose the title.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub title_by_user: bool,
    /// Permission or approval mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Where it was started from (`cli`, `vscode`, `sdk-cli`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<String>,
    /// The agent's id of the session that started this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The kind of subagent this is (`Explore`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_type: Option<String>,
    /// The tool use that started this subagent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_tool_use_id: Option<String>,
    /// The agent's id of the session whose beginning this one shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<String>,
    /// Where that beginning is, if the agent says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beginning: Option<Beginning>,
    /// A pull request that belongs to the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<String>,
}

/// Where the beginning of a fork is, which it shares with the session that it was forked from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Beginning {
    /// In the fork's own transcript: a copy.
    Copied,
    /// In the transcript of the other session, up to this byte.
    UpTo(u64),
}

impl EventBody {
    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Prompt(_) => EventKind::Prompt,
            Self::Text { .. } => EventKind::Text,
            Self::Thinking { .. } => EventKind::Thinking,
            Self::Command(_) => EventKind::Command,
            Self::Edit(_) => EventKind::Edit,
            Self::Read(_) => EventKind::Read,
            Self::Search(_) => EventKind::Search,
            Self::Delegate(_) => EventKind::Delegate,
            Self::Plan(_) => EventKind::Plan,
            Self::Question(_) => EventKind::Question,
            Self::Tool(_) => EventKind::Tool,
            Self::Result(_) => EventKind::Result,
            Self::Usage(_) => EventKind::Usage,
            Self::Compaction(_) => EventKind::Compaction,
            Self::Error(_) => EventKind::Error,
            Self::Turn(_) => EventKind::Turn,
            Self::Info(_) => EventKind::Info,
            Self::Notice { .. } => EventKind::Notice,
            Self::Unknown { .. } => EventKind::Unknown,
        }
    }

    /// The tool use it is, if it is one.
    #[must_use]
    pub fn tool_use(&self) -> Option<&ToolUse> {
        match self {
            Self::Command(c) => Some(&c.tool_use),
            Self::Edit(e) => Some(&e.tool_use),
            Self::Read(r) => Some(&r.tool_use),
            Self::Search(s) => Some(&s.tool_use),
            Self::Delegate(d) => Some(&d.tool_use),
            Self::Plan(p) => Some(&p.tool_use),
            Self::Question(q) => Some(&q.tool_use),
            Self::Tool(t) => Some(&t.tool_use),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_keep_their_numbers() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_number(kind.number()), Some(kind));
            assert_eq!(EventKind::from_word(kind.word()), Some(kind));
        }
    }
}
