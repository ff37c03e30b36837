//! The life of a call: from the question to the agent that is seen to go on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// It waits for a person.
    Open,
    /// A person or a rule answered it.
    Answered,
    /// The agent took the answer.
    Accepted,
    /// The agent is seen to go on.
    GoneOn,
    /// It is over: by its answer, elsewhere, or because what it asked is gone.
    Closed,
}

impl CallState {
    const ALL: [Self; 5] = [Self::Open, Self::Answered, Self::Accepted, Self::GoneOn, Self::Closed];

    /// The word used in JSON and the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Accepted => "accepted",
            Self::GoneOn => "gone_on",
            Self::Closed => "closed",
        }
    }

    /// The state that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStep {
    /// An answer to the question of this generation arrives.
    Answer {
        /// The generation that the answerer saw.
        generation: u32,
    },
    /// The agent takes the answer.
    Accept,
    /// The agent could not be reached with the answer: it waits again, as a new generation.
    Reopen,
    /// The agent asks the same again: what answered it has not reached it.
    Repeat,
    /// The agent asks something else in its place, as a new generation.
    Replace,
    /// The agent goes on.
    GoOn,
    /// It is over.
    Close,
}

/// A call's position in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallLife {
    /// Where it stands.
    pub state: CallState,
    /// Counts how often it was asked; an answer to an earlier one is stale.
    pub generation: u32,
    /// After this moment it can no longer be answered.
    pub expires_at: Option<Timestamp>,
}

/// Why a step was refused; the call is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallRefusal {
    /// Somebody was faster.
    #[error("already answered")]
    AlreadyAnswered,
    /// The question has been asked anew since.
    #[error("the question has changed since it was shown")]
    Stale,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// It is over.
    #[error("already closed")]
    Closed,
    /// The step does not follow from where the call stands.
    #[error("that step does not follow")]
    OutOfOrder,
}

impl CallLife {
    /// A call that was just asked.
    #[must_use]
    pub fn asked(expires_at: Option<Timestamp>) -> Self {
        Self { state: CallState::Open, generation: 1, expires_at }
    }

    /// The call after `step` at `now`.
    ///
    /// # Errors
    /// Says why the step is refused.
    pub fn after(self, step: CallStep, now: Timestamp) -> Result<Self, CallRefusal> {
        use CallState::{Accepted, Answered, Closed, GoneOn, Open};
        let to = |state| Ok(Self { state, ..self });
        match (self.state, step) {
            (Closed, _) => Err(CallRefusal::Closed),
            (_, CallStep::Close) => to(Closed),
            (Open, CallStep::Answer { generation }) if generation != self.generation => {
                Err(CallRefusal::Stale)
            }
            (Open, CallStep::Answer { .. }) if self.expires_at.is_some_and(|t| t <= now) => {
                Err(CallRefusal::Expired)
            }
            (Open, CallStep::Answer { .. }) => to(Answered),
            (Answered | Accepted | GoneOn, CallStep::Answer { .. }) => {
                Err(CallRefusal::AlreadyAnswered)
            }
            (Answered, CallStep::Accept) => to(Accepted),
            (Answered, CallStep::Reopen) => {
                Ok(Self { state: Open, generation: self.generation + 1, ..self })
            }
            (Open, CallStep::Repeat) => Ok(self),
            (Answered | Accepted | GoneOn, CallStep::Repeat) => to(Answered),
            (_, CallStep::Replace) => {
                Ok(Self { state: Open, generation: self.generation + 1, ..self })
            }
            (Accepted, CallStep::GoOn) => to(GoneOn),
            _ => Err(CallRefusal::OutOfOrder),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step() -> impl Strategy<Value = CallStep> {
        prop_oneof![
            (0u32..4).prop_map(|generation| CallStep::Answer { generation }),
            Just(CallStep::Accept),
            Just(CallStep::Reopen),
            Just(CallStep::Repeat),
            Just(CallStep::Replace),
            Just(CallStep::GoOn),
            Just(CallStep::Close),
        ]
    }

    proptest! {
        #[test]
        fn one_answer_wins_per_generation_and_closed_is_final(
            steps in prop::collection::vec(step(), 0..40),
        ) {
            let mut life = CallLife::asked(None);
            let mut won = std::collections::HashSet::new();
            for step in steps {
                let before = life;
                match life.after(step, Timestamp::from_millisecond(0)) {
                    Ok(next) => {
                        prop_assert_ne!(before.state, CallState::Closed);
                        prop_assert!(next.generation >= before.generation);
                        if matches!(step, CallStep::Answer { .. }) {
                            prop_assert!(won.insert(before.generation), "answered twice");
                        }
                        life = next;
                    }
                    Err(_) => prop_assert_eq!(life, before),
                }
            }
        }

        #[test]
        fn an_expired_call_takes_no_answer(late in 0i64..1000) {
            let life = CallLife::asked(Some(Timestamp::from_millisecond(500)));
            let answer = life.after(CallStep::Answer { generation: 1 }, Timestamp::from_millisecond(late));
            prop_assert_eq!(answer.is_ok(), late < 500);
        }
    }
}
