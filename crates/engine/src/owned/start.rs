//! What people ask to be started: a task or a prompt, with an agent that is there.

use std::path::PathBuf;
use std::sync::Arc;

use callboard_agents::Agent;
use callboard_agents::drive::Driver;
use callboard_model::owned::{Owned, OwnedPrompt, OwnedState};
use callboard_model::project::Project;
use callboard_model::view::{NewStart, NewTask, OwnedView, TaskView};
use callboard_model::{TaskId, WorkspaceId, text};
use callboard_store::Snapshot;

use super::begin;
use crate::trust::Standing;
use crate::{Engine, EngineError, limits, row};

impl Engine {
    /// Asks for sessions; they start when their turn comes.
    ///
    /// # Errors
    /// When there is nothing to do, no such task, or no such agent: nothing is started then.
    pub fn start_sessions(
        &self,
        workspace: Option<WorkspaceId>,
        new: NewStart,
    ) -> Result<Vec<OwnedView>, EngineError> {
        // Whoever says more than that wants another session than the one that waits.
        if new == (NewStart { task: new.task, at_once: true, ..NewStart::default() })
            && let Some(task) = new.task
            && let Some(waiting) = self.read(|s| queued_of(s, task))?
        {
            return Ok(vec![self.start_at_once(waiting)?]);
        }
        let asked = self.to_start(workspace, new)?;
        self.ask_for(asked)
    }

    /// Starts a session that waits for its turn, whatever else runs or waits for a review.
    ///
    /// # Errors
    /// When it does not wait any more.
    pub fn start_at_once(&self, id: i64) -> Result<OwnedView, EngineError> {
        let owned = self.change_owned(id, |owned, _| {
            owned.at_once = owned.state == OwnedState::Queued;
            if owned.at_once {
                // What held it up does so no more.
                (owned.waits, owned.waits_for_room) = (None, false);
            }
            owned.at_once
        })?;
        if !owned.at_once {
            return Err(EngineError::Conflict {
                text: "it does not wait for its turn any more; nothing was changed".into(),
                hint: "see what became of it with `callboard status`",
            });
        }
        self.owned.queue.tell();
        Ok(row::owned(&owned))
    }

    /// What is to be asked for; the task is made if there is none.
    pub(crate) fn to_start(
        &self,
        workspace: Option<WorkspaceId>,
        new: NewStart,
    ) -> Result<Vec<Owned>, EngineError> {
        let count = new.count.unwrap_or(1);
        if !(1..=limits::STARTS_AT_ONCE).contains(&count) {
            return Err(EngineError::Refused {
                text: format!("{count} sessions cannot be started at once; nothing was started"),
                hint: "start 1 to 16 of them",
            });
        }
        let prompt = new.prompt.filter(|prompt| !prompt.trim().is_empty());
        let (workspace, task) = match (new.task, &prompt) {
            (Some(task), _) => {
                let task = self.task(task)?;
                (task.workspace, Some(task))
            }
            (None, Some(_)) => (self.workspace_or_last(workspace)?, None),
            (None, None) => {
                return Err(EngineError::Refused {
                    text: "there is nothing to do; nothing was started".into(),
                    hint: "name a task (`callboard run T12`), or say what to do",
                });
            }
        };
        let standing = self.standing_of(workspace)?;
        let usual = standing.effective().agents.clone();
        // A model and a mode belong to the agent that they are set for.
        let is_usual = new.agent.is_none() || new.agent == usual.default;
        let named = new.agent.or(usual.default);
        let (agent, _) = self.agent_for(Some(workspace), named.as_deref())?;
        // Whether it is approved is asked at each start.
        let has_usual_mode = is_usual && new.mode.is_none();
        let task = match (task, &prompt) {
            (Some(task), _) => task,
            // Made last: what is refused leaves none behind.
            (None, words) => {
                let new = task_of(words.as_deref().unwrap_or_default());
                self.task(self.create_task(workspace, new)?)?
            }
        };
        let now = self.now();
        let words = prompt.unwrap_or_else(|| words_of(&task));
        let asked = Owned {
            task: Some(task.id),
            model: new.model.or_else(|| usual.model.filter(|_| is_usual)),
            mode: new.mode.or_else(|| usual.mode.filter(|_| is_usual)),
            has_usual_mode,
            in_place: new.in_place,
            at_once: new.at_once,
            overlaps: self.scope_meets(&task)?,
            prompts: vec![OwnedPrompt::waiting(words, now)],
            ..Owned::asked(workspace, agent.name(), now)
        };
        Ok(vec![asked; usize::try_from(count).unwrap_or(1)])
    }

