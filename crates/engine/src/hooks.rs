//! What agents' hooks tell, and answers for those that wait.

mod at_stop;
mod deliver;
mod on_their_way;
mod proof;

use std::collections::BTreeSet;

use callboard_agents::{Agent, HookEvent, HookReport};
use callboard_model::call::{Ask, CallState, CallVia};
use callboard_model::{CallId, SessionId, ThreadKey};
use callboard_os::window;
use callboard_store::Notice;

use crate::sweeps::HookUse;
use crate::{AskedBy, Engine, EngineError};

pub(crate) use at_stop::AT_STOP;
pub use at_stop::{AtStop, HookEnd};
pub(crate) use deliver::start;
pub(crate) use on_their_way::OnTheirWay;

/// A question that a hook reports.
pub struct HookAsk {
    /// Whether the hook waits for the answer.
    pub waits: bool,
    agent: &'static dyn Agent,
    thread: ThreadKey,
    ask: Box<Ask>,
    report: HookReport,
}

/// What a hook tells that is of interest.
pub enum HookTold {
    /// Its session asks.
    Asks(HookAsk),
    /// Its session can be told something.
    Step(HookStep),
    /// Its session's turn ends.
    Ends(HookEnd),
    /// Its session is about to run a command.
    Uses(HookUse),
}

/// A step of a session, behind which it can be told something.
pub struct HookStep {
    agent: &'static dyn Agent,
    thread: ThreadKey,
    event: String,
}

/// What a session is told at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookContext {
    /// What the hook prints.
    pub output: String,
    /// What counts as told once it has.
    pub notices: Vec<i64>,
}

/// What becomes of a call that a hook waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookWait {
    /// Nobody has answered yet.
    Open,
    /// It was answered.
    Answered {
        /// The generation that was answered.
        generation: u32,
        /// What the hook prints.
        output: String,
    },
    /// It is over; the hook prints nothing.
    Over,
}

/// What a hook of `agent` tells with its report; `None` if nobody needs to know.
///
/// # Errors
/// When there is no such agent, it has no hooks, or the report cannot be read.
pub fn hear_hook(agent: &str, report: &[u8]) -> Result<Option<HookTold>, EngineError> {
    let found = callboard_agents::named(agent).and_then(|agent| Some((agent, agent.hook()?)));
    let unreadable = || EngineError::Refused {
        text: format!("a hook of {agent:?} told what this version cannot read; it was ignored"),
        hint: "run `callboard connect` again",
    };
    let (agent, hook) = found.ok_or_else(unreadable)?;
    let report: HookReport = serde_json::from_slice(report).map_err(|_| unreadable())?;
    Ok(match hook.event(&report) {
        HookEvent::Asked { thread, ask, waits } => {
            Some(HookTold::Asks(HookAsk { waits, agent, thread, ask, report }))
        }
        HookEvent::Step { thread, event } => {
            Some(HookTold::Step(HookStep { agent, thread, event }))
        }
        HookEvent::Ends { thread, said, is_sent_on } => {
            Some(HookTold::Ends(HookEnd { agent, thread, said, is_sent_on }))
        }
        HookEvent::Uses { thread, event, command, cwd } => Some(HookTold::Uses(HookUse {
            agent: agent.name(),
            thread,
            command,
            cwd: cwd.into(),
            event,
        })),
        HookEvent::Nothing => None,
        HookEvent::Unknown(event) => {
            tracing::debug!(agent = agent.name().as_str(), event, "a hook told what is not wanted");
            None
        }
    })
}

impl Engine {
    /// Takes what a hook asks; gives the call that stands for it. A hook that comes back finds its call again.
    ///
    /// # Errors
    /// When the store fails.
    pub fn hook_asked(&self, asked: HookAsk) -> Result<CallId, EngineError> {
        let HookAsk { waits, agent, thread, mut ask, report } = asked;
        if let Some(hook) = agent.hook() {
            hook.complete(&report, &mut ask);
        }
        let via = match waits {
            true => CallVia::Hook,
            false => self.way_past_the_hook(agent, &thread),
        };
        let variable = |name: &str| report.environment.get(name).cloned();
        let window = window::of_process(report.pid, variable);
        let by = AskedBy { agent: agent.name(), thread, via, ask: *ask, expires_at: None, window };
        Ok(self.asked(by)?.0)
    }

