//! Nights: queues that are worked unattended.

use callboard_model::night::Night;
use callboard_model::{Timestamp, WorkspaceId};
use rusqlite::{OptionalExtension, Row};
use serde_json::json;

use crate::{LogKind, Result, Snapshot, StoreError, Write};

fn night_of(row: &Row<'_>) -> rusqlite::Result<(i64, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

fn read((id, body): (i64, String)) -> Result<Night> {
    let night: Night = serde_json::from_str(&body).map_err(StoreError::unreadable("night"))?;
    Ok(Night { id, ..night })
}

impl Write<'_> {
    /// Adds a night; gives it with its number.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_night(&mut self, night: Night) -> Result<Night> {
        self.tx
            .prepare_cached("INSERT INTO night (workspace, begun_at, body) VALUES (?1, ?2, '{}')")?
            .execute((night.workspace.0, night.begun_at.as_millisecond()))?;
        let night = Night { id: self.tx.last_insert_rowid(), ..night };
        self.put_night(&night)?;
        let tasks: Vec<_> = night.tasks.iter().map(|task| task.task).collect();
        let about = json!({ "tasks": tasks, "until": night.until });
        self.log(LogKind::NIGHT_BEGUN, &format!("night {}", night.id), &about)?;
        Ok(night)
    }

    /// Keeps a night as it is now, and announces it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_night(&mut self, night: &Night) -> Result<()> {
        let body = serde_json::to_string(night).map_err(StoreError::unreadable("night"))?;
        self.tx
            .prepare_cached("UPDATE night SET ended_at = ?2, body = ?3 WHERE id = ?1")?
            .execute((night.id, night.ended_at.map(Timestamp::as_millisecond), body))?;
        self.log(LogKind::NIGHT, &format!("night {}", night.id), &json!(null))?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// One night.
    ///
    /// # Errors
    /// If the database fails or its row is not readable.
    pub fn night(&self, id: i64) -> Result<Option<Night>> {
        self.conn
            .prepare_cached("SELECT id, body FROM night WHERE id = ?1")?
            .query_row([id], night_of)
            .optional()?
            .map(read)
            .transpose()
    }

    /// The nights that go on.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn nights_open(&self) -> Result<Vec<Night>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, body FROM night WHERE ended_at IS NULL ORDER BY id")?;
        let rows = statement.query_map([], night_of)?;
        rows.map(|row| read(row?)).collect()
    }

    /// The nights of a workspace that went on at or after a moment, oldest first.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn nights_since(&self, workspace: WorkspaceId, from: Timestamp) -> Result<Vec<Night>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, body FROM night
             WHERE workspace = ?1 AND (ended_at IS NULL OR ended_at >= ?2) ORDER BY id",
        )?;
        let rows = statement.query_map((workspace.0, from.as_millisecond()), night_of)?;
        rows.map(|row| read(row?)).collect()
    }

    /// The last night of a workspace.
    ///
    /// # Errors
    /// If the database fails or its row is not readable.
    pub fn last_night(&self, workspace: WorkspaceId) -> Result<Option<Night>> {
        self.conn
            .prepare_cached(
                "SELECT id, body FROM night WHERE workspace = ?1 ORDER BY id DESC LIMIT 1",
            )?
            .query_row([workspace.0], night_of)
            .optional()?
            .map(read)
            .transpose()
    }
}
