//! Worktrees by the whole program: its commands, a disk that takes no more, a daemon that is killed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, daemon, wait};
use insta::assert_snapshot;
use serde_json::Value;

use crate::scene::{redacted, told};

pub(crate) fn json(callboard: &Callboard<'_>, args: &[&str]) -> Value {
    let finished = callboard.run(args.iter().chain(&["--json"]));
    assert_eq!(finished.code, Some(0), "{args:?}: {}{}", finished.stdout, finished.stderr);
    serde_json::from_str(&finished.stdout).unwrap()
}

#[test]
fn a_worktree_from_its_making_to_its_return() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit(
        "Ignore",
        &[(".gitignore", "*.bin\n.env\n"), ("callboard.toml", "[worktrees]\npool = 0\n")],
    );
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let callboard = daemon.callboard();
    let says =
        |args: &[&str]| format!("$ callboard {}\n{}", args.join(" "), told(&callboard.run(args)));
    let mut text = says(&["task", "new", "Refactor the file watcher"]);
    text += &says(&["worktree", "new", "T1"]);
    let path = home.work().join("repo.worktrees/T1-refactor-file-watcher");
    fs::write(path.join("new file"), "untracked").unwrap();
    fs::write(path.join(".env"), "SECRET=1").unwrap();
    wait::until("its setup, and its size", || {
        let shown = json(callboard, &["worktree", "show", "T1-refactor-file-watcher"]);
        (shown["setup"] == "done" && shown["disk"].is_object()).then_some(())
    });
    text += &says(&["worktree", "show", "T1-refactor-file-watcher"]);
    fs::write(path.join("large.bin"), vec![1; 2 << 20]).unwrap();
    text += &says(&["worktree", "remove", "T1-refactor-file-watcher"]);
    fs::remove_file(path.join("large.bin")).unwrap();
    text += &says(&["worktree", "remove", "T1-refactor-file-watcher"]);
    assert!(!path.exists());
    text += &says(&["worktree", "list"]);
    text += &says(&["worktree", "restore", "T1-refactor-file-watcher"]);
    assert_eq!(fs::read_to_string(path.join("new file")).unwrap(), "untracked");
    assert_eq!(fs::read_to_string(path.join(".env")).unwrap(), "SECRET=1");
    text += &says(&["worktree", "gc"]);
    text += &says(&["worktree", "show", "nothing"]);
    redacted(&home).bind(|| assert_snapshot!("worktree", text));
}

