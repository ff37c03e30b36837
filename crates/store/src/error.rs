//! What can go wrong, with what was left untouched and what to do.

use std::path::{Path, PathBuf};

use rusqlite::ffi::ErrorCode;

/// The result of everything in this crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the store could not do something. A transaction that fails changes nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A later version made the database.
    #[error(
        "{} was written by a newer version of Callboard (its schema is {found}, this version knows \
         up to {known}); nothing was changed", path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema of this version.
        known: i64,
    },
    /// The database cannot be read as one.
    #[error("the database is damaged: {detail}; it was left as it is")]
    Corrupt {
        /// What SQLite says.
        detail: String,
    },
    /// Another process writes to it.
    #[error("another Callboard holds {}; nothing was changed", path.display())]
    Locked {
        /// The lock's file.
        path: PathBuf,
    },
    /// Nothing has been stored yet.
    #[error("there is no database at {} yet", path.display())]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("the disk is full; nothing was changed")]
    Full,
    /// The disk did not take or give a page of the database.
    #[error("the disk failed under the database: {0}; nothing was changed")]
    Disk(#[source] rusqlite::Error),
    /// The file system refused.
    #[error("cannot {what} {}: {source}; nothing was changed", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// What was stored cannot be understood.
    #[error("stored {what} cannot be read: {detail}")]
    Unreadable {
        /// What it is.
        what: &'static str,
        /// Why not.
        detail: String,
    },
    /// There is no such thing.
    #[error("there is no {0}")]
    NotFound(String),
    /// The change contradicts what is there; nothing was changed.
    #[error("{text}; nothing was changed")]
    Refused {
        /// What contradicts what.
        text: String,
        /// What to do.
        hint: &'static str,
    },
    /// SQLite failed otherwise.
    #[error("the database failed: {0}; nothing was changed")]
    Sql(#[source] rusqlite::Error),
}

impl StoreError {
    /// What to do about it, in one line; `None` where the text says it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Newer { .. } => {
                Some("update Callboard, or point CALLBOARD_HOME at another folder")
            }
            Self::Corrupt { .. } => Some(
                "move callboard.db and callboard.db-wal out of CALLBOARD_HOME and keep them: the next \
                 `callboard up` reads the agents' history anew, but tasks stand in them alone",
            ),
            Self::Locked { .. } => Some("run `callboard status`, or `callboard down` to stop it"),
            Self::Missing { .. } => Some("run `callboard up` first"),
            Self::Full => Some("free some space on the disk that holds CALLBOARD_HOME"),
            Self::Disk(_) => Some(
                "check the disk that holds CALLBOARD_HOME: its room, your quota on it, its health",
            ),
            Self::Io { .. } => Some("check that CALLBOARD_HOME exists and is yours to write"),
            Self::Refused { hint, .. } => Some(hint),
            Self::Unreadable { .. } | Self::NotFound(_) | Self::Sql(_) => None,
        }
    }

    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull => Self::Full,
            _ => Self::Io { what, path: path.to_owned(), source },
        }
    }

    pub(crate) fn unreadable(what: &'static str) -> impl Fn(serde_json::Error) -> Self {
        move |e| Self::Unreadable { what, detail: e.to_string() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt { detail: error.to_string() }
            }
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::SystemIoFailure) => Self::Disk(error),
            _ => Self::Sql(error),
        }
    }
}
