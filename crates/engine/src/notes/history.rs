//! What notes were: their versions, edits on top of one, and back to one.

use callboard_model::note::changed_lines;
use callboard_model::view::{NoteEdit, NoteHistory, NoteText, NoteVersion, NoteView};
use callboard_model::{SessionId, WorkspaceId};
use callboard_store::VersionBy;

use super::asides;
use super::place::NotePath;
use super::view::{by_of, no_note};
use super::write::{Wanted, Written, io_error, too_long};
use crate::{Engine, EngineError, limits};

/// Who writes: a session's agent, or the user.
pub(super) fn writer(session: Option<SessionId>) -> VersionBy {
    VersionBy { person: session.is_none(), session }
}

impl Engine {
    /// Changes a note's text. What others changed since the version it was made on is merged in.
    ///
    /// # Errors
    /// When it is no place of a note, its file cannot be written, or is no text.
    pub fn edit_note(&self, edit: NoteEdit) -> Result<NoteView, EngineError> {
        let (workspace, root) = self.notes_of(edit.workspace)?;
        let place = NotePath::parse(&edit.path)?;
        if edit.text.len() as u64 > limits::NOTE_BYTES {
            return Err(too_long(&edit.path));
        }
        let written = {
            let _writing = self.notes.writing();
            self.keep_notes_locked(workspace, &root)?;
            let base =
                self.read(|s| Ok(s.note_version_text(workspace, &place.text(), &edit.base)?))?;
            let content = with_line_ends_of(base.as_deref(), edit.text).into_bytes();
            let wanted = Wanted { base, content, by: writer(edit.by) };
            let written = self.put_note_locked(workspace, &root, &place, wanted)?;
            self.keep_notes_locked(workspace, &root)?;
            written
        };
        self.note_at(workspace, &place.text(), written)
    }

    /// Takes a note's file away. Its text stays in its history.
    ///
    /// # Errors
    /// When there is none, or it cannot be taken away.
    pub fn delete_note(
        &self,
        workspace: Option<WorkspaceId>,
        path: &str,
    ) -> Result<(), EngineError> {
        let (workspace, root) = self.notes_of(workspace)?;
        let place = NotePath::parse(path)?;
        let io = |cause| io_error(path, &cause);
        let _writing = self.notes.writing();
        let folder = place.folder(&root).map_err(io)?;
        let current = self.current(&folder, &place)?.ok_or_else(|| no_note(path))?;
        let version = callboard_model::note::version_of(&current);
        self.keep_version(workspace, &place, VersionBy::default(), current)?;
        folder.rename(&place.name, &asides::name(&place.name, &version)).map_err(io)?;
        self.keep_notes_locked(workspace, &root).map(drop)
    }

    /// Makes a version of a note its text again; a file that is gone comes back.
    ///
    /// # Errors
    /// When there is no such version, or the file cannot be written.
    pub fn restore_note(
        &self,
        workspace: Option<WorkspaceId>,
        path: &str,
        version: &str,
    ) -> Result<NoteView, EngineError> {
        let (workspace, root) = self.notes_of(workspace)?;
        let place = NotePath::parse(path)?;
        let content = self.version_text(workspace, &place, version)?;
        let written = {
            let _writing = self.notes.writing();
            let folder = place.folder(&root).map_err(|cause| io_error(path, &cause))?;
            let base = self.current(&folder, &place)?;
            let wanted = Wanted { base, content, by: writer(None) };
            let written = self.put_note_locked(workspace, &root, &place, wanted)?;
            self.keep_notes_locked(workspace, &root)?;
            written
        };
        let written = Written { is_merged: written.overlaps, ..written };
        self.note_at(workspace, &place.text(), written)
    }

    /// The versions of a note, or of one that was, newest first.
    ///
    /// # Errors
    /// When there are none, or the store fails.
    pub fn note_history(
        &self,
        workspace: Option<WorkspaceId>,
        path: &str,
    ) -> Result<NoteHistory, EngineError> {
        let (workspace, root) = self.notes_of(workspace)?;
        let path = NotePath::parse(path)?.text();
        self.keep_notes(workspace, &root)?;
        self.read(|s| {
            let rows = s.note_versions(workspace, &path, limits::NOTE_VERSIONS_SHOWN)?;
            if rows.is_empty() {
                return Err(no_note(&path));
            }
            let text = |version: &str| -> Result<String, EngineError> {
                let text = s.note_version_text(workspace, &path, version)?.unwrap_or_default();
                Ok(String::from_utf8_lossy(&text).into_owned())
            };
            let mut versions = Vec::with_capacity(rows.len());
            let mut newer =
                rows.first().map(|row| text(&row.version)).transpose()?.unwrap_or_default();
            for (at, row) in rows.iter().enumerate() {
                let older = rows.get(at + 1).map(|row| text(&row.version)).transpose()?;
                let (added, removed) = changed_lines(older.as_deref().unwrap_or_default(), &newer);
                versions.push(NoteVersion {
                    version: row.version.clone(),
                    at: row.at,
                    by: by_of(s, row.by)?,
                    added,
                    removed,
                });
                newer = older.unwrap_or_default();
            }
            Ok(NoteHistory { versions })
        })
    }

    /// The text of a version.
    ///
    /// # Errors
    /// When there is no such version, or the store fails.
    pub fn note_version(
        &self,
        workspace: Option<WorkspaceId>,
        path: &str,
        version: &str,
    ) -> Result<NoteText, EngineError> {
        let (workspace, _) = self.notes_of(workspace)?;
        let text = self.version_text(workspace, &NotePath::parse(path)?, version)?;
        Ok(NoteText { text: String::from_utf8_lossy(&text).into_owned() })
    }

    fn version_text(
        &self,
        workspace: WorkspaceId,
        place: &NotePath,
        version: &str,
    ) -> Result<Vec<u8>, EngineError> {
        let path = place.text();
        let text = self.read(|s| Ok(s.note_version_text(workspace, &path, version)?))?;
        text.ok_or_else(|| EngineError::NotFound {
            what: format!("such version of {path}"),
            hint: "list them with `callboard note history`",
        })
    }
}

/// A text from a page, which knows one way to end a line, with the line ends of what it was made on.
fn with_line_ends_of(base: Option<&[u8]>, text: String) -> String {
    let has_returns = base.is_some_and(|base| base.windows(2).any(|pair| pair == b"\r\n"));
    let is_whole = base.is_some_and(|base| {
        base.iter().filter(|byte| **byte == b'\n').count()
            == base.windows(2).filter(|pair| *pair == b"\r\n").count()
    });
    match has_returns && is_whole && !text.contains('\r') {
        true => text.replace('\n', "\r\n"),
        false => text,
    }
}
