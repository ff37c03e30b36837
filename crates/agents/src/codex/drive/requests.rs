//! What was asked of the server and is not answered yet.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::drive::Line;

/// What a request of ours is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Requested {
    /// To shake hands.
    Hello,
    /// To know which hooks there are.
    Hooks,
    /// To have the thread.
    Begin,
    /// To begin a turn.
    Prompt { id: String, text: String },
    /// To add to the turn that goes on.
    Steer { id: String, text: String },
    /// To know the last turns.
    LastTurn,
    /// Nothing hangs on it.
    Other,
}

/// The requests of one connection.
#[derive(Debug, Default)]
pub(super) struct Requests {
    last: u64,
    open: BTreeMap<u64, Requested>,
}

impl Requests {
    pub(super) fn line(&mut self, requested: Requested, method: &str, params: &Value) -> Line {
        self.last += 1;
        self.open.insert(self.last, requested);
        Line::of(
            self.last.to_string(),
            &json!({"id": self.last, "method": method, "params": params}),
        )
    }

    /// The request that the answer with this id belongs to; each is answered once.
    pub(super) fn take(&mut self, id: &Value) -> Option<Requested> {
        self.open.remove(&id.as_u64()?)
    }
}
