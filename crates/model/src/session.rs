//! A session's state: three facts, each with its source and age, and the word derived from them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// Whether the agent's process runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Alive {
    /// A process with the pid and start time that the agent named runs.
    Yes,
    /// That process ended.
    No,
    /// Nothing tells; never taken for dead.
    #[default]
    Unknown,
}

/// What the agent's turn waits for, if anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnState {
    /// The agent works.
    Working,
    /// It waits for its user to allow something.
    WaitingPermission,
    /// It waits for its user to answer something.
    WaitingInput,
    /// It waits for the next prompt.
    Idle,
    /// Nothing tells.
    #[default]
    Unknown,
}

impl TurnState {
    /// Whether its user has something to allow or to answer.
    #[must_use]
    pub fn waits_for_user(self) -> bool {
        matches!(self, Self::WaitingPermission | Self::WaitingInput)
    }
}

/// How the last turn ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The agent ended it.
    Completed,
    /// Its user broke it off.
    Interrupted,
    /// It failed.
    Failed,
    /// It has not ended, or nothing tells.
    #[default]
    Open,
}

/// Where a fact about a session comes from, best first.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FactSource {
    /// The agent's own list of running sessions, or its status notifications.
    Registry,
    /// The operating system's process table.
    Process,
    /// The transcript's events.
    #[default]
    Events,
}

/// One fact with its source and age.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fact<T> {
    /// The fact.
    pub is: T,
    /// Who says so.
    pub source: FactSource,
    /// Since when, or when it was last seen.
    pub at: Option<Timestamp>,
}

/// The three facts together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionState {
    /// Whether its process runs.
    pub alive: Fact<Alive>,
    /// What its turn waits for.
    pub turn: Fact<TurnState>,
    /// How its last turn ended.
    pub outcome: Fact<Outcome>,
}

/// The word on the card.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StateWord {
    /// A person must allow or answer something.
    NeedsYou,
    /// The last turn failed.
    Failed,
    /// The agent works.
    Working,
    /// The last turn ended; the agent waits for the next prompt.
    Ready,
    /// The last turn was broken off, by its user or by the end of its process.
    Interrupted,
    /// The last turn ended, and so did the process, as far as anything tells.
    Ended,
    /// A turn was open when last heard of, and nothing tells whether it still is.
    Unknown,
}

impl StateWord {
    /// All of them, most urgent first.
    pub const ALL: [Self; 7] = [
        Self::NeedsYou,
        Self::Failed,
        Self::Working,
        Self::Ready,
        Self::Interrupted,
        Self::Ended,
        Self::Unknown,
    ];

    /// The state of this word, however its words are joined; `unknown` is understood, too.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.to_lowercase().replace(['-', '_'], " ");
        let known = Self::ALL.into_iter().find(|state| state.word() == word);
        known.or_else(|| (word == "unknown").then_some(Self::Unknown))
    }

    /// The word as people read it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NeedsYou => "needs you",
            Self::Failed => "failed",
            Self::Working => "working",
            Self::Ready => "ready",
            Self::Interrupted => "interrupted",
            Self::Ended => "ended",
            Self::Unknown => "not known",
        }
    }
}

impl SessionState {
    /// The word on the card, most urgent fact first.
    #[must_use]
    pub fn word(&self) -> StateWord {
        let dead = self.alive.is == Alive::No;
        match (self.turn.is, self.outcome.is) {
            (TurnState::WaitingPermission | TurnState::WaitingInput, _) if !dead => {
                StateWord::NeedsYou
            }
            (TurnState::Working, _) if !dead => {
                // Events alone cannot tell an agent at work from one that was killed or waits unseen.
                match (self.turn.source, self.alive.is) {
                    (FactSource::Events, Alive::Unknown) => StateWord::Unknown,
                    _ => StateWord::Working,
                }
            }
            (_, Outcome::Failed) => StateWord::Failed,
            (_, Outcome::Interrupted) => StateWord::Interrupted,
            (TurnState::Idle, _) if self.alive.is == Alive::Yes => StateWord::Ready,
            (_, Outcome::Completed) => StateWord::Ended,
            (TurnState::Idle, Outcome::Open) => StateWord::Ended,
            (_, Outcome::Open) if dead => StateWord::Interrupted,
            _ => StateWord::Unknown,
        }
    }
}
