//! Agents that are asked once, as they stop, by whichever of their connections tells of it first.

use std::sync::Barrier;

use callboard_engine::{AtStop, HookEnd, HookTold, hear_hook};
use callboard_testkit::{HermeticHome, Repo};
use serde_json::json;

use crate::scene::Running;
use crate::transcripts::{Claude, append};

/// Hooks of one stop, and sessions that stop.
const HOOKS: usize = 4;
const SESSIONS: usize = 6;

/// What a hook of an agent tells as its turn ends; `is_again` where it was sent on at its stop before.
fn end_of_turn(name: &str, last: &str, is_again: bool) -> HookEnd {
    let input = json!({"session_id": name, "hook_event_name": "Stop", "stop_hook_active": is_again,
        "background_tasks": [], "last_assistant_message": last});
    let report =
        json!({"run": "7-1", "pid": 7, "environment": {}, "is_owned": true, "input": input});
    match hear_hook("claude", report.to_string().as_bytes()) {
        Ok(Some(HookTold::Ends(end))) => end,
        _ => panic!("no end of a turn: {report}"),
    }
}

/// What an agent is asked at its stop, and takes.
fn asked_at(running: &Running, end: &HookEnd) -> Option<String> {
    let AtStop::Asked(context) = running.engine.ask_at_stop(end, true).unwrap() else {
        return None;
    };
    running.engine.notices_told(context.notices).unwrap();
    Some(context.output)
}

#[test]
fn hooks_that_tell_of_one_stop_at_once_ask_once() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Allow it", &[("callboard.toml", "[context]\nask_at_stop = true\n")]);
    let names: Vec<String> = (0..SESSIONS).map(|n| format!("stops-{n}")).collect();
    for name in &names {
        let claude = Claude::new(name, repo.path());
        let file = repo.path().join("a.txt");
        let input = json!({"file_path": file, "old_string": "a", "new_string": "b"});
        let text = claude.prompt(1, "Mend it")
            + &claude.uses(2, "Edit", input)
            + &claude.ran(3, 2, "The file has been updated.")
            + &claude.says(4, "Done.");
        append(&claude.path(&home, "p"), &text);
    }
    let running = Running::start(&home);
    running.register(&repo);
    for name in &names {
        running.wait_for_words(name, "Done.");
        let at_once = Barrier::new(HOOKS);
        let stops = || {
            let end = end_of_turn(name, "Done.", false);
            at_once.wait();
            usize::from(asked_at(&running, &end).is_some())
        };
        let asked: usize = std::thread::scope(|scope| {
            let hooks: Vec<_> = (0..HOOKS).map(|_| scope.spawn(stops)).collect();
            hooks.into_iter().map(|hook| hook.join().unwrap()).sum()
        });
        assert_eq!(asked, 1, "{name}");
    }
}

#[test]
fn what_is_not_shown_is_asked_for_once_where_nothing_else_is_missing_then() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let settings = "checks = [\"true\"]\n[receipts]\ntell_agents = true\n";
    repo.commit("Allow it", &[("callboard.toml", settings), ("a.txt", "a\n")]);
    let name = "claims";
    let claude = Claude::new(name, repo.path());
    let file = repo.path().join("a.txt");
    let input = json!({"file_path": file, "old_string": "a", "new_string": "b"});
    let text = claude.prompt(1, "Mend it")
        + &claude.uses(2, "Edit", input)
        + &claude.ran(3, 2, "The file has been updated.")
        + &claude.says(4, "Done. All tests pass.");
    append(&claude.path(&home, "p"), &text);
    repo.write("a.txt", "b\n");
    let running = Running::start(&home);
    running.register(&repo);
    running.wait_for_words(name, "Done. All tests pass.");
    let stop =
        |is_again: bool| asked_at(&running, &end_of_turn(name, "Done. All tests pass.", is_again));
    let told = stop(false).unwrap();
    assert!(told.contains("All tests pass"), "{told}");
    assert_eq!(stop(true), None);
    assert_eq!(stop(true), None);
}
