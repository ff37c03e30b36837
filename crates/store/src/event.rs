//! Events: what and where, never their text, which their record holds.

use callboard_model::{EventKind, Ordinal, Seq, SessionId, Timestamp};
use rusqlite::{OptionalExtension, Row};
use xxhash_rust::xxh3::xxh3_64;

use crate::search::DocKind;
use crate::source::{ms, time_of};
use crate::{IndexText, RecordPlace, Result, Snapshot, SourceId, Write, limits};

/// The hash by which an event is recognised within its session: xxh3-64 of its agent's own key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey(pub i64);

impl EventKey {
    /// The hash of a key.
    #[must_use]
    pub fn of(key: &str) -> Self {
        Self(xxh3_64(key.as_bytes()).cast_signed())
    }
}

/// Whether something happens now or is read from history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Now: it is newer than all that is stored.
    Live,
    /// From history, which is read newest first.
    Backfill,
}

/// An event to store.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// Its place in the display order of its session.
    pub ordinal: Ordinal,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// What kind of thing.
    pub kind: EventKind,
    /// The agent's own key for it.
    pub key: &'a str,
    /// The record it was read from.
    pub place: RecordPlace,
    /// What of it can be found.
    pub text: Option<IndexText>,
    /// It holds what Callboard itself wrote: not found unless asked for.
    pub own: bool,
    /// Files it is about.
    pub paths: &'a [&'a str],
}

/// An event as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRow {
    /// Order of commit.
    pub seq: Seq,
    /// The session it happened in.
    pub session: SessionId,
    /// Its place there.
    pub ordinal: Ordinal,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// What kind of thing.
    pub kind: EventKind,
    /// Finds it among what its record says.
    pub key: EventKey,
    /// The record it was first read from.
    pub place: RecordPlace,
}

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
    /// How many at most.
    pub limit: usize,
}

pub(crate) const COLUMNS: &str = "seq, session, ordinal, at, kind, key, source, generation, offset";

pub(crate) fn event_of(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        seq: Seq(row.get(0)?),
        session: SessionId(row.get(1)?),
        ordinal: Ordinal(row.get(2)?),
        at: time_of(row, 3)?,
        kind: EventKind::from_number(row.get(4)?).unwrap_or(EventKind::Unknown),
        key: EventKey(row.get(5)?),
        place: RecordPlace {
            source: SourceId(row.get(6)?),
            generation: row.get(7)?,
            offset: row.get::<_, i64>(8)?.cast_unsigned(),
        },
    })
}

/// One bit per kind; all of them for none named.
pub(crate) fn kind_mask(kinds: &[EventKind]) -> i64 {
    if kinds.is_empty() { -1 } else { kinds.iter().fold(0, |mask, k| mask | (1 << k.number())) }
}

