//! The daemon's side: starts hosts, looks how they are, asks them.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{
    Answer, ENDED, Ended, HostRequest, HostSpec, LOCK, SOCKET, SPEC, STARTED, Started, read_whole,
    write_whole,
};
use crate::command::{Command, CommandError};
use crate::limits;
use crate::lock::FileLock;
use crate::process::{ask_to_end, is_running, kill};

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
    /// Another line has gone to the agent with this one's id.
    #[error("the agent was sent something else in its place before")]
    SentOtherwise,
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

/// Takes away the folder of a host that does not run; gives whether it is gone. A host that was about to start finds
/// nothing to run.
///
/// # Errors
/// When the folder cannot be removed.
pub fn discard(dir: &Path) -> io::Result<bool> {
    if !dir.is_dir() {
        return Ok(true);
    }
    let lock = FileLock::try_take(&dir.join(LOCK))?;
    if lock.is_some() {
        fs::remove_dir_all(dir)?;
    }
    Ok(lock.is_some())
}

/// Ends the agent that a host left running when it was killed; gives whether it does not run any more.
///
/// # Errors
/// When its folder cannot be read.
pub fn end_left(dir: &Path) -> io::Result<bool> {
    let Some(Started { agent, .. }) = read_whole::<Started>(&dir.join(STARTED))? else {
        return Ok(true);
    };
    let runs = || is_running(agent.pid, agent.start_ticks) == Some(true);
    let begun = Instant::now();
    if !ask_to_end(agent.pid, agent.start_ticks) {
        return Ok(!runs());
    }
    let mut is_killed = false;
    while runs() {
        if begun.elapsed() >= limits::END_GRACE * 2 {
            return Ok(false);
        }
        if begun.elapsed() >= limits::END_GRACE && !is_killed {
            is_killed = kill(agent.pid, agent.start_ticks);
        }
        std::thread::sleep(limits::END_LOOK_EVERY);
    }
    Ok(true)
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
    match answer.error {
        Some(error) => Err(HostError::Refused(error)),
        None if answer.is_sent_otherwise => Err(HostError::SentOtherwise),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::ProcessId;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "it stands for an agent")]
    fn what_a_host_that_was_killed_left_running_is_ended() {
        let dir = tempfile::tempdir().unwrap();
        assert!(end_left(dir.path()).unwrap(), "nothing was started");
        // It does not end when it is asked to.
        let script = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
        let mut agent = std::process::Command::new("sh")
            .args(["-c", script])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(agent.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let started = Started {
            host: ProcessId { pid: agent.id(), start_ticks: Some(0) },
            agent: ProcessId::of(agent.id()),
        };
        write_whole(&dir.path().join(STARTED), &started).unwrap();
        assert_eq!(state(dir.path()).unwrap(), HostState::Lost);
        assert!(end_left(dir.path()).unwrap());
        assert_eq!(is_running(agent.id(), started.agent.start_ticks), Some(false));
        agent.wait().unwrap();
        assert!(end_left(dir.path()).unwrap(), "it has ended");
    }
}
