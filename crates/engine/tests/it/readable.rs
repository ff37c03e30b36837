//! Readable transcripts, in folders that hold what others put there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;
use crate::transcripts::{Claude, append, seconds_to_now};

fn folder(repo: &Repo<'_>) -> PathBuf {
    repo.path().join(".callboard/sessions")
}

/// A session of the repository that said something just now, and where its readable file belongs.
fn say(running: &Running, home: &HermeticHome, repo: &Repo<'_>) -> PathBuf {
    running.register(repo);
    let claude = Claude::new("one", repo.path());
    let now = seconds_to_now();
    append(&claude.path(home, "p"), &claude.prompt(now - 9, "mend the lock"));
    append(&claude.path(home, "p"), &claude.says(now - 8, "Mended."));
    let id = running.wait_for_words("one", "Mended.");
    folder(repo).join(format!("{id}.md"))
}

fn wait_for_problem(running: &Running, about: &Path) {
    running.wait("the problem", |engine| {
        let problems = engine.doctor().unwrap().problems;
        problems.iter().any(|p| p.path.as_deref() == about.to_str()).then_some(())
    });
}

fn wait_for_text(running: &Running, path: &Path) -> String {
    running.wait("the readable transcript", |_| {
        fs::read_to_string(path).ok().filter(|text| text.contains("Mended."))
    })
}

#[test]
fn nothing_is_written_through_a_linked_folder() {
    for linked in [".callboard", ".callboard/sessions"] {
        let home = HermeticHome::new();
        let repo = Repo::new(&home);
        let elsewhere = home.root().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        let link = repo.path().join(linked);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&elsewhere, &link).unwrap();
        let running = Running::start(&home);
        say(&running, &home, &repo);
        wait_for_problem(&running, &folder(&repo));
        assert!(!elsewhere.join("sessions").exists());
        assert!(!elsewhere.join("S1.md").exists());
    }
}

#[test]
fn nothing_is_written_through_a_linked_file() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let (kept, new) = (home.root().join("zshrc"), home.root().join("new"));
    fs::write(&kept, "# S1 · alias\n").unwrap();
    fs::create_dir_all(folder(&repo)).unwrap();
    for n in 1..9 {
        let target = if n % 2 == 1 { &kept } else { &new };
        symlink(target, folder(&repo).join(format!("S{n}.md"))).unwrap();
    }
    let running = Running::start(&home);
    let path = say(&running, &home, &repo);
    wait_for_problem(&running, &path);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "# S1 · alias\n");
    assert!(!new.exists());
    let id = running.session("one").id;
    assert_eq!(running.engine.session_detail(id).unwrap().readable, None);
}

#[test]
fn what_somebody_else_wrote_is_left_alone() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    fs::create_dir_all(folder(&repo)).unwrap();
    for n in 1..9 {
        fs::write(folder(&repo).join(format!("S{n}.md")), "# My own notes\n").unwrap();
    }
    let running = Running::start(&home);
    let path = say(&running, &home, &repo);
    wait_for_problem(&running, &path);
    assert_eq!(fs::read_to_string(&path).unwrap(), "# My own notes\n");

    // Given another name, it is in nobody's way.
    fs::rename(&path, repo.path().join("mine.md")).unwrap();
    wait_for_text(&running, &path);
    running.wait("the problem's end", |engine| {
        let problems = engine.doctor().unwrap().problems;
        problems.iter().all(|p| p.path.as_deref() != path.to_str()).then_some(())
    });
}

#[test]
fn what_could_not_be_written_is_written_later() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    // A file where the folder belongs.
    fs::create_dir_all(folder(&repo).parent().unwrap()).unwrap();
    fs::write(folder(&repo), "in the way").unwrap();
    let running = Running::start(&home);
    let path = say(&running, &home, &repo);
    wait_for_problem(&running, &folder(&repo));
    assert_eq!(fs::read_to_string(folder(&repo)).unwrap(), "in the way");
    fs::remove_file(folder(&repo)).unwrap();
    let text = wait_for_text(&running, &path);

    // And anew where its end was lost.
    let half = text.floor_char_boundary(text.len() / 2);
    fs::write(&path, &text[..half]).unwrap();
    let claude = Claude::new("one", repo.path());
    append(&claude.path(&home, "p"), &claude.prompt(seconds_to_now() - 7, "and the door"));
    let anew = running.wait("it anew", |_| {
        fs::read_to_string(&path).ok().filter(|text| text.contains("and the door"))
    });
    assert_eq!(anew.matches("mend the lock\n").count(), text.matches("mend the lock\n").count());
    assert_eq!(anew.matches("callboard goes on after").count(), 1, "{anew}");
}
