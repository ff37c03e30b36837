//! What people do to tasks, and what sessions do to their cards.

use callboard_model::session::StateWord;
use callboard_model::task::{Column, LinkedBy};
use callboard_model::view::{MoveTask, NewTask, SessionView, TaskChange};
use callboard_model::{AgentName, SessionId, TaskId, ThreadKey, WorkspaceId};
use callboard_store::{Durability, LogKind, Result, Snapshot, Write};

use super::{Core, LOG_SESSION, view_of};
use crate::{EngineError, limits};

/// Names the task that sessions started from a shell work on.
const TASK_VARIABLE: &str = "CALLBOARD_TASK";

/// Who is named for what a person does.
pub(crate) const YOU: &str = "you";

impl Core {
    /// Makes a task, for `by`.
    pub(crate) fn create_task(
        &mut self,
        workspace: WorkspaceId,
        new: &NewTask,
        by: &str,
    ) -> std::result::Result<TaskId, EngineError> {
        self.write_for_person(|w| {
            let task = w.create_task(workspace, new, by).map_err(refused)?;
            for session in &new.sessions {
                follow_sessions(w, task.id, &session.to_string())?;
            }
            Ok(task.id)
        })
        .inspect(|_| self.put_session_rows(&new.sessions))
    }

    /// Makes a task of a session: named for its goal, with the session linked to it.
    pub(crate) fn task_of_session(
        &mut self,
        session: SessionId,
    ) -> std::result::Result<TaskId, EngineError> {
        let (workspace, new) = self.write_for_person(|w| {
            let view =
                view_of(&w.view(), session)?.ok_or_else(|| EngineError::no_session(session))?;
            if let Some(task) = view.task {
                return Err(EngineError::Refused {
                    text: format!("{session} already belongs to {task}; nothing was changed"),
                    hint: "unlink it first, or edit that task",
                });
            }
            let workspace = view.workspace.ok_or_else(|| EngineError::Refused {
                text: format!("{session} belongs to no registered workspace; nothing was changed"),
                hint: "run `callboard up` in its repository first",
            })?;
            let title = view.heading().map_or_else(|| format!("Session {session}"), str::to_owned);
            let column = Column::of_sessions([view.state]);
            let sessions = vec![session];
            Ok((workspace, NewTask { title, column, sessions, ..NewTask::default() }))
        })?;
        self.create_task(workspace, &new, YOU)
    }

    /// Changes a task's words, checks or scope, for `by`.
    pub(crate) fn change_task(
        &mut self,
        id: TaskId,
        change: &TaskChange,
        by: &str,
    ) -> std::result::Result<TaskId, EngineError> {
        self.write_for_person(|w| {
            let stale = match (change.revision, w.view().task(id)?) {
                (_, None) => return Err(EngineError::no_task(id)),
                (Some(seen), Some(task)) => seen != task.revision,
                (None, Some(_)) => false,
            };
            if stale {
                return Err(EngineError::Conflict {
                    text: format!(
                        "{id} was changed elsewhere while you edited it; it was left as it is"
                    ),
                    hint: "look at it again and repeat your change",
                });
            }
            Ok(w.change_task(id, change, by).map_err(refused)?.id)
        })
    }

    /// Moves a card, for `by`; it stays until what its sessions call for changes.
    pub(crate) fn move_task(
        &mut self,
        id: TaskId,
        to: &MoveTask,
        by: &str,
    ) -> std::result::Result<TaskId, EngineError> {
        self.write_for_person(|w| {
            let called_for = called_for(&w.view(), id)?;
            Ok(w.move_task(id, to, Some(word_of(called_for)), by).map_err(refused)?.id)
        })
    }

    /// Removes a task; it can be restored.
    pub(crate) fn delete_task(&mut self, id: TaskId) -> std::result::Result<TaskId, EngineError> {
        let sessions = self.write_for_person(|w| {
            let task = w.delete_task(id, YOU).map_err(refused)?;
            Ok(task.sessions.iter().map(|s| s.session).collect::<Vec<_>>())
        })?;
        self.put_session_rows(&sessions);
        Ok(id)
    }

    /// Brings a removed task back.
    pub(crate) fn restore_task(&mut self, id: TaskId) -> std::result::Result<TaskId, EngineError> {
        let sessions = self.write_for_person(|w| {
            let task = w.restore_task(id, YOU).map_err(refused)?;
            Ok(task.sessions.iter().map(|s| s.session).collect::<Vec<_>>())
        })?;
        self.put_session_rows(&sessions);
        Ok(id)
    }

    /// Links a session to a task, by hand.
    pub(crate) fn link_session(
        &mut self,
        id: TaskId,
        session: SessionId,
    ) -> std::result::Result<TaskId, EngineError> {
        self.write_for_person(|w| {
            // A session works on one task; linking it anew moves it.
            for before in w.view().tasks_of_session(session)? {
                if before != id {
                    w.unlink_session(before, session, YOU).map_err(refused)?;
                }
            }
            w.link_session(id, session, LinkedBy::Hand, YOU).map_err(refused)?;
            follow_sessions(w, id, &session.to_string())?;
            Ok(())
        })?;
        self.put_session_rows(&[session]);
        Ok(id)
    }

