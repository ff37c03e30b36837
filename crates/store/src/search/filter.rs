//! A query's filters, looked up once.

use std::collections::HashSet;

use callboard_model::query::KindFilter;
use callboard_model::{Query, Timestamp};
use rusqlite::CachedStatement;

use super::DocKind;
use crate::{Result, Snapshot, limits};

/// What a match must be to count.
#[derive(Debug)]
pub(super) struct Filter {
    /// One bit per kind of document.
    pub(super) kinds: i64,
    /// Not before, not after.
    pub(super) since: Option<i64>,
    pub(super) until: Option<i64>,
    /// What Callboard itself wrote, too.
    pub(super) own: bool,
    /// Only in these sessions.
    pub(super) sessions: Option<HashSet<i64>>,
    /// Only these tasks.
    pub(super) tasks: Option<HashSet<i64>>,
    /// Only these notes.
    pub(super) notes: Option<HashSet<i64>>,
    /// Only these events.
    pub(super) events: Option<HashSet<i64>>,
    /// Where the documents of the sessions lie, if they are few.
    pub(super) docs: Option<(i64, i64)>,
}

impl Filter {
    pub(super) fn of(snapshot: &Snapshot<'_>, query: &Query, now: Timestamp) -> Result<Self> {
        let mut filter = Self {
            kinds: kinds(&query.kinds),
            since: query.since.map(|when| when.begin_utc(now).as_millisecond()),
            until: query.until.map(|when| when.end_utc(now).as_millisecond()),
            own: query.own,
            sessions: None,
            tasks: None,
            notes: None,
            events: None,
            docs: None,
        };
        if !query.agents.is_empty() {
            filter.only_sessions(snapshot.sessions_of_agents(&query.agents)?);
            filter.only_events();
        }
        if !query.sessions.is_empty() {
            let named: Vec<i64> = query.sessions.iter().map(|s| s.0).collect();
            let sessions = snapshot.sessions_below(&named)?;
            filter.docs = snapshot.docs_of(&sessions)?;
            filter.only_sessions(sessions);
            filter.only_events();
        }
        if !query.tasks.is_empty() {
            let tasks: HashSet<i64> = query.tasks.iter().map(|t| t.0).collect();
            filter.only_sessions(snapshot.sessions_of_tasks(&tasks)?);
            filter.tasks = Some(tasks);
            filter.notes = Some(HashSet::new());
        }
        if !query.workspaces.is_empty() {
            filter.only_in_workspaces(snapshot, &query.workspaces)?;
        }
        if !query.files.is_empty() {
            filter.events = Some(snapshot.events_of_files(&query.files)?);
            filter.only_notes(snapshot.notes_of_files(&query.files)?);
            filter.kinds &= !(1 << DocKind::Task.number());
        }
        Ok(filter)
    }

    fn only_events(&mut self) {
        for kind in [DocKind::Task, DocKind::Note, DocKind::Decision] {
            self.kinds &= !(1 << kind.number());
        }
    }

    fn only_sessions(&mut self, sessions: HashSet<i64>) {
        self.sessions = Some(match self.sessions.take() {
            Some(before) => before.intersection(&sessions).copied().collect(),
            None => sessions,
        });
    }

    fn only_notes(&mut self, notes: HashSet<i64>) {
        self.notes = Some(match self.notes.take() {
            Some(before) => before.intersection(&notes).copied().collect(),
            None => notes,
        });
    }

    fn only_in_workspaces(&mut self, snapshot: &Snapshot<'_>, names: &[String]) -> Result<()> {
        let workspaces: Vec<i64> = snapshot
            .workspaces()?
            .into_iter()
            .filter(|w| {
                names.iter().any(|name| {
                    name.eq_ignore_ascii_case(&w.row.name)
                        || name.eq_ignore_ascii_case(&w.id.to_string())
                })
            })
            .map(|w| w.id.0)
            .collect();
        self.only_sessions(
            snapshot.ids_where("SELECT id FROM session WHERE workspace", &workspaces)?,
        );
        let tasks = snapshot.ids_where("SELECT id FROM task WHERE workspace", &workspaces)?;
        self.tasks = Some(match self.tasks.take() {
            Some(before) => before.intersection(&tasks).copied().collect(),
            None => tasks,
        });
        let notes = snapshot.ids_where("SELECT id FROM note WHERE workspace", &workspaces)?;
        self.only_notes(notes);
        Ok(())
    }

    /// Whether a document counts.
    pub(super) fn lets_through(
        &self,
        kind: DocKind,
        own: bool,
        subject: i64,
        session: Option<i64>,
        at: Option<i64>,
    ) -> bool {
        let among =
            |set: &Option<HashSet<i64>>, id: i64| set.as_ref().is_none_or(|set| set.contains(&id));
        let in_time = self.since.is_none_or(|since| at.is_some_and(|at| at >= since))
            && self.until.is_none_or(|until| at.is_some_and(|at| at <= until));
        let named = match kind {
            DocKind::Event(_) => {
                session.is_some_and(|session| among(&self.sessions, session))
                    && among(&self.events, subject)
            }
            DocKind::Task => among(&self.tasks, subject),
            DocKind::Note | DocKind::Decision => among(&self.notes, subject),
        };
        (self.kinds >> kind.number()) & 1 == 1 && (self.own || !own) && in_time && named
    }
}

