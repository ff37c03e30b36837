//! The one line that says what a session is doing right now, and toward what.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// What a session is doing right now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// The line, without the time it has taken.
    pub text: String,
    /// Since when, where the time it takes is worth showing (a running command, a wait).
    pub since: Option<Timestamp>,
}
