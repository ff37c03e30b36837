//! What is said on the socket: messages in, messages and updates out.

use std::collections::HashSet;
use std::path::PathBuf;

use callboard_model::session::{Alive, TurnState};
use callboard_model::{ThreadKey, Timestamp};
use serde_json::{Value, json};

use crate::codex::handshake::hello;
use crate::fields::{Document, Fields, Raw};
use crate::{LiveSession, LiveUpdate, limits};

const HELLO: u64 = 1;

/// Our side of the conversation.
#[derive(Debug)]
pub(super) struct Conversation {
    next_id: u64,
    /// Requests for the list of loaded threads that are not answered yet.
    lists: HashSet<u64>,
    /// Threads that the agent's program made for itself (to find a title); nobody's sessions.
    internal: HashSet<String>,
}

impl Default for Conversation {
    fn default() -> Self {
        Self { next_id: HELLO + 1, lists: HashSet::new(), internal: HashSet::new() }
    }
}

/// What a message leads to.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) replies: Vec<String>,
    pub(super) updates: Vec<LiveUpdate>,
}

impl Conversation {
    pub(super) fn opening() -> String {
        json!({"id": HELLO, "method": "initialize", "params": hello()}).to_string()
    }

    pub(super) fn hear(&mut self, text: &str) -> Heard {
        let document = Document::of(text);
        let Some(message) = document.as_ref().and_then(Document::fields) else {
            return Heard::default();
        };
        match (message.u64("id"), message.str("method")) {
            // Asked of every client; whoever drives the thread answers.
            (Some(_), Some(_)) => Heard::default(),
            (Some(id), None) => self.answered(id, &message.fields("result")),
            (None, Some(method)) => self.notified(&method, &message),
            (None, None) => Heard::default(),
        }
    }

    fn answered(&mut self, id: u64, result: &Fields<'_>) -> Heard {
        let mut heard = Heard::default();
        if id == HELLO {
            heard.replies.push(json!({"method": "initialized"}).to_string());
            heard.replies.push(self.list(None));
            heard.updates.push(LiveUpdate::Connected);
        } else if self.lists.remove(&id) {
            let threads = result.items("data").into_iter().take(limits::LIVE_ENTRIES);
            for thread in threads.filter_map(Raw::str) {
                let params = json!({"threadId": thread, "includeTurns": false});
                heard.replies.push(self.request("thread/read", &params));
            }
            let more = result.str("nextCursor").map(|cursor| self.list(Some(&cursor)));
            heard.replies.extend(more);
        } else {
            heard.updates.extend(self.thread(&result.fields("thread"), None));
        }
        heard
    }

    fn list(&mut self, cursor: Option<&str>) -> String {
        self.lists.insert(self.next_id);
        let params = cursor.map_or(json!({}), |cursor| json!({"cursor": cursor}));
        self.request("thread/loaded/list", &params)
    }

    fn request(&mut self, method: &str, params: &Value) -> String {
        let id = self.next_id;
        self.next_id += 1;
        json!({"id": id, "method": method, "params": params}).to_string()
    }

    fn notified(&mut self, method: &str, message: &Fields<'_>) -> Heard {
        let params = message.fields("params");
        let at = message.get("emittedAtMs").and_then(Raw::moment);
        let id = params.text("threadId");
        let update = match (method, id) {
            ("thread/started", _) => self.thread(&params.fields("thread"), at),
            ("thread/status/changed", Some(id)) => {
                self.status(id, &params.fields("status"), None, at)
            }
            ("thread/closed", Some(id)) => {
                let known = !self.internal.remove(&id);
                known.then(|| LiveUpdate::Gone(ThreadKey::main(id)))
            }
            _ => None,
        };
        Heard { replies: Vec::new(), updates: update.into_iter().collect() }
    }

    fn thread(&mut self, thread: &Fields<'_>, at: Option<Timestamp>) -> Option<LiveUpdate> {
        let id = thread.text("id")?;
        if thread.is_true("ephemeral") {
            if self.internal.len() < limits::LIVE_ENTRIES {
                self.internal.insert(id);
            }
            return None;
        }
        self.status(id, &thread.fields("status"), thread.text("cwd"), at)
    }

