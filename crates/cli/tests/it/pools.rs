//! Worktrees made in advance: a disk that takes no more of them, and several daemons at once.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo, wait};
use serde_json::Value;

use crate::worktrees::{json, limited};

/// The folders of those that wait in the pool.
fn pooled(callboard: &Callboard<'_>) -> Vec<PathBuf> {
    let all = json(callboard, &["worktree", "list"]);
    let all = all.as_array().unwrap().iter().filter(|tree| tree["state"] == "pooled");
    all.map(|tree| PathBuf::from(tree["path"].as_str().unwrap())).collect()
}

fn wait_for_pool(callboard: &Callboard<'_>) -> PathBuf {
    wait::until("a worktree in the pool", || pooled(callboard).pop())
}

/// Makes worktrees at once, each by a command of its own.
fn make_all(all: &[(&Callboard<'_>, &str)]) -> Vec<Value> {
    std::thread::scope(|scope| {
        let made: Vec<_> = all
            .iter()
            .map(|(callboard, name)| scope.spawn(|| json(callboard, &["worktree", "new", name])))
            .collect();
        made.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Each lies in a folder of its own, on the branch of its name, clean and at the base.
fn each_is_whole(repo: &Repo<'_>, made: &[Value]) {
    let paths: BTreeSet<&str> = made.iter().map(|tree| tree["path"].as_str().unwrap()).collect();
    assert_eq!(paths.len(), made.len(), "{paths:?}");
    for tree in made {
        let checkout = repo.at(Path::new(tree["path"].as_str().unwrap()));
        assert_eq!(checkout.git(&["branch", "--show-current"]), tree["name"].as_str().unwrap());
        assert_eq!((checkout.head(), checkout.status()), (repo.head(), String::new()));
    }
}

#[test]
fn a_pool_that_the_disk_has_no_room_for_leaves_nothing_half_made() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Small", &[("a", "1")]);
    let limited = limited(&home, 20_000);
    let daemon = Daemon::of(Callboard::new(&home, &limited).cwd(repo.path()), &[]);
    let first = json(daemon.callboard(), &["worktree", "new", "first"]);
    let first = PathBuf::from(first["path"].as_str().unwrap());
    fs::write(first.join("mine"), "1").unwrap();
    wait_for_pool(daemon.callboard());
    repo.write("large", vec![b'7'; 24 << 20]);
    repo.commit("Too large", &[]);

    let failed = daemon.callboard().run(["worktree", "new", "second"]);
    assert_eq!(failed.code, Some(2), "{}{}", failed.stdout, failed.stderr);
    assert!(failed.stderr.contains("large"), "{}", failed.stderr);
    wait::until("nothing but the first", || {
        let listed = json(daemon.callboard(), &["worktree", "list"]);
        let folders = fs::read_dir(first.parent().unwrap()).unwrap().count();
        (listed.as_array().unwrap().len() == 1 && folders == 1).then_some(())
    });
    assert_eq!(repo.git(&["worktree", "list"]).lines().count(), 2);
    assert_eq!(repo.git(&["branch", "--list", "second"]), "");
    assert_eq!(repo.git(&["for-each-ref", "refs/callboard"]), "");
    assert_eq!(fs::read_to_string(first.join("mine")).unwrap(), "1");
    drop(daemon);

    // On a disk that has room again.
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let second = json(daemon.callboard(), &["worktree", "new", "second"]);
    each_is_whole(&repo, &[second]);
    assert!(wait_for_pool(daemon.callboard()).join("large").exists());
}

#[test]
fn daemons_started_at_once_give_a_pooled_worktree_to_one() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Configure", &[("callboard.toml", "[ports]\nnames = [\"web\"]\nfrom = 27_000\n")]);
    let callboard = Callboard::built(&home).cwd(repo.path());
    let mut daemon = Daemon::of(callboard.clone(), &[]);
    let _first = json(&callboard, &["worktree", "new", "first"]);
    wait_for_pool(&callboard);
    daemon.kill_9();

    // Each of them finds no daemon, and starts one.
    let names = ["a", "b", "c", "d", "e", "f"];
    let made = make_all(&names.map(|name| (&callboard, name)));
    daemon.start_again();
    each_is_whole(&repo, &made);
    let ports: BTreeSet<i64> =
        made.iter().map(|tree| tree["ports"]["web"].as_i64().unwrap()).collect();
    assert_eq!(ports.len(), names.len(), "{ports:?}");
    let waiting = wait_for_pool(&callboard);
    assert!(!made.iter().any(|tree| tree["path"] == waiting.to_str().unwrap()));
    // The main checkout, the first, theirs, and the pool's: nothing of a daemon that came too late.
    assert_eq!(repo.git(&["worktree", "list"]).lines().count(), 3 + names.len());
}

#[test]
fn daemons_of_two_homes_take_nothing_from_each_others_pool() {
    let (here, there) = (HermeticHome::new(), HermeticHome::new());
    let repo = Repo::new(&here);
    let daemons =
        [&here, &there].map(|home| Daemon::of(Callboard::built(home).cwd(repo.path()), &[]));
    let [here, there] = [daemons[0].callboard(), daemons[1].callboard()];
    let made = make_all(&[(here, "a"), (there, "b"), (here, "c"), (there, "d")]);
    each_is_whole(&repo, &made);
    let (one, other) = (wait_for_pool(here), wait_for_pool(there));
    assert_ne!(one, other);
    let made = make_all(&[(here, "e"), (there, "f")]);
    each_is_whole(&repo, &made);
    assert_ne!(wait_for_pool(here), wait_for_pool(there));
}
