//! The worktrees that a repository knows of: listed, made, moved, and taken away.

mod add;
mod config;
mod remove;
mod submodule;
mod switch;

use std::io;
use std::path::{Path, PathBuf};

use crate::keep::KeepError;
use crate::paths::path_of;
use crate::run::{Git, GitError};

pub use add::{CheckOut, add};
pub(crate) use config::own_config;
pub use remove::{forget, in_trash, left_in_trash, linked, put_back, take_away};
pub(crate) use submodule::ignored_in_submodules;
pub use submodule::submodule_with_own_commits;
pub use switch::{switch_detached, switch_to_new};

/// A worktree as git lists it; its folder may be gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worktree {
    /// Its folder.
    pub path: PathBuf,
    /// The branch checked out in it.
    pub branch: Option<String>,
    /// The commit checked out in it.
    pub head: Option<String>,
    /// It is locked, and why (empty if nobody said).
    pub locked: Option<String>,
    /// Its folder is gone, in git's words.
    pub prunable: Option<String>,
}

/// Why nothing was done with a worktree.
#[derive(Debug, thiserror::Error)]
pub enum WorktreeError {
    /// Git refused.
    #[error(transparent)]
    Git(#[from] GitError),
    /// What it holds could not be kept, or it could not be guarded.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// It must not be done.
    #[error("{what}; nothing was changed")]
    Refused {
        /// What, and why.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// A file or folder could not be read, written or moved.
    #[error("cannot make, move or read {}: {cause}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

impl WorktreeError {
    pub(crate) fn refused(what: impl Into<String>, hint: &'static str) -> Self {
        Self::Refused { what: what.into(), hint }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io { path, cause }
    }

    /// What to do about it; empty where the text says it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Refused { hint, .. } | Self::Keep(KeepError::Refused { hint, .. }) => hint,
            Self::Io { .. } | Self::Keep(KeepError::Io { .. }) => {
                "check the disk: its room, your quota on it, and whose the folder is"
            }
            Self::Git(error) | Self::Keep(KeepError::Git(error)) if error.is_of_a_filter() => {
                "a filter that the repository asks for failed; for large files, see that Git LFS is installed: `git lfs version`"
            }
            Self::Git(_) | Self::Keep(KeepError::Git(_)) => "",
        }
    }
}

/// The worktrees of the repository that `git` runs in, the main checkout first.
///
/// # Errors
/// When git cannot be run or this is no repository.
pub fn list(git: &Git) -> Result<Vec<Worktree>, GitError> {
    let listing = git.call(["worktree", "list", "--porcelain", "-z"]).through_locks()?;
    Ok(parse(&listing))
}

/// Moves a worktree, with what git knows of it.
///
/// # Errors
/// When git refuses: it is locked, holds submodules, or the target is taken.
pub fn rename(git: &Git, from: &Path, to: &Path) -> Result<(), WorktreeError> {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(WorktreeError::io(parent))?;
    }
    if to.exists() {
        return Err(WorktreeError::refused(
            format!("{} is there already", to.display()),
            "choose another name, or move that folder away",
        ));
    }
    git.call(["worktree", "move"]).arg(from).arg(to).through_locks()?;
    Ok(())
}

/// Whether `branch` may be the name of a branch.
///
/// # Errors
/// When git cannot be run.
pub fn is_branch_name(git: &Git, branch: &str) -> Result<bool, GitError> {
    Ok(git.output(&["check-ref-format", "--branch", branch])?.status.success())
}

/// The commit that `name` leads to; `None` if it leads to none.
#[must_use]
pub fn commit_of(git: &Git, name: &str) -> Option<String> {
    let wanted = format!("{name}^{{commit}}");
    git.text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).ok()
}

/// The tree of what `name` leads to; `None` if it leads to none.
#[must_use]
pub fn tree_of(git: &Git, name: &str) -> Option<String> {
    let wanted = format!("{name}^{{tree}}");
    git.text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).ok()
}

