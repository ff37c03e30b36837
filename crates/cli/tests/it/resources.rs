//! `init` and `resource`, as they are typed.

use std::process::Stdio;

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo};
use insta::assert_snapshot;

use crate::scene::told;

#[test]
fn init_proposes_writes_once_and_never_over_another() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.write("Cargo.toml", "");
    repo.write(".env", "PORT=3000\nDATABASE_URL=postgres://me@localhost/app\n");
    let callboard = Callboard::built(&home).cwd(repo.path());
    let printed = callboard.run(["init", "--print"]);
    assert_snapshot!("init", told(&printed));
    assert_eq!(callboard.run(["init"]).code, Some(2));
    assert!(!repo.path().join("callboard.toml").exists());
    assert_eq!(callboard.run(["init", "--yes"]).code, Some(0));
    assert_eq!(repo.read("callboard.toml"), printed.stdout);
    assert_eq!(callboard.run(["init", "--yes"]).code, Some(0));
    repo.write("callboard.toml", "base = \"trunk\"\n[worktrees]\nclone = [\"target\"]\n");
    let refused = callboard.run(["init", "--yes"]);
    let path = repo.path().to_str().unwrap();
    assert_snapshot!("init_differs", told(&refused).replace(path, "[repo]"));
    assert!(repo.read("callboard.toml").starts_with("base = \"trunk\""));
    assert!(!home.callboard_home().join("run").exists(), "init starts no daemon");
}

#[test]
fn worktrees_take_a_resource_in_turn() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.write("callboard.toml", "[resources.stack]\ntake = \"echo up >> turns\"\n");
    let (a, b) = (repo.worktree("a"), repo.worktree("b"));
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let callboard = daemon.callboard();
    let resource = |tree: &Repo<'_>, name: &str, args: &[&str]| {
        let mut command = Callboard::built(&home).cwd(tree.path()).command();
        command.arg("resource").args(args).env("CALLBOARD_WORKTREE", name).stdin(Stdio::null());
        command
    };
    let taken = resource(&a, "a", &["take", "stack"]).output().unwrap();
    assert_eq!(String::from_utf8(taken.stdout).unwrap(), "stack is with a\n");
    assert_eq!(a.read("turns"), "up\n");
    let refused = resource(&b, "b", &["take", "stack"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("stack is with a; nothing was changed"), "{said}");
    let waiting = resource(&b, "b", &["take", "stack", "--wait"]).stdout(Stdio::piped()).spawn();
    let waiting = waiting.unwrap();
    let list = callboard_testkit::wait::until("queue", || {
        let list = callboard.run(["resource", "list"]).stdout;
        list.lines().any(|line| line.trim_end().ends_with('b')).then_some(list)
    });
    assert!(list.contains("stack"), "{list}");
    resource(&a, "a", &["give", "stack"]).output().unwrap();
    let taken = waiting.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(taken.stdout).unwrap(), "stack is with b\n");
    assert_eq!(b.read("turns"), "up\n");
}
