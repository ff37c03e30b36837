//! Threads that run now: processes that hold a transcript open, as Linux's `/proc` shows them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use callboard_model::session::{Alive, TurnState};

use super::discover;
use crate::{LiveSession, limits, process};

pub(super) fn sessions(home: &Path) -> Vec<LiveSession> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let home = fs::canonicalize(home).unwrap_or_else(|_| home.to_owned());
    let mut sessions = BTreeMap::new();
    for entry in processes.filter_map(Result::ok) {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        for path in open_transcripts(&entry.path(), &home) {
            let Some(thread) = discover::transcript_at(&home, &path).and_then(|file| file.thread)
            else {
                continue;
            };
            let session = LiveSession {
                thread: thread.clone(),
                pid: Some(pid),
                start_ticks: process::start_ticks(pid),
                alive: Alive::Yes,
                turn: TurnState::Unknown,
                waiting_for: None,
                cwd: None,
                at: None,
            };
            sessions.entry(thread).or_insert(session);
        }
    }
    sessions.into_values().collect()
}

/// Transcripts that a process has open; of another user's process nothing can be seen.
fn open_transcripts(process: &Path, home: &Path) -> Vec<PathBuf> {
    let Ok(open) = fs::read_dir(process.join("fd")) else { return Vec::new() };
    let files =
        open.take(limits::LIVE_ENTRIES).filter_map(|fd| fs::read_link(fd.ok()?.path()).ok());
    files.filter(|file| file.starts_with(home)).collect()
}
