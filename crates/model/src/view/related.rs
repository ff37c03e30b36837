//! What is related to a session, as it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AgentName, SessionId, Timestamp};

/// What other sessions and notes hold that bears on a session's work, the most telling first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RelatedView {
    /// Few, or none.
    pub items: Vec<RelatedItem>,
}

/// One session or note that bears on another session's work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RelatedItem {
    /// The session.
    pub session: Option<SessionId>,
    /// The note, by its path or id.
    pub note: Option<String>,
    /// Which agent: of a session, or whose word a note is.
    pub agent: Option<AgentName>,
    /// What it is about, in one line.
    pub title: String,
    /// When it last changed.
    pub at: Option<Timestamp>,
    /// Why it is related, in words.
    pub why: Vec<String>,
    /// What it says of that.
    pub lines: Vec<RelatedLine>,
    /// How much of it is shared, for an order: rare things weigh more.
    pub weight: f64,
}

/// A line of something related, with what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RelatedLine {
    /// What it says.
    pub text: String,
    /// The events or notes that say it.
    pub cites: Vec<String>,
}
