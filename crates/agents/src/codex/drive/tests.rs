//! Messages as captured of 0.169, shortened.

use callboard_model::call::{CallAnswer, CallDetail};

use super::*;
use crate::Environment;

fn channel(state: Option<&Value>) -> Box<dyn Channel> {
    let launch = Launch {
        program: "codex".into(),
        args: Vec::new(),
        cwd: "/r".into(),
        beginning: Beginning::New,
        id: String::new(),
        model: None,
        mode: Some("on-request/read-only".into()),
        environment: Environment::default(),
        variables: [("CALLBOARD_TASK".into(), "T1".into())].into(),
        callboard: "/opt/callboard".into(),
    };
    CodexDriver.channel(&launch, state)
}

const HELLO: &str = r#"{"id":1,"result":{}}"#;
const HOOKS: &str = r#"{"id":2,"result":{"data":[{"cwd":"/","hooks":[{"key":"/f:post_tool_use:0:0","source":"sessionFlags",
    "command":"/opt/callboard hook codex","currentHash":"sha256:1","trustStatus":"untrusted"}]}]}}"#;

fn said(lines: &[Line]) -> Vec<Value> {
    lines.iter().map(|line| serde_json::from_str(&line.text).unwrap()).collect()
}

fn begun() -> Box<dyn Channel> {
    let mut channel = channel(None);
    channel.open();
    let hooks = said(&channel.hear(HELLO).lines);
    assert_eq!(
        (&hooks[0]["method"], &hooks[1]["method"]),
        (&json!("initialized"), &json!("hooks/list"))
    );
    let begin = said(&channel.hear(HOOKS).lines);
    assert_eq!(begin[0]["method"], "thread/start");
    let params = &begin[0]["params"];
    let trusted = &params["config"]["hooks.state"]["/f:post_tool_use:0:0"];
    assert_eq!(trusted["trusted_hash"], "sha256:1");
    assert_eq!(
        (&params["approvalPolicy"], &params["sandbox"]),
        (&json!("on-request"), &json!("read-only"))
    );
    let heard =
        channel.hear(r#"{"id":3,"result":{"thread":{"id":"t1","status":{"type":"idle"}}}}"#);
    assert_eq!(heard.signals[..2], [Signal::Named("t1".into()), Signal::Ready]);
    channel
}

const ASK: &str = r#"{"method":"item/commandExecution/requestApproval","id":0,"params":{"threadId":"t1","turnId":"u1","itemId":"call1",
    "reason":"May I?","command":"/bin/bash -lc 'echo '\\''a'\\'''","cwd":"/r","proposedExecpolicyAmendment":["/bin/bash","-lc","x"]}}"#;

fn asked(heard: &Heard) -> Ask {
    match &heard.signals[..] {
        [Signal::Asked(ask)] => (**ask).clone(),
        other => panic!("{other:?}"),
    }
}

fn prompt(id: &str) -> Order {
    Order::Prompt { id: id.into(), text: "go".into() }
}

