//! Changesets, and what is between them, as they are shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::changeset::ChangedFile;
use crate::conflict::Conflict;
use crate::coupling::Coupling;
use crate::{ReviewId, SessionId, TaskId, Timestamp, WorkspaceId};

/// A changeset, as others name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangesetRef {
    /// `worktree:…`, `session:S41`, `branch:…` or `revision:…`.
    pub key: String,
    /// What it is called: `T12`, `S41`, or a branch.
    pub name: String,
    /// What is worked on: the task's title, or the session's goal.
    pub title: String,
    /// Its task.
    pub task: Option<TaskId>,
    /// Its sessions, newest first.
    pub sessions: Vec<SessionId>,
}

impl ChangesetRef {
    /// What is worked on, or else what it is called.
    #[must_use]
    pub fn about(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }
}

/// What a worktree, a session in a shared checkout or a branch changes against its base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangesetView {
    /// How it is named.
    #[serde(flatten)]
    pub changeset: ChangesetRef,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// The folder that it lies in; none for a fetched branch of a remote.
    pub path: Option<String>,
    /// Its branch; of a remote's, with the remote (`origin/fix`).
    pub branch: Option<String>,
    /// The branch that it is to land on.
    pub base: String,
    /// The commit that it and its base have in common.
    pub merge_base: String,
    /// The commit that is checked out.
    pub head: String,
    /// The tree of all that it holds, what is not committed included.
    pub tree: String,
    /// Commits that the base does not have.
    pub commits: u32,
    /// Some of it is not committed.
    pub uncommitted: bool,
    /// Its files, by path.
    pub files: Vec<ChangedFile>,
    /// Lines that are new.
    pub added: u32,
    /// Lines that go.
    pub removed: u32,
    /// What is not part of it though it is there: files too large, repositories of their own.
    pub left_out: Vec<String>,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// The pull request that it is, where that is known.
    pub pull_request: Option<PullRequestView>,
    /// The open review that it is in.
    #[serde(default)]
    pub review: Option<ReviewId>,
}

/// What a changeset changes, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PatchView {
    /// The key of the changeset.
    pub changeset: String,
    /// The commit that it is against.
    pub from: String,
    /// A unified diff, to be read.
    pub patch: String,
}

/// A pull request, as last fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PullRequestView {
    /// `#432`.
    pub name: String,
    /// Its page.
    pub url: String,
    /// Where its preview is deployed.
    pub preview: Option<String>,
    /// What its checks came to: `passed`, `failed`, `running`.
    pub checks: Option<String>,
    /// What has become of it: `open`, `merged`, `closed`.
    #[serde(default)]
    pub state: Option<String>,
    /// One line, in its author's words.
    #[serde(default)]
    pub title: Option<String>,
    /// The names of its checks that failed.
    #[serde(default)]
    pub failing: Vec<String>,
}

/// What is between two changesets. For the base, `right` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PairView {
    /// One.
    pub left: ChangesetRef,
    /// The other.
    pub right: ChangesetRef,
    /// Since when it stands; none where that was not followed.
    pub since: Option<Timestamp>,
    /// What git cannot merge.
    pub conflict: Option<Conflict>,
    /// What couples them, the first to be seen first.
    pub couplings: Vec<Coupling>,
}

/// How a set of changesets lands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LandOrderView {
    /// The names of those that land, one after another.
    pub order: Vec<String>,
    /// Those that do not.
    pub breaks: Vec<BreakView>,
    /// Why some land before others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<LandReason>,
}

/// Why a changeset lands before another: it changes what the other uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LandReason {
    /// The name of the one that lands before.
    pub first: String,
    /// The name of the one that lands after it.
    pub then: String,
    /// In a sentence that names both.
    pub reason: String,
}

/// A changeset that does not land where others did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BreakView {
    /// Its name.
    pub name: String,
    /// The names of those that it breaks with; the base's, if with that.
    pub with: Vec<String>,
    /// The files.
    pub files: Vec<String>,
}

/// The conflicts and couplings of changesets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PairsView {
    /// What is between each two that are not free of each other.
    pub pairs: Vec<PairView>,
    /// What they land on.
    #[serde(default)]
    pub base: Option<String>,
    /// How they land.
    pub order: LandOrderView,
}

/// What a task or a session is going to touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimView {
    /// Its number; none for the scope of a task that runs.
    pub id: Option<i64>,
    /// `T12` or `S41`.
    pub name: String,
    /// The task's title, or the session's goal.
    pub title: String,
    /// Paths from the repository's root, with `*`, `?` and `**`.
    pub pattern: String,
    /// When it was said.
    pub made_at: Option<Timestamp>,
    /// Whom it meets, each in a sentence.
    pub meets: Vec<String>,
}

/// Something to claim.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClaim {
    /// Paths from the repository's root, with `*`, `?` and `**`.
    pub patterns: Vec<String>,
    /// For which task.
    #[serde(default)]
    pub task: Option<TaskId>,
    /// For which session.
    #[serde(default)]
    pub session: Option<SessionId>,
}

/// Claims to take back: all of a task or session, or those of these numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropClaims {
    /// Their numbers.
    #[serde(default)]
    pub ids: Vec<i64>,
    /// All of this task.
    #[serde(default)]
    pub task: Option<TaskId>,
    /// All of this session.
    #[serde(default)]
    pub session: Option<SessionId>,
}
