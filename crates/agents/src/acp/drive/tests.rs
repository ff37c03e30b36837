//! Frames as captured of OpenCode 1.18.33, shortened.

use callboard_model::call::{Ask, CallAnswer, CallDetail, Effect};
use callboard_model::event::EventKind;
use callboard_model::{EventBody, ThreadKey};

use super::*;
use crate::acp::{parse, parse_tool};
use crate::transcript::RecordPosition;
use crate::{Environment, limits};

const DRIVER: AcpDriver = AcpDriver { name: "other" };

fn launch(beginning: Beginning) -> Launch {
    Launch {
        program: "/bin/other".into(),
        args: vec!["acp".into()],
        cwd: "/w".into(),
        beginning,
        id: String::new(),
        model: None,
        mode: None,
        environment: Environment {
            home: "/h".into(),
            vars: [("PATH".into(), "/bin".into())].into(),
        },
        variables: [("CALLBOARD_TASK".into(), "T1".into())].into(),
        callboard: "/opt/callboard".into(),
    }
}

const CAPABLE: &str = r#"{"jsonrpc":"2.0","id":"initialize","result":{"protocolVersion":1,"agentCapabilities":{"loadSession":true},
    "authMethods":[{"description":"Run `other auth login` in the terminal","name":"Login","id":"login"}],"agentInfo":{"name":"Other","version":"1.18.33"}}}"#;
const OPENED: &str = r#"{"jsonrpc":"2.0","id":"session","result":{"sessionId":"ses_1","configOptions":[
    {"id":"model","category":"model","type":"select","currentValue":"a/one","options":[{"value":"a/one"},{"group":"b","options":[{"value":"b/two"}]}]},
    {"id":"mode","category":"mode","type":"select","currentValue":"build","options":[{"value":"build"},{"value":"plan"}]}]}}"#;

fn ready_with(launch: &Launch) -> Box<dyn Channel> {
    let mut channel = DRIVER.channel(launch, None);
    assert_eq!(channel.open()[0].id, "initialize");
    let heard = channel.hear(CAPABLE);
    assert!(heard.lines[0].text.contains("session/new"), "{heard:?}");
    let prompt = Order::Prompt { id: "p".into(), text: "Go".into() };
    assert_eq!(channel.order(&prompt), Err(Refusal::NotYet));
    channel
}

fn ready() -> Box<dyn Channel> {
    let mut channel = ready_with(&launch(Beginning::New));
    let heard = channel.hear(OPENED);
    assert_eq!(
        heard.signals,
        [Signal::Named("ses_1".into()), Signal::Ready, Signal::Turn(TurnState::Idle)]
    );
    channel
}

fn prompt(channel: &mut Box<dyn Channel>, id: &str) -> Vec<Line> {
    channel.order(&Order::Prompt { id: id.into(), text: "Go".into() }).unwrap()
}

fn update(channel: &mut Box<dyn Channel>, update: &str) -> Heard {
    let params = format!(r#"{{"sessionId":"ses_1","update":{update}}}"#);
    channel.hear(&format!(r#"{{"jsonrpc":"2.0","method":"session/update","params":{params}}}"#))
}

fn chunk(channel: &mut Box<dyn Channel>, message: &str, text: &str) {
    let content = json!({"sessionUpdate": "agent_message_chunk", "messageId": message,
        "content": {"type": "text", "text": text}});
    update(channel, &content.to_string());
}

const ASKED: &str = r#"{"jsonrpc":"2.0","id":0,"method":"session/request_permission","params":{"sessionId":"ses_1",
    "toolCall":{"toolCallId":"tu0","title":"ls > a","kind":"execute","status":"pending","locations":[],"rawInput":{"command":"ls > a"}},
    "options":[{"optionId":"once","kind":"allow_once","name":"Allow once"},{"optionId":"always","kind":"allow_always","name":"Always allow"},
    {"optionId":"reject","kind":"reject_once","name":"Reject"}]}}"#;
const PENDING: &str = r#"{"sessionUpdate":"tool_call","toolCallId":"tu0","title":"bash","kind":"execute","status":"pending","locations":[{"path":"/w"}],"rawInput":{"cwd":"/w"}}"#;
const RUNS: &str = r#"{"sessionUpdate":"tool_call_update","toolCallId":"tu0","status":"in_progress","kind":"execute","title":"ls > a","rawInput":{"command":"ls > a","description":"List","cwd":"/w"}}"#;
const DONE: &str = r#"{"sessionUpdate":"tool_call_update","toolCallId":"tu0","status":"completed","title":"ls > a",
    "content":[{"type":"content","content":{"type":"text","text":"(no output)"}}],"rawOutput":{"output":"(no output)","metadata":{"output":"(no output)","exit":0}}}"#;

