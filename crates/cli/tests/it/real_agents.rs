//! Real agents on the board; `cargo xtask test` runs modules of this name apart.

mod acp;
mod at_stop;
mod attach;
mod candidates;
mod claude;
mod codex;
mod conflicts;
mod context;
mod handing_off;
mod hooks;
mod mcp;
mod nights;
pub(crate) mod owned;
mod reading;
mod receipts;
mod related;
mod rewind;
mod sharing;
mod trust;

use callboard_testkit::Daemon;
use callboard_testkit::daemon::EventStream;
use serde_json::Value;

/// The rows of sessions, as the stream tells them.
struct Rows(EventStream);

impl Rows {
    /// Follows everything from now on.
    fn of(daemon: &Daemon<'_>) -> Self {
        let seq = daemon.get("/api/sessions?limit=1").json()["seq"].clone();
        Self(daemon.events(&format!("/api/stream?after={seq}")))
    }

    /// The next row that is wanted; those in front of it are passed over.
    fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut passed = Vec::new();
        for event in self.0.by_ref() {
            let mut message = event.json();
            if message["type"] != "session" {
                continue;
            }
            let row = message["session"].take();
            if wanted(&row) {
                return row;
            }
            passed.push(format!("{} {}: {}", row["id"], row["state"], row["activity"]));
        }
        panic!("the stream ended without {what}; it told\n{}", passed.join("\n"))
    }

    fn wait_for_state(&mut self, state: &str) -> Value {
        self.wait(state, |row| row["state"] == state)
    }
}

/// The kinds of a session's events, in order, without what its program notes.
fn kinds(daemon: &Daemon<'_>, id: &Value) -> Vec<String> {
    let path = format!("/api/sessions/{}/events?from=start&limit=500", id.as_str().unwrap());
    let page = daemon.get(&path).json();
    let kinds = page["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap());
    kinds
        .filter(|k| ["prompt", "text", "command", "edit", "result"].contains(k))
        .map(str::to_owned)
        .collect()
}

/// How many sessions there are.
fn count(daemon: &Daemon<'_>) -> u64 {
    daemon.get("/api/sessions?parents_only=1").json()["total"].as_u64().unwrap()
}
