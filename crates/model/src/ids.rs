//! Identifiers as people see them: a letter and a number, never reused.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {what} id; those look like `{prefix}12`")]
pub struct ParseIdError {
    text: String,
    what: &'static str,
    prefix: char,
}

macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let number = text
                    .strip_prefix($prefix)
                    .or_else(|| text.strip_prefix($prefix.to_ascii_lowercase()))
                    .unwrap_or(text);
                number.parse().ok().filter(|n| *n > 0).map(Self).ok_or_else(|| ParseIdError {
                    text: text.to_owned(),
                    what: $what,
                    prefix: $prefix,
                })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .examples([concat!($prefix, "12")])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

short_id!(
    /// A session, shown as `S41`.
    SessionId, 'S', "session"
);
short_id!(
    /// A task, shown as `T12`.
    TaskId, 'T', "task"
);
short_id!(
    /// A call, shown as `C88`.
    CallId, 'C', "call"
);
short_id!(
    /// A review, shown as `R7`.
    ReviewId, 'R', "review"
);
short_id!(
    /// A decision, shown as `D9`; numbers are a workspace's own.
    DecisionId, 'D', "decision"
);
short_id!(
    /// A workspace, shown as `W1`.
    WorkspaceId, 'W', "workspace"
);

/// A worktree's number; people call it by its name.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(transparent)]
pub struct WorktreeId(pub i64);

impl fmt::Display for WorktreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worktree {}", self.0)
    }
}

/// The order of commits to the store: every reader resumes from the last one it saw.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(transparent)]
pub struct Seq(pub i64);

/// The place of an event in its session's display order, the same whatever order sources were read in.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(transparent)]
pub struct Ordinal(pub i64);

impl Ordinal {
    /// The place after `previous` of an event that happened at `at`: by time across the files of a
    /// session, by file order within one file.
    #[must_use]
    pub fn after(previous: Self, at: Option<crate::Timestamp>) -> Self {
        // 2^10 places per millisecond keep the value below 2^53, so that JavaScript reads it exactly.
        let by_time = at.map_or(0, |t| t.as_millisecond().saturating_mul(1 << 10));
        Self(by_time.max(previous.0 + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_shown() {
        assert_eq!("S41".parse::<SessionId>().unwrap(), SessionId(41));
        assert_eq!("s41".parse::<SessionId>().unwrap(), SessionId(41));
        assert_eq!("41".parse::<TaskId>().unwrap(), TaskId(41));
        assert_eq!(SessionId(7).to_string(), "S7");
        assert_eq!(
            "T0".parse::<TaskId>().unwrap_err().to_string(),
            "`T0` is not a task id; those look like `T12`"
        );
        assert!("T1".parse::<SessionId>().is_err());
    }
}
