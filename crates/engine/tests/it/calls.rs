//! Calls: asked, answered once, closed when the agent goes on.

use std::fs;
use std::path::PathBuf;

use callboard_engine::{AskedBy, SinceFrom};
use callboard_model::call::{
    Ask, CallAnswer, CallDetail, CallKind, CallOption, CallState, CallVia, Effect, Urgency,
};
use callboard_model::session::StateWord;
use callboard_model::view::{AnswerCall, StreamMessage};
use callboard_model::{AgentName, CallId, ThreadKey};
use callboard_testkit::{HermeticHome, Repo};
use serde_json::json;

use crate::scene::Running;
use crate::transcripts::{Claude, append};

fn option(id: &str, effect: Effect) -> CallOption {
    CallOption { id: id.into(), label: id.into(), effect, writes: None }
}

pub(crate) fn permission(key: &str, command: &str) -> Ask {
    Ask {
        key: key.into(),
        kind: CallKind::Permission,
        question: command.into(),
        detail: CallDetail::Command { command: command.into(), cwd: None, description: None },
        options: vec![option("yes", Effect::Allow), option("no", Effect::Deny)],
        tool_use_id: None,
        subagent: None,
        reason: None,
        reply: json!({"request": key}),
    }
}

pub(crate) fn by(session: &str, via: CallVia, ask: Ask) -> AskedBy {
    AskedBy {
        agent: AgentName::known("claude"),
        thread: ThreadKey::main(session),
        via,
        ask,
        expires_at: None,
        window: None,
    }
}

fn yes(generation: Option<u32>) -> AnswerCall {
    AnswerCall { generation, answer: CallAnswer::option("yes") }
}

#[test]
fn one_answer_wins_and_is_delivered_once() {
    let home = HermeticHome::new();
    let running = Running::start(&home);
    let engine = &running.engine;
    let (call, generation) =
        engine.asked(by("s1", CallVia::Hook, permission("r1", "cargo test"))).unwrap();
    let again = engine.asked(by("s1", CallVia::Hook, permission("r1", "cargo test"))).unwrap();
    assert_eq!(again, (call, generation), "asked again it is the same call");
    let racers: Vec<_> = (0..8)
        .map(|n| {
            let engine = engine.clone();
            std::thread::spawn(move || {
                let answer = if n % 2 == 0 { "yes" } else { "no" };
                let answer =
                    CallAnswer { text: Some(format!("{n}")), ..CallAnswer::option(answer) };
                engine.answer(call, AnswerCall { generation: Some(generation), answer }).is_ok()
            })
        })
        .collect();
    let won =
        racers.into_iter().filter(|_| true).map(|r| r.join().unwrap()).filter(|ok| *ok).count();
    assert_eq!(won, 1);
    let deliveries = engine.answers_to_deliver(CallVia::Hook).unwrap();
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0].ask.reply, json!({"request": "r1"}));
    engine.answer_accepted(call, generation).unwrap();
    assert!(engine.answers_to_deliver(CallVia::Hook).unwrap().is_empty());
    let thread = ThreadKey::main("s1");
    engine.ask_gone(AgentName::known("claude"), thread, "r1".into(), "withdrawn").unwrap();
    let over = engine.call(call).unwrap();
    assert_eq!((over.state, over.told.as_deref()), (CallState::Closed, Some("the agent went on")));
    let late = engine.answer(call, yes(None)).unwrap_err().to_string();
    assert!(late.contains("is over") && late.contains("nothing was sent"), "{late}");
}

#[test]
fn the_same_answer_given_twice_is_one() {
    let home = HermeticHome::new();
    let running = Running::start(&home);
    let (call, generation) =
        running.engine.asked(by("s1", CallVia::Hook, permission("r1", "ls"))).unwrap();
    running.engine.answer(call, yes(Some(generation))).unwrap();
    running.engine.answer(call, yes(Some(generation))).unwrap();
    let other = AnswerCall { generation: None, answer: CallAnswer::option("no") };
    let refused = running.engine.answer(call, other).unwrap_err().to_string();
    assert!(refused.contains("already answered, by you"), "{refused}");
}

