//! Tool calls in Claude Code's transcripts: the call, its progress, and the result, which stands
//! there twice.

use std::io::Write;

use super::claude::{Subagents, Transcript, Voice, put};
use super::random::Random;
use super::sheet::Sheet;
use super::words::{Writer, number_lines};

impl Transcript<'_, '_> {
    /// One tool call, of the kinds and sizes that real sessions have.
    pub(super) fn tool(&mut self, message: &str) {
        match self.writer.random.below(100) {
            0..34 => self.read(message),
            34..56 => self.edit(message),
            56..80 => self.bash(message),
            80..90 => self.grep(message),
            90..95 => self.write_file(message),
            95..98 if self.voice.agent.is_none() => self.delegate(message),
            _ => self.fail(message),
        }
        if self.writer.random.chance(0.4) {
            self.progress("hook_progress", "toolu_hook", |t| {
                put!(t, r#""hookEvent":"PostToolUse","hookName":"PostToolUse:Edit","command":"hook tool""#);
            });
        }
    }

    /// Writes the call; its id.
    fn call(&mut self, message: &str, name: &str, input: impl FnOnce(&mut Self)) -> String {
        let id = self.writer.id("toolu_");
        self.open_assistant(message);
        put!(self, r#""type":"tool_use","id":"{id}","name":"{name}","input":{{"#);
        input(self);
        put!(self, "}}");
        self.close_assistant();
        id
    }

    /// Writes the result: `self.text` as the model sees it, and `structured` as the agent keeps it.
    fn result(&mut self, id: &str, is_error: bool, structured: impl FnOnce(&mut Self)) {
        let source = self.parent.clone().unwrap_or_default();
        self.open();
        put!(
            self,
            r#""type":"user","message":{{"role":"user","content":[{{"tool_use_id":"{id}","type":"tool_result","content":""#
        );
        self.sheet.line.extend_from_slice(&self.text);
        put!(self, r#"","is_error":{is_error}}}]}},"toolUseResult":"#);
        structured(self);
        put!(self, r#","sourceToolAssistantUUID":"{source}","#);
        self.sheet.truth.tool_results += 1;
        self.close();
    }

    fn put_text(&mut self) {
        self.sheet.line.extend_from_slice(&self.text);
    }

    fn read(&mut self, message: &str) {
        let path = format!("{}/{}", self.session.cwd, self.writer.path());
        let id = self.call(message, "Read", |t| put!(t, r#""file_path":"{path}""#));
        let mut code = Vec::new();
        let length = self.writer.random.spread(3_000);
        self.writer.code(length, &mut code);
        self.text.clear();
        number_lines(&code, &mut self.text);
        let lines = code.windows(2).filter(|w| w == b"\\n").count();
        self.result(&id, false, |t| {
            put!(t, r#"{{"type":"text","file":{{"filePath":"{path}","content":""#);
            t.sheet.line.extend_from_slice(&code);
            put!(t, r#"","numLines":{lines},"startLine":1,"totalLines":{lines}}}}}"#);
        });
    }

    fn edit(&mut self, message: &str) {
        let path = format!("{}/{}", self.session.cwd, self.writer.path());
        let (mut old, mut new, mut around) = (Vec::new(), Vec::new(), Vec::new());
        let length = self.writer.random.spread(300);
        self.writer.code(length, &mut old);
        let length = self.writer.random.spread(420);
        self.writer.code(length, &mut new);
        let length = self.writer.random.spread(10_500);
        self.writer.code(length, &mut around);
        let id = self.call(message, "Edit", |t| {
            put!(t, r#""file_path":"{path}","old_string":""#);
            t.sheet.line.extend_from_slice(&old);
            put!(t, r#"","new_string":""#);
            t.sheet.line.extend_from_slice(&new);
            put!(t, r#"","replace_all":false"#);
        });
        self.text.clear();
        write!(self.text, "The file {path} has been updated successfully.").unwrap();
        let edits = [(b'-', old.as_slice()), (b'+', new.as_slice())];
        self.result(&id, false, |t| {
            put!(t, r#"{{"filePath":"{path}","oldString":""#);
            t.sheet.line.extend_from_slice(&old);
            put!(t, r#"","newString":""#);
            t.sheet.line.extend_from_slice(&new);
            put!(t, r#"","originalFile":""#);
            t.sheet.line.extend_from_slice(&around);
            t.sheet.line.extend_from_slice(&old);
            put!(t, r#"","structuredPatch":[{{"oldStart":38,"oldLines":12,"newStart":38,"newLines":15,"lines":["#);
            put_patch(&mut t.sheet.line, &edits);
            put!(t, r#"]}}],"userModified":false,"replaceAll":false}}"#);
        });
    }

    fn bash(&mut self, message: &str) {
        const COMMANDS: &[&str] = &[
            "cargo nextest run",
            "npm test",
            "git status",
            "go build ./...",
            "rg -n",
            "pytest -q",
            "ls -la",
        ];
        let command = *self.writer.random.pick(COMMANDS);
        let id = self.call(message, "Bash", |t| {
            put!(t, r#""command":"{command} "#);
            t.writer.identifier(&mut t.sheet.line);
            put!(t, r#"","description":""#);
            t.writer.prose(30, &mut t.sheet.line);
            put!(t, "\"");
        });
        let mut output = Vec::new();
        let length = self.writer.random.spread(1_300);
        self.writer.output(length, &mut output);
        std::mem::swap(&mut self.text, &mut output);
        for second in 0..self.writer.random.below(11) {
            let shown = self.text.len() * second / 11;
            let shown = line_start(&self.text, shown);
            self.progress("bash_progress", &id, |t| {
                for field in ["output", "fullOutput"] {
                    put!(t, r#""{field}":""#);
                    t.sheet.line.extend_from_slice(&t.text[..shown]);
                    put!(t, r#"","#);
                }
                put!(t, r#""elapsedTimeSeconds":{},"totalLines":{second}"#, second + 2);
            });
        }
        let is_error = self.writer.random.chance(0.12);
        self.result(&id, is_error, |t| {
            put!(t, "{}", if is_error { "\"Error: Exit code 1\\n" } else { r#"{"stdout":""# });
            t.put_text();
            put!(
                t,
                "{}",
                if is_error {
                    "\""
                } else {
                    r#"","stderr":"","interrupted":false,"isImage":false}"#
                }
            );
        });
    }

    fn grep(&mut self, message: &str) {
        let id = self.call(message, "Grep", |t| {
            put!(t, r#""pattern":""#);
            t.writer.identifier(&mut t.sheet.line);
            put!(t, r#"","output_mode":"content","-n":true"#);
        });
        self.text.clear();
        let length = self.writer.random.spread(1_500);
        let mut found = std::mem::take(&mut self.text);
        self.writer.output(length, &mut found);
        self.text = found;
        self.result(&id, false, |t| {
            put!(t, r#"{{"mode":"content","numFiles":0,"filenames":[],"content":""#);
            t.put_text();
            put!(t, r#"","numLines":40}}"#);
        });
    }

    fn write_file(&mut self, message: &str) {
        let path = format!("{}/{}", self.session.cwd, self.writer.path());
        let mut content = Vec::new();
        let length = self.writer.random.spread(2_000);
        self.writer.code(length, &mut content);
        let id = self.call(message, "Write", |t| {
            put!(t, r#""file_path":"{path}","content":""#);
            t.sheet.line.extend_from_slice(&content);
            put!(t, "\"");
        });
        self.text.clear();
        write!(self.text, "File created successfully at: {path}").unwrap();
        self.result(&id, false, |t| {
            put!(t, r#"{{"type":"create","filePath":"{path}","content":""#);
            t.sheet.line.extend_from_slice(&content);
            put!(t, r#"","structuredPatch":[],"originalFile":null}}"#);
        });
    }

    fn fail(&mut self, message: &str) {
        let id = self.call(message, "Read", |t| put!(t, r#""file_path":"/nowhere/nope.rs""#));
        self.text.clear();
        self.text.extend_from_slice(b"File does not exist.");
        self.result(&id, true, |t| put!(t, r#""Error: File does not exist.""#));
    }

    /// Another agent works; what it does stands in its own records, and in part here as progress.
    fn delegate(&mut self, message: &str) {
        let agent = format!("{:07x}", self.writer.random.next() & 0xfff_ffff);
        let mut task = Vec::new();
        self.writer.prose(400, &mut task);
        let id = self.call(message, "Task", |t| {
            put!(t, r#""description":"Look around","prompt":""#);
            t.sheet.line.extend_from_slice(&task);
            put!(t, r#"","subagent_type":"Explore""#);
        });
        self.run_subagent(&agent, &id);
        for _ in 0..self.writer.random.between(4, 24) {
            let uuid = self.writer.uuid();
            self.progress("agent_progress", &id, |t| {
                put!(t, r#""message":{{"type":"user","message":{{"role":"user","content":[{{"type":"text","text":""#);
                let length = t.writer.random.spread(1_700);
                t.writer.output(length, &mut t.sheet.line);
                put!(t, r#""}}]}},"uuid":"{uuid}"}},"normalizedMessages":[],"agentId":"{agent}""#);
            });
        }
        let mut answer = std::mem::take(&mut self.text);
        answer.clear();
        let length = self.writer.random.spread(2_400);
        self.writer.prose(length, &mut answer);
        self.text = answer;
        self.result(&id, false, |t| {
            put!(t, r#"{{"status":"completed","agentId":"{agent}","prompt":""#);
            t.sheet.line.extend_from_slice(&task);
            put!(t, r#"","content":[{{"type":"text","text":""#);
            t.put_text();
            put!(
                t,
                r#""}}],"totalDurationMs":226816,"totalTokens":94109,"totalToolUseCount":36}}"#
            );
        });
    }

    fn run_subagent(&mut self, agent: &str, tool_use: &str) {
        self.sheet.truth.subagents += 1;
        if self.voice.subagents == Subagents::Inline {
            let parent = self.parent.take();
            self.voice.agent = Some(agent.to_owned());
            self.exchange(None);
            self.voice.agent = None;
            self.parent = parent;
            return;
        }
        let folder = match self.voice.subagents {
            Subagents::Below => self.session.folder.join(&self.voice.id).join("subagents"),
            _ => self.session.folder.clone(),
        };
        let sheet = Sheet::create(&folder.join(format!("agent-{agent}.jsonl")));
        if self.voice.subagents == Subagents::Below {
            let meta = format!(
                r#"{{"agentType":"Explore","description":"Look around","toolUseId":"{tool_use}","spawnDepth":1}}"#
            );
            std::fs::write(folder.join(format!("agent-{agent}.meta.json")), meta).unwrap();
        }
        let random = Random::new(self.writer.random.next(), 1);
        let voice = Voice { agent: Some(agent.to_owned()), ..self.voice.clone() };
        let writer = Writer::new(self.writer.vocabulary, random);
        let mut nested = Transcript::new(self.session, voice, writer, self.clock.clone(), sheet);
        nested.exchange(None);
        let truth = nested.sheet.finish(self.session.oddities, 1.0);
        self.nested.add(&truth);
    }
}

/// The lines of a patch as JSON strings: all of the old, then all of the new.
fn put_patch(out: &mut Vec<u8>, edits: &[(u8, &[u8])]) {
    let mut first = true;
    for (mark, code) in edits {
        let mut rest = *code;
        while let Some(end) = rest.windows(2).position(|w| w == b"\\n") {
            out.extend_from_slice(if first { b"\"" } else { b",\"" });
            first = false;
            out.push(*mark);
            out.extend_from_slice(&rest[..end]);
            out.push(b'"');
            rest = &rest[end + 2..];
        }
    }
}

/// The start of the line of `text` that byte `at` stands in.
fn line_start(text: &[u8], at: usize) -> usize {
    text[..at].windows(2).rposition(|w| w == b"\\n").map_or(0, |start| start + 2)
}
