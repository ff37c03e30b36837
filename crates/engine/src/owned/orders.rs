//! What people ask of owned sessions: to start, to take a prompt, to break off, to end, to go on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use callboard_agents::Agent;
use callboard_agents::drive::Driver;
use callboard_model::owned::{Beginning, Owned, OwnedPrompt, OwnedState, PromptStep};
use callboard_model::project::Project;
use callboard_model::session::{Alive, TurnState};
use callboard_model::view::{Attached, GoOn, NewStart, NewTask, OwnedView, SessionView, TaskView};
use callboard_model::{AgentName, SessionId, ThreadKey, Timestamp, WorkspaceId, text};

use super::begin;
use super::channel::Wake;
use crate::{Engine, EngineError, limits, row};

/// What an agent is told when the limit that held it up is over.
const GO_ON: &str = "Go on where you stopped.";

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
        let asked = self.to_start(workspace, new)?;
        self.ask_for(asked)
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
        let task = match (new.task, &prompt) {
            (Some(task), _) => task,
            (None, Some(prompt)) => {
                let workspace = match workspace {
                    Some(workspace) => workspace,
                    None => self.board(None)?.workspace.id,
                };
                self.create_task(workspace, task_of(prompt))?
            }
            (None, None) => {
                return Err(EngineError::Refused {
                    text: "there is nothing to do; nothing was started".into(),
                    hint: "name a task (`callboard run T12`), or say what to do",
                });
            }
        };
        let task = self.task(task)?;
        let usual = self.project_of(task.workspace)?.agents.clone();
        // A model and a mode belong to the agent that they are set for.
        let is_usual = new.agent.is_none() || new.agent == usual.default;
        let named = new.agent.or(usual.default);
        let (agent, _) = self.agent_for(Some(task.workspace), named.as_deref())?;
        let now = self.now();
        let words = prompt.unwrap_or_else(|| words_of(&task));
        let asked = Owned {
            task: Some(task.id),
            model: new.model.or_else(|| usual.model.filter(|_| is_usual)),
            mode: new.mode.or_else(|| usual.mode.filter(|_| is_usual)),
            in_place: new.in_place,
            at_once: new.at_once,
            prompts: vec![OwnedPrompt::waiting(words, now)],
            ..Owned::asked(task.workspace, agent.name(), now)
        };
        Ok(vec![asked; usize::try_from(count).unwrap_or(1)])
    }

    /// What the repository's own configuration says; the usual where there is none.
    pub(crate) fn project_of(&self, workspace: WorkspaceId) -> Result<Arc<Project>, EngineError> {
        let found = self.read(|s| Ok(s.workspace(workspace)?))?;
        found.map_or_else(|| Ok(Arc::default()), |found| self.project(&found.row.root))
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
        let is_configured = self.project_of(workspace)?.agents.acp.contains_key(name);
        Ok(is_configured.then(|| callboard_agents::configured(name)).flatten())
    }

    /// Owned sessions that are not over, and the last that are.
    ///
    /// # Errors
    /// When the store fails.
    pub fn owned_sessions(&self) -> Result<Vec<OwnedView>, EngineError> {
        self.read(|s| {
            let mut all = s.owned_in_progress()?;
            all.extend(s.owned_over(limits::OWNED_OVER)?);
            Ok(all.iter().map(row::owned).collect())
        })
    }

    /// One owned session.
    ///
    /// # Errors
    /// When there is none.
    pub fn owned_session(&self, id: i64) -> Result<OwnedView, EngineError> {
        let owned = self.read(|s| Ok(s.owned(id)?))?.ok_or_else(|| EngineError::no_owned(id))?;
        Ok(row::owned(&owned))
    }

    /// What drives a session now.
    fn driven(&self, session: SessionId) -> Result<Owned, EngineError> {
        let view = self.session(session)?;
        let owned = self.read(|s| Ok(s.owned_of_session(session)?))?;
        owned.filter(|owned| !owned.state.is_over()).ok_or_else(|| not_driven(&view))
    }

    /// Gives an owned session a prompt: into the turn that goes on, or behind it, as its agent can.
    ///
    /// # Errors
    /// When it is not driven by Callboard now.
    pub fn send(&self, session: SessionId, text: String) -> Result<OwnedView, EngineError> {
        if text.trim().is_empty() {
            return Err(EngineError::Refused {
                text: "the prompt is empty; nothing was sent".into(),
                hint: "say what to do",
            });
        }
        let owned = self.driven(session)?;
        self.send_to(owned.id, text)
    }

    pub(super) fn send_to(&self, id: i64, text: String) -> Result<OwnedView, EngineError> {
        let owned = self.ask(move |core| core.prompt_owned(id, text))?;
        if let Some(channel) = self.owned.channel(id) {
            // One that is full looks for prompts at its next sweep.
            let _ = channel.try_send(Wake::Prompts);
        }
        Ok(row::owned(&owned))
    }

    /// Breaks the turn of an owned session off.
    ///
    /// # Errors
    /// When it is not driven by Callboard now, or its agent cannot be reached.
    pub fn interrupt(&self, session: SessionId) -> Result<OwnedView, EngineError> {
        let owned = self.driven(session)?;
        let id = owned.id;
        self.ask(move |core| core.note_stop(id, "interrupt"))?;
        let (told, done) = sync_channel(1);
        let channel = self.owned.channel(id).ok_or(EngineError::Ending)?;
        channel.send(Wake::Interrupt(told)).map_err(|_| EngineError::Ending)?;
        done.recv_timeout(limits::END_TIME).map_err(|_| EngineError::Refused {
            text: "its agent takes nothing at the moment; it was not interrupted".into(),
            hint: "try again, or end it with `callboard stop`",
        })??;
        self.owned_session(id)
    }

    /// Ends an owned session, or takes it out of the queue, and waits until it is over.
    ///
    /// # Errors
    /// When it is over already, or does not end in time.
    pub fn stop_owned(&self, id: i64) -> Result<OwnedView, EngineError> {
        self.ask(move |core| {
            core.note_stop(id, "end")?;
            core.change_owned(id, |owned, _| {
                let is_waiting = owned.state == OwnedState::Queued;
                if is_waiting {
                    owned.state = OwnedState::Ended;
                }
                is_waiting
            })
        })?;
        if let Some(channel) = self.owned.channel(id) {
            // Gone only when the session is just over.
            let _ = channel.send(Wake::End);
        }
        for _ in 0..limits::END_LOOKS {
            let owned = self.owned_session(id)?;
            if owned.state.is_over() {
                return Ok(owned);
            }
            std::thread::sleep(limits::SERVER_TRY_EVERY);
        }
        Err(EngineError::Refused {
            text: "its agent has not ended yet; it was told to".into(),
            hint: "look again with `callboard session list`",
        })
    }

    /// Ends what drives a session.
    ///
    /// # Errors
    /// When it is not driven by Callboard now.
    pub fn stop_session(&self, session: SessionId) -> Result<OwnedView, EngineError> {
        let owned = self.driven(session)?;
        self.stop_owned(owned.id)
    }

    /// Has a session that is over go on, as an owned one.
    ///
    /// # Errors
    /// When it runs already, here or elsewhere, or its agent cannot do that.
    pub fn resume(&self, session: SessionId, on: GoOn) -> Result<OwnedView, EngineError> {
        let view = self.session(session)?;
        let (_, driver) = self.agent_for(view.workspace, Some(view.agent.as_str()))?;
        if !driver.capabilities().resume {
            return Err(unable(&view, "go on after its end"));
        }
        refuse_second_writer(self, &view.agent, &view.agent_session_id)?;
        let native = view.agent_session_id.clone();
        let going_on = self.going_on(&view, on)?;
        let asked = Owned { session: Some(session), native: Some(native.clone()), ..going_on };
        one(self.ask_for(vec![self.as_recorded(asked, driver, native)?])?)
    }

    /// A conversation goes on with what its agent did not write down before it was killed said again; without any
    /// record it begins anew, under the id that it had.
    fn as_recorded(
        &self,
        mut asked: Owned,
        driver: &dyn Driver,
        native: String,
    ) -> Result<Owned, EngineError> {
        let session = asked.session;
        let before = match session {
            Some(session) => self.read(|s| Ok(s.owned_of_session(session)?))?,
            None => None,
        };
        let mut given = Vec::new();
        if let Some(before) = before {
            given.extend(before.begun);
            // Whoever told it to end has told what waited to end, too.
            let waited = before.prompts.into_iter().filter(|_| !before.is_stopped);
            given.extend(waited.filter(|prompt| !matches!(prompt.step, PromptStep::Refused(_))));
        }
        let ids: Vec<String> = given.iter().map(|prompt| prompt.id.clone()).collect();
        let missing = driver.unrecorded(&self.config.environment, &native, &ids);
        asked.beginning = match &missing {
            None if driver.takes_id() => {
                asked.channel = serde_json::json!({ "wished": native });
                Beginning::New
            }
            _ => Beginning::Resume(native),
        };
        let missing = missing.unwrap_or(ids);
        let lost = given.into_iter().filter(|prompt| missing.contains(&prompt.id));
        let lost: Vec<String> = lost.map(|prompt| prompt.text).collect();
        if let Some(next) = asked.prompts.first_mut().filter(|_| !lost.is_empty()) {
            next.text = format!("{}\n\n{}", lost.join("\n\n"), next.text);
        } else if !lost.is_empty() {
            asked.prompts.push(OwnedPrompt::waiting(lost.join("\n\n"), asked.asked_at));
        }
        Ok(asked)
    }

    /// Has a session go on a second time from where it is.
    ///
    /// # Errors
    /// When its agent cannot do that.
    pub fn fork(&self, session: SessionId, on: GoOn) -> Result<OwnedView, EngineError> {
        let view = self.session(session)?;
        let (_, driver) = self.agent_for(view.workspace, Some(view.agent.as_str()))?;
        if !driver.capabilities().fork {
            return Err(unable(&view, "be copied"));
        }
        let asked = Owned {
            beginning: Beginning::Fork(view.agent_session_id.clone()),
            ..self.going_on(&view, on)?
        };
        one(self.ask_for(vec![asked])?)
    }

    /// What goes on where a session was.
    pub(super) fn going_on(&self, view: &SessionView, on: GoOn) -> Result<Owned, EngineError> {
        let workspace = view.workspace.ok_or_else(|| EngineError::Refused {
            text: format!("{} belongs to no registered workspace; nothing was started", view.id),
            hint: "run `callboard up` in its repository first",
        })?;
        let session = view.id;
        let before = self.read(|s| Ok(s.owned_of_session(session)?))?;
        let now = self.now();
        let prompts = on.prompt.filter(|prompt| !prompt.trim().is_empty()).into_iter();
        Ok(Owned {
            task: view.task,
            model: on.model.or_else(|| before.as_ref()?.model.clone()),
            mode: on.mode.or_else(|| before.as_ref()?.mode.clone()),
            cwd: view.cwd.clone().or_else(|| before.as_ref()?.cwd.clone()),
            worktree: before.as_ref().and_then(|before| before.worktree),
            snapshots: before.as_ref().map(|b| b.snapshots.clone()).unwrap_or_default(),
            in_place: true,
            // A person waits for it.
            at_once: true,
            prompts: prompts.map(|text| OwnedPrompt::waiting(text, now)).collect(),
            ..Owned::asked(workspace, view.agent.clone(), now)
        })
    }

    /// How its agent's own program shows a session; where that cannot be while it is driven, it is ended first.
    ///
    /// # Errors
    /// When it works, or runs elsewhere.
    pub fn attach(&self, session: SessionId) -> Result<Attached, EngineError> {
        let view = self.session(session)?;
        let (agent, driver) = self.agent_for(view.workspace, Some(view.agent.as_str()))?;
        let shown = |socket: Option<&Path>| {
            let program = begin::program_of(agent, &self.config.environment).ok()?;
            driver.attachment(&program, &view.agent_session_id, socket)
        };
        if shown(None).is_none() {
            return Err(EngineError::Refused {
                text: format!(
                    "{} has no window that shows {session}; it was left alone",
                    view.agent
                ),
                hint: "its session page and `callboard session show` tell what it says",
            });
        }
        let owned = self.read(|s| Ok(s.owned_of_session(session)?))?;
        let driven = owned.filter(|owned| !owned.state.is_over());
        let mut socket = None;
        match driven {
            Some(owned) if driver.capabilities().attach_while_driven => {
                socket = owned.socket.map(PathBuf::from);
            }
            Some(owned) => {
                if owned.turn != TurnState::Idle {
                    return Err(EngineError::Refused {
                        text: format!("{session} works; it was left alone"),
                        hint: "wait until it is ready, or interrupt it with `callboard interrupt`",
                    });
                }
                self.stop_owned(owned.id)?;
            }
            None => refuse_second_writer(self, &view.agent, &view.agent_session_id)?,
        }
        let how = shown(socket.as_deref()).ok_or(EngineError::Ending)?;
        Ok(Attached {
            program: how.program.to_string_lossy().into_owned(),
            args: how.args,
            cwd: view.cwd.unwrap_or_default(),
        })
    }
}

