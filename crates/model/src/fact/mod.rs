//! What a session's events prove by their structure alone: no words are weighed, and each fact names its events.

mod commands;
mod failures;
mod output;
mod telling;
#[cfg(test)]
mod tests;
mod tracker;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use commands::{covers, without_filters};
pub use tracker::{FactTracker, file_key};

use crate::check::{CheckKind, Verdict};
use crate::event::Change;
use crate::{Ordinal, Timestamp};

/// Begins what was refused where that is an answer to a question, which follows.
pub const TO_ANSWER: &str = "to answer: ";

/// By which name trying to commit is told, where that failed.
pub const COMMIT: &str = "git commit";

/// One thing that a session's events prove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about within its session: a later fact of the same key takes its place.
    pub key: String,
    /// The places of the events that prove it, in order; never empty.
    pub places: Vec<Ordinal>,
    /// When the last of them happened.
    pub at: Option<Timestamp>,
    /// What is proven.
    pub body: FactBody,
}

/// What a fact says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FactBody {
    /// Somebody told the session what to do.
    Directed {
        /// The words, shortened only where they are very long.
        text: String,
        /// Another agent's words, not a person's.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_agent: bool,
        /// The person had broken off what the agent did.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        after_interruption: bool,
    },
    /// The agent asked its user, and nobody answered yet.
    Asked {
        /// What.
        question: String,
    },
    /// The user answered what the agent asked.
    Answered {
        /// What was asked.
        question: String,
        /// What was answered.
        answer: String,
    },
    /// A plan waits for approval.
    Proposed {
        /// The plan.
        plan: String,
    },
    /// The user approved a plan.
    Approved {
        /// The plan.
        plan: String,
    },
    /// The user rejected a plan.
    Rejected {
        /// The plan.
        plan: String,
        /// The user's words; may be empty.
        words: String,
    },
    /// The user refused a tool use.
    Refused {
        /// What was refused, in one line.
        what: String,
        /// The user's words; may be empty.
        words: String,
    },
    /// History was summarised by the agent.
    Summarised {
        /// The agent's summary.
        text: String,
    },
    /// What the agent said last.
    Said {
        /// Its words.
        text: String,
    },
    /// The agent stated its plan, or how far it is.
    Planned,
    /// A file was written.
    Edited {
        /// The file: absolute, where the agent or its directory tells.
        path: String,
        /// What the last edit did.
        change: Change,
    },
    /// A command ran.
    Ran(Ran),
    /// A command that failed does not any more.
    Mended(Mended),
    /// A commit was made.
    Committed {
        /// Its abbreviated id; empty where git did not tell it.
        id: String,
        /// Its subject.
        subject: String,
    },
    /// A pull request was opened, or named as the session's own.
    PullRequest {
        /// Its address.
        address: String,
    },
    /// A command told of an error.
    Errored {
        /// The line that tells it.
        line: String,
    },
}

/// A command that ran, once or often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ran {
    /// The command line, as it was typed.
    pub command: String,
    /// What it checks, if it is a check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckKind>,
    /// What the last run came to.
    pub verdict: Verdict,
    /// The last run's result in a few words ("failed in 2 of 41 tests").
    pub result: String,
    /// What the last run told of its failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failure: Vec<String>,
    /// How often it passed.
    pub passes: u32,
    /// How often it failed.
    pub failures: u32,
}

/// A command that failed does not any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mended {
    /// The command line that failed.
    pub command: String,
    /// What it told of its failure.
    pub failure: Vec<String>,
    /// Files written between.
    pub edited: Vec<String>,
    /// Other commands that ran between and succeeded.
    pub ran: Vec<String>,
    /// The command line that passed, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_as: Option<String>,
}

impl FactBody {
    /// The word for its kind, as it is stored.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Directed { .. } => "directed",
            Self::Asked { .. } => "asked",
            Self::Answered { .. } => "answered",
            Self::Proposed { .. } => "proposed",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Refused { .. } => "refused",
            Self::Summarised { .. } => "summarised",
            Self::Said { .. } => "said",
            Self::Planned => "planned",
            Self::Edited { .. } => "edited",
            Self::Ran(_) => "ran",
            Self::Mended(_) => "mended",
            Self::Committed { .. } => "committed",
            Self::PullRequest { .. } => "pull_request",
            Self::Errored { .. } => "errored",
        }
    }
}
