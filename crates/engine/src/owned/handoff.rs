//! Work that goes from one session to another: the first is parked, the second begins in its place with its brief.

use callboard_model::brief::{take_over, with_brief};
use callboard_model::limits::BRIEF_TOKENS;
use callboard_model::owned::{Owned, OwnedPrompt};
use callboard_model::session::{Alive, StateWord};
use callboard_model::view::{GoOn, HandOff, HandedOff, SessionView};
use callboard_model::{SessionId, TaskId};

use super::succession::works_instead;
use crate::{BriefOf, BriefQuery, Engine, EngineError, limits};

impl Engine {
    /// Parks a session and has another go on with its work in the same folder, told by its brief. Without a name, another
    /// agent that is installed takes it, or the same where there is no other.
    ///
    /// # Errors
    /// When the session works in a window of its own, its folder is gone, or there is no such agent: then nothing is
    /// parked or started.
    pub fn hand_off(&self, from: SessionId, to: HandOff) -> Result<HandedOff, EngineError> {
        let view = self.session(from)?;
        let agent = self.successor_of(&view, to.agent.as_deref())?;
        let going_on = self.going_on(&view, GoOn::default())?;
        self.refuse_second_successor(from)?;
        let is_there =
            going_on.cwd.as_deref().is_some_and(|cwd| std::path::Path::new(cwd).is_dir());
        if !is_there {
            return Err(EngineError::Refused {
                text: format!("the folder of {from} is not there any more; nothing was started"),
                hint: "`callboard worktree restore` brings a removed worktree back",
            });
        }
        let budget = to.budget.unwrap_or(BRIEF_TOKENS);
        let query = BriefQuery { of: BriefOf::Session(from), for_task: None, budget };
        // What cannot be told parks nothing.
        self.brief(query)?;
        let untold = self.untold_of(&view)?;
        let stays_open = self.park(&view)?;
        let brief = self.brief(query)?;
        let words = untold.into_iter().chain(to.prompt).collect::<Vec<_>>().join("\n\n");
        let about = view.heading().unwrap_or_default();
        let words = take_over(&from.to_string(), about, &words, &brief.markdown);
        let is_same = agent == view.agent;
        let usual = self.standing_of(going_on.workspace)?.effective().agents.clone();
        // Models and modes are each agent's own.
        let is_usual = usual.default.as_deref() == Some(agent.as_str());
        let (model, mode) = match is_same {
            true => (going_on.model.clone(), going_on.mode.clone()),
            false => (usual.model.filter(|_| is_usual), usual.mode.filter(|_| is_usual)),
        };
        let has_usual_mode =
            to.mode.is_none() && if is_same { going_on.has_usual_mode } else { is_usual };
        let asked = Owned {
            agent,
            follows: Some(from),
            model: to.model.or(model),
            mode: to.mode.or(mode),
            has_usual_mode,
            snapshots: Vec::new(),
            prompts: vec![OwnedPrompt::waiting(words, going_on.asked_at)],
            ..going_on
        };
        let owned = self.ask_for(vec![asked])?.pop().ok_or(EngineError::Ending)?;
        Ok(HandedOff { owned, brief, stays_open })
    }

    /// Two would write into one folder: refuses while another goes on with a session's work.
    fn refuse_second_successor(&self, from: SessionId) -> Result<(), EngineError> {
        let Some(name) = self.works_instead_of(from)? else { return Ok(()) };
        Err(EngineError::Conflict {
            text: format!(
                "{name} goes on with the work of {from} already; nothing was parked or started"
            ),
            hint: "hand off that one, or stop it first",
        })
    }

    /// The same for one that is to go on itself.
    pub(super) fn refuse_beside_successor(&self, session: SessionId) -> Result<(), EngineError> {
        let Some(name) = self.works_instead_of(session)? else { return Ok(()) };
        Err(EngineError::Conflict {
            text: format!("{name} goes on with the work of {session}; nothing was started"),
            hint: "hand the work back with `callboard handoff`, or end that one first with `callboard stop`",
        })
    }

    fn works_instead_of(&self, session: SessionId) -> Result<Option<String>, EngineError> {
        let other = self.read(|s| Ok(works_instead(s, session)?))?;
        let name = |other: Owned| match other.session {
            Some(session) => session.to_string(),
            None => "another session".to_owned(),
        };
        Ok(other.map(name))
    }

    /// The agent that takes over.
    fn successor_of(
        &self,
        view: &SessionView,
        named: Option<&str>,
    ) -> Result<callboard_model::AgentName, EngineError> {
        if let Some(name) = named {
            return Ok(self.agent_for(view.workspace, Some(name))?.0.name());
        }
        let others = callboard_agents::all().iter().map(|agent| agent.name());
        let others = others.filter(|name| *name != view.agent).chain([view.agent.clone()]);
        let mut refused = None;
        for name in others {
            match self.agent_for(view.workspace, Some(name.as_str())) {
                Ok((agent, _)) => return Ok(agent.name()),
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or(EngineError::Ending))
    }

    /// Ends what drives a session. One in a window of its own is its user's to end: gives whether it stays open.
    fn park(&self, view: &SessionView) -> Result<bool, EngineError> {
        if view.owned.as_deref().is_some_and(|owned| !owned.state.is_over()) {
            self.stop_session(view.id)?;
            return Ok(false);
        }
        if view.facts.alive.is != Alive::Yes {
            return Ok(false);
        }
        if matches!(view.state, StateWord::Working | StateWord::NeedsYou) {
            return Err(EngineError::Refused {
                text: format!("{} works in a window of its own; nothing was started", view.id),
                hint: "interrupt it there first: two would write into one folder",
            });
        }
        Ok(true)
    }

    /// A prompt with the briefs of the tasks that its task waits for.
    pub(super) fn with_briefs(&self, task: TaskId, prompt: String) -> Result<String, EngineError> {
        let mut done = Vec::new();
        for before in self.task(task)?.waits_for {
            if !self.task(before)?.sessions.is_empty() {
                done.push(before);
            }
        }
        done.truncate(limits::BRIEFS_AT_START);
        let budget = BRIEF_TOKENS / u32::try_from(done.len()).unwrap_or(1).max(1);
        let mut told = Vec::new();
        for before in done {
            let of = BriefOf::Task(before);
            let brief = self.brief(BriefQuery { of, for_task: Some(task), budget })?;
            if !brief.sections.is_empty() {
                told.push(brief.markdown);
            }
        }
        Ok(if told.is_empty() { prompt } else { with_brief(&prompt, &told.join("\n")) })
    }
}
