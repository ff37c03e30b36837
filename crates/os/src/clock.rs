//! The clock: the one place where the present moment enters.

use std::time::{SystemTime, UNIX_EPOCH};

use callboard_model::Timestamp;

/// The present moment.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the one reader of the clock")]
pub fn now() -> Timestamp {
    of(SystemTime::now())
}

/// A moment of the file system as a [`Timestamp`].
#[must_use]
pub fn of(time: SystemTime) -> Timestamp {
    let ms = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    };
    Timestamp::from_millisecond(ms)
}

/// The time zone that this machine is set to; UTC if it is set to none.
#[must_use]
pub fn zone() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::system()
}
