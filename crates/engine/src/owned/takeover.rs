//! After a start of the daemon: what runs is driven on, what ended meanwhile is told to the end, what was
//! lost is interrupted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, PoisonError};

use callboard_agents::drive::{Driver, Launch, Process};
use callboard_model::owned::{Owned, OwnedState};
use callboard_os::host::{self, HostState};

use super::journal::Journal;
use super::server::Server;
use super::wire::Wire;
use super::{begin, sweep};
use crate::{Engine, EngineError, limits};

/// Takes back every owned session that was not over.
pub(super) fn take_back(engine: &Arc<Engine>) {
    let known =
        engine.read(|s| Ok((s.owned_in_progress()?, s.owned_over(limits::OWNED_REMEMBERED)?)));
    let (running, over) = match known {
        Ok(known) => known,
        Err(error) => {
            tracing::error!(%error, "owned sessions are not driven until the daemon starts anew");
            return;
        }
    };
    if let Err(error) = engine.ask(move |core| {
        core.remember_over(&over);
        Ok(())
    }) {
        tracing::debug!(%error, "what ended is told by the agents' own lists");
    }
    sweep::hosts(engine, &running);
    for owned in running {
        let id = owned.id;
        match take_one(engine, owned) {
            Ok(()) => {}
            Err(EngineError::Ending) => return,
            Err(error @ EngineError::Store(_)) => {
                let engine = engine.clone();
                std::thread::spawn(move || drive_again(&engine, id, &error));
            }
            Err(error) => {
                tracing::warn!(%error, owned = id, "an owned session was lost");
                interrupt(engine, id, &error.to_string());
            }
        }
    }
    engine.answers.tell();
}

/// Drives a session on whose channel ended by a fault: what was read and not kept is read again. Told once, until it is
/// mended.
pub(super) fn drive_again(engine: &Arc<Engine>, id: i64, fault: &EngineError) {
    let text =
        format!("an owned session is not followed at the moment; its agent runs on: {fault}");
    let known = with_problems(engine, |problems| problems.insert(place_of(engine, id), text));
    if known.is_none() {
        tracing::error!(error = %fault, owned = id, "an owned session is driven again as soon as that is mended");
    }
    loop {
        let rung = engine.owned.ends.rung();
        if engine.stop.stopped() {
            return;
        }
        engine.owned.ends.wait(rung, limits::CHANNEL_AGAIN);
        let taken = match engine.read(|s| Ok(s.owned(id)?)) {
            Ok(Some(owned)) if !owned.state.is_over() => take_one(engine, owned),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        match taken {
            Err(error @ EngineError::Store(_)) => tracing::debug!(%error, "it is tried again"),
            Ok(()) => return engine.answers.tell(),
            Err(EngineError::Ending) => return,
            Err(error) => return interrupt(engine, id, &error.to_string()),
        }
    }
}

/// A session is followed: what kept it from being so is mended.
pub(super) fn drives_on(engine: &Engine, id: i64) {
    with_problems(engine, |problems| problems.remove(&place_of(engine, id)));
}

/// Under which `doctor` tells of it.
fn place_of(engine: &Engine, id: i64) -> PathBuf {
    engine.owned.hosts.join(id.to_string())
}

fn with_problems<T>(engine: &Engine, with: impl FnOnce(&mut BTreeMap<PathBuf, String>) -> T) -> T {
    with(&mut engine.problems.lock().unwrap_or_else(PoisonError::into_inner))
}

fn take_one(engine: &Arc<Engine>, owned: Owned) -> Result<(), EngineError> {
    match owned.state {
        OwnedState::Queued => return Ok(()),
        // Nothing of it was started; the queue begins anew.
        OwnedState::Preparing => return requeue(engine, owned.id),
        _ => {}
    }
    let Some(name) = owned.host.clone() else { return requeue(engine, owned.id) };
    let dir = engine.owned.hosts.join(&name);
    let (agent, driver) = begin::driver_of(&owned)?;
    // Its program may have moved since; it runs already.
    let invocation = begin::invocation_of(engine, owned.workspace, agent).unwrap_or_default();
    let launch = begin::launched(engine, &owned, invocation);
    match driver.process(&launch, &dir) {
        Process::Pipes(_) => take_pipes(engine, owned, driver, &launch, dir),
        Process::Server { socket, .. } => {
            if owned.native.is_none() {
                // It has no thread yet, or one that nobody speaks of: it begins anew.
                return requeue(engine, owned.id);
            }
            begin::connect(engine, owned, driver, &launch, &Server { name, socket })
        }
    }
}

fn take_pipes(
    engine: &Arc<Engine>,
    owned: Owned,
    driver: &'static dyn Driver,
    launch: &Launch,
    dir: PathBuf,
) -> Result<(), EngineError> {
    let state = host::state(&dir).map_err(begin::refused)?;
    if state == HostState::Starting && !host::is_held(&dir) {
        if owned.state != OwnedState::Starting {
            return Err(lost(&dir));
        }
        // Not a word was heard, and its prompts were not sent. One that starts this moment finds nothing to run.
        if host::discard(&dir).map_err(|_| lost(&dir))? {
            return requeue(engine, owned.id);
        }
        tracing::debug!("a host starts while the daemon does");
    }
    let (sender, wakes) = sync_channel(limits::WAITING_WAKES);
    engine.owned.journals.follow(&dir, sender.clone());
    let journal = Journal::of(&dir, owned.cursor);
    let wire = Wire::Pipes { dir, journal };
    begin::drive(engine, owned, driver, launch, wire, (sender, wakes));
    Ok(())
}

fn lost(dir: &Path) -> EngineError {
    EngineError::Refused {
        text: format!("its process is gone, and nothing tells how: {} is empty", dir.display()),
        hint: "have it go on with `callboard resume`",
    }
}

fn requeue(engine: &Engine, id: i64) -> Result<(), EngineError> {
    engine.change_owned(id, |owned, _| {
        if !owned.end_if_stopped() {
            (owned.state, owned.host) = (OwnedState::Queued, None);
        }
        true
    })?;
    Ok(())
}

fn interrupt(engine: &Engine, id: i64, why: &str) {
    let why = why.to_owned();
    drives_on(engine, id);
    let done = engine.change_owned(id, |owned, _| {
        if !owned.end_if_stopped() {
            (owned.state, owned.failure) = (OwnedState::Interrupted, Some(why));
        }
        true
    });
    match done {
        Ok(owned) => {
            if let (Some(name), None) = (&owned.host, &owned.socket) {
                sweep::end(&engine.owned.hosts.join(name));
            }
            super::server::let_go_of(engine, &owned);
            super::channel::give_back(engine, &owned);
        }
        Err(error) => tracing::warn!(%error, "that a session was lost is not kept"),
    }
}
