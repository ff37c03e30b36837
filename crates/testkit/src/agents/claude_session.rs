//! Claude Code over its stream-json control protocol.

use std::io::Write;
use std::path::PathBuf;
use std::process::{ChildStdin, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::claude::live_session;
use super::inbox::Inbox;
use super::{Claude, Place, transcript_path};
use crate::process::Running;
use crate::{limits, wait};

/// A session of Claude Code that the test drives. It ends when it is dropped.
#[derive(Debug)]
pub struct ClaudeSession {
    stdin: Mutex<Option<ChildStdin>>,
    inbox: Arc<Inbox>,
    running: Mutex<Running>,
    pid: u32,
    initialized: Value,
    sent: AtomicUsize,
    last_prompt: Mutex<Option<String>>,
    config: PathBuf,
    transcripts: PathBuf,
    _place: Place,
}

/// A request for permission, or for an answer, that waits.
#[derive(Debug, Clone)]
pub struct Permission {
    /// The id that an answer names.
    pub id: String,
    /// `tool_name`, `input`, `tool_use_id`, `permission_suggestions` and more.
    pub request: Value,
}

impl ClaudeSession {
    pub(super) fn start(claude: &Claude<'_>) -> Self {
        let place = claude.enter();
        let mut command = claude.command();
        command
            .args(["-p", "--output-format", "stream-json", "--input-format", "stream-json"])
            .args(["--verbose", "--permission-prompt-tool", "stdio"])
            .args(claude.extra_args())
            .env("CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS", "1");
        let mut running = Running::spawn(&mut command);
        let transcript = transcript_path(claude.home, &claude.cwd, "session");
        let mut session = Self {
            stdin: Mutex::new(Some(running.take_stdin())),
            inbox: Inbox::of_lines(running.take_stdout()),
            pid: running.pid(),
            running: Mutex::new(running),
            initialized: Value::Null,
            sent: AtomicUsize::new(0),
            last_prompt: Mutex::new(None),
            config: claude.home.claude_config_dir(),
            transcripts: transcript.parent().unwrap().to_owned(),
            _place: place,
        };
        session.initialized = session.control("initialize", json!({}));
        session
    }

    /// Sends a prompt; its uuid. One that is sent while the session works is queued.
    pub fn prompt(&self, text: &str) -> String {
        let uuid = self.fresh_uuid();
        *self.last_prompt.lock().unwrap() = Some(uuid.clone());
        self.send(&json!({
            "type": "user", "message": {"role": "user", "content": text}, "uuid": uuid,
            "session_id": "", "parent_tool_use_id": null,
        }));
        uuid
    }

    /// Waits for the next request for permission that no call returned before.
    ///
    /// # Panics
    /// As every wait: when it does not come, with what the agent said instead.
    pub fn wait_permission(&self) -> Permission {
        let message = self.wait_for("request for permission", |m| {
            m["type"] == "control_request" && m["request"]["subtype"] == "can_use_tool"
        });
        Permission {
            id: message["request_id"].as_str().unwrap().to_owned(),
            request: message["request"].clone(),
        }
    }

    /// Allows what was asked for, unchanged.
    pub fn allow(&self, permission: &Permission) {
        let input = &permission.request["input"];
        self.answer(permission, json!({"behavior": "allow", "updatedInput": input}));
    }

    /// Denies what was asked for; the model is told why.
    pub fn deny(&self, permission: &Permission, message: &str) {
        self.answer(permission, json!({"behavior": "deny", "message": message}));
    }

    /// Answers in the protocol's own words.
    pub fn answer(&self, permission: &Permission, response: Value) {
        self.reply(&permission.id, response);
    }

    /// Answers any control request by its id.
    pub fn reply(&self, request_id: &str, response: Value) {
        self.send(&json!({
            "type": "control_response",
            "response": {"subtype": "success", "request_id": request_id, "response": response},
        }));
    }

    /// Waits until the agent withdraws a request, because it was answered elsewhere or interrupted.
    pub fn wait_withdrawn(&self, permission: &Permission) {
        self.wait_for("withdrawal of a request", |m| {
            m["type"] == "control_cancel_request" && m["request_id"] == permission.id.as_str()
        });
    }

    /// Interrupts the turn.
    pub fn interrupt(&self) {
        self.control("interrupt", json!({}));
    }

    /// Sends a control request and waits for its response.
    ///
    /// # Panics
    /// When the agent answers with an error.
    pub fn control(&self, subtype: &str, fields: Value) -> Value {
        let id = format!("r{}", self.sent.fetch_add(1, Ordering::Relaxed));
        let mut request = fields;
        request["subtype"] = subtype.into();
        self.send(&json!({"type": "control_request", "request_id": id, "request": request}));
        let message = self.wait_for(&format!("response to {subtype}"), |m| {
            m["type"] == "control_response" && m["response"]["request_id"] == id.as_str()
        });
        let response = &message["response"];
        assert_eq!(response["subtype"], "success", "{subtype} failed: {response}");
        response["response"].clone()
    }

    /// Waits until the last prompt is dealt with, and nothing runs in the background either.
    pub fn wait_idle(&self) {
        let prompt = self.last_prompt.lock().unwrap().clone().expect("a prompt was sent");
        let found = self.inbox.wait(|messages| {
            let dealt_with = messages.iter().position(|m| {
                m["type"] == "command_lifecycle"
                    && m["command_uuid"] == prompt.as_str()
                    && (m["state"] == "completed" || m["state"] == "cancelled")
            })?;
            let newest = |subtype: &str| messages.iter().rposition(|m| m["subtype"] == subtype);
            let state = newest("session_state_changed")?;
            let tasks = newest("background_tasks_changed");
            let has_tasks = tasks
                .and_then(|at| messages[at]["tasks"].as_array())
                .is_some_and(|tasks| !tasks.is_empty());
            let is_idle = messages[state]["state"] == "idle" && !has_tasks;
            // The session turns idle after its prompt's end, never in front of it.
            (is_idle && state > dealt_with).then_some(())
        });
        found.unwrap_or_else(|account| self.fail("idle session", &account));
    }

    /// Waits until the live registry gives this session the status `idle`, `busy` or `waiting`; the
    /// registry's entry.
    pub fn wait_for_status(&self, status: &str) -> Value {
        let entry = wait::look(|| live_session(&self.config, self.pid, status));
        entry.unwrap_or_else(|| self.fail(&format!("status {status}"), "in the live registry"))
    }

    /// Waits for the next `result` message that no call returned before.
    pub fn wait_result(&self) -> Value {
        self.wait_for("result", |m| m["type"] == "result")
    }

    /// The text of the newest result.
    #[must_use]
    pub fn result(&self) -> String {
        let messages = self.messages();
        let result = messages.iter().rev().find(|m| m["type"] == "result");
        result.and_then(|m| m["result"].as_str()).unwrap_or_default().to_owned()
    }

    /// Waits for the first message that `wanted` accepts and that no call returned before.
    pub fn wait_for(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.inbox.take(wanted).unwrap_or_else(|account| self.fail(what, &account))
    }

    /// Every message of the agent so far.
    #[must_use]
    pub fn messages(&self) -> Vec<Value> {
        self.inbox.all()
    }

    /// What the agent said to `initialize`.
    #[must_use]
    pub fn initialized(&self) -> &Value {
        &self.initialized
    }

    /// The agent's id of this session, once it has said so: with the first prompt.
    pub fn session_id(&self) -> String {
        let found = self.inbox.wait(|messages| {
            let init = messages.iter().find(|m| m["type"] == "system" && m["subtype"] == "init")?;
            init["session_id"].as_str().map(ToOwned::to_owned)
        });
        found.unwrap_or_else(|account| self.fail("session id", &account))
    }

    /// Where the agent writes this session's transcript.
    pub fn transcript(&self) -> PathBuf {
        self.transcripts.join(format!("{}.jsonl", self.session_id()))
    }

    /// The agent's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Closes the agent's standard input and waits for its end.
    pub fn close(self) -> ExitStatus {
        drop(self.stdin.lock().unwrap().take());
        let ended = self.running.lock().unwrap().wait(limits::WAIT);
        ended.unwrap_or_else(|| self.fail("end of the agent", "its input is closed"))
    }

    /// Sends a signal: `INT`, `TERM`, …
    pub fn signal(&self, signal: &str) {
        self.running.lock().unwrap().signal(signal);
    }

    /// Kills the agent as a crash would.
    pub fn kill_9(self) {
        self.running.lock().unwrap().kill_9();
    }

    fn send(&self, message: &Value) {
        let mut stdin = self.stdin.lock().unwrap();
        let written =
            stdin.as_mut().expect("an open session").write_all(format!("{message}\n").as_bytes());
        drop(stdin);
        if let Err(error) = written {
            self.fail("reader of a message", &format!("{error}: {message}"));
        }
    }

    fn fresh_uuid(&self) -> String {
        let n = self.sent.fetch_add(1, Ordering::Relaxed);
        let unique = crate::model_server::fresh_id("");
        let part = |from: usize, to: usize| &unique[from..to];
        format!("{}-{}-4{}-8{}-{n:012x}", part(0, 8), part(8, 12), part(12, 15), part(15, 18))
    }

    fn fail(&self, what: &str, account: &str) -> ! {
        let stderr = self.running.lock().unwrap().stderr();
        panic!("Claude Code: no {what}: {account}\nstandard error: {stderr}")
    }
}
