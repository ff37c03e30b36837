//! Events: what and where, never their text, which their record holds.

use std::collections::BTreeSet;

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

/// An event's place in the display order, the one of commit where places are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position(pub(crate) Ordinal, pub(crate) Seq);

impl EventRow {
    pub(crate) fn position(&self) -> Position {
        Position(self.ordinal, self.seq)
    }
}

/// What became of an event that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is news to its session.
    New {
        /// Its number.
        seq: Seq,
        /// The record that tells it, where that of a copy was read before.
        told_at: Option<RecordPlace>,
    },
    /// It is known, and told by the record there.
    Known(RecordPlace),
}

impl Stored {
    /// Its number, if it is news to its session.
    #[must_use]
    pub fn news(self) -> Option<Seq> {
        match self {
            Self::New { seq, .. } => Some(seq),
            Self::Known(_) => None,
        }
    }
}

/// What became of events that were to be stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Appended {
    /// Of each of them, in their order.
    pub stored: Vec<Stored>,
    /// Forks whose own events became fewer, or whose beginning became longer.
    pub forks: BTreeSet<SessionId>,
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
    /// Stores a session's events. One that is known already, by its key, in the session or in one that
    /// shares it, is not stored again: its place is noted as one more source of it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn append_events(
        &mut self,
        session: SessionId,
        events: &[NewEvent<'_>],
        arrival: Arrival,
    ) -> Result<Appended> {
        let kin = self.kin(session)?;
        let mut appended = Appended::default();
        for event in events {
            let stored = match self.find_shared(session, event, &kin, &mut appended.forks)? {
                Some(shared) => shared,
                None => self.append_event(session, event, arrival)?,
            };
            if let Some(seq) = stored.news() {
                self.tell_readers(session, event, seq, &kin, &mut appended.forks)?;
            }
            appended.stored.push(stored);
        }
        Ok(appended)
    }

    fn append_event(
        &mut self,
        session: SessionId,
        event: &NewEvent<'_>,
        arrival: Arrival,
    ) -> Result<Stored> {
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
            let known = self.view().event_by_key(session, key)?;
            if let Some(known) = &known {
                self.add_event_source(known.seq, event.place)?;
            }
            return Ok(Stored::Known(known.map_or(event.place, |known| known.place)));
        }
        self.numbers.seq = seq;
        if let Some((doc, text)) = doc {
            let kind = DocKind::Event(event.kind);
            self.index(doc, kind, event.own, seq, Some(session), event.at, text)?;
        }
        for path in event.paths {
            self.note_file(path, seq)?;
        }
        Ok(Stored::New { seq: Seq(seq), told_at: None })
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
    /// One event; for the number of a copy, what it copies.
    ///
    /// # Errors
    /// If the database fails.
    pub fn event(&self, seq: Seq) -> Result<Option<EventRow>> {
        let row = |seq: Seq| {
            self.conn
                .prepare_cached(&format!("SELECT {COLUMNS} FROM event WHERE seq = ?1"))?
                .query_row([seq.0], event_of)
                .optional()
        };
        match row(seq)? {
            Some(event) => Ok(Some(event)),
            None => match self.original_of(seq)? {
                Some(original) => Ok(row(original)?),
                None => Ok(None),
            },
        }
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

    /// The event of a session that was stored last.
    ///
    /// # Errors
    /// If the database fails.
    pub fn last_event(&self, session: SessionId) -> Result<Option<Seq>> {
        Ok(self
            .conn
            .prepare_cached("SELECT max(seq) FROM event WHERE session = ?1")?
            .query_row([session.0], |row| row.get::<_, Option<i64>>(0))?
            .map(Seq))
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
