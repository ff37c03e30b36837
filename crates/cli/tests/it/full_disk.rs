//! A disk that takes no more: it is told, and nothing is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use callboard_testkit::history::{Plan, generate};
use callboard_testkit::{Callboard, Daemon, HermeticHome, daemon, wait};
use serde_json::Value;

/// What a file may grow to, in blocks of 512 bytes: room for the store's first pages only.
const BLOCKS: u32 = 1600;

fn doctor(daemon: &Daemon<'_>) -> Value {
    daemon.get("/api/doctor").json()
}

fn problems(report: &Value) -> Vec<String> {
    let problems = report["problems"].as_array().unwrap().iter();
    let problems = problems.filter(|problem| problem["severity"] != "note");
    problems.map(|problem| problem["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn nothing_is_lost_when_the_disk_takes_no_more() {
    let home = HermeticHome::new();
    let made = home.root().join("made");
    let history = generate(&made, &Plan { sessions: 6, ..Plan::new(11, 4_000_000) });
    fs::rename(made.join("claude/projects"), home.claude_config_dir().join("projects")).unwrap();
    fs::rename(made.join("codex/sessions"), home.codex_home().join("sessions")).unwrap();
    let limited = home.root().join("callboard-limited");
    let callboard = daemon::binary();
    // The signal for a file that is too long is ignored, so that the write fails as on a full disk.
    let script = format!(
        "#!/bin/sh\ntrap '' XFSZ\nulimit -f {BLOCKS}\nexec '{}' \"$@\"\n",
        callboard.display()
    );
    fs::write(&limited, script).unwrap();
    fs::set_permissions(&limited, fs::Permissions::from_mode(0o755)).unwrap();

    let daemon = Daemon::of(Callboard::new(&home, &limited), &[]);
    let told = wait::until("what went wrong", || {
        let told = problems(&doctor(&daemon));
        (!told.is_empty()).then_some(told)
    });
    assert!(told.iter().any(|text| text.contains("disk") || text.contains("I/O")), "{told:?}");
    assert_eq!(daemon.get("/api/sessions").status, 200, "what is known is shown");
    daemon.stop();
    drop(daemon);

    let daemon = Daemon::start(&home, &[]);
    wait::until("every record", || {
        let report = doctor(&daemon);
        let agents = report["agents"].as_array().unwrap().iter();
        let kinds = agents.flat_map(|agent| agent["record_types"].as_array().unwrap());
        let records: u64 = kinds.map(|kind| kind["records"].as_u64().unwrap()).sum();
        let is_read = report["import"]["running"] == false && problems(&report).is_empty();
        (is_read && records == history.truth.records).then_some(())
    });
}
