//! Changesets, and what is between each two of them.

use callboard_model::changeset::Changeset;
use callboard_model::pair::Pair;
use callboard_model::{ChangesetKey, WorkspaceId};
use rusqlite::OptionalExtension;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{LogKind, Result, Snapshot, StoreError, Write};

fn read<T: DeserializeOwned>(body: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(body).map_err(StoreError::unreadable(what))
}

impl Write<'_> {
    /// Keeps a changeset as it is now, and announces it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_changeset(&mut self, changeset: &Changeset) -> Result<()> {
        let body = serde_json::to_string(changeset).map_err(StoreError::unreadable("changeset"))?;
        let key = changeset.key.to_string();
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO changeset (key, workspace, changed_at, body) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((&key, changeset.workspace.0, changeset.changed_at.as_millisecond(), body))?;
        self.log(LogKind::CHANGESET, &key, &json!(null))?;
        Ok(())
    }

    /// Forgets a changeset and what was between it and others; gives whether it was there.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_changeset(&mut self, key: &ChangesetKey) -> Result<bool> {
        let text = key.to_string();
        let gone =
            self.tx.prepare_cached("DELETE FROM changeset WHERE key = ?1")?.execute([&text])?;
        self.tx
            .prepare_cached("DELETE FROM pair WHERE left_key = ?1 OR right_key = ?1")?
            .execute([&text])?;
        if gone > 0 {
            self.log(LogKind::CHANGESET, &text, &json!(null))?;
        }
        Ok(gone > 0)
    }

    /// Keeps what is between two changesets, or forgets a pair that is free; announced where `is_news`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_pair(&mut self, workspace: WorkspaceId, pair: &Pair, is_news: bool) -> Result<()> {
        let keys = (&pair.left, &pair.right);
        if pair.is_free() {
            self.tx
                .prepare_cached("DELETE FROM pair WHERE left_key = ?1 AND right_key = ?2")?
                .execute(keys)?;
        } else {
            let body = serde_json::to_string(pair).map_err(StoreError::unreadable("pair"))?;
            self.tx
                .prepare_cached(
                    "INSERT OR REPLACE INTO pair (left_key, right_key, workspace, body) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((keys.0, keys.1, workspace.0, body))?;
        }
        if is_news {
            let subject = format!("{} {}", pair.left, pair.right);
            self.log(LogKind::PAIR, &subject, &json!(null))?;
        }
        Ok(())
    }
}

impl Snapshot<'_> {
    /// One changeset.
    ///
    /// # Errors
    /// If the database fails or its row is not readable.
    pub fn changeset(&self, key: &ChangesetKey) -> Result<Option<Changeset>> {
        let body: Option<String> = self
            .conn
            .prepare_cached("SELECT body FROM changeset WHERE key = ?1")?
            .query_row([key.to_string()], |row| row.get(0))
            .optional()?;
        body.map(|body| read(&body, "changeset")).transpose()
    }

    /// The changesets of a workspace, the one that changed last first.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn changesets(&self, workspace: WorkspaceId) -> Result<Vec<Changeset>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT body FROM changeset WHERE workspace = ?1 ORDER BY changed_at DESC, key",
        )?;
        let rows = statement.query_map([workspace.0], |row| row.get::<_, String>(0))?;
        rows.map(|row| read(&row?, "changeset")).collect()
    }

    /// One pair, by its changesets in either order; `None` if they are free of each other.
    ///
    /// # Errors
    /// If the database fails or its row is not readable.
    pub fn pair(&self, one: &str, other: &str) -> Result<Option<Pair>> {
        let body: Option<String> = self
            .conn
            .prepare_cached(
                "SELECT body FROM pair
                 WHERE (left_key = ?1 AND right_key = ?2) OR (left_key = ?2 AND right_key = ?1)",
            )?
            .query_row([one, other], |row| row.get(0))
            .optional()?;
        body.map(|body| read(&body, "pair")).transpose()
    }

    /// What is between the changesets of a workspace.
    ///
    /// # Errors
    /// If the database fails or a row is not readable.
    pub fn pairs(&self, workspace: WorkspaceId) -> Result<Vec<Pair>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT body FROM pair WHERE workspace = ?1 ORDER BY left_key, right_key",
        )?;
        let rows = statement.query_map([workspace.0], |row| row.get::<_, String>(0))?;
        rows.map(|row| read(&row?, "pair")).collect()
    }
}
