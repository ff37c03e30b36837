//! `conflicts --revs`: without a daemon, and exactly git's answer.

use callboard_testkit::{Callboard, HermeticHome, Repo};
use insta::assert_snapshot;
use serde_json::Value;

use crate::scene::{redacted, told};

/// Three branches: two change one line and add to one change log, the third stands apart.
fn branches<'a>(home: &'a HermeticHome) -> Repo<'a> {
    let repo = Repo::new(home);
    let lines =
        |third: &str| format!("pub fn watch() {{\n    one();\n    {third}();\n    two();\n}}\n");
    repo.commit(
        "Base",
        &[("src/watcher.rs", &lines("poll")), ("CHANGES.md", "# Changes\n"), ("b.rs", "1\n")],
    );
    for (branch, call) in [("watcher", "notify"), ("tests", "fake")] {
        repo.git(&["switch", "-q", "-c", branch, "main"]);
        let log = format!("# Changes\n- {branch}\n");
        repo.commit(branch, &[("src/watcher.rs", &lines(call)), ("CHANGES.md", &log)]);
    }
    repo.git(&["switch", "-q", "-c", "ipc", "main"]);
    repo.commit("ipc", &[("src/ipc.rs", "1\n")]);
    repo.git(&["switch", "-q", "-c", "gone", "main"]);
    repo.git(&["rm", "-q", "src/watcher.rs"]);
    repo.commit("gone", &[]);
    repo.switch("main");
    repo.commit("Base moves", &[("b.rs", "2\n")]);
    repo
}

#[test]
fn revisions_are_compared_without_a_daemon() {
    let home = HermeticHome::new();
    let repo = branches(&home);
    let callboard = Callboard::built(&home).cwd(repo.path());
    let before = repo.git(&["count-objects"]) + &repo.git(&["for-each-ref"]);
    let mut text = String::new();
    for args in [
        "conflicts --revs watcher tests ipc --base main --exit-code",
        "conflicts --revs watcher ipc --exit-code",
        "conflicts --revs watcher gone",
        "conflicts --revs watcher walrus",
        "conflicts --revs watcher",
    ] {
        let finished = callboard.run(args.split(' '));
        text += &format!("$ callboard {args}\n{}", told(&finished));
    }
    redacted(&home).bind(|| assert_snapshot!("conflicts", text));
    assert_eq!(repo.git(&["count-objects"]) + &repo.git(&["for-each-ref"]), before);
    assert!(!home.callboard_home().join("run").exists(), "no daemon was started");
    let left = std::fs::read_dir(home.callboard_home().join("passing")).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn the_json_has_pairs_and_an_order() {
    let home = HermeticHome::new();
    let repo = branches(&home);
    let callboard = Callboard::built(&home).cwd(&repo.path().join("src"));
    let args = "conflicts --revs watcher tests ipc --json --exit-code";
    let finished = callboard.run(args.split(' '));
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    let found: Value = serde_json::from_str(&finished.stdout).unwrap();
    let pairs = found["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 3);
    assert_eq!((&pairs[0]["left"], &pairs[0]["right"]), (&"watcher".into(), &"tests".into()));
    let files = pairs[0]["conflict"]["files"].as_array().unwrap();
    let brief: Vec<_> = files
        .iter()
        .map(|f| (f["path"].as_str(), f["kind"].as_str(), f["file"].as_str()))
        .collect();
    assert_eq!(
        brief,
        [
            (Some("CHANGES.md"), Some("content"), Some("change_log")),
            (Some("src/watcher.rs"), Some("content"), Some("code"))
        ]
    );
    let hunk = &files[1]["hunks"][0];
    assert_eq!(
        (hunk["left_line"].as_u64(), hunk["left"][0].as_str()),
        (Some(3), Some("    notify();"))
    );
    assert_eq!(
        (hunk["base"][0].as_str(), hunk["right"][0].as_str()),
        (Some("    poll();"), Some("    fake();"))
    );
    assert!(pairs[1]["conflict"].is_null() && pairs[2]["conflict"].is_null());
    assert_eq!(found["order"]["order"], serde_json::json!(["ipc", "watcher"]));
    assert_eq!(found["order"]["breaks"][0]["with"], serde_json::json!(["watcher"]));
}
