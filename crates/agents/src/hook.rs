//! What agents' hooks tell, and what they are given back.

use std::collections::BTreeMap;

use callboard_model::ThreadKey;
use callboard_model::call::{Ask, CallAnswer};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

/// What `callboard hook` hands to the daemon.
#[derive(Debug, Serialize, Deserialize)]
pub struct HookReport {
    /// Names this run of the hook: one that comes back after the daemon was away has the same.
    pub run: String,
    /// The process that ran the hook.
    pub pid: u32,
    /// Those of its variables that the agent's hook or the search for its window wants.
    pub environment: BTreeMap<String, String>,
    /// Callboard started the agent, and hears what it asks by its own protocol.
    #[serde(default)]
    pub is_owned: bool,
    /// What the agent told the hook, as it came.
    pub input: Box<RawValue>,
}

/// What a hook tells.
#[derive(Debug, Clone, PartialEq)]
pub enum HookEvent {
    /// A session asks its user.
    Asked {
        /// The conversation that asks.
        thread: ThreadKey,
        /// What it asks.
        ask: Box<Ask>,
        /// Whether the hook may wait for the answer: the agent's own dialog is usable meanwhile.
        waits: bool,
    },
    /// A session has done a step, and can be told something before the next.
    Step {
        /// The conversation.
        thread: ThreadKey,
        /// The agent's name of the event.
        event: String,
    },
    /// A session's agent ends its turn, and can be sent on.
    Ends {
        /// The conversation.
        thread: ThreadKey,
        /// What the agent said last, where the hook tells it.
        said: Option<String>,
        /// It was sent on by a hook before, at the end of the same turn.
        is_sent_on: bool,
    },
    /// A session is about to run a command, and can be kept from it.
    Uses {
        /// The conversation.
        thread: ThreadKey,
        /// The agent's name of the event.
        event: String,
        /// The command line.
        command: String,
        /// Where it is to run.
        cwd: String,
    },
    /// Nobody needs to know.
    Nothing,
    /// An event that this version does not know, by its name.
    Unknown(String),
}

/// An agent's hooks.
pub trait Hook: Send + Sync {
    /// The environment variables of the hook that [`event`](Self::event) looks at.
    fn variables(&self) -> &'static [&'static str];

    /// What the hook prints without asking anybody; `None` if there is somebody to be asked or told. Pure.
    fn at_once(&self, _report: &HookReport) -> Option<String> {
        None
    }

    /// What a run of the hook tells. Pure.
    fn event(&self, report: &HookReport) -> HookEvent;

    /// Adds to the question what the hook leaves out and a file has. Reads files.
    fn complete(&self, _report: &HookReport, _ask: &mut Ask) {}

    /// What the hook prints to give the answer; `None` for an answer that the agent cannot take this way. Pure.
    fn output(&self, ask: &Ask, answer: &CallAnswer) -> Option<String>;

    /// What the hook prints to keep the agent from what it is about to do; `None` if it cannot. Pure.
    fn refusal(&self, _event: &str, _text: &str) -> Option<String> {
        None
    }

    /// What the hook prints to have an agent that ends its turn answer something first. Pure.
    fn sends_on(&self, text: &str) -> String {
        json!({"decision": "block", "reason": text}).to_string()
    }

    /// What the hook prints to tell the agent something at a step. Pure.
    fn context(&self, event: &str, text: &str) -> String;
}

/// Hooks of both agents give context the same way (Claude Code 2.1.329, Codex 0.169).
pub(crate) fn context(event: &str, text: &str) -> String {
    json!({"hookSpecificOutput": {"hookEventName": event, "additionalContext": text}}).to_string()
}

/// Hooks of both agents refuse the same way (Claude Code 2.1.329, Codex 0.169).
pub(crate) fn refusal(event: &str, text: &str) -> String {
    let output = json!({
        "hookEventName": event, "permissionDecision": "deny", "permissionDecisionReason": text,
    });
    json!({ "hookSpecificOutput": output }).to_string()
}
