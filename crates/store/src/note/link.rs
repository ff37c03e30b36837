//! What notes name, both ways.

use callboard_model::note::{LinkKind, Named};
use callboard_model::{Seq, SessionId, WorkspaceId};

use super::{COLUMNS, Note, note_of};
use crate::{Result, Snapshot, Write};

impl Write<'_> {
    /// Keeps what a note names, in place of what it named before.
    pub(super) fn put_note_links(&mut self, note: i64, named: &[Named]) -> Result<()> {
        self.tx.prepare_cached("DELETE FROM note_link WHERE note = ?1")?.execute([note])?;
        let mut insert = self.tx.prepare_cached(
            "INSERT INTO note_link (note, place, kind, target, is_source, is_told)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (place, one) in named.iter().enumerate() {
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            let kind = one.kind.word();
            insert.execute((note, place, kind, &one.target, one.is_source, one.is_told))?;
        }
        Ok(())
    }
}

impl Snapshot<'_> {
    /// What the notes of a workspace name that is of some kinds, newest note first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn note_links(
        &self,
        workspace: WorkspaceId,
        kinds: &[LinkKind],
    ) -> Result<Vec<(Note, Named)>> {
        let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS}, l.kind, l.target, l.is_source, l.is_told
             FROM note n JOIN note_link l ON l.note = n.id
             WHERE n.workspace = ?1 AND l.kind IN (SELECT value FROM json_each(?2))
             ORDER BY ifnull(n.at, n.modified_at) DESC, n.id DESC, l.place"
        ))?;
        let words = serde_json::json!(words).to_string();
        let rows = statement.query_map((workspace.0, words), |row| {
            let kind: String = row.get(10)?;
            let named = Named {
                kind: LinkKind::from_word(&kind).unwrap_or(LinkKind::FilePath),
                target: row.get(11)?,
                is_source: row.get(12)?,
                is_told: row.get(13)?,
            };
            Ok((note_of(row)?, named))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether an event is of a session.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_event_of(&self, seq: Seq, session: SessionId) -> Result<bool> {
        Ok(self.event(seq)?.is_some_and(|event| event.session == session))
    }
}
