//! The work that a receipt is of, as git knows it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::changeset::ChangedFile;

/// A commit and its tree, by their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// The commit; none where there is none, as in a plain folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The tree.
    pub tree: String,
}

/// Where the work is, and what it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Work {
    /// The folder that it lies in; none for a branch that is checked out nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Its branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The branch that it is to land on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onto: Option<String>,
    /// What it began from.
    pub base: Revision,
    /// What it left. Where something is not committed, the commit is the last one and the tree is of all that is there.
    pub now: Revision,
    /// Some of it is not committed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_uncommitted: bool,
    /// Its files, by path.
    pub files: Vec<ChangedFile>,
    /// What is not part of it though it is there: files too large, repositories of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

impl Work {
    /// Lines that are new, and lines that are gone.
    #[must_use]
    pub fn lines(&self) -> (u64, u64) {
        let of = |count: fn(&ChangedFile) -> u32| -> u64 {
            self.files.iter().map(|file| u64::from(count(file))).sum()
        };
        (of(|file| file.added), of(|file| file.removed))
    }
}
