//! Servers that hold many conversations: one for each agent, started when the first needs it, ended with the last.

use std::path::PathBuf;
use std::sync::PoisonError;

use callboard_agents::Agent;
use callboard_agents::drive::{Driver, Launch, Process};
use callboard_model::AgentName;
use callboard_model::owned::Owned;
use callboard_os::host::{self, HostRequest, HostState};
use serde_json::json;

use super::begin::refused;
use crate::{Engine, EngineError, limits};

/// A server that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    /// The name of its host's folder.
    pub(super) name: String,
    /// Where it listens.
    pub(super) socket: PathBuf,
}

fn setting(agent: &str) -> String {
    format!("server.{agent}")
}

/// The agent's server, started if none runs.
pub(super) fn running(
    engine: &Engine,
    agent: &dyn Agent,
    driver: &dyn Driver,
    launch: &Launch,
) -> Result<Server, EngineError> {
    let _one = engine.owned.servers.lock().unwrap_or_else(PoisonError::into_inner);
    let key = setting(agent.name().as_str());
    let known = engine.read(|s| Ok(s.setting(&key)?))?;
    if let Some(name) = known.as_ref().and_then(|name| name.as_str())
        && let Process::Server { socket, .. } =
            driver.process(launch, &engine.owned.hosts.join(name))
        && matches!(host::state(&engine.owned.hosts.join(name)), Ok(HostState::Running(_)))
    {
        return Ok(Server { name: name.to_owned(), socket });
    }
    let name = callboard_store::fresh_name();
    let dir = engine.owned.hosts.join(&name);
    let Process::Server { spec, socket } = driver.process(launch, &dir) else {
        return Err(EngineError::Refused {
            text: format!("{} has no server; nothing was started", agent.title()),
            hint: "",
        });
    };
    // Known before it runs: one that is started and not known would never be found again.
    let value = json!(name);
    engine.ask(move |core| core.put_setting(&key, &value))?;
    host::start(&engine.owned.program, &dir, &spec).map_err(refused)?;
    for left in (0..limits::SERVER_TRIES).rev() {
        if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
            return Ok(Server { name, socket });
        }
        let state = host::state(&dir).map_err(refused)?;
        if matches!(state, HostState::Ended(_) | HostState::Lost) || left == 0 {
            let said = std::fs::read(dir.join(host::ERRORS)).unwrap_or_default();
            let from = said.len().saturating_sub(limits::LAST_WORDS_BYTES);
            return Err(EngineError::Refused {
                text: format!(
                    "the server of {} does not listen; nothing was started. It said: {}",
                    agent.title(),
                    String::from_utf8_lossy(&said[from..]).trim()
                ),
                hint: "see whether it runs by itself",
            });
        }
        std::thread::sleep(limits::SERVER_TRY_EVERY);
    }
    Err(EngineError::Ending)
}

/// Ends the server of a session that is over, if it holds no other.
pub(super) fn let_go_of(engine: &Engine, over: &Owned) {
    if let (Some(name), Some(_)) = (&over.host, &over.socket) {
        let_go(engine, &over.agent, name);
    }
}

/// Ends the servers that nobody needs: whoever kept one from being ended may never have come to use it.
pub(super) fn let_go_of_idle(engine: &Engine, in_progress: &[Owned]) -> Result<(), EngineError> {
    for agent in callboard_agents::all() {
        let name = agent.name();
        if in_progress.iter().any(|owned| owned.agent == name) {
            continue;
        }
        let key = setting(name.as_str());
        let known = engine.read(move |s| Ok(s.setting(&key)?))?;
        let Some(server) = known.as_ref().and_then(|known| known.as_str()) else { continue };
        if matches!(host::state(&engine.owned.hosts.join(server)), Ok(HostState::Running(_))) {
            let_go(engine, &name, server);
        }
    }
    Ok(())
}

/// Ends a server that holds no conversation.
pub(super) fn let_go(engine: &Engine, agent: &AgentName, name: &str) {
    let _one = engine.owned.servers.lock().unwrap_or_else(PoisonError::into_inner);
    let others = engine.read(|s| {
        let left = s.owned_in_progress()?;
        Ok(left.iter().any(|owned| owned.agent == *agent))
    });
    if !matches!(others, Ok(false)) {
        return;
    }
    let dir = engine.owned.hosts.join(name);
    match host::ask(&dir, &HostRequest::End) {
        Ok(()) => tracing::debug!(%agent, "a server without conversations was ended"),
        Err(error) => tracing::debug!(%error, "a server has ended already"),
    }
}
