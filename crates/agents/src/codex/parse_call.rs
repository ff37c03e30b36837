//! Calls of tools, each in the vocabulary that all agents share.

use std::borrow::Cow;

use callboard_model::EventBody;
use callboard_model::event::{
    Change, Command, Delegate, Edit, FileEdit, Plan, PlanChange, PlanStep, Question, QuestionItem,
    Read, Search, SearchPlace, StepStatus, Tool, ToolUse,
};
use serde_json::Value;

use super::parse::Record;
use super::patch;
use crate::fields::{Document, Fields, Raw};

pub(super) fn call(kind: &str, item: &Fields<'_>, record: &mut Record) {
    let id = item.text("call_id").or_else(|| item.text("id")).unwrap_or_else(|| record.key.clone());
    let name = item.text("name").or_else(|| item.fields("function").text("name"));
    let name = name.or_else(|| item.text("function")).unwrap_or_else(|| kind.to_owned());
    let tool_use = ToolUse { tool_use_id: id.clone(), tool: name };
    let body = match kind {
        "local_shell_call" => shell(&tool_use, &item.fields("action")),
        "web_search_call" => web_search(&tool_use, &item.fields("action")),
        "custom_tool_call" => custom(&tool_use, &item.str("input").unwrap_or_default()),
        _ => {
            // Arguments are JSON within a string, or, in the first versions, an object.
            let text = item.str("arguments");
            let document = text.as_deref().and_then(Document::of);
            let raw = document.as_ref().map(Document::root).or_else(|| item.get("arguments"));
            raw.and_then(Raw::fields).and_then(|arguments| function(&tool_use, &arguments))
        }
    };
    let body = body.unwrap_or_else(|| EventBody::Tool(Tool { input: input(item), tool_use }));
    record.say_as(format!("use:{id}"), body);
}

fn input(item: &Fields<'_>) -> Value {
    let given = ["arguments", "input", "action"].iter().find_map(|name| item.get(name));
    match given.map(|raw| (raw, raw.str())) {
        Some((_, Some(text))) => {
            serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.into_owned()))
        }
        Some((raw, None)) => raw.value(),
        None => Value::Null,
    }
}

fn function(tool_use: &ToolUse, arguments: &Fields<'_>) -> Option<EventBody> {
    match tool_use.tool.as_str() {
        "shell" | "shell_command" | "exec_command" | "container.exec" | "local_shell"
        | "run_shell_command" => shell(tool_use, arguments),
        "apply_patch" => {
            custom(tool_use, &arguments.text("input").or_else(|| arguments.text("patch"))?)
        }
        "update_plan" => Some(EventBody::Plan(plan(tool_use, arguments)?)),
        "request_user_input" | "request_user_input_async" => Some(EventBody::Question(Question {
            questions: questions(arguments),
            tool_use: tool_use.clone(),
        })),
        "spawn_agent" | "send_input" | "send_message" | "followup_task" => {
            Some(EventBody::Delegate(Delegate {
                title: arguments
                    .text("task_name")
                    .or_else(|| arguments.text("name"))
                    .unwrap_or_default(),
                prompt: arguments
                    .text("message")
                    .or_else(|| arguments.text("prompt"))
                    .unwrap_or_default(),
                agent_type: arguments.text("agent_type"),
                tool_use: tool_use.clone(),
            }))
        }
        "read_file" | "view_image" => Some(EventBody::Read(Read {
            path: arguments.text("path").or_else(|| arguments.text("file_path"))?,
            from_line: arguments.u32("offset"),
            tool_use: tool_use.clone(),
        })),
        "grep_files" | "list_dir" | "web_search" => {
            let (place, query) = match tool_use.tool.as_str() {
                "grep_files" => (SearchPlace::Text, arguments.text("pattern")?),
                "list_dir" => (SearchPlace::Files, arguments.text("dir_path")?),
                _ => (SearchPlace::Web, arguments.text("query")?),
            };
            let path = arguments.text("path");
            Some(EventBody::Search(Search { place, query, path, tool_use: tool_use.clone() }))
        }
        "write_file" => Some(EventBody::Edit(Edit {
            files: vec![patch::written(arguments.text("path")?, &arguments.str("content")?)],
            tool_use: tool_use.clone(),
        })),
        _ => None,
    }
}

