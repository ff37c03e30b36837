//! Workspaces, their worktrees, and when their user last looked.

use std::path::{Path, PathBuf};

use callboard_model::{Seq, SessionId, Timestamp, WorkspaceId};
use rusqlite::{OptionalExtension, Row};
use serde_json::json;

use crate::source::{PathValue, path_of};
use crate::{LogKind, Result, Snapshot, Write, limits};

/// A workspace as it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceRow {
    /// The main checkout, or the folder.
    pub root: PathBuf,
    /// What all its worktrees share: git's common directory, or the folder.
    pub common_dir: PathBuf,
    /// The folder's name.
    pub name: String,
    /// It is a git repository.
    pub is_git: bool,
}

/// A workspace as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWorkspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its id outside of this database.
    pub uuid: String,
    /// What was found.
    pub row: WorkspaceRow,
    /// When it was registered.
    pub registered_at: Timestamp,
}

/// A checkout of a workspace that is or was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorktreeSeen {
    /// Where.
    pub path: PathBuf,
    /// The branch that was checked out there.
    pub branch: Option<String>,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
}

/// A look at a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// What was seen: everything up to here.
    pub seq: Seq,
}

fn workspace_of(row: &Row<'_>) -> rusqlite::Result<StoredWorkspace> {
    Ok(StoredWorkspace {
        id: WorkspaceId(row.get(0)?),
        uuid: row.get(1)?,
        row: WorkspaceRow {
            root: path_of(row, 2)?,
            common_dir: path_of(row, 3)?,
            name: row.get(4)?,
            is_git: row.get(5)?,
        },
        registered_at: Timestamp::from_millisecond(row.get(6)?),
    })
}

const COLUMNS: &str = "id, uuid, root, common_dir, name, is_git, registered_at";

impl Write<'_> {
    /// Registers a workspace, or notes that its checkout moved or its name changed; tells whether
    /// it is new.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_workspace(&mut self, row: &WorkspaceRow) -> Result<(WorkspaceId, bool)> {
        let known = self.view().workspace_at(&row.common_dir)?;
        if let Some(known) = &known
            && known.row == *row
        {
            return Ok((known.id, false));
        }
        let id = match &known {
            Some(known) => {
                self.tx.execute(
                    "UPDATE workspace SET root = ?2, name = ?3, is_git = ?4 WHERE id = ?1",
                    (known.id.0, PathValue(&row.root), &row.name, row.is_git),
                )?;
                known.id
            }
            None => {
                self.tx.execute(
                    "INSERT INTO workspace (uuid, root, common_dir, name, is_git, registered_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    (
                        self.new_uuid(),
                        PathValue(&row.root),
                        PathValue(&row.common_dir),
                        &row.name,
                        row.is_git,
                        self.now().as_millisecond(),
                    ),
                )?;
                WorkspaceId(self.tx.last_insert_rowid())
            }
        };
        let body = json!({ "name": row.name, "root": row.root.to_string_lossy() });
        self.log(LogKind::WORKSPACE, &id.to_string(), &body)?;
        Ok((id, known.is_none()))
    }

    /// Notes a checkout of a workspace, so that sessions in it stay bound when it is gone.
    ///
    /// # Errors
    /// If the database fails.
    pub fn see_worktree(
        &mut self,
        workspace: WorkspaceId,
        path: &Path,
        branch: Option<&str>,
    ) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO worktree_seen (workspace, path, branch, last_seen_at)
                 VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (workspace, path) DO UPDATE SET
                   branch = ifnull(excluded.branch, branch), last_seen_at = excluded.last_seen_at",
            )?
            .execute((workspace.0, PathValue(path), branch, self.now().as_millisecond()))?;
        Ok(())
    }

    /// Binds the sessions that belong to no workspace yet and work in `folder` or below it;
    /// returns them.
    ///
    /// # Errors
    /// If the database fails.
    pub fn bind_sessions(
        &mut self,
        workspace: WorkspaceId,
        folder: &str,
    ) -> Result<Vec<SessionId>> {
        let folder = folder.trim_end_matches('/');
        let mut statement = self.tx.prepare_cached(
            "UPDATE session SET workspace = ?1
             WHERE workspace IS NULL AND (cwd = ?2 OR substr(cwd, 1, length(?2) + 1) = ?2 || '/')
             RETURNING id",
        )?;
        let rows = statement.query_map((workspace.0, folder), |row| row.get(0).map(SessionId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Notes that the user looks at a workspace now and sees everything up to `seq`. Looks that
    /// follow each other closely are one visit, of which the last moment is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub fn look(&mut self, workspace: WorkspaceId, seq: Seq) -> Result<()> {
        let now = self.now().as_millisecond();
        self.tx.execute(
            "DELETE FROM look WHERE workspace = ?1 AND at > ?2",
            (workspace.0, now - limits::VISIT_GAP_MS),
        )?;
        self.tx.execute(
            "INSERT OR REPLACE INTO look (workspace, at, seq) VALUES (?1, ?2, ?3)",
            (workspace.0, now, seq.0),
        )?;
        self.tx.execute(
            "DELETE FROM look WHERE workspace = ?1 AND at < (
               SELECT min(at) FROM (
                 SELECT at FROM look WHERE workspace = ?1 ORDER BY at DESC LIMIT ?2))",
            (workspace.0, limits::LOOKS),
        )?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// Every workspace, in the order they were registered.
    ///
    /// # Errors
    /// If the database fails.
    pub fn workspaces(&self) -> Result<Vec<StoredWorkspace>> {
        let mut statement =
            self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM workspace ORDER BY id"))?;
        let rows = statement.query_map([], workspace_of)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One workspace.
    ///
    /// # Errors
    /// If the database fails.
    pub fn workspace(&self, id: WorkspaceId) -> Result<Option<StoredWorkspace>> {
        Ok(self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM workspace WHERE id = ?1"))?
            .query_row([id.0], workspace_of)
            .optional()?)
    }

    /// The workspace whose worktrees share `common_dir`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn workspace_at(&self, common_dir: &Path) -> Result<Option<StoredWorkspace>> {
        Ok(self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM workspace WHERE common_dir = ?1"))?
            .query_row([PathValue(common_dir)], workspace_of)
            .optional()?)
    }

    /// The checkouts of a workspace that are or were there, last seen first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn worktrees_seen(&self, workspace: WorkspaceId) -> Result<Vec<WorktreeSeen>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT path, branch, last_seen_at FROM worktree_seen
             WHERE workspace = ?1 ORDER BY last_seen_at DESC, path",
        )?;
        let rows = statement.query_map([workspace.0], |row| {
            Ok(WorktreeSeen {
                path: path_of(row, 0)?,
                branch: row.get(1)?,
                last_seen_at: Timestamp::from_millisecond(row.get(2)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The last look at a workspace in the visit before the one that is going on at `now`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn last_look(&self, workspace: WorkspaceId, now: Timestamp) -> Result<Option<Look>> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT at, seq FROM look WHERE workspace = ?1 AND at < ?2
                 ORDER BY at DESC LIMIT 1",
            )?
            .query_row((workspace.0, now.as_millisecond() - limits::VISIT_GAP_MS), |row| {
                Ok(Look { at: Timestamp::from_millisecond(row.get(0)?), seq: Seq(row.get(1)?) })
            })
            .optional()?)
    }
}
