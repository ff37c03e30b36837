use std::fs;

use callboard_engine::EngineError;
use callboard_model::view::{NewWorktree, ShareNotes};
use callboard_testkit::{HermeticHome, Repo};

use super::new;
use crate::scene::Running;

#[test]
fn notes_are_committed_alone_and_a_colleagues_are_merged() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.git(&["config", "user.name", "Test User"]);
    repo.git(&["config", "user.email", "test@example.invalid"]);
    repo.commit("Begin", &[("a.txt", "1\n"), ("b.txt", "1\n")]);
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let note = running.engine.new_note(new("Plan")).unwrap();
    // What the user has staged and changed stays.
    repo.write("a.txt", "2\n");
    repo.git(&["add", "a.txt"]);
    repo.write("b.txt", "2\n");
    assert!(!repo.git(&["status", "--porcelain"]).contains(".callboard"));
    let plan = running.engine.note_share(Some(workspace)).unwrap();
    assert_eq!((plan.files.as_slice(), plan.is_shared), (&[note.row.path.clone()][..], false));
    let stale = ShareNotes { files: Some(Vec::new()), ..ShareNotes::default() };
    assert!(matches!(running.engine.share_notes(stale), Err(EngineError::Conflict { .. })));
    // What it says by now is not what was shown.
    let said = repo.read(&note.row.path);
    let shown = ShareNotes {
        files: Some(plan.files),
        version: Some(plan.version),
        ..ShareNotes::default()
    };
    repo.write(&note.row.path, format!("{said}More.\n"));
    let refused = running.engine.share_notes(shown.clone());
    assert!(matches!(refused, Err(EngineError::Conflict { .. })), "{refused:?}");
    repo.write(&note.row.path, &said);
    let done = running.engine.share_notes(shown);
    let done = done.unwrap();
    assert!(done.is_shared && done.commit.is_some(), "{done:?}");
    assert_eq!(repo.git(&["show", "--name-only", "--format=", "HEAD"]), note.row.path);
    assert_eq!(repo.git(&["status", "--porcelain"]), "M  a.txt\n M b.txt");
    let again = running.engine.share_notes(ShareNotes::default()).unwrap();
    assert_eq!((again.commit, again.files.len()), (None, 0));
    repo.git(&["reset", "-q", "--hard"]);

    // A colleague's clone changes it and adds a decision; their work comes in by a merge.
    let theirs = repo.worktree("theirs");
    let text = fs::read_to_string(theirs.path().join(&note.row.path)).unwrap();
    theirs.commit(
        "Theirs",
        &[
            (note.row.path.as_str(), &format!("{text}\nFrom a colleague.\n")),
            (".callboard/decisions/D4-theirs.md", "---\nid: D4\n---\n# Theirs\n"),
        ],
    );
    repo.git(&["merge", "-q", "theirs"]);
    running.wait("their decision", |engine| engine.note(Some(workspace), "D4").ok());
    let merged = running.engine.note(Some(workspace), "Plan").unwrap();
    assert!(merged.text.contains("From a colleague."), "{}", merged.text);

    // A worktree has the branch's notes as its own files, and sees the rest.
    fs::create_dir_all(repo.path().join(".callboard/sessions")).unwrap();
    let made = running.engine.new_worktree(
        workspace,
        NewWorktree { name: Some("side".into()), ..NewWorktree::default() },
    );
    let top = std::path::PathBuf::from(made.unwrap().path);
    assert!(top.join(&note.row.path).is_file());
    assert!(fs::symlink_metadata(top.join(".callboard/sessions")).unwrap().is_symlink());
    assert!(fs::symlink_metadata(top.join(".callboard")).unwrap().is_dir());
    assert_eq!(repo.at(&top).git(&["status", "--porcelain"]), "");
    let undone = running.engine.share_notes(ShareNotes { undo: true, ..ShareNotes::default() });
    assert!(!undone.unwrap().is_shared);
}

#[test]
fn a_note_with_a_token_is_committed_only_if_that_is_asked_for() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.git(&["config", "user.name", "Test User"]);
    repo.git(&["config", "user.email", "test@example.invalid"]);
    let head = repo.commit("Begin", &[("a.txt", "1\n")]);
    let running = Running::start(&home);
    running.register(&repo);
    let path = ".callboard/notes/deploy.md";
    // Put together here, so that no scanner takes this file for a leak.
    let token = format!("{}{}", "ghp_", "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5");
    repo.write(path, format!("# Deploy\n\nWith {token}.\n"));
    let plan = running.engine.note_share(None).unwrap();
    let [secret] = &plan.secrets[..] else { panic!("{plan:?}") };
    assert_eq!((secret.path.as_str(), secret.line), (path, 3));
    let refused = running.engine.share_notes(ShareNotes::default()).unwrap_err().to_string();
    assert!(refused.contains(".callboard/notes/deploy.md:3"), "{refused}");
    assert!(!refused.contains(&token) && repo.git(&["rev-parse", "HEAD"]) == head, "{refused}");
    let meant = ShareNotes { with_secrets: true, ..ShareNotes::default() };
    assert!(running.engine.share_notes(meant).unwrap().commit.is_some());
}
