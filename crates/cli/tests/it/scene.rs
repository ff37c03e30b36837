//! A morning of three sessions and three tasks, the same on every run.

use std::fs;
use std::path::PathBuf;

use callboard_testkit::{Callboard, Daemon, Finished, HermeticHome, Repo, wait};
use serde_json::{Value, json};

use crate::transcripts::{Claude, Codex, append};

/// The agent's own ids of the sessions, in the order of `S1`, `S2`, `S3`.
pub(crate) const CLAUDE: &str = "5f3c2a10-aaaa-4000-8000-000000000001";
pub(crate) const CODEX: &str = "019cafe0-0000-7000-8000-000000000002";
pub(crate) const WAITING: &str = "5f3c2a10-bbbb-4000-8000-000000000003";

/// A home in which Claude Code is installed, and Codex is not.
pub(crate) fn home() -> HermeticHome {
    let mut home = HermeticHome::new();
    home.set("PATH", home.bin());
    for name in ["git", "sh"] {
        std::os::unix::fs::symlink(on_path(name), home.bin().join(name)).unwrap();
    }
    program(&home, "claude", "echo '2.1.0 (Claude Code)'");
    home
}

/// Where this machine has a program.
pub(crate) fn on_path(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|p| p.is_file());
    found.unwrap_or_else(|| panic!("no {name} on the path"))
}

/// Puts a program on the home's path.
pub(crate) fn program(home: &HermeticHome, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = home.bin().join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A daemon that has read the morning, in the repository it happened in.
pub(crate) fn morning<'a>(home: &'a HermeticHome, repo: &Repo<'_>) -> Daemon<'a> {
    let daemon = Daemon::of(Callboard::built(home).cwd(repo.path()), &[]);
    let claude = Claude::new(CLAUDE, repo.path());
    append(&claude.path(home), finished(&claude).as_bytes());
    wait_for(&daemon, CLAUDE, "committed");
    let codex = Codex::new(CODEX, repo.path());
    append(&codex.path(home), of_codex(&codex).as_bytes());
    wait_for(&daemon, CODEX, "three callers");
    let waiting = Claude::new(WAITING, repo.path());
    waiting.register(home, "waiting");
    append(&waiting.path(home), asking(&waiting).as_bytes());
    wait_for(&daemon, WAITING, "cargo publish");
    wait::until("a session that waits", || {
        (daemon.get("/api/sessions/S3").json()["session"]["state"] == "needs_you").then_some(())
    });
    for (title, more) in tasks() {
        let finished = daemon.callboard().run(["task", "new", title].iter().chain(&more));
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    }
    daemon
}

fn tasks() -> [(&'static str, Vec<&'static str>); 3] {
    [
        (
            "Let the lock go when its holder dies",
            vec![
                "--body",
                "A killed daemon leaves its lock behind.",
                "--priority",
                "high",
                "--label",
                "bug",
                "--check",
                "cargo test",
                "--scope",
                "src/lock.rs",
                "--tracker",
                "#12",
                "--session",
                "S1",
                "--column",
                "review",
            ],
        ),
        ("Publish the crate", vec!["--waits-for", "T1", "--session", "S3"]),
        ("Write the guide", vec!["--column", "backlog", "--priority", "low"]),
    ]
}

/// Waits until a session's transcript tells these words.
pub(crate) fn wait_for(daemon: &Daemon<'_>, native: &str, words: &str) {
    wait::until(words, || {
        let list = daemon.get("/api/sessions").json();
        let rows = list["sessions"].as_array()?.clone();
        let id = rows.iter().find(|row| row["agent_session_id"] == native)?["id"].clone();
        let path = format!("/api/sessions/{}/events", id.as_str()?);
        daemon.get(&path).text().contains(words).then_some(())
    });
}

fn finished(s: &Claude) -> String {
    let edit = |path: &str| -> (Value, Value) {
        let input = json!({"file_path": path, "old_string": "held", "new_string": "held_by(pid)"});
        let patch = json!([{"oldStart": 3, "oldLines": 1, "newStart": 3, "newLines": 1,
            "lines": ["-held", "+held_by(pid)"]}]);
        (input, json!({"filePath": path, "structuredPatch": patch}))
    };
    let (input, edited) = edit(&s.cwd().join("src/lock.rs").to_string_lossy());
    [
        s.prompt(0, "The lock stays when its holder is killed. Mend it, and add a test."),
        s.uses(10, "Bash", &json!({"command": "cargo test", "description": "Run the tests"})),
        s.fails(31, 10, 101, "test lock::is_let_go ... FAILED\ntest result: FAILED. 3 passed; 1 failed"),
        s.uses(40, "Edit", &input),
        s.result(41, 40, "The file has been updated", &edited),
        s.uses(50, "Bash", &json!({"command": "cargo test", "description": "Run the tests"})),
        s.result(71, 50, "test result: ok. 4 passed; 0 failed", &json!({"stdout": "test result: ok. 4 passed; 0 failed", "stderr": ""})),
        s.uses(80, "Bash", &json!({"command": "git commit -qam 'Let the lock go'"})),
        s.result(81, 80, "", &json!({"stdout": "", "stderr": ""})),
        s.says(90, "The lock names its holder now; a dead holder's lock is taken over. The tests pass, and it is committed."),
    ]
    .concat()
}

fn of_codex(s: &Codex) -> String {
    [
        s.header(600),
        Codex::prompt(601, "Who calls `FileLock::take`?"),
        Codex::says(630, "It has three callers: `open`, `import` and `doctor`."),
    ]
    .concat()
}

fn asking(s: &Claude) -> String {
    [
        s.prompt(1200, "Publish the crate"),
        s.uses(
            1210,
            "Bash",
            &json!({"command": "cargo publish --dry-run", "description": "Try it"}),
        ),
    ]
    .concat()
}

/// What a command left: its output, its errors, its exit code.
pub(crate) fn told(finished: &Finished) -> String {
    let mut text = finished.stdout.clone();
    if !finished.stderr.is_empty() {
        text.push_str("── stderr ──\n");
        text.push_str(&finished.stderr);
    }
    if finished.code != Some(0) {
        text.push_str(&format!("── exit code {} ──\n", finished.code.unwrap_or(-1)));
    }
    text
}

/// Snapshots in which what differs from run to run is named instead.
pub(crate) fn redacted(home: &HermeticHome) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.add_filter(&home.root().to_string_lossy(), "[home]");
    settings.add_filter(r"(127\.0\.0\.1|callboard\.localhost):\d+", "$1:[port]");
    settings.add_filter(r"\b\d{4} d\b|\b\d+ (s|min|h)\b", "[age]");
    settings.add_filter(r"since \w{3} \d\d \w{3}, \d\d:\d\d", "since [moment]");
    settings.add_filter(r"20(2[1-9]|[3-9]\d)-\d\d-\d\dT[0-9:.]+Z", "[moment]");
    settings.add_filter(r" *\b\d+(\.\d+)? [KMG]?B\b", " [size]");
    settings
}
