//! What a receipt is of.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{ReviewId, SessionId, TaskId};

/// What a receipt is of. Its text is what JSON, the store and file names have: `T12`, `S41`, `R7`, `branch:feature/x`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReceiptOf {
    /// A task, with all that its sessions did.
    Task(TaskId),
    /// A session, with its subagents.
    Session(SessionId),
    /// A review: its members together.
    Review(ReviewId),
    /// A branch or revision that no session is known of.
    Branch(String),
}

/// A text that names nothing that a receipt can be of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no task, session or review; those look like `T12`, `S41` and `R7`")]
pub struct ParseReceiptOfError(String);

impl fmt::Display for ReceiptOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(id) => id.fmt(f),
            Self::Session(id) => id.fmt(f),
            Self::Review(id) => id.fmt(f),
            Self::Branch(name) => write!(f, "branch:{name}"),
        }
    }
}

impl FromStr for ReceiptOf {
    type Err = ParseReceiptOfError;

    fn from_str(text: &str) -> Result<Self, ParseReceiptOfError> {
        if let Some(name) = text.strip_prefix("branch:").filter(|name| !name.is_empty()) {
            return Ok(Self::Branch(name.to_owned()));
        }
        let of = match text.bytes().next() {
            Some(b'T' | b't') => text.parse().ok().map(Self::Task),
            Some(b'S' | b's') => text.parse().ok().map(Self::Session),
            Some(b'R' | b'r') => text.parse().ok().map(Self::Review),
            _ => None,
        };
        of.ok_or_else(|| ParseReceiptOfError(text.to_owned()))
    }
}

impl ReceiptOf {
    /// The name of its files below `.callboard/receipts/`, without an ending.
    #[must_use]
    pub fn file_stem(&self) -> String {
        let keeps = |c: char| if c.is_alphanumeric() || ".-_".contains(c) { c } else { '-' };
        match self {
            Self::Branch(name) => {
                let name: String = name.chars().map(keeps).collect();
                format!("branch-{}", name.trim_start_matches('.'))
            }
            other => other.to_string(),
        }
    }
}

impl Serialize for ReceiptOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReceiptOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for ReceiptOf {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .examples(["T12"])
            .into()
    }
}

impl utoipa::ToSchema for ReceiptOf {
    fn name() -> std::borrow::Cow<'static, str> {
        "ReceiptOf".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_receipt_is_of_is_read_as_it_is_shown() {
        for text in ["T12", "S41", "R7", "branch:feature/x"] {
            assert_eq!(text.parse::<ReceiptOf>().unwrap().to_string(), text);
        }
        for wrong in ["", "12", "branch:", "C3", "T", "task"] {
            assert!(wrong.parse::<ReceiptOf>().is_err(), "{wrong}");
        }
        let of: ReceiptOf = "branch:../fix/ä b".parse().unwrap();
        assert_eq!(of.file_stem(), "branch--fix-ä-b");
    }
}
