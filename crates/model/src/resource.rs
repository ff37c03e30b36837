//! What cannot be doubled is taken in turn: leases, and where each stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a lease stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaseState {
    /// Others have it; this one is in the queue.
    Waiting,
    /// It is this one's turn, and the hook for taking it runs.
    Taking,
    /// It has it.
    Held,
    /// It is given back, and the hook for that runs.
    Giving,
    /// It was given back.
    Given,
    /// The hook for taking it failed, and it was given back.
    Failed,
}

impl LeaseState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Taking, Self::Held, Self::Giving, Self::Given, Self::Failed];

    /// The word used everywhere.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Taking => "taking",
            Self::Held => "held",
            Self::Giving => "giving",
            Self::Given => "given",
            Self::Failed => "failed",
        }
    }

    /// The state that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Given | Self::Failed)
    }

    /// Whether nobody else can have what it has.
    #[must_use]
    pub fn occupies(self) -> bool {
        matches!(self, Self::Taking | Self::Held | Self::Giving)
    }

    /// Whether a lease may go from here to `next`.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Waiting, Self::Taking | Self::Given)
                | (Self::Taking, Self::Held | Self::Failed)
                | (Self::Held, Self::Giving)
                | (Self::Giving, Self::Given)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::LeaseState;

    #[test]
    fn what_is_over_stays_over() {
        for state in LeaseState::ALL {
            assert_eq!(LeaseState::from_word(state.word()), Some(state));
            let goes_on = LeaseState::ALL.into_iter().any(|next| state.may_become(next));
            assert_eq!(goes_on, !state.is_over(), "{state:?}");
        }
    }
}
