//! What commands tell of a morning's work.

use callboard_testkit::Repo;
use insta::assert_snapshot;
use serde_json::json;

use crate::scene::{CODEX, home, morning, redacted, told, wait_for};
use crate::transcripts::{Claude, append};

/// A session that is not told of elsewhere.
const BUSY: &str = "5f3c2a10-cccc-4000-8000-000000000004";

#[test]
fn the_commands_that_read() {
    let home = home();
    let repo = Repo::new(&home);
    let daemon = morning(&home, &repo);
    let callboard = daemon.callboard();
    redacted(&home).bind(|| {
        for (name, args) in [
            ("up", "up --no-open"),
            ("status", "status"),
            ("session_list", "session list --all"),
            ("session_list_none", "session list --state failed"),
            ("session_show", "session show S1"),
            ("session_show_waiting", "session show S3"),
            ("session_tail", "session tail S1 --no-follow"),
            ("session_events", "session events S1 --kind prompt,command"),
            ("session_events_json", "session events S1 --kind prompt --json"),
            ("task_list", "task list"),
            ("task_list_none", "task list --column done"),
            ("task_show", "task show T1"),
            ("search", "search lock"),
            ("search_none", "search walrus"),
            ("search_not_understood", "search lock kind:walrus"),
            (
                "search_unknown",
                "search lock agent:codx session:S1 session:S99 task:T9 workspace:walrus",
            ),
            ("since", "since 2020-03-01"),
            ("since_nothing", "since 2h"),
            ("inbox", "inbox"),
            ("inbox_answer_none", "answer C99 yes"),
            ("doctor", "doctor"),
        ] {
            assert_snapshot!(name, told(&callboard.run(args.split(' '))));
        }
        let by_beginning = callboard.run(["session", "show", &CODEX[..8]]);
        assert_snapshot!("session_show_by_its_beginning", told(&by_beginning));
    });
}

#[test]
fn the_commands_that_change() {
    let home = home();
    let repo = Repo::new(&home);
    let daemon = morning(&home, &repo);
    let callboard = daemon.callboard();
    repo.write("list.md", "# Later\n\n- [ ] Name the locks (#20)\n- Write the guide\n");
    redacted(&home).bind(|| {
        for (name, args) in [
            ("task_new", "task new Retry --column ready --json"),
            ("task_edit", "task edit T3 --title Guide --priority normal"),
            ("task_move", "task move T3 needs-you"),
            ("task_link", "task link T3 S2"),
            ("task_unlink", "task link T3 S2 --remove"),
            ("task_remove", "task remove T3"),
            ("task_restore", "task remove T3 --restore"),
            ("task_import_dry_run", "task import list.md --dry-run"),
            ("task_import", "task import list.md"),
            ("task_import_again", "task import list.md"),
            ("task_show_after", "task show T3"),
            ("down", "down"),
            ("down_again", "down"),
        ] {
            assert_snapshot!(name, told(&callboard.run(args.split(' '))));
        }
    });
}

#[test]
fn a_long_day_in_a_few_lines() {
    let home = home();
    let repo = Repo::new(&home);
    let daemon = morning(&home, &repo);
    let claude = Claude::new(BUSY, repo.path());
    let turn = |n: u64| {
        let command = format!("git commit -m 'Part {n}' && git push");
        let output = format!("[main 1a2b3c{n}] Part {n}");
        [
            claude.prompt(2000 + n * 10, &format!("Write part {n} of the guide")),
            claude.uses(2001 + n * 10, "Bash", &json!({ "command": command })),
            claude.result(2002 + n * 10, 2001 + n * 10, &output, &json!({"stdout": output})),
            claude.says(2003 + n * 10, &format!("Part {n} is written; next comes another.")),
        ]
        .concat()
    };
    append(&claude.path(&home), (1..=9).map(turn).collect::<String>().as_bytes());
    wait_for(&daemon, BUSY, "Part 9 is written");
    let callboard = daemon.callboard();
    assert_eq!(callboard.run(["task", "link", "T2", "S4"]).code, Some(0));
    redacted(&home).bind(|| {
        assert_snapshot!("since_at_a_glance", told(&callboard.run(["since", "2020-03-01"])));
        let all = callboard.run(["since", "2020-03-01", "--all"]).stdout;
        assert_eq!(all.matches("committed: Part").count(), 9, "{all}");
        assert_eq!(all.matches("finished: Part").count(), 9, "{all}");
    });
}

#[test]
fn an_empty_home() {
    let home = home();
    let repo = Repo::new(&home);
    let daemon = callboard_testkit::Daemon::of(
        callboard_testkit::Callboard::built(&home).cwd(repo.path()),
        &[],
    );
    redacted(&home).bind(|| {
        for (name, args) in [
            ("empty_status", "status"),
            ("empty_session_list", "session list"),
            ("empty_task_list", "task list"),
            ("empty_since", "since"),
            ("empty_search", "search lock"),
            ("empty_doctor", "doctor"),
        ] {
            assert_snapshot!(name, told(&daemon.callboard().run(args.split(' '))));
        }
    });
}
