//! Transcripts as agents write them, line by line.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use callboard_testkit::HermeticHome;
use serde_json::{Value, json};

/// 2026-03-01 09:00:00 UTC, in milliseconds: when every conversation begins.
const BEGIN: i64 = 1_772_355_600_000;

/// The moment of the `n`th line.
pub(crate) fn moment(n: u64) -> String {
    let at = callboard_model::Timestamp::from_millisecond(BEGIN + i64::try_from(n).unwrap() * 1000);
    at.to_string()
}

/// The number whose [`moment`] is now.
pub(crate) fn seconds_to_now() -> u64 {
    u64::try_from((callboard_os::clock::now().as_millisecond() - BEGIN) / 1000).unwrap()
}

/// A moment after all that is written.
pub(crate) fn now() -> callboard_model::Timestamp {
    callboard_model::Timestamp::from_millisecond(BEGIN + 3_600_000)
}

/// Appends to a file, which may be new.
pub(crate) fn append(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// A session of Claude Code.
#[derive(Clone)]
pub(crate) struct Claude {
    id: String,
    cwd: String,
    branch: String,
    /// The subagent whose lines these are.
    agent: Option<String>,
}

impl Claude {
    pub(crate) fn new(id: &str, cwd: &Path) -> Self {
        let (id, cwd) = (id.to_owned(), cwd.to_str().unwrap().to_owned());
        Self { id, cwd, branch: "main".to_owned(), agent: None }
    }

    pub(crate) fn branch(mut self, branch: &str) -> Self {
        branch.clone_into(&mut self.branch);
        self
    }

    /// The same session, after it went elsewhere.
    pub(crate) fn in_directory(mut self, cwd: &str) -> Self {
        cwd.clone_into(&mut self.cwd);
        self
    }

    pub(crate) fn subagent(mut self, agent: &str) -> Self {
        self.agent = Some(agent.to_owned());
        self
    }

    /// Where its transcript lies, in the folder of a project.
    pub(crate) fn path(&self, home: &HermeticHome, project: &str) -> PathBuf {
        let folder = home.claude_config_dir().join("projects").join(project);
        match &self.agent {
            Some(agent) => {
                folder.join(&self.id).join("subagents").join(format!("agent-{agent}.jsonl"))
            }
            None => folder.join(format!("{}.jsonl", self.id)),
        }
    }

    fn line(&self, n: u64, kind: &str, fields: Value) -> String {
        let of = self.agent.as_deref().unwrap_or("main");
        let mut record = json!({
            "parentUuid": null, "isSidechain": self.agent.is_some(), "sessionId": self.id,
            "cwd": self.cwd, "gitBranch": self.branch, "version": "2.1.0", "userType": "external",
            "type": kind, "uuid": format!("{}-{of}-{n}", self.id), "timestamp": moment(n),
        });
        if let Some(agent) = &self.agent {
            record["agentId"] = json!(agent);
        }
        let record_fields = record.as_object_mut().unwrap();
        record_fields.extend(fields.as_object().unwrap().clone());
        format!("{record}\n")
    }

    pub(crate) fn prompt(&self, n: u64, text: &str) -> String {
        self.line(n, "user", json!({"message": {"role": "user", "content": text}}))
    }

    fn reply(&self, n: u64, content: Value, stop: &str) -> String {
        let usage = json!({"input_tokens": 3, "output_tokens": 2,
            "cache_read_input_tokens": 10, "cache_creation_input_tokens": 5});
        let message = json!({"id": format!("m{n}"), "type": "message", "role": "assistant",
            "model": "claude-x", "content": [content], "stop_reason": stop, "usage": usage});
        self.line(n, "assistant", json!({"message": message}))
    }

    /// Words that end a turn.
    pub(crate) fn says(&self, n: u64, text: &str) -> String {
        self.reply(n, json!({"type": "text", "text": text}), "end_turn")
    }

    /// Words after which the turn may go on: an older format that does not tell its end.
    pub(crate) fn adds(&self, n: u64, text: &str) -> String {
        let content = json!({"type": "text", "text": text});
        self.line(n, "assistant", json!({"message": {"role": "assistant", "content": [content]}}))
    }

    pub(crate) fn uses(&self, n: u64, tool: &str, input: Value) -> String {
        let content =
            json!({"type": "tool_use", "id": format!("t{n}"), "name": tool, "input": input});
        self.reply(n, content, "tool_use")
    }

    pub(crate) fn runs(&self, n: u64, command: &str) -> String {
        self.uses(n, "Bash", json!({"command": command}))
    }

    /// The output of the command that the line `of` ran.
    pub(crate) fn ran(&self, n: u64, of: u64, output: &str) -> String {
        let content = json!([{"type": "tool_result", "tool_use_id": format!("t{of}"),
            "content": output, "is_error": false}]);
        let result = json!({"stdout": output, "stderr": "", "interrupted": false});
        let message = json!({"role": "user", "content": content});
        self.line(n, "user", json!({"message": message, "toolUseResult": result}))
    }

    /// The command that the line `of` ran failed.
    pub(crate) fn failed(&self, n: u64, of: u64, output: &str) -> String {
        let text = format!("Exit code 2\n{output}");
        let content = json!([{"type": "tool_result", "tool_use_id": format!("t{of}"),
            "content": text, "is_error": true}]);
        let message = json!({"role": "user", "content": content});
        self.line(n, "user", json!({"message": message, "toolUseResult": format!("Error: {text}")}))
    }

    /// The user answered the questions that the line `of` asked.
    pub(crate) fn answered(&self, n: u64, of: u64, answers: &[(&str, &str)]) -> String {
        let content = json!([{"type": "tool_result", "tool_use_id": format!("t{of}"),
            "content": "Your questions have been answered.", "is_error": false}]);
        let answers: serde_json::Map<String, Value> =
            answers.iter().map(|(asked, said)| ((*asked).to_owned(), json!(said))).collect();
        let message = json!({"role": "user", "content": content});
        self.line(n, "user", json!({"message": message, "toolUseResult": {"answers": answers}}))
    }

    /// The user refused what the line `of` wanted.
    pub(crate) fn refused(&self, n: u64, of: u64, words: &str) -> String {
        let said = if words.is_empty() {
            String::new()
        } else {
            format!(" To tell you how to proceed, the user said:\n{words}")
        };
        let text = format!("The user doesn't want to proceed with this tool use.{said}");
        let content = json!([{"type": "tool_result", "tool_use_id": format!("t{of}"),
            "content": text, "is_error": true}]);
        let message = json!({"role": "user", "content": content});
        self.line(n, "user", json!({"message": message, "toolUseResult": text}))
    }

    /// The agent's summary of what was before.
    pub(crate) fn summarised(&self, n: u64, text: &str) -> String {
        let message = json!({"role": "user", "content": text});
        self.line(n, "user", json!({"isCompactSummary": true, "message": message}))
    }

    /// Tells, as the running program does, that this process has the session open.
    pub(crate) fn register(&self, home: &HermeticHome, status: &str) {
        let folder = home.claude_config_dir().join("sessions");
        fs::create_dir_all(&folder).unwrap();
        let entry = json!({"pid": std::process::id(), "sessionId": self.id, "cwd": self.cwd,
            "status": status, "waitingFor": (status == "waiting").then_some("permission prompt")});
        let file = folder.join(format!("{}.json", self.id));
        let draft = folder.join(format!("{}.draft", self.id));
        fs::write(&draft, entry.to_string()).unwrap();
        fs::rename(draft, file).unwrap();
    }

    /// The running program takes its entry away when it ends.
    pub(crate) fn unregister(&self, home: &HermeticHome) {
        let folder = home.claude_config_dir().join("sessions");
        fs::remove_file(folder.join(format!("{}.json", self.id))).unwrap();
    }
}

/// The lines of a session as a fork copies them: under its own id, with the uuids they had; messages of
/// the agent name the session that they were asked for in.
pub(crate) fn copied(lines: &[String], into: &str) -> String {
    let copy = |line: &String| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        if record["type"] == "assistant" && record.get("requestSessionId").is_none() {
            record["requestSessionId"] = record["sessionId"].clone();
        }
        record["sessionId"] = json!(into);
        format!("{record}\n")
    };
    lines.iter().map(copy).collect()
}

