//! How transcripts are read, end to end.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use callboard_agents::{Agent, Parsed, all};

mod claude;
mod codex;
mod discovery;
mod pipeline;
mod planted;
#[cfg(unix)]
mod status;

fn agent(name: &str) -> &'static dyn Agent {
    *all().iter().find(|agent| agent.name().as_str() == name).unwrap()
}

/// One line for each event: thread, key and content.
fn lines_of(parsed: &[Parsed]) -> String {
    let drafts = parsed.iter().flat_map(|parsed| &parsed.drafts);
    let line = |draft: &callboard_model::Draft| {
        let thread = &draft.thread;
        let sub = thread.sub.as_ref().map(|sub| format!("/{sub}")).unwrap_or_default();
        let body = serde_json::to_string(&draft.body).unwrap();
        format!("{}{sub} {} {body}\n", thread.native, draft.key)
    };
    drafts.map(line).collect()
}