#[test]
fn an_answer_that_does_not_arrive_is_asked_anew_and_the_old_one_is_stale() {
    let home = HermeticHome::new();
    let running = Running::start(&home);
    let engine = &running.engine;
    let (call, first) = engine.asked(by("s1", CallVia::Hook, permission("r1", "ls"))).unwrap();
    engine.answer(call, yes(Some(first))).unwrap();
    engine.answer_undeliverable(call, first, "its host is gone".into()).unwrap();
    let now = engine.call(call).unwrap();
    assert_eq!((now.state, now.generation, now.answer), (CallState::Open, first + 1, None));
    let stale = engine.answer(call, yes(Some(first))).unwrap_err().to_string();
    assert!(stale.contains("asked anew"), "{stale}");
    engine.answer(call, yes(Some(first + 1))).unwrap();
}

#[test]
fn answers_outlive_the_engine_until_they_are_delivered() {
    let home = HermeticHome::new();
    let call = {
        let running = Running::start(&home);
        let engine = &running.engine;
        let (call, _) = engine.asked(by("s1", CallVia::Hook, permission("r1", "ls"))).unwrap();
        engine.answer(call, yes(None)).unwrap();
        call
    };
    let running = Running::start(&home);
    let waiting = running.engine.answers_to_deliver(CallVia::Hook).unwrap();
    assert_eq!(waiting.iter().map(|delivery| delivery.call).collect::<Vec<_>>(), [call]);
}

#[test]
fn an_answer_that_the_call_does_not_take_is_refused() {
    let home = HermeticHome::new();
    let running = Running::start(&home);
    let engine = &running.engine;
    let (call, _) = engine.asked(by("s1", CallVia::Hook, permission("r1", "ls"))).unwrap();
    let answer = CallAnswer::option("perhaps");
    let refused = engine.answer(call, AnswerCall { generation: None, answer }).unwrap_err();
    assert!(refused.to_string().contains("It takes: yes, no"), "{refused}");
    assert!(engine.answer(CallId(99), yes(None)).is_err());
    assert_eq!(engine.call(call).unwrap().state, CallState::Open);
}

#[test]
fn the_inbox_puts_what_cannot_be_taken_back_first() {
    let home = HermeticHome::new();
    let running = Running::start(&home);
    let engine = &running.engine;
    engine.asked(by("s1", CallVia::Hook, permission("r1", "cargo test"))).unwrap();
    let question = Ask { kind: CallKind::Question, ..permission("r2", "which?") };
    engine.asked(by("s2", CallVia::Hook, question)).unwrap();
    engine.asked(by("s3", CallVia::Hook, permission("r3", "git push --force"))).unwrap();
    let inbox = engine.inbox(None).unwrap();
    let ranks: Vec<Urgency> = inbox.calls.iter().map(|call| call.urgency).collect();
    assert_eq!(ranks, [Urgency::Irreversible, Urgency::Question, Urgency::Permission]);
    assert_eq!(inbox.calls[0].irreversible.as_deref(), Some("rewrites a branch on the remote"));
    let same = engine.asked(by("s4", CallVia::Hook, permission("r9", "cargo test"))).unwrap().0;
    let calls = engine.inbox(None).unwrap().calls;
    let group = |id| calls.iter().find(|call| call.id == id).unwrap().group.clone();
    assert_eq!(group(same), group(inbox.calls[2].id), "the same request is one card");
}

/// A Claude Code session that runs in this process, by its registry.
struct Registered {
    file: PathBuf,
    entry: serde_json::Value,
}

impl Registered {
    fn new(home: &HermeticHome, session: &str) -> Self {
        let registry = home.claude_config_dir().join("sessions");
        fs::create_dir_all(&registry).unwrap();
        let entry = json!({"pid": std::process::id(), "sessionId": session, "cwd": home.work()});
        Self { file: registry.join(format!("{}.json", std::process::id())), entry }
    }

    fn says(&self, status: &str, waiting_for: Option<&str>) {
        let mut entry = self.entry.clone();
        entry["status"] = json!(status);
        entry["waitingFor"] = json!(waiting_for);
        entry["statusUpdatedAt"] = json!(callboard_os::clock::now().as_millisecond());
        fs::write(&self.file, entry.to_string()).unwrap();
    }
}

