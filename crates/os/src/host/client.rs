//! The daemon's side: starts hosts, looks how they are, asks them.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::{
    Answer, ENDED, Ended, HostRequest, HostSpec, LOCK, SOCKET, SPEC, STARTED, Started, read_whole,
    write_whole,
};
use crate::command::{Command, CommandError};
use crate::limits;
use crate::lock::FileLock;
use crate::process::is_running;

/// How a host and its agent are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostState {
    /// It was asked to start and has not said anything yet.
    Starting,
    /// Both run.
    Running(Started),
    /// The agent ended.
    Ended(Ended),
    /// The host was killed, or the machine went down: nothing is known of the agent's end.
    Lost,
}

/// Why a host does not do what it is asked. Nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Its folder cannot be written or read.
    #[error("cannot write or read {}: {cause}", .path.display())]
    Folder {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// It cannot be started.
    #[error(transparent)]
    Start(#[from] CommandError),
    /// Nobody answers.
    #[error("the host of this session does not answer: {cause}")]
    Away {
        /// Why.
        cause: io::Error,
    },
    /// It refused.
    #[error("the host of this session refused: {0}")]
    Refused(String),
}

fn folder(path: PathBuf) -> impl FnOnce(io::Error) -> HostError {
    move |cause| HostError::Folder { path, cause }
}

/// Starts `callboard host` (the program `callboard`) for an agent, with `dir` as its folder.
///
/// # Errors
/// When the folder cannot be made, or the program not be started. That the agent itself does not start is
/// told by [`state`].
pub fn start(callboard: &Path, dir: &Path, spec: &HostSpec) -> Result<(), HostError> {
    fs::create_dir_all(dir).map_err(folder(dir.to_owned()))?;
    let file = dir.join(SPEC);
    write_whole(&file, spec).map_err(folder(file.clone()))?;
    Command::new(callboard, dir).arg("host").arg(dir).detach(None)?;
    Ok(())
}

/// How the host with this folder is.
///
/// # Errors
/// When its folder cannot be read.
pub fn state(dir: &Path) -> Result<HostState, HostError> {
    // The end first: a host that ended between the two looks has written it.
    let started = read_whole::<Started>(&dir.join(STARTED)).map_err(folder(dir.join(STARTED)))?;
    let runs = started.is_some_and(|s| is_running(s.host.pid, s.host.start_ticks) == Some(true));
    if let Some(ended) = read_whole(&dir.join(ENDED)).map_err(folder(dir.join(ENDED)))? {
        return Ok(HostState::Ended(ended));
    }
    Ok(match started {
        Some(started) if runs => HostState::Running(started),
        Some(_) => HostState::Lost,
        None => HostState::Starting,
    })
}

/// Whether a host has this folder now, whatever it has said so far.
#[must_use]
pub fn is_held(dir: &Path) -> bool {
    let lock = dir.join(LOCK);
    lock.exists() && matches!(FileLock::try_take(&lock), Ok(None))
}

/// Asks a host, and waits until it has done so.
///
/// # Errors
/// When it is gone or refuses.
pub fn ask(dir: &Path, request: &HostRequest) -> Result<(), HostError> {
    let away = |cause: io::Error| HostError::Away { cause };
    let mut stream = UnixStream::connect(dir.join(SOCKET)).map_err(away)?;
    stream.set_read_timeout(Some(limits::HOST_ANSWER_TIME)).map_err(away)?;
    let mut line = serde_json::to_vec(request).map_err(|e| away(e.into()))?;
    line.push(b'\n');
    stream.write_all(&line).map_err(away)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(away)?;
    let answer: Answer = serde_json::from_str(&answer).map_err(|e| away(e.into()))?;
    answer.error.map_or(Ok(()), |error| Err(HostError::Refused(error)))
}
