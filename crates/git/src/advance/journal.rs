//! What a move is about to do, on the disk before it does it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use callboard_os::process;
use serde::{Deserialize, Serialize};

use super::AdvanceError;
use crate::paths::{bytes_of, path_of};

/// The variable that the gits of a move, and what they start, are started with.
pub(super) const MARKER: &str = "CALLBOARD_ADVANCE";

/// Moves that this process is at, by their tokens.
static UNDER_WAY: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// A path in JSON, whatever its bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Name {
    Text(String),
    Bytes(Vec<u8>),
}

impl Name {
    pub(super) fn of(path: &Path) -> Self {
        match path.to_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Bytes(bytes_of(path)),
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Text(text) => PathBuf::from(text),
            Self::Bytes(bytes) => path_of(bytes),
        }
    }
}

/// Which file it is and how it was last written: another content has another stamp. It survives a rename.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u64,
    inode: u64,
    mode: u32,
}

impl Stamp {
    /// That of a file or link; none if there is none, or it is a folder.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let meta = fs::symlink_metadata(path).ok().filter(|meta| !meta.is_dir())?;
        let modified = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let modified =
            modified.and_then(|age| u64::try_from(age.as_nanos()).ok()).unwrap_or_default();
        let (inode, mode) = node(&meta);
        Some(Self { bytes: meta.len(), modified, inode, mode })
    }

    /// Whether both are the same file, however it was written since.
    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        self.inode == other.inode && self.inode != 0
    }
}

#[cfg(unix)]
fn node(meta: &fs::Metadata) -> (u64, u32) {
    use std::os::unix::fs::MetadataExt;
    (meta.ino(), meta.mode())
}

#[cfg(not(unix))]
fn node(_: &fs::Metadata) -> (u64, u32) {
    (0, 0)
}

/// What becomes of one path. The file that was there is put aside under the number of its entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shift {
    pub(super) path: Name,
    /// What lies there and goes aside.
    pub(super) old: Option<Old>,
    /// What comes there.
    pub(super) new: Option<New>,
}

/// What goes aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Old {
    File(Stamp),
    /// A folder that holds no file once those that go are gone.
    Folder,
}

/// What comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum New {
    File(Stamp),
    /// A submodule's folder, where there is none.
    Folder,
}

/// The checkout that moves with the branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seat {
    pub(super) top: Name,
    pub(super) git_dir: Name,
    /// Where files are made and put aside; on the file system of the checkout.
    pub(super) folder: Name,
    /// The index as it will be; it is there until it is put in its place.
    pub(super) index: Name,
    /// The user's index as it was.
    pub(super) index_was: Option<Stamp>,
    pub(super) shifts: Vec<Shift>,
    /// Folders that are made, outer ones first.
    pub(super) made: Vec<Name>,
    /// Submodules that are gone: their folders go if they are empty.
    pub(super) left: Vec<Name>,
}

impl Seat {
    pub(super) fn aside(&self, number: usize) -> PathBuf {
        self.folder.path().join("old").join(number.to_string())
    }

    pub(super) fn fresh(&self) -> PathBuf {
        self.folder.path().join("new")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.git_dir.path().join("index.lock")
    }
}

/// How far a move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    /// Nothing is touched but the lock of the index and what is made beside.
    Begun,
    /// All is made, and files begin to move.
    Prepared,
    /// All files are in their places, and the branch may move.
    Files,
    /// Only what is left beside has to go.
    Done,
}

/// A move that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    pid: u32,
    start_ticks: Option<u64>,
    pub(super) token: String,
    /// A folder of the repository that git can run in.
    pub(super) repository: Name,
    pub(super) branch: String,
    /// Where the branch was; none if there was none.
    pub(super) was: Option<String>,
    /// Where it goes; none if it is removed.
    pub(super) to: Option<String>,
    /// It goes back: what it leaves is built on what it goes to.
    pub(super) is_back: bool,
    pub(super) phase: Phase,
    pub(super) seat: Option<Seat>,
}

impl Journal {
    pub(super) fn new(
        repository: &Path,
        branch: &str,
        (was, to): (Option<&str>, Option<&str>),
        is_back: bool,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let pid = std::process::id();
        let start_ticks = process::start_ticks(pid);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            pid,
            start_ticks,
            token: format!("{pid}-{}-{number}", start_ticks.unwrap_or_default()),
            repository: Name::of(repository),
            branch: branch.to_owned(),
            was: was.map(str::to_owned),
            to: to.map(str::to_owned),
            is_back,
            phase: Phase::Begun,
            seat: None,
        }
    }

    /// The journal at `file`; none if there is none.
    pub(super) fn read(file: &Path) -> Result<Option<Self>, AdvanceError> {
        let text = match fs::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(AdvanceError::io(file)(error)),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| {
            AdvanceError::refused(
                format!("{} is no journal of a move: {error}", file.display()),
                "see what it is, and move it away",
            )
        })
    }

    /// Writes it, whole or not at all; behind this it is on the disk.
    pub(super) fn write(&self, file: &Path) -> Result<(), AdvanceError> {
        let written = || -> io::Result<()> {
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            let draft = draft_of(file);
            let mut out = File::create(&draft)?;
            out.write_all(&serde_json::to_vec(self)?)?;
            out.sync_all()?;
            fs::rename(&draft, file)
        };
        written().map_err(AdvanceError::io(file))
    }

    /// Whether who wrote it, or a git of it, still runs.
    pub(super) fn is_under_way(&self) -> bool {
        let is_elsewhere = self.pid != std::process::id();
        under_way().contains(&self.token)
            || is_elsewhere && process::is_running(self.pid, self.start_ticks) != Some(false)
            || process::with_variable(MARKER).iter().any(|(_, token)| *token == self.token)
    }
}

/// Where the journal is written before it takes its place.
pub(super) fn draft_of(file: &Path) -> PathBuf {
    let mut draft = file.as_os_str().to_owned();
    draft.push(".new");
    draft.into()
}

fn under_way() -> MutexGuard<'static, BTreeSet<String>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells this process's other threads that a move is under way, until it is dropped.
#[derive(Debug)]
pub(super) struct UnderWay(String);

impl UnderWay {
    pub(super) fn new(journal: &Journal) -> Self {
        under_way().insert(journal.token.clone());
        Self(journal.token.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        under_way().remove(&self.0);
    }
}
