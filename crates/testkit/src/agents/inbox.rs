//! Messages of an agent, kept in order, for tests that wait for certain ones.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::limits;

/// Everything that an agent said so far.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    messages: Mutex<Messages>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Messages {
    all: Vec<Value>,
    taken: Vec<bool>,
    closed: bool,
}

impl Inbox {
    /// An inbox that a thread fills with the JSON lines of `from` until they end.
    pub(super) fn of_lines(from: impl Read + Send + 'static) -> Arc<Self> {
        let inbox = Arc::new(Self::default());
        let filled = Arc::clone(&inbox);
        std::thread::spawn(move || {
            for line in BufReader::new(from).lines() {
                let Ok(line) = line else { break };
                let message = serde_json::from_str(&line);
                filled.push(message.unwrap_or_else(|_| json!({"type": "not_json", "line": line})));
            }
            filled.close();
        });
        inbox
    }

    pub(super) fn push(&self, message: Value) {
        let mut messages = self.messages.lock().unwrap();
        assert!(messages.all.len() < limits::MESSAGES, "an agent sent too many messages");
        messages.all.push(message);
        messages.taken.push(false);
        self.arrived.notify_all();
    }

    pub(super) fn close(&self) {
        self.messages.lock().unwrap().closed = true;
        self.arrived.notify_all();
    }

    /// Every message so far.
    pub(super) fn all(&self) -> Vec<Value> {
        self.messages.lock().unwrap().all.clone()
    }

    /// The first message that `wanted` accepts and that no call returned before.
    pub(super) fn take(&self, wanted: impl Fn(&Value) -> bool) -> Result<Value, String> {
        self.look(limits::WAIT, |messages| {
            let at = (0..messages.all.len())
                .find(|&at| !messages.taken[at] && wanted(&messages.all[at]))?;
            messages.taken[at] = true;
            Some(messages.all[at].clone())
        })
    }

    /// What `look` finds in all messages so far, as soon as it finds something.
    pub(super) fn wait<T>(&self, look: impl Fn(&[Value]) -> Option<T>) -> Result<T, String> {
        self.look(limits::WAIT, |messages| look(&messages.all))
    }

    fn look<T>(
        &self,
        limit: Duration,
        look: impl Fn(&mut Messages) -> Option<T>,
    ) -> Result<T, String> {
        let end = Instant::now() + limit;
        let mut messages = self.messages.lock().unwrap();
        loop {
            if let Some(found) = look(&mut messages) {
                return Ok(found);
            }
            let left = end.saturating_duration_since(Instant::now());
            if messages.closed || left.is_zero() {
                return Err(messages.account());
            }
            messages = self.arrived.wait_timeout(messages, left).unwrap().0;
        }
    }
}

impl Messages {
    /// Why nothing was found: the end of the conversation, shortened.
    fn account(&self) -> String {
        let why = if self.closed { "the agent ended" } else { "nothing came in time" };
        let from = self.all.len().saturating_sub(30);
        let mut account = format!("{why}; the last of {} messages:\n", self.all.len());
        for message in &self.all[from..] {
            let text = message.to_string();
            account += &format!("  {}\n", text.chars().take(400).collect::<String>());
        }
        account
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_taken_once_in_any_order() {
        let inbox = Inbox::of_lines("{\"n\":1}\n{\"n\":2}\nnoise\n{\"n\":1}\n".as_bytes());
        assert_eq!(inbox.take(|m| m["n"] == 2).unwrap(), json!({"n": 2}));
        assert_eq!(inbox.take(|m| m["n"] == 1).unwrap(), json!({"n": 1}));
        assert_eq!(inbox.take(|m| m["n"] == 1).unwrap(), json!({"n": 1}));
        let account = inbox.take(|m| m["n"] == 1).unwrap_err();
        assert!(account.starts_with("the agent ended; the last of 4 messages"), "{account}");
    }
}
