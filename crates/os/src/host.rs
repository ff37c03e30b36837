//! The host of an owned agent: a small process that holds the agent's pipes and writes down what comes out
//! of them, so that the agent outlives the daemon.
//!
//! All that the two need to know of each other is files in one folder, and a socket for requests: the
//! daemon reads [`OUTPUT`] as it grows, as it does any transcript, and misses nothing while it is away.

mod client;
mod input;
mod output;
mod serve;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use client::{HostError, HostState, ask, discard, end_left, is_held, start, state};
pub use output::output_part;
pub use serve::serve;

/// What the agent printed on standard output, byte for byte: the first part of it. Where a part ends, at the end of a
/// line, the next begins: see [`output_part`].
pub const OUTPUT: &str = "output.jsonl";
/// The last of what it printed on standard error.
pub const ERRORS: &str = "errors.log";
/// What it was sent, with the sender's id of each line.
pub const SENT: &str = "sent.jsonl";

const SPEC: &str = "spec.json";
const STARTED: &str = "started.json";
const ENDED: &str = "ended.json";
const LOCK: &str = "host.lock";
const SOCKET: &str = "host.sock";

/// In the environment of an agent and all that it starts: the folder of its host.
pub const MARKER: &str = "CALLBOARD_HOST";

/// What a host is to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostSpec {
    /// The program, by its path or its name.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its directory.
    pub cwd: PathBuf,
    /// Its whole environment.
    pub env: Vec<(String, String)>,
}

/// What a host is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostRequest {
    /// Writes a line to the agent's standard input, once, however often it is asked with the same id.
    Send {
        /// The sender's id of the line.
        id: String,
        /// The line, without its line feed.
        line: String,
    },
    /// Closes the agent's standard input, behind what is still to be written to it.
    CloseInput,
    /// What the agent printed before this byte is read and kept: the parts before it can go.
    Forget {
        /// Counted from the first byte.
        until: u64,
    },
    /// Interrupts the agent, as Ctrl-C does.
    Interrupt,
    /// Ends the agent and all that it started: asks first, kills who does not end.
    End,
}

/// A process, told apart from a later one with the same pid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessId {
    /// Its pid.
    pub pid: u32,
    /// When it started, where the system says so.
    pub start_ticks: Option<u64>,
}

impl ProcessId {
    /// The process with this pid now.
    #[must_use]
    pub fn of(pid: u32) -> Self {
        Self { pid, start_ticks: crate::process::start_ticks(pid) }
    }
}

/// A host that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The host.
    pub host: ProcessId,
    /// The agent.
    pub agent: ProcessId,
}

/// How an agent ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Its exit code.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Why it was not even started.
    pub failure: Option<String>,
}

/// Answer to a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    error: Option<String>,
    /// Another line was sent with the same id. A host that was started by an earlier version does not tell.
    #[serde(default)]
    is_sent_otherwise: bool,
}

/// Writes a file that is there whole or not at all, also after a loss of power.
fn write_whole(file: &Path, value: &impl Serialize) -> io::Result<()> {
    let draft = file.with_extension("draft");
    let mut out = File::create(&draft)?;
    out.write_all(&serde_json::to_vec(value)?)?;
    out.sync_all()?;
    fs::rename(&draft, file)
}

/// The file's value; `None` if it is not there.
fn read_whole<T: DeserializeOwned>(file: &Path) -> io::Result<Option<T>> {
    match fs::read(file) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
