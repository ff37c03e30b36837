//! Owned sessions, from the moment that they are asked for.

use callboard_model::owned::{Owned, OwnedState};
use callboard_model::{AgentName, SessionId};
use rusqlite::{OptionalExtension, Row};
use serde_json::json;

use crate::{LogKind, Result, Snapshot, StoreError, Write};

/// The whole is JSON; the other columns are for finding it.
fn owned_of(row: &Row<'_>) -> rusqlite::Result<(i64, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

fn read((id, body): (i64, String)) -> Result<Owned> {
    let owned: Owned =
        serde_json::from_str(&body).map_err(StoreError::unreadable("owned session"))?;
    Ok(Owned { id, ..owned })
}

impl Write<'_> {
    /// Adds an owned session; gives it with its number.
    ///
    /// # Errors
    /// If the database fails, or the conversation has a writer.
    pub fn add_owned(&mut self, owned: Owned) -> Result<Owned> {
        self.tx
            .prepare_cached(
                "INSERT INTO owned (workspace, agent, state, asked_at, body)
                 VALUES (?1, ?2, ?3, ?4, '{}')",
            )?
            .execute((
                owned.workspace.0,
                owned.agent.as_str(),
                owned.state.word(),
                owned.asked_at.as_millisecond(),
            ))?;
        let owned = Owned { id: self.tx.last_insert_rowid(), ..owned };
        self.put_owned(&owned)?;
        Ok(owned)
    }

    /// Keeps what is known of an owned session, and announces it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_owned(&mut self, owned: &Owned) -> Result<()> {
        let body = serde_json::to_string(owned).map_err(StoreError::unreadable("owned session"))?;
        self.tx
            .prepare_cached(
                "UPDATE owned SET task = ?2, session = ?3, worktree = ?4, native = ?5, state = ?6,
                   body = ?7 WHERE id = ?1",
            )?
            .execute((
                owned.id,
                owned.task.map(|t| t.0),
                owned.session.map(|s| s.0),
                owned.worktree,
                &owned.native,
                owned.state.word(),
                body,
            ))?;
        self.log(LogKind::OWNED, &owned.id.to_string(), &json!(null))?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// One owned session.
    ///
    /// # Errors
    /// If the database fails or its row is not readable.
    pub fn owned(&self, id: i64) -> Result<Option<Owned>> {
        self.conn
            .prepare_cached("SELECT id, body FROM owned WHERE id = ?1")?
            .query_row([id], owned_of)
            .optional()?
            .map(read)
            .transpose()
    }

    /// What drives a session, else the last that did.
    ///
    /// # Errors
    /// If the database fails or its row is not readable.
    pub fn owned_of_session(&self, session: SessionId) -> Result<Option<Owned>> {
        self.conn
            .prepare_cached(
                "SELECT id, body FROM owned WHERE session = ?1
                 ORDER BY state IN ('queued', 'preparing', 'starting', 'running') DESC, id DESC
                 LIMIT 1",
            )?
            .query_row([session.0], owned_of)
            .optional()?
            .map(read)
            .transpose()
    }

    /// The sessions that took over the work of this one, the first one first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn successors(&self, session: SessionId) -> Result<Vec<SessionId>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT session FROM owned
             WHERE session IS NOT NULL AND json_extract(body, '$.follows') = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([session.to_string()], |row| row.get(0).map(SessionId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What writes a conversation, by the agent's own id of it: it is not over.
    ///
    /// # Errors
    /// If the database fails or its row is not readable.
    pub fn owned_writer(&self, agent: &AgentName, native: &str) -> Result<Option<Owned>> {
        self.conn
            .prepare_cached(
                "SELECT id, body FROM owned WHERE agent = ?1 AND native = ?2
                   AND state IN ('queued', 'preparing', 'starting', 'running')",
            )?
            .query_row((agent.as_str(), native), owned_of)
            .optional()?
            .map(read)
            .transpose()
    }

    /// Those that are not over, oldest first.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn owned_in_progress(&self) -> Result<Vec<Owned>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, body FROM owned WHERE state IN ('queued', 'preparing', 'starting', 'running')
             ORDER BY id",
        )?;
        let rows = statement.query_map([], owned_of)?;
        rows.map(|row| read(row?)).collect()
    }

    /// The last of those that are over, newest first.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn owned_over(&self, limit: usize) -> Result<Vec<Owned>> {
        let over = [OwnedState::Ended, OwnedState::Interrupted, OwnedState::Failed];
        let words = over.map(|state| format!("'{}'", state.word())).join(", ");
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT id, body FROM owned WHERE state IN ({words}) ORDER BY id DESC LIMIT ?1"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map([limit], owned_of)?;
        rows.map(|row| read(row?)).collect()
    }
}
