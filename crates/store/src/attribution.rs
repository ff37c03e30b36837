//! Whose the changes of a checkout are that sessions work in.

use callboard_model::WorkspaceId;
use callboard_model::attribution::SharedCheckout;
use rusqlite::OptionalExtension;

use crate::{Result, Snapshot, StoreError, Write};

impl Write<'_> {
    /// Keeps what a look at a checkout told, and what the next one goes on from: JSON, opaque here.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_attribution(&mut self, told: &SharedCheckout, state: &str) -> Result<()> {
        let body = serde_json::to_string(told).map_err(StoreError::unreadable("attribution"))?;
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO attribution (top, workspace, state, told) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((&told.path, told.workspace.0, state, body))?;
        Ok(())
    }

    /// Forgets a checkout that is gone.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_attribution(&mut self, top: &str) -> Result<()> {
        self.tx.prepare_cached("DELETE FROM attribution WHERE top = ?1")?.execute([top])?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// What the next look at a checkout goes on from.
    ///
    /// # Errors
    /// If the database fails.
    pub fn attribution(&self, top: &str) -> Result<Option<String>> {
        Ok(self
            .conn
            .prepare_cached("SELECT state FROM attribution WHERE top = ?1")?
            .query_row([top], |row| row.get(0))
            .optional()?)
    }

    /// The checkouts of a workspace that sessions work in, as they were last looked at.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn shared_checkouts(&self, workspace: WorkspaceId) -> Result<Vec<SharedCheckout>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT told FROM attribution WHERE workspace = ?1 ORDER BY top")?;
        let rows = statement.query_map([workspace.0], |row| row.get::<_, String>(0))?;
        let read = |body: String| {
            serde_json::from_str(&body).map_err(StoreError::unreadable("attribution"))
        };
        rows.map(|row| read(row?)).collect()
    }
}
