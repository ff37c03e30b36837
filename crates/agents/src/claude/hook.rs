//! The `PermissionRequest` hook (2.1.329). It runs beside the dialog of a terminal session, and the first answer
//! wins. Behind a tool use and with a prompt, an agent is told what others do. No other event is wanted: the live
//! registry tells at once when a session waits, works and ends, and the transcript tells the rest.

use std::path::Path;

use callboard_model::ThreadKey;
use callboard_model::call::{Ask, CallAnswer, CallDetail};
use serde_json::json;

use super::{ask, connect, plan};
use crate::fields::{Document, Fields};
use crate::{Hook, HookEvent, HookReport};

/// The event at which an agent asks its user.
pub(super) const ASKS: &str = "PermissionRequest";
/// The events at which an agent takes what it is told beside its work.
pub(super) const STEPS: [&str; 2] = ["PostToolUse", "UserPromptSubmit"];
/// The event at which a turn ends, and the agent can be sent on.
pub(super) const ENDS: &str = "Stop";
/// The event before a tool use, at which an agent can be kept from it; and the tool that is meant.
pub(super) const BEFORE: &str = "PreToolUse";
pub(super) const COMMANDS: &str = "Bash";
const ENTRYPOINT: &str = "CLAUDE_CODE_ENTRYPOINT";
const ATTENDED: &str = "CLAUDE_CODE_SESSION_ATTENDED";

pub(super) struct Hooks;

impl Hook for Hooks {
    fn variables(&self) -> &'static [&'static str] {
        &[ENTRYPOINT, ATTENDED]
    }

    fn at_once(&self, report: &HookReport) -> Option<String> {
        let document = Document::of(report.input.get())?;
        let fields = document.fields()?;
        let tool = fields
            .text("tool_name")
            .filter(|_| fields.text("hook_event_name").as_deref() == Some(BEFORE))?;
        let is_free = connect::FREE_TOOLS.contains(&tool.strip_prefix(connect::OWN_TOOLS)?);
        let output = json!({"hookEventName": BEFORE, "permissionDecision": "allow"});
        is_free.then(|| json!({"hookSpecificOutput": output}).to_string())
    }

    fn event(&self, report: &HookReport) -> HookEvent {
        event(report).unwrap_or_else(|| HookEvent::Unknown("(unreadable)".into()))
    }

    fn complete(&self, report: &HookReport, ask: &mut Ask) {
        let CallDetail::Plan { text } = &mut ask.detail else { return };
        if text.is_empty() {
            *text = plan::of_hook(report.input.get()).unwrap_or_default();
        }
    }

    fn output(&self, ask: &Ask, answer: &CallAnswer) -> Option<String> {
        let decision = ask::decision(ask, answer)?;
        let output = json!({"hookEventName": ASKS, "decision": decision});
        Some(json!({"hookSpecificOutput": output}).to_string())
    }

    fn refusal(&self, event: &str, text: &str) -> Option<String> {
        Some(crate::hook::refusal(event, text))
    }

    fn context(&self, event: &str, text: &str) -> String {
        crate::hook::context(event, text)
    }
}

fn event(report: &HookReport) -> Option<HookEvent> {
    let document = Document::of(report.input.get())?;
    let fields = document.fields()?;
    let name = fields.text("hook_event_name")?;
    if STEPS.contains(&name.as_str()) {
        // What a subagent is told goes with it.
        let is_main = fields.text("agent_id").is_none();
        let session = fields.text("session_id").filter(|_| is_main);
        return Some(session.map_or(HookEvent::Nothing, |session| HookEvent::Step {
            thread: ThreadKey::main(session),
            event: name,
        }));
    }
    if name == BEFORE {
        return Some(before(&fields, name).unwrap_or(HookEvent::Nothing));
    }
    if name == ENDS {
        return Some(ends(report, &fields).unwrap_or(HookEvent::Nothing));
    }
    if name != ASKS {
        return Some(HookEvent::Unknown(name));
    }
    // Without a terminal the hook is waited for before anything else decides: `claude -p` would stand still.
    if report.is_owned || is_headless(report) {
        return Some(HookEvent::Nothing);
    }
    let is_attended = is_attended(report);
    let session = fields.text("session_id")?;
    let subagent = fields.text("agent_id");
    // A subagent's dialog appears only when its hook has ended.
    let waits = is_attended && subagent.is_none();
    let thread = match subagent {
        Some(subagent) => ThreadKey::sub(session, subagent),
        None => ThreadKey::main(session),
    };
    let key = format!("hook:{}", report.run);
    // Its directory is where it works now, which may lie below its checkout.
    let ask = ask::asked(key, &fields, "tool_input", Path::new(""))?;
    Some(HookEvent::Asked { thread, ask: Box::new(ask), waits })
}

