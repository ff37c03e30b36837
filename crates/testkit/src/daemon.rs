//! The built `callboard`: its commands, and its daemon.

mod client;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

pub use client::{Client, Event, EventStream, Response};

use crate::process::{Finished, Process, kill_all, tree_below};
use crate::{HermeticHome, limits};

/// The binary that the tests run: `$CALLBOARD_BIN`, or the one in the target folder of the test.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("CALLBOARD_BIN") {
        return named.into();
    }
    let test = std::env::current_exe().unwrap();
    let beside = test.ancestors().skip(1).take(3).map(|folder| folder.join("callboard"));
    beside.into_iter().find(|file| file.is_file()).unwrap_or_else(|| {
        panic!(
            "no callboard near {}: run `cargo build -p callboard` first, or set CALLBOARD_BIN",
            test.display()
        )
    })
}

/// The command line of Callboard in a home.
#[derive(Debug, Clone)]
pub struct Callboard<'a> {
    home: &'a HermeticHome,
    binary: PathBuf,
    cwd: PathBuf,
}

impl<'a> Callboard<'a> {
    /// The `callboard` of this file in this home, run from its work folder.
    #[must_use]
    pub fn new(home: &'a HermeticHome, binary: &Path) -> Self {
        Self { home, binary: binary.to_owned(), cwd: home.work() }
    }

    /// The built `callboard` in this home: see [`binary`].
    #[must_use]
    pub fn built(home: &'a HermeticHome) -> Self {
        Self::new(home, &binary())
    }

    /// The directory to run in.
    #[must_use]
    pub fn cwd(mut self, cwd: &Path) -> Self {
        cwd.clone_into(&mut self.cwd);
        self
    }

    /// Runs a command to its end.
    #[must_use]
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Finished {
        Finished::of(self.command().args(args).stdin(Stdio::null()))
    }

    /// A command, for what a run needs beyond its arguments.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        self.home.env(&mut command).current_dir(&self.cwd);
        command
    }
}

/// A running daemon. Dropped: it is asked to end, then killed, with everything it started.
#[derive(Debug)]
pub struct Daemon<'a> {
    callboard: Callboard<'a>,
    args: Vec<String>,
    process: Process,
    client: Client,
}

impl<'a> Daemon<'a> {
    /// Starts a daemon: `callboard up --no-open --json`, and `args`.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(home: &'a HermeticHome, args: &[&str]) -> Self {
        Self::of(Callboard::built(home), args)
    }

    /// Starts the daemon of this `callboard`.
    #[must_use]
    pub fn of(callboard: Callboard<'a>, args: &[&str]) -> Self {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let (process, client) = up(&callboard, &args);
        Self { callboard, args, process, client }
    }

    /// The daemon's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// A client that is signed in.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The command line beside this daemon.
    #[must_use]
    pub fn callboard(&self) -> &Callboard<'a> {
        &self.callboard
    }

    /// Asks for a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Response {
        self.client.get(path)
    }

    /// Sends JSON to a path.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Response {
        self.client.send("POST", path, body)
    }

    /// Follows the events of a path.
    #[must_use]
    pub fn events(&self, path: &str) -> EventStream {
        self.client.events(path)
    }

    /// Kills the daemon as a crash would. What it started goes on.
    pub fn kill_9(&self) {
        self.end("KILL");
    }

    /// Asks the daemon to end, and waits for its end.
    pub fn stop(&self) {
        self.end("TERM");
    }

    fn end(&self, signal: &str) {
        self.process.signal(signal);
        assert!(self.process.wait_end(limits::WAIT), "the daemon outlives {signal}");
    }

    /// Starts the daemon again, which must have ended.
    pub fn start_again(&mut self) {
        assert!(!self.process.runs(), "the daemon still runs");
        (self.process, self.client) = up(&self.callboard, &self.args);
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        let started = tree_below(self.process.pid());
        self.process.signal("TERM");
        if !self.process.wait_end(limits::GRACE) {
            self.process.signal("KILL");
            self.process.wait_end(limits::GRACE);
        }
        kill_all(&started);
    }
}

fn up(callboard: &Callboard<'_>, args: &[String]) -> (Process, Client) {
    let finished = callboard
        .run(["up", "--no-open", "--json"].into_iter().chain(args.iter().map(String::as_str)));
    let told = || format!("{:?}\n{}{}", finished.code, finished.stdout, finished.stderr);
    assert_eq!(finished.code, Some(0), "callboard up failed: {}", told());
    let said: Value = serde_json::from_str(finished.stdout.trim())
        .unwrap_or_else(|e| panic!("callboard up --json: {e}: {}", told()));
    let pid = said["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok());
    let process = pid.and_then(Process::of).unwrap_or_else(|| panic!("no daemon runs: {}", told()));
    let url = said["url"].as_str().unwrap_or_else(|| panic!("no url: {}", told()));
    let token = callboard.run(["token"]);
    assert_eq!(token.code, Some(0), "callboard token: {}", token.stderr);
    (process, Client::sign_in(url, token.stdout.trim()))
}
