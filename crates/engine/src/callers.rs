//! Who asks by the Model Context Protocol, and what it has not been told yet.

use std::path::PathBuf;

use callboard_model::{SessionId, ThreadKey};

use crate::{Engine, EngineError};

/// Who asks, as far as its agent says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// The agent's name.
    pub agent: String,
    /// The agent's own id of the session or thread; empty where it says none.
    pub native: String,
    /// The folder that its server was started in.
    pub cwd: PathBuf,
}

impl Engine {
    /// The session that asks; `None` where that is not known.
    ///
    /// # Errors
    /// When the store fails.
    pub fn session_of_caller(&self, caller: &Caller) -> Result<Option<SessionId>, EngineError> {
        let Some(agent) =
            callboard_agents::named(&caller.agent).filter(|_| !caller.native.is_empty())
        else {
            return Ok(None);
        };
        let thread = ThreadKey { native: caller.native.clone(), sub: None };
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