#[test]
fn a_session_that_waits_in_its_window_is_a_call_until_it_goes_on() {
    let home = HermeticHome::new();
    let claude = Claude::new("tui", &home.work());
    append(&claude.path(&home, "p"), &claude.prompt(1, "mend the lock"));
    let registered = Registered::new(&home, "tui");
    registered.says("busy", None);
    let running = Running::start(&home);
    running.session("tui");
    registered.says("waiting", Some("permission prompt"));
    let call = running.wait("a call", |engine| engine.inbox(None).unwrap().calls.pop());
    assert_eq!((call.kind, call.can_answer), (CallKind::Permission, false));
    let refused = running.engine.answer(call.id, yes(None)).unwrap_err().to_string();
    assert!(refused.contains("can only be answered in"), "{refused}");
    // Its hook tells what is asked: the same call can be answered now.
    let asked = by("tui", CallVia::Hook, permission("h1", "cargo test"));
    let (same, generation) = running.engine.asked(asked).unwrap();
    assert_eq!((same, generation), (call.id, 2));
    assert!(running.engine.call(same).unwrap().can_answer);
    registered.says("busy", None);
    let over = running.wait("its end", |engine| {
        Some(engine.call(same).unwrap()).filter(|call| call.state == CallState::Closed)
    });
    assert_eq!(over.answered_by.as_deref(), Some("the window"));
    let (told, _) = running.engine.changes_after(callboard_model::Seq(0), None).unwrap();
    let calls = told.iter().filter(|e| matches!(e.message, StreamMessage::Call { .. })).count();
    assert!(calls > 0, "the stream tells of calls");
}

#[test]
fn a_call_that_is_seen_before_its_words_learns_them() {
    let home = HermeticHome::new();
    let claude = Claude::new("early", &home.work());
    let path = claude.path(&home, "p");
    append(&path, &claude.prompt(1, "publish the crate"));
    Registered::new(&home, "early").says("waiting", Some("permission prompt"));
    let running = Running::start(&home);
    let call = running.wait("a call", |engine| engine.inbox(None).unwrap().calls.pop());
    append(&path, &claude.runs(2, "cargo publish"));
    let told = running.wait("its words", |engine| {
        engine.inbox(None).unwrap().calls.pop().filter(|call| call.question.contains("cargo"))
    });
    assert_eq!((told.id, told.state), (call.id, CallState::Open));
    // Another request in its place is another call.
    append(&path, &claude.ran(3, 2, "published"));
    append(&path, &claude.runs(4, "git push --tags"));
    let next = running.wait("the next call", |engine| {
        engine.inbox(None).unwrap().calls.pop().filter(|call| call.question.contains("--tags"))
    });
    assert_ne!(next.id, call.id);
}

#[test]
fn history_calls_for_nobody() {
    let home = HermeticHome::new();
    let claude = Claude::new("old", &home.work());
    append(&claude.path(&home, "p"), &claude.prompt(1, "mend the lock"));
    append(&claude.path(&home, "p"), &claude.says(2, "Mended."));
    let running = Running::start(&home);
    running.wait_for_words("old", "Mended.");
    assert!(running.engine.inbox(None).unwrap().calls.is_empty());
}

#[test]
fn a_session_that_fails_the_same_way_again_and_again_is_said_to_be_stuck_until_it_is_not() {
    let home = HermeticHome::new();
    let claude = Claude::new("loop", &home.work());
    let path = claude.path(&home, "p");
    append(&path, &claude.prompt(1, "build it"));
    for n in [2, 4, 6] {
        append(&path, &claude.runs(n, "make world"));
        append(&path, &claude.failed(n + 1, n, "no rule to make world"));
    }
    Registered::new(&home, "loop").says("busy", None);
    let running = Running::start(&home);
    let call = running.wait("a call", |engine| engine.inbox(None).unwrap().calls.pop());
    assert_eq!((call.kind, call.urgency), (CallKind::Stuck, Urgency::Stuck));
    assert!(
        call.question.contains("`make world` failed 3 times the same way"),
        "{}",
        call.question
    );
    append(&path, &claude.runs(8, "make world"));
    append(&path, &claude.ran(9, 8, "made"));
    running.wait("headway", |engine| {
        (engine.call(call.id).unwrap().state == CallState::Closed).then_some(())
    });
}

