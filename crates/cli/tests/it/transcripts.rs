//! Transcripts as agents write them, line by line.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use callboard_testkit::HermeticHome;
use serde_json::{Value, json};

/// The day of everything that is told here: so long ago that ages have four digits for decades, and
/// tables their widths.
pub(crate) const DAY: &str = "2020-03-01";

/// Appends to a file, which may be new.
pub(crate) fn append(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
}

/// Seconds after nine o'clock.
fn moment(n: u64) -> String {
    format!("{DAY}T{:02}:{:02}:{:02}.000Z", 9 + n / 3600, n / 60 % 60, n % 60)
}

/// A session of Claude Code.
pub(crate) struct Claude {
    id: String,
    cwd: PathBuf,
}

impl Claude {
    pub(crate) fn new(id: &str, cwd: &Path) -> Self {
        Self { id: id.to_owned(), cwd: cwd.to_owned() }
    }

    pub(crate) fn cwd(&self) -> &Path {
        &self.cwd
    }

    pub(crate) fn path(&self, home: &HermeticHome) -> PathBuf {
        home.claude_config_dir().join("projects/p").join(format!("{}.jsonl", self.id))
    }

    fn line(&self, n: u64, kind: &str, fields: &Value) -> String {
        let mut record = json!({
            "parentUuid": null, "isSidechain": false, "sessionId": self.id, "cwd": self.cwd,
            "gitBranch": "fix/lock", "version": "2.1.0", "userType": "external", "type": kind,
            "uuid": format!("{}-{n}", self.id),
            "timestamp": moment(n),
        });
        record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        format!("{record}\n")
    }

    pub(crate) fn prompt(&self, n: u64, text: &str) -> String {
        self.line(n, "user", &json!({"message": {"role": "user", "content": text}}))
    }

    fn reply(&self, n: u64, content: &Value, stop: &str) -> String {
        let usage = json!({"input_tokens": 3, "output_tokens": 2,
            "cache_read_input_tokens": 10, "cache_creation_input_tokens": 5});
        let message = json!({"id": format!("m{n}"), "type": "message", "role": "assistant",
            "model": "claude-x", "content": [content], "stop_reason": stop, "usage": usage});
        self.line(n, "assistant", &json!({"message": message}))
    }

    pub(crate) fn says(&self, n: u64, text: &str) -> String {
        self.reply(n, &json!({"type": "text", "text": text}), "end_turn")
    }

    pub(crate) fn uses(&self, n: u64, tool: &str, input: &Value) -> String {
        let id = format!("t{n}");
        self.reply(
            n,
            &json!({"type": "tool_use", "id": id, "name": tool, "input": input}),
            "tool_use",
        )
    }

    /// What the tool use of the line `of` came to.
    pub(crate) fn result(&self, n: u64, of: u64, output: &str, fields: &Value) -> String {
        let content = json!([{"type": "tool_result", "tool_use_id": format!("t{of}"),
            "content": output, "is_error": false}]);
        let message = json!({"role": "user", "content": content});
        self.line(n, "user", &json!({"message": message, "toolUseResult": fields}))
    }

    /// The user refused what the line `of` wanted, and said why.
    pub(crate) fn refused(&self, n: u64, of: u64, words: &str) -> String {
        let text = format!(
            "The user doesn't want to proceed with this tool use. To tell you how to proceed, the user said:\n{words}"
        );
        let content = json!([{"type": "tool_result", "tool_use_id": format!("t{of}"),
            "content": text, "is_error": true}]);
        self.line(n, "user", &json!({"message": {"role": "user", "content": content}}))
    }

    /// The command of the line `of` failed.
    pub(crate) fn fails(&self, n: u64, of: u64, code: i32, output: &str) -> String {
        let content = json!([{"type": "tool_result", "tool_use_id": format!("t{of}"),
            "content": format!("Exit code {code}\n{output}"), "is_error": true}]);
        self.line(n, "user", &json!({"message": {"role": "user", "content": content}}))
    }

    /// Tells, as the running program does, that this process has the session open.
    pub(crate) fn register(&self, home: &HermeticHome, status: &str) {
        let folder = home.claude_config_dir().join("sessions");
        fs::create_dir_all(&folder).unwrap();
        let entry = json!({"pid": std::process::id(), "sessionId": self.id, "cwd": self.cwd,
            "status": status, "waitingFor": (status == "waiting").then_some("permission prompt")});
        let draft = folder.join(format!("{}.draft", self.id));
        fs::write(&draft, entry.to_string()).unwrap();
        fs::rename(draft, folder.join(format!("{}.json", self.id))).unwrap();
    }
}

/// A thread of Codex.
pub(crate) struct Codex {
    id: String,
    cwd: PathBuf,
}

impl Codex {
    pub(crate) fn new(id: &str, cwd: &Path) -> Self {
        Self { id: id.to_owned(), cwd: cwd.to_owned() }
    }

    pub(crate) fn path(&self, home: &HermeticHome) -> PathBuf {
        let folder = home.codex_home().join("sessions").join(DAY.replace('-', "/"));
        folder.join(format!("rollout-{DAY}T09-00-00-{}.jsonl", self.id))
    }

    fn line(n: u64, kind: &str, payload: &Value) -> String {
        format!("{}\n", json!({"timestamp": moment(n), "type": kind, "payload": payload}))
    }

    /// The first line.
    pub(crate) fn header(&self, n: u64) -> String {
        let payload = json!({"id": self.id, "cwd": self.cwd, "originator": "codex_cli_rs",
            "cli_version": "0.140.0", "source": "cli", "timestamp": moment(n)});
        Self::line(n, "session_meta", &payload)
    }

    pub(crate) fn prompt(n: u64, text: &str) -> String {
        let content = json!([{"type": "input_text", "text": text}]);
        Self::line(
            n,
            "response_item",
            &json!({"type": "message", "role": "user", "content": content}),
        )
    }

    pub(crate) fn says(n: u64, text: &str) -> String {
        let content = json!([{"type": "output_text", "text": text}]);
        Self::line(
            n,
            "response_item",
            &json!({"type": "message", "role": "assistant", "content": content}),
        )
    }
}