    /// Unlinks a session from a task.
    pub(crate) fn unlink_session(
        &mut self,
        id: TaskId,
        session: SessionId,
    ) -> std::result::Result<TaskId, EngineError> {
        self.write_for_person(|w| {
            w.unlink_session(id, session, YOU).map_err(refused)?;
            Ok(())
        })?;
        self.put_session_rows(&[session]);
        Ok(id)
    }

    /// Links a session to the task that its process was started for.
    pub(super) fn link_by_environment(&mut self, agent: &AgentName, thread: &ThreadKey, pid: u32) {
        let named = callboard_os::process::environment_variable(pid, TASK_VARIABLE);
        let Some(task) = named.and_then(|name| name.parse::<TaskId>().ok()) else { return };
        let linked = self.write(Durability::Normal, |w| {
            let (session, _) = w.session_of(agent, thread)?;
            let has_one = !w.view().tasks_of_session(session)?.is_empty();
            if has_one || w.view().task(task)?.is_none() {
                return Ok(None);
            }
            link(w, task, session, LinkedBy::Environment)?;
            Ok(Some(session))
        });
        match linked {
            Ok(Some(session)) => self.put_session_rows(&[session]),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, %task, "cannot link a session to its task"),
        }
    }

    /// Rows of sessions whose links changed.
    fn put_session_rows(&mut self, sessions: &[SessionId]) {
        let threads = self.store.reader().and_then(|mut reader| {
            reader.snapshot(|snapshot| {
                let mut threads = Vec::new();
                for id in sessions {
                    threads.extend(snapshot.session(*id)?.map(|s| (s.agent, s.thread)));
                }
                Ok(threads)
            })
        });
        match threads {
            Ok(threads) => {
                for (agent, thread) in threads {
                    self.put_rows(&agent, &[thread]);
                }
            }
            Err(error) => tracing::warn!(%error, "cannot show a link in its session's row"),
        }
    }
}

/// What the store refuses is the asker's affair, not a failure of the store.
fn refused(error: callboard_store::StoreError) -> EngineError {
    match error {
        callboard_store::StoreError::NotFound(what) => {
            EngineError::NotFound { what, hint: "list them with `callboard task list`" }
        }
        callboard_store::StoreError::Refused { text, hint } => {
            EngineError::Refused { text: format!("{text}; nothing was changed"), hint }
        }
        other => EngineError::Store(other),
    }
}

/// The column that a task's sessions call for.
fn called_for(snapshot: &Snapshot<'_>, id: TaskId) -> Result<Option<Column>> {
    let Some(task) = snapshot.task(id)? else { return Ok(None) };
    let mut states: Vec<StateWord> = Vec::new();
    for link in &task.sessions {
        states.extend(view_of(snapshot, link.session)?.map(|view| view.state));
    }
    Ok(Column::of_sessions(states))
}

fn word_of(column: Option<Column>) -> &'static str {
    column.map_or("none", Column::word)
}

/// Moves a task's card where its sessions call for, unless a person put it elsewhere since that last
/// changed. `by` names the session whose state changed.
pub(super) fn follow_sessions(w: &mut Write<'_>, id: TaskId, by: &str) -> Result<()> {
    let Some(column) = called_for(&w.view(), id)? else { return Ok(()) };
    let Some(task) = w.view().task(id)? else { return Ok(()) };
    let is_held = task.held_at.as_deref() == Some(column.word());
    if !is_held && task.column != column && task.deleted_at.is_none() {
        w.move_task(id, &MoveTask { column, before: None }, None, by)?;
    }
    Ok(())
}

/// Links a session to the one task that its branch belongs to, unless a person unlinked them; gives
/// that task.
pub(super) fn link_by_branch(w: &mut Write<'_>, view: &SessionView) -> Result<Option<TaskId>> {
    let (Some(workspace), Some(branch)) = (view.workspace, view.branch.as_deref()) else {
        return Ok(None);
    };
    let tasks = w.view().tasks_on_branch(workspace, branch)?;
    let [task] = tasks.as_slice() else { return Ok(None) };
    Ok(link(w, *task, view.id, LinkedBy::Branch)?.then_some(*task))
}

/// Links a session, unless a person unlinked it before; gives whether it did.
pub(super) fn link(
    w: &mut Write<'_>,
    task: TaskId,
    session: SessionId,
    linked_by: LinkedBy,
) -> Result<bool> {
    let was_unlinked = w
        .view()
        .log_of(&task.to_string(), limits::LINKS_LOOKED_BACK)?
        .iter()
        .filter(|row| row.kind == LogKind::TASK_UNLINKED.word())
        .any(|row| row.body["before"]["sessions"].to_string().contains(&format!("\"{session}\"")));
    if was_unlinked || !w.link_session(task, session, linked_by, &session.to_string())? {
        return Ok(false);
    }
    follow_sessions(w, task, &session.to_string())?;
    w.log(LOG_SESSION, &session.to_string(), &serde_json::Value::Null)?;
    Ok(true)
}
