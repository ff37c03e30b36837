//! Frames as captured of 2.1.329, shortened.

use callboard_model::call::{CallAnswer, CallKind, Effect};
use serde_json::{Value, json};

use super::*;
use crate::Environment;

fn launch(beginning: Beginning) -> Launch {
    Launch {
        program: "claude".into(),
        args: Vec::new(),
        cwd: "/r".into(),
        beginning,
        id: "our-id".into(),
        model: Some("opus".into()),
        mode: None,
        environment: Environment {
            home: "/h".into(),
            vars: [("CLAUDECODE".into(), "1".into()), ("PATH".into(), "/bin".into())].into(),
        },
        variables: [("CALLBOARD_TASK".into(), "T1".into())].into(),
        callboard: "/opt/callboard".into(),
    }
}

fn ready() -> Box<dyn Channel> {
    let mut channel = ClaudeDriver.channel(&launch(Beginning::New), None);
    let opening = channel.open();
    assert_eq!(opening[0].id, "open");
    let heard = channel.hear(r#"{"type":"control_response","response":{"subtype":"success","request_id":"open","response":{}}}"#);
    assert_eq!(heard.signals, [Signal::Ready, Signal::Turn(TurnState::Idle)]);
    channel
}

const BASH: &str = r#"{"type":"control_request","request_id":"q1","request":{"subtype":"can_use_tool","tool_name":"Bash",
    "display_name":"Bash","input":{"command":"echo a > b","description":"Write"},"permission_suggestions":[
    {"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"echo a *"}],"behavior":"allow","destination":"localSettings"},
    {"type":"addDirectories","directories":["/r"],"destination":"session"}],"tool_use_id":"use1"}}"#;

fn asked(heard: &Heard) -> Ask {
    let ask = heard.signals.iter().find_map(|signal| match signal {
        Signal::Asked(ask) => Some((**ask).clone()),
        _ => None,
    });
    ask.expect("it asks")
}

use callboard_model::call::Ask;

fn answer(channel: &mut Box<dyn Channel>, ask: &Ask, answer: CallAnswer) -> Value {
    let order = Order::Answer { ask: Box::new(ask.clone()), answer };
    let lines = channel.order(&order).unwrap();
    let line: Value = serde_json::from_str(&lines[0].text).unwrap();
    assert_eq!(line["response"]["request_id"], ask.key.as_str());
    line["response"]["response"].clone()
}

#[test]
fn a_session_has_the_id_it_is_given_and_nothing_of_a_parents() {
    let Process::Pipes(spec) =
        ClaudeDriver.process(&launch(Beginning::Fork("old".into())), Path::new("/d"))
    else {
        panic!("it has no server")
    };
    let args = spec.args.join(" ");
    assert!(
        args.contains("--resume old --session-id our-id --fork-session --model opus"),
        "{args}"
    );
    let names: Vec<&str> = spec.env.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["CALLBOARD_TASK", "CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS", "PATH"]);
}

#[test]
fn a_permission_is_asked_with_its_options_and_answered_in_the_agents_words() {
    let mut channel = ready();
    let heard = channel.hear(BASH);
    assert_eq!(heard.signals[1], Signal::Turn(TurnState::WaitingPermission));
    let ask = asked(&heard);
    assert_eq!((ask.kind, ask.question.as_str()), (CallKind::Permission, "Run `echo a > b`?"));
    let ids: Vec<&str> = ask.options.iter().map(|option| option.id.as_str()).collect();
    assert_eq!(ids, ["yes", "session", "rule", "no", "stop"]);
    assert_eq!(ask.options[2].effect, Effect::AllowAlways);
    assert_eq!(ask.options[2].writes.as_deref(), Some("/r/.claude/settings.local.json"));
    let session = answer(&mut channel, &ask, CallAnswer::option("session"));
    assert_eq!(session["updatedPermissions"][0]["destination"], "session");
    let rule = answer(&mut channel, &ask, CallAnswer::option("rule"));
    assert_eq!(rule["updatedPermissions"][0]["destination"], "localSettings");
    let no = CallAnswer { text: Some("Not here.".into()), ..CallAnswer::option("stop") };
    let no = answer(&mut channel, &ask, no);
    assert_eq!(no, json!({"behavior": "deny", "message": "Not here.", "interrupt": true}));
    let gone = channel.hear(r#"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"use1"}]}}"#);
    assert_eq!(gone.signals[0], Signal::AskGone { key: "q1".into() });
}

#[test]
fn an_option_grants_what_its_label_says_and_no_more() {
    let suggestion = |destination: &str| {
        format!(
            r#"{{"type":"addRules","rules":[{{"toolName":"Bash","ruleContent":"echo ok *"}}],"behavior":"allow","destination":"{destination}"}}"#
        )
    };
    let request = |suggestions: &str| {
        format!(
            r#"{{"type":"control_request","request_id":"q1","request":{{"subtype":"can_use_tool","tool_name":"Bash",
            "input":{{"command":"echo ok"}},"permission_suggestions":[{suggestions}]}}}}"#
        )
    };
    let types = |answer: &Value| -> Vec<String> {
        let all = answer["updatedPermissions"].as_array().unwrap().iter();
        assert!(all.clone().all(|s| s["destination"] == "session"), "{answer}");
        all.map(|s| s["type"].as_str().unwrap().to_owned()).collect()
    };
    let mut channel = ready();
    let rest = r#"{"type":"addDirectories","directories":["/r"],"destination":"session"},
        {"type":"setMode","mode":"acceptEdits","destination":"localSettings"},
        {"type":"replaceRules","rules":[{"toolName":"Bash"}],"behavior":"allow","destination":"session"},
        {"type":"addRules","rules":[{"toolName":"Read"}],"behavior":"deny","destination":"session"}"#;
    let all = format!("{},{rest}", suggestion("localSettings"));
    let ask = asked(&channel.hear(&request(&all)));
    let labels: Vec<(&str, &str)> =
        ask.options[1..4].iter().map(|o| (o.id.as_str(), o.label.as_str())).collect();
    assert_eq!(
        labels,
        [
            ("session", "Allow `Bash(echo ok *)`, work in this checkout for this session"),
            ("rule", "Always allow `Bash(echo ok *)`, work in this checkout here"),
            ("mode", "Allow, and edits from now on in this session"),
        ]
    );
    let session = answer(&mut channel, &ask, CallAnswer::option("session"));
    assert_eq!(types(&session), ["addRules", "addDirectories"]);
    assert_eq!(session["updatedInput"], json!({"command": "echo ok"}));
    let mode = answer(&mut channel, &ask, CallAnswer::option("mode"));
    assert_eq!(types(&mode), ["setMode"]);
    let once = answer(&mut channel, &ask, CallAnswer::option("yes"));
    assert_eq!(once, json!({"behavior": "allow", "updatedInput": {"command": "echo ok"}}));

    let ask = asked(&channel.hear(&request(&suggestion("userSettings"))));
    assert_eq!(ask.options[2].label, "Always allow `Bash(echo ok *)` everywhere");
    assert_eq!(ask.options[2].writes.as_deref(), Some("settings.json of Claude Code"));
}

