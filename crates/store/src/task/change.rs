//! What people, sessions and Callboard do to tasks. `by` names who, and is kept in the log.

use callboard_model::task::{Column, LinkedBy};
use callboard_model::text::one_line;
use callboard_model::view::{MoveTask, NewTask, TaskChange, TaskSession};
use callboard_model::{SessionId, TaskId, WorkspaceId};
use rusqlite::OptionalExtension;
use serde_json::{Map, Value, json};

use super::{Task, linked_by_word, no_task};
use crate::search::DocKind;
use crate::{IndexText, LogKind, Result, StoreError, Write};

impl Write<'_> {
    /// Makes a task.
    ///
    /// # Errors
    /// [`StoreError::Refused`] without a title; [`StoreError::NotFound`] if the workspace, a task
    /// it waits for or a session is not there.
    pub fn create_task(&mut self, workspace: WorkspaceId, new: &NewTask, by: &str) -> Result<Task> {
        if self.view().workspace(workspace)?.is_none() {
            return Err(StoreError::NotFound(format!("workspace {workspace}")));
        }
        let column = new.column.unwrap_or(Column::Backlog);
        let position = self.position(workspace, column, None, None)?;
        self.tx.execute(
            "INSERT INTO task (uuid, workspace, title, body, col, position, priority, labels, checks,
                               scope, revision, created_at, updated_at)
             VALUES (?1, ?2, '', '', ?3, ?4, '', '[]', '[]', '[]', 0, ?5, ?5)",
            (self.new_uuid(), workspace.0, column.word(), position, self.now().as_millisecond()),
        )?;
        let id = TaskId(self.tx.last_insert_rowid());
        let blank = self.task(id)?;
        let task = Task {
            title: one_line(&new.title),
            body: new.body.clone(),
            priority: new.priority,
            labels: new.labels.clone(),
            checks: new.checks.clone(),
            scope: new.scope.clone(),
            tracker: new.tracker.clone().filter(|t| !t.is_empty()),
            branch: new.branch.clone().filter(|b| !b.is_empty()),
            waits_for: new.waits_for.clone(),
            ..blank.clone()
        };
        self.save(&blank, task, LogKind::TASK_CREATED, by)?;
        for session in &new.sessions {
            self.link_session(id, *session, LinkedBy::Hand, by)?;
        }
        self.task(id)
    }

    /// Changes what a task says.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if the editor saw an older revision, without a title, or if tasks
    /// would wait for each other; [`StoreError::NotFound`].
    pub fn change_task(&mut self, id: TaskId, change: &TaskChange, by: &str) -> Result<Task> {
        let before = self.task(id)?;
        if change.revision.is_some_and(|seen| seen != before.revision) {
            return Err(StoreError::Refused {
                text: format!("{id} was changed while you edited it"),
                hint: "look at it again and repeat your change",
            });
        }
        let mut task = before.clone();
        let set = |to: &mut Vec<String>, from: &Option<Vec<String>>| {
            if let Some(from) = from {
                to.clone_from(from);
            }
        };
        set(&mut task.labels, &change.labels);
        set(&mut task.checks, &change.checks);
        set(&mut task.scope, &change.scope);
        if let Some(title) = &change.title {
            task.title = one_line(title);
        }
        if let Some(body) = &change.body {
            task.body.clone_from(body);
        }
        task.priority = change.priority.unwrap_or(task.priority);
        if let Some(tracker) = &change.tracker {
            task.tracker = Some(tracker.clone()).filter(|t| !t.is_empty());
        }
        if let Some(branch) = &change.branch {
            task.branch = Some(branch.clone()).filter(|b| !b.is_empty());
        }
        if let Some(waits_for) = &change.waits_for {
            task.waits_for.clone_from(waits_for);
        }
        if task == before {
            return Ok(before);
        }
        self.save(&before, task, LogKind::TASK_CHANGED, by)
    }

    /// Moves a card. `held_at` is the state of its sessions, opaque, if a person moves it; `None`
    /// if its sessions do.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if the card it is put before is not in that column;
    /// [`StoreError::NotFound`].
    pub fn move_task(
        &mut self,
        id: TaskId,
        to: &MoveTask,
        held_at: Option<&str>,
        by: &str,
    ) -> Result<Task> {
        let before = self.task(id)?;
        if to.before == Some(id) {
            return Ok(before);
        }
        let stays = to.column == before.column
            && before.deleted_at.is_none()
            && self.card_after(id)? == to.before;
        let position = if stays {
            before.position
        } else {
            self.position(before.workspace, to.column, Some(id), to.before)?
        };
        let task = Task {
            column: to.column,
            position,
            held_at: held_at.map(ToOwned::to_owned),
            ..before.clone()
        };
        self.save(&before, task, LogKind::TASK_MOVED, by)
    }

    /// Deletes a task; it can be restored.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn delete_task(&mut self, id: TaskId, by: &str) -> Result<Task> {
        let before = self.task(id)?;
        let task = Task { deleted_at: Some(self.now()), ..before.clone() };
        if before.deleted_at.is_some() {
            return Ok(before);
        }
        self.save(&before, task, LogKind::TASK_DELETED, by)
    }

    /// Brings a deleted task back to where it was.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn restore_task(&mut self, id: TaskId, by: &str) -> Result<Task> {
        let before = self.task(id)?;
        let task = Task { deleted_at: None, ..before.clone() };
        self.save(&before, task, LogKind::TASK_RESTORED, by)
    }

    /// Links a session to a task; `false` if they are linked already, however that came.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn link_session(
        &mut self,
        id: TaskId,
        session: SessionId,
        linked_by: LinkedBy,
        by: &str,
    ) -> Result<bool> {
        let before = self.task(id)?;
        if before.sessions.iter().any(|s| s.session == session) {
            return Ok(false);
        }
        if self.view().session(session)?.is_none() {
            return Err(StoreError::NotFound(format!("session {session}")));
        }
        let mut task = before.clone();
        task.sessions.push(TaskSession { session, linked_by });
        self.save(&before, task, LogKind::TASK_LINKED, by)?;
        Ok(true)
    }

    /// Takes a session off a task; `false` if it was not linked.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn unlink_session(&mut self, id: TaskId, session: SessionId, by: &str) -> Result<bool> {
        let before = self.task(id)?;
        let mut task = before.clone();
        task.sessions.retain(|s| s.session != session);
        if task.sessions == before.sessions {
            return Ok(false);
        }
        self.save(&before, task, LogKind::TASK_UNLINKED, by)?;
        Ok(true)
    }

    pub(super) fn task(&self, id: TaskId) -> Result<Task> {
        self.view().task(id)?.ok_or_else(|| no_task(id))
    }

    /// Writes a task, what can be found of it, and its log row; a change of nothing writes nothing.
    pub(super) fn save(
        &mut self,
        before: &Task,
        mut task: Task,
        kind: LogKind,
        by: &str,
    ) -> Result<Task> {
        if task.title.is_empty() {
            return Err(StoreError::Refused {
                text: "a task needs a title".to_owned(),
                hint: "say in one line what is to be done",
            });
        }
        task.waits_for.sort_unstable();
        task.waits_for.dedup();
        let (was, is) = differences(before, &task)?;
        if is.is_empty() {
            return Ok(task);
        }
        task.revision = before.revision + 1;
        task.updated_at = self.now();
        self.update_row(&task)?;
        self.update_links(before, &task)?;
        if found_by(before) != found_by(&task) || before.deleted_at != task.deleted_at {
            self.index_task(&task)?;
        }
        let body = json!({ "by": by, "before": was, "after": is });
        self.log(kind, &task.id.to_string(), &body)?;
        let is_open = |task: &Task| task.column != Column::Done && task.deleted_at.is_none();
        if is_open(before) != is_open(&task) {
            self.tell_waiting(task.id)?;
        }
        Ok(task)
    }

    /// Announces the tasks that wait for this one.
    fn tell_waiting(&mut self, id: TaskId) -> Result<()> {
        let waiting: Vec<TaskId> = {
            let mut statement =
                self.tx.prepare_cached("SELECT task FROM task_link WHERE waits_for = ?1")?;
            let rows = statement.query_map([id.0], |row| row.get(0).map(TaskId))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        for task in waiting {
            self.log(LogKind::TASK_WAITS, &task.to_string(), &json!({ "for": id }))?;
        }
        Ok(())
    }

    fn update_row(&self, task: &Task) -> Result<()> {
        self.tx
            .prepare_cached(
                "UPDATE task SET title = ?2, body = ?3, col = ?4, position = ?5, held_at = ?6,
                   priority = ?7, labels = ?8, checks = ?9, scope = ?10, tracker = ?11, branch = ?12,
                   revision = ?13, updated_at = ?14, deleted_at = ?15
                 WHERE id = ?1",
            )?
            .execute((
                task.id.0,
                &task.title,
                &task.body,
                task.column.word(),
                task.position,
                &task.held_at,
                task.priority.word(),
                json!(task.labels).to_string(),
                json!(task.checks).to_string(),
                json!(task.scope).to_string(),
                &task.tracker,
                &task.branch,
                task.revision.cast_signed(),
                task.updated_at.as_millisecond(),
                crate::source::ms(task.deleted_at),
            ))?;
        Ok(())
    }

    fn update_links(&self, before: &Task, task: &Task) -> Result<()> {
        if before.waits_for != task.waits_for {
            self.refuse_circle(task)?;
            self.tx.execute("DELETE FROM task_link WHERE task = ?1", [task.id.0])?;
            for other in &task.waits_for {
                self.task(*other)?;
                self.tx.execute("INSERT INTO task_link VALUES (?1, ?2)", (task.id.0, other.0))?;
            }
        }
        for gone in before.sessions.iter().filter(|s| !task.sessions.contains(s)) {
            self.tx.execute(
                "DELETE FROM task_session WHERE task = ?1 AND session = ?2",
                (task.id.0, gone.session.0),
            )?;
        }
        for new in task.sessions.iter().filter(|s| !before.sessions.contains(s)) {
            self.tx.execute(
                "INSERT OR REPLACE INTO task_session (task, session, linked_by, linked_at)
                 VALUES (?1, ?2, ?3, ?4)",
                (
                    task.id.0,
                    new.session.0,
                    linked_by_word(new.linked_by),
                    self.now().as_millisecond(),
                ),
            )?;
        }
        Ok(())
    }

    fn refuse_circle(&self, task: &Task) -> Result<()> {
        let mut reaches = self.tx.prepare_cached(
            "WITH RECURSIVE waits (id) AS (
               SELECT ?1 UNION SELECT waits_for FROM task_link JOIN waits ON task = waits.id)
             SELECT 1 FROM waits WHERE id = ?2",
        )?;
        for other in &task.waits_for {
            if reaches.exists((other.0, task.id.0))? {
                let text = if *other == task.id {
                    format!("{other} cannot wait for itself")
                } else {
                    format!("{other} waits for {} already", task.id)
                };
                let hint = "let one of them wait, or neither";
                return Err(StoreError::Refused { text, hint });
            }
        }
        Ok(())
    }

    fn index_task(&mut self, task: &Task) -> Result<()> {
        let old: Option<i64> = self
            .tx
            .prepare_cached("SELECT doc FROM task WHERE id = ?1")?
            .query_row([task.id.0], |row| row.get(0))
            .optional()?
            .flatten();
        if let Some(doc) = old {
            self.unindex(doc)?;
        }
        let doc = if task.deleted_at.is_some() {
            None
        } else {
            let (title, body) = found_by(task);
            let text = IndexText::of(&title, &body);
            let doc = self.next_doc();
            let at = Some(task.updated_at);
            self.index(doc, DocKind::Task, false, task.id.0, None, at, &text)?;
            Some(doc)
        };
        self.tx
            .prepare_cached("UPDATE task SET doc = ?2 WHERE id = ?1")?
            .execute((task.id.0, doc))?;
        Ok(())
    }
}

