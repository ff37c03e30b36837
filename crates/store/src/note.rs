//! Notes: files of a workspace, found by their words. The files hold the text.

use callboard_model::{Timestamp, WorkspaceId};
use rusqlite::{OptionalExtension, Row};
use serde_json::json;

use crate::search::DocKind;
use crate::source::{ms, time_of};
use crate::{IndexText, LogKind, Result, Snapshot, Write};

/// A note of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its number.
    pub id: i64,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// Where it is, from the workspace's root.
    pub path: String,
    /// Its first heading, or its file's name.
    pub title: String,
    /// When its file was last changed.
    pub modified_at: Option<Timestamp>,
}

impl Write<'_> {
    /// Keeps what can be found of a note.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_note(
        &mut self,
        workspace: WorkspaceId,
        path: &str,
        title: &str,
        modified_at: Option<Timestamp>,
        text: &IndexText,
    ) -> Result<i64> {
        let known: Option<(i64, Option<i64>)> = self
            .tx
            .prepare_cached("SELECT id, doc FROM note WHERE workspace = ?1 AND path = ?2")?
            .query_row((workspace.0, path), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((_, Some(doc))) = known {
            self.unindex(doc)?;
        }
        let doc = self.next_doc();
        let id: i64 = self
            .tx
            .prepare_cached(
                "INSERT INTO note (workspace, path, title, modified_at, doc)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (workspace, path) DO UPDATE SET title = excluded.title,
                   modified_at = excluded.modified_at, doc = excluded.doc
                 RETURNING id",
            )?
            .query_row((workspace.0, path, title, ms(modified_at), doc), |row| row.get(0))?;
        self.index(doc, DocKind::Note, false, id, None, modified_at, text)?;
        self.log(LogKind::NOTE, &format!("{workspace}/{path}"), &json!({ "title": title }))?;
        Ok(id)
    }

    /// Forgets a note whose file is gone.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_note(&mut self, workspace: WorkspaceId, path: &str) -> Result<()> {
        let doc: Option<Option<i64>> = self
            .tx
            .prepare_cached("DELETE FROM note WHERE workspace = ?1 AND path = ?2 RETURNING doc")?
            .query_row((workspace.0, path), |row| row.get(0))
            .optional()?;
        if let Some(doc) = doc {
            if let Some(doc) = doc {
                self.unindex(doc)?;
            }
            self.log(LogKind::NOTE, &format!("{workspace}/{path}"), &json!({ "gone": true }))?;
        }
        Ok(())
    }
}

fn note_of(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note {
        id: row.get(0)?,
        workspace: WorkspaceId(row.get(1)?),
        path: row.get(2)?,
        title: row.get(3)?,
        modified_at: time_of(row, 4)?,
    })
}

const COLUMNS: &str = "id, workspace, path, title, modified_at";

impl Snapshot<'_> {
    /// One note.
    ///
    /// # Errors
    /// If the database fails.
    pub fn note(&self, id: i64) -> Result<Option<Note>> {
        Ok(self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM note WHERE id = ?1"))?
            .query_row([id], note_of)
            .optional()?)
    }

    /// The notes of a workspace, by path.
    ///
    /// # Errors
    /// If the database fails.
    pub fn notes(&self, workspace: WorkspaceId) -> Result<Vec<Note>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM note WHERE workspace = ?1 ORDER BY path"
        ))?;
        let rows = statement.query_map([workspace.0], note_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
