//! The real Claude Code and Codex, of pinned versions, against the scripted model server.
//!
//! ```no_run
//! # use callboard_testkit::{Agents, HermeticHome, ModelServer, Repo, Script, Turn};
//! let server = ModelServer::with([Script::new("hello").turn(Turn::text("Hello."))]);
//! let home = HermeticHome::new().with_model_server(&server);
//! let repo = Repo::new(&home);
//! let agents = Agents::reserve(1);
//! let session = agents.claude(&home).cwd(repo.path()).session();
//! session.prompt("[[script:hello]]");
//! session.wait_idle();
//! assert_eq!(session.result(), "Hello.");
//! ```

mod claude;
mod claude_session;
mod claude_tui;
mod codex;
mod codex_client;
mod inbox;
mod install;
mod opencode;
mod websocket;

use std::cell::Cell;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use claude::{Claude, live_sessions, transcript_path};
pub use claude_session::{ClaudeSession, Permission};
pub use claude_tui::ClaudeTui;
pub use codex::{Codex, CodexAppServer};
pub use codex_client::{CodexClient, ServerRequest};
pub use install::{CLAUDE_VERSION, CODEX_VERSION, OPENCODE_VERSION};

pub use crate::process::Finished;
use crate::{HermeticHome, ModelServer, cache, limits};

thread_local! {
    static RESERVED: Cell<bool> = const { Cell::new(false) };
}

/// Places for real agents, of the few that this machine has. Held until dropped.
#[derive(Debug)]
pub struct Agents {
    places: Vec<File>,
    running: Arc<AtomicUsize>,
    binaries: install::Binaries,
}

impl Agents {
    /// Waits for `places` free places among all tests of this machine, and installs the agents if
    /// this is the first time. A test reserves once, for as many agents as it runs at the same time,
    /// those that Callboard starts included.
    ///
    /// # Panics
    /// When the agents cannot be installed here; when the test already holds places, which could
    /// block two tests for ever; when more are asked for than exist.
    #[must_use]
    pub fn reserve(places: usize) -> Self {
        assert!(
            (1..=limits::AGENTS_AT_ONCE).contains(&places),
            "a test runs one to {} agents at the same time, not {places}",
            limits::AGENTS_AT_ONCE
        );
        assert!(!RESERVED.get(), "this test holds places already: reserve all of them at once");
        let binaries = install::binaries();
        let places = take_places(places);
        RESERVED.set(true);
        Self { places, running: Arc::default(), binaries }
    }

    /// Claude Code in this home.
    #[must_use]
    pub fn claude<'a>(&'a self, home: &'a HermeticHome) -> Claude<'a> {
        Claude::new(self, home)
    }

    /// Codex in this home.
    #[must_use]
    pub fn codex<'a>(&'a self, home: &'a HermeticHome) -> Codex<'a> {
        Codex::new(self, home)
    }

    /// Puts `claude` and `codex` on the home's `PATH`, for Callboard to find.
    pub fn link_into(&self, home: &HermeticHome) {
        for (name, binary) in [("claude", &self.binaries.claude), ("codex", &self.binaries.codex)] {
            let link = home.bin().join(name);
            if !link.exists() {
                std::os::unix::fs::symlink(binary, link).unwrap();
            }
        }
    }

    /// Puts `opencode` on the home's `PATH`; the section of a `callboard.toml` that names it, with a model
    /// of this server. It asks before it runs a command.
    #[must_use]
    pub fn opencode(&self, home: &HermeticHome, server: &ModelServer) -> String {
        let link = home.bin().join("opencode");
        if !link.exists() {
            std::os::unix::fs::symlink(install::opencode(), link).unwrap();
        }
        opencode::section(&server.url())
    }

    /// The binary of Claude Code.
    #[must_use]
    pub fn claude_binary(&self) -> &Path {
        &self.binaries.claude
    }

    /// The binary of Codex.
    #[must_use]
    pub fn codex_binary(&self) -> &Path {
        &self.binaries.codex
    }

    /// Counts an agent as running until the guard is dropped.
    fn enter(&self) -> Place {
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        let place = Place(Arc::clone(&self.running));
        assert!(
            running <= self.places.len(),
            "{running} agents would run at once; this test reserved {}",
            self.places.len()
        );
        place
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        RESERVED.set(false);
    }
}

#[derive(Debug)]
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Takes all places in one go, behind a lock: two tests that each hold one and wait for another
/// would wait for ever.
fn take_places(wanted: usize) -> Vec<File> {
    let queue = cache::lock_file("places.lock");
    queue.lock().unwrap();
    let mut taken = Vec::new();
    let mut free: Vec<File> =
        (0..limits::AGENTS_AT_ONCE).map(|n| cache::lock_file(&format!("place-{n}.lock"))).collect();
    loop {
        let mut at = 0;
        while taken.len() < wanted && at < free.len() {
            if free[at].try_lock().is_ok() {
                taken.push(free.remove(at));
            } else {
                at += 1;
            }
        }
        if taken.len() == wanted {
            return taken;
        }
        // A file lock says nothing when it becomes free, and either may be the first.
        std::thread::sleep(limits::LOOK_AGAIN);
    }
}
