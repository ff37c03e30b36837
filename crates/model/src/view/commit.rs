//! The commit of one session's changes in a checkout that several share.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::SessionId;
use crate::attribution::{FileAttribution, Overlap};

/// What one session changed in its checkout, and what else lies there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnChangesView {
    /// Whose changes they are.
    pub session: SessionId,
    /// The checkout.
    pub path: String,
    /// The other sessions that work in it, or have changes there.
    pub others: Vec<SessionId>,
    /// The files, with the hunks that are the session's, alone or with others.
    pub files: Vec<FileAttribution>,
    /// What belongs to others, too.
    pub overlaps: Vec<Overlap>,
    /// Files in which something is nobody's.
    pub unattributed: Vec<String>,
}

/// What is to be committed, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCommit {
    /// The message.
    #[serde(default)]
    pub message: String,
    /// Who made it (`Name <mail>`), if not the user.
    #[serde(default)]
    pub author: Option<String>,
    /// With what belongs to others, too.
    #[serde(default)]
    pub overlaps: bool,
    /// `pre-commit` and `commit-msg` do not run.
    #[serde(default)]
    pub without_hooks: bool,
    /// Nothing is committed: only what would be is told.
    #[serde(default)]
    pub dry_run: bool,
}

/// What was committed of a session's changes, and what stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommitView {
    /// Whose changes they are.
    pub session: SessionId,
    /// The checkout.
    pub path: String,
    /// The commit; none where it was only tried.
    pub commit: Option<String>,
    /// The files that it changes, or would.
    pub files: Vec<String>,
    /// Files that hooks changed in the commit.
    pub changed_by_hooks: Vec<String>,
    /// Files on the disk that hooks wrote.
    pub written_by_hooks: Vec<String>,
    /// Files whose staged content is as it was, as what hooks made of the commit does not fit it.
    pub left_staged: Vec<String>,
    /// What belongs to others, too; it would be refused, or is taken along where that was asked for.
    pub overlaps: Vec<Overlap>,
    /// Files in which something is nobody's; it stays.
    pub unattributed: Vec<String>,
    /// Files in which something is other sessions'; it stays.
    pub others: Vec<String>,
}
