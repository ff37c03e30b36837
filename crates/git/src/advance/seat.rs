//! The checkout that has a branch checked out: found, looked over, and locked.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;

use serde::{Deserialize, Serialize};

use super::AdvanceError;
use super::journal::{Journal, Name, Seat, Stamp};
use crate::keep::ongoing;
use crate::limits;
use crate::locate::{Checkout, locate};
use crate::run::Git;
use crate::scoped_commit::{self, put_whole};
use crate::worktree;

/// The checkout that `branch` is checked out in; none if it is in none.
///
/// # Errors
/// When it is in several, its folder is not there, or a rebase of the branch is not finished.
pub(super) fn find(git: &Git, branch: &str) -> Result<Option<Checkout>, AdvanceError> {
    let trees = worktree::list(git)?;
    for checkout in trees.iter().filter_map(|tree| locate(&tree.path)) {
        if is_rebased_in(&checkout.git_dir, branch) {
            let what =
                format!("a rebase of {branch} is not finished in {}", checkout.top.display());
            return Err(AdvanceError::refused(what, "finish or abort it there first"));
        }
    }
    let is_seat = |tree: &&worktree::Worktree| tree.branch.as_deref() == Some(branch);
    // What git would prune is no checkout any more. The main one of a bare repository has no files.
    let mut seats = trees.iter().filter(is_seat).filter(|tree| tree.prunable.is_none());
    let Some(seat) = seats.next() else { return Ok(None) };
    if let Some(other) = seats.next() {
        let what = format!(
            "{branch} is checked out both in {} and in {}",
            seat.path.display(),
            other.path.display()
        );
        return Err(AdvanceError::refused(what, "switch one of them to another branch first"));
    }
    let top = seat.path.canonicalize().unwrap_or_else(|_| seat.path.clone());
    match locate(&top).filter(|found| found.top == top) {
        Some(checkout) => Ok(Some(checkout)),
        None if is_bare(git) => Ok(None),
        None => {
            let what = format!("{branch} is checked out in {}, which is not there", top.display());
            Err(AdvanceError::refused(what, "bring that folder back, or `git worktree prune`"))
        }
    }
}

fn is_bare(git: &Git) -> bool {
    git.text(&["config", "--bool", "core.bare"]).is_ok_and(|told| told == "true")
}

/// While a branch is rebased HEAD is detached, and the end of it moves the branch (git-rebase(1)).
fn is_rebased_in(git_dir: &Path, branch: &str) -> bool {
    let reference = format!("refs/heads/{branch}");
    ["rebase-merge/head-name", "rebase-apply/head-name"].into_iter().any(|file| {
        fs::read_to_string(git_dir.join(file)).is_ok_and(|name| name.trim() == reference)
    })
}

/// What the lock of the index says while a branch moves.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    /// What it is.
    callboard: String,
    token: String,
    /// Where what is under way is written down.
    journal: Name,
}

const ADVANCE: &str = "advance";

/// Whether the lock is one of a move, and of which.
fn told(lock: &Path) -> Option<Told> {
    let told: Told = serde_json::from_slice(&fs::read(lock).ok()?).ok()?;
    Some(told).filter(|told| told.callboard == ADVANCE)
}

/// Locks the index of the checkout; waits a little for another git.
pub(super) fn lock(
    checkout: &Checkout,
    journal: &Journal,
    file: &Path,
) -> Result<(), AdvanceError> {
    let lock = checkout.git_dir.join("index.lock");
    let token = journal.token.clone();
    let draft = checkout.git_dir.join(format!("callboard-lock-{token}"));
    let text = Told { callboard: ADVANCE.to_owned(), token, journal: Name::of(file) };
    for _ in 0..limits::LOCK_TRIES {
        let text = serde_json::to_vec(&text).unwrap_or_default();
        match put_whole(&lock, &draft, &text) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(AdvanceError::io(&lock)(error)),
        }
        if !scoped_commit::repair(&checkout.top)? {
            thread::sleep(limits::LOCK_PAUSE);
        }
    }
    if let Some(told) = told(&lock) {
        let what = format!(
            "another move is not finished in {}: {}",
            checkout.top.display(),
            told.journal.path().display()
        );
        return Err(AdvanceError::refused(what, "recover that one first"));
    }
    Err(AdvanceError::refused(
        format!("another git holds {}", lock.display()),
        "wait for it; if none runs, remove that file",
    ))
}

