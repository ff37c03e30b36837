//! Forks: sessions that began as another one did, and the events that they share.
//!
//! An event that several sessions' transcripts hold belongs to the session it happened in, whichever
//! transcript was read first.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::view::SharedBeginning;
use callboard_model::{EventKind, Ordinal, Seq, SessionId};
use rusqlite::OptionalExtension;

use crate::event::Position;
use crate::{EventKey, NewEvent, RecordPlace, Result, Snapshot, Stored, Write, limits};

/// The sessions that a session shares events with, as they are looked for while its events are stored.
#[derive(Debug, Default)]
pub(crate) struct Kin {
    /// Those that it began as, by copy.
    origins: Vec<SessionId>,
    /// Those that began as it did, by copy.
    forks: Vec<SessionId>,
    /// Those whose beginning is in its transcript, with where that ends.
    readers: Vec<(SessionId, u64)>,
}

impl Write<'_> {
    /// Notes that `session` began as `origin` did: with a copy of its events, or by reference to its
    /// transcript up to the byte `ends_at`. Events that turn out to be copies become the origin's. Gives
    /// the sessions that this changes.
    ///
    /// # Errors
    /// If the database fails.
    pub fn note_fork(
        &mut self,
        session: SessionId,
        origin: SessionId,
        ends_at: Option<u64>,
    ) -> Result<BTreeSet<SessionId>> {
        let mut changed = BTreeSet::new();
        let above = self.view().kindred(origin, Toward::Origins)?;
        if session == origin || above.contains(&session) {
            return Ok(changed);
        }
        let is_new = self
            .tx
            .prepare_cached(
                "INSERT OR IGNORE INTO fork (session, origin, ends_at) VALUES (?1, ?2, ?3)",
            )?
            .execute((session.0, origin.0, ends_at.map(u64::cast_signed)))?
            == 1;
        if !is_new {
            return Ok(changed);
        }
        if let Some(ends_at) = ends_at {
            if let Some(last) = self.view().last_before(origin, ends_at)? {
                self.share(session, origin, last)?;
            }
            return Ok(changed);
        }
        let below = self.view().kindred(session, Toward::Forks)?;
        for fork in std::iter::once(session).chain(below) {
            for origin in std::iter::once(origin).chain(above.iter().copied()) {
                if self.join(fork, origin)? {
                    changed.insert(fork);
                }
            }
        }
        Ok(changed)
    }

    pub(crate) fn kin(&self, session: SessionId) -> Result<Kin> {
        let view = self.view();
        let mut statement = self.tx.prepare_cached(
            "SELECT session, ends_at FROM fork WHERE origin = ?1 AND ends_at NOT NULL",
        )?;
        let readers = statement
            .query_map([session.0], |row| {
                Ok((SessionId(row.get(0)?), row.get::<_, i64>(1)?.cast_unsigned()))
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Kin {
            origins: view.kindred(session, Toward::Origins)?,
            forks: view.kindred(session, Toward::Forks)?,
            readers,
        })
    }

    /// Looks for an event among those of the sessions that share it: one that a fork was the first to
    /// report becomes this session's. `changed` takes the sessions
    /// whose own events become fewer.
    pub(crate) fn find_shared(
        &mut self,
        session: SessionId,
        event: &NewEvent<'_>,
        kin: &Kin,
        changed: &mut BTreeSet<SessionId>,
    ) -> Result<Option<Stored>> {
        // Facts are about the session that tells them.
        if event.kind == EventKind::Info {
            return Ok(None);
        }
        let key = EventKey::of(event.key);
        for origin in &kin.origins {
            if let Some(known) = self.view().event_by_key(*origin, key)? {
                self.add_event_source(known.seq, event.place)?;
                self.share(session, *origin, known.position())?;
                return Ok(Some(Stored::Known(known.place)));
            }
        }
        let mut taken: Option<(Seq, RecordPlace)> = None;
        for fork in &kin.forks {
            let Some(own) = self.view().event_by_key(*fork, key)? else { continue };
            changed.insert(*fork);
            match taken {
                None => {
                    self.take_over(*fork, own.position(), session, event)?;
                    taken = Some((own.seq, own.place));
                }
                Some((seq, _)) => {
                    let position = Position(event.ordinal, seq);
                    self.merge_copy(*fork, own.position(), session, position)?;
                }
            }
        }
        Ok(taken.map(|(seq, place)| Stored::New { seq, told_at: Some(place) }))
    }

    /// Tells those that begin in this session's transcript of a new event of it.
    pub(crate) fn tell_readers(
        &mut self,
        session: SessionId,
        event: &NewEvent<'_>,
        seq: Seq,
        kin: &Kin,
        changed: &mut BTreeSet<SessionId>,
    ) -> Result<()> {
        for (reader, ends_at) in &kin.readers {
            if event.place.offset < *ends_at {
                self.share(*reader, session, Position(event.ordinal, seq))?;
                changed.insert(*reader);
            }
        }
        Ok(())
    }

    /// Makes a fork's event the origin's, whose transcript reports it now, too.
    fn take_over(
        &mut self,
        fork: SessionId,
        own: Position,
        origin: SessionId,
        event: &NewEvent<'_>,
    ) -> Result<()> {
        let Position(_, seq) = own;
        self.tx
            .prepare_cached(
                "UPDATE doc SET session = ?2 WHERE doc = (SELECT doc FROM event WHERE seq = ?1)",
            )?
            .execute((seq.0, origin.0))?;
        self.tx
            .prepare_cached("UPDATE event SET session = ?2, ordinal = ?3 WHERE seq = ?1")?
            .execute((seq.0, origin.0, event.ordinal.0))?;
        self.add_event_source(seq, event.place)?;
        self.share_below(fork, own, origin, Position(event.ordinal, seq))
    }

    /// Drops an event of a fork that copies one of its origin; its number leads there from now on.
    fn merge_copy(
        &mut self,
        fork: SessionId,
        own: Position,
        origin: SessionId,
        original: Position,
    ) -> Result<()> {
        let (Position(_, copy), Position(_, seq)) = (own, original);
        for place in self.view().event_sources(copy)? {
            self.add_event_source(seq, place)?;
        }
        let doc: Option<i64> = self
            .tx
            .prepare_cached("DELETE FROM event WHERE seq = ?1 RETURNING doc")?
            .query_row([copy.0], |row| row.get(0))?;
        if let Some(doc) = doc {
            self.unindex(doc)?;
        }
        self.tx.prepare_cached("DELETE FROM event_source WHERE seq = ?1")?.execute([copy.0])?;
        self.tx
            .prepare_cached("INSERT INTO event_copy (seq, copy_of) VALUES (?1, ?2)")?
            .execute((copy.0, seq.0))?;
        self.share_below(fork, own, origin, original)
    }

    /// Every event of a fork that one of its origin's is known to be; whether there was any.
    fn join(&mut self, fork: SessionId, origin: SessionId) -> Result<bool> {
        let pairs: Vec<(Position, Position)> = self
            .tx
            .prepare_cached(
                "SELECT c.ordinal, c.seq, o.ordinal, o.seq FROM event c
                 JOIN event o ON o.session = ?2 AND o.key = c.key
                 WHERE c.session = ?1 AND c.kind <> ?3",
            )?
            .query_map((fork.0, origin.0, EventKind::Info.number()), |row| {
                let own = Position(Ordinal(row.get(0)?), Seq(row.get(1)?));
                Ok((own, Position(Ordinal(row.get(2)?), Seq(row.get(3)?))))
            })?
            .collect::<rusqlite::Result<_>>()?;
        for (own, original) in &pairs {
            self.merge_copy(fork, *own, origin, *original)?;
        }
        Ok(!pairs.is_empty())
    }

    /// As [`Self::share`], for a fork and for all that share that event with it.
    fn share_below(
        &mut self,
        fork: SessionId,
        own: Position,
        origin: SessionId,
        position: Position,
    ) -> Result<()> {
        self.share(fork, origin, position)?;
        let sharing: Vec<i64> = self
            .tx
            .prepare_cached(
                "SELECT session FROM fork WHERE origin = ?1 AND (ordinal, seq) >= (?2, ?3)",
            )?
            .query_map((fork.0, own.0.0, own.1.0), |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for session in sharing {
            self.share(SessionId(session), origin, position)?;
        }
        Ok(())
    }

    /// Notes that the beginning that `session` shares with `origin` goes at least up to there.
    fn share(&mut self, session: SessionId, origin: SessionId, up_to: Position) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO fork (session, origin, ordinal, seq) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (session, origin) DO UPDATE
                   SET ordinal = excluded.ordinal, seq = excluded.seq
                   WHERE fork.seq IS NULL
                     OR (excluded.ordinal, excluded.seq) > (fork.ordinal, fork.seq)",
            )?
            .execute((session.0, origin.0, up_to.0.0, up_to.1.0))?;
        Ok(())
    }
}

