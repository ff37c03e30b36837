//! The lock of the index while a scoped commit is made, which tells what is under way.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use callboard_os::process;
use serde::{Deserialize, Serialize};

use super::CommitError;

/// The variable that the git of a scoped commit, and its hooks, are started with.
pub(super) const MARKER: &str = "CALLBOARD_SCOPED_COMMIT";

/// What the lock's file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    /// What it is.
    callboard: String,
    pid: u32,
    start_ticks: Option<u64>,
    /// Where HEAD was.
    head: Option<String>,
    token: String,
}

const SCOPED_COMMIT: &str = "scoped commit";

/// The lock, ours until dropped.
#[derive(Debug)]
pub(super) struct IndexLock {
    file: PathBuf,
    told: Told,
}

/// What became of taking it.
#[derive(Debug)]
pub(super) enum Taken {
    /// It is ours.
    Own(IndexLock),
    /// A scoped commit that was killed left it.
    LeftBehind,
    /// Another git, or another scoped commit, has it.
    Held,
}

impl IndexLock {
    pub(super) fn take(git_dir: &Path, head: Option<&str>) -> Result<Taken, CommitError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let pid = std::process::id();
        let start_ticks = process::start_ticks(pid);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let token = format!("{pid}-{}-{number}", start_ticks.unwrap_or_default());
        let told = Told {
            callboard: SCOPED_COMMIT.to_owned(),
            pid,
            start_ticks,
            head: head.map(str::to_owned),
            token,
        };
        let file = git_dir.join("index.lock");
        let text = serde_json::to_vec(&told).map_err(|e| CommitError::io(&file)(e.into()))?;
        match put_whole(&file, &git_dir.join(format!("callboard-lock-{}", told.token)), &text) {
            Ok(()) => Ok(Taken::Own(Self { file, told })),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Ok(if left_behind(git_dir)?.is_some() { Taken::LeftBehind } else { Taken::Held })
            }
            Err(error) => Err(CommitError::io(&file)(error)),
        }
    }

    pub(super) fn token(&self) -> &str {
        &self.told.token
    }
}

impl Drop for IndexLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

/// Puts a lock in its place with all that it says, unless one is there.
pub(crate) fn put_whole(file: &Path, draft: &Path, told: &[u8]) -> io::Result<()> {
    fs::write(draft, told)?;
    let put = match fs::hard_link(draft, file) {
        Err(error) if !matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => {
            // A file system without links: the lock is empty for a moment.
            let mut options = fs::OpenOptions::new();
            let made = options.write(true).create_new(true).open(file);
            made.and_then(|mut made| io::copy(&mut fs::File::open(draft)?, &mut made)).map(drop)
        }
        done => done,
    };
    let _ = fs::remove_file(draft);
    put
}

/// What a commit left that was killed.
#[derive(Debug)]
pub(super) struct LeftBehind {
    file: PathBuf,
    pub head: Option<String>,
}

impl LeftBehind {
    pub(super) fn remove(self) -> Result<(), CommitError> {
        fs::remove_file(&self.file).map_err(CommitError::io(&self.file))
    }
}

/// The lock that a scoped commit left, if nothing of it runs any more: neither it nor its git and hooks.
pub(super) fn left_behind(git_dir: &Path) -> Result<Option<LeftBehind>, CommitError> {
    let file = git_dir.join("index.lock");
    let text = match fs::read(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CommitError::io(&file)(error)),
    };
    let told = serde_json::from_slice::<Told>(&text).ok();
    let Some(told) = told.filter(|told| told.callboard == SCOPED_COMMIT) else { return Ok(None) };
    let runs = process::is_running(told.pid, told.start_ticks) != Some(false)
        || process::with_variable(MARKER).iter().any(|(_, token)| *token == told.token);
    Ok((!runs).then_some(LeftBehind { file, head: told.head }))
}
