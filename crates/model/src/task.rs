//! Tasks and the columns of the board.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::session::StateWord;

/// A column of the board.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Not yet to be done.
    Backlog,
    /// To be done next.
    Ready,
    /// A session works on it.
    Running,
    /// A session of it waits for a person.
    NeedsYou,
    /// Its sessions have finished; somebody looks at the result.
    Review,
    /// Finished.
    Done,
}

impl Column {
    /// Every column, from left to right.
    pub const ALL: [Self; 6] =
        [Self::Backlog, Self::Ready, Self::Running, Self::NeedsYou, Self::Review, Self::Done];

    /// The name as people read it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Backlog => "Backlog",
            Self::Ready => "Ready",
            Self::Running => "Running",
            Self::NeedsYou => "Needs you",
            Self::Review => "Review",
            Self::Done => "Done",
        }
    }

    /// The word used in JSON and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::NeedsYou => "needs_you",
            Self::Review => "review",
            Self::Done => "done",
        }
    }

    /// The column that a word names, in any case, with `-`, `_` or space between words.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase().replace(['-', ' '], "_");
        Self::ALL.into_iter().find(|c| c.word() == word)
    }

    /// Where a card belongs by the states of its sessions: the most urgent decides.
    ///
    /// `None` when they say nothing, as for a task without sessions.
    #[must_use]
    pub fn of_sessions(states: impl IntoIterator<Item = StateWord>) -> Option<Self> {
        states
            .into_iter()
            .filter_map(|state| match state {
                StateWord::NeedsYou | StateWord::Failed => Some((0, Self::NeedsYou)),
                StateWord::Working => Some((1, Self::Running)),
                StateWord::Unknown | StateWord::Interrupted => None,
                StateWord::Ready | StateWord::Ended => Some((2, Self::Review)),
            })
            .min_by_key(|(urgency, _)| *urgency)
            .map(|(_, column)| column)
    }
}

/// How much a task matters.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Before everything else.
    Urgent,
    /// Before most.
    High,
    /// As most.
    #[default]
    Normal,
    /// When there is time.
    Low,
}

impl Priority {
    /// Every priority, highest first.
    pub const ALL: [Self; 4] = [Self::Urgent, Self::High, Self::Normal, Self::Low];

    /// The word used everywhere.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }

    /// The priority that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        Self::ALL.into_iter().find(|p| p.word() == word)
    }
}

/// How a session came to its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkedBy {
    /// A person linked them.
    Hand,
    /// The session carried `CALLBOARD_TASK`.
    Environment,
    /// The session works in the task's worktree.
    Worktree,
    /// The session's branch belongs to this task only.
    Branch,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_urgent_session_decides() {
        use StateWord::{Ended, NeedsYou, Ready, Unknown, Working};
        assert_eq!(Column::of_sessions([Ready, Working]), Some(Column::Running));
        assert_eq!(Column::of_sessions([Working, NeedsYou, Ended]), Some(Column::NeedsYou));
        assert_eq!(Column::of_sessions([Ended, Unknown]), Some(Column::Review));
        assert_eq!(Column::of_sessions([Unknown]), None);
        assert_eq!(Column::of_sessions([]), None);
    }

    #[test]
    fn columns_are_named_as_people_type_them() {
        assert_eq!(Column::from_word("Needs you"), Some(Column::NeedsYou));
        assert_eq!(Column::from_word("needs-you"), Some(Column::NeedsYou));
        assert_eq!(Column::from_word("nowhere"), None);
    }
}
