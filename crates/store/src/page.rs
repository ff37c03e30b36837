//! Pages of transcripts: a session's own events, or those with the beginning that it shares.

use callboard_model::{EventKind, Ordinal, Seq, SessionId};
use rusqlite::Params;

use crate::event::{COLUMNS, Position, event_of, kind_mask};
use crate::{EventRow, Result, Snapshot, limits};

/// Where a page of events begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageFrom {
    /// At the session's first event.
    Start,
    /// At its last.
    End,
    /// With half of the page before this event.
    Around(Seq),
    /// With the first event at this place or after it.
    At(Ordinal),
    /// With the first event behind this one.
    After(Seq),
    /// With the last event ahead of this one.
    Before(Seq),
}

/// Which events of a session.
#[derive(Debug, Clone, Copy)]
pub struct EventPage<'a> {
    /// From where.
    pub from: PageFrom,
    /// Of which kinds; empty for all.
    pub kinds: &'a [EventKind],
    /// About this file, however an agent names it: from the root, or from a directory above it.
    pub file: Option<&'a str>,
    /// How many at most.
    pub limit: usize,
}

/// What of a session's events is wanted.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    mask: i64,
    file: Option<&'a str>,
    limit: usize,
}

impl Wanted<'_> {
    /// The condition on the file, which is the parameter `?7`.
    fn of_file(&self) -> &'static str {
        match self.file {
            None => "AND ?7 IS NULL",
            Some(_) => {
                "AND seq IN (SELECT seq FROM event_file WHERE path IN (
                   SELECT id FROM path WHERE path = ?7
                     OR substr(path, -length(?7) - 1) = '/' || ?7
                     OR substr(?7, -length(path) - 1) = '/' || path))"
            }
        }
    }

    fn rows(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX)
    }
}

const FIRST: Position = Position(Ordinal(i64::MIN), Seq(i64::MIN));
const LAST: Position = Position(Ordinal(i64::MAX), Seq(i64::MAX));

/// A session's events up to a position.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    session: SessionId,
    up_to: Position,
}

