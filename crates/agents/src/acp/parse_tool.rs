//! Tool calls: `ToolCall` of the protocol, with the fields of its updates merged into it. Kinds are the
//! protocol's, inputs the agents' own: their usual names are looked for (OpenCode, Gemini, Claude, Codex).

use callboard_model::EventBody;
use callboard_model::event::{
    Change, Command, Edit, FileEdit, Read, Search, SearchPlace, Tool, ToolResult, ToolUse,
};
use serde_json::Value;

use super::diff;
use super::parse::word;

const COMMANDS: &[&str] = &["command", "cmd"];
const PATHS: &[&str] = &["filePath", "file_path", "filepath", "path", "absolute_path", "abs_path"];
const QUERIES: &[&str] = &["pattern", "query", "url", "glob"];

/// What a use of a tool is.
pub(super) fn tool_use(call: &Value) -> EventBody {
    let input = &call["rawInput"];
    let used = ToolUse {
        tool_use_id: word(call, "toolCallId").unwrap_or_default(),
        tool: word(call, "name").or_else(|| word(call, "title")).unwrap_or_default(),
    };
    let kind = call["kind"].as_str().unwrap_or("other");
    match kind {
        "execute" => {
            let command = first(input, COMMANDS).or_else(|| word(call, "title"));
            EventBody::Command(Command {
                tool_use: used,
                command: command.unwrap_or_default(),
                description: word(input, "description"),
                cwd: word(input, "cwd"),
                background: false,
                escalation: None,
            })
        }
        "edit" | "delete" | "move" => {
            EventBody::Edit(Edit { tool_use: used, files: files(call, kind) })
        }
        "read" => match path(call) {
            Some(path) => EventBody::Read(Read { tool_use: used, path, from_line: None }),
            None => other(used, input),
        },
        "search" | "fetch" => EventBody::Search(Search {
            tool_use: used,
            place: match kind {
                "search" => SearchPlace::Text,
                _ if input["url"].is_string() => SearchPlace::Page,
                _ => SearchPlace::Web,
            },
            query: first(input, QUERIES).or_else(|| word(call, "title")).unwrap_or_default(),
            path: word(input, "path"),
        }),
        _ => other(used, input),
    }
}

fn other(tool_use: ToolUse, input: &Value) -> EventBody {
    EventBody::Tool(Tool { tool_use, input: input.clone() })
}

/// What it came to.
pub(super) fn result(call: &Value) -> ToolResult {
    let output = &call["rawOutput"];
    let text = text_of(call).or_else(|| word(output, "output"));
    let text = text.or_else(|| output.as_str().map(str::to_owned));
    ToolResult {
        tool_use_id: word(call, "toolCallId").unwrap_or_default(),
        text: text.unwrap_or_default(),
        ok: match call["status"].as_str() {
            Some("completed") => Some(exit_code(call).is_none_or(|code| code == 0)),
            Some("failed") => Some(false),
            _ => None,
        },
        exit_code: exit_code(call),
        edits: diffs(call),
        refused: call["refused"].as_str().map(str::to_owned),
        interrupted: call["interrupted"].as_bool().unwrap_or(false),
        ..ToolResult::default()
    }
}

fn exit_code(call: &Value) -> Option<i32> {
    let output = &call["rawOutput"];
    let places = [&output["metadata"]["exit"], &output["exit_code"], &output["exitCode"]];
    places.into_iter().find_map(|code| i32::try_from(code.as_i64()?).ok())
}

/// The text of its content.
pub(super) fn text_of(call: &Value) -> Option<String> {
    let contents = call["content"].as_array().into_iter().flatten();
    let texts: Vec<&str> = contents
        .filter(|content| content["type"] == "content")
        .filter_map(|content| content["content"]["text"].as_str())
        .collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// The files that it writes.
pub(super) fn files(call: &Value, kind: &str) -> Vec<FileEdit> {
    let told = diffs(call);
    if !told.is_empty() {
        return told;
    }
    let input = &call["rawInput"];
    let change = match kind {
        "delete" => Change::Delete,
        "move" => Change::Move,
        _ => Change::Modify,
    };
    let Some(path) = path(call) else { return Vec::new() };
    let (old, new) = (
        first(input, &["oldString", "old_string"]),
        first(input, &["newString", "new_string", "content"]),
    );
    vec![match new {
        Some(new) if change == Change::Modify => diff::edit(path, old.as_deref(), &new),
        _ => FileEdit { path, change, from: None, hunks: Vec::new() },
    }]
}

/// `content[]{type:"diff",path,oldText,newText}`.
fn diffs(call: &Value) -> Vec<FileEdit> {
    let contents = call["content"].as_array().into_iter().flatten();
    contents
        .filter(|content| content["type"] == "diff")
        .filter_map(|content| {
            let new = content["newText"].as_str().unwrap_or_default();
            Some(diff::edit(word(content, "path")?, content["oldText"].as_str(), new))
        })
        .collect()
}

fn path(call: &Value) -> Option<String> {
    word(&call["locations"][0], "path").or_else(|| first(&call["rawInput"], PATHS))
}

/// The first of these fields; a list of words becomes a line.
pub(super) fn first(input: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match &input[*name] {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Array(words) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            Some(match words.as_slice() {
                // Codex wraps what it runs.
                [_, "-c" | "-lc", command] => (*command).to_owned(),
                words => words.join(" "),
            })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As captured of OpenCode 1.18.33, shortened.
    #[test]
    fn a_command_has_its_line_and_its_exit_code() {
        let mut call = json!({"toolCallId": "tu0", "title": "printf made > made.txt", "kind": "execute",
            "status": "in_progress", "rawInput": {"command": "printf made > made.txt", "description": "Make a file", "cwd": "/w"}});
        let EventBody::Command(command) = tool_use(&call) else { panic!("a command") };
        assert_eq!(command.command, "printf made > made.txt");
        assert_eq!(command.tool_use.tool_use_id, "tu0");
        call["status"] = "completed".into();
        call["rawOutput"] = json!({"output": "no", "metadata": {"exit": 1}});
        let result = result(&call);
        assert_eq!(
            (result.exit_code, result.ok, result.text.as_str()),
            (Some(1), Some(false), "no")
        );
    }

    #[test]
    fn edits_are_told_by_their_diffs_or_their_inputs() {
        let call = json!({"toolCallId": "tu3", "kind": "edit", "title": "edit",
            "locations": [{"path": "/w/a.txt"}],
            "rawInput": {"filePath": "/w/a.txt", "oldString": "hello", "newString": "bye"}});
        let told = files(&call, "edit");
        assert_eq!(
            (told[0].path.as_str(), &told[0].hunks[0].lines[..]),
            ("/w/a.txt", &["-hello".to_owned(), "+bye".to_owned()][..])
        );
        let call = json!({"content": [{"type": "diff", "path": "/w/b", "oldText": null, "newText": "x\n"}]});
        assert_eq!(result(&call).edits[0].change, Change::Write);
        let codex = json!({"command": ["bash", "-lc", "ls -l"]});
        assert_eq!(first(&codex, COMMANDS).as_deref(), Some("ls -l"));
    }
}
