//! Which sessions run now: asks each agent when something tells that the answer changed.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use callboard_agents::{Agent, LiveSession};

use crate::limits;

/// Asks agents for their running sessions.
#[derive(Clone)]
pub(crate) struct LiveWatch {
    triggers: SyncSender<Trigger>,
}

enum Trigger {
    Home(usize),
    All,
    Stop,
}

/// A folder that an agent keeps its state in.
#[derive(Clone)]
pub(crate) struct Home {
    pub(crate) agent: &'static dyn Agent,
    pub(crate) path: PathBuf,
}

impl LiveWatch {
    /// Starts asking; `report` is given each home's running sessions, whenever they may have changed.
    pub(crate) fn start(
        homes: Vec<Home>,
        report: impl Fn(&Home, Vec<LiveSession>) + Send + 'static,
    ) -> Self {
        let (triggers, receiver) = sync_channel(limits::WAITING_REQUESTS);
        let watch = Self { triggers };
        let again = watch.clone();
        std::thread::spawn(move || run(&homes, &receiver, &again, &report));
        watch
    }

    /// The state of the home with this number may have changed.
    pub(crate) fn trigger(&self, home: usize) {
        // A full queue asks for it already.
        let _ = self.triggers.try_send(Trigger::Home(home));
    }

    /// Any home's state may have changed.
    pub(crate) fn trigger_all(&self) {
        let _ = self.triggers.try_send(Trigger::All);
    }

    /// Ends the asking.
    pub(crate) fn stop(&self) {
        if let Err(TrySendError::Full(stop)) = self.triggers.try_send(Trigger::Stop) {
            let _ = self.triggers.send(stop);
        }
    }
}

fn run(
    homes: &[Home],
    triggers: &Receiver<Trigger>,
    again: &LiveWatch,
    report: &(dyn Fn(&Home, Vec<LiveSession>) + Send),
) {
    let awaited = Arc::new(Mutex::new(HashSet::new()));
    loop {
        let mut due: HashSet<usize> = HashSet::new();
        let mut next = triggers.recv().map_err(|_| RecvTimeoutError::Disconnected);
        // One change of state touches several files: what comes at once is answered at once.
        loop {
            match next {
                Ok(Trigger::Home(home)) => {
                    due.insert(home);
                }
                Ok(Trigger::All) => due.extend(0..homes.len()),
                Ok(Trigger::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => break,
            }
            next = triggers.recv_timeout(Duration::from_millis(1));
        }
        for index in due {
            let Some(home) = homes.get(index) else { continue };
            let sessions = home.agent.live(&home.path);
            for session in &sessions {
                await_end(index, session, &awaited, again);
            }
            report(home, sessions);
        }
    }
}

/// Asks again when the process of `session` ends: a killed process leaves its entry behind.
fn await_end(
    home: usize,
    session: &LiveSession,
    awaited: &Arc<Mutex<HashSet<u32>>>,
    again: &LiveWatch,
) {
    let Some(pid) = session.pid else { return };
    let mut known = awaited.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= limits::AWAITED_PROCESSES || !known.insert(pid) {
        return;
    }
    let (awaited, again) = (awaited.clone(), again.clone());
    std::thread::spawn(move || {
        let is_seen_ending = callboard_os::process::wait_for_end(pid);
        // A number that cannot be waited for is free to be another process's.
        awaited.lock().unwrap_or_else(PoisonError::into_inner).remove(&pid);
        if is_seen_ending {
            again.trigger(home);
        }
    });
}
