//! After a start of the daemon: what runs is driven on, what ended meanwhile is told to the end, what was
//! lost is interrupted.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use callboard_agents::drive::Process;
use callboard_model::owned::{Owned, OwnedState};
use callboard_os::host::{self, HostState};

use super::begin;
use super::journal::Journal;
use super::server::Server;
use super::wire::Wire;
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
    for owned in running {
        let id = owned.id;
        if let Err(error) = take_one(engine, owned) {
            if matches!(error, EngineError::Ending) {
                return;
            }
            tracing::warn!(%error, owned = id, "an owned session was lost");
            interrupt(engine, id, &error.to_string());
        }
    }
    engine.answers.tell();
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
    let launch = begin::launch_of(engine, &owned, invocation)?;
    match driver.process(&launch, &dir) {
        Process::Pipes(_) => {
            let state = host::state(&dir).map_err(begin::refused)?;
            if state == HostState::Starting && !dir.join(host::OUTPUT).exists() {
                // Started and not a word said, or not even started: its prompts were not sent.
                if host::is_held(&dir) {
                    tracing::debug!("a host starts while the daemon does");
                } else {
                    return requeue(engine, owned.id);
                }
            }
            let (sender, wakes) = sync_channel(limits::WAITING_WAKES);
            engine.owned.journals.follow(&dir, sender.clone());
            let journal = Journal::of(&dir, owned.cursor);
            let wire = Wire::Pipes { dir, journal };
            begin::drive(engine, owned, driver, &launch, wire, (sender, wakes));
            Ok(())
        }
        Process::Server { socket, .. } => {
            if owned.native.is_none() {
                // It has no thread yet, or one that nobody speaks of: it begins anew.
                return requeue(engine, owned.id);
            }
            begin::connect(engine, owned, driver, &launch, &Server { name, socket })
        }
    }
}

fn requeue(engine: &Engine, id: i64) -> Result<(), EngineError> {
    engine.ask(move |core| {
        core.change_owned(id, |owned, _| {
            (owned.state, owned.host) = (OwnedState::Queued, None);
            true
        })
    })?;
    Ok(())
}

fn interrupt(engine: &Engine, id: i64, why: &str) {
    let why = why.to_owned();
    let done = engine.ask(move |core| {
        core.change_owned(id, |owned, _| {
            (owned.state, owned.failure) = (OwnedState::Interrupted, Some(why));
            true
        })
    });
    match done {
        Ok(owned) => super::channel::give_back(engine, &owned),
        Err(error) => tracing::warn!(%error, "that a session was lost is not kept"),
    }
}
