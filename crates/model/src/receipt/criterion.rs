//! What was asked for, sentence by sentence, beside what shows it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Spot;
use crate::Cite;

/// What the work was asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Request {
    /// In its user's own words.
    pub words: String,
    /// The prompt, where it was said in a session; none for the words of a task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cite: Option<Cite>,
}

/// Something that shows a sentence, or that speaks against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proof {
    /// What it is, in a few words: "`npm test` passes", "`t_watch` fails without the change".
    pub words: String,
    /// It speaks against the sentence.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_against: bool,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Spot>,
    /// The event that it is taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cite: Option<Cite>,
}

/// A sentence of the task that says when it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Criterion {
    /// The sentence, in its user's words.
    pub words: String,
    /// What shows it; empty where nothing does.
    pub proofs: Vec<Proof>,
}
