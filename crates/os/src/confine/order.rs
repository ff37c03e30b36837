//! What the steps of a confined command tell each other: JSON on the socket that is their standard input.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use callboard_model::receipt::Confinement;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Confine, Limit};
use crate::limits;

pub(super) const IN_NAMESPACES: &str = "namespaces";
pub(super) const MAP: &str = "map";
pub(super) const WATCH: &str = "watch";
pub(super) const BECOME_SHELL: &str = "shell";

/// What is to be run, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) line: String,
    pub(super) cwd: PathBuf,
    pub(super) env: Vec<(String, String)>,
    /// An empty folder, for its temporary files.
    pub(super) temp: PathBuf,
    /// Unix sockets of the machine.
    pub(super) sockets: Vec<PathBuf>,
    pub(super) confine: Confine,
    /// Those of the folders that it would get a copy of which it has as they are.
    #[serde(default)]
    pub(super) shared: Vec<PathBuf>,
}

/// What a step tells.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Report {
    /// With this come the listeners of the services that are to be forwarded.
    Listening,
    /// It is not possible in this way; nothing was run.
    Cannot(String),
    /// The command begins.
    Confined(Box<Confinement>),
    /// It went beyond a limit and was ended.
    Over { limit: Limit, most: u64 },
    /// Its status, as wait(2) gives it.
    Ended(i32),
}

/// Sends a value: its length in four bytes, then JSON.
pub(super) fn send(mut to: impl Write, value: &impl Serialize) -> io::Result<()> {
    to.write_all(&framed(value)?)
}

/// A value as it is sent.
pub(super) fn framed(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let text = serde_json::to_vec(value)?;
    let length = u32::try_from(text.len()).map_err(io::Error::other)?;
    Ok([&length.to_le_bytes()[..], &text].concat())
}

/// Receives a value and nothing behind it; `None` at the end.
pub(super) fn receive<T: DeserializeOwned>(mut from: impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Ok(()) => receive_text(length, from).map(Some),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// Receives the rest of a value whose length is known.
pub(super) fn receive_text<T: DeserializeOwned>(length: [u8; 4], from: impl Read) -> io::Result<T> {
    let length = u32::from_le_bytes(length);
    if length > limits::CONFINED_ORDER_BYTES {
        return Err(io::Error::other("it is too long"));
    }
    let mut text = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// The socket that is this step's standard input.
pub(super) fn control() -> io::Result<UnixStream> {
    Ok(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// Tells on the socket that is this step's standard input.
pub(super) fn report(report: &Report) -> io::Result<()> {
    send(control()?, report)
}
