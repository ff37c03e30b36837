//! One daemon per user, started when it is needed.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use callboard_testkit::{Callboard, Daemon, Finished, HermeticHome, Repo};
use serde_json::Value;

fn started(finished: &Finished) -> Value {
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    serde_json::from_str(&finished.stdout).unwrap()
}

#[test]
fn many_starts_at_once_make_one_daemon() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let callboard = Callboard::built(&home).cwd(repo.path());
    let pids: BTreeSet<u64> = std::thread::scope(|scope| {
        let up = || started(&callboard.run(["up", "--no-open", "--json"]))["pid"].as_u64().unwrap();
        let all: Vec<_> = (0..8).map(|_| scope.spawn(up)).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(pids.len(), 1, "{pids:?}");
    let down = callboard.run(["down"]);
    assert_eq!(down.code, Some(0), "{}", down.stderr);
    let pid = pids.first().unwrap();
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
    for name in ["daemon.json", "callboard.sock"] {
        assert!(!home.callboard_home().join("run").join(name).exists(), "{name} is left");
    }
    let again = callboard.run(["down"]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), "no daemon runs\n"));
}

#[test]
fn what_a_daemon_keeps_is_for_its_user_alone() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let _daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let mode = |path: &str| {
        let path = home.callboard_home().join(path);
        fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o777
    };
    for (path, wanted) in [
        ("", 0o700),
        ("run", 0o700),
        ("run/callboard.sock", 0o600),
        ("run/token", 0o600),
        ("run/daemon.json", 0o600),
    ] {
        assert_eq!(mode(path), wanted, "{path} has mode {:o}", mode(path));
    }
}

#[test]
fn what_a_killed_daemon_left_stands_in_nobodys_way() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let callboard = Callboard::built(&home).cwd(repo.path());
    let mut daemon = Daemon::of(callboard.clone(), &[]);
    let before = daemon.pid();
    daemon.kill_9();
    assert!(home.callboard_home().join("run/callboard.sock").exists());
    let task = callboard.run(["task", "new", "Mend the lock"]);
    assert_eq!(task.code, Some(0), "{}", task.stderr);
    daemon.start_again();
    assert_ne!(daemon.pid(), before);
    let tasks = daemon.get("/api/tasks").json();
    assert_eq!(tasks[0]["title"], "Mend the lock");
}

#[test]
fn a_page_that_is_open_finds_the_next_daemon_where_the_last_one_was() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let callboard = Callboard::built(&home).cwd(repo.path());
    // The usual port is somebody else's at first, and free later.
    let usual = std::net::TcpListener::bind(("127.0.0.1", 4114));
    let url = |finished: &Finished| started(finished)["url"].as_str().unwrap().to_owned();
    let first = url(&callboard.run(["up", "--no-open", "--json"]));
    assert_eq!(callboard.run(["down"]).code, Some(0));
    drop(usual);
    let then = url(&callboard.run(["up", "--no-open", "--json"]));
    assert_eq!(callboard.run(["down"]).code, Some(0));
    assert_eq!(first, then);
}
