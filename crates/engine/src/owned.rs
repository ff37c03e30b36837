//! Sessions that Callboard starts: asked for, queued, started, driven, and found again after a restart.
//!
//! Each runs in a process of its own that outlives the daemon. A thread per session, its channel's, reads
//! what comes of it and follows orders; all that it must not forget is in the store before it is sent.

mod begin;
mod channel;
mod deliver;
mod journal;
mod orders;
mod place;
mod queue;
mod rewind;
mod server;
mod stray;
mod takeover;
mod transcript;
mod wire;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use self::channel::Wake;
use self::journal::Journals;
use self::queue::QueueBell;
use crate::Engine;
use crate::nights::NightWatch;

/// The folder of all hosts' folders.
const HOSTS: &str = "hosts";

/// What the threads of owned sessions share.
pub(crate) struct OwnedRoom {
    /// The program that hosts agents: this one.
    program: PathBuf,
    /// Where each host has its folder.
    hosts: PathBuf,
    channels: Mutex<BTreeMap<i64, SyncSender<Wake>>>,
    queue: QueueBell,
    pub(crate) night: NightWatch,
    journals: Journals,
    /// One server is started at a time.
    servers: Mutex<()>,
}

impl OwnedRoom {
    pub(crate) fn new(home: &Path) -> Self {
        Self {
            // Asked once: the file may be replaced while the daemon runs.
            program: std::env::current_exe().unwrap_or_default(),
            hosts: home.join(HOSTS),
            channels: Mutex::default(),
            queue: QueueBell::default(),
            night: NightWatch::default(),
            journals: Journals::default(),
            servers: Mutex::default(),
        }
    }

    /// The way to a session's channel, if it has one.
    fn channel(&self, id: i64) -> Option<SyncSender<Wake>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn enter(&self, id: i64, channel: SyncSender<Wake>) {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).insert(id, channel);
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

/// Takes back what runs, and starts what waits.
pub(crate) fn start(engine: &Arc<Engine>) {
    let weak: Weak<Engine> = Arc::downgrade(engine);
    engine.owned.journals.start();
    queue::start(weak.clone());
    deliver::start(weak);
}