impl Snapshot<'_> {
    /// A page of a session's own events, in display order: by place, at the same place by commit.
    /// Nothing if it is to begin at an event that is not among them.
    ///
    /// # Errors
    /// If the database fails.
    pub fn events(&self, session: SessionId, page: &EventPage<'_>) -> Result<Vec<EventRow>> {
        self.page(&[Stretch { session, up_to: LAST }], page)
    }

    /// As [`Self::events`], with the events that it shares with sessions that it began as.
    ///
    /// # Errors
    /// If the database fails.
    pub fn transcript(&self, session: SessionId, page: &EventPage<'_>) -> Result<Vec<EventRow>> {
        self.page(&self.stretches(session)?, page)
    }

    /// How many events a session's transcript has, those that it shares included.
    ///
    /// # Errors
    /// If the database fails.
    pub fn transcript_count(&self, session: SessionId) -> Result<u64> {
        self.count(&self.stretches(session)?, LAST)
    }

    /// How many events a session's transcript has up to this one; 0 if it is not among them.
    ///
    /// # Errors
    /// If the database fails.
    pub fn transcript_count_up_to(&self, session: SessionId, seq: Seq) -> Result<u64> {
        let stretches = self.stretches(session)?;
        match self.event_in(&stretches, seq)? {
            Some(event) => self.count(&stretches, event.position()),
            None => Ok(0),
        }
    }

    /// How many events of its own a session has up to and with this one; none if it is not among them.
    ///
    /// # Errors
    /// If the database fails.
    pub fn events_up_to(&self, session: SessionId, seq: Seq) -> Result<Option<u64>> {
        let own = [Stretch { session, up_to: LAST }];
        let event = self.event_in(&own, seq)?;
        event.map(|event| self.count(&own, event.position())).transpose()
    }

    fn stretches(&self, session: SessionId) -> Result<Vec<Stretch>> {
        let shared = self.beginnings(session)?.into_iter();
        let mut stretches: Vec<Stretch> =
            shared.map(|(session, up_to)| Stretch { session, up_to }).collect();
        stretches.push(Stretch { session, up_to: LAST });
        Ok(stretches)
    }

    fn event_in(&self, stretches: &[Stretch], seq: Seq) -> Result<Option<EventRow>> {
        let is_in = |event: &EventRow| {
            stretches.iter().any(|s| s.session == event.session && event.position() <= s.up_to)
        };
        Ok(self.event(seq)?.filter(is_in))
    }

    fn count(&self, stretches: &[Stretch], up_to: Position) -> Result<u64> {
        let mut statement = self.conn.prepare_cached(
            "SELECT count(*) FROM event WHERE session = ?1 AND (ordinal, seq) <= (?2, ?3)",
        )?;
        let mut count = 0;
        for stretch in stretches {
            let Position(ordinal, seq) = up_to.min(stretch.up_to);
            let rows = statement
                .query_row((stretch.session.0, ordinal.0, seq.0), |row| row.get::<_, i64>(0))?;
            count += rows.cast_unsigned();
        }
        Ok(count)
    }

    fn page(&self, stretches: &[Stretch], page: &EventPage<'_>) -> Result<Vec<EventRow>> {
        let limit = page.limit.min(limits::EVENTS_PER_PAGE);
        let wanted = Wanted { mask: kind_mask(page.kinds), file: page.file, limit };
        let seq = match page.from {
            PageFrom::Start => return self.forward(stretches, FIRST, wanted),
            PageFrom::End => return self.backward(stretches, LAST, wanted),
            PageFrom::At(at) => return self.forward(stretches, Position(at, FIRST.1), wanted),
            PageFrom::Around(seq) | PageFrom::After(seq) | PageFrom::Before(seq) => seq,
        };
        let Some(event) = self.event_in(stretches, seq)? else { return Ok(Vec::new()) };
        let at = event.position();
        match page.from {
            PageFrom::After(_) => self.forward(stretches, at, wanted),
            PageFrom::Before(_) => self.backward(stretches, at, wanted),
            _ => {
                let half = Wanted { limit: limit / 2, ..wanted };
                let mut events = self.backward(stretches, at, half)?;
                let rest = Wanted { limit: limit - events.len(), ..wanted };
                let just_before = Position(at.0, Seq(at.1.0 - 1));
                events.extend(self.forward(stretches, just_before, rest)?);
                Ok(events)
            }
        }
    }

    fn forward(
        &self,
        stretches: &[Stretch],
        after: Position,
        wanted: Wanted<'_>,
    ) -> Result<Vec<EventRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM event
             WHERE session = ?1 AND (ordinal, seq) > (?2, ?3) AND (ordinal, seq) <= (?4, ?5)
               AND (?6 >> kind) & 1 {}
             ORDER BY ordinal, seq LIMIT ?8",
            wanted.of_file()
        ))?;
        let mut events = Vec::new();
        for stretch in stretches {
            let found = statement.query_map(range(stretch, after, wanted), event_of)?;
            events.extend(found.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        events.sort_unstable_by_key(EventRow::position);
        events.truncate(wanted.limit);
        Ok(events)
    }

    fn backward(
        &self,
        stretches: &[Stretch],
        before: Position,
        wanted: Wanted<'_>,
    ) -> Result<Vec<EventRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM event
             WHERE session = ?1 AND (ordinal, seq) < (?2, ?3) AND (ordinal, seq) <= (?4, ?5)
               AND (?6 >> kind) & 1 {}
             ORDER BY ordinal DESC, seq DESC LIMIT ?8",
            wanted.of_file()
        ))?;
        let mut events = Vec::new();
        for stretch in stretches {
            let found = statement.query_map(range(stretch, before, wanted), event_of)?;
            events.extend(found.collect::<rusqlite::Result<Vec<_>>>()?);
        }
        events.sort_unstable_by_key(EventRow::position);
        events.drain(..events.len().saturating_sub(wanted.limit));
        Ok(events)
    }
}

/// The parameters of both directions.
fn range<'a>(stretch: &Stretch, from: Position, wanted: Wanted<'a>) -> impl Params + 'a {
    let Stretch { session, up_to } = *stretch;
    let (from, up_to) = ((from.0.0, from.1.0), (up_to.0.0, up_to.1.0));
    (session.0, from.0, from.1, up_to.0, up_to.1, wanted.mask, wanted.file, wanted.rows())
}