/// How many commits `tip` has that none of `others` and no remote's branch has.
///
/// # Errors
/// When git cannot be run or one of them is no commit.
pub fn own_commits(git: &Git, tip: &str, others: &[&str]) -> Result<u64, GitError> {
    let mut args = vec!["rev-list", "--count", tip, "--not", "--remotes"];
    args.extend(others);
    Ok(git.text(&args)?.parse().unwrap_or(u64::MAX))
}

/// Whether all that `tip` has done is in `base`: its commits, or, merged as one, what they change.
///
/// # Errors
/// When git cannot be run or one of them is no commit.
pub fn is_landed(git: &Git, tip: &str, base: &str) -> Result<bool, GitError> {
    let range = format!("{base}..{tip}");
    if git.text(&["rev-list", "--count", &range])? == "0" {
        return Ok(true);
    }
    let merged = git.output(&["merge-tree", "--write-tree", base, tip])?;
    let tree = git.text(&["rev-parse", &format!("{base}^{{tree}}")])?;
    Ok(merged.status.success() && merged.text() == tree)
}

/// Gives the branch of a worktree another name, or a detached one a branch.
///
/// # Errors
/// When there is such a branch.
pub fn name_branch(top: &Path, branch: &str) -> Result<(), GitError> {
    let git = Git::at(top);
    let is_on_branch = git.text(&["symbolic-ref", "--quiet", "HEAD"]).is_ok();
    let args: &[&str] = if is_on_branch {
        &["branch", "--move", branch]
    } else {
        &["switch", "--quiet", "--create", branch]
    };
    git.call(args).through_locks().map(|_| ())
}

/// Deletes a branch that is still at `tip`; gives whether it did.
///
/// # Errors
/// When git cannot be run.
pub fn delete_branch(git: &Git, branch: &str, tip: &str) -> Result<bool, GitError> {
    let is_checked_out = list(git)?.iter().any(|tree| tree.branch.as_deref() == Some(branch));
    if is_checked_out {
        return Ok(false);
    }
    let reference = format!("refs/heads/{branch}");
    let deleted = git.call(["update-ref", "-d", &reference, tip]).through_locks().is_ok();
    if deleted {
        // A section that is not there is not there to be removed.
        let _ = git.output(&["config", "--remove-section", &format!("branch.{branch}")])?;
    }
    Ok(deleted)
}

/// Reads the porcelain format of `git worktree list -z`: attributes end with NUL, entries with an empty one.
fn parse(listing: &[u8]) -> Vec<Worktree> {
    let mut found: Vec<Worktree> = Vec::new();
    for attribute in listing.split(|byte| *byte == 0) {
        let mut parts = attribute.splitn(2, |byte| *byte == b' ');
        let (key, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let text = || String::from_utf8_lossy(value).into_owned();
        match (key, found.last_mut()) {
            (b"worktree", _) => {
                found.push(Worktree { path: path_of(value), ..Worktree::default() });
            }
            (b"HEAD", Some(last)) => last.head = Some(text()),
            (b"branch", Some(last)) => {
                let name = text();
                last.branch = Some(name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned());
            }
            (b"locked", Some(last)) => last.locked = Some(text()),
            (b"prunable", Some(last)) => last.prunable = Some(text()),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_porcelain_listing_is_read() {
        let listing = b"worktree /repo\0HEAD abc\0branch refs/heads/main\0\0worktree /wt with space\0HEAD def\0detached\0locked by me\0\0worktree /gone\0HEAD 123\0detached\0prunable gitdir file points to non-existent location\0\0";
        let found = parse(listing);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].branch.as_deref(), Some("main"));
        assert_eq!(found[1].path, PathBuf::from("/wt with space"));
        assert_eq!((found[1].branch.as_ref(), found[1].locked.as_deref()), (None, Some("by me")));
        assert!(found[2].prunable.is_some() && found[1].prunable.is_none());
    }
}