fn shell(tool_use: &ToolUse, arguments: &Fields<'_>) -> Option<EventBody> {
    let command = command_line(arguments.get("command").or_else(|| arguments.get("cmd"))?)?;
    let cwd = ["workdir", "working_directory", "cwd"].iter().find_map(|name| arguments.text(name));
    if let Some(files) = patch::in_command(&command) {
        return Some(EventBody::Edit(Edit { files, tool_use: tool_use.clone() }));
    }
    let escalated = arguments.is_true("with_escalated_permissions")
        || arguments.str("sandbox_permissions").as_deref() == Some("require_escalated");
    let justification = arguments.text("justification");
    Some(EventBody::Command(Command {
        tool_use: tool_use.clone(),
        command,
        description: justification.clone(),
        cwd,
        background: false,
        escalation: escalated.then(|| justification.unwrap_or_default()),
    }))
}

/// The line that a shell was asked to run; the words of a command that runs without one.
pub(super) fn command_line(command: Raw<'_>) -> Option<String> {
    if let Some(line) = command.str() {
        return Some(line.into_owned());
    }
    let words: Vec<String> =
        command.items()?.into_iter().filter_map(|w| w.str().map(Into::into)).collect();
    if let [shell, flags, line] = &words[..] {
        let shell = shell.rsplit('/').next().unwrap_or_default();
        if matches!(shell, "bash" | "sh" | "zsh") && flags.starts_with('-') && flags.ends_with('c')
        {
            return Some(line.clone());
        }
    }
    Some(words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn custom(tool_use: &ToolUse, input: &str) -> Option<EventBody> {
    let files = patch::files(input).filter(|_| tool_use.tool == "apply_patch")?;
    Some(EventBody::Edit(Edit { files, tool_use: tool_use.clone() }))
}

fn web_search(tool_use: &ToolUse, action: &Fields<'_>) -> Option<EventBody> {
    let page = action.text("url");
    let (place, query) = match page {
        Some(url) => (SearchPlace::Page, url),
        None => (SearchPlace::Web, action.text("query")?),
    };
    Some(EventBody::Search(Search {
        place,
        query,
        path: action.text("pattern"),
        tool_use: tool_use.clone(),
    }))
}

fn plan(tool_use: &ToolUse, arguments: &Fields<'_>) -> Option<Plan> {
    let steps = arguments.get("plan")?.items()?.into_iter().filter_map(|step| {
        let step = step.fields()?;
        let status = match step.str("status").as_deref() {
            Some("pending") => Some(StepStatus::Pending),
            Some("in_progress") => Some(StepStatus::InProgress),
            Some("completed") => Some(StepStatus::Completed),
            _ => None,
        };
        Some(PlanStep { id: None, text: step.text("step").unwrap_or_default(), status })
    });
    let steps = steps.collect();
    Some(Plan { tool_use: tool_use.clone(), change: PlanChange::Replace, steps, proposal: None })
}

pub(super) fn questions(arguments: &Fields<'_>) -> Vec<QuestionItem> {
    let items = arguments.items("questions").into_iter().filter_map(Raw::fields);
    items
        .map(|item| QuestionItem {
            question: item.text("question").or_else(|| item.text("title")).unwrap_or_default(),
            options: item
                .items("options")
                .into_iter()
                .filter_map(|o| o.str().map(Into::into).or_else(|| o.fields()?.text("label")))
                .collect(),
            multiple: false,
        })
        .collect()
}

/// The changes that a completed item lists by path: `{"<path>":{"type":"update","unified_diff":…}}`.
pub(super) fn changes(changes: &Fields<'_>) -> Vec<FileEdit> {
    let change = |(path, change): (Cow<'_, str>, Raw<'_>)| {
        let change = change.fields().unwrap_or_default();
        let hunks =
            change.str("unified_diff").map(|diff| patch::unified(&diff)).unwrap_or_default();
        let target = change.text("move_path");
        match (change.str("type").as_deref(), target) {
            (Some("add"), _) => {
                patch::written(path.into_owned(), &change.str("content").unwrap_or_default())
            }
            (Some("delete"), _) => {
                FileEdit { path: path.into_owned(), change: Change::Delete, from: None, hunks }
            }
            (_, Some(target)) => FileEdit {
                path: target,
                change: Change::Move,
                from: Some(path.into_owned()),
                hunks,
            },
            _ => FileEdit { path: path.into_owned(), change: Change::Modify, from: None, hunks },
        }
    };
    changes.iter().map(change).collect()
}
