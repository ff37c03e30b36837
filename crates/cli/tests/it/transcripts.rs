//! Transcripts as agents write them, line by line.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use callboard_testkit::HermeticHome;
use serde_json::{Value, json};

/// Appends to a file, which may be new.
pub(crate) fn append(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
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

    pub(crate) fn path(&self, home: &HermeticHome) -> PathBuf {
        home.claude_config_dir().join("projects/p").join(format!("{}.jsonl", self.id))
    }

    fn line(&self, n: u64, kind: &str, fields: &Value) -> String {
        let (minute, second) = (n / 60 % 60, n % 60);
        let hour = 9 + n / 3600;
        let mut record = json!({
            "parentUuid": null, "isSidechain": false, "sessionId": self.id, "cwd": self.cwd,
            "gitBranch": "fix/lock", "version": "2.1.0", "userType": "external", "type": kind,
            "uuid": format!("{}-{n}", self.id),
            "timestamp": format!("2026-03-01T{hour:02}:{minute:02}:{second:02}.000Z"),
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
}
