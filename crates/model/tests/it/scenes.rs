//! The line at moments of a session.

use callboard_model::event::{ToolResult, TurnPhase};
use callboard_model::session::{Outcome, TurnState};
use insta::assert_snapshot;

use crate::session::Session;

const FAILED: &str =
    "test gauge::tests::rolls_over ... FAILED\ntest result: FAILED. 39 passed; 2 failed; 0 ignored";
const PASSED: &str = "test result: ok. 41 passed; 0 failed; 0 ignored";

fn begun() -> Session {
    Session::new().prompt("Please fix the gauge that jumps back at midnight, it drops every reading of the last hour.")
}

fn after_a_failure() -> Session {
    begun().edits("src/gauge.rs").ok().runs("cargo test -p tide 2>&1").exits(101, FAILED)
}

#[test]
fn a_prompt_begins_the_work() {
    let session = begun();
    assert_snapshot!(session.goal(), @"fix the gauge that jumps back at midnight, it drops every reading of the last hour");
    assert_snapshot!(session.line(), @"starting on: fix the gauge that jumps back at midnight, it drops every reading of the last hour");
}

#[test]
fn what_was_said_tells_what_an_action_is_for() {
    let session = begun().says("Let me find where readings are keyed by day.");
    assert_snapshot!(session.line(), @"finding where readings are keyed by day");
    let session = session.reads("/home/kim/tidewatch/src/gauge.rs");
    assert_snapshot!(session.line(), @"reading `src/gauge.rs` to find where readings are keyed by day");
    let session = session.ok().thinks("**Checking the calendar arithmetic**").searches("fn day_of");
    assert_snapshot!(session.line(), @"searching `src` for `fn day_of` to check the calendar arithmetic");
}

