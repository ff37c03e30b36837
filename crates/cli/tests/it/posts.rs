//! Notes, decisions and briefs posted to a tracker by commands, over a `gh` that keeps what it is given.

use callboard_testkit::{Callboard, Daemon, FakeTracker, HermeticHome, Repo};
use insta::assert_snapshot;
use serde_json::Value;

use crate::scene::{redacted, told};

fn decided<'a>(home: &'a HermeticHome, repo: &Repo<'_>) -> Daemon<'a> {
    repo.git(&["remote", "add", "origin", "git@github.com:acme/app.git"]);
    let daemon = Daemon::of(Callboard::built(home).cwd(repo.path()), &[]);
    let why = "The orderings differ, see [the drawing](images/a.png) and `D1`.";
    let made = daemon.callboard().run(["decide", "Keep three fixtures", "--why", why]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    daemon
}

#[test]
fn what_would_be_posted_is_shown_before_it_is_and_remembered_after() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let tracker = FakeTracker::new(&home);
    let daemon = decided(&home, &repo);
    let callboard = daemon.callboard();
    let says =
        |args: &[&str]| format!("$ callboard {}\n{}", args.join(" "), told(&callboard.run(args)));
    let mut text = says(&["decision", "D1", "--to", "#432"]);
    text += &says(&["decision", "D1", "--to", "432", "--print"]);
    text += &says(&["decision", "--to", "#432"]);
    text += &says(&["note", "D1", "--body", "x", "--to", "#432"]);
    text += &says(&["decision", "D1", "--to", "https://tracker.acme.com/APP-4", "--yes"]);
    assert_eq!(tracker.comments(), Vec::<String>::new());
    text += &says(&["note", "D1", "--to", "#432", "--yes"]);
    text += &says(&["decision", "D1"]);
    text += &says(&["decision", "D1", "--to", "#432", "--yes"]);
    redacted(&home).bind(|| assert_snapshot!("posts", text));
    let again = callboard.run(["decision", "D1", "--to", "#432", "--again", "--yes", "--json"]);
    let posted: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(posted["address"], "https://github.com/acme/app/issues/432#issuecomment-2");
    assert_eq!(tracker.comments().len(), 2);
    // To a brief of a task, too, and by JSON only what is asked for.
    let made = callboard.run(["task", "new", "Tell \u{201c}apart\u{201d} the watchers"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let shown = callboard.run(["brief", "T1", "--to", "#432", "--json"]);
    assert_eq!(shown.code, Some(2), "{}", shown.stderr);
    let preview: Value = serde_json::from_str(&shown.stdout).unwrap();
    let text = preview["text"].as_str().unwrap();
    assert!(
        text.starts_with("# Brief of T1: \u{201c}Tell \"apart\" the watchers\u{201d}\n"),
        "{text}"
    );
    assert_eq!(tracker.comments().len(), 2);
    assert_eq!(callboard.run(["brief", "T1", "--to", "#432", "--yes"]).code, Some(0));
    assert_eq!(tracker.comments()[2], text);
}

#[test]
fn a_daemon_that_is_killed_while_it_posts_posts_nothing_twice() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let tracker = FakeTracker::new(&home);
    let mut daemon = decided(&home, &repo);
    let post = ["decision", "D1", "--to", "#432", "--yes"];
    tracker.set("kills", true);
    let cut = daemon.callboard().run(post);
    assert_eq!(cut.code, Some(2), "{}", cut.stdout);
    tracker.set("kills", false);
    assert_eq!(tracker.comments().len(), 1);
    daemon.kill_9();
    daemon.start_again();
    let shown = daemon.callboard().run(["decision", "D1"]);
    let unsure = "may have been posted to #432";
    assert!(shown.stdout.contains(unsure), "{}", shown.stdout);
    let again = daemon.callboard().run(post);
    assert_eq!(again.code, Some(2), "{}", again.stdout);
    let known =
        "it was posted to #432 as it is: https://github.com/acme/app/issues/432#issuecomment-1";
    assert!(again.stderr.contains(known), "{}", again.stderr);
    assert_eq!(tracker.comments().len(), 1);
    let shown = daemon.callboard().run(["decision", "D1"]);
    assert!(!shown.stdout.contains(unsure), "{}", shown.stdout);
}

#[test]
fn an_agent_posts_nothing() {
    let mut home = HermeticHome::new();
    home.set(callboard_os::host::MARKER, "1");
    let repo = Repo::new(&home);
    let tracker = FakeTracker::new(&home);
    let daemon = decided(&home, &repo);
    for args in [["decision", "D1"], ["note", "D1"], ["brief", "S1"]] {
        let refused = daemon.callboard().run(args.iter().chain(&["--to", "#432", "--yes"]));
        assert_eq!(refused.code, Some(2), "{}", refused.stdout);
        assert!(refused.stderr.contains("only people post"), "{}", refused.stderr);
    }
    assert_eq!(tracker.comments(), Vec::<String>::new());
}
