//! What an agent says that a session's words hold, each statement with quotes, and which of those are there.

mod answer;
mod prompt;
mod proof;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AgentName, Cite, Seq, SessionId, Timestamp};

pub use answer::{Answer, Claim, ClaimedQuote, parse, quotes};
pub use prompt::{END, Said, prompt};
pub use proof::{Proven, occurs, prove};

/// What a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// Something that was decided.
    Decision,
    /// Something that was ruled out.
    RuledOut,
    /// Something that the work must keep to.
    Constraint,
    /// Something that is open.
    Open,
}

impl StatementKind {
    /// The kind that an agent means by a word; `None` for one that is not known.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word: String = word.trim().to_lowercase().replace(['-', ' '], "_");
        Some(match word.as_str() {
            "decision" | "decided" => Self::Decision,
            "ruled_out" | "rejected" => Self::RuledOut,
            "constraint" => Self::Constraint,
            "open" | "open_question" | "question" => Self::Open,
            _ => return None,
        })
    }
}

/// Words of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// The event.
    pub source: Cite,
    /// Its words.
    pub text: String,
}

/// What an agent says that words hold: its own words, with at least one quote that is where it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// In a sentence.
    pub text: String,
    /// Why; empty where the agent gives no reason.
    #[serde(default)]
    pub why: String,
    /// The words that it rests on; never none.
    pub quotes: Vec<Quote>,
}

/// An agent's reading of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reading {
    /// The session.
    pub session: SessionId,
    /// The agent that read it.
    pub by: AgentName,
    /// When.
    pub at: Timestamp,
    /// The last event that it read; 0 before the first reading came to something.
    pub upto: Seq,
    /// What it says that is proven.
    pub statements: Vec<Statement>,
    /// Statements that were dropped: none of their quotes is where the agent said.
    pub unproven: u32,
    /// Quotes that were dropped.
    pub wrong_quotes: u32,
    /// Statements of a kind that is not known, and what could not be read as one.
    pub unknown: u32,
    /// Why the last try came to nothing; what is told is of an earlier one.
    pub problem: Option<String>,
}
