//! Tasks. Each change writes its log row, with what was before and after, in the same transaction.

mod change;
mod place;
mod undo;

use callboard_model::task::{Column, LinkedBy, Priority};
use callboard_model::view::TaskSession;
use callboard_model::{SessionId, TaskId, Timestamp, WorkspaceId};
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use crate::source::time_of;
use crate::{Result, Snapshot, StoreError};

/// A task as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Its id outside of this database.
    pub uuid: String,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Where its card is.
    pub column: Column,
    /// Its place in the column: cards are sorted by this number.
    pub position: f64,
    /// The state of its sessions when a person put the card here, opaque: it stays until that
    /// changes. `None` if no person did.
    pub held_at: Option<String>,
    /// How much it matters.
    pub priority: Priority,
    /// Free words.
    pub labels: Vec<String>,
    /// Acceptance checks.
    pub checks: Vec<String>,
    /// Paths it is about.
    pub scope: Vec<String>,
    /// Where it is tracked.
    pub tracker: Option<String>,
    /// Branch that belongs to it.
    pub branch: Option<String>,
    /// Tasks it waits for.
    pub waits_for: Vec<TaskId>,
    /// Its sessions, in the order they were linked.
    pub sessions: Vec<TaskSession>,
    /// Counts its changes.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was deleted; it can be restored.
    pub deleted_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, uuid, workspace, title, body, col, position, held_at, priority, labels,
    checks, scope, tracker, branch, revision, created_at, updated_at, deleted_at";

fn list_of(row: &Row<'_>, index: usize) -> rusqlite::Result<Vec<String>> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text).map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(e))
    })
}

fn task_of(row: &Row<'_>) -> rusqlite::Result<Task> {
    let column: String = row.get(5)?;
    let priority: String = row.get(8)?;
    Ok(Task {
        id: TaskId(row.get(0)?),
        uuid: row.get(1)?,
        workspace: WorkspaceId(row.get(2)?),
        title: row.get(3)?,
        body: row.get(4)?,
        column: Column::from_word(&column).unwrap_or(Column::Backlog),
        position: row.get(6)?,
        held_at: row.get(7)?,
        priority: Priority::from_word(&priority).unwrap_or_default(),
        labels: list_of(row, 9)?,
        checks: list_of(row, 10)?,
        scope: list_of(row, 11)?,
        tracker: row.get(12)?,
        branch: row.get(13)?,
        waits_for: Vec::new(),
        sessions: Vec::new(),
        revision: row.get::<_, i64>(14)?.cast_unsigned(),
        created_at: Timestamp::from_millisecond(row.get(15)?),
        updated_at: Timestamp::from_millisecond(row.get(16)?),
        deleted_at: time_of(row, 17)?,
    })
}

fn linked_by_word(by: LinkedBy) -> &'static str {
    match by {
        LinkedBy::Hand => "hand",
        LinkedBy::Environment => "environment",
        LinkedBy::Worktree => "worktree",
        LinkedBy::Branch => "branch",
    }
}

fn linked_by_of(word: &str) -> LinkedBy {
    match word {
        "environment" => LinkedBy::Environment,
        "worktree" => LinkedBy::Worktree,
        "branch" => LinkedBy::Branch,
        _ => LinkedBy::Hand,
    }
}

fn no_task(id: TaskId) -> StoreError {
    StoreError::NotFound(format!("task {id}"))
}

impl Snapshot<'_> {
    /// The tasks that somebody made, in the order of their making.
    ///
    /// # Errors
    /// If the database fails.
    pub fn tasks_made_by(&self, by: &str) -> Result<Vec<TaskId>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT subject FROM log
             WHERE kind = ?1 AND transient = 0 AND json_extract(body, '$.by') = ?2 ORDER BY seq",
        )?;
        let kind = crate::LogKind::TASK_CREATED.word();
        let rows = statement.query_map((kind, by), |row| row.get::<_, String>(0))?;
        let mut tasks = Vec::new();
        for row in rows {
            tasks.extend(row?.parse::<TaskId>().ok());
        }
        Ok(tasks)
    }

    /// One task, deleted or not.
    ///
    /// # Errors
    /// If the database fails.
    pub fn task(&self, id: TaskId) -> Result<Option<Task>> {
        let task = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM task WHERE id = ?1"))?
            .query_row([id.0], task_of)
            .optional()?;
        task.map(|task| self.with_links(task)).transpose()
    }

    /// The tasks of a workspace, or of all, by column and position; not the deleted ones.
    ///
    /// # Errors
    /// If the database fails.
    pub fn tasks(&self, workspace: Option<WorkspaceId>) -> Result<Vec<Task>> {
        self.tasks_where("deleted_at IS NULL", workspace)
    }

    /// The deleted tasks of a workspace, or of all.
    ///
    /// # Errors
    /// If the database fails.
    pub fn deleted_tasks(&self, workspace: Option<WorkspaceId>) -> Result<Vec<Task>> {
        self.tasks_where("deleted_at IS NOT NULL", workspace)
    }

    fn tasks_where(&self, which: &str, workspace: Option<WorkspaceId>) -> Result<Vec<Task>> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM task WHERE {which} AND (?1 IS NULL OR workspace = ?1)
             ORDER BY workspace, position, id"
        ))?;
        let tasks = statement
            .query_map([workspace.map(|w| w.0)], task_of)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let mut tasks =
            tasks.into_iter().map(|task| self.with_links(task)).collect::<Result<Vec<_>>>()?;
        // Columns are stored as words: their order is the model's.
        tasks.sort_by_key(|task| (task.workspace, task.column));
        Ok(tasks)
    }

    fn with_links(&self, mut task: Task) -> Result<Task> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT waits_for FROM task_link WHERE task = ?1 ORDER BY waits_for")?;
        let rows = statement.query_map([task.id.0], |row| row.get(0).map(TaskId))?;
        task.waits_for = rows.collect::<rusqlite::Result<_>>()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT session, linked_by FROM task_session WHERE task = ?1
             ORDER BY linked_at, session",
        )?;
        let rows = statement.query_map([task.id.0], |row| {
            let by: String = row.get(1)?;
            Ok(TaskSession { session: SessionId(row.get(0)?), linked_by: linked_by_of(&by) })
        })?;
        task.sessions = rows.collect::<rusqlite::Result<_>>()?;
        Ok(task)
    }

    /// The tasks that are not deleted and to which a session is linked, last linked first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn tasks_of_session(&self, session: SessionId) -> Result<Vec<TaskId>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT task FROM task_session JOIN task ON task.id = task
             WHERE session = ?1 AND deleted_at IS NULL ORDER BY linked_at DESC, task DESC",
        )?;
        let rows = statement.query_map([session.0], |row| row.get(0).map(TaskId))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
