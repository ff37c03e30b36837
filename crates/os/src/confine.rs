//! Commands that are held to what they need: they write below their own folders only, read no secrets, reach
//! nobody but this machine, take a limited share of it, and leave nothing behind.
//!
//! Three small steps of the program `callboard` itself stand between the daemon and the shell, each a process of one
//! thread that changes itself and goes on to the next, so that nothing runs between a fork and an exec. The first
//! takes the namespaces of its own (`namespaces`), the second puts the disk together, watches and ends everything
//! (`watch`), the third takes on limits and Landlock and becomes the shell (`become_shell`). Where the system gives no
//! namespaces the first is left out; what was held and what was not is told in either case.

#[cfg(target_os = "linux")]
mod achieved;
#[cfg(target_os = "linux")]
mod become_shell;
mod caches;
#[cfg(target_os = "linux")]
mod capabilities;
#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(target_os = "linux")]
mod forward;
#[cfg(target_os = "linux")]
mod landlock;
#[cfg(target_os = "linux")]
mod mounts;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod order;
#[cfg(target_os = "linux")]
mod overlay;
#[cfg(target_os = "linux")]
mod refused_calls;
#[cfg(target_os = "linux")]
mod room;
mod run;
#[cfg(any(not(target_os = "linux"), test))]
mod seatbelt;
mod secrets;
#[cfg(target_os = "linux")]
mod steps;
#[cfg(target_os = "linux")]
mod tree;
#[cfg(target_os = "linux")]
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use crate::limits;

pub use caches::caches_of_home;
pub use run::{ConfinedRun, ConfinedScript};
pub use secrets::secrets_of_home;
#[cfg(target_os = "linux")]
pub use tree::is_confined;

/// What a confined command may do, and how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confine {
    /// The program `callboard`, which is started as `callboard confined`. A daemon gives `/proc/self/exe` where that
    /// is: after an update, its path may lead to another version.
    pub callboard: PathBuf,
    /// Folders that it may write to, its checkout among them. A folder that is not there is left out.
    pub writable: Vec<PathBuf>,
    /// Folders that it may write to without changing them, such as caches. One that is not there is left out.
    pub copied: Vec<Copied>,
    /// Folders and files that it may read although they lie below something hidden or below the machine's folders of
    /// temporary files, which it has none of.
    pub readable: Vec<PathBuf>,
    /// Folders and files that it must not read. What is writable or readable below one of them stays so.
    pub hidden: Vec<PathBuf>,
    /// Whom it reaches.
    pub network: Network,
    /// Memory of all its processes together.
    pub memory_bytes: u64,
    /// Processes that it has at one time.
    pub processes: u32,
    /// Output that is kept; of more than that, the beginning and the end.
    pub output_bytes: u64,
    /// Room that it takes on disks, and the longest file that it writes.
    pub disk_bytes: u64,
    /// Files that it makes or changes.
    pub files: u64,
}

impl Confine {
    /// A command that writes to `checkout` alone, with usual limits and no secrets hidden.
    #[must_use]
    pub fn new(callboard: &Path, checkout: &Path) -> Self {
        Self {
            callboard: callboard.to_owned(),
            writable: vec![checkout.to_owned()],
            copied: Vec::new(),
            readable: Vec::new(),
            hidden: Vec::new(),
            network: Network::Loopback { services: Vec::new() },
            memory_bytes: limits::CONFINED_MEMORY_BYTES,
            processes: limits::CONFINED_PROCESSES,
            output_bytes: limits::SCRIPT_LOG_BYTES as u64,
            disk_bytes: limits::CONFINED_DISK_BYTES,
            files: limits::CONFINED_FILES,
        }
    }
}

/// A folder of which a confined command has a copy: what it writes there is gone with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// The folder.
    pub folder: PathBuf,
    /// Where the system lets nobody put folders together, it is the command's to write to, which is told; if not, it is
    /// only read there.
    pub is_else_shared: bool,
}

/// Whom a confined command reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Itself, on a loopback of its own where the system gives it one, and these services of the machine.
    Loopback {
        /// What runs outside that the command needs.
        services: Vec<Service>,
    },
    /// Everybody.
    Any,
}

impl Network {
    fn services(&self) -> &[Service] {
        match self {
            Self::Loopback { services } => services,
            Self::Any => &[],
        }
    }

    #[cfg(target_os = "linux")]
    fn ports(&self) -> Vec<u16> {
        let port = |service: &Service| match service {
            Service::Port(port) => Some(*port),
            Service::Socket(_) => None,
        };
        self.services().iter().filter_map(port).take(limits::CONFINED_SERVICES).collect()
    }
}

/// A service of the machine that a confined command may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// A TCP port of 127.0.0.1.
    Port(u16),
    /// A Unix socket.
    Socket(PathBuf),
}

/// What a confined command has only so much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Bytes of memory.
    Memory,
    /// Processes at one time.
    Processes,
    /// Bytes on disks.
    Disk,
    /// Files made or changed.
    Files,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Memory => "bytes of memory",
            Self::Processes => "processes",
            Self::Disk => "bytes on the disk",
            Self::Files => "files made or changed",
        })
    }
}

/// `callboard confined`: one step of a confined command, which the daemon starts, and nobody else; `args` are those
/// behind the word `confined`. Gives its exit code.
#[cfg(target_os = "linux")]
pub fn serve(mut args: impl Iterator<Item = String>) -> ExitCode {
    let step = args.next();
    if descriptors::close_at_next_step().is_err() {
        return ExitCode::FAILURE;
    }
    match step.as_deref() {
        Some(order::IN_NAMESPACES) => namespaces::enter(args),
        Some(order::MAP) => namespaces::map_everybody(),
        Some(order::WATCH) => watch::watch(args.next().as_deref()),
        Some(order::BECOME_SHELL) => become_shell::become_shell(args.next().as_deref()),
        _ => ExitCode::from(2),
    }
}

/// Whether process `pid` belongs to a confined command: not known on this system.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn is_confined(_pid: u32) -> bool {
    false
}

/// `callboard confined`: this system has other means.
#[cfg(not(target_os = "linux"))]
pub fn serve(_args: impl Iterator<Item = String>) -> ExitCode {
    ExitCode::from(2)
}
