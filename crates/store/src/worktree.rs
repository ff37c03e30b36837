//! Worktrees that Callboard made or adopted. Each change writes its log row in the same transaction.

use std::path::PathBuf;

use callboard_model::worktree::{WorktreeFacts, WorktreeState};
use callboard_model::{TaskId, Timestamp, WorkspaceId, WorktreeId};
use rusqlite::{OptionalExtension, Row};
use serde_json::json;

use crate::source::{PathValue, path_of};
use crate::{LogKind, Result, Snapshot, StoreError, Write};

/// A worktree as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWorktree {
    /// Its number.
    pub id: WorktreeId,
    /// What it is.
    pub row: WorktreeRow,
    /// When it was made or adopted.
    pub made_at: Timestamp,
    /// When something last happened in it.
    pub used_at: Timestamp,
}

/// What a worktree is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorktreeRow {
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// What it is called: one of this name is there at a time.
    pub name: String,
    /// Its folder.
    pub path: PathBuf,
    /// The branch checked out in it.
    pub branch: Option<String>,
    /// The task that is worked on in it.
    pub task: Option<TaskId>,
    /// What has become of it.
    pub state: WorktreeState,
    /// The rest.
    pub facts: WorktreeFacts,
}

const COLUMNS: &str = "id, workspace, name, path, branch, task, state, made_at, used_at, body";

fn worktree_of(row: &Row<'_>) -> rusqlite::Result<(StoredWorktree, String)> {
    let state: String = row.get(6)?;
    let worktree = StoredWorktree {
        id: WorktreeId(row.get(0)?),
        row: WorktreeRow {
            workspace: WorkspaceId(row.get(1)?),
            name: row.get(2)?,
            path: path_of(row, 3)?,
            branch: row.get(4)?,
            task: row.get::<_, Option<i64>>(5)?.map(TaskId),
            state: WorktreeState::from_word(&state).unwrap_or(WorktreeState::Missing),
            facts: WorktreeFacts::default(),
        },
        made_at: Timestamp::from_millisecond(row.get(7)?),
        used_at: Timestamp::from_millisecond(row.get(8)?),
    };
    Ok((worktree, row.get(9)?))
}

fn with_facts((mut worktree, body): (StoredWorktree, String)) -> Result<StoredWorktree> {
    worktree.row.facts = serde_json::from_str(&body).map_err(StoreError::unreadable("worktree"))?;
    Ok(worktree)
}

fn body_of(facts: &WorktreeFacts) -> Result<String> {
    serde_json::to_string(facts).map_err(StoreError::unreadable("worktree"))
}

