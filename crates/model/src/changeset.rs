//! Changesets: what a worktree, a session in a shared checkout or a branch changes against its base.

mod diff;
mod goes_with;
mod kind;
mod meet;
mod order;

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{SessionId, Timestamp, WorkspaceId};

pub use diff::{DiffHunk, DiffLine, FileDiff, LineKind};
pub use goes_with::{GoesWith, manifest_only_gains};
pub use meet::can_meet;
pub use order::{Breaks, LandOrder, Proposed, proposed};

/// Whose changes they are. Its text is what JSON and the store have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangesetKey {
    /// All that a checkout changes, by the path of its top.
    Worktree(String),
    /// What one session changed in a checkout that several share.
    Session(SessionId),
    /// A branch by its full name: one of a remote that was fetched (`refs/remotes/origin/fix`), or the base, against
    /// which others are held (`refs/heads/main`).
    Branch(String),
    /// A revision, as it was named.
    Revision(String),
}

impl fmt::Display for ChangesetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Worktree(top) => write!(f, "worktree:{top}"),
            Self::Session(session) => write!(f, "session:{session}"),
            Self::Branch(name) => write!(f, "branch:{name}"),
            Self::Revision(name) => write!(f, "revision:{name}"),
        }
    }
}

impl ChangesetKey {
    /// Whether it is a fetched branch of a remote: whoever works on it is not here.
    #[must_use]
    pub fn is_fetched(&self) -> bool {
        matches!(self, Self::Branch(name) if name.starts_with("refs/remotes/"))
    }

    /// Whether it is the base that others are held against.
    #[must_use]
    pub fn is_base(&self) -> bool {
        matches!(self, Self::Branch(_)) && !self.is_fetched()
    }

    /// The one that a text names.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':')?;
        match kind {
            "worktree" => Some(Self::Worktree(name.to_owned())),
            "session" => name.parse().ok().map(Self::Session),
            "branch" => Some(Self::Branch(name.to_owned())),
            "revision" => Some(Self::Revision(name.to_owned())),
            _ => None,
        }
    }
}

impl Serialize for ChangesetKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChangesetKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::from_text(&text).ok_or_else(|| serde::de::Error::custom("no key of a changeset"))
    }
}

/// What a worktree, a session in a shared checkout or a branch changes against its base, as it was last looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changeset {
    /// Whose changes they are.
    pub key: ChangesetKey,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// The folder that it lies in; none for a fetched branch.
    pub path: Option<String>,
    /// Its branch; of a remote's, with the remote (`origin/fix`).
    pub branch: Option<String>,
    /// The branch that it is to land on.
    pub base: String,
    /// The commit that it and its base have in common.
    pub merge_base: String,
    /// The commit that is checked out.
    pub head: String,
    /// A commit on top of that, of all that the folder holds; it is in Callboard's own repository.
    pub commit: String,
    /// The tree of all that it holds, what is not committed included.
    pub tree: String,
    /// Commits that the base does not have.
    pub commits: u32,
    /// Some of it is not committed.
    pub uncommitted: bool,
    /// Its files, by path.
    pub files: Vec<ChangedFile>,
    /// What is not part of it though it is there: files too large, repositories of their own.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// What its newest commit says, of a branch that nobody works on here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileStatus {
    /// It is new.
    Added,
    /// Its content changes.
    Modified,
    /// It goes.
    Deleted,
    /// It moves, with or without changes.
    Renamed,
    /// Only its mode changes.
    Mode,
    /// It becomes another kind of thing: a link, a submodule, a file.
    Type,
}

/// What kind of file it is: in which a conflict means something else.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// People write it, and it says what the program does.
    Code,
    /// It tests what others do.
    Test,
    /// It lists what is depended on, or how it is built: `Cargo.toml`, `package.json`.
    Manifest,
    /// It is made of a manifest, and can be made again: `Cargo.lock`.
    Lock,
    /// Everybody adds lines to it.
    ChangeLog,
    /// It is made by a program.
    Generated,
    /// Prose, pictures and all the rest.
    Other,
}

/// A file of a changeset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedFile {
    /// From the repository's root; where it was, if it goes.
    pub path: String,
    /// Where it was, if it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What becomes of it.
    pub status: FileStatus,
    /// What kind of file it is.
    pub kind: FileKind,
    /// Lines that are new; none for what is not text.
    pub added: u32,
    /// Lines that go.
    pub removed: u32,
    /// It is not text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub binary: bool,
    /// The id of its content before, if it was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// The id of its content now, if it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// From the repository's root.
    pub path: String,
    /// From 1.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let (path, line) = text.rsplit_once(':').unwrap_or((&text, "1"));
        Ok(Self { path: path.to_owned(), line: line.parse().unwrap_or(1) })
    }
}

impl utoipa::PartialSchema for Place {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .examples(["src/watcher.rs:42"])
            .into()
    }
}

impl utoipa::ToSchema for Place {
    fn name() -> std::borrow::Cow<'static, str> {
        "Place".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_places_are_read_as_they_are_written() {
        for key in [
            ChangesetKey::Worktree("/r.worktrees/a:b".into()),
            ChangesetKey::Session(SessionId(41)),
            ChangesetKey::Branch("refs/remotes/origin/fix".into()),
            ChangesetKey::Revision("HEAD~2".into()),
        ] {
            assert_eq!(ChangesetKey::from_text(&key.to_string()), Some(key));
        }
        let place = Place { path: "a:b/c.rs".into(), line: 7 };
        let json = serde_json::to_string(&place).unwrap();
        assert_eq!(serde_json::from_str::<Place>(&json).unwrap(), place);
    }
}
