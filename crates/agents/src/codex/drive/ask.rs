//! What Codex asks: requests of the server to its clients.

use std::collections::BTreeMap;

use callboard_model::call::{Ask, CallDetail, CallKind, CallOption, Effect};
use callboard_model::event::{Change, FileEdit, QuestionItem};
use serde_json::{Value, json};

use super::super::patch;
use crate::ask::option;

/// Where an allowed command is written down.
const RULES: &str = "$CODEX_HOME/rules/default.rules";

/// What the request asks; `None` for requests of other kinds. `id` is the server's id of the request.
pub(super) fn of(
    id: &Value,
    method: &str,
    params: &Value,
    edits: &BTreeMap<String, Vec<FileEdit>>,
) -> Option<Ask> {
    let ask = match method {
        "item/commandExecution/requestApproval" => command(params),
        "item/fileChange/requestApproval" => file_change(params, edits),
        "item/permissions/requestApproval" => permissions(params),
        "item/tool/requestUserInput" => questions(params),
        "mcpServer/elicitation/request" => elicitation(id, params),
        _ => return None,
    };
    Some(ask)
}

/// The same request has the same key on every connection: ids of requests are one server's, those of items
/// the thread's.
fn key(params: &Value) -> String {
    let item = params["itemId"].as_str().unwrap_or_default();
    match params["approvalId"].as_str() {
        Some(approval) => format!("{item}:{approval}"),
        None => item.to_owned(),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn yes_session_no() -> Vec<CallOption> {
    vec![
        option("yes", "Allow once", Effect::Allow),
        option("session", "Allow for this session", Effect::AllowSession),
        option("no", "Deny", Effect::Deny),
        option("stop", "Deny and stop", Effect::DenyAndStop),
    ]
}

fn permission(params: &Value, question: String, detail: CallDetail) -> Ask {
    Ask {
        key: key(params),
        kind: CallKind::Permission,
        question,
        detail,
        options: yes_session_no(),
        tool_use_id: text(&params["itemId"]),
        subagent: None,
        reason: text(&params["reason"]),
        reply: Value::Null,
    }
}

fn command(params: &Value) -> Ask {
    let line = params["command"].as_str().map(without_shell).unwrap_or_default();
    let question = match text(&params["networkApprovalContext"]["host"]) {
        Some(host) => format!("Reach {host}?"),
        None => format!("Run `{}`?", line.lines().next().unwrap_or_default()),
    };
    let detail = CallDetail::Command {
        command: line,
        cwd: text(&params["cwd"]),
        description: text(&params["reason"]),
    };
    let mut ask = permission(params, question, detail);
    let amendment = &params["proposedExecpolicyAmendment"];
    if let Some(words) = amendment.as_array() {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        let rule = CallOption {
            writes: Some(RULES.to_owned()),
            ..option("rule", format!("Allow `{}` always", words.join(" ")), Effect::AllowAlways)
        };
        ask.options.insert(2, rule);
    }
    ask.reply = json!({"decision": amendment});
    ask
}

/// The command inside `/bin/bash -lc '…'`, which the agent wraps all of them in, quoted in whichever way needs least;
/// what stands behind it stays. Rules look at what is run, not at the shell that runs it.
fn without_shell(command: &str) -> String {
    let inner = command.split_once(" -lc ").filter(|(shell, _)| !shell.contains(' '));
    let Some((_, inner)) = inner else { return command.to_owned() };
    match first_word(inner) {
        Some((word, rest)) => word + rest,
        None => command.to_owned(),
    }
}

/// The first word as a shell reads it, and what follows it as it is written; `None` if a quote is not closed
/// (POSIX.1-2024 XCU 2.2). Expansions are kept as they are written.
fn first_word(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next().filter(|c| !is_operator(*c)) {
        rest = &rest[c.len_utf8()..];
        match c {
            '\'' => {
                let (quoted, after) = rest.split_once('\'')?;
                word.push_str(quoted);
                rest = after;
            }
            '"' => rest = double_quoted(rest, &mut word)?,
            '\\' => {
                let escaped = rest.chars().next()?;
                word.extend((escaped != '\n').then_some(escaped));
                rest = &rest[escaped.len_utf8()..];
            }
            c => word.push(c),
        }
    }
    Some((word, rest))
}

fn is_operator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '&' | '|' | '<' | '>' | '(' | ')')
}

/// Reads on behind an opening double quote; gives what follows the closing one.
fn double_quoted<'a>(text: &'a str, word: &mut String) -> Option<&'a str> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some(&text[at + 1..]),
            '\\' => match chars.next_if(|(_, c)| matches!(c, '$' | '`' | '"' | '\\' | '\n')) {
                Some((_, '\n')) => {}
                Some((_, escaped)) => word.push(escaped),
                None => word.push('\\'),
            },
            c => word.push(c),
        }
    }
    None
}

fn file_change(params: &Value, edits: &BTreeMap<String, Vec<FileEdit>>) -> Ask {
    let files = params["itemId"].as_str().and_then(|item| edits.get(item)).cloned();
    let files = files.unwrap_or_default();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let question = match paths.is_empty() {
        true => "Write files?".to_owned(),
        false => format!("Write {}?", paths.join(", ")),
    };
    let mut ask = permission(params, question, CallDetail::Edit { files });
    ask.reply = json!({"decision": null});
    ask
}

