//! Moments, in UTC and milliseconds.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment: milliseconds since the Unix epoch, written as RFC 3339.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `ms` milliseconds after the Unix epoch.
    #[must_use]
    pub fn from_millisecond(ms: i64) -> Self {
        Self(ms)
    }

    /// As [`Self::from_millisecond`], of a number that somebody else gives; `None` if it lies beyond the
    /// calendar, where no moment can be written.
    #[must_use]
    pub fn within_calendar(ms: i64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(ms).ok().map(|_| Self(ms))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn as_millisecond(self) -> i64 {
        self.0
    }

    /// The moment that an RFC 3339 text names; `None` if it names none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let at = text.parse::<jiff::Timestamp>().ok()?;
        Self::within_calendar(at.as_millisecond())
    }

    /// The moment `ms` milliseconds later.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this moment; zero if it lies later.
    #[must_use]
    pub fn since_ms(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).max(0)
    }
}

impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        let epoch = std::time::UNIX_EPOCH;
        Self(match time.duration_since(epoch) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(t) => write!(f, "{t:.3}"),
            Err(_) => f.write_str("(beyond the calendar)"),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a time")))
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .into()
    }
}

impl utoipa::ToSchema for Timestamp {
    fn name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_within_the_calendar_can_be_written_and_read() {
        let [first, last] =
            [jiff::Timestamp::MIN, jiff::Timestamp::MAX].map(|t| t.as_millisecond());
        for ms in [first + 1000, -1, 0, 1_700_000_000_000, last - 1000] {
            let Some(at) = Timestamp::within_calendar(ms) else { panic!("{ms}") };
            assert_eq!(Timestamp::parse(&at.to_string()), Some(at), "{at}");
        }
        let texts = [jiff::Timestamp::MIN, jiff::Timestamp::MAX].map(|t| t.to_string());
        for at in texts.iter().filter_map(|text| Timestamp::parse(text)) {
            assert_eq!(Timestamp::parse(&at.to_string()), Some(at), "{at}");
        }
        for ms in [1_700_000_000_000_000, i64::MAX, i64::MIN] {
            assert_eq!(Timestamp::within_calendar(ms), None, "{ms}");
        }
    }
}