    /// What of the repository's own configuration takes effect.
    pub(crate) fn project_of(&self, workspace: WorkspaceId) -> Result<Arc<Project>, EngineError> {
        Ok(self.standing_of(workspace)?.effective())
    }

    pub(super) fn standing_of(&self, workspace: WorkspaceId) -> Result<Standing, EngineError> {
        self.standing(&self.root_of(workspace)?)
    }

    /// Whether an agent is named by a configuration that does not take effect.
    pub(super) fn is_unapproved(
        &self,
        workspace: WorkspaceId,
        agent: &dyn Agent,
    ) -> Result<bool, EngineError> {
        let (standing, name) = (self.standing_of(workspace)?, agent.name());
        let names = |project: &Project| project.agents.acp.contains_key(name.as_str());
        Ok(names(&standing.written) && !names(&standing.effective()))
    }

    pub(super) fn ask_for(&self, asked: Vec<Owned>) -> Result<Vec<OwnedView>, EngineError> {
        let added = self.ask(move |core| core.ask_for(asked))?;
        self.owned.queue.tell();
        Ok(added.iter().map(row::owned).collect())
    }

    /// The agent of this name, or the first that is installed and can be driven.
    pub(crate) fn agent_for(
        &self,
        workspace: Option<WorkspaceId>,
        name: Option<&str>,
    ) -> Result<(&'static dyn Agent, &'static dyn Driver), EngineError> {
        let environment = &self.config.environment;
        let all = callboard_agents::all().iter().copied();
        let drivable = |agent: &'static dyn Agent| Some((agent, agent.driver()?));
        let found = match name {
            Some(name) => self.agent_named(workspace, name)?.and_then(drivable),
            None => all
                .filter(|agent| begin::program_of(*agent, environment).is_ok())
                .find_map(drivable),
        };
        let (agent, driver) = found.ok_or_else(|| EngineError::Refused {
            text: match name {
                Some(name) => format!("there is no agent `{name}`; nothing was started"),
                None => "no agent is installed where the daemon looks; nothing was started".into(),
            },
            hint: "see `callboard doctor`; others are named in `callboard.toml`, as `[agents.acp.NAME]`",
        })?;
        match workspace {
            // Its start waits for the approval.
            Some(workspace) if self.is_unapproved(workspace, agent)? => PathBuf::new(),
            Some(workspace) => begin::invocation_of(self, workspace, agent)?.program,
            None => begin::program_of(agent, environment)?,
        };
        Ok((agent, driver))
    }

    /// One that Callboard knows, or that the workspace's configuration names.
    fn agent_named(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<Option<&'static dyn Agent>, EngineError> {
        let known = callboard_agents::all().iter().copied();
        if let Some(known) = known.into_iter().find(|agent| agent.name().as_str() == name) {
            return Ok(Some(known));
        }
        let Some(workspace) = workspace else { return Ok(None) };
        let is_configured = self.standing_of(workspace)?.written.agents.acp.contains_key(name);
        Ok(is_configured.then(|| callboard_agents::configured(name)).flatten())
    }
}

/// The session of a task that waits for its turn.
fn queued_of(s: &Snapshot<'_>, task: TaskId) -> Result<Option<i64>, EngineError> {
    let all = s.owned_in_progress()?;
    let waits = |one: &&Owned| one.task == Some(task) && one.state == OwnedState::Queued;
    Ok(all.iter().find(waits).map(|one| one.id))
}

/// A task of a prompt: its first line names it.
pub(crate) fn task_of(prompt: &str) -> NewTask {
    let first = prompt.trim().lines().next().unwrap_or_default();
    let title = text::clip(first, limits::TITLE_CHARS);
    let body = if title == prompt.trim() { String::new() } else { prompt.trim().to_owned() };
    NewTask { title, body, ..NewTask::default() }
}

/// What an agent is told of a task.
fn words_of(task: &TaskView) -> String {
    let mut words = task.title.clone();
    for part in [&task.body] {
        if !part.trim().is_empty() {
            words.push_str("\n\n");
            words.push_str(part.trim());
        }
    }
    let list = |title: &str, items: &[String]| match items {
        [] => String::new(),
        items => format!("\n\n{title}\n- {}", items.join("\n- ")),
    };
    words.push_str(&list("It is done when these commands succeed:", &task.checks));
    words.push_str(&list("It is about:", &task.scope));
    words
}