/// The changes of a `fileChange` item: `[{path, kind:{type}, diff}]`.
pub(super) fn edits(changes: &Value) -> Vec<FileEdit> {
    let changes = changes.as_array().into_iter().flatten();
    changes
        .map(|change| {
            let path = text(&change["path"]).unwrap_or_default();
            let diff = change["diff"].as_str().unwrap_or_default();
            let moved = text(&change["kind"]["move_path"]);
            match change["kind"]["type"].as_str() {
                Some("add") => patch::written(path, diff),
                Some("delete") => {
                    FileEdit { path, change: Change::Delete, from: None, hunks: Vec::new() }
                }
                _ => {
                    let hunks = patch::unified(diff);
                    match moved {
                        Some(to) => {
                            FileEdit { path: to, change: Change::Move, from: Some(path), hunks }
                        }
                        None => FileEdit { path, change: Change::Modify, from: None, hunks },
                    }
                }
            }
        })
        .collect()
}

fn permissions(params: &Value) -> Ask {
    let detail =
        CallDetail::Tool { tool: "permissions".to_owned(), input: params["permissions"].clone() };
    let mut ask = permission(params, "Give these permissions?".to_owned(), detail);
    ask.options.retain(|option| option.effect != Effect::DenyAndStop);
    ask.reply = json!({"permissions": params["permissions"]});
    ask
}

fn questions(params: &Value) -> Ask {
    let asked: Vec<&Value> = params["questions"].as_array().into_iter().flatten().collect();
    let questions: Vec<QuestionItem> = asked
        .iter()
        .map(|one| QuestionItem {
            question: text(&one["question"]).unwrap_or_default(),
            options: one["options"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|o| text(&o["label"]))
                .collect(),
            multiple: false,
        })
        .collect();
    let options = match questions.as_slice() {
        [one] => one
            .options
            .iter()
            .enumerate()
            .map(|(n, label)| option(&(n + 1).to_string(), label, Effect::Choose))
            .collect(),
        _ => Vec::new(),
    };
    let ids: Vec<Value> = asked.iter().map(|one| json!([one["question"], one["id"]])).collect();
    Ask {
        key: key(params),
        kind: CallKind::Question,
        question: questions.first().map(|q| q.question.clone()).unwrap_or_default(),
        detail: CallDetail::Questions { questions },
        options,
        tool_use_id: text(&params["itemId"]),
        subagent: None,
        reason: None,
        reply: json!({"questions": ids}),
    }
}

/// A server of tools asks, or one of its tools is to be allowed (`_meta.codex_approval_kind`).
fn elicitation(id: &Value, params: &Value) -> Ask {
    let is_tool = params["_meta"]["codex_approval_kind"] == "mcp_tool_call";
    let server = text(&params["serverName"]).unwrap_or_default();
    let (kind, detail) = if is_tool {
        let tool = params["_meta"]["tool_name"].as_str().unwrap_or_default();
        let input = params["_meta"]["tool_params"].clone();
        (CallKind::Permission, CallDetail::Tool { tool: format!("{server}/{tool}"), input })
    } else {
        let input = params["requestedSchema"].clone();
        (CallKind::Question, CallDetail::Tool { tool: server, input })
    };
    Ask {
        // It names its turn and no item.
        key: format!("{}:{id}", params["turnId"].as_str().unwrap_or_default()),
        kind,
        question: text(&params["message"]).unwrap_or_default(),
        detail,
        options: vec![
            option("yes", if is_tool { "Allow once" } else { "Accept" }, Effect::Allow),
            option("no", if is_tool { "Deny" } else { "Decline" }, Effect::Deny),
        ],
        tool_use_id: None,
        subagent: None,
        reason: None,
        reply: json!({"elicitation": params["requestedSchema"]}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_taken_out_of_its_shell_however_it_is_quoted() {
        for (wrapped, command) in [
            (r"/bin/bash -lc ls", "ls"),
            (r"/bin/bash -lc 'echo '\''a'\'''", "echo 'a'"),
            (r#"bash -lc "cd x && git push 'a'""#, "cd x && git push 'a'"),
            (r#"bash -lc "echo \"\$HOME\" \n 'a'""#, r#"echo "$HOME" \n 'a'"#),
            (r#"bash -lc 'echo '"'"'a'"'"' && git push'"#, "echo 'a' && git push"),
            (r"bash -lc git\ push\ a", "git push a"),
            (r"bash -lc 'git push' && rm -rf x", "git push && rm -rf x"),
            (r"git commit -lc 'x'", r"git commit -lc 'x'"),
            (r"bash -lc 'git push", r"bash -lc 'git push"),
        ] {
            assert_eq!(without_shell(wrapped), command);
        }
    }

    #[test]
    fn a_rule_sees_what_is_run() {
        let params = json!({ "command": r#"/bin/bash -lc "cd x && git push 'a'""# });
        let rules = callboard_model::call::Rules {
            deny: vec![callboard_model::call::Rule::parse("Bash(git push*)").unwrap()],
            ..Default::default()
        };
        let asked = command(&params);
        assert!(rules.ruling(&asked, None).is_some(), "{asked:?}");
    }
}