#[test]
fn a_prompt_starts_a_turn_or_steers_the_one_that_goes_on() {
    let mut channel = begun();
    let start = said(&channel.order(&prompt("p1")).unwrap());
    assert_eq!(start[0]["method"], "turn/start");
    assert_eq!(start[0]["params"]["clientUserMessageId"], "p1");
    channel.hear(r#"{"id":4,"result":{"turn":{"id":"u1","status":"inProgress"}}}"#);
    let steer = said(&channel.order(&prompt("p2")).unwrap());
    assert_eq!(
        (&steer[0]["method"], &steer[0]["params"]["expectedTurnId"]),
        (&json!("turn/steer"), &json!("u1"))
    );
    let again = said(&channel.hear(r#"{"id":5,"error":{"message":"no active turn"}}"#).lines);
    assert_eq!(again[0]["method"], "turn/start", "the turn was over");
    let begun = r#"{"method":"item/started","params":{"threadId":"t1","item":{"type":"userMessage","id":"i","clientId":"p2"}}}"#;
    let step = Signal::Prompt { id: "p2".into(), step: PromptStep::Begun };
    assert_eq!(channel.hear(begun).signals, [step]);
}

#[test]
fn a_prompt_waits_for_its_thread_and_for_what_became_of_the_ones_before() {
    let mut first = channel(None);
    first.open();
    assert_eq!(first.order(&prompt("p1")), Err(Refusal::NotYet));
    first.hear(HELLO);
    first.hear(HOOKS);
    assert_eq!(first.order(&prompt("p1")), Err(Refusal::NotYet));
    first.hear(r#"{"id":3,"result":{"thread":{"id":"t1","status":{"type":"idle"}}}}"#);
    assert_eq!(said(&first.order(&prompt("p1")).unwrap())[0]["method"], "turn/start");

    let mut second = channel(Some(&first.state()));
    second.open();
    second.hear(HELLO);
    second.hear(HOOKS);
    let thread = r#"{"id":3,"result":{"thread":{"id":"t1","status":{"type":"idle"}}}}"#;
    second.hear(thread);
    assert!(second.order(&prompt("p2")).unwrap().is_empty());
    // It is not lost with this connection, either.
    let mut third = channel(Some(&second.state()));
    third.open();
    third.hear(HELLO);
    third.hear(HOOKS);
    third.hear(thread);
    let turns = r#"{"id":4,"result":{"data":[{"id":"u1","status":"completed","items":[{"type":"userMessage","clientId":"p1"}]}]}}"#;
    let lines = said(&third.hear(turns).lines);
    let ids: Vec<_> = lines.iter().map(|line| &line["params"]["clientUserMessageId"]).collect();
    assert_eq!(ids, ["p2"]);
}

#[test]
fn a_prompt_that_was_sent_is_not_sent_again_where_the_server_does_not_say_what_it_has() {
    let mut before = begun();
    before.order(&prompt("p1")).unwrap();
    let failed = |id: u32, text: &str| json!({"id": id, "error": {"message": text}}).to_string();
    let after = |error: &str| {
        let mut after = channel(Some(&before.state()));
        after.open();
        after.hear(HELLO);
        after.hear(HOOKS);
        after.hear(r#"{"id":3,"result":{"thread":{"id":"t1","status":{"type":"idle"}}}}"#);
        assert!(after.order(&prompt("p2")).unwrap().is_empty());
        (after.hear(&failed(4, error)), after)
    };
    let (asked, mut failing) = after("busy");
    assert_eq!(said(&asked.lines)[0]["method"], "thread/turns/list");
    failing.hear(&failed(5, "busy"));
    let last = failing.hear(&failed(6, "busy"));
    let ids = |heard: &Heard| -> Vec<Value> {
        let lines = said(&heard.lines).into_iter();
        lines.map(|line| line["params"]["clientUserMessageId"].clone()).collect()
    };
    assert_eq!(ids(&last), ["p2"], "only what was never sent");
    assert!(
        matches!(&last.signals[..], [Signal::Prompt { id, step: PromptStep::Refused(_) }] if id == "p1")
    );
    // A thread that has had no prompt at all has not had this one.
    let (heard, _) = after("thread t1 is not materialized yet; thread/turns/list is unavailable");
    assert_eq!(ids(&heard), ["p1", "p2"]);
}

#[test]
fn a_permission_is_answered_once_and_over_when_the_server_says_so() {
    let mut channel = begun();
    let ask = asked(&channel.hear(ASK));
    assert!(matches!(&ask.detail, CallDetail::Command { command, .. } if command == "echo 'a'"));
    let order = Order::Answer { ask: Box::new(ask), answer: CallAnswer::option("session") };
    let line = said(&channel.order(&order).unwrap());
    assert_eq!(line[0], json!({"id": 0, "result": {"decision": "acceptForSession"}}));
    assert!(channel.order(&order).unwrap().is_empty(), "answered already");
    let resolved =
        r#"{"method":"serverRequest/resolved","params":{"threadId":"t1","requestId":0}}"#;
    assert_eq!(channel.hear(resolved).signals, [Signal::AskGone { key: "call1".into() }]);
}

#[test]
fn after_a_restart_what_waits_is_asked_again_and_what_does_not_is_gone() {
    let mut before = begun();
    let ask = asked(&before.hear(ASK));
    before.order(&prompt("p1")).unwrap();
    let mut after = channel(Some(&before.state()));
    let order = Order::Answer { ask: Box::new(ask), answer: CallAnswer::option("yes") };
    after.open();
    after.hear(HELLO);
    let begin = said(&after.hear(HOOKS).lines);
    assert_eq!(begin[0]["method"], "thread/resume");
    assert_eq!(after.order(&order), Err(Refusal::NotYet));
    let thread = r#"{"id":3,"result":{"thread":{"id":"t1","status":{"type":"active","activeFlags":["waitingOnApproval"]}}}}"#;
    let list = said(&after.hear(thread).lines);
    assert_eq!(list[0]["method"], "thread/turns/list");
    // The prompt is among the last turns; what was asked is not asked again.
    let turns = r#"{"id":4,"result":{"data":[{"id":"u1","status":"inProgress","items":[{"type":"userMessage","clientId":"p1"}]}]}}"#;
    let heard = after.hear(turns);
    let taken = Signal::Prompt { id: "p1".into(), step: PromptStep::Taken };
    assert_eq!(heard.signals, [Signal::AskGone { key: "call1".into() }, taken]);
    assert!(heard.lines.is_empty(), "{:?}", heard.lines);
    assert_eq!(after.order(&order), Err(Refusal::Gone));
}

#[test]
fn an_answer_that_was_kept_and_not_sent_is_sent_when_it_is_asked_again() {
    let mut before = begun();
    let ask = asked(&before.hear(ASK));
    let order = Order::Answer { ask: Box::new(ask), answer: CallAnswer::option("yes") };
    before.order(&order).unwrap();
    let mut after = channel(Some(&before.state()));
    after.open();
    assert_eq!(after.order(&order), Err(Refusal::NotYet));
    after.hear(HELLO);
    after.hear(HOOKS);
    asked(&after.hear(&ASK.replace(r#""id":0"#, r#""id":7"#)));
    let line = said(&after.order(&order).unwrap());
    assert_eq!(line, [json!({"id": 7, "result": {"decision": "accept"}})]);
    // Asked again on the same connection, it was not heard.
    assert!(after.order(&order).unwrap().is_empty());
    asked(&after.hear(&ASK.replace(r#""id":0"#, r#""id":8"#)));
    assert_eq!(said(&after.order(&order).unwrap())[0]["id"], 8);
    // One that was sent is not asked again.
    let mut later = channel(Some(&after.state()));
    later.open();
    later.hear(HELLO);
    later.hear(HOOKS);
    let thread = r#"{"id":3,"result":{"thread":{"id":"t1","status":{"type":"idle"}}}}"#;
    let gone = Signal::AskGone { key: "call1".into() };
    assert!(later.hear(thread).signals.contains(&gone));
}

#[test]
fn other_threads_are_nobodys_but_those_of_subagents_are_ours() {
    let mut channel = begun();
    let other = ASK.replace("\"t1\"", "\"t9\"");
    assert_eq!(channel.hear(&other), Heard::default());
    channel.hear(
        r#"{"method":"thread/started","params":{"thread":{"id":"t9","parentThreadId":"t1"}}}"#,
    );
    assert_eq!(asked(&channel.hear(&other)).subagent.as_deref(), Some("t9"));
}

#[test]
fn a_limit_says_until_when() {
    let mut channel = begun();
    channel.hear(r#"{"method":"account/rateLimits/updated","params":{"rateLimits":{"primary":{"usedPercent":100.0,"resetsAt":1800000000}}}}"#);
    let failed = r#"{"method":"turn/completed","params":{"threadId":"t1","turn":{"id":"u1","status":"failed",
        "error":{"message":"over","codexErrorInfo":"usageLimitExceeded"}}}}"#;
    let until = Some(Timestamp::from_millisecond(1_800_000_000_000));
    assert_eq!(channel.hear(failed).signals, [Signal::Limited { until, text: "over".into() }]);
}