/// A conversation has one writer: refuses if it runs anywhere.
pub(super) fn refuse_second_writer(
    engine: &Engine,
    agent: &AgentName,
    native: &str,
) -> Result<(), EngineError> {
    let (agent, thread) = (agent.clone(), ThreadKey::main(native));
    let running = engine.ask(move |core| Ok(core.running_as(&agent, &thread)))?;
    let Some((alive, pid)) = running else { return Ok(()) };
    if alive != Alive::Yes {
        return Ok(());
    }
    let place = pid.map_or_else(|| "elsewhere".to_owned(), |pid| format!("as process {pid}"));
    Err(EngineError::Conflict {
        text: format!("that conversation runs {place} already; nothing was started"),
        hint: "go on there, or end it first",
    })
}

/// Has sessions go on whose limit is over.
pub(super) fn go_on_after_limits(engine: &Engine, owned: &[Owned]) -> Result<(), EngineError> {
    for one in owned.iter().filter(|one| one.state == OwnedState::Running) {
        let Some(due) = limit_ends(one) else { continue };
        if due > engine.now() {
            continue;
        }
        let id = one.id;
        engine.ask(move |core| {
            core.change_owned(id, |owned, _| {
                owned.limited = None;
                true
            })
        })?;
        engine.send_to(id, GO_ON.to_owned())?;
    }
    Ok(())
}

/// When the limit that holds it up is over, or is tried again.
pub(super) fn limit_ends(owned: &Owned) -> Option<Timestamp> {
    let limited = owned.limited.as_ref()?;
    limited.until.or_else(|| Some(owned.turn_at?.plus_ms(limits::LIMIT_TRIED_MS)))
}

fn one(mut all: Vec<OwnedView>) -> Result<OwnedView, EngineError> {
    all.pop().ok_or(EngineError::Ending)
}

fn unable(view: &SessionView, what: &str) -> EngineError {
    EngineError::Refused {
        text: format!("{} cannot {what}: {} does not do that", view.id, view.agent),
        hint: "start a new session with `callboard run`",
    }
}

fn not_driven(view: &SessionView) -> EngineError {
    let is_elsewhere = view.facts.alive.is == Alive::Yes;
    EngineError::Refused {
        text: format!(
            "{} {}; nothing was sent",
            view.id,
            if is_elsewhere { "runs in a window of its own" } else { "does not run" }
        ),
        hint: if is_elsewhere {
            "type into its own window"
        } else {
            "have it go on with `callboard resume`"
        },
    }
}

/// A task of a prompt: its first line names it.
fn task_of(prompt: &str) -> NewTask {
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