#[test]
fn a_turn_that_ends_calls_for_a_look_until_the_session_goes_on() {
    let home = HermeticHome::new();
    let claude = Claude::new("ends", &home.work());
    let path = claude.path(&home, "p");
    let at = crate::transcripts::seconds_to_now();
    append(&path, &claude.prompt(at, "mend the lock"));
    let registered = Registered::new(&home, "ends");
    registered.says("busy", None);
    let running = Running::start(&home);
    running.session("ends");
    append(&path, &claude.says(at + 1, "The lock is mended."));
    registered.says("idle", None);
    let call = running.wait("a call", |engine| engine.inbox(None).unwrap().calls.pop());
    assert_eq!(call.kind, CallKind::Finished);
    assert!(matches!(&call.detail, CallDetail::Told { text, .. } if text.contains("mended")));
    let noted = AnswerCall { generation: None, answer: CallAnswer::option("ok") };
    let noted = running.engine.answer(call.id, noted).unwrap();
    assert_eq!(noted.state, CallState::Closed);
    assert!(running.engine.inbox(None).unwrap().calls.is_empty());
}

#[test]
fn a_turn_whose_end_is_told_before_its_words_calls_for_a_look_too() {
    let home = HermeticHome::new();
    let claude = Claude::new("late", &home.work());
    let path = claude.path(&home, "p");
    let at = crate::transcripts::seconds_to_now();
    append(&path, &claude.prompt(at, "mend the lock"));
    let registered = Registered::new(&home, "late");
    registered.says("busy", None);
    let running = Running::start(&home);
    running
        .wait("its turn", |_| (running.session("late").state == StateWord::Working).then_some(()));
    registered.says("idle", None);
    running.wait("its end", |_| (running.session("late").state == StateWord::Ready).then_some(()));
    assert!(running.engine.inbox(None).unwrap().calls.is_empty());
    append(&path, &claude.says(at + 1, "The lock is mended."));
    let call = running.wait("a call", |engine| engine.inbox(None).unwrap().calls.pop());
    assert_eq!(call.kind, CallKind::Finished);
}

#[test]
fn rules_answer_what_needs_no_person() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.write(
        "callboard.toml",
        "[rules]\nallow = [\"Bash(cargo test*)\"]\ndeny = [\"Bash(git push*)\"]\n",
    );
    let claude = Claude::new("ruled", repo.path());
    append(&claude.path(&home, "p"), &claude.prompt(1, "mend the lock"));
    let running = Running::start(&home);
    running.register(&repo);
    let engine = &running.engine;
    running.wait("its workspace", |_| running.session("ruled").workspace);
    let ask = |key, command| by("ruled", CallVia::Hook, permission(key, command));
    let (allowed, _) = engine.asked(ask("r1", "cargo test -p model")).unwrap();
    let (denied, _) = engine.asked(ask("r2", "cargo test && git push")).unwrap();
    let (open, _) = engine.asked(ask("r3", "cargo test && rm x")).unwrap();
    let call = |id| engine.call(id).unwrap();
    assert_eq!(call(allowed).answered_by.as_deref(), Some("rule: Bash(cargo test*)"));
    assert_eq!(call(allowed).answer, Some(CallAnswer::option("yes")));
    assert_eq!(call(denied).answer.unwrap().option.as_deref(), Some("no"));
    assert_eq!(call(open).state, CallState::Open);
    assert_eq!(engine.answers_to_deliver(CallVia::Hook).unwrap().len(), 2);
    let since = engine.since(
        running.session("ruled").workspace.unwrap(),
        SinceFrom::LastLook,
        callboard_os::clock::now(),
    );
    let ruled = since.unwrap().by_rules;
    assert_eq!(ruled.iter().map(|ruled| ruled.allowed).collect::<Vec<_>>(), [false, true]);
}
