//! The ground of a measurement: a home with generated history, and a daemon that reads it.

use std::fs;
use std::path::Path;
use std::time::Instant;

use callboard_testkit::history::{self, History, Plan};
use callboard_testkit::{Callboard, Daemon, HermeticHome};
use serde_json::Value;

use super::floor::{memory_megabytes, processor_seconds};

/// How much history is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// Half a gigabyte: minutes on two cores.
    Usual,
    /// Two gigabytes.
    Full,
}

impl Scale {
    /// The history of this scale, from the cache.
    pub(super) fn history(self) -> History {
        let bytes = match self {
            Self::Usual => 500_000_000,
            Self::Full => 2_000_000_000,
        };
        history::cached(&Plan::new(1, bytes))
    }
}

/// A home whose agents have this history. The files are hard links: nobody may write to them.
pub(crate) fn home_with(history: &History) -> HermeticHome {
    // Hard links reach as far as one file system does.
    let home = HermeticHome::under(history.root.parent().unwrap_or(&history.root));
    link_tree(&history.claude_config_dir(), &home.claude_config_dir());
    link_tree(&history.codex_home(), &home.codex_home());
    home
}

fn link_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder of the scratch home");
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            link_tree(&entry.path(), &target);
        } else {
            fs::hard_link(entry.path(), target).expect("a hard link into the scratch home");
        }
    }
}

/// What reading all history took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) wall: f64,
    pub(super) cpu: f64,
    pub(super) peak_megabytes: f64,
    pub(super) database_bytes: f64,
    pub(super) sessions: f64,
    pub(super) records: f64,
}

/// Starts a daemon in the home and waits until it has read everything.
pub(super) fn read_all<'a>(binary: &Path, home: &'a HermeticHome) -> (Daemon<'a>, Reading) {
    let begun = Instant::now();
    let daemon = Daemon::of(Callboard::new(home, binary), &[]);
    let report = wait_until_read(&daemon);
    let agents = report["agents"].as_array().map_or(&[][..], Vec::as_slice);
    let records = agents.iter().filter_map(|agent| agent["record_types"].as_array()).flatten();
    let reading = Reading {
        wall: begun.elapsed().as_secs_f64(),
        cpu: processor_seconds(daemon.pid()),
        peak_megabytes: memory_megabytes(daemon.pid(), "VmHWM"),
        database_bytes: number(&report["storage"]["database_bytes"]),
        sessions: agents.iter().map(|agent| number(&agent["sessions"])).sum(),
        records: records.map(|kind| number(&kind["records"])).sum(),
    };
    (daemon, reading)
}

/// Follows the daemon's announcements until it has read all history; its report then.
pub(crate) fn wait_until_read(daemon: &Daemon<'_>) -> Value {
    // Listening begins before the first look, so that the end cannot pass unseen.
    let mut events = daemon.events("/api/stream");
    loop {
        let report = daemon.get("/api/doctor").json();
        if report["import"]["running"] == false {
            return report;
        }
        events.wait_for("the end of reading", |event| {
            let said = event.json();
            said["type"] == "import" && said["import"]["running"] == false
        });
    }
}

pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}
