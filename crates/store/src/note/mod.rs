//! Notes: files of a workspace, with what they say of themselves. The files hold the text.

mod link;
mod version;

use callboard_model::note::{Author, DecisionStatus, Named, NoteKind};
use callboard_model::{DecisionId, SessionId, TaskId, Timestamp, WorkspaceId};
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::search::DocKind;
use crate::source::{ms, time_of};
use crate::{IndexText, LogKind, Result, Snapshot, StoreError, Write};

pub use version::{NoteVersionRow, VersionBy};

/// A note of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its number.
    pub id: i64,
    /// What its file says.
    pub row: NoteFile,
}

/// A note as its file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteFile {
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// Where it is, from the workspace's root.
    pub path: String,
    /// Whether it is a decision.
    pub kind: NoteKind,
    /// A decision's number.
    pub number: Option<DecisionId>,
    /// Which text it is; empty if that has to be found out.
    pub version: String,
    /// Its first heading, or its file's name.
    pub title: String,
    /// When it was written, as it says.
    pub at: Option<Timestamp>,
    /// When its file was last changed.
    pub modified_at: Option<Timestamp>,
    /// The rest.
    pub facts: NoteFacts,
}

/// What a note says of itself, beside what it is looked up by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteFacts {
    /// Its first words.
    pub summary: String,
    /// Who wrote it: `you`, or a session.
    #[serde(with = "author")]
    pub by: Option<Author>,
    /// How far a decision is.
    pub status: Option<DecisionStatus>,
    /// The task it belongs to.
    pub task: Option<TaskId>,
    /// The session it came about in.
    pub session: Option<SessionId>,
    /// The files it is about.
    pub files: Vec<String>,
    /// The symbols it is about.
    pub symbols: Vec<String>,
}

/// An author as the text that stands in files.
mod author {
    use callboard_model::note::Author;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(by: &Option<Author>, to: S) -> Result<S::Ok, S::Error> {
        by.as_ref().map(Author::text).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Author>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(|text| Author::parse(&text)))
    }
}

impl Write<'_> {
    /// Keeps what a note's file says, and what can be found of it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_note(&mut self, file: &NoteFile, named: &[Named], text: &IndexText) -> Result<i64> {
        let known: Option<Option<i64>> = self
            .tx
            .prepare_cached("SELECT doc FROM note WHERE workspace = ?1 AND path = ?2")?
            .query_row((file.workspace.0, &file.path), |row| row.get(0))
            .optional()?;
        if let Some(Some(doc)) = known {
            self.unindex(doc)?;
        }
        let doc = self.next_doc();
        let facts = serde_json::to_string(&file.facts).map_err(StoreError::unreadable("note"))?;
        let id: i64 = self
            .tx
            .prepare_cached(
                "INSERT INTO note (workspace, path, kind, number, version, title, at, modified_at, facts, doc)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (workspace, path) DO UPDATE SET kind = excluded.kind,
                   number = excluded.number, version = excluded.version, title = excluded.title,
                   at = excluded.at, modified_at = excluded.modified_at, facts = excluded.facts,
                   doc = excluded.doc
                 RETURNING id",
            )?
            .query_row(
                (
                    file.workspace.0,
                    &file.path,
                    file.kind.word(),
                    file.number.map(|number| number.0),
                    &file.version,
                    &file.title,
                    ms(file.at),
                    ms(file.modified_at),
                    facts,
                    doc,
                ),
                |row| row.get(0),
            )?;
        let kind = match file.kind {
            NoteKind::Note => DocKind::Note,
            NoteKind::Decision => DocKind::Decision,
        };
        self.index(doc, kind, false, id, None, file.at.or(file.modified_at), text)?;
        self.put_note_links(id, named)?;
        if let Some(number) = file.number {
            self.raise_decision_number(file.workspace, number)?;
        }
        self.announce_note(file.workspace, &file.path, &json!({ "title": file.title }))?;
        Ok(id)
    }

    /// Forgets a note whose file is gone; its versions stay.
    ///
    /// # Errors
    /// If the database fails.
    pub fn forget_note(&mut self, workspace: WorkspaceId, path: &str) -> Result<()> {
        let known: Option<(i64, Option<i64>)> = self
            .tx
            .prepare_cached(
                "DELETE FROM note WHERE workspace = ?1 AND path = ?2 RETURNING id, doc",
            )?
            .query_row((workspace.0, path), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((id, doc)) = known {
            if let Some(doc) = doc {
                self.unindex(doc)?;
            }
            self.put_note_links(id, &[])?;
            self.announce_note(workspace, path, &json!({ "gone": true }))?;
        }
        Ok(())
    }

    /// The number of the next decision; no other will have it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn next_decision(&mut self, workspace: WorkspaceId) -> Result<DecisionId> {
        let highest: Option<i64> = self
            .tx
            .prepare_cached("SELECT highest FROM decision_number WHERE workspace = ?1")?
            .query_row([workspace.0], |row| row.get(0))
            .optional()?;
        let next = DecisionId(highest.unwrap_or(0) + 1);
        self.raise_decision_number(workspace, next)?;
        Ok(next)
    }

    fn raise_decision_number(&mut self, workspace: WorkspaceId, to: DecisionId) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO decision_number (workspace, highest) VALUES (?1, ?2)
                 ON CONFLICT (workspace) DO UPDATE SET highest = max(highest, excluded.highest)",
            )?
            .execute((workspace.0, to.0))?;
        Ok(())
    }

    pub(crate) fn announce_note(
        &mut self,
        workspace: WorkspaceId,
        path: &str,
        about: &serde_json::Value,
    ) -> Result<()> {
        self.log(LogKind::NOTE, &format!("{workspace}/{path}"), about)?;
        Ok(())
    }
}

