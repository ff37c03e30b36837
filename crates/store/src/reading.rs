//! Readings: what agents say that the words of sessions hold.

use callboard_model::reading::Reading;
use callboard_model::{AgentName, Seq, SessionId, Timestamp};
use rusqlite::OptionalExtension;
use serde_json::json;

use crate::{LogKind, Result, Snapshot, StoreError, Write};

impl Write<'_> {
    /// Keeps a reading in the place of the session's last.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_reading(&mut self, reading: &Reading) -> Result<()> {
        let statements = serde_json::to_string(&reading.statements)
            .map_err(StoreError::unreadable("reading"))?;
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO reading
                   (session, agent, at, upto_seq, statements, unproven, wrong_quotes, unknown, problem)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                reading.session.0,
                reading.by.as_str(),
                reading.at.as_millisecond(),
                reading.upto.0,
                statements,
                reading.unproven,
                reading.wrong_quotes,
                reading.unknown,
                &reading.problem,
            ))?;
        self.reading_changed(reading.session)
    }

    /// Announces that a reading of a session began or ended.
    ///
    /// # Errors
    /// If the database fails.
    pub fn reading_changed(&mut self, session: SessionId) -> Result<()> {
        self.log(LogKind::READING, &session.to_string(), &json!({}))?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// The last reading of a session.
    ///
    /// # Errors
    /// If the database fails.
    pub fn reading(&self, session: SessionId) -> Result<Option<Reading>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT agent, at, upto_seq, unproven, wrong_quotes, unknown, problem, statements
             FROM reading WHERE session = ?1",
        )?;
        let row = statement.query_row([session.0], |row| {
            let reading = Reading {
                session,
                by: AgentName(row.get::<_, String>(0)?.into()),
                at: Timestamp::from_millisecond(row.get(1)?),
                upto: Seq(row.get(2)?),
                statements: Vec::new(),
                unproven: row.get(3)?,
                wrong_quotes: row.get(4)?,
                unknown: row.get(5)?,
                problem: row.get(6)?,
            };
            Ok((reading, row.get::<_, String>(7)?))
        });
        let Some((mut reading, statements)) = row.optional()? else { return Ok(None) };
        reading.statements =
            serde_json::from_str(&statements).map_err(StoreError::unreadable("reading"))?;
        Ok(Some(reading))
    }
}