    /// What a session is told at this step; `None` if there is nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub fn hook_context(&self, step: &HookStep) -> Result<Option<HookContext>, EngineError> {
        let session = self.read(|s| Ok(s.session_id(&step.agent.name(), &step.thread)?))?;
        let notices = session.map(|session| self.untold(session)).transpose()?.unwrap_or_default();
        let Some(hook) = step.agent.hook().filter(|_| !notices.is_empty()) else {
            return Ok(None);
        };
        let lines: Vec<String> = notices.iter().map(|one| format!("- {}", one.text)).collect();
        let text = format!(
            "Callboard, which sees the work of all agents in this repository, tells you:\n{}",
            lines.join("\n")
        );
        let output = hook.context(&step.event, &text);
        Ok(Some(HookContext { output, notices: notices.iter().map(|one| one.id).collect() }))
    }

    /// What a session has not been told yet, and nobody else is telling it; it is the caller's to tell now.
    pub(crate) fn untold(&self, session: SessionId) -> Result<Vec<Notice>, EngineError> {
        // Without it, all else is told still.
        if let Err(error) = self.tell_related(session) {
            tracing::warn!(%error, "what is related to a session could not be told");
        }
        let mut notices = self.read(|s| Ok(s.notices(session)?))?;
        notices.retain(|notice| notice.subject != AT_STOP);
        // An agent runs hooks side by side: for each of its tool uses, and for each connection that it has.
        Ok(self.notices_on_their_way.take(notices, self.now()))
    }

    /// A session was told these.
    ///
    /// # Errors
    /// When the store fails.
    pub fn notices_told(&self, notices: Vec<i64>) -> Result<(), EngineError> {
        // They stay on their way for as long as another hook may have read them before this.
        self.ask(move |core| core.notices_told(&notices))
    }

    fn way_past_the_hook(&self, agent: &'static dyn Agent, thread: &ThreadKey) -> CallVia {
        let mut homes = self.homes.iter().filter(|home| home.agent.name() == agent.name());
        match homes.any(|home| agent.serves(&home.path, thread)) {
            true => CallVia::Server,
            false => CallVia::Window,
        }
    }

    /// What a hook that waits for this call is to do now.
    ///
    /// # Errors
    /// When the store fails.
    pub fn hook_answer(&self, id: CallId) -> Result<HookWait, EngineError> {
        let Some(call) = self.read(|s| Ok(s.call(id)?))? else { return Ok(HookWait::Over) };
        match call.life.state {
            CallState::Open => return Ok(HookWait::Open),
            CallState::Answered => {}
            CallState::Accepted | CallState::GoneOn | CallState::Closed => {
                return Ok(HookWait::Over);
            }
        }
        let generation = call.life.generation;
        let agent = match call.session {
            Some(session) => self.read(|s| Ok(s.session(session)?))?.map(|session| session.agent),
            None => None,
        };
        let hook = agent.and_then(|agent| callboard_agents::named(agent.as_str())?.hook());
        let answer = call.body.answer.as_ref();
        match hook.zip(answer).and_then(|(hook, answer)| hook.output(&call.body.ask, answer)) {
            Some(output) => Ok(HookWait::Answered { generation, output }),
            None => {
                let why = "the agent takes no such answer: each question needs one".to_owned();
                self.answer_undeliverable(id, generation, why)?;
                Ok(HookWait::Open)
            }
        }
    }

    /// The hook that waited for a call is gone: what it has not taken can be answered in the window only.
    ///
    /// # Errors
    /// When the store fails.
    pub fn hook_gone(&self, call: CallId) -> Result<(), EngineError> {
        self.ask(move |core| core.hook_gone(call))
    }

    /// Of the calls that hooks waited for, only these are waited for now.
    ///
    /// # Errors
    /// When the store fails.
    pub fn hooks_came_back(&self, waiting: &BTreeSet<CallId>) -> Result<(), EngineError> {
        let open = self.read(|s| Ok(s.calls_not_closed()?))?;
        for call in open {
            if call.via == CallVia::Hook && !waiting.contains(&call.id) {
                self.hook_gone(call.id)?;
            }
        }
        Ok(())
    }
}
