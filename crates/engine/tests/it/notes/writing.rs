use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use callboard_engine::EngineError;
use callboard_model::SessionId;
use callboard_model::view::{NoteEdit, NoteView};
use callboard_testkit::{HermeticHome, Repo};

use super::new;
use crate::scene::Running;

/// An edit of the text as an agent or the page read it.
fn edit(running: &Running, read: &NoteView, text: String, by: Option<i64>) -> NoteView {
    let edit = NoteEdit {
        workspace: None,
        path: read.row.path.clone(),
        base: read.version.clone(),
        text,
        by: by.map(SessionId),
    };
    running.engine.edit_note(edit).unwrap()
}

fn on_disk(repo: &Repo<'_>, view: &NoteView) -> (PathBuf, String) {
    let path = repo.path().join(&view.row.path);
    let text = fs::read_to_string(&path).unwrap();
    (path, text)
}

/// Nothing stands aside any more.
fn wait_until_tidy(running: &Running, file: &Path) {
    running.wait("a tidy folder", |_| {
        let all = fs::read_dir(file.parent().unwrap()).unwrap().flatten();
        let hidden = all.filter(|e| e.file_name().to_string_lossy().starts_with('.')).count();
        (hidden == 0).then_some(())
    });
}

#[test]
fn two_agents_that_write_one_note_at_once_are_both_kept() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let running = Running::start(&home);
    running.register(&repo);
    let view = running.engine.new_note(new("Shared")).unwrap();
    std::thread::scope(|scope| {
        for agent in 1..=2_i64 {
            let (running, view) = (&running, &view);
            scope.spawn(move || {
                let mut read = view.clone();
                for step in 0..12 {
                    let text = format!("{}\nagent {agent} step {step}\n", read.text);
                    read = edit(running, &read, text, Some(agent));
                }
            });
        }
    });
    let (_, text) = on_disk(&repo, &view);
    for agent in 1..=2 {
        for step in 0..12 {
            let line = format!("agent {agent} step {step}\n");
            assert_eq!(text.matches(&line).count(), 1, "{line} in {text}");
        }
    }
    assert!(text.starts_with(&view.text), "{text}");
}

/// An editor that saves what it read, with a line more: in place, or by a rename.
fn save(path: &Path, text: &str, by_rename: bool) {
    if by_rename {
        let beside = path.with_extension("swp");
        fs::write(&beside, text).unwrap();
        fs::rename(&beside, path).unwrap();
    } else {
        let mut file = fs::File::create(path).unwrap();
        let (first, rest) = text.split_at(text.floor_char_boundary(text.len() / 2));
        file.write_all(first.as_bytes()).unwrap();
        file.write_all(rest.as_bytes()).unwrap();
    }
}

#[test]
fn a_note_edited_by_hand_while_an_agent_writes_it_keeps_both() {
    for by_rename in [false, true] {
        let home = HermeticHome::new();
        let repo = Repo::new(&home);
        let running = Running::start(&home);
        running.register(&repo);
        let view = running.engine.new_note(new("Shared")).unwrap();
        let body = "\n\n## Hand\n\nh\n\n## Agent\n\na\n";
        let view = edit(&running, &view, view.text.clone() + body, None);
        let (path, _) = on_disk(&repo, &view);
        // The editor has read the note, then the agent writes it, then the editor saves.
        let in_editor = view.text.clone();
        let agent =
            edit(&running, &view, view.text.replace("\na\n", "\na\nby the agent\n"), Some(7));
        assert!(!agent.is_merged);
        save(&path, &in_editor.replace("\nh\n", "\nh\nby hand\n"), by_rename);
        running.wait("both", |_| {
            let text = fs::read_to_string(&path).unwrap();
            (text.contains("by hand\n") && text.contains("by the agent\n")).then_some(())
        });
        // Whoever takes it out again means it.
        let text = fs::read_to_string(&path).unwrap();
        save(&path, &text.replace("by the agent\n", "").replace("by hand", "by HAND"), by_rename);
        running.wait("the hand's last word", |engine| {
            let read = engine.note(None, &view.row.path).unwrap();
            let history = engine.note_history(None, &view.row.path).unwrap();
            (!read.text.contains("by the agent") && history.versions.len() >= 6).then_some(())
        });
        wait_until_tidy(&running, &path);
        assert!(!fs::read_to_string(&path).unwrap().contains("by the agent"));
    }
}

#[test]
fn what_several_agents_wrote_since_an_editor_read_comes_back_whole() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let running = Running::start(&home);
    running.register(&repo);
    let view = running.engine.new_note(new("Shared")).unwrap();
    let body = "\n\n## Hand\n\n### Why\nh\n\n## End\n";
    let view = edit(&running, &view, view.text.clone() + body, None);
    let (path, in_editor) = on_disk(&repo, &view);
    // Their headings stand in what the editor has, too.
    let one = edit(&running, &view, view.text.clone() + "\n### Why\nby one\n", Some(7));
    edit(&running, &one, one.text.clone() + "\n### Why\nby two\n", Some(8));
    save(&path, &in_editor.replace("\nh\n", "\nh by hand\n"), true);
    running.wait("all three", |_| {
        let text = fs::read_to_string(&path).unwrap();
        ["h by hand\n", "by one\n", "by two\n"]
            .iter()
            .all(|words| text.matches(words).count() == 1)
            .then_some(())
    });
}

