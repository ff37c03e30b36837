//! Notes and decisions by commands.

use std::os::unix::fs::PermissionsExt;

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo};
use insta::assert_snapshot;

use crate::scene::{self, redacted, told};

#[test]
fn decisions_and_notes_are_written_listed_shown_edited_and_brought_back() {
    let mut home = HermeticHome::new();
    let editor = home.root().join("editor");
    std::fs::write(&editor, "#!/bin/sh\necho by-hand >> \"$2\"\n").unwrap();
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    home.set("EDITOR", format!("{} --wait", editor.display()));
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("src/watch.rs", "fn poll() {}\n")]);
    let mail = home.work().join("mail.eml");
    std::fs::create_dir_all(home.work()).unwrap();
    std::fs::write(&mail, "From: a customer\n\nPlease keep them apart.\n").unwrap();
    let shot = home.work().join("mock-up.png");
    std::fs::write(&shot, b"\x89PNG\r\n\x1a\nrest").unwrap();
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let callboard = daemon.callboard();
    let says =
        |args: &[&str]| format!("$ callboard {}\n{}", args.join(" "), told(&callboard.run(args)));
    let mut text = says(&["decisions"]);
    text += &says(&["decide", "One fixture for all", "--undecided", "--open", "Is it enough?"]);
    text += &says(&[
        "decide",
        "Keep three fixtures apart",
        "--why",
        "The orderings differ on purpose.",
        "--ruled-out",
        "One fixture with flags: hides which watcher it tests",
        "--open",
        "Does Windows need a fourth?",
        "--files",
        "src/watch.rs",
        "--symbol",
        "Watcher::poll",
        "--source",
        "S41#10234",
        "--source",
        mail.to_str().unwrap(),
        "--source",
        shot.to_str().unwrap(),
        "--supersedes",
        "D1",
    ]);
    text += &says(&["decisions", "--about", "src/watch.rs"]);
    text += &says(&["decisions"]);
    text += &says(&["decision", "show", "D2"]);
    text += &says(&["decision", "show", "D1"]);
    text += &says(&["decide", "Three", "--supersedes", "D9"]);
    text += &says(&["decide", "", "--why", "x"]);
    text += &says(&["note", "Watching files", "--body", "Polling is a last resort, see D2."]);
    text += &says(&["note", "On Windows", "--into", "Watching files", "--body", "Handles."]);
    text += &says(&["note"]);
    text += &says(&["note", "show", "watching-files"]);
    text += &says(&["note", "rm", "Watching files"]);
    text += &says(&["note", "restore", ".callboard/notes/watching-files.md"]);
    text += &says(&["note", "show", "Nothing"]);
    text += &says(&["search", "kind:decision", "fixtures"]);
    let mut settings = redacted(&home);
    settings.add_filter(r"\b[0-9a-f]{16}\.(eml|png)", "[hash].$1");
    settings.bind(|| assert_snapshot!("notes", text));
    let edited = callboard.run(["note", "edit", "Watching files"]);
    assert_eq!(edited.code, Some(0), "{}", edited.stderr);
    let shown = callboard.run(["note", "show", "Watching files"]);
    assert!(shown.stdout.contains("by-hand"), "{}", shown.stdout);
    let history = callboard.run(["note", "history", "Watching files"]).stdout;
    assert!(history.contains("+1 -0") && history.lines().count() >= 4, "{history}");
}

#[test]
fn notes_are_shared_once_their_user_agrees() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("a.txt", "1\n")]);
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let callboard = daemon.callboard();
    let says =
        |args: &[&str]| format!("$ callboard {}\n{}", args.join(" "), told(&callboard.run(args)));
    let mut text = says(&["decide", "Count from one"]);
    text += &says(&["share", "--print"]);
    text += &says(&["share"]);
    text += &says(&["share", "--yes", "-m", "Why we count from one"]);
    text += &says(&["share", "--yes"]);
    text += &says(&["share", "--unshare"]);
    let mut settings = redacted(&home);
    settings.add_filter(r"\b[0-9a-f]{8}: ", "[commit]: ");
    settings.bind(|| assert_snapshot!("share", text));
    assert_eq!(repo.git(&["log", "-1", "--format=%s"]), "Why we count from one");
}

#[test]
fn what_an_agent_writes_by_commands_is_marked_as_its_sessions() {
    let mut home = scene::home();
    // As Claude Code has it for what it starts.
    home.set("CLAUDE_CODE_SESSION_ID", scene::CLAUDE);
    let repo = Repo::new(&home);
    let daemon = scene::morning(&home, &repo);
    let told = daemon.callboard().run(["decide", "Let go", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!((&told["by"]["session"], &told["by"]["person"]), (&"S1".into(), &false.into()));
    assert_eq!((&told["by"]["agent"], &told["session"]), (&"claude".into(), &"S1".into()));
    let text = told["text"].as_str().unwrap();
    assert!(text.contains("\nby: S1\n"), "{text}");
}
