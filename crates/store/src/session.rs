//! Sessions: who they are, where they belong, and the row that lists show.

use callboard_model::session::SessionState;
use callboard_model::{AgentName, Seq, SessionId, ThreadKey, Timestamp, WorkspaceId};
use rusqlite::{OptionalExtension, Row};

use crate::source::{ms, time_of};
use crate::{Result, Snapshot, StoreError, Write};

/// What is kept of a session beside its identity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionRow {
    /// The session that started it.
    pub parent: Option<SessionId>,
    /// The session whose beginning it shares.
    pub forked_from: Option<SessionId>,
    /// The workspace it belongs to.
    pub workspace: Option<WorkspaceId>,
    /// Directory it works in.
    pub cwd: Option<String>,
    /// Branch checked out there.
    pub branch: Option<String>,
    /// When its first event happened.
    pub started_at: Option<Timestamp>,
    /// When its last event happened.
    pub updated_at: Option<Timestamp>,
    /// It is in progress, as far as is known.
    pub live: bool,
    /// It is left out of lists unless asked for.
    pub hidden: bool,
    /// The three facts.
    pub state: SessionState,
    /// What lists show of it: JSON, opaque here.
    pub row: String,
}

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its id outside of this database.
    pub uuid: String,
    /// Which agent.
    pub agent: AgentName,
    /// Its identity there.
    pub thread: ThreadKey,
    /// The session at the top of its line of parents; itself if it has none.
    pub root: SessionId,
    /// The rest.
    pub row: SessionRow,
}

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionListRow {
    /// Its id.
    pub id: SessionId,
    /// The session at the top of its line of parents.
    pub root: SessionId,
    /// When its last event happened.
    pub updated_at: Option<Timestamp>,
    /// It is in progress, as far as is known.
    pub live: bool,
    /// What lists show of it: JSON, opaque here; empty before the first `put_session`.
    pub row: String,
}

/// Which sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// Of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// Of this agent.
    pub agent: Option<AgentName>,
    /// Started by this session.
    pub parent: Option<SessionId>,
    /// Started by no other session.
    pub roots_only: bool,
    /// In progress, as far as is known.
    pub live_only: bool,
    /// Whose turn goes on, as far as is known.
    pub working_only: bool,
    /// Hidden ones too.
    pub hidden_too: bool,
    /// Changed at or after this moment.
    pub since: Option<Timestamp>,
    /// How many at most, newest first; 0 for all.
    pub limit: usize,
}

const COLUMNS: &str = "id, uuid, agent, native, sub, root, parent, forked_from, workspace, cwd,
    branch, started_at, updated_at, live, hidden, state, row";

fn session_of(row: &Row<'_>) -> rusqlite::Result<(Session, Option<String>)> {
    let sub: String = row.get(4)?;
    let session = Session {
        id: SessionId(row.get(0)?),
        uuid: row.get(1)?,
        agent: AgentName(row.get::<_, String>(2)?.into()),
        thread: ThreadKey { native: row.get(3)?, sub: Some(sub).filter(|s| !s.is_empty()) },
        root: SessionId(row.get(5)?),
        row: SessionRow {
            parent: row.get::<_, Option<i64>>(6)?.map(SessionId),
            forked_from: row.get::<_, Option<i64>>(7)?.map(SessionId),
            workspace: row.get::<_, Option<i64>>(8)?.map(WorkspaceId),
            cwd: row.get(9)?,
            branch: row.get(10)?,
            started_at: time_of(row, 11)?,
            updated_at: time_of(row, 12)?,
            live: row.get(13)?,
            hidden: row.get(14)?,
            state: SessionState::default(),
            row: row.get::<_, Option<String>>(16)?.unwrap_or_default(),
        },
    };
    Ok((session, row.get(15)?))
}

fn with_state((mut session, state): (Session, Option<String>)) -> Result<Session> {
    if let Some(state) = state {
        session.row.state =
            serde_json::from_str(&state).map_err(StoreError::unreadable("session state"))?;
    }
    Ok(session)
}

