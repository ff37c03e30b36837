//! What becomes of a transcript's file.

use std::fs;

use callboard_engine::Engine;
use callboard_model::view::StreamMessage;
use callboard_testkit::HermeticHome;

use crate::scene::{Running, events};
use crate::transcripts::{Claude, Codex, append};

fn without_files(engine: &Engine) -> u64 {
    engine.doctor().unwrap().storage.sessions_without_files
}

#[test]
fn a_line_that_is_appended_is_announced_and_read() {
    let home = HermeticHome::new();
    let claude = Claude::new("one", &home.work());
    let path = claude.path(&home, "p");
    append(&path, &(claude.prompt(1, "mend the lock") + &claude.says(2, "Mended.")));
    let running = Running::start(&home);
    let session = running.session("one");
    assert_eq!(running.words("one"), ["mend the lock", "Mended."]);

    let before = *running.engine.listen().borrow();
    append(&path, &claude.prompt(3, "add a test for the door"));
    running.wait_for_words("one", "add a test for the door");
    let (entries, next) = running.engine.changes_after(before, None).unwrap();
    assert!(next > before);
    let told = entries.iter().find_map(|entry| match &entry.message {
        StreamMessage::Session { session } if session.id.0 > 0 => Some(session),
        _ => None,
    });
    let told = told.expect("the session is announced");
    assert_eq!(
        (told.id, told.goal.as_deref()),
        (session.id, Some("add a test for the door (for: mend the lock)"))
    );
    let seqs: Vec<i64> = events(&running.engine, session.id).iter().map(|e| e.seq.0).collect();
    assert!(seqs.is_sorted(), "{seqs:?}");
    assert!(*seqs.last().unwrap() > before.0);
}

#[test]
fn a_half_written_line_waits_for_its_rest() {
    let home = HermeticHome::new();
    let claude = Claude::new("half", &home.work());
    let other = Claude::new("other", &home.work());
    let path = claude.path(&home, "p");
    append(&path, &claude.prompt(1, "begin"));
    let running = Running::start(&home);

    let line = claude.says(2, "written in två pieces");
    // In the middle of a character.
    let cut = line.find('å').unwrap() + 1;
    let write = |bytes: &[u8]| {
        use std::io::Write as _;
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(bytes).unwrap();
    };
    write(&line.as_bytes()[..cut]);
    // Changes are read in their order: what is written after it is seen after it.
    append(&other.path(&home, "p"), &other.prompt(3, "another"));
    running.wait_for_words("other", "another");
    assert_eq!(running.words("half"), ["begin"]);
    write(&line.as_bytes()[cut..]);
    running.wait_for_words("half", "written in två pieces");
    assert_eq!(running.words("half").len(), 2);
    let work = running.engine.work();
    assert_eq!(work.records, 3);
}

#[test]
fn a_rewritten_file_is_read_anew_and_nothing_of_before_is_lost() {
    let home = HermeticHome::new();
    let claude = Claude::new("again", &home.work());
    let path = claude.path(&home, "p");
    let (first, second) = (claude.prompt(1, "one"), claude.says(2, "two"));
    append(&path, &(first.clone() + &second));
    let running = Running::start(&home);
    running.wait_for_words("again", "two");

    // Cut off at a line, as a rewind does, and another way taken.
    fs::write(&path, first.clone() + &claude.says(3, "three")).unwrap();
    running.wait_for_words("again", "three");
    assert_eq!(running.words("again"), ["one", "two", "three"]);

    // Shorter than what was read.
    fs::write(&path, &first).unwrap();
    append(&path, &claude.says(4, "four"));
    running.wait_for_words("again", "four");
    assert_eq!(running.words("again"), ["one", "two", "three", "four"]);

    // The same length, another beginning.
    let changed = first.replace("one", "eno").replace("again-main-1", "again-main-9");
    fs::write(&path, changed + &claude.says(5, "five")).unwrap();
    running
        .wait("the other prompt", |_| running.words("again").contains(&"eno".into()).then_some(()));
    drop(running);

    let running = Running::start(&home);
    assert_eq!(running.engine.work().records, 0);
    assert_eq!(running.words("again").len(), 6);
}

#[test]
fn a_file_rewritten_at_its_beginning_alone_is_read_anew() {
    let home = HermeticHome::new();
    let claude = Claude::new("head", &home.work());
    let path = claude.path(&home, "p");
    let first = claude.prompt(1, "one");
    let rest = claude.says(2, &"as it was ".repeat(1000)) + &claude.says(3, "two");
    append(&path, &(first.clone() + &rest));
    let running = Running::start(&home);
    running.wait_for_words("head", "two");

    // In place, of the same length, and what comes before its end is the same.
    let other = first.replace("one", "eno").replace("head-main-1", "head-main-9");
    fs::write(&path, other + &rest + &claude.says(4, "three")).unwrap();
    running.wait_for_words("head", "three");
    assert!(running.words("head").contains(&"eno".into()), "{:?}", running.words("head"));
    assert_eq!(running.words("head").len(), 5);
}

