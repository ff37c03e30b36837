//! Candidates of decisions as they are listed, and what may be done to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::SessionId;
use crate::candidate::Candidate;
use crate::note::{NoteKind, RuledOut};

/// What may be a decision, or worth a note.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CandidateList {
    /// Newest first.
    pub candidates: Vec<Candidate>,
    /// There are older ones.
    #[serde(default)]
    pub more: bool,
}

/// A candidate that becomes a decision or a note, with what its user would have otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptCandidate {
    /// The session that it was said in.
    pub session: SessionId,
    /// Its key, or its handle.
    pub key: String,
    /// What it becomes; what it was taken for if nothing is said.
    #[serde(default)]
    pub kind: Option<NoteKind>,
    /// Another title.
    #[serde(default)]
    pub title: Option<String>,
    /// Another text.
    #[serde(default)]
    pub body: Option<String>,
    /// Another reason.
    #[serde(default)]
    pub why: Option<String>,
    /// What was ruled out instead.
    #[serde(default)]
    pub ruled_out: Option<Vec<RuledOut>>,
    /// The files it is about, from the workspace's root.
    #[serde(default)]
    pub files: Vec<String>,
    /// The note that holds it already, by its id or path: nothing is written.
    #[serde(default)]
    pub note: Option<String>,
}

/// A candidate that is dismissed, or offered again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleCandidate {
    /// The session that it was said in.
    pub session: SessionId,
    /// Its key, or its handle.
    pub key: String,
}