/// Takes the lock away if it is this move's.
pub(super) fn unlock(seat: &Seat, token: &str) {
    let lock = seat.lock();
    if told(&lock).is_some_and(|told| told.token == token) {
        let _ = fs::remove_file(lock);
    }
    let _ = fs::remove_file(seat.git_dir.path().join(format!("callboard-lock-{token}")));
}

/// Refuses a checkout in which git is at something, or which is on another branch by now.
pub(super) fn refuse_what_is_not_finished(
    checkout: &Checkout,
    branch: &str,
) -> Result<(), AdvanceError> {
    let top = checkout.top.display();
    if let Some(what) = ongoing(checkout) {
        let what = format!("{what} is not finished in {top}");
        return Err(AdvanceError::refused(what, "finish or abort it there first"));
    }
    // `git worktree list` told it; a reference by reftable stands in no file.
    let on = Git::at(&checkout.top).text(&["symbolic-ref", "--quiet", "--short", "HEAD"]);
    if on.is_ok_and(|on| on == branch) {
        return Ok(());
    }
    let what = format!("{top} has left {branch} meanwhile");
    Err(AdvanceError::refused(what, "try again"))
}

/// What is known of the checkout before anything is made in it.
pub(super) fn begin(checkout: &Checkout, token: &str) -> Seat {
    let name = format!("callboard-advance-{token}");
    let beside = checkout.git_dir.join(&name);
    // A rename does not cross file systems.
    let folder = if is_one_file_system(&checkout.git_dir, &checkout.top) {
        beside
    } else {
        checkout.top.join(format!(".{name}"))
    };
    Seat {
        top: Name::of(&checkout.top),
        git_dir: Name::of(&checkout.git_dir),
        folder: Name::of(&folder),
        index: Name::of(&checkout.git_dir.join(format!("{name}.index"))),
        index_was: Stamp::of(&checkout.git_dir.join("index")),
        shifts: Vec::new(),
        made: Vec::new(),
        left: Vec::new(),
    }
}

#[cfg(unix)]
fn is_one_file_system(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).ok().map(|meta| meta.dev());
    device(one) == device(other)
}

#[cfg(not(unix))]
fn is_one_file_system(one: &Path, other: &Path) -> bool {
    let root = |path: &Path| path.components().next().map(|c| c.as_os_str().to_owned());
    root(one) == root(other)
}

/// For gits that write an index beside the user's: the user's hooks are not told of that.
pub(super) const NO_HOOKS: [&str; 2] = ["-c", "core.hooksPath=/dev/null"];

/// Copies an index, as old as it is: git looks again at files that are younger than their index.
pub(super) fn copy_index(own: &Path, to: &Path) -> Result<(), AdvanceError> {
    let copied = || -> std::io::Result<()> {
        let modified = fs::metadata(own)?.modified()?;
        let mut copy = fs::File::create(to)?;
        std::io::copy(&mut fs::File::open(own)?, &mut copy)?;
        copy.set_modified(modified)
    };
    match copied() {
        // A checkout in which nothing was ever added has no index.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done.map_err(AdvanceError::io(own)),
    }
}

/// Removes an index of our own, with the lock that a git left which was killed.
pub(super) fn remove_index(index: PathBuf) {
    let mut lock = index.clone().into_os_string();
    lock.push(".lock");
    let _ = fs::remove_file(lock);
    let _ = fs::remove_file(index);
}
