//! The `PermissionRequest` hook (0.169). It runs before the prompt, which appears only when it has ended, so it
//! only tells and never waits. Behind a tool use and with a prompt, an agent is told what others do; before a command
//! it can be kept from it. No other event is wanted: the rollout tells within milliseconds what was run and that a turn
//! ended, but of a waiting approval nothing.

use callboard_model::ThreadKey;
use callboard_model::call::{Ask, CallAnswer, CallDetail, CallKind, Effect};
use serde_json::json;

use crate::ask::option;
use crate::fields::{Document, Fields, Raw};
use crate::{Hook, HookEvent, HookReport};

/// The event at which an agent asks its user.
pub(super) const ASKS: &str = "PermissionRequest";
/// The events at which an agent takes what it is told beside its work.
pub(super) const STEPS: [&str; 2] = ["PostToolUse", "UserPromptSubmit"];
/// The event at which a turn ends, and the agent can be sent on.
pub(super) const ENDS: &str = "Stop";
/// The event before a tool use, at which an agent can be kept from it; and the tool that is meant, also where a script
/// of the model runs the command.
pub(super) const BEFORE: &str = "PreToolUse";
pub(super) const COMMANDS: &str = "Bash";

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
    let session = fields.text("session_id")?;
    let subagent = fields.text("agent_id");
    if STEPS.contains(&name.as_str()) {
        // What a subagent is told goes with it.
        let thread = ThreadKey::main(session);
        let is_main = subagent.is_none();
        return Some(match is_main {
            true => HookEvent::Step { thread, event: name },
            false => HookEvent::Nothing,
        });
    }
    if name == ENDS {
        return Some(match subagent {
            Some(_) => HookEvent::Nothing,
            None => HookEvent::Ends {
                thread: ThreadKey::main(session),
                said: fields.text("last_assistant_message"),
                is_sent_on: fields.is_true("stop_hook_active"),
            },
        });
    }
    if name == BEFORE {
        return Some(before(&fields, session, name).unwrap_or(HookEvent::Nothing));
    }
    // A subagent asks as a thread of its own.
    let thread = ThreadKey::main(subagent.unwrap_or(session));
    if name != ASKS {
        return Some(HookEvent::Unknown(name));
    }
    if report.is_owned {
        return Some(HookEvent::Nothing);
    }
    let ask = Box::new(ask(report, &fields)?);
    Some(HookEvent::Asked { thread, ask, waits: false })
}

/// A command that is about to run, in the thread or in a subagent of it: what it wrote is the thread's.
fn before(fields: &Fields<'_>, session: String, event: String) -> Option<HookEvent> {
    let command = fields.fields("tool_input").text("command")?;
    let cwd = fields.text("cwd")?;
    Some(HookEvent::Uses { thread: ThreadKey::main(session), event, command, cwd })
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

    fn event_of(input: &str) -> HookEvent {
        let input = RawValue::from_string(input.into()).unwrap();
        Hooks.event(&HookReport {
            run: "7-1".into(),
            pid: 7,
            environment: Default::default(),
            is_owned: false,
            input,
        })
    }

    #[test]
    fn a_permission_is_told_and_not_waited_for() {
        let HookEvent::Asked { thread, ask, waits: false } = event_of(BASH) else { panic!() };
        assert_eq!(thread, ThreadKey::main("t1"));
        assert_eq!(ask.question, "Run `echo one > /x; cat /x`?");
        assert_eq!(ask.reason.as_deref(), Some("May I write outside?"));
        assert_eq!(Hooks.output(&ask, &CallAnswer::option("yes")), None);
    }

    #[test]
    fn a_step_is_the_threads_own_and_a_command_its_subagents_too() {
        let of = |event: &str| BASH.replace("PermissionRequest", event);
        let by_subagent =
            |event: &str| of(event).replace("\"turn_id\"", "\"agent_id\":\"t2\",\"turn_id\"");
        let thread = ThreadKey::main("t1");
        let event = "PostToolUse".to_owned();
        assert_eq!(event_of(&of("PostToolUse")), HookEvent::Step { thread: thread.clone(), event });
        assert_eq!(event_of(&by_subagent("PostToolUse")), HookEvent::Nothing);
        let uses = HookEvent::Uses {
            thread,
            event: "PreToolUse".into(),
            command: "echo one > /x; cat /x".into(),
            cwd: "/r".into(),
        };
        assert_eq!(event_of(&of("PreToolUse")), uses);
        assert_eq!(event_of(&by_subagent("PreToolUse")), uses);
        assert_eq!(event_of(&of("Interrupt")), HookEvent::Unknown("Interrupt".into()));
        let ends = |is_sent_on| {
            let thread = ThreadKey::main("t1");
            HookEvent::Ends { thread, said: None, is_sent_on }
        };
        assert_eq!(event_of(&of("Stop")), ends(false));
        assert_eq!(event_of(&by_subagent("Stop")), HookEvent::Nothing);
        let again = of("Stop").replace("\"turn_id\"", "\"stop_hook_active\":true,\"turn_id\"");
        assert_eq!(event_of(&again), ends(true));
    }
}
