//! Why a branch was not moved.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use callboard_model::text::short_commit;

use crate::keep::KeepError;
use crate::limits;
use crate::run::GitError;
use crate::scoped_commit::CommitError;

/// Why a branch was not moved. Branch, index and files are as they were, but for [`Unfinished`](Self::Unfinished).
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// Git refused.
    #[error("{0}; nothing was moved")]
    Git(GitError),
    /// A file could not be read or written.
    #[error("cannot read or write {}: {cause}; nothing was moved", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The repository or the checkout is in no state for it.
    #[error("{what}; nothing was moved")]
    Refused {
        /// What, and where.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// The branch is not where it was thought to be.
    #[error(
        "{branch} is at {}, no longer at {}; nothing was moved",
        .at.as_deref().map_or("no commit", short_commit), short_commit(.expected)
    )]
    Moved {
        /// The branch, or the remote's.
        branch: String,
        /// Where it was thought to be.
        expected: String,
        /// Where it is.
        at: Option<String>,
    },
    /// A branch that was to go back has moved on since.
    #[error(
        "{branch} has moved on since, and is at {}; nothing was moved",
        .at.as_deref().map_or("no commit", short_commit)
    )]
    MovedOn {
        /// The branch.
        branch: String,
        /// Where it is.
        at: Option<String>,
    },
    /// Files that are not committed stand where the move would write.
    #[error("in the way in {}: {}; nothing was moved", .top.display(), listed(.files))]
    InTheWay {
        /// The checkout.
        top: PathBuf,
        /// All of them, by path.
        files: Vec<InTheWay>,
    },
    /// Files that hold some of what moves are others than they were seen to be.
    #[error(
        "changed in {} since they were looked at: {}; nothing was moved",
        .top.display(), names(.files)
    )]
    Changed {
        /// The checkout.
        top: PathBuf,
        /// Which, by path.
        files: Vec<PathBuf>,
    },
    /// What would be taken back is on the remote.
    #[error("what {branch} would lose is on {on} already; nothing was moved")]
    Pushed {
        /// The branch.
        branch: String,
        /// The remote's branch that has it.
        on: String,
    },
    /// It failed, and somebody wrote a file twice meanwhile: the later one is in its place, the earlier one aside.
    #[error("{cause}; written twice meanwhile, the earlier one kept: {}", kept(.files))]
    SetAside {
        /// Why it failed.
        cause: Box<AdvanceError>,
        /// Where it was, from the root, and where that version lies now.
        files: Vec<(PathBuf, PathBuf)>,
    },
    /// It failed, and so did bringing it to an end. The journal stays: [`recover`](super::recover) goes on with it.
    #[error("{cause}; and it could not be brought to an end: {then}")]
    Unfinished {
        /// Why it failed.
        cause: Box<AdvanceError>,
        /// Why that could not be settled.
        then: Box<AdvanceError>,
    },
}

/// A file that a move would write over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InTheWay {
    /// From the checkout's root.
    pub path: PathBuf,
    /// What it is.
    pub why: Why,
}

/// Why a file is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is staged, or a merge left it undecided.
    Staged,
    /// It is changed or removed, and not staged.
    Changed,
    /// Git does not have it: untracked or ignored.
    Untracked,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Staged => "staged",
            Self::Changed => "changed",
            Self::Untracked => "untracked",
        })
    }
}

fn names(files: &[PathBuf]) -> String {
    let named = files.iter().take(limits::IN_THE_WAY_NAMED);
    named.map(|path| path.to_string_lossy()).collect::<Vec<_>>().join(", ")
}

fn kept(files: &[(PathBuf, PathBuf)]) -> String {
    let named = files.iter().take(limits::IN_THE_WAY_NAMED);
    let names = named.map(|(path, at)| format!("{} as {}", path.display(), at.display()));
    names.collect::<Vec<_>>().join(", ")
}

fn listed(files: &[InTheWay]) -> String {
    let named = files.iter().take(limits::IN_THE_WAY_NAMED);
    let mut names: Vec<String> =
        named.map(|file| format!("{} ({})", file.path.to_string_lossy(), file.why)).collect();
    if let Some(more) = files.len().checked_sub(names.len()).filter(|more| *more > 0) {
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

impl AdvanceError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Refused { hint, .. } => hint,
            Self::Changed { .. } => "try again: they are looked at anew",
            Self::Moved { .. } => "try again: it is merged anew onto where the branch is now",
            Self::InTheWay { .. } => {
                "commit, stash or move these files there, then try again; all others may stay as they are"
            }
            Self::MovedOn { .. } | Self::Pushed { .. } => {
                "take it back by a commit of its own: `git revert` (with `-m 1` for a merge)"
            }
            Self::Git(error) if error.is_of_a_filter() => {
                "see whether the program that the filter needs is installed (`git lfs version`)"
            }
            Self::Git(_) => "see what git or its hook says, then try again",
            Self::Io { .. } => "see whether the disk is full, and who may read and write there",
            Self::SetAside { cause, .. } => cause.hint(),
            Self::Unfinished { then, .. } => then.hint(),
        }
    }

    pub(super) fn refused(what: impl Into<String>, hint: &'static str) -> Self {
        Self::Refused { what: what.into(), hint }
    }

    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io { path, cause }
    }
}

impl From<GitError> for AdvanceError {
    fn from(error: GitError) -> Self {
        Self::Git(error)
    }
}

impl From<KeepError> for AdvanceError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Git(error) => Self::Git(error),
            KeepError::Refused { what, hint } => Self::Refused { what, hint },
            KeepError::Io { path, cause } => Self::Io { path, cause },
        }
    }
}

impl From<CommitError> for AdvanceError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Git(error) => Self::Git(error),
            CommitError::Io { path, cause } => Self::Io { path, cause },
            CommitError::Refused { what, hint } => Self::Refused { what, hint },
            other => Self::Refused { what: other.to_string(), hint: "try again" },
        }
    }
}
