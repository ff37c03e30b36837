//! The change of one file, in hunks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ChangedFile;

/// What changes in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileDiff {
    /// The file.
    pub file: ChangedFile,
    /// The parts that change; none where it is not text, or only moves.
    pub hunks: Vec<DiffHunk>,
    /// It has more hunks than are told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// A part of a file that changes, with the lines around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiffHunk {
    /// Its first line before, from 1; 0 in a file that is new.
    pub old_start: u32,
    /// Its lines before.
    pub old_lines: u32,
    /// Its first line now, from 1; 0 in a file that goes.
    pub new_start: u32,
    /// Its lines now.
    pub new_lines: u32,
    /// What it lies in, as git sees it: a function's first line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub section: String,
    /// The lines.
    pub lines: Vec<DiffLine>,
}

/// A line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiffLine {
    /// What becomes of it.
    pub kind: LineKind,
    /// Its text, without its end.
    pub text: String,
    /// It is the file's last, and has no end of line.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_newline: bool,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// It stays.
    Context,
    /// It is new.
    Added,
    /// It goes.
    Removed,
}
