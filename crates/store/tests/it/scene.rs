//! A store in a scratch folder, and short ways to fill it.

use std::path::{Path, PathBuf};

use callboard_model::{AgentName, EventKind, Ordinal, Seq, SessionId, ThreadKey, Timestamp};
use callboard_store::{
    Arrival, Cursor, Durability, IndexText, NewEvent, Reader, RecordPlace, Result, Snapshot,
    SourceId, SourceRow, Store, Write,
};

pub(crate) const AGENT: AgentName = AgentName::known("claude");
pub(crate) const DAY_MS: i64 = 86_400_000;

pub(crate) struct Scene {
    pub(crate) store: Store,
    pub(crate) reader: Reader,
    pub(crate) dir: tempfile::TempDir,
}

/// An event to add, in few words.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) kind: EventKind,
    pub(crate) text: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) paths: &'a [&'a str],
}

pub(crate) fn said(kind: EventKind, text: &str) -> Said<'_> {
    Said { kind, text, at: now(), paths: &[] }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-08-20T12:00:00Z").unwrap()
}

pub(crate) fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_millisecond(now().as_millisecond() - days * DAY_MS)
}

impl Scene {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let reader = store.reader().unwrap();
        Self { store, reader, dir }
    }

    pub(crate) fn write<T>(&mut self, f: impl FnOnce(&mut Write<'_>) -> Result<T>) -> T {
        self.store.write(Durability::Normal, now(), f).unwrap()
    }

    pub(crate) fn read<T>(&mut self, f: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> T {
        self.reader.snapshot(f).unwrap()
    }

    /// Adds a session that says something.
    pub(crate) fn session(&mut self, native: &str, events: &[Said<'_>]) -> SessionId {
        self.write(|w| {
            let (id, _) = w.session_of(&AGENT, &ThreadKey::main(native))?;
            say(w, id, native, events, Arrival::Live)?;
            Ok(id)
        })
    }

    /// Puts `times` events like the first one before it, about the same files.
    pub(crate) fn repeat_first_event(&mut self, times: usize) {
        let rows = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times})"
        );
        let sql = format!(
            "BEGIN;
             {rows} INSERT INTO event SELECT seq - i, session, ordinal - i, at, kind, i,
               source, generation, offset, NULL FROM n CROSS JOIN event WHERE seq = 1;
             {rows} INSERT INTO event_file SELECT path, seq - i
               FROM n CROSS JOIN event_file WHERE seq = 1;
             COMMIT;"
        );
        let path = self.dir.path().join("callboard.db");
        rusqlite::Connection::open(path).unwrap().execute_batch(&sql).unwrap();
    }

    pub(crate) fn count(&self, table: &str) -> i64 {
        let path = self.dir.path().join("callboard.db");
        let conn = rusqlite::Connection::open(path).unwrap();
        conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }
}

pub(crate) fn say(
    w: &mut Write<'_>,
    session: SessionId,
    key: &str,
    events: &[Said<'_>],
    arrival: Arrival,
) -> Result<Vec<Option<Seq>>> {
    let keys: Vec<String> = (0..events.len()).map(|i| format!("{key}/{i}")).collect();
    let mut ordinal = Ordinal(0);
    let new: Vec<NewEvent<'_>> = events
        .iter()
        .zip(&keys)
        .enumerate()
        .map(|(i, (said, key))| {
            ordinal = Ordinal::after(ordinal, Some(said.at));
            NewEvent {
                ordinal,
                at: Some(said.at),
                kind: said.kind,
                key,
                place: RecordPlace { source: SourceId(1), generation: 0, offset: i as u64 },
                text: Some(IndexText::of("", said.text)),
                own: false,
                paths: said.paths,
            }
        })
        .collect();
    let appended = w.append_events(session, &new, arrival)?;
    Ok(appended.stored.into_iter().map(callboard_store::Stored::news).collect())
}

pub(crate) fn source_row(path: &Path, inode: u64) -> SourceRow {
    SourceRow {
        agent: AGENT,
        path: PathBuf::from(path),
        dev: 1,
        inode,
        thread: None,
        born: None,
        cursor: Cursor { head_hash: 7, ..Cursor::default() },
    }
}
