//! Sessions that Callboard starts: asked for, queued, started, driven, and found again after a restart.
//!
//! Each runs in a process of its own that outlives the daemon. A thread per session, its channel's, reads
//! what comes of it and follows orders; all that it must not forget is in the store before it is sent.

mod attach;
mod begin;
mod channel;
mod deliver;
mod handoff;
mod journal;
mod limited;
mod orders;
mod place;
mod queue;
mod resume;
mod rewind;
mod server;
mod start;
mod stray;
pub(crate) mod succession;
mod sweep;
mod takeover;
mod transcript;
mod wire;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use callboard_model::Timestamp;
use callboard_model::owned::Owned;
use callboard_os::host::ProcessId;

pub(crate) use self::begin::{program_at, program_of};
use self::channel::Wake;
use self::journal::Journals;
pub(crate) use self::limited::AfterLimit;
use crate::bell::Bell;
use crate::nights::NightWatch;
use crate::{Engine, EngineError};
pub(crate) use start::task_of;

/// The folder of all hosts' folders.
const HOSTS: &str = "hosts";

/// What the threads of owned sessions share.
pub(crate) struct OwnedRoom {
    /// The program that hosts agents: this one.
    program: PathBuf,
    /// Where each host has its folder.
    hosts: PathBuf,
    channels: Mutex<BTreeMap<i64, SyncSender<Wake>>>,
    queue: Bell,
    /// Rings when a session is over.
    ends: Bell,
    pub(crate) night: NightWatch,
    journals: Journals,
    /// One server is started at a time.
    servers: Mutex<()>,
    /// Hosts whose end a thread waits for.
    awaited: Mutex<Vec<ProcessId>>,
}

impl OwnedRoom {
    pub(crate) fn new(home: &Path) -> Self {
        Self {
            // Asked once: the file may be replaced while the daemon runs.
            // As it is written for agents that are connected: the same command is the same server.
            program: std::env::current_exe().and_then(std::fs::canonicalize).unwrap_or_default(),
            hosts: home.join(HOSTS),
            channels: Mutex::default(),
            queue: Bell::default(),
            ends: Bell::default(),
            night: NightWatch::default(),
            journals: Journals::default(),
            servers: Mutex::default(),
            awaited: Mutex::default(),
        }
    }

    /// The way to a session's channel, if it has one.
    fn channel(&self, id: i64) -> Option<SyncSender<Wake>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn enter(&self, id: i64, channel: SyncSender<Wake>) {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).insert(id, channel);
    }

    /// Whether nobody waits for the end of this host yet; from now on somebody does.
    fn begins_to_await(&self, host: ProcessId) -> bool {
        let mut awaited = self.awaited.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !awaited.contains(&host);
        awaited.extend(is_new.then_some(host));
        is_new
    }

    fn awaits_no_more(&self, host: ProcessId) {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner).retain(|one| *one != host);
    }

    /// Has the queue of starts looked at.
    pub(crate) fn look_at_queue(&self) {
        self.queue.tell();
    }

    fn leave(&self, id: i64) {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Has all threads end; the agents run on.
    pub(crate) fn stop(&self) {
        self.queue.tell();
        self.ends.tell();
        self.night.end();
        self.journals.stop();
        let channels =
            std::mem::take(&mut *self.channels.lock().unwrap_or_else(PoisonError::into_inner));
        for channel in channels.into_values() {
            // One that is full sees the end when it next asks the writer.
            let _ = channel.try_send(Wake::Leave);
        }
    }
}

impl Engine {
    /// Changes the row of an owned session, unless `change` gives `false`; whoever waits for its end is told of it.
    pub(super) fn change_owned(
        &self,
        id: i64,
        change: impl FnOnce(&mut Owned, Timestamp) -> bool + Send + 'static,
    ) -> Result<Owned, EngineError> {
        let owned = self.ask(move |core| core.change_owned(id, change))?;
        if owned.state.is_over() {
            self.owned.ends.tell();
            self.owned.queue.tell();
        }
        Ok(owned)
    }
}

/// Takes back what runs, and starts what waits.
pub(crate) fn start(engine: &Arc<Engine>) {
    let weak: Weak<Engine> = Arc::downgrade(engine);
    engine.owned.journals.start();
    queue::start(weak.clone());
    deliver::start(weak);
}
