//! A client of the shared daemon for one errand: it asks something, or answers what a thread asks.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use tungstenite::protocol::WebSocket;
use tungstenite::{Error, Message};

use super::{FOLDER, SOCKET};
use crate::codex::handshake::{hello, shake_hands};
use crate::limits;

pub(super) struct Client {
    socket: WebSocket<UnixStream>,
    next_id: u64,
    /// Messages that came while an answer was waited for.
    passed: Vec<Value>,
}

impl Client {
    /// A client that has said hello.
    pub(super) fn connect(home: &Path) -> Result<Self, String> {
        let path = home.join(FOLDER).join(SOCKET);
        let stream = UnixStream::connect(&path).map_err(|error| error.to_string())?;
        let socket = shake_hands(stream).map_err(|error| error.to_string())?;
        let mut client = Self { socket, next_id: 1, passed: Vec::new() };
        client.ask("initialize", &hello())?;
        client.say(&json!({"method": "initialized"}))?;
        Ok(client)
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Result<Value, String> {
        let id = self.next_id;
        self.next_id += 1;
        self.say(&json!({"id": id, "method": method, "params": params}))?;
        let deadline = Instant::now() + limits::SOCKET_HANDSHAKE_TIME;
        loop {
            let mut message = self.read(deadline)?;
            if message["method"].is_null() && message["id"] == id {
                return match message["error"]["message"].as_str() {
                    Some(error) => Err(error.to_owned()),
                    None => Ok(message["result"].take()),
                };
            }
            self.passed.push(message);
            // Items of a long turn: what is waited for comes behind them.
            if self.passed.len() > limits::PASSED_MESSAGES {
                self.passed.remove(0);
            }
        }
    }

    /// The next message that `wanted` picks, also of those that came before.
    pub(super) fn find(&mut self, wanted: impl Fn(&Value) -> bool) -> Result<Value, String> {
        if let Some(at) = self.passed.iter().position(&wanted) {
            return Ok(self.passed.remove(at));
        }
        let deadline = Instant::now() + limits::SOCKET_HANDSHAKE_TIME;
        loop {
            let message = self.read(deadline)?;
            if wanted(&message) {
                return Ok(message);
            }
        }
    }

    pub(super) fn say(&mut self, message: &Value) -> Result<(), String> {
        self.socket.send(Message::text(message.to_string())).map_err(|error| error.to_string())
    }

    fn read(&mut self, deadline: Instant) -> Result<Value, String> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err("it does not say any more".into());
            }
            self.socket
                .get_ref()
                .set_read_timeout(Some(left))
                .map_err(|error| error.to_string())?;
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    return Ok(serde_json::from_str(&text).unwrap_or_default());
                }
                Ok(Message::Close(_)) => return Err("it closed the connection".into()),
                Ok(_) => {}
                Err(Error::Io(error))
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}
