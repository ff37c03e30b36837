//! Who asks by the Model Context Protocol, and what it has not been told yet.

mod asking;
mod lead;
mod talk;
mod tasks;

use std::path::PathBuf;

use callboard_agents::Agent;
use callboard_model::{AgentName, SessionId, ThreadKey};
use serde_json::Value;

use crate::hooks::AT_STOP;
use crate::{Engine, EngineError, SessionQuery, limits};

pub use asking::Answering;

/// Who asks, as far as its agent says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// The agent's name.
    pub agent: String,
    /// The agent's own id of the session, as its server's process knew it when it began; empty where it did not.
    pub native: String,
    /// What the agent says with the call.
    pub said: Vec<Value>,
    /// The folder that its server was started in.
    pub cwd: PathBuf,
    /// The process that started its server, the one that started that, and so on.
    pub processes: Vec<u32>,
    /// The session that it says it is, such as `S41`.
    pub named: Option<String>,
    /// It was sent before, and what became of it is not known.
    pub is_again: bool,
}

impl Engine {
    /// The session that asks: by what its agent says with the call, else by its environment, its processes and its
    /// folder; by its own word only where nothing else tells. `None` where that is not known.
    ///
    /// # Errors
    /// When it says that it is another one, or none that there is; when the store fails.
    pub fn session_of_caller(&self, caller: &Caller) -> Result<Option<SessionId>, EngineError> {
        let known = self.known_caller(caller)?;
        let Some(name) = &caller.named else { return Ok(known) };
        let named = self.session_named(name)?;
        match known {
            Some(known) if known != named => Err(EngineError::Refused {
                text: format!("you are {known}, not {named}; nothing was done"),
                hint: "leave `session` out",
            }),
            _ => Ok(Some(named)),
        }
    }

    fn known_caller(&self, caller: &Caller) -> Result<Option<SessionId>, EngineError> {
        let agent = callboard_agents::named(&caller.agent);
        // Of an agent that Callboard does not know there is no session that it could be.
        if agent.is_none() && !caller.agent.is_empty() {
            return Ok(None);
        }
        if let Some(agent) = agent {
            let said = caller.said.iter().find_map(|meta| agent.session_of_call(meta));
            if let Some(native) = said {
                return self.wait_for_thread(agent, native);
            }
        }
        // An agent may have begun another conversation since it started its server.
        let parent = caller.processes.get(..1).unwrap_or_default();
        if let Some(session) = self.session_of_processes(agent, parent)? {
            return Ok(Some(session));
        }
        if let Some(agent) = agent.filter(|_| !caller.native.is_empty()) {
            return self.wait_for_thread(agent, caller.native.clone());
        }
        if let Some(session) = self.session_of_processes(agent, &caller.processes)? {
            return Ok(Some(session));
        }
        self.only_session_in(agent, caller)
    }

    /// The session of a conversation, whose transcript may be read a moment later.
    fn wait_for_thread(
        &self,
        agent: &dyn Agent,
        native: String,
    ) -> Result<Option<SessionId>, EngineError> {
        let thread = ThreadKey { native, sub: None };
        for _ in 0..limits::CALLER_LOOKS {
            let found = self.read(|s| Ok(s.session_id(&agent.name(), &thread)?))?;
            if found.is_some() {
                return Ok(found);
            }
            std::thread::sleep(limits::CALLER_LOOK_EVERY);
        }
        Ok(None)
    }

    /// The only session that the nearest of these processes runs.
    fn session_of_processes(
        &self,
        agent: Option<&dyn Agent>,
        processes: &[u32],
    ) -> Result<Option<SessionId>, EngineError> {
        if processes.is_empty() {
            return Ok(None);
        }
        let asked = processes.to_vec();
        let runs = self.ask(move |core| Ok(core.run_by_nearest(&asked)))?;
        let is_its = |of: &AgentName| agent.is_none_or(|agent| agent.name() == *of);
        match runs.as_slice() {
            [(of, thread)] if is_its(of) => self.read(|s| Ok(s.session_id(of, thread)?)),
            _ => Ok(None),
        }
    }

    /// The only session of its agent that is at work in the caller's folder.
    fn only_session_in(
        &self,
        agent: Option<&dyn Agent>,
        caller: &Caller,
    ) -> Result<Option<SessionId>, EngineError> {
        if caller.cwd.as_os_str().is_empty() {
            return Ok(None);
        }
        let query = SessionQuery {
            agent: agent.map(Agent::name),
            live_only: true,
            parents_only: true,
            ..SessionQuery::default()
        };
        let mut live = self.sessions(&query)?.sessions;
        let here = caller.cwd.canonicalize().unwrap_or_else(|_| caller.cwd.clone());
        live.retain(|view| {
            let cwd = view.cwd.as_ref().map(PathBuf::from);
            cwd.is_some_and(|cwd| cwd.canonicalize().unwrap_or(cwd) == here)
        });
        Ok(match live.as_slice() {
            [only] => Some(only.id),
            _ => None,
        })
    }

    /// What a session has not been told yet, each in a sentence; it counts as told.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tell_caller(&self, session: SessionId) -> Result<Vec<String>, EngineError> {
        self.tell_related(session)?;
        let mut notices = self.read(|s| Ok(s.notices(session)?))?;
        notices.retain(|notice| notice.subject != AT_STOP);
        let notices = self.notices_on_their_way.take(notices, self.now());
        if !notices.is_empty() {
            self.notices_told(notices.iter().map(|one| one.id).collect())?;
        }
        Ok(notices.into_iter().map(|one| one.text).collect())
    }
}
