//! What was asked for and did not happen.

use callboard_model::event::{ToolResult, TurnPhase};
use callboard_model::fold::{MilestoneKind, SessionFold};

use crate::session::Session;

fn begun() -> Session {
    Session::new().prompt("Mend the gauge")
}

fn refused(words: &str) -> ToolResult {
    ToolResult { ok: Some(false), refused: Some(words.into()), ..ToolResult::default() }
}

fn told(fold: &SessionFold, kind: MilestoneKind) -> Vec<&str> {
    let of_kind = fold.milestones.list.iter().filter(|milestone| milestone.kind == kind);
    of_kind.map(|milestone| milestone.text.as_str()).collect()
}

#[test]
fn what_is_to_be_allowed_is_shown_whole() {
    let asked = |session: &Session| session.fold.asks_to_allow().unwrap().text;
    let session = begun().runs("rm -rf target/debug && cargo build --offline");
    assert_eq!(asked(&session), "asks to allow: `rm -rf target/debug && cargo build --offline`");
    let session = begun().reads("src/gauge.rs").runs("sleep 12; exit 101").runs("cargo test");
    assert_eq!(asked(&session), "asks to allow: `sleep 12; exit 101`");
    assert_eq!(asked(&begun().edits("src/gauge.rs")), "asks to allow: editing `src/gauge.rs`");
    assert_eq!(asked(&begun().proposes("# Two gauges")), "asks to approve its plan: Two gauges");
    assert!(begun().fold.asks_to_allow().is_none());
}

#[test]
fn what_failed_or_was_refused_is_not_counted_as_done() {
    let failed = begun().edits("src/gauge.rs").exits(1, "unsupported custom tool call");
    assert_eq!(failed.fold.files_used().len(), 0);
    let twice = begun().edits("src/gauge.rs").ok().edits("src/gauge.rs").exits(1, "not found");
    assert_eq!(twice.fold.files.edits_of("/home/kim/tidewatch/src/gauge.rs"), 1);
    let write = begun().runs("echo x > notes.md").result(refused("not now"));
    assert_eq!(write.fold.files_used().len(), 0);
    assert_eq!(told(&write.fold, MilestoneKind::Refused), ["editing `notes.md`: not now"]);
    let silent = begun().runs("cargo publish").result(refused(""));
    assert_eq!(told(&silent.fold, MilestoneKind::Refused), ["running `cargo publish`"]);
    let written = begun().runs("echo x > notes.md; false").exits(1, "");
    assert_eq!(written.fold.files_used().len(), 1, "a command that fails may have written before");
}

#[test]
fn a_tool_that_is_not_to_be_had_changes_no_plan_and_asks_nobody() {
    let planned = begun().plans(&["one", "two"], 1);
    let failed = planned.plans_without_result(&["other"], 0).exits(1, "unsupported call");
    let steps: Vec<_> = failed.fold.plan.steps.iter().map(|step| step.text.as_str()).collect();
    assert_eq!(steps, ["one", "two"]);
    let asked = begun().asks("Which colour?").exits(1, "request_user_input is unavailable");
    assert!(told(&asked.fold, MilestoneKind::Asked).is_empty());
}

#[test]
fn a_turn_that_is_told_before_its_prompt_does_not_finish_the_one_before_again() {
    let session = begun().says("Mended.").ends(TurnPhase::Completed).ends(TurnPhase::Started);
    let session = session.prompt("Go on");
    assert_eq!(told(&session.fold, MilestoneKind::Finished), ["Mended"]);
}

#[test]
fn a_program_that_is_not_there_proves_nothing() {
    let session = begun().runs("cargo build --offline").exits(127, "cargo: command not found");
    assert!(session.fold.last_check().is_none());
}

#[test]
fn a_push_is_told_by_the_branch_it_reached() {
    let output = "To github.com:kim/tidewatch\n   1a2b3c4..5d6e7f8  HEAD -> fix/gauge";
    let session = begun().runs("git push origin HEAD").exits(0, output);
    assert_eq!(told(&session.fold, MilestoneKind::Pushed), ["fix/gauge"]);
    let dry = begun().runs("git push --dry-run origin main").exits(0, output);
    assert!(told(&dry.fold, MilestoneKind::Pushed).is_empty());
}
