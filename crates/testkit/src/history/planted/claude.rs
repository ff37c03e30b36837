//! A session of Claude Code, record by record.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Came, Pen, Use};
use crate::history::time::Clock;

pub(super) struct Claude {
    file: PathBuf,
    native: String,
    cwd: String,
    clock: Clock,
    parent: Value,
    records: u32,
    text: String,
}

impl Claude {
    pub(super) fn create(home: &Path, native: &str, cwd: &Path, position: f64) -> Self {
        Self::begin(home, native, cwd, Clock::at(position))
    }

    /// One that begins at a time.
    pub(super) fn begin(home: &Path, native: &str, cwd: &Path, clock: Clock) -> Self {
        let cwd = cwd.to_string_lossy().into_owned();
        let slug: String =
            cwd.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let folder = home.join("projects").join(slug);
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{native}.jsonl"));
        let native = native.to_owned();
        Self { file, native, cwd, clock, parent: Value::Null, records: 0, text: String::new() }
    }

    fn record(&mut self, kind: &str, more: Value) {
        self.clock.pass(400);
        self.records += 1;
        let uuid = format!("{}-{:08x}", &self.native[..27], self.records);
        let mut record = json!({"parentUuid": self.parent, "isSidechain": false,
            "userType": "external", "cwd": self.cwd, "sessionId": self.native,
            "version": "2.1.197", "gitBranch": "main", "type": kind, "uuid": uuid,
            "timestamp": self.clock.text()});
        let (Value::Object(fields), Value::Object(more)) = (&mut record, more) else { return };
        fields.extend(more);
        self.parent = json!(uuid);
        self.text += &record.to_string();
        self.text.push('\n');
    }

    fn user(&mut self, content: Value, more: Value) {
        let mut record = json!({"message": {"role": "user", "content": content}});
        let (Value::Object(fields), Value::Object(more)) = (&mut record, more) else { return };
        fields.extend(more);
        self.record("user", record);
    }

    fn assistant(&mut self, block: Value, stop: Value) {
        let id = format!("msg_{:08x}", self.records);
        self.record(
            "assistant",
            json!({"requestId": format!("req_{:08x}", self.records), "message": {"model": "claude-opus-4-6",
                "id": id, "type": "message", "role": "assistant", "content": [block],
                "stop_reason": stop, "stop_sequence": null,
                "usage": {"input_tokens": 3, "cache_creation_input_tokens": 900,
                    "cache_read_input_tokens": 40_000, "output_tokens": 120}}}),
        );
    }

    fn result(&mut self, id: &str, text: &str, is_error: bool, told: Value) {
        let block = json!({"tool_use_id": id, "type": "tool_result", "content": text,
            "is_error": is_error});
        self.user(json!([block]), json!({"toolUseResult": told}));
    }

    fn edited(&mut self, id: &str, path: &str, old: &str, new: &str) {
        let lines: Vec<String> = old
            .lines()
            .map(|line| format!("-{line}"))
            .chain(new.lines().map(|line| format!("+{line}")))
            .collect();
        let patch = json!([{"oldStart": 12, "oldLines": old.lines().count(), "newStart": 12,
            "newLines": new.lines().count(), "lines": lines}]);
        let told = json!({"filePath": path, "oldString": old, "newString": new,
            "originalFile": old, "structuredPatch": patch, "userModified": false,
            "replaceAll": false});
        let text = format!("The file {path} has been updated successfully.");
        self.result(id, &text, false, told);
    }

    fn refused(&mut self, id: &str, words: &str) {
        let mut text = "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it \
            was a file edit, the new_string was NOT written to the file)."
            .to_owned();
        text += &match words {
            "" => {
                " STOP what you are doing and wait for the user to tell you how to proceed.".into()
            }
            words => format!(" To tell you how to proceed, the user said:\n{words}"),
        };
        let block = json!({"tool_use_id": id, "type": "tool_result", "content": text,
            "is_error": true});
        let told =
            json!({"toolUseResult": format!("Error: {text}"), "toolDenialKind": "user-rejected"});
        self.user(json!([block]), told);
    }
}

/// A tool's name, and its input.
fn input_of(used: &Use<'_>) -> (&'static str, Value) {
    match used {
        Use::Run(command) => ("Bash", json!({"command": command, "description": "Run it"})),
        Use::Edit { path, old, new } => (
            "Edit",
            json!({"file_path": path, "old_string": old, "new_string": new, "replace_all": false}),
        ),
        Use::Write { path, content } => ("Write", json!({"file_path": path, "content": content})),
        Use::Read(path) => ("Read", json!({"file_path": path})),
        Use::Ask(asked) => {
            let question = |asked: &super::Asked| {
                let options: Vec<Value> = asked
                    .options
                    .iter()
                    .map(|label| json!({"label": label, "description": ""}))
                    .collect();
                json!({"question": asked.question, "header": "Choice", "options": options,
                    "multiSelect": false})
            };
            let questions: Vec<Value> = asked.iter().map(question).collect();
            ("AskUserQuestion", json!({"questions": questions}))
        }
        Use::Plan(plan) => ("ExitPlanMode", json!({"plan": plan})),
    }
}

