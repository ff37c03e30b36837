//! The `PermissionRequest` hook (0.169). It runs before the prompt, which appears only when it has ended, so it
//! only tells and never waits. Behind a tool use and with a prompt, an agent is told what others do. No other event is wanted: the rollout tells within milliseconds what was
//! run and that a turn ended, but of a waiting approval nothing.

use callboard_model::ThreadKey;
use callboard_model::call::{Ask, CallAnswer, CallDetail, CallKind, Effect};
use serde_json::json;

use crate::ask::option;
use crate::fields::{Document, Fields, Raw};
use crate::{Hook, HookEvent, HookReport};

const EVENT: &str = "PermissionRequest";
/// The events at which an agent takes what it is told beside its work.
pub(super) const STEPS: [&str; 2] = ["PostToolUse", "UserPromptSubmit"];

pub(super) struct Hooks;

impl Hook for Hooks {
    fn variables(&self) -> &'static [&'static str] {
        &[]
    }

    fn event(&self, report: &HookReport) -> HookEvent {
        event(report).unwrap_or_else(|| HookEvent::Unknown("(unreadable)".into()))
    }

    fn output(&self, _: &Ask, _: &CallAnswer) -> Option<String> {
        None
    }

    fn context(&self, event: &str, text: &str) -> String {
        crate::hook::context(event, text)
    }
}

fn event(report: &HookReport) -> Option<HookEvent> {
    let document = Document::of(report.input.get())?;
    let fields = document.fields()?;
    let name = fields.text("hook_event_name")?;
    let session = fields.text("session_id")?;
    // A subagent is a thread of its own.
    let thread = ThreadKey::main(fields.text("agent_id").unwrap_or(session));
    if STEPS.contains(&name.as_str()) {
        return Some(HookEvent::Step { thread, event: name });
    }
    if name != EVENT {
        return Some(HookEvent::Unknown(name));
    }
    if report.is_owned {
        return Some(HookEvent::Nothing);
    }
    let ask = Box::new(ask(report, &fields)?);
    Some(HookEvent::Asked { thread, ask, waits: false })
}

fn ask(report: &HookReport, fields: &Fields<'_>) -> Option<Ask> {
    let tool = fields.text("tool_name")?;
    let input = fields.fields("tool_input");
    let (question, detail) = match (tool.as_str(), input.text("command")) {
        ("Bash", Some(command)) => {
            let line = command.trim().lines().next().unwrap_or_default();
            let (cwd, description) = (fields.text("cwd"), input.text("description"));
            (format!("Run `{line}`?"), CallDetail::Command { command, cwd, description })
        }
        ("apply_patch", Some(patch)) => {
            let files = super::patch::files(&patch).unwrap_or_default();
            let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
            (format!("Write {}?", paths.join(", ")), CallDetail::Edit { files })
        }
        _ => {
            let given = fields.get("tool_input").map(Raw::value).unwrap_or_default();
            (format!("Use {tool}?"), CallDetail::Tool { tool: tool.clone(), input: given })
        }
    };
    Some(Ask {
        key: format!("hook:{}", report.run),
        kind: CallKind::Permission,
        question,
        detail,
        // What more is offered is known only to who takes the thread.
        options: vec![
            option("yes", "Allow once", Effect::Allow),
            option("no", "Deny", Effect::Deny),
            option("stop", "Deny and stop the turn", Effect::DenyAndStop),
        ],
        tool_use_id: fields.text("tool_use_id"),
        subagent: None,
        reason: input.text("description"),
        reply: json!({"turn": fields.text("turn_id"), "command": input.text("command")}),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    /// As captured of 0.169, shortened.
    const BASH: &str = r#"{"session_id":"t1","turn_id":"u1","transcript_path":"/r.jsonl","cwd":"/r",
        "hook_event_name":"PermissionRequest","model":"gpt-5.5","permission_mode":"default","tool_name":"Bash",
        "tool_input":{"command":"echo one > /x; cat /x","description":"May I write outside?"}}"#;

    #[test]
    fn a_permission_is_told_and_not_waited_for() {
        let input = RawValue::from_string(BASH.into()).unwrap();
        let report = HookReport {
            run: "7-1".into(),
            pid: 7,
            environment: Default::default(),
            is_owned: false,
            input,
        };
        let HookEvent::Asked { thread, ask, waits: false } = Hooks.event(&report) else { panic!() };
        assert_eq!(thread, ThreadKey::main("t1"));
        assert_eq!(ask.question, "Run `echo one > /x; cat /x`?");
        assert_eq!(ask.reason.as_deref(), Some("May I write outside?"));
        assert_eq!(Hooks.output(&ask, &CallAnswer::option("yes")), None);
    }
}