impl Write<'_> {
    /// Adds a worktree.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if there is one of that name or at that place.
    pub fn add_worktree(
        &mut self,
        row: &WorktreeRow,
        kind: LogKind,
        by: &str,
    ) -> Result<WorktreeId> {
        self.refuse_taken(None, row)?;
        self.tx.execute(
            "INSERT INTO worktree (workspace, name, path, branch, task, state, made_at, used_at, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
            (
                row.workspace.0,
                &row.name,
                PathValue(&row.path),
                &row.branch,
                row.task.map(|task| task.0),
                row.state.word(),
                self.now().as_millisecond(),
                body_of(&row.facts)?,
            ),
        )?;
        let id = WorktreeId(self.tx.last_insert_rowid());
        self.log_worktree(id, row, kind, by)?;
        Ok(id)
    }

    /// Changes what a worktree is. A change of nothing writes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] if there is another one of that name or place.
    pub fn change_worktree(
        &mut self,
        id: WorktreeId,
        kind: LogKind,
        by: &str,
        change: impl FnOnce(&mut WorktreeRow),
    ) -> Result<StoredWorktree> {
        let before = self.view().worktree(id)?;
        let before = before.ok_or_else(|| StoreError::NotFound(id.to_string()))?;
        let mut worktree = before.clone();
        change(&mut worktree.row);
        if worktree == before {
            return Ok(before);
        }
        let row = &worktree.row;
        self.refuse_taken(Some(id), row)?;
        self.tx.execute(
            "UPDATE worktree SET name = ?2, path = ?3, branch = ?4, task = ?5, state = ?6, body = ?7
             WHERE id = ?1",
            (
                id.0,
                &row.name,
                PathValue(&row.path),
                &row.branch,
                row.task.map(|task| task.0),
                row.state.word(),
                body_of(&row.facts)?,
            ),
        )?;
        self.log_worktree(id, row, kind, by)?;
        Ok(worktree)
    }

    /// Notes that something happens in a worktree now.
    ///
    /// # Errors
    /// If the database fails.
    pub fn use_worktree(&mut self, id: WorktreeId) -> Result<()> {
        self.tx.execute(
            "UPDATE worktree SET used_at = ?2 WHERE id = ?1",
            (id.0, self.now().as_millisecond()),
        )?;
        self.log(LogKind::WORKTREE, &id.to_string(), &serde_json::Value::Null)?;
        Ok(())
    }

    /// Forgets a worktree that never came to be, or one of the pool, in which nobody worked.
    ///
    /// # Errors
    /// If the database fails.
    pub fn drop_worktree(&mut self, id: WorktreeId) -> Result<()> {
        self.tx.execute("DELETE FROM worktree WHERE id = ?1", [id.0])?;
        self.log(LogKind::WORKTREE, &id.to_string(), &serde_json::Value::Null)?;
        Ok(())
    }

    fn refuse_taken(&self, id: Option<WorktreeId>, row: &WorktreeRow) -> Result<()> {
        if row.state == WorktreeState::Removed {
            return Ok(());
        }
        let taken: Option<(String, String)> = self
            .tx
            .prepare_cached(
                "SELECT name, state FROM worktree WHERE state <> 'removed' AND id <> ?1
                 AND (path = ?4 OR workspace = ?2 AND name = ?3)",
            )?
            .query_row(
                (id.map_or(0, |id| id.0), row.workspace.0, &row.name, PathValue(&row.path)),
                |found| Ok((found.get(0)?, found.get(1)?)),
            )
            .optional()?;
        taken.map_or(Ok(()), |(name, _)| {
            Err(StoreError::Refused {
                text: format!("there is a worktree {name} already"),
                hint: "choose another name; `callboard worktree list` tells which there are",
            })
        })
    }

    fn log_worktree(
        &mut self,
        id: WorktreeId,
        row: &WorktreeRow,
        kind: LogKind,
        by: &str,
    ) -> Result<()> {
        let body = json!({
            "by": by,
            "workspace": row.workspace.to_string(),
            "name": row.name,
            "branch": row.branch,
            "task": row.task.map(|task| task.to_string()),
            "state": row.state.word(),
            "note": row.facts.note,
        });
        self.log(kind, &id.to_string(), &body)?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// One worktree, removed or not.
    ///
    /// # Errors
    /// If the database fails.
    pub fn worktree(&self, id: WorktreeId) -> Result<Option<StoredWorktree>> {
        self.conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM worktree WHERE id = ?1"))?
            .query_row([id.0], worktree_of)
            .optional()?
            .map(with_facts)
            .transpose()
    }

    /// The worktrees of a workspace, or of all, newest first; those that were removed, too.
    ///
    /// # Errors
    /// If the database fails.
    pub fn worktrees(&self, workspace: Option<WorkspaceId>) -> Result<Vec<StoredWorktree>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM worktree WHERE ?1 IS NULL OR workspace = ?1 ORDER BY id DESC"
        ))?;
        let rows = statement.query_map([workspace.map(|w| w.0)], worktree_of)?;
        rows.map(|row| with_facts(row?)).collect()
    }
}

/// Where a session works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDirectory {
    /// The session; no subagent.
    pub session: callboard_model::SessionId,
    /// The directory.
    pub cwd: PathBuf,
    /// It runs, as far as is known.
    pub live: bool,
    /// When something last happened in it.
    pub updated_at: Option<Timestamp>,
}

impl Snapshot<'_> {
    /// Where the sessions of a workspace work, those that changed last first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn session_directories(&self, workspace: WorkspaceId) -> Result<Vec<SessionDirectory>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, cwd, live, updated_at FROM session
             WHERE workspace = ?1 AND cwd IS NOT NULL AND root = id
             ORDER BY updated_at DESC, id DESC",
        )?;
        let rows = statement.query_map([workspace.0], |row| {
            Ok(SessionDirectory {
                session: callboard_model::SessionId(row.get(0)?),
                cwd: path_of(row, 1)?,
                live: row.get(2)?,
                updated_at: crate::source::time_of(row, 3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