#[test]
fn a_moved_file_stays_what_it_was() {
    let home = HermeticHome::new();
    let claude = Claude::new("moved", &home.work());
    let (here, there) = (claude.path(&home, "p"), claude.path(&home, "q"));
    let elsewhere = claude.path(&home, "r");
    append(&here, &(claude.prompt(1, "one") + &claude.says(2, "two")));
    fs::create_dir_all(there.parent().unwrap()).unwrap();
    fs::create_dir_all(elsewhere.parent().unwrap()).unwrap();
    let running = Running::start(&home);
    let id = running.wait_for_words("moved", "two");
    let is_at = |running: &Running, path: &std::path::Path| {
        let wanted = [path.to_str().unwrap()];
        running.wait("the new path", |engine| {
            let listed = engine.session_detail(id).unwrap().transcripts;
            (listed == wanted && without_files(engine) == 0).then_some(())
        });
    };
    let before = running.engine.work();
    fs::rename(&here, &there).unwrap();
    is_at(&running, &there);
    append(&there, &claude.prompt(3, "three"));
    running.wait_for_words("moved", "three");
    assert_eq!(running.engine.work().records, before.records + 1);
    drop(running);

    fs::rename(&there, &elsewhere).unwrap();
    let running = Running::start(&home);
    is_at(&running, &elsewhere);
    assert_eq!(running.engine.work().records, 0);
    assert_eq!(running.words("moved"), ["one", "two", "three"]);
}

#[test]
fn what_was_read_of_a_deleted_file_is_kept() {
    let home = HermeticHome::new();
    let (live, later) = (Claude::new("live", &home.work()), Claude::new("later", &home.work()));
    for claude in [&live, &later] {
        append(&claude.path(&home, "p"), &claude.prompt(1, "kept"));
    }
    let running = Running::start(&home);
    running.wait_for_words("live", "kept");
    running.wait_for_words("later", "kept");
    fs::remove_file(live.path(&home, "p")).unwrap();
    running.wait("the file's end", |engine| (without_files(engine) == 1).then_some(()));
    drop(running);

    fs::remove_file(later.path(&home, "p")).unwrap();
    let running = Running::start(&home);
    running.wait("the other file's end", |engine| (without_files(engine) == 2).then_some(()));
    assert_eq!(running.words("live"), ["kept"]);
    assert_eq!(running.words("later"), ["kept"]);

    // It comes back, as from a backup: the same words, once.
    append(&live.path(&home, "p"), &(live.prompt(1, "kept") + &live.says(2, "more")));
    running.wait_for_words("live", "more");
    assert_eq!(running.words("live"), ["kept", "more"]);
    running.wait("its file again", |engine| (without_files(engine) == 1).then_some(()));
}

#[test]
fn a_file_that_was_taken_away_goes_on_when_it_is_back() {
    let home = HermeticHome::new();
    let claude = Claude::new("back", &home.work());
    let (path, away) = (claude.path(&home, "p"), home.root().join("away.jsonl"));
    append(&path, &claude.prompt(1, "one"));
    let running = Running::start(&home);
    running.wait_for_words("back", "one");
    fs::rename(&path, &away).unwrap();
    running.wait("its end", |engine| (without_files(engine) == 1).then_some(()));
    append(&away, &claude.says(2, "two"));
    fs::rename(&away, &path).unwrap();
    running.wait_for_words("back", "two");
    assert_eq!(running.engine.work().records, 2);

    fs::rename(&path, &away).unwrap();
    running.wait("its end", |engine| (without_files(engine) == 1).then_some(()));
    drop(running);
    fs::rename(&away, &path).unwrap();
    append(&path, &claude.prompt(3, "three"));
    let running = Running::start(&home);
    running.wait_for_words("back", "three");
    assert_eq!(running.engine.work().records, 1);
    assert_eq!(running.words("back"), ["one", "two", "three"]);
    assert_eq!(without_files(&running.engine), 0);
}

#[test]
fn packing_a_rollout_changes_nothing() {
    let home = HermeticHome::new();
    let id = "019cafe0-0000-7000-8000-000000000001";
    let codex = Codex::new(id, &home.work());
    let path = codex.path(&home);
    let text =
        codex.header(1, &serde_json::json!({})) + &Codex::prompt(2, "one") + &Codex::says(3, "two");
    append(&path, &text);
    let running = Running::start(&home);
    running.wait_for_words(id, "two");
    drop(running);

    let packed = path.with_extension("jsonl.zst");
    fs::write(&packed, zstd::encode_all(text.as_bytes(), 3).unwrap()).unwrap();
    fs::remove_file(&path).unwrap();
    let running = Running::start(&home);
    running.wait_for_words(id, "two");
    assert_eq!(running.words(id), ["one", "two"]);
    running.wait("one file", |engine| (without_files(engine) == 0).then_some(()));
    drop(running);
    assert_eq!(Running::start(&home).engine.work().bytes, 0);
}