/// The words that a task is found by: those of its title, and the others.
fn found_by(task: &Task) -> (String, String) {
    let lines: Vec<&str> = std::iter::once(task.body.as_str())
        .chain(task.labels.iter().map(String::as_str))
        .chain(task.checks.iter().map(String::as_str))
        .chain(task.scope.iter().map(String::as_str))
        .chain(task.tracker.as_deref())
        .chain(task.branch.as_deref())
        .collect();
    (format!("{} {}", task.id, task.title), lines.join("\n"))
}

/// The fields that differ: as they were, as they are.
fn differences(before: &Task, after: &Task) -> Result<(Map<String, Value>, Map<String, Value>)> {
    let was = fields(before)?;
    let is = fields(after)?;
    let changed: Vec<String> =
        is.iter().filter(|(k, v)| was.get(*k) != Some(*v)).map(|(k, _)| k.clone()).collect();
    let pick = |from: Map<String, Value>| {
        from.into_iter().filter(|(k, _)| changed.contains(k)).collect::<Map<_, _>>()
    };
    Ok((pick(was), pick(is)))
}

pub(super) fn fields(task: &Task) -> Result<Map<String, Value>> {
    match serde_json::to_value(task).map_err(StoreError::unreadable("task"))? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Map::new()),
    }
}
