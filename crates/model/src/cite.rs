//! A citation: one event of one session, as `S41#10234`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Seq, SessionId};

/// An event that something was taken from, shown as `S41#10234`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cite {
    /// The session.
    pub session: SessionId,
    /// The event.
    pub seq: Seq,
}

/// A text that is no citation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no citation of an event; those look like `S41#10234`")]
pub struct ParseCiteError(String);

impl fmt::Display for Cite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.session, self.seq.0)
    }
}

impl FromStr for Cite {
    type Err = ParseCiteError;

    fn from_str(text: &str) -> Result<Self, ParseCiteError> {
        let cite = || {
            let (session, seq) = text.split_once('#')?;
            let session = session.starts_with(['S', 's']).then_some(session)?.parse().ok()?;
            let is_number = seq.bytes().all(|b| b.is_ascii_digit());
            let seq = seq.parse().ok().filter(|seq| is_number && *seq > 0)?;
            Some(Self { session, seq: Seq(seq) })
        };
        cite().ok_or_else(|| ParseCiteError(text.to_owned()))
    }
}

impl Serialize for Cite {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cite {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Cite {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .examples(["S41#10234"])
            .into()
    }
}

impl utoipa::ToSchema for Cite {
    fn name() -> std::borrow::Cow<'static, str> {
        "Cite".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_are_read_as_they_are_shown() {
        let cite = Cite { session: SessionId(41), seq: Seq(10_234) };
        assert_eq!(cite.to_string(), "S41#10234");
        assert_eq!("S41#10234".parse(), Ok(cite));
        assert_eq!("s41#10234".parse(), Ok(cite));
        assert_eq!(serde_json::to_string(&cite).unwrap(), "\"S41#10234\"");
        for wrong in ["S41", "41#2", "S41#", "S41#0", "S41#-1", "S41#+1", "S41#2#3", "T41#2"] {
            assert!(wrong.parse::<Cite>().is_err(), "{wrong}");
        }
    }
}
