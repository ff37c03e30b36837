//! How much is read: what was read once is not read again.

use callboard_engine::Work;
use callboard_model::fold::VERSION;
use callboard_store::{Durability, Store};
use callboard_testkit::HermeticHome;
use callboard_testkit::history::{Plan, generate};

use crate::scene::Running;
use crate::transcripts::{Claude, append};

#[test]
fn a_second_start_reads_nothing_and_a_new_line_is_read_alone() {
    let home = HermeticHome::new();
    let history =
        generate(&home.root().join("made"), &Plan { sessions: 12, ..Plan::new(3, 2_000_000) });
    for (from, to) in
        [("claude/projects", home.claude_config_dir()), ("codex/sessions", home.codex_home())]
    {
        let name = from.rsplit('/').next().unwrap();
        std::fs::rename(home.root().join("made").join(from), to.join(name)).unwrap();
    }
    let claude = Claude::new("last", &home.work());
    let path = claude.path(&home, "p");
    let first = claude.prompt(1, "one");
    append(&path, &first);
    let running = Running::start(&home);
    let work = running.engine.work();
    assert_eq!(work.records, history.truth.records + 1);
    assert_eq!(work.bytes, history.truth.bytes + first.len() as u64);
    drop(running);

    let running = Running::start(&home);
    assert_eq!(running.engine.work(), Work::default());
    let line = claude.says(2, "two");
    append(&path, &line);
    running.wait_for_words("last", "two");
    assert_eq!(running.engine.work(), Work { bytes: line.len() as u64, records: 1 });
}

#[test]
fn what_was_folded_by_earlier_rules_is_folded_anew_without_reading_a_file() {
    let home = HermeticHome::new();
    let claude = Claude::new("s", &home.work());
    let path = claude.path(&home, "p");
    append(&path, &claude.prompt(1, "Keep the watcher from dropping events"));
    append(&path, &claude.says(2, "The watcher keeps all events now."));
    let running = Running::start(&home);
    let id = running.wait_for_words("s", "The watcher keeps all events now.");
    let before = running.session("s");
    assert!(before.goal.as_deref().unwrap().contains("watcher"));
    drop(running);

    // As an earlier version would have left it.
    let mut store = Store::open(&home.callboard_home()).unwrap();
    let now = callboard_os::clock::now();
    store
        .write(Durability::Normal, now, |w| {
            let mut stored = w.view().session(id)?.unwrap();
            stored.row.row = stored.row.row.replace("watcher", "rooster");
            w.put_session(id, &stored.row)?;
            let (seq, fold) = w.view().fold(id)?.unwrap();
            let version = format!("\"version\":{VERSION}");
            assert!(fold.contains(&version), "{fold}");
            w.put_fold(
                id,
                seq,
                &fold.replace(&version, "\"version\":0").replace("watcher", "rooster"),
            )?;
            w.put_setting("fold_version", &serde_json::json!(0))
        })
        .unwrap();
    drop(store);
    let running = Running::start(&home);
    running
        .wait("the fold made anew", |_| (running.session("s").goal == before.goal).then_some(()));
    assert_eq!(running.engine.work(), Work::default());
}