fn asked(heard: &Heard) -> Ask {
    let ask = heard.signals.iter().find_map(|signal| match signal {
        Signal::Asked(ask) => Some((**ask).clone()),
        _ => None,
    });
    ask.expect("it asks")
}

fn end(channel: &mut Box<dyn Channel>, id: &str, reason: &str) -> Heard {
    channel.hear(&json!({"jsonrpc": "2.0", "id": id, "result": {"stopReason": reason}}).to_string())
}

/// What records tell, as their parser reads them.
fn kinds(records: &[Value]) -> Vec<EventKind> {
    let thread = ThreadKey::main("ses_1");
    let parsed = records.iter().flat_map(|record| {
        parse::parse(&record.to_string(), RecordPosition { offset: 0 }, &thread).drafts
    });
    parsed.map(|draft| draft.body.kind()).collect()
}

#[test]
fn it_is_started_as_the_configuration_says() {
    let Process::Pipes(spec) = DRIVER.process(&launch(Beginning::New), Path::new("/d")) else {
        panic!("it has no server")
    };
    assert_eq!(spec.args, ["acp"]);
    let names: Vec<&str> = spec.env.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["CALLBOARD_TASK", "PATH"]);
}

#[test]
fn a_turn_is_told_as_messages_tool_uses_and_results() {
    let mut channel = ready();
    assert_eq!(kinds(&channel.records()), [EventKind::Info]);
    let lines = prompt(&mut channel, "p1");
    assert_eq!(lines[0].id, "p1");
    for text in ["I ", "will ", "do it."] {
        chunk(&mut channel, "m1", text);
    }
    update(&mut channel, PENDING);
    update(&mut channel, RUNS);
    update(&mut channel, DONE);
    chunk(&mut channel, "m2", "Done.");
    let heard = end(&mut channel, "p1", "end_turn");
    assert_eq!(
        heard.signals,
        [
            Signal::Prompt { id: "p1".into(), step: PromptStep::Done },
            Signal::Ready,
            Signal::Turn(TurnState::Idle)
        ]
    );
    let records = channel.records();
    use EventKind::{Command, Prompt, Result, Text, Turn};
    assert_eq!(kinds(&records), [Turn, Prompt, Text, Command, Result, Text, Turn]);
    assert_eq!(records[1]["text"], "I will do it.");
    assert_eq!(records[2]["call"]["rawInput"]["command"], "ls > a");
    assert_eq!(records[3]["call"]["rawOutput"], json!({"metadata": {"exit": 0}}));
    let ids: Vec<&str> = records.iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["p1/0", "p1/1", "p1/2", "p1/3", "p1/4", "p1/5"]);
}

#[test]
fn a_permission_is_known_after_a_restart_and_answered_by_the_option_of_the_agent() {
    let mut channel = ready();
    prompt(&mut channel, "p1");
    update(&mut channel, PENDING);
    update(&mut channel, RUNS);
    let heard = channel.hear(ASKED);
    assert_eq!(heard.signals.last(), Some(&Signal::Turn(TurnState::WaitingPermission)));
    let ask = asked(&heard);
    assert_eq!(ask.question, "Run `ls > a`?");
    let CallDetail::Command { description, .. } = &ask.detail else { panic!("a command") };
    assert_eq!(description.as_deref(), Some("List"), "what was said before is known");
    let effects: Vec<Effect> = ask.options.iter().map(|option| option.effect).collect();
    assert_eq!(effects, [Effect::Allow, Effect::AllowAlways, Effect::Deny]);
    let mut channel = DRIVER.channel(&launch(Beginning::New), Some(&channel.state()));
    let order = |option: &str| Order::Answer {
        ask: Box::new(ask.clone()),
        answer: CallAnswer::option(option),
    };
    assert!(matches!(channel.order(&order("maybe")), Err(Refusal::Misfit(_))));
    let lines = channel.order(&order("rule")).unwrap();
    let line: Value = serde_json::from_str(&lines[0].text).unwrap();
    assert_eq!(line["id"], 0);
    assert_eq!(line["result"]["outcome"], json!({"outcome": "selected", "optionId": "always"}));
    let gone = update(&mut channel, RUNS);
    assert!(gone.signals.contains(&Signal::AskGone { key: ask.key.clone() }), "{gone:?}");
    assert_eq!(channel.order(&order("yes")), Err(Refusal::Gone));
}

