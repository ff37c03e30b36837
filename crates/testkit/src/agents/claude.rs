//! Claude Code, started in the ways that its users start it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{Agents, ClaudeSession, ClaudeTui, Finished, Place};
use crate::HermeticHome;

/// How to start Claude Code.
#[derive(Debug, Clone)]
pub struct Claude<'a> {
    agents: &'a Agents,
    pub(super) home: &'a HermeticHome,
    pub(super) cwd: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
}

impl<'a> Claude<'a> {
    pub(super) fn new(agents: &'a Agents, home: &'a HermeticHome) -> Self {
        Self { agents, home, cwd: home.work(), args: Vec::new(), env: Vec::new() }
    }

    /// The directory to work in; by default the home's work folder.
    #[must_use]
    pub fn cwd(mut self, cwd: &Path) -> Self {
        cwd.clone_into(&mut self.cwd);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Resumes a session by its id.
    #[must_use]
    pub fn resume(self, session_id: &str) -> Self {
        self.args(["--resume", session_id])
    }

    /// Runs one prompt to its end: `claude -p --output-format json`.
    #[must_use]
    pub fn print(&self, prompt: &str) -> Finished {
        let _place = self.enter();
        let mut command = self.command();
        command.args(["-p", "--output-format", "json"]).args(&self.args).arg("--").arg(prompt);
        Finished::of(command.stdin(Stdio::null()))
    }

    /// Starts a session over the control protocol.
    #[must_use]
    pub fn session(&self) -> ClaudeSession {
        ClaudeSession::start(self)
    }

    /// Starts the interactive terminal program in a private tmux server.
    #[must_use]
    pub fn tui(&self) -> ClaudeTui {
        ClaudeTui::start(self)
    }

    pub(super) fn enter(&self) -> Place {
        self.agents.enter()
    }

    pub(super) fn binary(&self) -> &Path {
        self.agents.claude_binary()
    }

    pub(super) fn extra_args(&self) -> &[OsString] {
        &self.args
    }

    pub(super) fn command(&self) -> Command {
        self.in_home(Command::new(self.binary()))
    }

    pub(super) fn in_home(&self, mut command: Command) -> Command {
        self.home.env(&mut command).envs(self.env.iter().cloned()).current_dir(&self.cwd);
        command
    }
}

/// The entries of Claude Code's live registry, `sessions/PID.json` in its configuration folder.
#[must_use]
pub fn live_sessions(home: &HermeticHome) -> Vec<Value> {
    let folder = home.claude_config_dir().join("sessions");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|e| serde_json::from_slice(&std::fs::read(e.path()).ok()?).ok())
        // Beside the sessions lie the secrets that they talk to each other with.
        .filter(|entry: &Value| entry["sessionId"].is_string())
        .collect()
}

/// The entry of the process `pid` in the live registry, if it has this status.
pub(super) fn live_session(config: &Path, pid: u32, status: &str) -> Option<Value> {
    let entry = std::fs::read(config.join(format!("sessions/{pid}.json"))).ok()?;
    let entry: Value = serde_json::from_slice(&entry).ok()?;
    (entry["status"] == status).then_some(entry)
}

/// Where Claude Code keeps the transcript of a session that began in `cwd`, if the name of the
/// folder stays below its limit of 200 characters.
#[must_use]
pub fn transcript_path(home: &HermeticHome, cwd: &Path, session_id: &str) -> PathBuf {
    let real = cwd.canonicalize().unwrap();
    let slug: String = real
        .to_str()
        .unwrap()
        .encode_utf16()
        .map(|unit| u8::try_from(unit).map_or('-', char::from))
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    home.claude_config_dir().join("projects").join(slug).join(format!("{session_id}.jsonl"))
}