impl Pen for Claude {
    const AGENT: &'static str = "claude";
    const HAS_PLANS: bool = true;

    fn prompt(&mut self, text: &str) {
        self.user(json!(text), json!({}));
    }

    fn say(&mut self, text: &str, ends_turn: bool) {
        let stop = if ends_turn { json!("end_turn") } else { Value::Null };
        self.assistant(json!({"type": "text", "text": text}), stop);
    }

    fn think(&mut self, text: &str) {
        self.assistant(
            json!({"type": "thinking", "thinking": text, "signature": "c2ln"}),
            Value::Null,
        );
    }

    fn interrupt(&mut self) {
        self.user(json!([{"type": "text", "text": "[Request interrupted by user]"}]), json!({}));
    }

    fn compact(&mut self, summary: &str) {
        let before = std::mem::replace(&mut self.parent, Value::Null);
        self.record(
            "system",
            json!({"subtype": "compact_boundary", "content": "Conversation compacted",
                "isMeta": false, "level": "info", "logicalParentUuid": before,
                "compactMetadata": {"trigger": "auto", "preTokens": 155_000}}),
        );
        let text = format!(
            "This session is being continued from a previous conversation that ran out of context. \
             The summary below covers the earlier portion of the conversation.\n\n{summary}"
        );
        let marks = json!({"isCompactSummary": true, "isVisibleInTranscriptOnly": true});
        self.user(json!(text), marks);
    }

    fn tool(&mut self, id: String, used: &Use<'_>, came: &Came<'_>) {
        let (name, input) = input_of(used);
        self.assistant(
            json!({"type": "tool_use", "id": id, "name": name, "input": input}),
            json!("tool_use"),
        );
        match (came, used) {
            (Came::Nothing, _) => {}
            (Came::Refused(words), _) => self.refused(&id, words),
            (Came::Answers(answers), Use::Ask(asked)) => {
                let told: serde_json::Map<String, Value> = asked
                    .iter()
                    .zip(*answers)
                    .map(|(asked, answer)| (asked.question.clone(), json!(answer)))
                    .collect();
                let pairs: Vec<String> = asked
                    .iter()
                    .zip(*answers)
                    .map(|(asked, answer)| format!("\"{}\"=\"{answer}\"", asked.question))
                    .collect();
                let text = format!(
                    "User has answered your questions: {}. You can now continue with the user's answers in mind.",
                    pairs.join(", ")
                );
                self.result(
                    &id,
                    &text,
                    false,
                    json!({"questions": input["questions"], "answers": told}),
                );
            }
            (Came::Ended(0, output) | Came::Done(output), Use::Run(_)) => {
                let told =
                    json!({"stdout": output, "stderr": "", "interrupted": false, "isImage": false});
                self.result(&id, output, false, told);
            }
            (Came::Ended(code, output), _) => {
                let text = format!("Exit code {code}\n{output}");
                self.result(&id, &text, true, json!(format!("Error: {text}")));
            }
            (Came::Done(_), Use::Plan(plan)) => {
                let text = "User has approved your plan. You can now start coding.";
                self.result(&id, text, false, json!({"plan": plan, "isAgent": false}));
            }
            (Came::Done(_), Use::Edit { path, old, new }) => self.edited(&id, path, old, new),
            (Came::Done(_), Use::Write { path, content }) => {
                let told = json!({"type": "create", "filePath": path, "content": content,
                    "structuredPatch": [], "originalFile": null});
                self.result(&id, &format!("File created successfully at: {path}"), false, told);
            }
            (Came::Done(content), Use::Read(path)) => {
                let lines = content.lines().count();
                let told = json!({"type": "text", "file": {"filePath": path, "content": content,
                    "numLines": lines, "startLine": 1, "totalLines": lines}});
                self.result(&id, content, false, told);
            }
            (Came::Done(text), _) => self.result(&id, text, false, Value::Null),
            (Came::Answers(_), _) => {}
        }
    }

    fn beside_prompt(&mut self) {
        let reminder = "<system-reminder>\nThe file list may have changed.\n</system-reminder>";
        self.user(json!([{"type": "text", "text": reminder}]), json!({"isMeta": true}));
    }

    fn pass(&mut self, ms: usize) {
        self.clock.pass(ms);
    }

    fn written(&self) -> u64 {
        self.text.len() as u64
    }

    fn finish(self) -> PathBuf {
        fs::write(&self.file, self.text).unwrap();
        self.file
    }
}
