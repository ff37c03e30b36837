//! The clock: the one place where the present moment enters.

use std::time::SystemTime;

use callboard_model::Timestamp;

/// The present moment.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the one reader of the clock")]
pub fn now() -> Timestamp {
    SystemTime::now().into()
}

/// The time zone that this machine is set to; UTC if it is set to none.
#[must_use]
pub fn zone() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::system()
}
