//! The same events and the same fold, whatever the order of reading.

use callboard_model::Seq;
use callboard_model::view::SessionView;
use callboard_testkit::HermeticHome;
use serde_json::Value;

use crate::scene::{Running, events};
use crate::transcripts::{Claude, append};

/// All that a session shows, without what depends on when it was read.
fn shown(running: &Running, home: &HermeticHome) -> (Value, Value) {
    let id = running.session("s").id;
    let mut detail = running.engine.session_detail(id).unwrap();
    let settle = |view: &mut SessionView| {
        view.seq = Seq(0);
    };
    settle(&mut detail.session);
    detail.seq = Seq(0);
    detail.transcripts.clear();
    detail.readable = None;
    let mut all = events(&running.engine, id);
    for event in &mut all {
        event.seq = Seq(0);
    }
    let text = serde_json::to_string(&(detail, all)).unwrap();
    serde_json::from_str(&text.replace(home.root().to_str().unwrap(), "")).unwrap()
}

/// A session in lines, each in one of two files.
fn lines(home: &HermeticHome) -> (Claude, Vec<String>) {
    let claude = Claude::new("s", &home.work());
    let lines = vec![
        claude.prompt(1, "find why the build fails, and mend it"),
        claude.runs(2, "cargo test -p lock"),
        claude.ran(3, 2, "test result: FAILED. 3 passed; 1 failed"),
        claude.says(4, "One test fails."),
        claude.prompt(5, "mend it"),
        claude.runs(6, "cargo test -p lock"),
        claude.ran(7, 6, "test result: ok. 4 passed; 0 failed"),
        claude.says(8, "All tests pass now."),
    ];
    (claude, lines)
}

#[test]
fn line_by_line_is_the_same_as_at_once() {
    let home = HermeticHome::new();
    let (claude, lines) = lines(&home);
    for half in lines.chunks(4) {
        // The second half goes on from what the store has of the fold.
        let running = Running::start(&home);
        for (n, line) in (1..).zip(half) {
            append(&claude.path(&home, "p"), line);
            running.wait("the line", |engine| (engine.work().records == n).then_some(()));
        }
    }
    let running = Running::start(&home);
    running.wait_for_words("s", "All tests pass now.");
    let kept = shown(&running, &home);
    drop(running);
    std::fs::remove_dir_all(home.callboard_home()).unwrap();
    assert_eq!(kept, shown(&Running::start(&home), &home));
}

#[test]
fn files_of_one_session_may_be_read_in_any_order() {
    let read = |order: [&str; 2]| {
        let home = HermeticHome::new();
        let (claude, lines) = lines(&home);
        let running = Running::start(&home);
        for project in order {
            let part = if project == "p" { &lines[..4] } else { &lines[4..] };
            append(&claude.path(&home, project), &part.concat());
            let said = if project == "p" { "One test fails." } else { "All tests pass now." };
            running.wait("its words", |_| {
                running.words("s").iter().any(|text| text == said).then_some(())
            });
        }
        shown(&running, &home)
    };
    let (in_order, reversed) = (read(["p", "q"]), read(["q", "p"]));
    assert_eq!(in_order.1, reversed.1);
    assert_eq!(in_order.0, reversed.0);
}
