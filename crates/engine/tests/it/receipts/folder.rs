//! Receipts of work in a folder that is no repository.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_model::receipt::{ReceiptOf, UnprovenKind};
use callboard_model::view::ReceiptView;
use callboard_testkit::HermeticHome;

use crate::scene::Running;
use crate::transcripts::{Claude, append, moment, seconds_to_now};

/// Appends a line of a session as of now.
fn tell(path: &Path, line: impl FnOnce(u64) -> String) {
    let n = seconds_to_now();
    append(path, &line(n).replace(&moment(n), &callboard_os::clock::now().to_string()));
}

fn folder(home: &HermeticHome) -> PathBuf {
    let folder = home.user_home().join("Papers");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("invoice.txt"), "one, of March\n").unwrap();
    fs::write(folder.join("sales.csv"), "region,sum\nnorth,3\nsouth,4\n").unwrap();
    fs::write(folder.join("draft.txt"), "of no use to anybody any more\n").unwrap();
    folder.canonicalize().unwrap()
}

#[test]
fn what_was_moved_deleted_and_counted_is_told() {
    let home = HermeticHome::new();
    let folder = folder(&home);
    let running = Running::start(&home);
    running.engine.register(&folder).unwrap();
    let claude = Claude::new("tidies", &folder);
    let path = claude.path(&home, "p");
    tell(&path, |n| claude.prompt(n, "Tidy my papers"));
    let id = running.session("tidies").id;
    let of = ReceiptOf::Session(id);
    let moments = home.callboard_home().join("folders/W1.git/refs/callboard/moments");
    let begun = moments.join(id.to_string());
    running.wait("what lay there", |_| begun.is_file().then_some(()));

    fs::create_dir(folder.join("2026")).unwrap();
    fs::rename(folder.join("invoice.txt"), folder.join("2026/invoice.txt")).unwrap();
    fs::remove_file(folder.join("draft.txt")).unwrap();
    fs::write(folder.join("sales.csv"), "region,sum\nnorth,3\nsouth,5\n").unwrap();
    tell(&path, |n| claude.says(n, "Tidied."));
    let is_told = |view: &ReceiptView| view.receipt.work.files.len() == 3;
    let view = running
        .wait("a receipt of it", |engine| engine.receipt(&of).ok().filter(|view| is_told(view)));
    let told = view.receipt.content.folder.as_ref().unwrap();
    assert_eq!(told.moved.len(), 1, "{told:#?}");
    assert_eq!(told.deleted, ["draft.txt"]);
    assert_eq!(view.receipt.content.tables.len(), 1);
    assert!(fs::read_dir(&folder).unwrap().flatten().all(|entry| entry.file_name() != ".git"));

    // Nobody watches the folder: it is looked at when the receipt is asked for.
    fs::write(folder.join("late.txt"), "later\n").unwrap();
    let view = running.engine.receipt(&of).unwrap();
    assert_eq!((view.stale, view.receipt.work.files.len()), (None, 4));
}

#[test]
fn of_what_lay_there_before_callboard_came_nothing_is_claimed() {
    let home = HermeticHome::new();
    let folder = folder(&home);
    let claude = Claude::new("before", &folder);
    append(&claude.path(&home, "p"), &(claude.prompt(1, "Tidy") + &claude.says(2, "Tidied.")));
    let running = Running::start(&home);
    running.engine.register(&folder).unwrap();
    let id = running.wait_for_words("before", "Tidied.");
    let view = running.engine.receipt(&ReceiptOf::Session(id)).unwrap();
    assert!(view.receipt.work.files.is_empty());
    let unproven = &view.receipt.unproven;
    assert!(unproven.iter().any(|one| one.kind == UnprovenKind::NotInReceipt), "{unproven:#?}");
}
