//! Tasks as agents make and change them: each change is marked as the session's.

use callboard_model::task::Column;
use callboard_model::view::{MoveTask, NewTask, TaskChange};
use callboard_model::{SessionId, TaskId, WorkspaceId};

use crate::{Engine, EngineError, limits};

impl Engine {
    /// Makes a task for a session. Where that was asked before and the answer was lost (`is_again`), it is the one
    /// that was made then.
    ///
    /// # Errors
    /// When it has no title, or names things that do not exist.
    pub fn create_task_as(
        &self,
        session: SessionId,
        workspace: WorkspaceId,
        new: NewTask,
        is_again: bool,
    ) -> Result<TaskId, EngineError> {
        let by = session.to_string();
        if is_again {
            let since = self.now().plus_ms(-limits::SENT_AGAIN_WITHIN_MS);
            let tasks = self.tasks(Some(workspace))?;
            for task in tasks.iter().rev() {
                let is_same = task.title == new.title.trim() && task.created_at >= since;
                let is_its =
                    |id| self.task_detail(id).map(|it| it.history.iter().any(|h| h.by == by));
                if is_same && is_its(task.id)? {
                    return Ok(task.id);
                }
            }
        }
        self.ask(move |core| core.create_task(workspace, &new, &by))
    }

    /// Changes a task for a session.
    ///
    /// # Errors
    /// When there is none.
    pub fn change_task_as(
        &self,
        session: SessionId,
        id: TaskId,
        change: TaskChange,
    ) -> Result<TaskId, EngineError> {
        let by = session.to_string();
        self.ask(move |core| core.change_task(id, &change, &by))
            .inspect(|_| self.owned.look_at_queue())
    }

    /// Moves a task's card for a session; to *Done* only where nothing of its receipt holds it.
    ///
    /// # Errors
    /// When there is none, or its receipt holds it.
    pub fn move_task_as(
        &self,
        session: SessionId,
        id: TaskId,
        to: MoveTask,
    ) -> Result<TaskId, EngineError> {
        let by = session.to_string();
        if to.column == Column::Done {
            self.refuse_held(id)?;
        }
        self.ask(move |core| core.move_task(id, &to, &by)).inspect(|_| self.owned.look_at_queue())
    }
}
