//! What Claude Code asks: for permission, with questions, with a plan. The same in a `PermissionRequest` hook
//! and in a `can_use_tool` request: the tool, what it would be given, and suggestions to allow more than this.

use std::path::Path;

use callboard_model::EventBody;
use callboard_model::call::{Ask, CallAnswer, CallDetail, CallKind, CallOption, Effect};
use callboard_model::event::{QuestionItem, ToolUse};
use serde_json::{Map, Value, json};

use super::parse_tool;
use crate::ask::option;
use crate::fields::{Fields, Raw};

/// What is asked by an object with `tool_name`, its input under `input`, and `permission_suggestions`. Settings
/// of its checkout are named below `checkout`, which is empty where it is not known.
pub(super) fn asked(
    key: String,
    request: &Fields<'_>,
    input: &str,
    checkout: &Path,
) -> Option<Ask> {
    let tool = request.text("tool_name")?;
    let given = request.get(input).map(Raw::value).unwrap_or_else(|| json!({}));
    let tool_use = ToolUse {
        tool_use_id: request.text("tool_use_id").unwrap_or_default(),
        tool: tool.clone(),
    };
    let event = parse_tool::known_tool(&tool_use, &request.fields(input));
    let suggestions = request.get("permission_suggestions").map(Raw::value).unwrap_or_default();
    let (kind, question, detail, options) = match event {
        Some(EventBody::Question(asked)) => questions(asked.questions),
        Some(EventBody::Plan(plan)) if plan.proposal.is_some() => {
            planned(plan.proposal.unwrap_or_default())
        }
        event => {
            let shown = request.text("display_name").unwrap_or_else(|| tool.clone());
            let (question, detail) = use_of(&tool, &shown, event, &given);
            let options = permission_options(&suggestions, checkout);
            (CallKind::Permission, question, detail, options)
        }
    };
    Some(Ask {
        key,
        kind,
        question,
        detail,
        options,
        tool_use_id: request.text("tool_use_id"),
        subagent: request.text("agent_id"),
        reason: request.text("decision_reason"),
        reply: json!({"input": given, "suggestions": suggestions}),
    })
}

type Parts = (CallKind, String, CallDetail, Vec<CallOption>);

fn questions(questions: Vec<QuestionItem>) -> Parts {
    let line = match questions.as_slice() {
        [] => "It asks something".to_owned(),
        [only] => only.question.clone(),
        [first, rest @ ..] => format!("{} (and {} more)", first.question, rest.len()),
    };
    let options = match questions.as_slice() {
        [only] if !only.multiple => numbered(&only.options),
        // Several answers are given by name.
        _ => Vec::new(),
    };
    (CallKind::Question, line, CallDetail::Questions { questions }, options)
}

fn numbered(labels: &[String]) -> Vec<CallOption> {
    let of = |(at, label): (usize, &String)| option(&(at + 1).to_string(), label, Effect::Choose);
    labels.iter().enumerate().map(of).collect()
}

fn planned(text: String) -> Parts {
    let options = vec![
        option("yes", "Approve the plan", Effect::Allow),
        option("no", "Keep planning", Effect::Deny),
    ];
    (CallKind::Plan, "Approve this plan?".into(), CallDetail::Plan { text }, options)
}

fn use_of(
    tool: &str,
    shown: &str,
    event: Option<EventBody>,
    given: &Value,
) -> (String, CallDetail) {
    match event {
        Some(EventBody::Command(c)) => {
            let question = format!("Run `{}`?", first_line(&c.command));
            let (command, cwd, description) = (c.command, c.cwd, c.description);
            (question, CallDetail::Command { command, cwd, description })
        }
        Some(EventBody::Edit(edit)) => {
            let paths: Vec<&str> = edit.files.iter().map(|file| file.path.as_str()).collect();
            (format!("Write {}?", paths.join(", ")), CallDetail::Edit { files: edit.files })
        }
        _ => {
            let detail = CallDetail::Tool { tool: tool.to_owned(), input: given.clone() };
            (format!("Use {shown}?"), detail)
        }
    }
}

fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default()
}

fn permission_options(suggestions: &Value, checkout: &Path) -> Vec<CallOption> {
    let mut options = vec![option("yes", "Allow once", Effect::Allow)];
    let rules = chosen(suggestions, Choice::Session);
    if !rules.is_empty() {
        let label = format!("Allow {} for this session", what(&rules, checkout));
        options.push(option("session", label, Effect::AllowSession));
    }
    let lasting = chosen(suggestions, Choice::Always);
    let mut files: Vec<String> = lasting.iter().filter_map(|s| file_of(s, checkout)).collect();
    files.dedup();
    if !files.is_empty() {
        let is_everywhere = lasting.iter().any(|s| s["destination"] == USER_SETTINGS);
        let place = if is_everywhere { "everywhere" } else { "here" };
        let label = format!("Always allow {} {place}", what(&lasting, checkout));
        let writes = Some(files.join(", "));
        options.push(CallOption { writes, ..option("rule", label, Effect::AllowAlways) });
    }
    if let Some(mode) = chosen(suggestions, Choice::Mode).first() {
        let mode = match mode["mode"].as_str() {
            Some("acceptEdits") => "edits",
            Some(mode) => mode,
            None => "more",
        };
        let label = format!("Allow, and {mode} from now on in this session");
        options.push(option("mode", label, Effect::AllowSession));
    }
    options.push(option("no", "Deny", Effect::Deny));
    options.push(option("stop", "Deny and stop the turn", Effect::DenyAndStop));
    options
}

