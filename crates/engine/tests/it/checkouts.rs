//! Sessions that write into checkouts that are not theirs.

use std::path::Path;

use callboard_engine::AskedBy;
use callboard_model::call::{Ask, CallDetail, CallKind, CallOption, CallVia, Effect};
use callboard_model::event::{Change, FileEdit};
use callboard_model::view::NewWorktree;
use callboard_model::{AgentName, ThreadKey};
use callboard_testkit::{HermeticHome, Repo};
use serde_json::json;

use crate::scene::Running;
use crate::transcripts::{Claude, append, seconds_to_now};

/// A request to write a file, as an agent makes it.
fn write_to(path: &Path) -> Ask {
    Ask {
        key: "r1".into(),
        kind: CallKind::Permission,
        question: "write src/lock.rs".into(),
        detail: CallDetail::Edit {
            files: vec![FileEdit {
                path: path.to_string_lossy().into_owned(),
                change: Change::Write,
                from: None,
                hunks: Vec::new(),
            }],
        },
        options: vec![CallOption {
            id: "no".into(),
            label: "No".into(),
            effect: Effect::Deny,
            writes: None,
        }],
        tool_use_id: None,
        subagent: None,
        reason: None,
        reply: serde_json::Value::Null,
    }
}

#[test]
fn a_session_of_a_worktree_that_writes_in_the_main_checkout_is_a_call_and_its_asking_is_refused() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("src/lock.rs", "1")]);
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let engine = &running.engine;
    let new = NewWorktree { name: Some("mend".into()), ..NewWorktree::default() };
    let worktree = engine.new_worktree(workspace, new).unwrap();
    let claude = Claude::new("astray", Path::new(&worktree.path));
    let path = claude.path(&home, "p");
    let (at, foreign) = (seconds_to_now(), repo.path().join("src/lock.rs"));
    append(&path, &claude.prompt(at, "mend the lock"));
    let own = format!("{}/src/lock.rs", worktree.path);
    append(&path, &claude.uses(at, "Write", json!({"file_path": own, "content": "2"})));
    append(&path, &claude.ran(at, at, "written"));
    let session = running.wait("its workspace", |_| {
        Some(running.session("astray")).filter(|view| view.workspace == Some(workspace))
    });
    assert!(engine.inbox(None).unwrap().calls.is_empty());
    let (asked, _) = engine
        .asked(AskedBy {
            agent: AgentName::known("claude"),
            thread: ThreadKey::main("astray"),
            via: CallVia::Hook,
            ask: write_to(&foreign),
            expires_at: None,
            window: None,
        })
        .unwrap();
    let refused = engine.call(asked).unwrap();
    assert_eq!(refused.answered_by.as_deref(), Some("callboard"));
    let why = refused.answer.unwrap().text.unwrap();
    assert!(why.contains("another checkout") && why.contains(&worktree.path), "{why}");
    let told = |engine: &callboard_engine::Engine| {
        let calls = engine.inbox(None).unwrap().calls;
        calls.into_iter().find(|call| call.kind == CallKind::WrongCheckout)
    };
    let kept_out = told(engine).unwrap();
    assert!(kept_out.question.contains("kept from writing"), "{}", kept_out.question);
    let noted = callboard_model::view::AnswerCall {
        generation: None,
        answer: callboard_model::call::CallAnswer::option("ok"),
    };
    engine.answer(kept_out.id, noted).unwrap();
    let later = at + 5;
    append(&path, &claude.uses(later, "Write", json!({"file_path": foreign, "content": "3"})));
    append(&path, &claude.ran(later, later, "written"));
    let call = running.wait("a call", told);
    assert_eq!(
        (call.session, call.question.as_str()),
        (Some(session.id), "wrote a file of another checkout")
    );
}

#[test]
fn a_session_that_went_into_another_worktree_still_writes_in_the_one_that_it_began_in() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("src/lock.rs", "1")]);
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let engine = &running.engine;
    let worktree = |name: &str| {
        let new = NewWorktree { name: Some(name.into()), ..NewWorktree::default() };
        engine.new_worktree(workspace, new).unwrap().path
    };
    let (own, other) = (worktree("own"), worktree("other"));
    let claude = Claude::new("roams", Path::new(&own));
    let (path, at) = (claude.path(&home, "p"), seconds_to_now());
    append(&path, &claude.prompt(at, "mend the lock"));
    append(&path, &claude.in_directory(&other).says(at + 1, "I look there."));
    running.wait("the other directory", |_| {
        let view = running.session("roams");
        let is_there = view.workspace == Some(workspace) && view.cwd.as_ref() == Some(&other);
        is_there.then_some(())
    });
    let answered = |key: &str, folder: &str| {
        let ask = Ask { key: key.into(), ..write_to(&Path::new(folder).join("src/lock.rs")) };
        let (agent, thread) = (AgentName::known("claude"), ThreadKey::main("roams"));
        let via = CallVia::Hook;
        let by = AskedBy { agent, thread, via, ask, expires_at: None, window: None };
        engine.call(engine.asked(by).unwrap().0).unwrap().answered_by
    };
    assert_eq!(answered("r1", &own), None);
    assert_eq!(answered("r2", &other).as_deref(), Some("callboard"));
}
