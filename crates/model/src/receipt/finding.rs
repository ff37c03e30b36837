//! What a rule found, with its place.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Rule;
use crate::Cite;

/// A line of a file, where the work leaves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Spot {
    /// From the repository's root.
    pub path: String,
    /// From 1: in the file as the work leaves it, or as it was where the line is gone. None speaks of the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The line is gone: it is counted in the file as it was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_gone: bool,
}

/// One case of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// Where; none for what happened in a session and not in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Spot>,
    /// What is the matter, in one sentence without the place.
    pub words: String,
    /// The lines as they were; empty where there were none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// The lines as they are; empty where there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// The events that prove it, for what happened in a session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Cite>,
}