impl Write<'_> {
    /// The session of an agent's conversation, and whether it is new.
    ///
    /// # Errors
    /// If the database fails.
    pub fn session_of(
        &mut self,
        agent: &AgentName,
        thread: &ThreadKey,
    ) -> Result<(SessionId, bool)> {
        if let Some(id) = self.view().session_id(agent, thread)? {
            return Ok((id, false));
        }
        self.tx
            .prepare_cached(
                "INSERT INTO session (uuid, agent, native, sub, root) VALUES (?1, ?2, ?3, ?4, 0)",
            )?
            .execute((
                self.new_uuid(),
                agent.as_str(),
                &thread.native,
                thread.sub.as_deref().unwrap_or_default(),
            ))?;
        let id = self.tx.last_insert_rowid();
        self.tx.prepare_cached("UPDATE session SET root = id WHERE id = ?1")?.execute([id])?;
        Ok((SessionId(id), true))
    }

    /// Keeps what is known of a session. A parent that would make a circle is left out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such session; if the database fails.
    pub fn put_session(&mut self, id: SessionId, row: &SessionRow) -> Result<()> {
        let before: Option<i64> = self
            .tx
            .prepare_cached("SELECT parent FROM session WHERE id = ?1")?
            .query_row([id.0], |r| r.get(0))
            .optional()?
            .ok_or_else(|| StoreError::NotFound(format!("session {id}")))?;
        if before != row.parent.map(|p| p.0) {
            self.set_parent(id, row.parent)?;
        }
        let state =
            serde_json::to_string(&row.state).map_err(StoreError::unreadable("session state"))?;
        self.tx
            .prepare_cached(
                "UPDATE session SET forked_from = ?2, workspace = ?3, cwd = ?4, branch = ?5,
                   started_at = ?6, updated_at = ?7, live = ?8, hidden = ?9, state = ?10, row = ?11
                 WHERE id = ?1",
            )?
            .execute((
                id.0,
                row.forked_from.map(|s| s.0),
                row.workspace.map(|w| w.0),
                &row.cwd,
                &row.branch,
                ms(row.started_at),
                ms(row.updated_at),
                row.live,
                row.hidden,
                state,
                &row.row,
            ))?;
        Ok(())
    }

    fn set_parent(&mut self, id: SessionId, parent: Option<SessionId>) -> Result<()> {
        let above = match parent {
            Some(parent) => self.view().line_of_parents(parent)?,
            None => Vec::new(),
        };
        let parent = parent.filter(|_| !above.is_empty() && !above.contains(&id));
        let root = above.last().filter(|_| parent.is_some()).copied().unwrap_or(id);
        self.tx
            .prepare_cached("UPDATE session SET parent = ?2 WHERE id = ?1")?
            .execute((id.0, parent.map(|p| p.0)))?;
        self.tx
            .prepare_cached(
                "WITH RECURSIVE below (id) AS (
                   SELECT ?1 UNION SELECT s.id FROM session s JOIN below ON s.parent = below.id)
                 UPDATE session SET root = ?2 WHERE id IN below",
            )?
            .execute((id.0, root.0))?;
        Ok(())
    }

    /// Keeps a session's fold, which covers its events up to `seq`: JSON, opaque here.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_fold(&mut self, id: SessionId, seq: Seq, fold: &str) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO session_fold (session, seq, fold) VALUES (?1, ?2, ?3)
                 ON CONFLICT (session) DO UPDATE SET seq = excluded.seq, fold = excluded.fold",
            )?
            .execute((id.0, seq.0, fold))?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// The session of an agent's conversation, if it is known.
    ///
    /// # Errors
    /// If the database fails.
    pub fn session_id(&self, agent: &AgentName, thread: &ThreadKey) -> Result<Option<SessionId>> {
        Ok(self
            .conn
            .prepare_cached("SELECT id FROM session WHERE agent = ?1 AND native = ?2 AND sub = ?3")?
            .query_row(
                (agent.as_str(), &thread.native, thread.sub.as_deref().unwrap_or_default()),
                |row| row.get(0).map(SessionId),
            )
            .optional()?)
    }

    /// One session.
    ///
    /// # Errors
    /// If the database fails or its state is not JSON.
    pub fn session(&self, id: SessionId) -> Result<Option<Session>> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM session WHERE id = ?1"))?
            .query_row([id.0], session_of)
            .optional()?
            .map(with_state)
            .transpose()
    }

    /// A session's fold, and the last event it covers.
    ///
    /// # Errors
    /// If the database fails.
    pub fn fold(&self, id: SessionId) -> Result<Option<(Seq, String)>> {
        Ok(self
            .conn
            .prepare_cached("SELECT seq, fold FROM session_fold WHERE session = ?1")?
            .query_row([id.0], |row| Ok((Seq(row.get(0)?), row.get(1)?)))
            .optional()?)
    }

    /// The sessions whose stored fold has another version than this, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn folded_otherwise(&self, version: u32) -> Result<Vec<SessionId>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id FROM session JOIN session_fold ON session = id
             WHERE json_extract(fold, '$.version') IS NOT ?1 ORDER BY updated_at DESC",
        )?;
        let rows = statement.query_map([version], |row| row.get(0).map(SessionId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Sessions whose fold misses events, last changed first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn folded_in_part(&self) -> Result<Vec<SessionId>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id FROM session JOIN session_fold ON session = id
             WHERE session_fold.seq = 0 ORDER BY updated_at DESC",
        )?;
        let rows = statement.query_map([], |row| row.get(0).map(SessionId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Sessions in a list, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn sessions(&self, filter: &SessionFilter) -> Result<Vec<SessionListRow>> {
        let (conditions, parameters) = conditions(filter);
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT id, root, updated_at, live, row FROM session WHERE {conditions}
             ORDER BY updated_at DESC, id DESC LIMIT {}",
            if filter.limit == 0 { -1 } else { i64::try_from(filter.limit).unwrap_or(-1) }
        ))?;
        let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| {
            Ok(SessionListRow {
                id: SessionId(row.get(0)?),
                root: SessionId(row.get(1)?),
                updated_at: time_of(row, 2)?,
                live: row.get(3)?,
                row: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many sessions a filter finds; its limit is not looked at.
    ///
    /// # Errors
    /// If the database fails.
    pub fn session_count(&self, filter: &SessionFilter) -> Result<u64> {
        let (conditions, parameters) = conditions(filter);
        let count: i64 = self
            .conn
            .prepare_cached(&format!("SELECT count(*) FROM session WHERE {conditions}"))?
            .query_row(rusqlite::params_from_iter(parameters), |row| row.get(0))?;
        Ok(count.cast_unsigned())
    }

    /// The sessions that this one started, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn children(&self, id: SessionId) -> Result<Vec<SessionId>> {
        let mut statement =
            self.conn.prepare_cached("SELECT id FROM session WHERE parent = ?1 ORDER BY id")?;
        let rows = statement.query_map([id.0], |row| row.get(0).map(SessionId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The session, its parent, its parent's parent, up to the root; empty if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub fn line_of_parents(&self, id: SessionId) -> Result<Vec<SessionId>> {
        let mut statement = self.conn.prepare_cached(
            "WITH RECURSIVE above (id, parent, depth) AS (
               SELECT id, parent, 0 FROM session WHERE id = ?1
               UNION SELECT s.id, s.parent, depth + 1 FROM session s JOIN above ON s.id = above.parent)
             SELECT id FROM above ORDER BY depth",
        )?;
        let rows = statement.query_map([id.0], |row| row.get(0).map(SessionId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn conditions(filter: &SessionFilter) -> (String, Vec<rusqlite::types::Value>) {
    let mut conditions = vec!["1".to_owned()];
    let mut parameters = Vec::new();
    let mut with = |condition: &str, value: rusqlite::types::Value| {
        parameters.push(value);
        conditions.push(format!("{condition} ?{}", parameters.len()));
    };
    if let Some(workspace) = filter.workspace {
        with("workspace =", workspace.0.into());
    }
    if let Some(agent) = &filter.agent {
        with("agent =", agent.as_str().to_owned().into());
    }
    if let Some(parent) = filter.parent {
        with("parent =", parent.0.into());
    }
    if let Some(since) = filter.since {
        with("updated_at >=", since.as_millisecond().into());
    }
    if filter.roots_only {
        conditions.push("parent IS NULL".to_owned());
    }
    if filter.live_only {
        conditions.push("live".to_owned());
    }
    if filter.working_only {
        conditions.push("json_extract(state, '$.turn.is') = 'working'".to_owned());
    }
    if !filter.hidden_too {
        conditions.push("NOT hidden".to_owned());
    }
    (conditions.join(" AND "), parameters)
}
