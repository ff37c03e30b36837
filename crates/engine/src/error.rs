//! Why something could not be done: values with a cause and a hint, rendered at the edges.

use callboard_store::StoreError;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no such thing.
    #[error("there is no {what}")]
    NotFound {
        /// What was asked for, with its id.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// It makes no sense, or must not be done.
    #[error("{text}")]
    Refused {
        /// What is wrong; what was left untouched.
        text: String,
        /// What to do.
        hint: &'static str,
    },
    /// Somebody else was faster.
    #[error("{text}")]
    Conflict {
        /// What happened meanwhile.
        text: String,
        /// What to do.
        hint: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The daemon is ending.
    #[error("Callboard is ending; nothing was changed")]
    Ending,
}

impl EngineError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::NotFound { hint, .. }
            | Self::Refused { hint, .. }
            | Self::Conflict { hint, .. } => Some(hint).filter(|hint| !hint.is_empty()).copied(),
            Self::Store(error) => error.hint(),
            Self::Ending => Some("start it again with `callboard up`"),
        }
    }

    pub(crate) fn no_session(id: callboard_model::SessionId) -> Self {
        Self::NotFound {
            what: format!("session {id}"),
            hint: "list them with `callboard session list`",
        }
    }

    pub(crate) fn no_call(id: callboard_model::CallId) -> Self {
        Self::NotFound { what: format!("call {id}"), hint: "see what waits with `callboard inbox`" }
    }

    pub(crate) fn no_owned(id: i64) -> Self {
        Self::NotFound {
            what: format!("owned session {id}"),
            hint: "list them with `callboard session list`",
        }
    }

    pub(crate) fn no_review(id: callboard_model::ReviewId) -> Self {
        Self::NotFound { what: format!("review {id}"), hint: "list them with `callboard review`" }
    }

    pub(crate) fn review_changed(id: callboard_model::ReviewId) -> Self {
        Self::Conflict {
            text: format!("{id} has changed since you looked at it; nothing was landed"),
            hint: "look at it again",
        }
    }

    pub(crate) fn lands_already(id: callboard_model::ReviewId) -> Self {
        Self::Conflict {
            text: format!("{id} lands just now, or is being settled; nothing was changed"),
            hint: "look again in a moment with `callboard review show`",
        }
    }

    pub(crate) fn no_night(id: i64) -> Self {
        Self::NotFound {
            what: format!("night {id}"),
            hint: "see the last one with `callboard night --status`",
        }
    }

    pub(crate) fn no_task(id: callboard_model::TaskId) -> Self {
        Self::NotFound { what: format!("task {id}"), hint: "list them with `callboard task list`" }
    }
}
