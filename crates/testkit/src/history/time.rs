//! Times of records.

/// 2026-06-01 00:00:00 UTC, in milliseconds: the oldest session begins then.
const FIRST: u64 = 1_780_272_000_000;

/// The days over which sessions are spread.
const DAYS: u64 = 120;

/// The clock of one session.
#[derive(Debug, Clone)]
pub(super) struct Clock(u64);

impl Clock {
    /// A clock that begins at the `position`, from 0 to 1, of all sessions.
    pub(super) fn at(position: f64) -> Self {
        Self(FIRST + (position * (DAYS * 86_400_000) as f64) as u64)
    }

    /// A clock at a moment, in milliseconds since 1970.
    pub(super) fn from(ms: u64) -> Self {
        Self(ms)
    }

    /// Goes on by `ms`.
    pub(super) fn pass(&mut self, ms: usize) {
        self.0 += ms as u64;
    }

    /// Now, as RFC 3339 with milliseconds.
    pub(super) fn text(&self) -> String {
        let (year, month, day) = self.date();
        let (seconds, ms) = (self.0 / 1000 % 86_400, self.0 % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
    }

    /// Year, month and day
    /// (the algorithm `civil_from_days` of <https://howardhinnant.github.io/date_algorithms.html>).
    pub(super) fn date(&self) -> (u64, u64, u64) {
        let days = self.0 / 86_400_000 + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year_of_era + era * 400 + u64::from(month <= 2), month, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_date() {
        assert_eq!(Clock::at(0.0).text(), "2026-06-01T00:00:00.000Z");
        let mut clock = Clock(951_782_400_000);
        clock.pass(61_001);
        assert_eq!(clock.text(), "2000-02-29T00:01:01.001Z");
    }
}
