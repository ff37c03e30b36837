//! How transcripts are read, end to end.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use callboard_agents::{Agent, all};

mod discovery;
#[cfg(unix)]
mod status;

fn agent(name: &str) -> &'static dyn Agent {
    *all().iter().find(|agent| agent.name().as_str() == name).unwrap()
}