/// A `callboard` whose files, and those of what it starts, may grow to so many blocks of 512 bytes: a
/// write beyond fails as on a full disk, for the signal that would tell is ignored.
pub(crate) fn limited(home: &HermeticHome, blocks: u32) -> std::path::PathBuf {
    let path = home.root().join("callboard-limited");
    let callboard = daemon::binary();
    let script = format!(
        "#!/bin/sh\ntrap '' XFSZ\nulimit -f {blocks}\nexec '{}' \"$@\"\n",
        callboard.display()
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_disk_that_takes_no_more_leaves_nothing_half_made() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Large", &[("a", "1"), ("callboard.toml", "[worktrees]\npool = 0\n")]);
    repo.write("large", vec![b'7'; 24 << 20]);
    repo.commit("Too large", &[]);
    let limited = limited(&home, 20_000);
    let daemon = Daemon::of(Callboard::new(&home, &limited).cwd(repo.path()), &[]);
    let failed = daemon.callboard().run(["worktree", "new", "half"]);
    assert_eq!(failed.code, Some(2), "{}{}", failed.stdout, failed.stderr);
    assert!(failed.stderr.contains("large"), "{}", failed.stderr);
    assert!(!home.work().join("repo.worktrees").exists());
    assert_eq!(repo.git(&["worktree", "list"]).lines().count(), 1);
    assert_eq!(repo.git(&["branch", "--list"]), "* main");
    assert_eq!(json(daemon.callboard(), &["worktree", "list"]), serde_json::json!([]));
    drop(daemon);

    // On a disk that has room again.
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    json(daemon.callboard(), &["worktree", "new", "half"]);
}

#[test]
fn a_daemon_killed_while_it_makes_a_worktree_leaves_none() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    // A checkout that goes on until it is let go.
    let (begun, go_on) = (home.work().join("begun"), home.work().join("go-on"));
    let script = format!(
        "touch '{}'; while [ ! -e '{}' ]; do sleep 0.05; done; cat",
        begun.display(),
        go_on.display()
    );
    repo.commit(
        "Slow",
        &[
            ("a.slow", "1"),
            (".gitattributes", "*.slow filter=slow\n"),
            ("callboard.toml", "[worktrees]\npool = 0\n"),
        ],
    );
    repo.git(&["config", "filter.slow.smudge", &script]);
    let mut daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let mut making = daemon.callboard().command();
    let mut making = making.args(["worktree", "new", "slow"]).spawn().unwrap();
    wait::until("the checkout", || begun.exists().then_some(()));
    daemon.kill_9();
    assert!(!making.wait().unwrap().success());
    fs::write(&go_on, "").unwrap();
    let folder = home.work().join("repo.worktrees/slow");
    wait::until("git's end", || {
        callboard_os::process::processes_in(&folder).unwrap().is_empty().then_some(())
    });
    daemon.start_again();
    wait::until("nothing half-made", || (!folder.exists()).then_some(()));
    wait::until("no branch", || repo.git(&["branch", "--list", "slow"]).is_empty().then_some(()));
    let made = json(daemon.callboard(), &["worktree", "new", "slow"]);
    assert!(Path::new(made["path"].as_str().unwrap()).join("a.slow").exists());
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a shell reads what the command prints")]
fn what_runs_in_a_worktree() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let server =
        "require('http').createServer((_, a) => a.end()).listen(+process.env.PORT, '127.0.0.1')";
    let settings = "[worktrees]\npool = 0\nsetup = \"echo 2 > lock; echo fetched\"\n\
                    run.command = \"node server.js\"\n[ports]\nnames = [\"web\"]\nfrom = 26_000\n\
                    [environment]\nGREETING = \"it's {{worktree}}\"\n";
    repo.commit(
        "Configure",
        &[("callboard.toml", settings), ("server.js", server), ("lock", "1\n")],
    );
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let outside = daemon.callboard();
    json(outside, &["task", "new", "Serve"]);
    let path = json(outside, &["worktree", "new", "T1"])["path"].as_str().unwrap().to_owned();
    wait::until("its setup", || {
        let shown = json(outside, &["worktree", "show", "T1"]);
        (shown["setup"] == "done" && shown["disk"].is_object()).then_some(())
    });
    let inside = Callboard::built(&home).cwd(Path::new(&path));
    let says = |callboard: &Callboard<'_>, args: &[&str]| {
        format!("$ callboard {}\n{}", args.join(" "), told(&callboard.run(args)))
    };
    let mut text = says(&inside, &["worktree", "env"]);
    let shell = std::process::Command::new("sh")
        .args(["-c", "eval \"$1\"; echo \"$GREETING\"", "sh"])
        .arg(inside.run(["worktree", "env"]).stdout)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&shell.stdout), "it's T1-serve\n");
    text += &says(outside, &["worktree", "serve", "T1"]);
    text += &says(outside, &["worktree", "list", "--fast"]);
    text += &says(&inside, &["worktree", "serve", "--stop"]);
    text += &says(&inside, &["worktree", "setup"]);
    text += &says(&inside, &["worktree", "setup", "--revert"]);
    assert_eq!(fs::read_to_string(Path::new(&path).join("lock")).unwrap(), "1\n");
    text += &says(outside, &["worktree", "setup", "T1-serve", "--ignore"]);
    text += &says(outside, &["worktree", "setup", "T1", "--again"]);
    text += &says(outside, &["worktree", "env", "T2"]);
    let mut settings = redacted(&home);
    settings.add_filter(r"\b26\d\d\d\b", "[port]");
    settings.add_filter(r"serve-[0-9a-f]{16}", "serve-[hash]");
    settings.bind(|| assert_snapshot!("worktree_serve", text));
}

#[test]
fn an_adopted_worktree_says_what_it_lacks() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit(
        "Configure",
        &[(".gitignore", ".env\n"), ("callboard.toml", "[worktrees]\npool = 0\n")],
    );
    repo.write(".env", "COMPOSE_PROJECT_NAME=app\n");
    let (theirs, others) = (home.work().join("theirs"), home.work().join("others"));
    for (path, branch) in [(&theirs, "theirs"), (&others, "others")] {
        repo.git(&["worktree", "add", "-q", "-b", branch, path.to_str().unwrap()]);
        fs::write(path.join(".env"), "COMPOSE_PROJECT_NAME=mine\n").unwrap();
    }
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let callboard = daemon.callboard();
    let says =
        |args: &[&str]| format!("$ callboard {}\n{}", args.join(" "), told(&callboard.run(args)));
    let mut text = says(&["worktree", "adopt", "theirs"]);
    text += &says(&["worktree", "setup", "theirs"]);
    text += &says(&["worktree", "setup", "theirs", "--again"]);
    wait::until("its setup", || {
        (json(callboard, &["worktree", "show", "theirs"])["setup"] == "done").then_some(())
    });
    text += &says(&["worktree", "adopt", "others", "--equip"]);
    assert_eq!(fs::read_to_string(others.join(".env")).unwrap(), "COMPOSE_PROJECT_NAME=mine\n");
    redacted(&home).bind(|| assert_snapshot!("worktree_adopt", text));
}
