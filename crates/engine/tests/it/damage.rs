//! What cannot be read is named, and stops nothing.

use std::fs;

use callboard_engine::Engine;
use callboard_model::EventKind;
use callboard_testkit::HermeticHome;
use serde_json::json;

use crate::scene::{Running, events};
use crate::transcripts::{Claude, Codex, append};

fn named(engine: &Engine, part: &str) -> Option<String> {
    let problems = engine.doctor().unwrap().problems;
    problems.into_iter().find_map(|p| p.path.filter(|path| path.contains(part)).map(|_| p.text))
}

#[test]
fn damage_is_named_and_the_rest_is_read() {
    let home = HermeticHome::new();
    let good = Claude::new("good", &home.work());
    let path = good.path(&home, "p");
    let folder = path.parent().unwrap().to_owned();
    append(&path, &good.prompt(1, "fine"));
    fs::write(folder.join("noise.jsonl"), [0, 159, 146, 150, 10, 255, 10, 0]).unwrap();
    fs::create_dir(folder.join("folder.jsonl")).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.join("dangling.jsonl")).unwrap();
    let packed = home.codex_home().join("sessions/2026/03/01");
    fs::create_dir_all(&packed).unwrap();
    fs::write(packed.join("broken.jsonl.zst"), b"this is not packed").unwrap();

    let running = Running::start(&home);
    assert_eq!(running.words("good"), ["fine"]);
    for part in ["loop", "broken.jsonl.zst", "dangling.jsonl"] {
        running.wait(&format!("a problem about {part}"), |engine| named(engine, part));
    }
    let claude = &running.engine.doctor().unwrap().agents[0];
    let unread: u64 = claude.record_types.iter().filter(|t| !t.known).map(|t| t.records).sum();
    assert!(unread >= 1, "{:?}", claude.record_types);
    append(&path, &good.says(2, "still fine"));
    running.wait_for_words("good", "still fine");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "only mkfifo makes a pipe")]
fn what_is_no_transcript_is_named_and_nobody_waits_for_it() {
    let home = HermeticHome::new();
    let good = Claude::new("good", &home.work());
    let path = good.path(&home, "p");
    let folder = path.parent().unwrap().to_owned();
    append(&path, &good.prompt(1, "fine"));
    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe.jsonl")).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("itself.jsonl", folder.join("itself.jsonl")).unwrap();
    let replaced = Claude::new("replaced", &home.work());
    append(&replaced.path(&home, "p"), &replaced.prompt(1, "before"));
    let rollouts = home.codex_home().join("sessions/2026/03/01");
    fs::create_dir_all(&rollouts).unwrap();
    let id = "019cafe0-0000-7000-8000-000000000009";
    let codex = Codex::new(id, &home.work());
    let lines = codex.header(1, &json!({})) + &Codex::prompt(2, "packed");
    let packed = zstd::encode_all(lines.as_bytes(), 1).unwrap();
    let unfinished = rollouts.join(format!("rollout-2026-03-01T09-00-00-{id}.jsonl.zst"));
    fs::write(&unfinished, &packed[..packed.len() - 9]).unwrap();

    let running = Running::start(&home);
    assert_eq!(running.words("good"), ["fine"]);
    for part in ["pipe.jsonl", "itself.jsonl", id] {
        running.wait(&format!("a problem about {part}"), |engine| named(engine, part));
    }
    // A folder in the place of a file that was read: what was read of it stays.
    fs::remove_file(replaced.path(&home, "p")).unwrap();
    fs::create_dir(replaced.path(&home, "p")).unwrap();
    append(&path, &good.says(2, "still fine"));
    running.wait_for_words("good", "still fine");
    assert_eq!(running.words("replaced"), ["before"]);
    // It was being written: once it is whole, it is read.
    fs::write(&unfinished, &packed).unwrap();
    running.wait_for_words(id, "packed");
}

#[test]
fn two_objects_on_a_line_are_two_records() {
    let home = HermeticHome::new();
    let claude = Claude::new("joined", &home.work());
    let path = claude.path(&home, "p");
    let (one, two, three) =
        (claude.prompt(1, "one"), claude.says(2, "two"), claude.prompt(3, "three"));
    append(&path, &(one.trim_end().to_owned() + &two + three.trim_end()));
    let running = Running::start(&home);
    assert_eq!(running.words("joined"), ["one", "two", "three"]);
    // The line feed is missing: the next object follows on the same line.
    append(&path, &claude.says(4, "four"));
    running.wait_for_words("joined", "four");
    assert_eq!(running.words("joined").len(), 4);
    assert_eq!(running.engine.work().records, 4);
}

#[test]
fn a_line_of_twelve_megabytes_is_one_event() {
    let home = HermeticHome::new();
    let id = "019cafe0-0000-7000-8000-000000000002";
    let codex = Codex::new(id, &home.work());
    let path = codex.path(&home);
    let history: Vec<_> = (0..12)
        .map(|n| {
            json!({"type": "message", "role": "user",
            "content": [{"type": "input_text", "text": format!("{n} ").repeat(1 << 19)}]})
        })
        .collect();
    let compacted = json!({"message": "In short.", "replacement_history": history});
    let giant = Codex::line(3, "compacted", &compacted);
    assert!(giant.len() > 12 << 20);
    append(&path, &(codex.header(1, &json!({})) + &Codex::prompt(2, "one") + &giant));
    let running = Running::start(&home);
    let session = running.session(id).id;
    let count = |kind: EventKind| {
        events(&running.engine, session).iter().filter(|e| e.body.kind() == kind).count()
    };
    assert_eq!(count(EventKind::Compaction), 1);
    append(&path, &Codex::says(4, "two"));
    running.wait_for_words(id, "two");

    // And while it is written: it waits for its end, however long it is.
    let again = Codex::line(5, "compacted", &compacted);
    let (begin, end) = again.split_at(again.len() - 7);
    append(&path, begin);
    let other = Claude::new("other", &home.work());
    append(&other.path(&home, "p"), &other.prompt(6, "another"));
    running.wait_for_words("other", "another");
    assert_eq!(count(EventKind::Compaction), 1);
    append(&path, &(end.to_owned() + &Codex::says(7, "three")));
    running.wait_for_words(id, "three");
    assert_eq!(count(EventKind::Compaction), 2);
    drop(running);
    assert_eq!(Running::start(&home).engine.work().records, 0);
}