fn note_of(row: &Row<'_>) -> rusqlite::Result<Note> {
    let kind: String = row.get(3)?;
    let facts: String = row.get(9)?;
    Ok(Note {
        id: row.get(0)?,
        row: NoteFile {
            workspace: WorkspaceId(row.get(1)?),
            path: row.get(2)?,
            kind: if kind == NoteKind::Decision.word() {
                NoteKind::Decision
            } else {
                NoteKind::Note
            },
            number: row.get::<_, Option<i64>>(4)?.map(DecisionId),
            version: row.get(5)?,
            title: row.get(6)?,
            at: time_of(row, 7)?,
            modified_at: time_of(row, 8)?,
            // The file says it again when it is next read.
            facts: serde_json::from_str(&facts).unwrap_or_default(),
        },
    })
}

const COLUMNS: &str =
    "n.id, n.workspace, n.path, n.kind, n.number, n.version, n.title, n.at, n.modified_at, n.facts";

impl Snapshot<'_> {
    /// One note.
    ///
    /// # Errors
    /// If the database fails.
    pub fn note(&self, id: i64) -> Result<Option<Note>> {
        Ok(self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM note n WHERE n.id = ?1"))?
            .query_row([id], note_of)
            .optional()?)
    }

    /// The note whose file is at a path.
    ///
    /// # Errors
    /// If the database fails.
    pub fn note_at(&self, workspace: WorkspaceId, path: &str) -> Result<Option<Note>> {
        Ok(self
            .conn
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM note n WHERE n.workspace = ?1 AND n.path = ?2"
            ))?
            .query_row((workspace.0, path), note_of)
            .optional()?)
    }

    /// The decisions that have a number, oldest first: files of others may bring one twice.
    ///
    /// # Errors
    /// If the database fails.
    pub fn decisions_numbered(
        &self,
        workspace: WorkspaceId,
        number: DecisionId,
    ) -> Result<Vec<Note>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM note n WHERE n.workspace = ?1 AND n.number = ?2
             ORDER BY ifnull(n.at, n.modified_at), n.id"
        ))?;
        let rows = statement.query_map((workspace.0, number.0), note_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The notes of a workspace, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn notes(&self, workspace: WorkspaceId) -> Result<Vec<Note>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM note n WHERE n.workspace = ?1
             ORDER BY ifnull(n.at, n.modified_at) DESC, n.id DESC"
        ))?;
        let rows = statement.query_map([workspace.0], note_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
