//! What sessions say to each other, and report of their work, as it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{SessionId, Timestamp};

/// What one session told another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// Who said it.
    pub from: SessionId,
    /// Whom it is for.
    pub to: SessionId,
    /// An agent's words.
    pub text: String,
    /// When it was said; it is heard at the next step.
    pub at: Timestamp,
}

/// What a session says of its own work when it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// An agent's words.
    pub summary: String,
    /// What it could not verify, each in a line.
    pub not_verified: Vec<String>,
    /// When it said so.
    pub at: Timestamp,
}
