//! What the daemon holds and does when nothing happens.

use std::path::Path;
use std::time::Duration;

use callboard_testkit::history::write_giant_line;
use callboard_testkit::{Callboard, Daemon, HermeticHome};

use super::figure::Figure;
use super::floor::{memory_megabytes, processor_seconds};
use super::ground::{Scale, home_with, read_all, wait_until_read};

/// How long the daemon is watched doing nothing.
const IDLE: Duration = Duration::from_secs(20);

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

    let giant = HermeticHome::new();
    let length = if scale == Scale::Full { 1 << 30 } else { 1 << 28 };
    let name = "rollout-2026-06-01T00-00-00-019a0000-0000-7000-8000-000000000001.jsonl";
    write_giant_line(&giant.codex_home().join("sessions/2026/06/01").join(name), length);
    let (_daemon, with_giant) = read_all(binary, &giant);
    vec![
        Figure::new("memory, idle after reading", held, "MB").beside("no history", Some(bare)),
        Figure::new("memory, peak while reading", reading.peak_megabytes, "MB")
            .beside("no history", Some(bare)),
        Figure::new("memory, peak with a giant line", with_giant.peak_megabytes, "MB")
            .beside("no history", Some(bare)),
        Figure::new("memory, giant line", length as f64 / 1e6, "MB"),
        Figure::new("idle, processor", idle, "%"),
    ]
}
