//! A scripted model server on loopback, for agents that speak Anthropic Messages or OpenAI Responses.
//!
//! A prompt picks its script with the marker `[[script:NAME]]`; the turn is computed from the request
//! alone. Only what the model says is scripted: sessions, tools, permissions and files are the agent's own.
//!
//! ```no_run
//! # use callboard_testkit::{ModelServer, Script, Turn};
//! # use serde_json::json;
//! let server = ModelServer::start();
//! server.add(
//!     Script::new("edit-and-test")
//!         .turn(Turn::text("Writing.").tool("Write", json!({"file_path": "{{cwd}}/a", "content": "a\n"})))
//!         .turn(Turn::text("It said {{last_result}}.").gate("before-the-end")),
//! );
//! // start an agent with the prompt "go [[script:edit-and-test]]", then:
//! server.wait_until_held("before-the-end");
//! server.release("before-the-end");
//! ```

mod connection;
mod conversation;
mod messages;
mod reply;
mod responses;
mod script;

use std::collections::{HashMap, HashSet};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Instant;

use serde_json::Value;

pub use conversation::Format;
pub(crate) use reply::fresh_id;
pub use script::{Script, Turn, Usage, marker};

use crate::{http, limits};

/// A running model server; it ends when it is dropped.
#[derive(Debug)]
pub struct ModelServer {
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

/// One request that the server received.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Header fields as sent.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; null where it is none, or where newer requests filled the log.
    pub body: Value,
    /// The wire format, if it was a request for a reply.
    pub format: Option<Format>,
    /// The script that a marker chose.
    pub script: Option<String>,
    /// The turn of the script.
    pub turn: usize,
    /// The HTTP status that it was answered with.
    pub status: u16,
    /// Whether the agent closed the connection before the reply was over.
    pub abandoned: bool,
    bytes: usize,
}

impl Request {
    /// The value of a header field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        http::header(&self.headers, name)
    }

    /// The agent's own id of the session that asked, where it sends one.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        ["x-claude-code-session-id", "session_id", "session-id", "thread_id", "conversation_id"]
            .iter()
            .find_map(|name| self.header(name))
    }
}

#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    stopping: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    scripts: HashMap<String, Arc<Script>>,
    open_gates: HashSet<String>,
    held: HashMap<String, usize>,
    failed: HashMap<(String, usize, String), u32>,
    requests: Vec<Request>,
    logged_bytes: usize,
    emptied: usize,
    connections: HashMap<usize, TcpStream>,
}

impl ModelServer {
    /// Starts a server on a free port of 127.0.0.1.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind a port on loopback");
        let shared = Arc::new(Shared {
            address: listener.local_addr().unwrap(),
            stopping: AtomicBool::new(false),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let accepting = Arc::clone(&shared);
        let acceptor = std::thread::spawn(move || connection::accept(&listener, &accepting));
        Self { shared, acceptor: Some(acceptor) }
    }

    /// Starts a server that knows these scripts.
    #[must_use]
    pub fn with(scripts: impl IntoIterator<Item = Script>) -> Self {
        let server = Self::start();
        scripts.into_iter().for_each(|s| server.add(s));
        server
    }

    /// Adds a script, in place of one with the same name.
    pub fn add(&self, script: Script) {
        self.shared.lock().scripts.insert(script.name.clone(), Arc::new(script));
    }

    /// `http://127.0.0.1:PORT`: Anthropic's base URL; OpenAI's is this and `/v1`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// Opens a gate: for the replies that it holds, and for later ones.
    pub fn release(&self, gate: &str) {
        self.shared.lock().open_gates.insert(gate.to_owned());
        self.shared.changed.notify_all();
    }

    /// Closes a gate that was released: later replies are held again.
    pub fn close_gate(&self, gate: &str) {
        self.shared.lock().open_gates.remove(gate);
    }

    /// Waits until a reply is held at the gate.
    ///
    /// # Panics
    /// When none is within [`limits::WAIT`]; the message lists the requests so far.
    pub fn wait_until_held(&self, gate: &str) {
        self.wait_until(&format!("a reply held at the gate {gate:?}"), |state| {
            state.held.get(gate).is_some_and(|n| *n > 0).then_some(())
        });
    }

    /// Waits for a request that `wanted` accepts, past ones included.
    ///
    /// # Panics
    /// When none comes within [`limits::WAIT`].
    pub fn wait_for_request(&self, wanted: impl Fn(&Request) -> bool) -> Request {
        self.wait_until("a certain request", |state| {
            state.requests.iter().find(|r| wanted(r)).cloned()
        })
    }

    /// Every request so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().requests.clone()
    }

    /// The requests that played a turn of the script, oldest first.
    #[must_use]
    pub fn played(&self, script: &str) -> Vec<Request> {
        let state = self.shared.lock();
        state.requests.iter().filter(|r| r.script.as_deref() == Some(script)).cloned().collect()
    }

    fn wait_until<T>(&self, what: &str, look: impl Fn(&State) -> Option<T>) -> T {
        let end = Instant::now() + limits::WAIT;
        let mut state = self.shared.lock();
        loop {
            if let Some(found) = look(&state) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "no {what} after {:?}; requests:\n{}",
                limits::WAIT,
                state.told()
            );
            state = self.shared.changed.wait_timeout(state, left).unwrap().0;
        }
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        self.shared.changed.notify_all();
        for connection in self.shared.lock().connections.values() {
            let _ = connection.shutdown(std::net::Shutdown::Both);
        }
        // Wakes the acceptor out of accept().
        let _ = TcpStream::connect(self.shared.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Waits at a gate; false when the server ends meanwhile.
    fn pass(&self, gate: &str) -> bool {
        let mut state = self.lock();
        *state.held.entry(gate.to_owned()).or_default() += 1;
        self.changed.notify_all();
        while !state.open_gates.contains(gate) && !self.is_stopping() {
            state = self.changed.wait(state).unwrap();
        }
        *state.held.entry(gate.to_owned()).or_default() -= 1;
        self.changed.notify_all();
        !self.is_stopping()
    }

    fn note(&self, request: Request) -> usize {
        let mut state = self.lock();
        state.logged_bytes += request.bytes;
        state.requests.push(request);
        while state.logged_bytes > limits::LOGGED_BODIES && state.emptied + 1 < state.requests.len()
        {
            let oldest = state.emptied;
            state.requests[oldest].body = Value::Null;
            state.logged_bytes -= state.requests[oldest].bytes;
            state.emptied += 1;
        }
        self.changed.notify_all();
        state.requests.len() - 1
    }
}

impl State {
    /// The requests so far, one a line.
    fn told(&self) -> String {
        let line = |r: &Request| {
            let script = r.script.as_deref().unwrap_or("-");
            format!("  {} {} {script}@{} -> {}\n", r.method, r.target, r.turn, r.status)
        };
        self.requests.iter().map(line).collect()
    }
}
