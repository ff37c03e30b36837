//! What Claude Code asks: `can_use_tool` and `elicitation`.

use std::path::Path;

use callboard_model::EventBody;
use callboard_model::call::{Ask, CallDetail, CallKind, CallOption, Effect};
use callboard_model::event::{QuestionItem, ToolUse};
use serde_json::{Value, json};

use super::super::parse_tool;
use crate::fields::{Fields, Raw};

/// Where the agent keeps a checkout's own rules.
const LOCAL_SETTINGS: &str = ".claude/settings.local.json";

/// What the request asks; `None` for requests of other kinds.
pub(super) fn of(id: &str, request: &Fields<'_>, cwd: &Path) -> Option<Ask> {
    match request.str("subtype").as_deref() {
        Some("can_use_tool") => Some(tool(id, request, cwd)),
        Some("elicitation") => Some(elicitation(id, request)),
        _ => None,
    }
}

fn tool(id: &str, request: &Fields<'_>, cwd: &Path) -> Ask {
    let name = request.text("tool_name").unwrap_or_default();
    let tool_use_id = request.text("tool_use_id");
    let input = request.get("input").map(Raw::value).unwrap_or_else(|| json!({}));
    let suggestions = request.get("permission_suggestions").map(Raw::value).unwrap_or_default();
    let detail = detail(&name, &request.fields("input"), &input);
    let (kind, question, options) = match &detail {
        CallDetail::Questions { questions } => {
            let text = questions.first().map(|q| q.question.clone()).unwrap_or_default();
            (CallKind::Question, text, choices(questions))
        }
        CallDetail::Plan { .. } => (CallKind::Plan, "Approve this plan?".to_owned(), plan()),
        detail => {
            let shown = request.text("display_name").unwrap_or_else(|| name.clone());
            (CallKind::Permission, asks_for(detail, &shown), permission(&suggestions, cwd))
        }
    };
    Ask {
        key: id.to_owned(),
        kind,
        question,
        detail,
        options,
        tool_use_id,
        subagent: request.text("agent_id"),
        reason: request.text("decision_reason"),
        reply: json!({"tool": name, "input": input, "suggestions": suggestions}),
    }
}

/// What it is about, as its transcript would tell it.
fn detail(name: &str, fields: &Fields<'_>, input: &Value) -> CallDetail {
    let tool_use = ToolUse { tool_use_id: String::new(), tool: name.to_owned() };
    match parse_tool::known_tool(&tool_use, fields) {
        Some(EventBody::Command(command)) => CallDetail::Command {
            command: command.command,
            cwd: None,
            description: command.description,
        },
        Some(EventBody::Edit(edit)) => CallDetail::Edit { files: edit.files },
        Some(EventBody::Question(question)) => {
            CallDetail::Questions { questions: question.questions }
        }
        Some(EventBody::Plan(plan)) if name == "ExitPlanMode" => {
            CallDetail::Plan { text: plan.proposal.unwrap_or_default() }
        }
        _ if name == "ExitPlanMode" => CallDetail::Plan { text: String::new() },
        _ => CallDetail::Tool { tool: name.to_owned(), input: input.clone() },
    }
}

fn asks_for(detail: &CallDetail, tool: &str) -> String {
    match detail {
        CallDetail::Command { command, .. } => {
            let first = command.lines().next().unwrap_or_default();
            format!("Run `{first}`?")
        }
        CallDetail::Edit { files } => {
            let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
            format!("Write {}?", paths.join(", "))
        }
        _ => format!("Use {tool}?"),
    }
}

fn option(id: &str, label: impl Into<String>, effect: Effect) -> CallOption {
    CallOption { id: id.to_owned(), label: label.into(), effect, writes: None }
}

fn permission(suggestions: &Value, cwd: &Path) -> Vec<CallOption> {
    let mut options = vec![option("yes", "Allow once", Effect::Allow)];
    let suggested: Vec<&Value> = suggestions.as_array().into_iter().flatten().collect();
    if !suggested.is_empty() {
        let what = suggested.iter().find_map(|one| what_is_allowed(one));
        let label = |until: &str| match &what {
            Some(what) => format!("Allow {what} {until}"),
            None => format!("Allow what is like it {until}"),
        };
        options.push(option("session", label("for this session"), Effect::AllowSession));
        if suggested.iter().any(|one| is_kept(one)) {
            options.push(CallOption {
                writes: Some(cwd.join(LOCAL_SETTINGS).to_string_lossy().into_owned()),
                ..option("rule", label("always, here"), Effect::AllowAlways)
            });
        }
    }
    options.push(option("no", "Deny", Effect::Deny));
    options.push(option("stop", "Deny and stop", Effect::DenyAndStop));
    options
}

/// Whether a suggestion would be written to a settings file.
pub(super) fn is_kept(suggestion: &Value) -> bool {
    suggestion["destination"].as_str().is_some_and(|place| place != "session")
}

fn what_is_allowed(suggestion: &Value) -> Option<String> {
    match suggestion["type"].as_str()? {
        "addRules" => {
            let rules = suggestion["rules"].as_array()?.iter().filter_map(|rule| {
                let tool = rule["toolName"].as_str()?;
                Some(match rule["ruleContent"].as_str() {
                    Some(content) => format!("`{tool}({content})`"),
                    None => format!("`{tool}`"),
                })
            });
            Some(rules.collect::<Vec<_>>().join(", "))
        }
        "setMode" if suggestion["mode"] == "acceptEdits" => Some("all edits".to_owned()),
        "setMode" => Some(format!("mode {}", suggestion["mode"].as_str()?)),
        _ => None,
    }
}

/// One question with one answer is a choice; others are answered by name.
fn choices(questions: &[QuestionItem]) -> Vec<CallOption> {
    match questions {
        [one] if !one.multiple => one
            .options
            .iter()
            .enumerate()
            .map(|(n, label)| option(&(n + 1).to_string(), label, Effect::Choose))
            .collect(),
        _ => Vec::new(),
    }
}

fn plan() -> Vec<CallOption> {
    vec![
        option("yes", "Approve", Effect::Allow),
        option("session", "Approve and accept edits", Effect::AllowSession),
        option("no", "Keep planning", Effect::Deny),
    ]
}

/// A server of tools asks for words: `{mcp_server_name, message, requested_schema}`.
fn elicitation(id: &str, request: &Fields<'_>) -> Ask {
    let server = request.text("mcp_server_name").unwrap_or_default();
    let schema = request.get("requested_schema").map(Raw::value).unwrap_or_default();
    Ask {
        key: id.to_owned(),
        kind: CallKind::Question,
        question: request.text("message").unwrap_or_default(),
        detail: CallDetail::Tool { tool: server, input: schema.clone() },
        options: vec![
            option("yes", "Accept", Effect::Allow),
            option("no", "Decline", Effect::Deny),
        ],
        tool_use_id: None,
        subagent: None,
        reason: None,
        reply: json!({"elicitation": schema}),
    }
}
