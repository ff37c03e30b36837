//! Claude Code's terminal program, in a tmux server of its own.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::claude::live_session;
use super::{Claude, Finished, Place};
use crate::process::{kill_all, tree_below};
use crate::wait;

/// Looks at the screen between two presses of the same key.
const LOOKS_PER_KEY: u32 = 20;

/// An interactive Claude Code. It ends when it is dropped.
#[derive(Debug)]
pub struct ClaudeTui {
    socket: PathBuf,
    server: u32,
    pid: u32,
    variables: Vec<(OsString, OsString)>,
    config: PathBuf,
    _place: Place,
}

impl ClaudeTui {
    pub(super) fn start(claude: &Claude<'_>) -> Self {
        let place = claude.enter();
        let id = crate::model_server::fresh_id("");
        let socket = claude.home.root().join(format!("tmux-{}", &id[..8]));
        let mut tui = Self {
            socket,
            server: 0,
            pid: 0,
            variables: claude.home.variables(),
            config: claude.home.claude_config_dir(),
            _place: place,
        };
        let mut tmux =
            claude.in_home(tui.tmux(["new-session", "-d", "-x", "150", "-y", "45", "--"]));
        tmux.arg(claude.binary()).args(claude.extra_args());
        let started = Finished::of(&mut tmux);
        assert_eq!(started.code, Some(0), "tmux, which shows the terminal: {}", started.stderr);
        // Keeps the last screen when the program ends, for the account of a failed test.
        tui.run(["set-option", "-g", "remain-on-exit", "on"]);
        tui.server = tui.run(["display-message", "-p", "#{pid}"]).trim().parse().unwrap();
        tui.pid = tui.run(["display-message", "-p", "#{pane_pid}"]).trim().parse().unwrap();
        tui
    }

    /// What stands on the screen.
    #[must_use]
    pub fn screen(&self) -> String {
        self.run(["capture-pane", "-p"])
    }

    /// Types text, without a final Enter.
    pub fn type_text(&self, text: &str) {
        self.run(["send-keys", "-l", "--", text]);
    }

    /// Presses keys, in tmux's words: `Enter`, `Escape`, `1`, `C-c`.
    pub fn press(&self, keys: &[&str]) {
        self.run(["send-keys"].iter().chain(keys));
    }

    /// Types a prompt and sends it.
    pub fn prompt(&self, text: &str) {
        self.wait_for_status("idle");
        self.type_text(text);
        // Enter in the same burst would count as a part of pasted text.
        self.wait_for_screen(text);
        self.press(&["Enter"]);
    }

    /// Answers the dialog that shows `question` with a key, again until it is gone: a dialog ignores
    /// keys for a moment after it has appeared.
    pub fn answer(&self, question: &str, key: &str) {
        self.wait_for_screen(question);
        let mut looks = 0;
        let gone = wait::look(|| {
            if !self.screen().contains(question) {
                return Some(());
            }
            if looks % LOOKS_PER_KEY == 0 {
                self.press(&[key]);
            }
            looks += 1;
            None
        });
        gone.unwrap_or_else(|| panic!("the dialog stays:\n{}", self.screen()));
    }

    /// Waits until the screen shows `text`.
    ///
    /// # Panics
    /// When it does not within the usual limit; the message shows the screen.
    pub fn wait_for_screen(&self, text: &str) {
        let shown = wait::look(|| self.screen().contains(text).then_some(()));
        shown.unwrap_or_else(|| panic!("no {text:?} on the screen, but:\n{}", self.screen()));
    }

    /// Waits until the live registry gives this session the status `idle`, `busy` or `waiting`; the
    /// registry's entry.
    ///
    /// # Panics
    /// When it does not within the usual limit; the message shows the screen.
    pub fn wait_for_status(&self, status: &str) -> Value {
        let entry = wait::look(|| live_session(&self.config, self.pid, status));
        entry.unwrap_or_else(|| panic!("the session is never {status}:\n{}", self.screen()))
    }

    /// The agent's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    fn tmux<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut tmux = Command::new("tmux");
        tmux.env_clear().envs(self.variables.iter().cloned());
        tmux.arg("-S").arg(&self.socket).args(["-f", "/dev/null"]).args(args);
        tmux
    }

    fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        let finished = Finished::of(&mut self.tmux(args));
        assert_eq!(finished.code, Some(0), "tmux: {}", finished.stderr);
        finished.stdout
    }
}

impl Drop for ClaudeTui {
    fn drop(&mut self) {
        let started = tree_below(self.server);
        let _ = self.tmux(["kill-server"]).output();
        kill_all(&started);
    }
}
