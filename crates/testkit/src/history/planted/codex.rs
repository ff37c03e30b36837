//! A thread of Codex, record by record: numbered lines since 0.145, or those before.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Came, Pen, Use};
use crate::history::time::Clock;

pub(super) struct Codex {
    file: PathBuf,
    cwd: String,
    clock: Clock,
    /// Lines are numbered, and completed items reported.
    is_numbered: bool,
    ordinal: u64,
    text: String,
}

impl Codex {
    pub(super) fn create(
        home: &Path,
        native: &str,
        cwd: &Path,
        position: f64,
        is_numbered: bool,
    ) -> Self {
        Self::begin(home, native, cwd, Clock::at(position), is_numbered)
    }

    /// One that begins at a time.
    pub(super) fn begin(
        home: &Path,
        native: &str,
        cwd: &Path,
        clock: Clock,
        is_numbered: bool,
    ) -> Self {
        let (year, month, day) = clock.date();
        let folder = home.join(format!("sessions/{year}/{month:02}/{day:02}"));
        fs::create_dir_all(&folder).unwrap();
        let time = clock.text()[..19].replace(':', "-");
        let file = folder.join(format!("rollout-{time}-{native}.jsonl"));
        let cwd = cwd.to_string_lossy().into_owned();
        let mut codex = Self { file, cwd, clock, is_numbered, ordinal: 0, text: String::new() };
        codex.header(native);
        codex
    }

    fn header(&mut self, native: &str) {
        let version = if self.is_numbered { "0.169.0" } else { "0.104.0" };
        let (cwd, now) = (self.cwd.clone(), self.clock.text());
        self.line(
            "session_meta",
            &json!({"id": native, "timestamp": now, "cwd": cwd, "originator": "codex_cli_rs",
                "cli_version": version, "source": "cli",
                "git": {"commit_hash": "0123456789abcdef0123456789abcdef01234567", "branch": "main"}}),
        );
        let rules = format!(
            "# AGENTS.md instructions for {cwd}\n\n<INSTRUCTIONS>\nKeep it small.\n</INSTRUCTIONS>"
        );
        self.message("user", &rules);
        let around = format!("<environment_context>\n  <cwd>{cwd}</cwd>\n</environment_context>");
        self.message("user", &around);
    }

    fn line(&mut self, kind: &str, payload: &Value) {
        self.clock.pass(300);
        let mut line = json!({"timestamp": self.clock.text(), "type": kind, "payload": payload});
        if self.is_numbered {
            line["ordinal"] = json!(self.ordinal);
            self.ordinal += 1;
        }
        self.text += &line.to_string();
        self.text.push('\n');
    }

    fn item(&mut self, item: &Value) {
        self.line("response_item", item);
    }

    fn event(&mut self, event: &Value) {
        self.line("event_msg", event);
    }

    fn message(&mut self, role: &str, text: &str) {
        let kind = if role == "assistant" { "output_text" } else { "input_text" };
        self.item(&json!({"type": "message", "role": role,
            "content": [{"type": kind, "text": text}]}));
    }

    fn call(&mut self, id: &str, name: &str, arguments: &Value) {
        self.item(&json!({"type": "function_call", "name": name, "call_id": id,
            "arguments": arguments.to_string()}));
    }

    fn output(&mut self, id: &str, text: &str) {
        self.item(&json!({"type": "function_call_output", "call_id": id, "output": text}));
    }

    fn run(&mut self, id: &str, command: &str, came: &Came<'_>) {
        let arguments = if self.is_numbered {
            json!({"cmd": command, "workdir": self.cwd})
        } else {
            json!({"command": ["bash", "-lc", command], "workdir": self.cwd})
        };
        let name = if self.is_numbered { "exec_command" } else { "shell" };
        self.call(id, name, &arguments);
        let (code, output) = match came {
            Came::Ended(code, output) => (*code, *output),
            Came::Done(output) => (0, *output),
            Came::Refused(_) => return self.output(id, "exec command rejected by user"),
            Came::Answers(_) | Came::Nothing => return,
        };
        if self.is_numbered {
            let status = if code == 0 { "completed" } else { "failed" };
            let cwd = self.cwd.clone();
            self.event(&json!({"type": "item_completed", "item": {"type": "CommandExecution",
                "id": id, "command": ["bash", "-lc", command], "cwd": cwd, "exit_code": code,
                "status": status, "duration": {"secs": 0, "nanos": 40_000_000},
                "aggregated_output": output}}));
            let text = format!(
                "Chunk ID: 1f2e3d\nWall time: 0.4 seconds\nProcess exited with code {code}\nOutput:\n{output}"
            );
            self.output(id, &text);
        } else {
            let told = json!({"output": output,
                "metadata": {"exit_code": code, "duration_seconds": 0.4}});
            self.output(id, &told.to_string());
        }
    }

