//! Codex, started in the ways that its users and programs start it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::{Agents, CodexClient, Finished, Place, websocket};
use crate::process::Running;
use crate::{HermeticHome, limits};

/// How to start Codex.
#[derive(Debug, Clone)]
pub struct Codex<'a> {
    agents: &'a Agents,
    home: &'a HermeticHome,
    cwd: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
}

impl<'a> Codex<'a> {
    pub(super) fn new(agents: &'a Agents, home: &'a HermeticHome) -> Self {
        Self { agents, home, cwd: home.work(), args: Vec::new(), env: Vec::new() }
    }

    /// The directory to work in; by default the home's work folder.
    #[must_use]
    pub fn cwd(mut self, cwd: &Path) -> Self {
        cwd.clone_into(&mut self.cwd);
        self
    }

    /// Adds arguments behind the subcommand.
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

    /// Runs one prompt to its end: `codex exec --json`. Nothing is ever asked.
    #[must_use]
    pub fn exec(&self, prompt: &str) -> Finished {
        let _place = self.agents.enter();
        let mut command = self.command(&["exec", "--json"]);
        Finished::of(command.arg("--").arg(prompt).stdin(Stdio::null()))
    }

    /// Starts `codex app-server` and talks to it over its standard input and output.
    #[must_use]
    pub fn app_server(&self) -> CodexClient {
        let place = self.agents.enter();
        let mut running = Running::spawn(&mut self.command(&["app-server"]));
        let (stdin, stdout) = (running.take_stdin(), running.take_stdout());
        CodexClient::over_stdio(stdin, stdout, running, place)
    }

    /// Starts `codex app-server` listening on a Unix socket, for any number of clients.
    #[must_use]
    pub fn app_server_on_socket(&self) -> CodexAppServer {
        let place = self.agents.enter();
        let id = crate::model_server::fresh_id("");
        let socket = self.home.root().join(format!("codex-{}.sock", &id[..8]));
        let address = format!("unix://{}", socket.display());
        let running = Running::spawn(&mut self.command(&["app-server", "--listen", &address]));
        CodexAppServer { socket, running: Mutex::new(running), _place: place }
    }

    fn command(&self, subcommand: &[&str]) -> Command {
        let mut command = Command::new(self.agents.codex_binary());
        self.home.env(&mut command).envs(self.env.iter().cloned()).current_dir(&self.cwd);
        command.args(subcommand).args(&self.args);
        command
    }
}

/// A `codex app-server` on a Unix socket. It ends when it is dropped.
#[derive(Debug)]
pub struct CodexAppServer {
    socket: PathBuf,
    running: Mutex<Running>,
    _place: Place,
}

impl CodexAppServer {
    /// Connects a client.
    ///
    /// # Panics
    /// When the server does not listen within the usual limit.
    #[must_use]
    pub fn connect(&self) -> CodexClient {
        let mut tries = limits::WAIT.as_millis() / limits::LOOK_AGAIN.as_millis();
        loop {
            match websocket::connect(&self.socket) {
                Ok((reader, writer)) => return CodexClient::over_socket(reader, writer),
                Err(error) if tries == 0 => {
                    let stderr = self.running.lock().unwrap().stderr();
                    panic!("no connection to {}: {error}\n{stderr}", self.socket.display())
                }
                // The socket appears a moment after the process; nothing announces it.
                Err(_) => std::thread::sleep(limits::LOOK_AGAIN),
            }
            tries -= 1;
        }
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The server's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.running.lock().unwrap().pid()
    }

    /// Kills the server as a crash would.
    pub fn kill_9(self) {
        self.running.lock().unwrap().kill_9();
    }
}
