//! Notices: what agents are told at their next step.

use callboard_model::{SessionId, Timestamp};
use serde_json::json;

use crate::{LogKind, Result, Snapshot, Write};

/// A notice as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// What it is about: a later one about the same takes its place until it is told.
    pub subject: String,
    /// What the agent is told.
    pub text: String,
    /// When it was made.
    pub made_at: Timestamp,
}

impl Write<'_> {
    /// Has a session told something at its next step; gives its number.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_notice(&mut self, session: SessionId, subject: &str, text: &str) -> Result<i64> {
        self.tx
            .prepare_cached(
                "DELETE FROM notice WHERE session = ?1 AND subject = ?2 AND told_at IS NULL",
            )?
            .execute((session.0, subject))?;
        let now = self.now().as_millisecond();
        self.tx
            .prepare_cached(
                "INSERT INTO notice (session, subject, text, made_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((session.0, subject, text, now))?;
        let id = self.tx.last_insert_rowid();
        self.log(LogKind::NOTICE, &session.to_string(), &json!({ "text": text }))?;
        Ok(id)
    }

    /// Takes back what is about something and was not told yet.
    ///
    /// # Errors
    /// If the database fails.
    pub fn withdraw_notices(&mut self, subject: &str) -> Result<()> {
        self.tx
            .prepare_cached("DELETE FROM notice WHERE subject = ?1 AND told_at IS NULL")?
            .execute([subject])?;
        Ok(())
    }

    /// Takes note that these were told; gives who of those had not been, and what about.
    ///
    /// # Errors
    /// If the database fails.
    pub fn notices_told(&mut self, ids: &[i64]) -> Result<Vec<(SessionId, String)>> {
        let now = self.now().as_millisecond();
        let mut subjects = Vec::new();
        for id in ids {
            let mut statement = self.tx.prepare_cached(
                "UPDATE notice SET told_at = ?2 WHERE id = ?1 AND told_at IS NULL RETURNING session, subject",
            )?;
            let told =
                statement.query_map((id, now), |row| Ok((SessionId(row.get(0)?), row.get(1)?)))?;
            for subject in told {
                subjects.push(subject?);
            }
        }
        Ok(subjects)
    }
}

impl Snapshot<'_> {
    /// What a session was told about, or is to be, of which the name begins so.
    ///
    /// # Errors
    /// If the database fails.
    pub fn notices_about(&self, session: SessionId, begins: &str) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT subject FROM notice
             WHERE session = ?1 AND substr(subject, 1, length(?2)) = ?2",
        )?;
        let rows = statement.query_map((session.0, begins), |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What a session was or is to be told last about this.
    ///
    /// # Errors
    /// If the database fails.
    pub fn notice_text(&self, session: SessionId, subject: &str) -> Result<Option<String>> {
        use rusqlite::OptionalExtension;
        let mut statement = self.conn.prepare_cached(
            "SELECT text FROM notice WHERE session = ?1 AND subject = ?2 ORDER BY id DESC LIMIT 1",
        )?;
        Ok(statement.query_row((session.0, subject), |row| row.get(0)).optional()?)
    }

    /// When a notice was told, `None` within while it was not; nothing where another one took its place.
    ///
    /// # Errors
    /// If the database fails.
    pub fn notice_told_at(&self, id: i64) -> Result<Option<Option<Timestamp>>> {
        let mut statement = self.conn.prepare_cached("SELECT told_at FROM notice WHERE id = ?1")?;
        let mut rows = statement.query_map([id], |row| row.get::<_, Option<i64>>(0))?;
        let told = rows.next().transpose()?;
        Ok(told.map(|at| at.map(Timestamp::from_millisecond)))
    }

    /// What a session is to be told, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn notices(&self, session: SessionId) -> Result<Vec<Notice>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, subject, text, made_at FROM notice WHERE session = ?1 AND told_at IS NULL ORDER BY id",
        )?;
        let rows = statement.query_map([session.0], |row| {
            Ok(Notice {
                id: row.get(0)?,
                subject: row.get(1)?,
                text: row.get(2)?,
                made_at: Timestamp::from_millisecond(row.get(3)?),
            })
        })?;
        rows.map(|row| Ok(row?)).collect()
    }
}
