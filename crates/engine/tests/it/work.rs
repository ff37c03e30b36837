//! How much is read: what was read once is not read again.

use callboard_engine::Work;
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
