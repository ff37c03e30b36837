//! Making a worktree: whole, or not at all.

use std::fs;
use std::path::Path;

use super::{WorktreeError, commit_of};
use crate::locate::{Checkout, locate};
use crate::run::{Git, GitError};

/// What a new worktree has checked out.
#[derive(Debug, Clone, Copy)]
pub enum CheckOut<'a> {
    /// A new branch, which follows no other one: a bare `git push` of it cannot land on the base.
    NewBranch {
        /// Its name.
        branch: &'a str,
        /// The commit that it begins at, by its full id.
        at: &'a str,
    },
    /// A branch that is there.
    Branch(&'a str),
    /// A commit.
    Detached(&'a str),
}

/// Makes a worktree at `path`, which must not exist.
///
/// # Errors
/// When the folder or the branch is there already, or git or the disk fail: folder, branch and what git
/// knows of the worktree are gone again then.
pub fn add(git: &Git, path: &Path, what: CheckOut<'_>) -> Result<Checkout, WorktreeError> {
    if let CheckOut::NewBranch { branch, .. } = what
        && commit_of(git, &format!("refs/heads/{branch}")).is_some()
    {
        return Err(WorktreeError::refused(
            format!("there is a branch {branch} already"),
            "choose another name, or check that branch out by its name",
        ));
    }
    let made_parent = claim(path)?;
    let made = check_out(git, path, what).map_err(WorktreeError::from).and_then(|()| {
        locate(path).filter(|made| made.is_linked()).ok_or_else(|| {
            WorktreeError::refused(
                format!("git made no worktree at {}", path.display()),
                "try again; `git worktree list` tells what it knows",
            )
        })
    });
    if made.is_err() {
        undo(git, path, what);
        if made_parent && let Some(parent) = path.parent() {
            // Another worktree may lie in it by now.
            let _ = fs::remove_dir(parent);
        }
    }
    made
}

/// Makes the folder, which nobody else can have made then; gives whether its parent was made for it.
fn claim(path: &Path) -> Result<bool, WorktreeError> {
    let made_parent = match path.parent() {
        Some(parent) if !parent.exists() => {
            fs::create_dir_all(parent).map_err(WorktreeError::io(parent))?;
            true
        }
        _ => false,
    };
    match fs::create_dir(path) {
        Ok(()) => Ok(made_parent),
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(WorktreeError::refused(
                format!("{} is there already", path.display()),
                "choose another name, or move that folder away",
            ))
        }
        Err(cause) => Err(WorktreeError::io(path)(cause)),
    }
}

fn check_out(git: &Git, path: &Path, what: CheckOut<'_>) -> Result<(), GitError> {
    let call = git.call(["worktree", "add", "--quiet"]).patient();
    let call = match what {
        CheckOut::NewBranch { branch, at } => {
            call.arg("--no-track").arg("-b").arg(branch).arg(path).arg(at)
        }
        CheckOut::Branch(branch) => call.arg(path).arg(branch),
        CheckOut::Detached(at) => call.arg("--detach").arg(path).arg(at),
    };
    // The branch is made first.
    call.output_through_locks_after(|| delete_new_branch(git, what)).map(|_| ())
}

fn delete_new_branch(git: &Git, what: CheckOut<'_>) {
    if let CheckOut::NewBranch { branch, at } = what {
        // It fails where git did not come to making it. Taking a branch away takes a lock, too, which others may hold.
        let reference = format!("refs/heads/{branch}");
        let _ = git.call(["update-ref", "-d", &reference, at]).through_locks();
    }
}

/// Takes away what a failed attempt left. The folder was claimed by it, so nobody's work is in it.
fn undo(git: &Git, path: &Path, what: CheckOut<'_>) {
    if let Err(error) = callboard_os::remove::folder(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %path.display(), "what is left of a worktree could not be removed");
    }
    super::remove::forget(git, path);
    delete_new_branch(git, what);
}