    fn status(
        &self,
        id: String,
        status: &Fields<'_>,
        cwd: Option<String>,
        at: Option<Timestamp>,
    ) -> Option<LiveUpdate> {
        if self.internal.contains(&id) {
            return None;
        }
        let thread = ThreadKey::main(id);
        let flags: Vec<String> = status
            .items("activeFlags")
            .into_iter()
            .filter_map(|f| f.str().map(Into::into))
            .collect();
        let waits = |flag: &str| flags.iter().any(|f| f == flag);
        let turn = match status.str("type").as_deref() {
            Some("active") if waits("waitingOnApproval") => TurnState::WaitingPermission,
            Some("active") if waits("waitingOnUserInput") => TurnState::WaitingInput,
            Some("active") => TurnState::Working,
            Some("idle") => TurnState::Idle,
            Some("notLoaded") => return Some(LiveUpdate::Gone(thread)),
            _ => TurnState::Unknown,
        };
        Some(LiveUpdate::Session(LiveSession {
            thread,
            pid: None,
            start_ticks: None,
            alive: Alive::Yes,
            turn,
            waiting_for: flags.into_iter().next(),
            cwd: cwd.map(PathBuf::from),
            at,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(heard: &Heard) -> Vec<(String, TurnState)> {
        let turn = |update: &LiveUpdate| match update {
            LiveUpdate::Session(session) => Some((session.thread.native.clone(), session.turn)),
            _ => None,
        };
        heard.updates.iter().filter_map(turn).collect()
    }

    #[test]
    fn it_lists_what_is_loaded_and_then_listens() {
        let mut conversation = Conversation::default();
        let hello = conversation.hear(r#"{"id":1,"result":{"userAgent":"x"}}"#);
        assert_eq!(hello.updates, [LiveUpdate::Connected]);
        assert!(hello.replies[1].contains("thread/loaded/list"));
        let listed = conversation.hear(r#"{"id":2,"result":{"data":["t1"],"nextCursor":"c"}}"#);
        assert!(listed.replies[0].contains(r#""threadId":"t1""#));
        assert!(listed.replies[1].contains(r#""cursor":"c""#));
        let read =
            r#"{"id":3,"result":{"thread":{"id":"t1","cwd":"/r","status":{"type":"idle"}}}}"#;
        assert_eq!(turns(&conversation.hear(read)), [("t1".to_owned(), TurnState::Idle)]);
        let waiting = r#"{"method":"thread/status/changed","params":{"threadId":"t1","status":
            {"type":"active","activeFlags":["waitingOnApproval"]}},"emittedAtMs":5}"#;
        assert_eq!(
            turns(&conversation.hear(waiting)),
            [("t1".to_owned(), TurnState::WaitingPermission)]
        );
        let closed = conversation.hear(r#"{"method":"thread/closed","params":{"threadId":"t1"}}"#);
        assert_eq!(closed.updates, [LiveUpdate::Gone(ThreadKey::main("t1"))]);
    }

    #[test]
    fn a_time_beyond_the_calendar_is_not_known() {
        let at = |ms: &str| {
            let told = format!(
                r#"{{"method":"thread/status/changed","params":{{"threadId":"t",
                "status":{{"type":"idle"}}}},"emittedAtMs":{ms}}}"#
            );
            match &Conversation::default().hear(&told).updates[..] {
                [LiveUpdate::Session(session)] => session.at,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(at("1700000000000"), Some(Timestamp::from_millisecond(1_700_000_000_000)));
        assert_eq!(at("1700000000000000"), None);
    }

    #[test]
    fn it_answers_no_request_and_hides_internal_threads() {
        let mut conversation = Conversation::default();
        let asked = r#"{"id":1,"method":"item/commandExecution/requestApproval","params":{"threadId":"t"}}"#;
        let heard = conversation.hear(asked);
        assert!(heard.replies.is_empty() && heard.updates.is_empty());
        let internal =
            r#"{"method":"thread/started","params":{"thread":{"id":"i","ephemeral":true}}}"#;
        assert!(conversation.hear(internal).updates.is_empty());
        let active = r#"{"method":"thread/status/changed","params":{"threadId":"i","status":{"type":"active"}}}"#;
        assert!(conversation.hear(active).updates.is_empty());
        assert!(conversation.hear("not json").replies.is_empty());
    }
}