fn kinds(filters: &[KindFilter]) -> i64 {
    if filters.is_empty() {
        return i64::MAX;
    }
    filters.iter().fold(0, |mask, filter| {
        let rest = match filter {
            KindFilter::Task => 1 << DocKind::Task.number(),
            // A decision is a note.
            KindFilter::Note => 1 << DocKind::Note.number() | 1 << DocKind::Decision.number(),
            KindFilter::Decision => 1 << DocKind::Decision.number(),
            KindFilter::Event(_) | KindFilter::Message | KindFilter::Output => 0,
        };
        filter.events().iter().fold(mask | rest, |mask, kind| mask | (1 << kind.number()))
    })
}

/// A text that LIKE takes as it is.
fn escaped(part: &str) -> String {
    part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

impl Snapshot<'_> {
    /// The ids of a `SELECT … WHERE column`, where the column is one of `among`.
    fn ids_where(&self, select: &str, among: &[i64]) -> Result<HashSet<i64>> {
        let mut statement =
            self.conn.prepare_cached(&format!("{select} IN (SELECT value FROM json_each(?1))"))?;
        let rows = statement.query_map([serde_json::json!(among).to_string()], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn sessions_of_agents(&self, agents: &[String]) -> Result<HashSet<i64>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id FROM session WHERE agent IN (SELECT value FROM json_each(?1))",
        )?;
        let rows =
            statement.query_map([serde_json::json!(agents).to_string()], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Some sessions, and those that they started.
    fn sessions_below(&self, sessions: &[i64]) -> Result<HashSet<i64>> {
        let mut statement = self.conn.prepare_cached(
            "WITH RECURSIVE below (id) AS (
               SELECT value FROM json_each(?1)
               UNION SELECT s.id FROM session s JOIN below ON s.parent = below.id)
             SELECT id FROM below",
        )?;
        let rows =
            statement.query_map([serde_json::json!(sessions).to_string()], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn sessions_of_tasks(&self, tasks: &HashSet<i64>) -> Result<HashSet<i64>> {
        let tasks: Vec<i64> = tasks.iter().copied().collect();
        let linked = self.ids_where("SELECT session FROM task_session WHERE task", &tasks)?;
        self.sessions_below(&linked.into_iter().collect::<Vec<_>>())
    }

    /// The first and last document of some sessions.
    fn docs_of(&self, sessions: &HashSet<i64>) -> Result<Option<(i64, i64)>> {
        let mut range = self.conn.prepare_cached(
            "SELECT min(doc), max(doc) FROM event WHERE session = ?1 AND doc IS NOT NULL",
        )?;
        let mut all: Option<(i64, i64)> = None;
        for session in sessions {
            let (low, high): (Option<i64>, Option<i64>) =
                range.query_row([session], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if let (Some(low), Some(high)) = (low, high) {
                all = Some(all.map_or((low, high), |(l, h)| (l.min(low), h.max(high))));
            }
        }
        Ok(Some(all.unwrap_or((0, -1))))
    }

    /// The newest events about files whose path contains one of `parts`, whatever the case.
    /// The notes that say of themselves that they are about a file whose path contains one of these.
    fn notes_of_files(&self, parts: &[String]) -> Result<HashSet<i64>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT note FROM note_link WHERE kind = 'file' AND is_told
               AND target LIKE '%' || ?1 || '%' ESCAPE '\\'",
        )?;
        let mut notes = HashSet::new();
        for part in parts {
            let rows = statement.query_map([escaped(part)], |row| row.get(0))?;
            notes.extend(rows.collect::<rusqlite::Result<Vec<i64>>>()?);
        }
        Ok(notes)
    }

    fn events_of_files(&self, parts: &[String]) -> Result<HashSet<i64>> {
        const ABOUT: &str = "WHERE f.path IN (
            SELECT id FROM path WHERE path LIKE '%' || ?1 || '%' ESCAPE '\\') ";
        let mut all = self
            .conn
            .prepare_cached(&format!("SELECT f.seq FROM event_file f {ABOUT} LIMIT ?2 + 1"))?;
        // Looks each event up, which few paths are worth.
        let mut newest = self.conn.prepare_cached(&format!(
            "SELECT f.seq FROM event_file f CROSS JOIN event e ON e.seq = f.seq {ABOUT}
             ORDER BY e.at DESC, e.doc DESC, e.seq DESC LIMIT ?2",
        ))?;
        let mut events = HashSet::new();
        for part in parts {
            let part = escaped(part);
            let limit = i64::try_from(limits::FILE_EVENTS).unwrap_or(i64::MAX);
            let seqs = |statement: &mut CachedStatement<'_>| -> Result<Vec<i64>> {
                let rows = statement.query_map((&part, limit), |row| row.get(0))?;
                Ok(rows.collect::<rusqlite::Result<_>>()?)
            };
            let mut found = seqs(&mut all)?;
            if found.len() > limits::FILE_EVENTS {
                found = seqs(&mut newest)?;
            }
            events.extend(found);
        }
        Ok(events)
    }
}
