//! Conflicts: two changesets that git cannot merge, found before anyone merges.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::changeset::FileKind;

/// Why git cannot merge a file (merge-ort's conflict types, merge-ort.c).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Both change the same lines.
    Content,
    /// Both add a file at the same path, with other content.
    AddAdd,
    /// One changes what the other removes.
    ModifyDelete,
    /// One removes what the other moves.
    RenameDelete,
    /// Both move it, to other places; or two files move to one place.
    Rename,
    /// A file and a folder want the same place.
    FileDirectory,
    /// A file, a link, a submodule: other kinds of things at the same path.
    Type,
    /// Both change a file that is not text.
    Binary,
    /// Both change a submodule's commit.
    Submodule,
    /// Both wrote the same lines of one file, in one checkout: there is nothing to merge.
    Overlap,
    /// Git names a kind that is not known here.
    Other,
}

/// A file that git cannot merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConflictFile {
    /// From the repository's root.
    pub path: String,
    /// Why.
    pub kind: ConflictKind,
    /// What kind of file it is: a lock file is made again, a change log takes both.
    pub file: FileKind,
    /// The parts that cannot be merged; none where the whole file cannot.
    pub hunks: Vec<ConflictHunk>,
}

/// A part of a file that cannot be merged, as each side has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConflictHunk {
    /// Where it begins in the left one, from 1.
    pub left_line: u32,
    /// Where it begins in the right one, from 1.
    pub right_line: u32,
    /// The left one's lines, as far as they are shown.
    pub left: Vec<String>,
    /// The lines that both began with.
    pub base: Vec<String>,
    /// The right one's lines.
    pub right: Vec<String>,
}

/// What git cannot merge of two changesets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conflict {
    /// The files, by path.
    pub files: Vec<ConflictFile>,
}
