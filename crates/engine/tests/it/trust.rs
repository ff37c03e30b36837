//! What `callboard.toml` can do takes effect when a person has approved it, and not before.

use callboard_engine::{Engine, EngineError};
use callboard_model::call::{CallAnswer, CallDetail, CallKind, CallState, CallVia, Urgency};
use callboard_model::view::{
    AnswerCall, ApproveTrust, CallView, NewWorktree, TakeResource, TrustState,
};
use callboard_model::{CallId, WorkspaceId};
use callboard_testkit::{HermeticHome, Repo};

use crate::calls::{by, permission};
use crate::scene::Running;
use crate::transcripts::{Claude, append};

const FILE: &str = "callboard.toml";
const RULES: &str = "[rules]\nallow = [\"Bash(cargo test*)\"]\ndeny = [\"Bash(git push*)\"]\n";

/// A home whose folders nobody trusts beforehand.
fn home() -> HermeticHome {
    let mut home = HermeticHome::new();
    home.set("CALLBOARD_TRUST", "");
    home
}

/// A workspace with this configuration, and a session in it.
fn begin(home: &HermeticHome, repo: &Repo<'_>, text: &str) -> (Running, WorkspaceId) {
    repo.write(FILE, text);
    let claude = Claude::new("ruled", repo.path());
    append(&claude.path(home, "p"), &claude.prompt(1, "mend the lock"));
    let running = Running::start(home);
    let of = running.register(repo);
    running.wait("its workspace", |_| running.session("ruled").workspace);
    (running, of)
}

fn asked(engine: &Engine, key: &str, command: &str) -> CallView {
    let (id, _) = engine.asked(by("ruled", CallVia::Hook, permission(key, command))).unwrap();
    engine.call(id).unwrap()
}

/// The open calls of this kind.
fn calls(engine: &Engine) -> Vec<CallView> {
    let mut calls = engine.inbox(None).unwrap().calls;
    calls.retain(|call| call.kind == CallKind::Trust);
    calls
}

fn lines(call: &CallView) -> Vec<String> {
    match &call.detail {
        CallDetail::Told { lines, .. } => lines.clone(),
        other => panic!("{other:?}"),
    }
}

fn answer(engine: &Engine, call: CallId, option: &str) -> CallView {
    let answer = AnswerCall { generation: None, answer: CallAnswer::option(option) };
    engine.answer(call, answer).unwrap()
}

#[test]
fn a_rule_answers_once_it_is_approved_and_no_longer_than_it_is() {
    let home = home();
    let repo = Repo::new(&home);
    let (running, of) = begin(&home, &repo, RULES);
    let engine = &running.engine;
    // A stranger's rule allows nothing; what it denies, it denies.
    assert_eq!(asked(engine, "r1", "cargo test").state, CallState::Open);
    assert_eq!(asked(engine, "r2", "git push").answer.unwrap().option.as_deref(), Some("no"));
    let [call] = calls(engine).try_into().unwrap();
    assert_eq!(call.urgency, Urgency::Permission);
    assert_eq!((call.workspace, call.session), (Some(of), None));
    assert_eq!(lines(&call), ["+ rules.allow Bash(cargo test*)"]);

    assert_eq!(answer(engine, call.id, "yes").told.as_deref(), Some("approved"));
    assert_eq!(engine.trust(of).unwrap().state, TrustState::Approved);
    assert_eq!(engine.project(repo.path()).unwrap().rules.allow.len(), 1);
    assert!(asked(engine, "r3", "cargo test").answered_by.unwrap().starts_with("rule: "));

    // An agent edits the file: nothing more is allowed, and nothing less is denied.
    repo.write(FILE, "[rules]\nallow = [\"Bash(*)\", \"Bash(cargo test*)\"]\n");
    assert_eq!(asked(engine, "r4", "cargo test").state, CallState::Open);
    assert_eq!(asked(engine, "r5", "git push").answer.unwrap().option.as_deref(), Some("no"));
    let [call] = calls(engine).try_into().unwrap();
    assert_eq!(lines(&call), ["+ rules.allow Bash(*)", "- rules.deny Bash(git push*)"]);

    // What cannot be read takes no denial away either.
    repo.write(FILE, "[rules\n");
    assert_eq!(asked(engine, "r6", "git push").answer.unwrap().option.as_deref(), Some("no"));

    // As it was before it is approved still, also by the next daemon; nobody is asked.
    repo.write(FILE, RULES);
    assert!(asked(engine, "r7", "cargo test").answered_by.unwrap().starts_with("rule: "));
    assert!(calls(engine).is_empty());
    assert_eq!(engine.call(call.id).unwrap().state, CallState::Closed);
    drop(running);
    let running = Running::start(&home);
    assert!(asked(&running.engine, "r8", "cargo test").answered_by.unwrap().starts_with("rule: "));
    assert!(calls(&running.engine).is_empty());
}

