//! Threads that run now. A process that writes a thread holds its transcript and a lock file open.

use std::collections::BTreeMap;
use std::path::Path;

use callboard_model::session::{Alive, TurnState};
use callboard_os::process;

use super::discover;
use crate::LiveSession;

/// One file for each thread that some process writes; removed when the process lets go of it.
pub(super) const LOCKS: &str = "thread-writer-locks";

pub(super) fn is_signal(home: &Path, path: &Path) -> bool {
    path.parent() == Some(&home.join(LOCKS))
}

/// The threads whose transcripts are held open, as far as the system tells who holds what.
pub(super) fn sessions(home: &Path) -> Vec<LiveSession> {
    let home = std::fs::canonicalize(home).unwrap_or_else(|_| home.to_owned());
    let held = process::open_files("codex", |path| path.starts_with(&home)).unwrap_or_default();
    let mut sessions = BTreeMap::new();
    for file in held {
        let transcript = discover::transcript_at(&home, &file.path);
        let Some(thread) = transcript.and_then(|transcript| transcript.thread) else { continue };
        sessions.entry(thread.clone()).or_insert_with(|| LiveSession {
            thread,
            pid: Some(file.pid),
            start_ticks: process::start_ticks(file.pid),
            alive: Alive::Yes,
            turn: TurnState::Unknown,
            waiting_for: None,
            cwd: None,
            at: None,
        });
    }
    sessions.into_values().collect()
}
