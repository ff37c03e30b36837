//! What the daemon holds and does when nothing happens.

use std::path::Path;
use std::time::Duration;

use callboard_testkit::history::{self, Plan, write_giant_line};
use callboard_testkit::{Callboard, Daemon, HermeticHome};

use super::figure::Figure;
use super::floor::{memory_megabytes, processor_seconds};
use super::ground::{Scale, home_with, read_all, wait_until_read};
use super::running::{AtWork, RunningSession};

/// How long the daemon is watched doing nothing.
const IDLE: Duration = Duration::from_secs(20);

/// Sessions that are known, and how many of those that run.
const KNOWN: usize = 5_000;
const RUNNING: usize = 20;

/// Watches a daemon with no history, with all of it, and with one giant line.
pub(super) fn measure(binary: &Path, scale: Scale) -> Vec<Figure> {
    let empty = HermeticHome::new();
    let daemon = Daemon::of(Callboard::new(&empty, binary), &[]);
    wait_until_read(&daemon);
    let bare = memory_megabytes(daemon.pid(), "VmRSS");
    drop(daemon);

    let home = home_with(&scale.history());
    let (daemon, reading) = read_all(binary, &home);
    let cpu = processor_seconds(daemon.pid());
    std::thread::sleep(IDLE);
    let idle = (processor_seconds(daemon.pid()) - cpu) / IDLE.as_secs_f64() * 100.0;
    let held = memory_megabytes(daemon.pid(), "VmRSS");
    drop(daemon);

    let (crowded, at_work) = crowd(binary);

    let giant = HermeticHome::new();
    let length = if scale == Scale::Full { 1 << 30 } else { 1 << 28 };
    let name = "rollout-2026-06-01T00-00-00-019a0000-0000-7000-8000-000000000001.jsonl";
    write_giant_line(&giant.codex_home().join("sessions/2026/06/01").join(name), length);
    let (_daemon, with_giant) = read_all(binary, &giant);
    vec![
        Figure::new("memory, idle after reading", held, "MB").beside("no history", Some(bare)),
        Figure::new("memory, peak while reading", reading.peak_megabytes, "MB")
            .beside("no history", Some(bare)),
        Figure::new("memory, 5,000 sessions known, 20 at work", crowded, "MB")
            .beside("no history", Some(bare)),
        Figure::new("at work, processor, 200 lines a second", at_work, "%"),
        Figure::new("memory, peak with a giant line", with_giant.peak_megabytes, "MB")
            .beside("no history", Some(bare)),
        Figure::new("memory, giant line", length as f64 / 1e6, "MB"),
        Figure::new("idle, processor", idle, "%"),
    ]
}

/// Megabytes and percent of a processor of a daemon that knows many sessions while some of them write.
fn crowd(binary: &Path) -> (f64, f64) {
    let plan = Plan { sessions: KNOWN, ..Plan::new(2, 100_000_000) };
    let home = home_with(&history::cached(&plan));
    let (daemon, _) = read_all(binary, &home);
    let at_work =
        AtWork::begin((0..RUNNING).map(|number| RunningSession::begin(&home, number)).collect());
    let cpu = processor_seconds(daemon.pid());
    std::thread::sleep(IDLE);
    let share = (processor_seconds(daemon.pid()) - cpu) / IDLE.as_secs_f64() * 100.0;
    let held = memory_megabytes(daemon.pid(), "VmRSS");
    drop(at_work);
    (held, share)
}