/// As captured of claude-agent-acp 0.100.0, shortened.
#[test]
fn a_call_without_progress_is_told_when_its_input_is_there_and_its_result_is_its_output() {
    let mut channel = ready();
    prompt(&mut channel, "p1");
    channel.records();
    update(
        &mut channel,
        r#"{"sessionUpdate":"tool_call","toolCallId":"tu0","name":"Bash","rawInput":{},"status":"pending","title":"Terminal","kind":"execute","content":[]}"#,
    );
    assert_eq!(kinds(&channel.records()), []);
    update(
        &mut channel,
        r#"{"sessionUpdate":"tool_call_update","toolCallId":"tu0","rawInput":{"command":"ls"},"title":"ls","content":[{"type":"content","content":{"type":"text","text":"List"}}]}"#,
    );
    let used = channel.records();
    assert_eq!(kinds(&used), [EventKind::Command]);
    update(
        &mut channel,
        r#"{"sessionUpdate":"tool_call_update","toolCallId":"tu0","status":"completed","rawOutput":"a b"}"#,
    );
    let result = channel.records();
    assert_eq!(kinds(&result), [EventKind::Result]);
    assert_eq!(parse_tool::result(&result[0]["call"]).text, "a b");
    let EventBody::Command(command) = parse_tool::tool_use(&used[0]["call"]) else { panic!() };
    assert_eq!((command.command.as_str(), command.tool_use.tool.as_str()), ("ls", "Bash"));
}

