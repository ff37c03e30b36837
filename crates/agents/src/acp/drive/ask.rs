//! What an agent asks (`session/request_permission`), and how it is answered.

use callboard_model::EventBody;
use callboard_model::call::{Ask, CallAnswer, CallDetail, CallKind, CallOption, Effect};
use serde_json::{Value, json};

use crate::acp::parse::word;
use crate::acp::parse_tool;
use crate::drive::Refusal;

/// What the request asks; `call` is the tool call with all that was said of it.
pub(super) fn of(key: String, call: &Value, options: &Value, agent: &str) -> Ask {
    let detail = detail(call);
    let (kind, question) = match &detail {
        CallDetail::Plan { .. } => (CallKind::Plan, "Approve this plan?".to_owned()),
        CallDetail::Command { command, .. } => {
            let first = command.lines().next().unwrap_or_default();
            (CallKind::Permission, format!("Run `{first}`?"))
        }
        CallDetail::Edit { files } => {
            let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
            (CallKind::Permission, format!("Write {}?", paths.join(", ")))
        }
        _ => {
            let question = match parse_tool::tool_use(call) {
                EventBody::Read(read) => format!("Read {}?", read.path),
                EventBody::Search(search) => format!("Look for {}?", search.query),
                _ => {
                    let title = word(call, "title").unwrap_or_else(|| "a tool".to_owned());
                    format!("Use {title}?")
                }
            };
            (CallKind::Permission, question)
        }
    };
    let offered: Vec<&Value> = options.as_array().into_iter().flatten().collect();
    Ask {
        key,
        kind,
        question,
        detail,
        options: numbered(&offered, agent),
        tool_use_id: word(call, "toolCallId"),
        subagent: None,
        reason: None,
        reply: json!({"options": offered.iter().map(|o| &o["optionId"]).collect::<Vec<_>>()}),
    }
}

fn detail(call: &Value) -> CallDetail {
    if call["kind"] == "switch_mode" {
        let plan = word(&call["rawInput"], "plan").or_else(|| parse_tool::text_of(call));
        return CallDetail::Plan { text: plan.unwrap_or_default() };
    }
    match parse_tool::tool_use(call) {
        EventBody::Command(command) => CallDetail::Command {
            command: command.command,
            cwd: command.cwd,
            description: command.description,
        },
        EventBody::Edit(edit) if !edit.files.is_empty() => CallDetail::Edit { files: edit.files },
        _ => CallDetail::Tool {
            tool: word(call, "title").unwrap_or_default(),
            input: call["rawInput"].clone(),
        },
    }
}

/// The agent's options under its own labels. The first of each effect has the usual short id, the others
/// their number.
fn numbered(offered: &[&Value], agent: &str) -> Vec<CallOption> {
    let mut options: Vec<CallOption> = Vec::new();
    for (n, one) in offered.iter().enumerate() {
        let (id, effect) = match one["kind"].as_str() {
            Some("allow_once") => ("yes", Effect::Allow),
            Some("allow_always") => ("rule", Effect::AllowAlways),
            Some("reject_once") => ("no", Effect::Deny),
            Some("reject_always") => ("never", Effect::Deny),
            _ => ("", Effect::Choose),
        };
        let is_free = !id.is_empty() && options.iter().all(|option| option.id != id);
        options.push(CallOption {
            id: if is_free { id.to_owned() } else { (n + 1).to_string() },
            label: word(one, "name").unwrap_or_else(|| id.to_owned()),
            effect,
            // How far it reaches is not in the protocol.
            writes: (effect == Effect::AllowAlways).then(|| format!("what {agent} remembers")),
        });
    }
    options
}

/// What the agent is told: the option that was chosen. It takes no words.
pub(super) fn chosen(ask: &Ask, answer: &CallAnswer) -> Result<Value, Refusal> {
    let at = match &answer.option {
        Some(id) => ask.options.iter().position(|option| option.id == *id),
        // Words alone refuse.
        None => ask.options.iter().position(|option| option.effect == Effect::Deny),
    };
    let option = at.and_then(|at| ask.reply["options"].get(at)).ok_or_else(|| {
        Refusal::Misfit("there is no such option; see the options of the call".to_owned())
    })?;
    Ok(json!({"outcome": {"outcome": "selected", "optionId": option}}))
}