impl Write<'_> {
    /// Stores a session's events. Per event: its number if it is new; `None` if it is known
    /// already, by its key: then its place is noted as one more source of it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn append_events(
        &mut self,
        session: SessionId,
        events: &[NewEvent<'_>],
        arrival: Arrival,
    ) -> Result<Vec<Option<Seq>>> {
        events.iter().map(|event| self.append_event(session, event, arrival)).collect()
    }

    fn append_event(
        &mut self,
        session: SessionId,
        event: &NewEvent<'_>,
        arrival: Arrival,
    ) -> Result<Option<Seq>> {
        let key = EventKey::of(event.key);
        let seq = self.numbers.seq + 1;
        let doc = event.text.as_ref().filter(|text| !text.is_empty()).map(|text| {
            let doc = match arrival {
                Arrival::Live => self.next_doc(),
                Arrival::Backfill => self.next_backfill_doc(),
            };
            (doc, text)
        });
        let added = self
            .tx
            .prepare_cached(
                "INSERT INTO event (seq, session, ordinal, at, kind, key, source, generation, offset,
                                    doc)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (session, key) DO NOTHING",
            )?
            .execute((
                seq,
                session.0,
                event.ordinal.0,
                ms(event.at),
                event.kind.number(),
                key.0,
                event.place.source.0,
                event.place.generation,
                event.place.offset.cast_signed(),
                doc.map(|(doc, _)| doc),
            ))?;
        if added == 0 {
            if let Some(known) = self.view().event_by_key(session, key)? {
                self.add_event_source(known.seq, event.place)?;
            }
            return Ok(None);
        }
        self.numbers.seq = seq;
        if let Some((doc, text)) = doc {
            let kind = DocKind::Event(event.kind);
            self.index(doc, kind, event.own, seq, Some(session), event.at, text)?;
        }
        for path in event.paths {
            self.note_file(path, seq)?;
        }
        Ok(Some(Seq(seq)))
    }

    /// Notes that the record at `place` reports an event, too.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_event_source(&mut self, seq: Seq, place: RecordPlace) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO event_source (seq, source, generation, offset)
                 SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (
                   SELECT 1 FROM event WHERE seq = ?1 AND source = ?2 AND generation = ?3
                     AND offset = ?4)",
            )?
            .execute((seq.0, place.source.0, place.generation, place.offset.cast_signed()))?;
        Ok(())
    }

    fn note_file(&self, path: &str, seq: i64) -> Result<()> {
        let known: Option<i64> = self
            .tx
            .prepare_cached("SELECT id FROM path WHERE path = ?1")?
            .query_row([path], |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => {
                self.tx.prepare_cached("INSERT INTO path (path) VALUES (?1)")?.execute([path])?;
                self.tx.last_insert_rowid()
            }
        };
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO event_file (path, seq) VALUES (?1, ?2)")?
            .execute((id, seq))?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// One event.
    ///
    /// # Errors
    /// If the database fails.
    pub fn event(&self, seq: Seq) -> Result<Option<EventRow>> {
        Ok(self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM event WHERE seq = ?1"))?
            .query_row([seq.0], event_of)
            .optional()?)
    }

    /// The event of a session with this key.
    ///
    /// # Errors
    /// If the database fails.
    pub fn event_by_key(&self, session: SessionId, key: EventKey) -> Result<Option<EventRow>> {
        Ok(self
            .conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM event WHERE session = ?1 AND key = ?2"
            ))?
            .query_row((session.0, key.0), event_of)
            .optional()?)
    }

    /// A page of a session's events, in display order: by place, at the same place by commit. Nothing
    /// if it is to begin at an event that is not in the session.
    ///
    /// # Errors
    /// If the database fails.
    pub fn events(&self, session: SessionId, page: &EventPage<'_>) -> Result<Vec<EventRow>> {
        const FIRST: (i64, i64) = (i64::MIN, i64::MIN);
        const LAST: (i64, i64) = (i64::MAX, i64::MAX);
        let limit = page.limit.min(limits::EVENTS_PER_PAGE);
        let mask = kind_mask(page.kinds);
        let seq = match page.from {
            PageFrom::Start => return self.forward(session, FIRST, mask, limit),
            PageFrom::End => return self.backward(session, LAST, mask, limit),
            PageFrom::At(at) => return self.forward(session, (at.0, i64::MIN), mask, limit),
            PageFrom::Around(seq) | PageFrom::After(seq) | PageFrom::Before(seq) => seq,
        };
        let Some(event) = self.event(seq)?.filter(|e| e.session == session) else {
            return Ok(Vec::new());
        };
        let at = (event.ordinal.0, event.seq.0);
        match page.from {
            PageFrom::After(_) => self.forward(session, at, mask, limit),
            PageFrom::Before(_) => self.backward(session, at, mask, limit),
            _ => {
                let mut events = self.backward(session, at, mask, limit / 2)?;
                let rest = limit - events.len();
                events.extend(self.forward(session, (at.0, at.1 - 1), mask, rest)?);
                Ok(events)
            }
        }
    }

    fn forward(
        &self,
        session: SessionId,
        after: (i64, i64),
        mask: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM event
             WHERE session = ?1 AND (ordinal, seq) > (?2, ?3) AND (?4 >> kind) & 1
             ORDER BY ordinal, seq LIMIT ?5"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((session.0, after.0, after.1, mask, limit), event_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn backward(
        &self,
        session: SessionId,
        before: (i64, i64),
        mask: i64,
        limit: usize,
    ) -> Result<Vec<EventRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM event
             WHERE session = ?1 AND (ordinal, seq) < (?2, ?3) AND (?4 >> kind) & 1
             ORDER BY ordinal DESC, seq DESC LIMIT ?5"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((session.0, before.0, before.1, mask, limit), event_of)?;
        let mut events = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        events.reverse();
        Ok(events)
    }

    /// The events stored after `seq`, of one session or of all, in order of commit.
    ///
    /// # Errors
    /// If the database fails.
    pub fn events_after(
        &self,
        seq: Seq,
        session: Option<SessionId>,
        limit: usize,
    ) -> Result<Vec<EventRow>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM event
             WHERE seq > ?1 AND (?2 IS NULL OR session = ?2) ORDER BY seq LIMIT ?3"
        ))?;
        let limit = i64::try_from(limit.min(limits::EVENTS_PER_PAGE)).unwrap_or(i64::MAX);
        let rows = statement.query_map((seq.0, session.map(|s| s.0), limit), event_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every record that reports an event, the first one first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn event_sources(&self, seq: Seq) -> Result<Vec<RecordPlace>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT source, generation, offset FROM event WHERE seq = ?1
             UNION ALL SELECT source, generation, offset FROM event_source WHERE seq = ?1",
        )?;
        let rows = statement.query_map([seq.0], |row| {
            Ok(RecordPlace {
                source: SourceId(row.get(0)?),
                generation: row.get(1)?,
                offset: row.get::<_, i64>(2)?.cast_unsigned(),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many events a session has up to this one, in display order; 0 if it is in another session.
    ///
    /// # Errors
    /// If the database fails.
    pub fn events_up_to(&self, session: SessionId, seq: Seq) -> Result<u64> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT count(*) FROM event JOIN event last ON last.seq = ?2 AND last.session = ?1
                 WHERE event.session = ?1 AND (event.ordinal, event.seq) <= (last.ordinal, last.seq)",
            )?
            .query_row((session.0, seq.0), |row| row.get::<_, i64>(0))?
            .cast_unsigned())
    }

    /// How many events a session has.
    ///
    /// # Errors
    /// If the database fails.
    pub fn event_count(&self, session: SessionId) -> Result<u64> {
        Ok(self
            .conn
            .prepare_cached("SELECT count(*) FROM event WHERE session = ?1")?
            .query_row([session.0], |row| row.get::<_, i64>(0))?
            .cast_unsigned())
    }
}
