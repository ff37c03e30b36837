//! The two ways that lines go to an agent: by its host, and by a connection to its server.

use std::path::{Path, PathBuf};

use callboard_agents::drive::{Connection, Line};
use callboard_os::host::{self, HostError, HostRequest, HostState};

use super::journal::Journal;

/// Where lines go.
pub(super) enum Wire {
    /// To the agent's standard input; its standard output is in the journal.
    Pipes {
        /// Its host's folder.
        dir: PathBuf,
        /// What comes of it.
        journal: Journal,
    },
    /// To a server's socket; a thread of the connection brings what it says.
    Socket {
        /// The connection.
        connection: Box<dyn Connection>,
        /// The folder of the server's host, if it is ours.
        dir: Option<PathBuf>,
    },
}

impl Wire {
    /// Sends lines, in order. One that was sent before in other words holds up none of the others.
    pub(super) fn send(&mut self, lines: &[Line]) -> Result<(), HostError> {
        let mut otherwise = Ok(());
        for line in lines {
            match self {
                Self::Pipes { dir, .. } => {
                    let (id, line) = (line.id.clone(), line.text.clone());
                    match host::ask(dir, &HostRequest::Send { id, line }) {
                        Err(error @ HostError::SentOtherwise) => otherwise = Err(error),
                        sent => sent?,
                    }
                }
                Self::Socket { connection, .. } => {
                    connection.send(line).map_err(|cause| HostError::Away { cause })?;
                }
            }
        }
        otherwise
    }

    /// The folder of its host.
    pub(super) fn dir(&self) -> Option<&Path> {
        match self {
            Self::Pipes { dir, .. } => Some(dir),
            Self::Socket { dir, .. } => dir.as_deref(),
        }
    }

    /// How its host is; one that cannot be looked at counts as lost.
    pub(super) fn host_state(&self) -> HostState {
        self.dir().and_then(|dir| host::state(dir).ok()).unwrap_or(HostState::Lost)
    }
}
