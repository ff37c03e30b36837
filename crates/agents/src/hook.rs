//! What agents' hooks tell, and what they are given back.

use std::collections::BTreeMap;

use callboard_model::ThreadKey;
use callboard_model::call::{Ask, CallAnswer};
use serde::{Deserialize, Serialize};
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
    /// Nobody needs to know.
    Nothing,
    /// An event that this version does not know, by its name.
    Unknown(String),
}

/// An agent's hooks.
pub trait Hook: Send + Sync {
    /// The environment variables of the hook that [`event`](Self::event) looks at.
    fn variables(&self) -> &'static [&'static str];

    /// What a run of the hook tells. Pure.
    fn event(&self, report: &HookReport) -> HookEvent;

    /// Adds to the question what the hook leaves out and a file has. Reads files.
    fn complete(&self, _report: &HookReport, _ask: &mut Ask) {}

    /// What the hook prints to give the answer; `None` for an answer that the agent cannot take this way. Pure.
    fn output(&self, ask: &Ask, answer: &CallAnswer) -> Option<String>;
}