/// A thread of Codex.
pub(crate) struct Codex {
    id: String,
    cwd: String,
}

impl Codex {
    pub(crate) fn new(id: &str, cwd: &Path) -> Self {
        Self { id: id.to_owned(), cwd: cwd.to_str().unwrap().to_owned() }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Where its rollout lies.
    pub(crate) fn path(&self, home: &HermeticHome) -> PathBuf {
        let folder = home.codex_home().join("sessions/2026/03/01");
        folder.join(format!("rollout-2026-03-01T09-00-00-{}.jsonl", self.id))
    }

    pub(crate) fn line(n: u64, kind: &str, payload: &Value) -> String {
        let record = json!({"timestamp": moment(n), "type": kind, "payload": payload});
        format!("{record}\n")
    }

    /// The first line.
    pub(crate) fn header(&self, n: u64, more: &Value) -> String {
        let mut payload = json!({"id": self.id, "cwd": self.cwd, "originator": "codex_cli_rs",
            "cli_version": "0.140.0", "source": "cli", "timestamp": moment(n)});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Self::line(n, "session_meta", &payload)
    }

    pub(crate) fn prompt(n: u64, text: &str) -> String {
        let content = json!([{"type": "input_text", "text": text}]);
        let item = json!({"type": "message", "role": "user", "content": content});
        Self::line(n, "response_item", &item)
    }

    pub(crate) fn says(n: u64, text: &str) -> String {
        let content = json!([{"type": "output_text", "text": text}]);
        let item = json!({"type": "message", "role": "assistant", "content": content});
        Self::line(n, "response_item", &item)
    }
}
