//! Briefs as they are shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AgentName, SessionId, TaskId, Timestamp};

/// The context that a session or a task hands to whoever goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BriefView {
    /// What it is of: a session, or a task and its sessions (`T12`, `S41`).
    pub about: Vec<String>,
    /// The task that it is made for.
    pub for_task: Option<TaskId>,
    /// In one line.
    pub title: String,
    /// When it was made.
    pub at: Timestamp,
    /// Its sections, in the order in which they are read; none is empty.
    pub sections: Vec<BriefSection>,
    /// Tokens that it may have.
    pub budget: u32,
    /// Tokens that it has, as far as can be told without a model's own count.
    pub tokens: u32,
    /// Lines that had no room.
    pub left_out: u32,
    /// Secrets that were masked.
    pub masked: u32,
    /// Answers of an agent that was asked whose quotes are not where it said; they are left out.
    #[serde(default)]
    pub unproven: u32,
    /// What agents read in its sessions.
    #[serde(default)]
    pub readings: Vec<BriefReading>,
    /// The whole as Markdown.
    pub markdown: String,
}

/// A reading that a brief tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BriefReading {
    /// The session that was read.
    pub session: SessionId,
    /// The agent that read it.
    pub by: AgentName,
    /// When.
    pub at: Timestamp,
    /// What it found that is proven.
    pub statements: u32,
    /// What was dropped, as none of its quotes is where the agent said.
    pub unproven: u32,
    /// Quotes that were dropped, those of statements that stand included.
    #[serde(default)]
    pub wrong_quotes: u32,
    /// Why the last try came to nothing.
    pub problem: Option<String>,
}

/// What a section of a brief tells.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum BriefPart {
    /// What is to be reached.
    Goal,
    /// Where the work stands.
    State,
    /// What is open.
    Open,
    /// What was decided, and why.
    Decisions,
    /// What was ruled out.
    RuledOut,
    /// What the user said beside the goal.
    Said,
    /// What was not verified.
    Unverified,
    /// Commands that work, and those that do not.
    Commands,
    /// What failed, and what mended it.
    Mended,
    /// The files touched.
    Files,
}

impl BriefPart {
    /// Its heading.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Goal => "Goal",
            Self::State => "State of the work",
            Self::Open => "Open",
            Self::Decisions => "Decided",
            Self::RuledOut => "Ruled out",
            Self::Said => "What the user said",
            Self::Unverified => "Not verified",
            Self::Commands => "Commands",
            Self::Mended => "Failures and what mended them",
            Self::Files => "Files",
        }
    }
}

/// A section of a brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BriefSection {
    /// What it tells.
    pub part: BriefPart,
    /// Its heading.
    pub heading: String,
    /// Its lines.
    pub lines: Vec<BriefLine>,
}

/// A line of a brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BriefLine {
    /// What it tells.
    pub text: String,
    /// What proves it, never nothing: events (`S41#10234`), `T12`, `D9`, `git 1a2b3c4`.
    pub cites: Vec<String>,
    /// What of it no longer holds, as far as git tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_longer: Option<String>,
}
