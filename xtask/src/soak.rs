//! `cargo xtask soak`: the daemon is killed again and again while it reads, and answers race; nothing may be lost.

mod answers;

use std::path::Path;
use std::time::Duration;

use callboard_testkit::history::{Plan, cached};
use callboard_testkit::{Callboard, Daemon, HermeticHome};
use serde_json::Value;

use crate::bench::{home_with, wait_until_read};
use crate::run::product;

/// Answers that race in one soak.
const QUESTIONS: usize = 100;

/// Kills the daemon `kills` times while it reads a history, and compares with a reading in peace; then races answers.
pub(crate) fn soak(root: &Path, kills: u32) -> Result<(), String> {
    let binary = product(root, false)?;
    // Enough history that the kills fall into its reading, one seed so that a failure comes back.
    let history = cached(&Plan::new(11, 60_000_000));

    let home = home_with(&history);
    let peaceful = Daemon::of(Callboard::new(&home, &binary), &[]);
    let expected = counts(&wait_until_read(&peaceful));
    drop(peaceful);

    let home: HermeticHome = home_with(&history);
    let mut daemon = Daemon::of(Callboard::new(&home, &binary), &[]);
    let mut pause = 7_u64;
    for kill in 1..=kills {
        // Moments from 1 to 400 ms, each different, the same in every run.
        pause = pause * 48_271 % 0x7fff_ffff;
        std::thread::sleep(Duration::from_millis(1 + pause % 400));
        daemon.kill_9();
        daemon.start_again();
        if kill % 20 == 0 {
            eprintln!("{kill} of {kills} kills");
        }
    }
    let found = counts(&wait_until_read(&daemon));
    if found != expected {
        return Err(format!(
            "after {kills} kills the store holds {found:?} (events, kept bytes, sessions), not {expected:?}"
        ));
    }
    println!(
        "{kills} kills; the store holds what it holds without: {found:?} (events, kept bytes, sessions)"
    );
    answers::race(&binary, QUESTIONS)
}

/// Events, kept bytes, and sessions of all agents.
fn counts(report: &Value) -> [u64; 3] {
    let agents = report["agents"].as_array().map_or(&[][..], Vec::as_slice);
    let sessions = agents.iter().filter_map(|agent| agent["sessions"].as_u64()).sum();
    let stored = |name: &str| report["storage"][name].as_u64().unwrap_or_default();
    [stored("events"), stored("kept_bytes"), sessions]
}