    fn patch(&mut self, id: &str, path: &str, old: Option<&str>, new: &str, came: &Came<'_>) {
        let inside = path.strip_prefix(&format!("{}/", self.cwd)).unwrap_or(path).to_owned();
        let marked = |mark: char, text: &str| -> String {
            text.lines().map(|line| format!("{mark}{line}\n")).collect()
        };
        let body = match old {
            Some(old) => {
                format!("*** Update File: {inside}\n@@\n{}{}", marked('-', old), marked('+', new))
            }
            None => format!("*** Add File: {inside}\n{}", marked('+', new)),
        };
        self.item(&json!({"type": "custom_tool_call", "status": "completed", "call_id": id,
            "name": "apply_patch", "input": format!("*** Begin Patch\n{body}*** End Patch\n")}));
        let letter = if old.is_some() { 'M' } else { 'A' };
        let text = match came {
            Came::Refused(_) => "patch rejected by user".to_owned(),
            _ => format!(
                "Exit code: 0\nWall time: 0.1 seconds\nOutput:\nSuccess. Updated the following files:\n{letter} {inside}\n"
            ),
        };
        if self.is_numbered && !matches!(came, Came::Refused(_)) {
            let change = match old {
                Some(old) => {
                    let (gone, come) = (old.lines().count(), new.lines().count());
                    let diff = format!(
                        "@@ -12,{gone} +12,{come} @@\n{}{}",
                        marked('-', old),
                        marked('+', new)
                    );
                    json!({"type": "update", "unified_diff": diff, "move_path": null})
                }
                None => json!({"type": "add", "content": new}),
            };
            self.event(&json!({"type": "item_completed", "item": {"type": "FileChange",
                "id": id, "changes": {path: change}, "status": "completed"}}));
        }
        self.item(&json!({"type": "custom_tool_call_output", "call_id": id, "output": text}));
    }

    fn ask(&mut self, id: &str, asked: &[super::Asked], came: &Came<'_>) {
        let question = |(n, asked): (usize, &super::Asked)| {
            let options: Vec<Value> = asked
                .options
                .iter()
                .map(|label| json!({"label": label, "description": ""}))
                .collect();
            json!({"id": format!("choice_{n}"), "header": "Choice", "question": asked.question,
                "options": options})
        };
        let questions: Vec<Value> = asked.iter().enumerate().map(question).collect();
        self.call(id, "request_user_input", &json!({"questions": questions}));
        if let Came::Answers(answers) = came {
            let told: serde_json::Map<String, Value> = answers
                .iter()
                .enumerate()
                .map(|(n, answer)| (format!("choice_{n}"), json!({"answers": [answer]})))
                .collect();
            self.output(id, &json!({"answers": told}).to_string());
        }
    }
}

impl Pen for Codex {
    const AGENT: &'static str = "codex";
    const HAS_PLANS: bool = false;

    fn prompt(&mut self, text: &str) {
        let cwd = self.cwd.clone();
        self.line(
            "turn_context",
            &json!({"cwd": cwd, "approval_policy": "on-request", "model": "gpt-5.5",
                "sandbox_policy": {"mode": "workspace-write", "network_access": false},
                "effort": "high", "summary": "auto"}),
        );
        self.event(&json!({"type": "task_started", "model_context_window": 272_000}));
        self.message("user", text);
        self.event(&json!({"type": "user_message", "message": text, "images": []}));
    }

    fn say(&mut self, text: &str, ends_turn: bool) {
        self.event(&json!({"type": "agent_message", "message": text}));
        self.message("assistant", text);
        if ends_turn {
            let usage = json!({"input_tokens": 40_000, "cached_input_tokens": 20_000,
                "output_tokens": 300, "reasoning_output_tokens": 0, "total_tokens": 40_300});
            self.event(&json!({"type": "token_count", "info": {"total_token_usage": usage,
                "last_token_usage": usage, "model_context_window": 272_000}}));
            self.event(&json!({"type": "task_complete", "last_agent_message": text}));
        }
    }

    fn think(&mut self, text: &str) {
        self.item(&json!({"type": "reasoning",
            "summary": [{"type": "summary_text", "text": text}], "encrypted_content": "Z0FB"}));
        self.event(&json!({"type": "agent_reasoning", "text": text}));
    }

    fn interrupt(&mut self) {
        self.event(&json!({"type": "turn_aborted", "reason": "interrupted"}));
    }

    fn compact(&mut self, summary: &str) {
        let history = [summary].map(|text| {
            json!({"type": "message", "role": "user",
                "content": [{"type": "input_text", "text": text}]})
        });
        self.line("compacted", &json!({"message": summary, "replacement_history": history}));
    }

    fn tool(&mut self, id: String, used: &Use<'_>, came: &Came<'_>) {
        match used {
            Use::Run(command) => self.run(&id, command, came),
            Use::Read(path) => self.run(&id, &format!("sed -n '1,200p' {path}"), came),
            Use::Edit { path, old, new } => self.patch(&id, path, Some(old), new, came),
            Use::Write { path, content } => self.patch(&id, path, None, content, came),
            Use::Ask(asked) => self.ask(&id, asked, came),
            // It plans in words alone.
            Use::Plan(_) => {}
        }
    }

    fn beside_prompt(&mut self) {
        let around =
            format!("<environment_context>\n  <cwd>{}</cwd>\n</environment_context>", self.cwd);
        self.message("user", &around);
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