#[test]
fn a_failed_check_is_the_reason_for_what_follows() {
    let session = after_a_failure();
    assert_snapshot!(session.line(), @"looking into `cargo test -p tide`, which failed in 2 of 41 tests (rolls_over)");
    let session = session.edits("src/gauge.rs").ok().edits("src/gauge.rs");
    assert_snapshot!(session.line(), @"editing `src/gauge.rs` (3rd time) after `cargo test -p tide` failed in 2 of 41 tests");
    let session = session.ok().runs("cargo test -p tide");
    assert_snapshot!(session.line(), @"re-running `cargo test -p tide` after editing `src/gauge.rs`");
    let session = session.exits(0, PASSED);
    assert_snapshot!(session.line(), @"going on after `cargo test -p tide` passed (41 tests)");
    let kinds: Vec<_> =
        session.fold.milestones.list.iter().map(|m| format!("{:?}: {}", m.kind, m.text)).collect();
    assert_snapshot!(kinds.join("\n"), @"
    Directed: fix the gauge that jumps back at midnight, it drops every reading of the last hour
    CheckFailed: `cargo test -p tide` failed in 2 of 41 tests
    CheckFixed: `cargo test -p tide` passed (41 tests)
    ");
}

#[test]
fn a_masked_exit_code_proves_nothing() {
    let session = begun().runs("npm run build | tail -3").exits(0, "dist written");
    assert_snapshot!(session.line(), @"reading the output of `npm run build`");
    let session = begun().runs("pytest -q || true").exits(0, "2 failed, 39 passed in 0.31s");
    assert_snapshot!(session.line(), @"looking into `pytest -q`, which failed in 2 of 41 tests");
}

#[test]
fn many_uses_are_told_together() {
    let mut session = begun();
    for name in ["a", "b", "c"] {
        let path = format!("tests/fixtures/{name}.json");
        session = session.reads(&path).ok().reads(&path).ok().edits(&path).ok();
    }
    assert_snapshot!(session.line(), @"editing `tests/fixtures/{c,b,a}.json`: 6 reads, 3 edits in 3 min");
}

#[test]
fn the_step_of_a_plan_tells_what_an_action_is_for() {
    let session =
        begun().plans(&["Key readings by UTC", "Migrate the stored days", "Run all tests"], 1);
    assert_snapshot!(session.line(), @"on step 2 of 3: migrate the stored days");
    let session = session.edits("src/store/days.rs");
    assert_snapshot!(session.line(), @"editing `src/store/days.rs`, step 2 of 3: migrate the stored days");
    assert_eq!(session.fold.plan.done_of(), (1, 3));
}

#[test]
fn a_question_waits_for_its_answer() {
    let session = begun().asks("Keep the old `onChange` signature?");
    assert_snapshot!(session.line(), @"asking: Keep the old `onChange` signature?");
    assert_eq!(session.fold.turn().is, TurnState::WaitingInput);
    let answers = vec![("Keep the old `onChange` signature?".into(), "Yes, deprecate it".into())];
    let session = session.result(ToolResult { answers, ok: Some(true), ..ToolResult::default() });
    assert_snapshot!(session.line(), @r#"going on with the answer "Yes, deprecate it" to: Keep the old `onChange` signature?"#);
    assert_eq!(session.fold.turn().is, TurnState::Working);
}

#[test]
fn a_plan_waits_for_approval() {
    let session = begun().proposes("# Key readings by UTC\n\n1. …");
    assert_snapshot!(session.line(), @"asking to approve its plan: Key readings by UTC");
    let session = session.result(ToolResult { ok: Some(true), ..ToolResult::default() });
    assert_snapshot!(session.line(), @"starting on the approved plan: Key readings by UTC");
    let refused = Some("keep local days".to_owned());
    let session =
        session.proposes("# Second plan").result(ToolResult { refused, ..ToolResult::default() });
    assert_snapshot!(session.line(), @"its user refused the plan: Second plan: keep local days");
}

#[test]
fn subagents_are_waited_for() {
    let session = begun().delegates("Survey the storage layer");
    assert_snapshot!(session.line(), @"waiting for a subagent: Survey the storage layer");
    let session = session.delegates("Survey the web page").delegates("Survey the tests");
    assert_snapshot!(session.line(), @"waiting for 3 subagents: Survey the storage layer; Survey the web page; Survey the tests");
    let session =
        session.result(ToolResult { background_id: Some("a17b".into()), ..ToolResult::default() });
    assert_eq!(session.fold.background.subagents().count(), 1);
}

#[test]
fn a_turn_ends_with_what_it_came_to() {
    let done = after_a_failure().edits("src/gauge.rs").ok();
    let closing =
        "Done!\n\n## Summary\nReadings are now keyed by UTC day. I also added a migration.";
    let session = done.runs("cargo test").exits(0, PASSED).says(closing).ends(TurnPhase::Completed);
    assert_snapshot!(session.line(), @"finished: Readings are now keyed by UTC day. I also added a migration; `cargo test` passed (41 tests)");
    assert_eq!(
        (session.fold.turn().is, session.fold.outcome().is),
        (TurnState::Idle, Outcome::Completed)
    );
}

#[test]
fn a_turn_may_end_with_a_question() {
    let says = "The gauge is keyed by UTC day now.\n\nShall I also migrate the stored days?";
    let session = begun().edits("src/gauge.rs").ok().says(says).ends(TurnPhase::Completed);
    assert_snapshot!(session.line(), @"asking: Shall I also migrate the stored days? (after: The gauge is keyed by UTC day now)");
}

#[test]
fn a_question_after_a_long_piece_of_code_is_a_question() {
    let code = "let gauge = Gauge::of(day);\n".repeat(40);
    let says = format!(
        "A gauge could be keyed so:\n\n```rust\n{code}```\n\nIt is one way.\n\nShould I try it, or keep the present one?"
    );
    let session = begun().says(&says).ends(TurnPhase::Completed);
    assert_snapshot!(session.line(), @"asking: Should I try it, or keep the present one? (after: A gauge could be keyed so)");
}

#[test]
fn words_after_a_tool_use_end_it() {
    let session = begun().runs("cargo test").says("The gauge is keyed by UTC day now.");
    assert_snapshot!(session.line(), @"saying: The gauge is keyed by UTC day now");
    let later =
        callboard_model::Timestamp::from_millisecond(session.now().as_millisecond() + 3_600_000);
    assert_snapshot!(session.fold.activity(later).text, @"finished: The gauge is keyed by UTC day now");
}

#[test]
fn a_turn_may_be_broken_off_or_fail() {
    let session = begun()
        .says("Let me migrate the stored days.")
        .edits("src/store/days.rs")
        .ends(TurnPhase::Interrupted);
    assert_snapshot!(session.line(), @"stopped: interrupted while editing `src/store/days.rs` to migrate the stored days");
    assert_eq!(session.fold.outcome().is, Outcome::Interrupted);
    let session = begun().fails("Overloaded", true).fails("Overloaded", true);
    assert_snapshot!(session.line(), @"retrying (2nd time): Overloaded");
    let session = session.fails("Usage limit reached, resets at 3 pm", false);
    assert_snapshot!(session.line(), @"failed: Usage limit reached, resets at 3 pm");
    assert_eq!(session.fold.outcome().is, Outcome::Failed);
}

#[test]
fn what_is_written_down_after_an_interruption_does_not_end_it() {
    let at = |seconds: i64| Some(callboard_model::Timestamp::from_millisecond(seconds * 1_000));
    let mut fold = begun().ends(TurnPhase::Interrupted).fold;
    let text = callboard_model::EventBody::Text { text: "Let me go on.".into() };
    fold.apply(callboard_model::Ordinal(90), at(31), &text);
    assert_eq!(fold.turn().is, TurnState::Idle);
    fold.apply(callboard_model::Ordinal(91), at(60), &text);
    assert_eq!(fold.turn().is, TurnState::Working);
}

#[test]
fn commits_and_pushes_are_told_and_kept() {
    let session = begun().runs("git add -A && git commit -m \"Key readings by UTC day\"");
    assert_snapshot!(session.line(), @"committing: Key readings by UTC day");
    let session = session.exits(0, "[fix-gauge 1a2b3c4] Key readings by UTC day\n 1 file changed");
    assert_eq!(session.fold.landed.unpushed(), 1);
    let session = session.runs("git push -u origin fix-gauge");
    assert_snapshot!(session.line(), @"pushing `fix-gauge`");
    let landed = session.ok().fold.landed;
    assert_eq!((landed.commit_count, landed.pushes, landed.unpushed()), (1, 1, 0));
    assert_eq!(landed.commits[0].branch.as_deref(), Some("fix-gauge"));
}

#[test]
fn commands_are_told_as_people_say_them() {
    for (command, line) in [
        ("cd web && FORCE=1 npm run build 2>&1 | tail -3", "running `npm run build`"),
        ("sed -n '1,80p' src/gauge.rs", "reading `src/gauge.rs`"),
        ("rg -n 'day_of' src", "searching `src` for `day_of`"),
        ("ls -la src/store", "listing `src/store`"),
        ("git merge origin/main", "merging `origin/main`"),
        ("npx eslint . --fix", "running `eslint . --fix`"),
        ("docker compose up -d", "running `docker compose up -d`"),
        ("printf '\\033[31mred' > out.txt", "editing `out.txt`"),
        ("cat > a.py <<'E'\nx\nE\npython3 a.py", "running `python3 a.py`"),
        ("npm run build || true; pytest -q", "running `npm run build; pytest -q`"),
        (
            "docker pull a || docker load -i a.tar",
            "running `docker pull a || docker load -i a.tar`",
        ),
        ("./server & ./client", "running `./server & ./client`"),
        ("git push --force origin main --dry-run", "pushing `--force --dry-run main`"),
    ] {
        assert_eq!(begun().runs(command).line(), line);
    }
}

#[test]
fn a_write_that_waits_has_changed_no_file() {
    let session = begun().edits("src/a.rs");
    assert!(session.fold.files_used().is_empty());
    let session = session.ok();
    assert_eq!(session.fold.files_used().values().map(|used| used.edits).sum::<u32>(), 1);
}