#[test]
fn a_page_that_knows_one_end_of_lines_keeps_those_of_the_file() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let running = Running::start(&home);
    running.register(&repo);
    let view = running.engine.new_note(new("Shared")).unwrap();
    let (path, _) = on_disk(&repo, &view);
    fs::write(&path, "# Shared\r\n\r\none\r\n\r\nkept\r\n\r\n").unwrap();
    let read = running.engine.note(None, &view.row.path).unwrap();
    let by_agent = edit(&running, &read, read.text.clone() + "two\r\n", Some(7));
    let typed = read.text.replace("\r\n", "\n").replace("one", "ONE");
    let both = edit(&running, &read, typed, None);
    assert_eq!(both.text, by_agent.text.replace("one", "ONE"));
}

#[test]
fn an_editor_and_an_agent_race() {
    for by_rename in [false, true] {
        let home = HermeticHome::new();
        let repo = Repo::new(&home);
        let running = Running::start(&home);
        running.register(&repo);
        let view = running.engine.new_note(new("Shared")).unwrap();
        let (path, first) = on_disk(&repo, &view);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut read = running.engine.note(None, &view.row.path).unwrap();
                for step in 0..20 {
                    let text = format!("{}\nagent {step}\n", read.text);
                    read = edit(&running, &read, text, Some(7));
                }
            });
            scope.spawn(|| {
                let mut text = first.clone();
                for step in 0..20 {
                    text.push_str(&format!("\nhand {step}\n"));
                    save(&path, &text, by_rename);
                    std::thread::sleep(std::time::Duration::from_millis(15));
                }
            });
        });
        wait_until_tidy(&running, &path);
        // Each line is in the file, or an editor that had not read it wrote over it, and it is in the history.
        let history = running.engine.note_history(None, &view.row.path).unwrap();
        let mut all = fs::read_to_string(&path).unwrap();
        assert!(all.contains("hand 19\n") && all.contains("agent 19\n"), "{all}");
        for version in history.versions {
            let told = running.engine.note_version(None, &view.row.path, &version.version);
            all.push_str(&told.unwrap().text);
        }
        for step in 0..20 {
            assert!(all.contains(&format!("\nagent {step}\n")), "agent {step} by {by_rename}");
            let is_seen = all.contains(&format!("\nhand {step}\n"));
            assert!(is_seen, "hand {step} by {by_rename}");
        }
    }
}

#[test]
fn what_a_killed_daemon_left_aside_is_brought_in() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let (view, path) = {
        let running = Running::start(&home);
        running.register(&repo);
        let view = running.engine.new_note(new("Shared")).unwrap();
        let view = edit(&running, &view, view.text.clone() + "\none\n\ntwo\n", None);
        let (path, _) = on_disk(&repo, &view);
        wait_until_tidy(&running, &path);
        (view, path)
    };
    // The daemon had put its text in place, and an editor wrote to what stood aside.
    let aside = format!(".shared.md.{}.x1.callboard-aside", view.version);
    fs::write(path.with_file_name(&aside), view.text.replace("one", "one by hand")).unwrap();
    fs::write(path.with_file_name(".shared.md.callboard-draft"), "half").unwrap();
    fs::write(&path, view.text.replace("two", "two by the agent")).unwrap();
    let running = Running::start(&home);
    wait_until_tidy(&running, &path);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, view.text.replace("one", "one by hand").replace("two", "two by the agent"));
}

#[test]
fn versions_come_back_and_other_bytes_are_refused() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let running = Running::start(&home);
    running.register(&repo);
    let first = running.engine.new_note(new("Plan")).unwrap();
    let second = edit(&running, &first, first.text.clone() + "more\nlines\n", Some(3));
    let history = running.engine.note_history(None, &first.row.path).unwrap();
    let told: Vec<_> =
        history.versions.iter().map(|v| (v.added, v.removed, v.by.person, v.by.session)).collect();
    assert_eq!(told, [(2, 0, false, Some(SessionId(3))), (6, 0, true, None)]);
    running.engine.delete_note(None, &first.row.path).unwrap();
    assert!(!repo.path().join(&first.row.path).exists());
    let path = &first.row.path;
    let back = running.engine.restore_note(None, path, &second.version).unwrap();
    assert_eq!(back.text, second.text);
    let back = running.engine.restore_note(None, path, &first.version).unwrap();
    assert_eq!((back.text, back.is_merged), (first.text.clone(), false));

    // The same lines, from the same version.
    let theirs = edit(&running, &first, first.text.clone() + "theirs\n", Some(3));
    let ours = edit(&running, &first, first.text.clone() + "ours\n", None);
    assert!(ours.is_merged && ours.overlaps && !theirs.is_merged, "{ours:#?}");
    assert_eq!(ours.text, first.text.clone() + "theirs\nours\n");

    let latin = repo.path().join(".callboard/notes/latin.md");
    fs::write(&latin, b"# Gr\xfc\xdfe\n").unwrap();
    let read = running.engine.note(None, ".callboard/notes/latin.md").unwrap();
    assert!(read.problems[0].contains("UTF-8"), "{:?}", read.problems);
    let refused = running.engine.edit_note(NoteEdit {
        workspace: None,
        path: read.row.path.clone(),
        base: read.version.clone(),
        text: read.text.clone() + "x",
        by: None,
    });
    assert!(matches!(refused, Err(EngineError::Refused { .. })), "{refused:?}");
    assert_eq!(fs::read(&latin).unwrap(), b"# Gr\xfc\xdfe\n");
}
