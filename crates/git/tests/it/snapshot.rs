use std::fs;

use callboard_git::Git;
use callboard_git::snapshot::{compare, go_back, take};
use callboard_testkit::{HermeticHome, Repo};

#[test]
fn files_are_as_they_were_and_index_objects_and_ignored_files_are_left_alone() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let ignored = (".gitignore", ".env\n");
    repo.commit("Begin", &[("a.rs", "1\n"), ("dir", "a file\n"), ("gone.rs", "x\n"), ignored]);
    repo.write("a.rs", "2\n");
    repo.git(&["add", "a.rs"]);
    repo.write("a.rs", "3\n");
    repo.write("new é.rs", "untracked\n");
    repo.write(".env", "KEY=1\n");
    fs::remove_file(repo.path().join("gone.rs")).unwrap();
    let (top, store) = (repo.path(), home.root().join("snapshots.git"));
    let before = (repo.git(&["ls-files", "--stage"]), repo.git(&["count-objects"]));
    take(top, &store, "p1").unwrap();
    assert_eq!(before, (repo.git(&["ls-files", "--stage"]), repo.git(&["count-objects"])));

    repo.write("a.rs", "4\n");
    repo.write("gone.rs", "back\n");
    repo.write("made/by/agent.rs", "made\n");
    repo.write(".env", "KEY=2\n");
    fs::remove_file(top.join("new é.rs")).unwrap();
    fs::remove_file(top.join("dir")).unwrap();
    repo.write("dir/inside.rs", "now a folder\n");
    repo.git(&["add", "a.rs", "dir", "gone.rs"]);
    repo.git(&["commit", "-q", "-m", "Agent"]);
    let head = repo.git(&["rev-parse", "HEAD"]);
    // The first one stays.
    take(top, &store, "p1").unwrap();
    let would = compare(top, &store, "p1").unwrap();
    assert_eq!(would.removed.len(), 3, "{would:?}");
    let changed = go_back(top, &store, "p1").unwrap();
    assert_eq!(changed, would);
    let read = |name: &str| fs::read_to_string(top.join(name)).unwrap();
    assert_eq!(
        (read("a.rs"), read("new é.rs"), read("dir")),
        ("3\n".into(), "untracked\n".into(), "a file\n".into())
    );
    assert!(!top.join("gone.rs").exists() && !top.join("made").exists());
    assert_eq!(read(".env"), "KEY=2\n");
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), head);
    assert!(compare(top, &store, "p1").unwrap().is_empty());
    assert!(compare(top, &store, "p2").is_err());
    assert!(Git::at(&store).text(&["fsck", "--connectivity-only"]).is_ok());
}

#[test]
fn snapshots_taken_at_once_hold_the_same() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let files: Vec<(String, String)> =
        (0..50).map(|n| (format!("{n}.rs"), n.to_string())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    repo.commit("Begin", &files);
    repo.write("changed.rs", "1");
    let (top, store) = (repo.path(), home.root().join("snapshots.git"));
    take(top, &store, "first").unwrap();
    std::thread::scope(|scope| {
        for taker in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for turn in 0..8 {
                    take(top, store, &format!("{taker}-{turn}")).unwrap();
                }
            });
        }
    });
    for taker in 0..4 {
        for turn in 0..8 {
            let would = compare(top, &store, &format!("{taker}-{turn}")).unwrap();
            assert!(would.is_empty(), "{would:?}");
        }
    }
}
