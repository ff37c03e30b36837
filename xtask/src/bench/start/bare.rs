//! An agent without Callboard, driven in the way that Callboard drives it.

use callboard_testkit::agents::{ClaudeSession, CodexClient};

use super::{Ground, Started};

/// An agent alone.
#[derive(Debug)]
pub(super) enum Bare {
    /// Claude Code over its control protocol.
    Claude(ClaudeSession),
    /// A server of Codex's own.
    Codex(CodexClient),
}

impl Bare {
    /// Starts the agent in the main checkout with a prompt.
    pub(super) fn start(ground: &Ground<'_>, agent: &str, prompt: &str) -> Self {
        let cwd = ground.repo.path();
        if agent == "claude" {
            let session = ground.agents.claude(ground.home).cwd(cwd).session();
            session.prompt(prompt);
            return Self::Claude(session);
        }
        let server = ground.agents.codex(ground.home).cwd(cwd).app_server();
        let thread = server.start_thread(cwd);
        server.start_turn(&thread, prompt);
        Self::Codex(server)
    }
}

impl Started for Bare {
    fn wait_for_words(&mut self, words: &str) {
        let says = |message: &serde_json::Value| message.to_string().contains(words);
        match self {
            Self::Claude(session) => {
                session.wait_for("words", |m| m["type"] == "assistant" && says(m))
            }
            Self::Codex(server) => {
                server.wait_for("words", |m| m["method"] == "item/completed" && says(m))
            }
        };
    }

    fn end(self) {}
}
