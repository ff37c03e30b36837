//! Sessions that run now, as far as agents tell.

use std::path::PathBuf;

use callboard_model::session::{Alive, TurnState};
use callboard_model::{ThreadKey, Timestamp};

/// A session that an agent's registry or the process table tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// The conversation.
    pub thread: ThreadKey,
    /// The process that runs it.
    pub pid: Option<u32>,
    /// When that process began, in clock ticks since boot (field 22 of `/proc/<pid>/stat`).
    pub start_ticks: Option<u64>,
    /// Whether that process runs.
    pub alive: Alive,
    /// What its turn waits for.
    pub turn: TurnState,
    /// What it waits for, in the agent's words.
    pub waiting_for: Option<String>,
    /// Directory it works in.
    pub cwd: Option<PathBuf>,
    /// Since when it is so, where the agent says so.
    pub at: Option<Timestamp>,
}

/// What an agent's status notifications tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveUpdate {
    /// The state of one session.
    Session(LiveSession),
    /// A session is no longer loaded.
    Gone(ThreadKey),
    /// The source of notifications was reached: what follows is complete until it is lost.
    Connected,
    /// The source of notifications was lost: nothing is known until it is reached again.
    Disconnected,
}

/// A folder to be watched for changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchRoot {
    /// The folder; it may not exist yet.
    pub path: PathBuf,
    /// With everything below it.
    pub recursive: bool,
}

/// An agent that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Its program.
    pub program: PathBuf,
    /// The version that it says it is.
    pub version: Option<String>,
}
