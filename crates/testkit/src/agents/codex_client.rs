//! A client of `codex app-server`: JSON-RPC without the `jsonrpc` field, over pipes or a socket.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ChildStdin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::Place;
use super::inbox::Inbox;
use super::websocket::{Reader, Writer};
use crate::process::Running;

/// A connection to `codex app-server`, initialised. Over pipes the server ends with it.
#[derive(Debug)]
pub struct CodexClient {
    wire: Mutex<Wire>,
    inbox: Arc<Inbox>,
    running: Option<Mutex<Running>>,
    called: AtomicU64,
    _place: Option<Place>,
}

#[derive(Debug)]
enum Wire {
    Pipe(ChildStdin),
    Socket(Writer),
}

/// Something that the server wants to know: an approval, an answer.
#[derive(Debug, Clone)]
pub struct ServerRequest {
    /// The id that an answer names.
    pub id: Value,
    /// For example `item/commandExecution/requestApproval`.
    pub method: String,
    /// What it is about.
    pub params: Value,
}

impl CodexClient {
    pub(super) fn over_stdio(
        stdin: ChildStdin,
        stdout: impl Read + Send + 'static,
        running: Running,
        place: Place,
    ) -> Self {
        let inbox = Inbox::of_lines(stdout);
        Self::initialized(Wire::Pipe(stdin), inbox, Some(Mutex::new(running)), Some(place))
    }

    pub(super) fn over_socket(mut reader: Reader, writer: Writer) -> Self {
        let inbox = Arc::new(Inbox::default());
        let filled = Arc::clone(&inbox);
        std::thread::spawn(move || {
            while let Ok(Some(text)) = reader.next() {
                filled.push(serde_json::from_str(&text).unwrap_or(Value::Null));
            }
            filled.close();
        });
        Self::initialized(Wire::Socket(writer), inbox, None, None)
    }

    fn initialized(
        wire: Wire,
        inbox: Arc<Inbox>,
        running: Option<Mutex<Running>>,
        place: Option<Place>,
    ) -> Self {
        let called = AtomicU64::new(1);
        let client = Self { wire: Mutex::new(wire), inbox, running, called, _place: place };
        let info = json!({"name": "testkit", "title": "Test kit", "version": "0"});
        let capabilities = json!({"experimentalApi": true});
        client.call("initialize", json!({"clientInfo": info, "capabilities": capabilities}));
        client.send(&json!({"method": "initialized"}));
        client
    }

    /// Calls a method; its result.
    ///
    /// # Panics
    /// When the server answers with an error or not at all.
    pub fn call(&self, method: &str, params: Value) -> Value {
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method} failed: {error}"))
    }

    /// Calls a method; its result, or the server's error.
    ///
    /// # Errors
    /// The `error` object of the answer.
    pub fn try_call(&self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.called.fetch_add(1, Ordering::Relaxed);
        self.send(&json!({"id": id, "method": method, "params": params}));
        let answer = self.wait_for(&format!("answer to {method}"), |m| {
            m["id"] == id && m.get("method").is_none()
        });
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].clone()),
        }
    }

    /// Starts a thread in `cwd`; its id.
    pub fn start_thread(&self, cwd: &Path) -> String {
        let started = self.call("thread/start", json!({"cwd": cwd}));
        started["thread"]["id"].as_str().expect("a thread has an id").to_owned()
    }

    /// Attaches to a thread: its pending requests come again.
    pub fn resume(&self, thread: &str) -> Value {
        self.call("thread/resume", json!({"threadId": thread}))
    }

    /// Starts a turn with this prompt; the turn's id.
    pub fn start_turn(&self, thread: &str, prompt: &str) -> String {
        let input = json!([{"type": "text", "text": prompt}]);
        let started = self.call("turn/start", json!({"threadId": thread, "input": input}));
        started["turn"]["id"].as_str().expect("a turn has an id").to_owned()
    }

    /// Interrupts a turn.
    pub fn interrupt(&self, thread: &str, turn: &str) {
        self.call("turn/interrupt", json!({"threadId": thread, "turnId": turn}));
    }

    /// Waits for the next request of the server that no call returned before.
    pub fn wait_request(&self) -> ServerRequest {
        let message = self.wait_for("request of the server", |m| {
            m.get("id").is_some() && m.get("method").is_some()
        });
        ServerRequest {
            id: message["id"].clone(),
            method: message["method"].as_str().unwrap_or_default().to_owned(),
            params: message["params"].clone(),
        }
    }

    /// Accepts a command or a file change.
    pub fn accept(&self, request: &ServerRequest) {
        self.answer(request, json!({"decision": "accept"}));
    }

    /// Declines a command or a file change; the model goes on.
    pub fn decline(&self, request: &ServerRequest) {
        self.answer(request, json!({"decision": "decline"}));
    }

    /// Answers in the protocol's own words.
    pub fn answer(&self, request: &ServerRequest, result: Value) {
        self.send(&json!({"id": request.id, "result": result}));
    }

    /// Waits for the next notification of this method that no call returned before; its parameters.
    pub fn wait_notification(&self, method: &str) -> Value {
        let message = self.wait_for(method, |m| m["method"] == method && m.get("id").is_none());
        message["params"].clone()
    }

    /// Waits until a turn of the thread has ended; the turn.
    pub fn wait_turn_completed(&self, thread: &str) -> Value {
        let message = self.wait_for("end of a turn", |m| {
            m["method"] == "turn/completed" && m["params"]["threadId"] == thread
        });
        message["params"]["turn"].clone()
    }

    /// Waits for the first message that `wanted` accepts and that no call returned before.
    pub fn wait_for(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.inbox.take(wanted).unwrap_or_else(|account| {
            let stderr = self.running.as_ref().map(|r| r.lock().unwrap().stderr());
            panic!("Codex: no {what}: {account}\nstandard error: {}", stderr.unwrap_or_default())
        })
    }

    /// Every message of the server so far.
    #[must_use]
    pub fn messages(&self) -> Vec<Value> {
        self.inbox.all()
    }

    /// The server's process, if this client started it.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|r| r.lock().unwrap().pid())
    }

    /// Kills the server as a crash would, if this client started it.
    pub fn kill_9(self) {
        if let Some(running) = &self.running {
            running.lock().unwrap().kill_9();
        }
    }

    fn send(&self, message: &Value) {
        let sent = match &mut *self.wire.lock().unwrap() {
            Wire::Pipe(stdin) => stdin.write_all(format!("{message}\n").as_bytes()),
            Wire::Socket(writer) => writer.send(&message.to_string()),
        };
        sent.map_err(|error: io::Error| error.to_string())
            .unwrap_or_else(|error| panic!("Codex does not read: {error}: {message}"));
    }
}