/// Which of the suggestions an option takes up. They are alternatives: rules and folders, or another mode.
#[derive(Clone, Copy, PartialEq)]
enum Choice {
    Session,
    Always,
    Mode,
}

/// The suggestions that a choice takes up: those that its label says, and no others.
fn chosen(suggestions: &Value, choice: Choice) -> Vec<Value> {
    let all = suggestions.as_array().map(Vec::as_slice).unwrap_or_default();
    let is_wanted = |suggestion: &&Value| match suggestion["type"].as_str() {
        Some("addRules") => choice != Choice::Mode && suggestion["behavior"] == "allow",
        Some("addDirectories") => choice != Choice::Mode,
        Some("setMode") => choice == Choice::Mode,
        _ => false,
    };
    let most = if choice == Choice::Mode { 1 } else { all.len() };
    let mut wanted: Vec<Value> = all.iter().filter(is_wanted).take(most).cloned().collect();
    if choice != Choice::Always {
        wanted.iter_mut().for_each(|suggestion| suggestion["destination"] = "session".into());
    }
    wanted
}

const USER_SETTINGS: &str = "userSettings";

/// The settings file that a suggestion is written to, as far as it lasts.
fn file_of(suggestion: &Value, checkout: &Path) -> Option<String> {
    let below = |file: &str| checkout.join(file).to_string_lossy().into_owned();
    match suggestion["destination"].as_str()? {
        "localSettings" => Some(below(".claude/settings.local.json")),
        "projectSettings" => Some(below(".claude/settings.json")),
        USER_SETTINGS => Some("settings.json of Claude Code".to_owned()),
        _ => None,
    }
}

/// What suggestions allow, in words.
fn what(suggestions: &[Value], checkout: &Path) -> String {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut named: Vec<String> = Vec::new();
    for suggestion in suggestions {
        for rule in list(&suggestion["rules"]) {
            let tool = rule["toolName"].as_str().unwrap_or("this tool");
            named.push(match rule["ruleContent"].as_str() {
                Some(content) => format!("`{tool}({content})`"),
                None => format!("`{tool}`"),
            });
        }
        let folders = list(&suggestion["directories"]);
        named.extend(folders.iter().filter_map(Value::as_str).map(|folder| {
            let below = Path::new(folder).strip_prefix(checkout).ok();
            match below.map(|below| below.to_string_lossy()) {
                Some(below) if below.is_empty() => "work in this checkout".to_owned(),
                Some(below) => format!("work in {below}"),
                None => format!("work in {folder}"),
            }
        }));
    }
    if named.is_empty() { "this".into() } else { named.join(", ") }
}

/// The decision that gives an answer: `behavior`, and what belongs to it.
pub(super) fn decision(ask: &Ask, answer: &CallAnswer) -> Option<Value> {
    let suggestions = &ask.reply["suggestions"];
    let more =
        |choice| json!({"behavior": "allow", "updatedPermissions": chosen(suggestions, choice)});
    let denied = |stops: bool| {
        let words = answer.text.as_deref().filter(|text| !text.trim().is_empty());
        let mut decision = json!({"behavior": "deny", "message": words.unwrap_or(DENIED)});
        if stops {
            decision["interrupt"] = true.into();
        }
        decision
    };
    Some(match ask.effect_of(answer)? {
        // A tool that needs its user counts as allowed only with an input (2.1.329).
        Effect::Allow if ask.kind == CallKind::Plan => {
            json!({"behavior": "allow", "updatedInput": ask.reply["input"]})
        }
        Effect::Allow => json!({"behavior": "allow"}),
        Effect::AllowSession if answer.option.as_deref() == Some("mode") => more(Choice::Mode),
        Effect::AllowSession => more(Choice::Session),
        Effect::AllowAlways => more(Choice::Always),
        Effect::Deny => denied(false),
        Effect::DenyAndStop => denied(true),
        Effect::Choose => {
            let mut input = ask.reply["input"].clone();
            input["answers"] = answers(ask, answer)?.into();
            json!({"behavior": "allow", "updatedInput": input})
        }
        Effect::Acknowledge => return None,
    })
}

const DENIED: &str = "The user denied this.";

/// Question to answer; several choices of one question with commas between.
fn answers(ask: &Ask, answer: &CallAnswer) -> Option<Map<String, Value>> {
    let CallDetail::Questions { questions } = &ask.detail else { return None };
    let label = answer
        .option
        .as_ref()
        .and_then(|id| ask.options.iter().find(|option| option.id == *id))
        .map(|option| option.label.clone());
    let said = |question: &QuestionItem| match answer.answers.get(&question.question) {
        Some(chosen) => Some(chosen.join(", ")),
        None => label.clone().or_else(|| answer.text.clone()),
    };
    let answers: Map<String, Value> = questions
        .iter()
        .filter_map(|question| Some((question.question.clone(), said(question)?.into())))
        .collect();
    // The agent takes questions as answered only when each is.
    (!questions.is_empty() && answers.len() == questions.len()).then_some(answers)
}