fn is_attended(report: &HookReport) -> bool {
    let variable = |name: &str| report.environment.get(name).map(String::as_str);
    variable(ATTENDED) == Some("1") || variable(ENTRYPOINT) == Some("cli")
}

fn is_headless(report: &HookReport) -> bool {
    let entry = report.environment.get(ENTRYPOINT);
    !is_attended(report) && entry.is_none_or(|entry| entry.starts_with("sdk"))
}

/// The end of a turn of the conversation's own; `None` where work of it goes on in the background, and where a program reads what it prints last.
fn ends(report: &HookReport, fields: &Fields<'_>) -> Option<HookEvent> {
    let is_for_a_program = !report.is_owned && is_headless(report);
    let goes_on = fields.text("agent_id").is_some() || !fields.items("background_tasks").is_empty();
    let session = fields.text("session_id").filter(|_| !is_for_a_program && !goes_on)?;
    let said = fields.text("last_assistant_message");
    let is_sent_on = fields.is_true("stop_hook_active");
    Some(HookEvent::Ends { thread: ThreadKey::main(session), said, is_sent_on })
}

/// A command that is about to run, in the conversation or in a subagent of it.
fn before(fields: &Fields<'_>, event: String) -> Option<HookEvent> {
    let thread = ThreadKey::main(fields.text("session_id")?);
    let command = fields.fields("tool_input").text("command")?;
    let cwd = fields.text("cwd")?;
    Some(HookEvent::Uses { thread, event, command, cwd })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use callboard_model::call::Effect;
    use serde_json::{Value, value::RawValue};

    use super::*;

    /// As captured of 2.1.329, shortened.
    const BASH: &str = r#"{"session_id":"s1","transcript_path":"/t.jsonl","cwd":"/r","permission_mode":"default",
        "hook_event_name":"PermissionRequest","tool_name":"Bash",
        "tool_input":{"command":"echo ok > made.txt\ncat made.txt","description":"Write a file"},
        "permission_suggestions":[
          {"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"echo ok *"}],"behavior":"allow","destination":"localSettings"},
          {"type":"addDirectories","directories":["/r"],"destination":"session"},
          {"type":"setMode","mode":"acceptEdits","destination":"session"}]}"#;
    const QUESTIONS: &str = r#"{"session_id":"s1","hook_event_name":"PermissionRequest","tool_name":"AskUserQuestion",
        "tool_input":{"questions":[
          {"question":"Which colour?","header":"Colour","options":[{"label":"Red","description":"warm"},{"label":"Blue"}],"multiSelect":false},
          {"question":"Which sizes?","options":[{"label":"S"},{"label":"L"}],"multiSelect":true}]}}"#;
    const PLAN: &str = r#"{"session_id":"s1","hook_event_name":"PermissionRequest","tool_name":"ExitPlanMode","tool_input":{}}"#;

    fn report(input: &str, variables: &[(&str, &str)]) -> HookReport {
        let environment: BTreeMap<String, String> =
            variables.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        let input = RawValue::from_string(input.into()).unwrap();
        HookReport { run: "7-1".into(), pid: 7, environment, is_owned: false, input }
    }

    fn asked(input: &str) -> Ask {
        match Hooks.event(&report(input, &[(ENTRYPOINT, "cli"), (ATTENDED, "1")])) {
            HookEvent::Asked { thread, ask, waits: true } => {
                assert_eq!(thread, ThreadKey::main("s1"));
                *ask
            }
            other => panic!("{other:?}"),
        }
    }

    fn decided(ask: &Ask, answer: &CallAnswer) -> Value {
        let output: Value = serde_json::from_str(&Hooks.output(ask, answer).unwrap()).unwrap();
        assert_eq!(output["hookSpecificOutput"]["hookEventName"], ASKS);
        output["hookSpecificOutput"]["decision"].clone()
    }

    #[test]
    fn only_callboards_own_tools_that_need_no_person_are_allowed_at_once() {
        let used = |event: &str, tool: &str| {
            let input = json!({"hook_event_name": event, "tool_name": tool}).to_string();
            Hooks.at_once(&report(&input, &[]))
        };
        let output = used(BEFORE, "mcp__plugin_callboard_callboard__search").unwrap();
        assert!(output.contains(r#""permissionDecision":"allow""#), "{output}");
        for tool in ["mcp__plugin_callboard_callboard__commit", "mcp__other__search", "Bash"] {
            assert_eq!(used(BEFORE, tool), None);
        }
        assert_eq!(used(ASKS, "mcp__plugin_callboard_callboard__search"), None);
    }

    #[test]
    fn a_permission_is_asked_with_what_the_agent_offers() {
        let ask = asked(BASH);
        assert_eq!(
            (ask.key.as_str(), ask.question.as_str()),
            ("hook:7-1", "Run `echo ok > made.txt`?")
        );
        let options: Vec<_> =
            ask.options.iter().map(|o| (o.id.as_str(), o.label.as_str(), o.effect)).collect();
        assert_eq!(
            options,
            [
                ("yes", "Allow once", Effect::Allow),
                (
                    "session",
                    "Allow `Bash(echo ok *)`, work in /r for this session",
                    Effect::AllowSession
                ),
                ("rule", "Always allow `Bash(echo ok *)`, work in /r here", Effect::AllowAlways),
                ("mode", "Allow, and edits from now on in this session", Effect::AllowSession),
                ("no", "Deny", Effect::Deny),
                ("stop", "Deny and stop the turn", Effect::DenyAndStop),
            ]
        );
        assert_eq!(ask.options[2].writes.as_deref(), Some(".claude/settings.local.json"));
        let answer = |id: &str| decided(&ask, &CallAnswer::option(id));
        assert_eq!(answer("yes"), json!({"behavior": "allow"}));
        assert_eq!(answer("mode")["updatedPermissions"].as_array().map(Vec::len), Some(1));
        let session = answer("session")["updatedPermissions"].clone();
        assert!(
            session.as_array().unwrap().iter().all(|s| s["destination"] == "session"),
            "{session}"
        );
        assert_eq!(answer("rule")["updatedPermissions"][0]["destination"], "localSettings");
        assert_eq!(answer("stop")["interrupt"], true);
        let words = CallAnswer { text: Some("Use the other file".into()), ..CallAnswer::default() };
        assert_eq!(
            decided(&ask, &words),
            json!({"behavior": "deny", "message": "Use the other file"})
        );
        assert_eq!(Hooks.output(&ask, &CallAnswer::option("7")), None);
    }

    #[test]
    fn questions_are_answered_all_or_not_at_all() {
        let ask = asked(QUESTIONS);
        assert_eq!((ask.question.as_str(), ask.options.len()), ("Which colour? (and 1 more)", 0));
        let mut answer = CallAnswer::default();
        answer.answers.insert("Which colour?".into(), vec!["Blue".into()]);
        assert_eq!(Hooks.output(&ask, &answer), None);
        answer.answers.insert("Which sizes?".into(), vec!["S".into(), "L".into()]);
        let input = &decided(&ask, &answer)["updatedInput"];
        assert_eq!(input["answers"], json!({"Which colour?": "Blue", "Which sizes?": "S, L"}));
        assert_eq!(input["questions"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn a_plan_is_approved_with_an_input() {
        let ask = asked(PLAN);
        assert_eq!(ask.kind, callboard_model::call::CallKind::Plan);
        let yes = decided(&ask, &CallAnswer::option("yes"));
        assert_eq!(yes, json!({"behavior": "allow", "updatedInput": {}}));
    }

    #[test]
    fn only_a_terminal_sessions_own_question_is_waited_for() {
        let headless = report(BASH, &[(ENTRYPOINT, "sdk-cli"), (ATTENDED, "0")]);
        assert_eq!(Hooks.event(&headless), HookEvent::Nothing);
        let of_subagent = BASH.replace(r#""cwd""#, r#""agent_id":"a1","cwd""#);
        match Hooks.event(&report(&of_subagent, &[(ENTRYPOINT, "cli")])) {
            HookEvent::Asked { thread, waits: false, .. } => {
                assert_eq!(thread, ThreadKey::sub("s1", "a1"));
            }
            other => panic!("{other:?}"),
        }
        let other = r#"{"session_id":"s1","hook_event_name":"StopFailure"}"#;
        assert_eq!(Hooks.event(&report(other, &[])), HookEvent::Unknown("StopFailure".into()));
    }

    #[test]
    fn the_end_of_a_turn_is_told_once_and_only_where_nothing_goes_on() {
        let ended = |more: &str, variables: &[(&str, &str)]| {
            let input = format!(r#"{{"session_id":"s1","hook_event_name":"Stop"{more}}}"#);
            Hooks.event(&report(&input, variables))
        };
        let attended = [(ENTRYPOINT, "cli"), (ATTENDED, "1")];
        let said = Some("Done.".to_owned());
        let ends = |is_sent_on| {
            let (thread, said) = (ThreadKey::main("s1"), said.clone());
            HookEvent::Ends { thread, said, is_sent_on }
        };
        let quiet =
            r#","stop_hook_active":false,"background_tasks":[],"last_assistant_message":"Done.""#;
        assert_eq!(ended(quiet, &attended), ends(false));
        let again = quiet.replace("false", "true");
        assert_eq!(ended(&again, &attended), ends(true));
        for more in [r#","agent_id":"a1""#, r#","background_tasks":[{"id":"b1"}]"#] {
            assert_eq!(ended(more, &attended), HookEvent::Nothing);
        }
        assert_eq!(ended(quiet, &[(ENTRYPOINT, "sdk-cli")]), HookEvent::Nothing);
    }
}
