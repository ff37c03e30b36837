//! Facts: what the events of sessions prove.

use callboard_model::fact::{Fact, FactBody};
use callboard_model::{Ordinal, Seq, SessionId};
use rusqlite::Row;

use crate::source::{ms, time_of};
use crate::{Result, Snapshot, StoreError, Write};

/// A fact as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFact {
    /// The session whose events prove it.
    pub session: SessionId,
    /// The fact.
    pub fact: Fact,
    /// The events that prove it, in order, where they were asked for; those that the store does not have are left out.
    pub events: Vec<Seq>,
    /// How often it was told.
    pub times: u32,
}

impl StoredFact {
    /// Its last event's place in the session.
    #[must_use]
    pub fn last(&self) -> Ordinal {
        self.fact.places.last().copied().unwrap_or_default()
    }
}

impl Write<'_> {
    /// Keeps facts of a session, each in the place of one of the same key; `anew`, in the place of all.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_facts(&mut self, session: SessionId, facts: &[Fact], anew: bool) -> Result<()> {
        if anew {
            self.tx.prepare_cached("DELETE FROM fact WHERE session = ?1")?.execute([session.0])?;
        }
        for fact in facts {
            let unreadable = StoreError::unreadable("fact");
            let body = serde_json::to_string(&fact.body).map_err(unreadable)?;
            let places = serde_json::to_string(&fact.places)
                .map_err(StoreError::unreadable("places of a fact"))?;
            let last = fact.places.last().copied().unwrap_or_default();
            self.tx
                .prepare_cached(
                    "INSERT INTO fact (session, key, kind, ordinal, at, times, places, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)
                     ON CONFLICT (session, key) DO UPDATE SET kind = excluded.kind,
                       ordinal = excluded.ordinal, at = excluded.at, times = times + 1,
                       places = excluded.places, body = excluded.body",
                )?
                .execute((
                    session.0,
                    &fact.key,
                    fact.body.kind(),
                    last.0,
                    ms(fact.at),
                    places,
                    body,
                ))?;
        }
        Ok(())
    }
}

const COLUMNS: &str = "session, key, at, times, places, body";

fn fact_of(row: &Row<'_>) -> rusqlite::Result<(StoredFact, String, String)> {
    let fact = Fact {
        key: row.get(1)?,
        places: Vec::new(),
        at: time_of(row, 2)?,
        body: FactBody::Said { text: String::new() },
    };
    let session = SessionId(row.get(0)?);
    let stored = StoredFact { session, fact, events: Vec::new(), times: row.get(3)? };
    Ok((stored, row.get(4)?, row.get(5)?))
}

impl Snapshot<'_> {
    /// The facts of a session, in the order of their last events.
    ///
    /// # Errors
    /// If the database fails.
    pub fn facts(&self, session: SessionId) -> Result<Vec<StoredFact>> {
        let facts = self.facts_where("session = ?1 ORDER BY ordinal, id", [session.0])?;
        self.with_events(facts)
    }

    /// Facts with the events that prove them.
    pub(crate) fn with_events(&self, mut facts: Vec<StoredFact>) -> Result<Vec<StoredFact>> {
        for stored in &mut facts {
            stored.events = self.seqs_at(stored.session, &stored.fact.places)?;
        }
        Ok(facts)
    }

    /// The facts by this key of all sessions, such as those that wrote one file, the newest first; without their events.
    ///
    /// # Errors
    /// If the database fails.
    pub fn facts_by_key(&self, key: &str) -> Result<Vec<StoredFact>> {
        self.facts_where("key = ?1 AND kind IN ('edited', 'errored') ORDER BY at DESC", [key])
    }

    /// How many facts a session has, and how often it met the error that it met most often.
    ///
    /// # Errors
    /// If the database fails.
    pub fn facts_counted(&self, session: SessionId) -> Result<(u32, u32)> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT count(*), ifnull(max(times) FILTER (WHERE kind = 'errored'), 0)
                 FROM fact WHERE session = ?1",
            )?
            .query_row([session.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// How many files a session wrote, and how often the one that it wrote most often.
    ///
    /// # Errors
    /// If the database fails.
    pub fn edits_of(&self, session: SessionId) -> Result<(u32, u32)> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT count(*), ifnull(max(times), 0) FROM fact
                 WHERE session = ?1 AND kind = 'edited'",
            )?
            .query_row([session.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    pub(crate) fn facts_where(
        &self,
        condition: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<StoredFact>> {
        let mut statement =
            self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM fact WHERE {condition}"))?;
        let rows = statement.query_map(parameters, fact_of)?;
        let mut facts = Vec::new();
        for row in rows {
            let (mut stored, places, body) = row?;
            stored.fact.places = serde_json::from_str(&places)
                .map_err(StoreError::unreadable("places of a fact"))?;
            stored.fact.body =
                serde_json::from_str(&body).map_err(StoreError::unreadable("fact"))?;
            facts.push(stored);
        }
        Ok(facts)
    }

    fn seqs_at(&self, session: SessionId, places: &[Ordinal]) -> Result<Vec<Seq>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT seq FROM event WHERE session = ?1 AND ordinal = ?2")?;
        let mut events = Vec::with_capacity(places.len());
        for place in places {
            let rows = statement.query_map([session.0, place.0], |row| row.get(0).map(Seq))?;
            for seq in rows {
                events.push(seq?);
            }
        }
        Ok(events)
    }
}
