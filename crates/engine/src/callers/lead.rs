//! Sessions that agents start, where their user lets them lead others.

use callboard_model::view::{NewStart, OwnedView};
use callboard_model::{SessionId, WorkspaceId};

use crate::owned::task_of;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// Whether agents may start sessions in a workspace, by its approved `callboard.toml`.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn may_lead(&self, workspace: WorkspaceId) -> Result<bool, EngineError> {
        Ok(self.project_of(workspace)?.agents.lead)
    }

    /// Asks for sessions, for another one; a task that is made of the prompt is marked as that one's. Where that was
    /// asked before and the answer was lost (`is_again`), it gives what was asked for then.
    ///
    /// # Errors
    /// When there is nothing to do, no such task, or no such agent: nothing is started then.
    pub fn start_sessions_as(
        &self,
        by: SessionId,
        workspace: WorkspaceId,
        mut new: NewStart,
        is_again: bool,
    ) -> Result<Vec<OwnedView>, EngineError> {
        if let Some(task) = new.task
            && self.task(task)?.workspace != workspace
        {
            return Err(EngineError::Refused {
                text: format!("{task} is of another repository; nothing was started"),
                hint: "start what belongs to the repository that you work in",
            });
        }
        let prompt = new.prompt.as_deref().filter(|prompt| !prompt.trim().is_empty());
        if let (None, Some(words)) = (new.task, prompt) {
            // What is refused leaves no task behind.
            let usual = self.project_of(workspace)?.agents.default.clone();
            self.agent_for(
                Some(workspace),
                new.agent.as_ref().or(usual.as_ref()).map(String::as_str),
            )?;
            new.task = Some(self.create_task_as(by, workspace, task_of(words), is_again)?);
        }
        if is_again {
            let since = self.now().plus_ms(-limits::SENT_AGAIN_WITHIN_MS);
            let mut asked = self.owned_sessions()?;
            asked.retain(|one| one.task.is_some() && one.task == new.task && one.asked_at >= since);
            if !asked.is_empty() {
                return Ok(asked);
            }
        }
        self.start_sessions(Some(workspace), new)
    }
}