#[test]
fn what_is_declined_is_not_asked_again_until_it_changes() {
    let home = home();
    let repo = Repo::new(&home);
    let (running, of) = begin(&home, &repo, RULES);
    let engine = &running.engine;
    let [call] = calls(engine).try_into().unwrap();
    answer(engine, call.id, "no");
    assert_eq!(asked(engine, "r1", "cargo test").state, CallState::Open);
    assert!(calls(engine).is_empty());
    assert_eq!(engine.trust(of).unwrap().state, TrustState::Declined);
    let told = engine.doctor().unwrap().problems;
    assert!(told.iter().any(|problem| problem.text.contains("is not approved")), "{told:?}");

    repo.write(FILE, "[rules]\nallow = [\"Bash(make*)\"]\n");
    let shown = engine.trust(of).unwrap();
    assert_eq!((shown.state, calls(engine).len()), (TrustState::Waiting, 1));
    // What was shown is approved, and nothing that came since.
    repo.write(FILE, "[rules]\nallow = [\"Bash(*)\"]\n");
    let approval = ApproveTrust { fingerprint: shown.fingerprint };
    let refused = engine.approve_trust(of, &approval).unwrap_err();
    assert!(refused.to_string().contains("changed since it was shown"), "{refused}");
    repo.write(FILE, "[rules]\nallow = [\"Bash(make*)\"]\n");
    let call = calls(engine)[0].id;
    assert_eq!(engine.approve_trust(of, &approval).unwrap().state, TrustState::Approved);
    let over = engine.call(call).unwrap();
    assert_eq!((over.state, over.told.as_deref()), (CallState::Closed, Some("approved")));

    assert_eq!(engine.revoke_trust(of).unwrap().state, TrustState::Declined);
    assert!(engine.project(repo.path()).unwrap().rules.allow.is_empty());
    assert!(calls(engine).is_empty());
}

#[test]
fn nothing_is_made_or_run_by_what_is_not_approved() {
    let home = home();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("a", "1")]);
    let text =
        "[worktrees]\npool = 1\nsetup = \"touch ran\"\n[resources.stack]\ntake = \"touch took\"\n";
    let (running, of) = begin(&home, &repo, text);
    let engine = &running.engine;
    let new = || NewWorktree { name: Some("one".into()), ..NewWorktree::default() };
    let refused = engine.new_worktree(of, new()).unwrap_err();
    assert!(matches!(refused, EngineError::Refused { .. }));
    assert!(refused.to_string().ends_with("is not approved as it is now; no worktree was made"));
    assert!(refused.hint().unwrap().contains("callboard trust"));
    let take = || engine.take_resource(of, "stack", &TakeResource::default());
    let refused = take().unwrap_err().to_string();
    assert!(refused.ends_with("`stack` was left as it is"), "{refused}");
    assert!(!repo.path().parent().unwrap().join("work.worktrees").exists());

    let fingerprint = engine.trust(of).unwrap().fingerprint;
    engine.approve_trust(of, &ApproveTrust { fingerprint }).unwrap();
    let made = engine.new_worktree(of, new()).unwrap();
    take().unwrap();
    let ran = std::path::Path::new(&made.path).join("ran");
    running.wait("its setup", |_| ran.exists().then_some(()));
    running.wait("the hook", |_| repo.path().join("took").exists().then_some(()));
}

#[test]
fn without_powers_nobody_is_asked() {
    let home = home();
    let repo = Repo::new(&home);
    let text = "[limits]\nrunning = 2\n[rules]\ndeny = [\"Bash(rm*)\"]\n";
    let (running, of) = begin(&home, &repo, text);
    let engine = &running.engine;
    assert_eq!(asked(engine, "r1", "rm x").answer.unwrap().option.as_deref(), Some("no"));
    assert_eq!(engine.project(repo.path()).unwrap().limits.running, 2);
    assert!(calls(engine).is_empty());
    assert_eq!(engine.trust(of).unwrap().state, TrustState::Nothing);
}
