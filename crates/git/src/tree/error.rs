//! Why a tree, a changeset or a merge cannot be told.

use std::io;
use std::path::{Path, PathBuf};

use crate::keep::KeepError;
use crate::run::GitError;

/// Why a tree, a changeset or a merge cannot be told. Nothing of the user's was changed.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// Git refused.
    #[error(transparent)]
    Git(GitError),
    /// Content that is needed is not in the repository.
    #[error("content that is needed is not in the repository of {}: {message}", .cwd.display())]
    Missing {
        /// Where.
        cwd: PathBuf,
        /// What git said.
        message: String,
    },
    /// It cannot be told.
    #[error("{what}; nothing was changed")]
    Refused {
        /// What, and where.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// A file could not be read or written.
    #[error("cannot read or write {}: {cause}; nothing was changed", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

impl TreeError {
    pub(crate) fn refused(what: impl Into<String>, hint: &'static str) -> Self {
        Self::Refused { what: what.into(), hint }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io { path, cause }
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Git(error) if error.is_of_a_filter() => {
                "see whether the program that the filter needs is installed (`git lfs version`)"
            }
            Self::Git(GitError::Refused { message, .. })
                if message.contains("unrelated histories") =>
            {
                "they have no commit in common: git merges them only when told to"
            }
            Self::Git(_) => "see what git says, then try again",
            Self::Missing { .. } => {
                "fetch it: `git fetch --refetch`, or `git fsck` tells what else is missing"
            }
            Self::Refused { hint, .. } => hint,
            Self::Io { .. } => "see whether the disk is full, and who may read and write there",
        }
    }
}

impl From<GitError> for TreeError {
    fn from(error: GitError) -> Self {
        match error {
            GitError::Refused { cwd, message, .. } if is_missing(&message) => {
                Self::Missing { cwd, message }
            }
            error => Self::Git(error),
        }
    }
}

impl From<KeepError> for TreeError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Git(error) => error.into(),
            KeepError::Refused { what, hint } => Self::Refused { what, hint },
            KeepError::Io { path, cause } => Self::Io { path, cause },
        }
    }
}

/// Whether git says that an object is not there (object-file.c, promisor-remote.c, tree.c, diff.c, merge-ort.c).
fn is_missing(message: &str) -> bool {
    [
        "lazy fetching disabled",
        "unable to read tree",
        "unable to read ",
        "missing blob object",
        "missing tree object",
        "cannot read object",
        "could not fetch",
        "Could not read ",
        "bad tree object",
        "collecting merge info failed",
        "bad object",
    ]
    .iter()
    .any(|words| message.contains(words))
}
