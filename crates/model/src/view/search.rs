//! Search results as they are shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::note::NoteKind;
use crate::{
    AgentName, DecisionId, EventKind, Ordinal, Seq, SessionId, TaskId, Timestamp, WorkspaceId,
};

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchResults {
    /// The hits, best first; at most one per session, its further hits counted in it.
    pub hits: Vec<SearchHit>,
    /// More matched than were ranked.
    pub truncated: bool,
    /// Parts of the query that could not be understood and were taken as words.
    pub notes: Vec<String>,
}

/// What a hit is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchSubject {
    /// An event of a session.
    Event,
    /// A task.
    Task,
    /// A note.
    Note,
}

/// One hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchHit {
    /// What it is in.
    pub subject: SearchSubject,
    /// The session, for an event.
    pub session: Option<SessionId>,
    /// The task: the one found, or the session's.
    pub task: Option<TaskId>,
    /// The note's path.
    pub note: Option<String>,
    /// Whether that note is a decision.
    #[serde(default)]
    pub note_kind: Option<NoteKind>,
    /// The decision.
    #[serde(default)]
    pub decision: Option<DecisionId>,
    /// The workspace.
    pub workspace: Option<WorkspaceId>,
    /// The agent, for an event.
    pub agent: Option<AgentName>,
    /// What the session or task is about, in one line.
    pub title: String,
    /// The event.
    pub seq: Option<Seq>,
    /// Its place in the session.
    pub ordinal: Option<Ordinal>,
    /// Its kind.
    pub kind: Option<EventKind>,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// The file it is about, for edits and reads.
    pub file: Option<String>,
    /// The matching lines.
    pub text: String,
    /// Matches in `text`: byte offsets of begin and end.
    pub matches: Vec<(u32, u32)>,
    /// Further hits in the same session.
    pub more_in_session: u32,
}
