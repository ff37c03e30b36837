//! Who asks by the Model Context Protocol, and what it has not been told yet.

use std::path::PathBuf;

use callboard_model::{SessionId, ThreadKey};
use serde_json::Value;

use crate::{Engine, EngineError};

/// Who asks, as far as its agent says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// The agent's name.
    pub agent: String,
    /// The agent's own id of the session, as its server's process knows it; empty where it does not.
    pub native: String,
    /// What the agent says with the call.
    pub said: Vec<Value>,
    /// The folder that its server was started in.
    pub cwd: PathBuf,
}

impl Engine {
    /// The session that asks; `None` where that is not known.
    ///
    /// # Errors
    /// When the store fails.
    pub fn session_of_caller(&self, caller: &Caller) -> Result<Option<SessionId>, EngineError> {
        let Some(agent) = callboard_agents::named(&caller.agent) else { return Ok(None) };
        let said = caller.said.iter().find_map(|meta| agent.session_of_call(meta));
        let native = said.unwrap_or_else(|| caller.native.clone());
        let thread = ThreadKey { native, sub: None };
        self.read(|s| Ok(s.session_id(&agent.name(), &thread)?))
    }

    /// What a session has not been told yet, each in a sentence; it counts as told.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tell_caller(&self, session: SessionId) -> Result<Vec<String>, EngineError> {
        let notices = self.read(|s| Ok(s.notices(session)?))?;
        let notices = self.notices_on_their_way.take(notices, self.now());
        self.notices_told(notices.iter().map(|one| one.id).collect())?;
        Ok(notices.into_iter().map(|one| one.text).collect())
    }
}
