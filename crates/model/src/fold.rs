//! What a session's events add up to, kept up to date one event at a time.

use serde::{Deserialize, Serialize};

use crate::{Draft, Timestamp};

/// The sum of a session's events so far.
///
/// Folding all events anew gives the same as folding them as they came.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionFold {
    /// When its first event happened.
    pub started_at: Option<Timestamp>,
    /// When its last event happened.
    pub updated_at: Option<Timestamp>,
}

impl SessionFold {
    /// Adds one event.
    pub fn apply(&mut self, event: &Draft) {
        self.started_at = self.started_at.or(event.at);
        self.updated_at = self.updated_at.max(event.at);
    }
}