/// Which way to look among forks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Toward {
    Origins,
    Forks,
}

impl Snapshot<'_> {
    /// The sessions that one began as by copy, or those that began as it did; nearest first.
    fn kindred(&self, session: SessionId, toward: Toward) -> Result<Vec<SessionId>> {
        let mut statement = self.conn.prepare_cached(match toward {
            Toward::Origins => {
                "WITH RECURSIVE kin (id, depth) AS (
                   SELECT origin, 1 FROM fork WHERE session = ?1 AND ends_at IS NULL
                   UNION SELECT origin, depth + 1 FROM fork JOIN kin ON session = kin.id
                   WHERE ends_at IS NULL AND depth < ?2)
                 SELECT id FROM kin WHERE id <> ?1 GROUP BY id ORDER BY min(depth), id"
            }
            Toward::Forks => {
                "WITH RECURSIVE kin (id, depth) AS (
                   SELECT session, 1 FROM fork WHERE origin = ?1 AND ends_at IS NULL
                   UNION SELECT session, depth + 1 FROM fork JOIN kin ON origin = kin.id
                   WHERE ends_at IS NULL AND depth < ?2)
                 SELECT id FROM kin WHERE id <> ?1 GROUP BY id ORDER BY min(depth), id"
            }
        })?;
        let rows = statement
            .query_map((session.0, limits::FORKS_DEEP), |row| row.get(0).map(SessionId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The last event of a session that stands before this byte of its transcript.
    fn last_before(&self, session: SessionId, offset: u64) -> Result<Option<Position>> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT ordinal, seq FROM event WHERE session = ?1 AND offset < ?2
                 ORDER BY ordinal DESC, seq DESC LIMIT 1",
            )?
            .query_row((session.0, offset.cast_signed()), |row| {
                Ok(Position(Ordinal(row.get(0)?), Seq(row.get(1)?)))
            })
            .optional()?)
    }

    /// The sessions that one began as, each with the last event of it that they share.
    pub(crate) fn beginnings(&self, session: SessionId) -> Result<BTreeMap<SessionId, Position>> {
        let mut found = BTreeMap::new();
        let mut near = vec![session];
        for _ in 0..limits::FORKS_DEEP {
            let mut above = Vec::new();
            for one in std::mem::take(&mut near) {
                let mut statement = self.conn.prepare_cached(
                    "SELECT origin, ordinal, seq FROM fork WHERE session = ?1 AND seq NOT NULL",
                )?;
                let mut rows = statement.query([one.0])?;
                while let Some(row) = rows.next()? {
                    let (origin, up_to) =
                        (SessionId(row.get(0)?), Position(Ordinal(row.get(1)?), Seq(row.get(2)?)));
                    // What a session says of itself counts more than what its origins say.
                    if origin != session && !found.contains_key(&origin) {
                        found.insert(origin, up_to);
                        above.push(origin);
                    }
                }
            }
            if above.is_empty() {
                break;
            }
            near = above;
        }
        Ok(found)
    }

    /// The beginning that a session shares with those that it began as, if it is known to share any.
    ///
    /// # Errors
    /// If the database fails.
    pub fn shared_beginning(&self, session: SessionId) -> Result<Option<SharedBeginning>> {
        let beginnings = self.beginnings(session)?;
        let last = beginnings.into_iter().max_by_key(|(_, position)| *position);
        Ok(last.map(|(session, Position(ordinal, seq))| SharedBeginning { session, ordinal, seq }))
    }

    /// The event that a number leads to where it is no event's own any more.
    pub(crate) fn original_of(&self, seq: Seq) -> Result<Option<Seq>> {
        let mut at = None;
        let mut next = seq;
        for _ in 0..limits::FORKS_DEEP {
            let original: Option<i64> = self
                .conn
                .prepare_cached("SELECT copy_of FROM event_copy WHERE seq = ?1")?
                .query_row([next.0], |row| row.get(0))
                .optional()?;
            let Some(original) = original else { break };
            next = Seq(original);
            at = Some(next);
        }
        Ok(at)
    }
}
