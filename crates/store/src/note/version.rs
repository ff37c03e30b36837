//! The texts that notes had.

use callboard_model::{SessionId, Timestamp, WorkspaceId};
use rusqlite::OptionalExtension;

use crate::{Result, Snapshot, StoreError, Write, limits};

const ZSTD_LEVEL: i32 = 3;

/// Who wrote a version; with neither, whoever has the disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VersionBy {
    /// The user did.
    pub person: bool,
    /// An agent did, in this session.
    pub session: Option<SessionId>,
}

/// A version of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteVersionRow {
    /// Which text.
    pub version: String,
    /// When it was written, or found.
    pub at: Timestamp,
    /// Who wrote it.
    pub by: VersionBy,
}

fn damaged(error: std::io::Error) -> StoreError {
    StoreError::Unreadable { what: "version of a note", detail: error.to_string() }
}

impl Write<'_> {
    /// Keeps a text that a note has, unless it is the one that it had; whether it was kept.
    ///
    /// # Errors
    /// If the database fails or the text cannot be packed.
    pub fn put_note_version(
        &mut self,
        workspace: WorkspaceId,
        path: &str,
        version: &str,
        by: VersionBy,
        text: &[u8],
    ) -> Result<bool> {
        let last: Option<String> = self
            .tx
            .prepare_cached(
                "SELECT version FROM note_version WHERE workspace = ?1 AND path = ?2
                 ORDER BY id DESC LIMIT 1",
            )?
            .query_row((workspace.0, path), |row| row.get(0))
            .optional()?;
        if last.as_deref() == Some(version) {
            return Ok(false);
        }
        let packed = zstd::bulk::compress(text, ZSTD_LEVEL).map_err(damaged)?;
        let bytes = i64::try_from(text.len()).unwrap_or(i64::MAX);
        let now = self.now().as_millisecond();
        self.tx
            .prepare_cached(
                "INSERT INTO note_version (workspace, path, version, at, person, session, bytes, text)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                workspace.0,
                path,
                version,
                now,
                by.person,
                by.session.map(|session| session.0),
                bytes,
                packed,
            ))?;
        // What a person wrote through Callboard stays for good.
        self.tx
            .prepare_cached(
                "DELETE FROM note_version WHERE id IN (
                   SELECT id FROM note_version WHERE workspace = ?1 AND path = ?2 AND person = 0
                   ORDER BY id DESC LIMIT -1 OFFSET ?3)",
            )?
            .execute((workspace.0, path, limits::NOTE_VERSIONS))?;
        Ok(true)
    }
}

impl Snapshot<'_> {
    /// The versions of a note, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn note_versions(
        &self,
        workspace: WorkspaceId,
        path: &str,
        limit: usize,
    ) -> Result<Vec<NoteVersionRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT version, at, person, session FROM note_version
             WHERE workspace = ?1 AND path = ?2 ORDER BY id DESC LIMIT ?3",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((workspace.0, path, limit), |row| {
            Ok(NoteVersionRow {
                version: row.get(0)?,
                at: Timestamp::from_millisecond(row.get(1)?),
                by: VersionBy {
                    person: row.get(2)?,
                    session: row.get::<_, Option<i64>>(3)?.map(SessionId),
                },
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The text of a version; `None` if it is not kept.
    ///
    /// # Errors
    /// If the database fails or the text is damaged.
    pub fn note_version_text(
        &self,
        workspace: WorkspaceId,
        path: &str,
        version: &str,
    ) -> Result<Option<Vec<u8>>> {
        let packed: Option<(i64, Vec<u8>)> = self
            .conn
            .prepare_cached(
                "SELECT bytes, text FROM note_version
                 WHERE workspace = ?1 AND path = ?2 AND version = ?3 LIMIT 1",
            )?
            .query_row((workspace.0, path, version), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((bytes, packed)) = packed else { return Ok(None) };
        let bytes = usize::try_from(bytes).unwrap_or(0);
        Ok(Some(zstd::bulk::decompress(&packed, bytes).map_err(damaged)?))
    }
}