#[test]
fn what_its_user_refused_is_told_as_refused() {
    let mut channel = ready();
    prompt(&mut channel, "p1");
    update(&mut channel, PENDING);
    let ask = asked(&channel.hear(ASKED));
    let words = CallAnswer { text: Some("Not here.".into()), ..CallAnswer::default() };
    let lines = channel.order(&Order::Answer { ask: Box::new(ask), answer: words }).unwrap();
    assert!(lines[0].text.contains(r#""optionId":"reject""#), "words alone refuse");
    channel.records();
    update(&mut channel, &DONE.replace("completed", "failed"));
    let records = channel.records();
    let result = parse_tool::result(&records[0]["call"]);
    assert_eq!((result.refused.as_deref(), result.ok), (Some(""), Some(false)));
}

#[test]
fn a_prompt_waits_for_the_end_of_the_turn_before_it() {
    let mut channel = ready();
    let first = prompt(&mut channel, "p1");
    assert_eq!(prompt(&mut channel, "p1"), first, "sent again as it was");
    let second = Order::Prompt { id: "p2".into(), text: "More".into() };
    assert_eq!(channel.order(&second), Err(Refusal::NotYet));
    end(&mut channel, "p1", "end_turn");
    assert_eq!(channel.order(&second).unwrap()[0].id, "p2");
}

#[test]
fn breaking_off_cancels_what_is_asked_and_ends_what_ran() {
    let mut channel = ready();
    prompt(&mut channel, "p1");
    let key = asked(&channel.hear(ASKED)).key;
    let lines = channel.order(&Order::Interrupt { id: "i".into() }).unwrap();
    assert!(lines[0].text.contains("session/cancel"));
    assert!(lines[1].text.contains("cancelled"));
    let heard = end(&mut channel, "p1", "cancelled");
    assert_eq!(heard.signals[0], Signal::AskGone { key });
    assert!(!heard.signals.iter().any(|signal| matches!(signal, Signal::Failed { .. })));
    let records = channel.records();
    let result = &records[records.len() - 2];
    assert_eq!(
        (&result["type"], &result["call"]["interrupted"]),
        (&json!("tool_result"), &json!(true))
    );
}

#[test]
fn what_it_was_saying_when_it_was_killed_is_kept() {
    let mut channel = ready();
    prompt(&mut channel, "p1");
    chunk(&mut channel, "m1", "I was about");
    let mut channel = DRIVER.channel(&launch(Beginning::New), Some(&channel.state()));
    channel.finish();
    assert_eq!(kinds(&channel.records()), [EventKind::Text, EventKind::Turn]);
    channel.finish();
    assert!(channel.records().is_empty());
}

#[test]
fn history_that_is_told_again_is_passed_over() {
    let mut channel = DRIVER.channel(&launch(Beginning::Resume("ses_1".into())), None);
    let heard = channel.hear(CAPABLE);
    assert!(heard.lines[0].text.contains("session/load"), "{heard:?}");
    chunk(&mut channel, "m1", "Said before.");
    channel.hear(r#"{"jsonrpc":"2.0","id":"session","result":null}"#);
    prompt(&mut channel, "p9");
    let records = channel.records();
    assert_eq!(kinds(&records), [EventKind::Info, EventKind::Turn, EventKind::Prompt]);
    let resumable =
        CAPABLE.replace(r#""loadSession":true"#, r#""sessionCapabilities":{"resume":{}}"#);
    let mut channel = DRIVER.channel(&launch(Beginning::Resume("ses_1".into())), None);
    assert!(channel.hear(&resumable).lines[0].text.contains("session/resume"));
    let unable = CAPABLE.replace("true", "false");
    let mut channel = DRIVER.channel(&launch(Beginning::Resume("ses_1".into())), None);
    assert!(matches!(&channel.hear(&unable).signals[0], Signal::Closed { failure: Some(_) }));
}

#[test]
fn a_model_and_a_mode_are_set_before_it_is_ready() {
    let wanted = |model: &str, mode: &str| Launch {
        model: Some(model.into()),
        mode: Some(mode.into()),
        ..launch(Beginning::New)
    };
    let mut channel = ready_with(&wanted("b/two", "plan"));
    let heard = channel.hear(OPENED);
    assert_eq!(heard.lines.len(), 2);
    assert!(!heard.signals.contains(&Signal::Ready));
    channel.hear(r#"{"jsonrpc":"2.0","id":"model","result":{}}"#);
    let heard = channel.hear(r#"{"jsonrpc":"2.0","id":"mode","result":{}}"#);
    assert_eq!(heard.signals[0], Signal::Ready);
    let mut channel = ready_with(&wanted("c", "plan"));
    let failure = "other has no model `c`; it has a/one, b/two".to_owned();
    assert_eq!(channel.hear(OPENED).signals, [Signal::Closed { failure: Some(failure) }]);
}

#[test]
fn a_failure_says_what_to_do() {
    let mut channel = ready_with(&launch(Beginning::New));
    let refused = r#"{"jsonrpc":"2.0","id":"session","error":{"code":-32000,"message":"Authentication required"}}"#;
    let failure = "other wants you to sign in first: Run `other auth login` in the terminal";
    assert_eq!(
        channel.hear(refused).signals,
        [Signal::Closed { failure: Some(failure.to_owned()) }]
    );
    let mut channel = ready();
    prompt(&mut channel, "p1");
    let heard = end(&mut channel, "p1", "max_tokens");
    assert!(heard.signals.contains(&Signal::Failed { text: stopped_by("max_tokens") }));
    let other =
        channel.hear(r#"{"jsonrpc":"2.0","id":4,"method":"fs/write_text_file","params":{}}"#);
    assert!(other.lines[0].text.contains("-32601"), "{other:?}");
    assert_eq!(channel.hear("not json"), Heard::default());
}

#[test]
fn a_long_message_is_told_in_parts_and_strange_ones_are_kept() {
    use EventKind::{Compaction, Info, Plan, Prompt, Text, Turn, Unknown, Usage};
    let half = "x".repeat(limits::MESSAGE_BYTES / 2 + 1);
    let mut channel = ready();
    prompt(&mut channel, "p1");
    chunk(&mut channel, "m1", &half);
    chunk(&mut channel, "m1", &half);
    update(
        &mut channel,
        r#"{"sessionUpdate":"plan","entries":[{"content":"One","status":"completed"}]}"#,
    );
    update(&mut channel, r#"{"sessionUpdate":"new_thing","a":1}"#);
    for _ in 0..2 {
        update(&mut channel, r#"{"sessionUpdate":"usage_update","used":10,"size":100}"#);
    }
    update(
        &mut channel,
        r#"{"sessionUpdate":"compaction_summary_chunk","compactionId":"c","content":{"type":"text","text":"So far."}}"#,
    );
    update(
        &mut channel,
        r#"{"sessionUpdate":"compaction_update","compactionId":"c","status":"completed"}"#,
    );
    assert_eq!(
        kinds(&channel.records()),
        [Info, Turn, Prompt, Text, Text, Plan, Unknown, Usage, Compaction]
    );
}