#[test]
fn what_waits_is_known_after_a_restart_and_gone_when_withdrawn() {
    let mut channel = ready();
    channel.hear(BASH);
    let kept = channel.state();
    let mut later = ClaudeDriver.channel(&launch(Beginning::New), Some(&kept));
    let heard = later.hear(r#"{"type":"control_cancel_request","request_id":"q1"}"#);
    assert_eq!(
        heard.signals,
        [Signal::AskGone { key: "q1".into() }, Signal::Turn(TurnState::Idle)]
    );
}

#[test]
fn a_result_is_not_the_end_while_something_runs_in_the_background() {
    let mut channel = ready();
    let state = |state: &str| {
        format!(r#"{{"type":"system","subtype":"session_state_changed","state":"{state}"}}"#)
    };
    let tasks = |tasks: &str| {
        format!(r#"{{"type":"system","subtype":"background_tasks_changed","tasks":[{tasks}]}}"#)
    };
    assert_eq!(channel.hear(&state("running")).signals, [Signal::Turn(TurnState::Working)]);
    channel.hear(&tasks(r#"{"task_id":"a"}"#));
    channel.hear(r#"{"type":"result","subtype":"success","is_error":false,"result":"So far."}"#);
    assert!(channel.hear(&state("idle")).signals.is_empty());
    assert_eq!(channel.hear(&tasks("")).signals, [Signal::Turn(TurnState::Idle)]);
}

#[test]
fn questions_plans_and_limits_are_told() {
    let mut channel = ready();
    let question = r#"{"type":"control_request","request_id":"q2","request":{"subtype":"can_use_tool","tool_name":"AskUserQuestion",
        "input":{"questions":[{"question":"Which?","options":[{"label":"Red"},{"label":"Blue"}],"multiSelect":false}]}}}"#;
    let ask = asked(&channel.hear(question));
    assert_eq!(ask.kind, CallKind::Question);
    let chosen = answer(&mut channel, &ask, CallAnswer::option("2"));
    assert_eq!(chosen["updatedInput"]["answers"], json!({"Which?": "Blue"}));
    let free = CallAnswer { text: Some("Green".into()), ..CallAnswer::default() };
    let free = answer(&mut channel, &ask, free);
    assert_eq!(free["updatedInput"]["answers"], json!({"Which?": "Green"}));
    let plan = r#"{"type":"control_request","request_id":"q3","request":{"subtype":"can_use_tool","tool_name":"ExitPlanMode",
        "input":{"plan":"1. Do it."}}}"#;
    let ask = asked(&channel.hear(plan));
    assert_eq!(ask.kind, CallKind::Plan);
    let edits = answer(&mut channel, &ask, CallAnswer::option("session"));
    assert_eq!(edits["updatedPermissions"][0]["mode"], "acceptEdits");
    assert_eq!(edits["updatedInput"]["plan"], "1. Do it.");
    let limit = r#"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1800000000,"rateLimitType":"five_hour"}}"#;
    let told = channel.hear(limit).signals;
    let until = Some(Timestamp::from_millisecond(1_800_000_000_000));
    assert_eq!(told[0], Signal::Limited { until, text: "the five hour limit is reached".into() });
    let refused = r#"{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"over"}"#;
    let told = channel.hear(refused).signals;
    assert_eq!(told[0], Signal::Limited { until: None, text: "over".into() });
    let unknown =
        r#"{"type":"control_request","request_id":"q4","request":{"subtype":"mcp_message"}}"#;
    assert!(channel.hear(unknown).lines[0].text.contains("error"));
}
