//! A thread on the server that the user's own sessions share, taken only to answer what it asks.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use callboard_model::ThreadKey;
use callboard_model::call::{Ask, CallAnswer, CallDetail};
use serde_json::{Value, json};

use super::{CodexDriver, connection};
use crate::drive::{Beginning, Connection, Driver, Launch, Line, Order, Signal};
use crate::{Environment, limits};

/// A connection whose lines are waited for.
struct Conversation {
    connection: Box<dyn Connection>,
    lines: Receiver<Option<String>>,
    until: Instant,
}

impl Conversation {
    fn with(home: &Path) -> Option<Self> {
        let socket = CodexDriver.shared_socket(home)?;
        let (sender, lines) = sync_channel(limits::SHARED_LINES);
        let take = Box::new(move |line| sender.send(line).is_ok());
        let connection = connection::connect(&socket, take).ok()?;
        Some(Self { connection, lines, until: Instant::now() + limits::SHARED_TIME })
    }

    fn send(&mut self, lines: &[Line]) -> Option<()> {
        lines.iter().try_for_each(|line| self.connection.send(line)).ok()
    }

    /// The next line; `None` when the connection ends or the time is over.
    fn next(&self) -> Option<String> {
        let left = self.until.saturating_duration_since(Instant::now());
        self.lines.recv_timeout(left).ok().flatten()
    }
}

/// Whether the server has the thread loaded.
pub(in crate::codex) fn has(home: &Path, thread: &ThreadKey) -> bool {
    is_loaded(home, &thread.native).unwrap_or(false)
}

fn is_loaded(home: &Path, thread: &str) -> Option<bool> {
    const HELLO: u64 = 1;
    let mut with = Conversation::with(home)?;
    let client =
        json!({"name": "callboard", "title": "Callboard", "version": env!("CARGO_PKG_VERSION")});
    let hello = json!({"id": HELLO, "method": "initialize", "params":
        {"clientInfo": client, "capabilities": {"experimentalApi": true}}});
    with.send(&[Line::of("hello", &hello)])?;
    let mut asked = HELLO;
    loop {
        let message: Value = serde_json::from_str(&with.next()?).ok()?;
        if message["id"] != asked || message.get("method").is_some() {
            continue;
        }
        let result = &message["result"];
        let listed = result["data"].as_array().into_iter().flatten();
        if listed.into_iter().any(|id| id == thread) {
            return Some(true);
        }
        let cursor = result["nextCursor"].as_str();
        if asked == HELLO {
            with.send(&[Line::of("initialized", &json!({"method": "initialized"}))])?;
        } else if cursor.is_none() {
            return Some(false);
        }
        asked += 1;
        let params = cursor.map_or_else(|| json!({}), |cursor| json!({"cursor": cursor}));
        let list = json!({"id": asked, "method": "thread/loaded/list", "params": params});
        with.send(&[Line::of("list", &list)])?;
    }
}

/// Gives the answer to what the thread asks, and waits until the server has it.
///
/// # Errors
/// Says why it was not given.
pub(in crate::codex) fn answer(
    home: &Path,
    thread: &ThreadKey,
    ask: &Ask,
    answer: &CallAnswer,
) -> Result<(), String> {
    let lost = || "the agent's server does not answer".to_owned();
    let mut with = Conversation::with(home).ok_or_else(lost)?;
    let launch = Launch {
        program: PathBuf::new(),
        // Its own place and model stay.
        cwd: PathBuf::new(),
        beginning: Beginning::Resume(thread.native.clone()),
        id: String::new(),
        model: None,
        mode: None,
        environment: Environment::default(),
        variables: Default::default(),
    };
    let mut channel = CodexDriver.channel(&launch, None);
    with.send(&channel.open()).ok_or_else(lost)?;
    let mut answered = None;
    loop {
        let heard = channel.hear(&with.next().ok_or_else(lost)?);
        with.send(&heard.lines).ok_or_else(lost)?;
        for signal in heard.signals {
            match signal {
                Signal::Asked(found) if answered.is_none() && is_same(&found, ask) => {
                    answered = Some(found.key.clone());
                    let order = Order::Answer { ask: found, answer: answer.clone() };
                    let lines = channel.order(&order).map_err(|refusal| refusal.to_string())?;
                    with.send(&lines).ok_or_else(lost)?;
                }
                Signal::AskGone { key } if answered.as_ref() == Some(&key) => return Ok(()),
                Signal::Closed { failure } => return Err(failure.unwrap_or_else(lost)),
                _ => {}
            }
        }
    }
}

/// Whether a hook and the server speak of the same request.
fn is_same(one: &Ask, other: &Ask) -> bool {
    if one.tool_use_id.is_some() && other.tool_use_id.is_some() {
        return one.tool_use_id == other.tool_use_id;
    }
    match (&one.detail, &other.detail) {
        (CallDetail::Command { command: one, .. }, CallDetail::Command { command: other, .. }) => {
            one == other
        }
        _ => one.kind == other.kind,
    }
}
