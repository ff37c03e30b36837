//! Worktrees as they are shown, and what may be done to them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::worktree::{DiskUse, WorktreeState};
use crate::{SessionId, TaskId, Timestamp, WorkspaceId, WorktreeId};

/// A worktree as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorktreeView {
    /// Its number; none for one that Callboard neither made nor adopted.
    pub id: Option<WorktreeId>,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// What it is called: the name of its folder, usually.
    pub name: String,
    /// Its folder.
    pub path: String,
    /// The branch checked out in it; none where a commit is.
    pub branch: Option<String>,
    /// The commit checked out in it.
    pub head: Option<String>,
    /// The branch that it is merged into.
    pub base: Option<String>,
    /// Where its work began, such as `origin/main`.
    pub from: Option<String>,
    /// The task that is worked on in it.
    pub task: Option<TaskId>,
    /// Sessions that work or worked in it, newest first.
    pub sessions: Vec<SessionId>,
    /// Those of them that run now.
    pub running: Vec<SessionId>,
    /// What has become of it.
    pub state: WorktreeState,
    /// Who made it: `callboard`, an agent's name, or `hand`.
    pub made_by: String,
    /// A push from it that would land on the base is refused.
    pub guarded: bool,
    /// It is locked, and why.
    pub locked: Option<String>,
    /// Files that differ from its commit, or are not tracked; none where that was not asked.
    pub dirty: Option<u64>,
    /// Commits that neither its base nor a remote has; none where that was not asked.
    pub unpushed: Option<u64>,
    /// How much room it takes, as last counted.
    pub disk: Option<DiskUse>,
    /// When it was made.
    pub made_at: Option<Timestamp>,
    /// When something last happened in it.
    pub used_at: Option<Timestamp>,
    /// Variables for whatever runs in it.
    pub environment: BTreeMap<String, String>,
    /// Its ports, by name.
    pub ports: BTreeMap<String, u16>,
    /// Where its development server answers when it runs.
    pub url: Option<String>,
    /// Its development server; none that was not started, or was stopped.
    pub server: Option<ServerView>,
    /// How far its setup is: `running`, `done`, or why it failed.
    pub setup: Option<String>,
    /// What its setup has to say.
    pub remarks: Vec<String>,
    /// The log of its setup.
    pub log: Option<String>,
    /// Tracked files that setup changed.
    pub changed_tracked: Vec<String>,
    /// Under which name it is kept, once removed.
    pub kept: Option<String>,
    /// Bytes that its removal freed; none while they are being freed.
    pub freed: Option<u64>,
    /// What its user should know of it, in words.
    pub note: Option<String>,
}

/// The development server of a worktree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServerView {
    /// It runs; else it ended by itself.
    pub running: bool,
    /// The log of what it says.
    pub log: String,
}

/// What is to be done with a worktree's development server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServeWorktree {
    /// Stop it; else it is started, unless it runs.
    #[serde(default)]
    pub stop: bool,
}

/// What became of a worktree's development server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorktreeServed {
    /// The worktree.
    pub worktree: WorktreeView,
    /// Something answers at its address.
    pub answers: bool,
}

/// What is to be done about a worktree's setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SetupStep {
    /// Run it again.
    Again,
    /// Give tracked files that it changed the content that they had.
    Revert,
    /// Keep what it changed in tracked files out of status and commits.
    Ignore,
}

/// What is to be done about a worktree's setup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUpWorktree {
    /// Which.
    pub step: SetupStep,
}

/// What became of a worktree's setup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorktreeSetUp {
    /// The worktree.
    pub worktree: WorktreeView,
    /// Files that were reverted or ignored.
    pub done: Vec<String>,
    /// Files that somebody changed after setup had: they were left as they are.
    pub left: Vec<String>,
    /// The git reference that keeps what was reverted.
    pub kept: Option<String>,
}

/// A worktree to make.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWorktree {
    /// The task that is worked on in it: it names folder and branch.
    #[serde(default)]
    pub task: Option<TaskId>,
    /// What it is called; from the task or the branch if not given.
    #[serde(default)]
    pub name: Option<String>,
    /// Its branch, made if there is none by that name.
    #[serde(default)]
    pub branch: Option<String>,
    /// The branch that it is merged into; the workspace's if not given.
    #[serde(default)]
    pub base: Option<String>,
    /// The commit, tag or branch that it begins at; its base if not given.
    #[serde(default)]
    pub from: Option<String>,
}

/// A worktree that somebody else made, to be looked after from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptWorktree {
    /// Its folder, or its name as it is listed.
    pub worktree: String,
    /// The task that is worked on in it.
    #[serde(default)]
    pub task: Option<TaskId>,
    /// What it is called from now on; its folder is renamed to that.
    #[serde(default)]
    pub name: Option<String>,
    /// What its branch is called from now on.
    #[serde(default)]
    pub branch: Option<String>,
    /// Give it what Callboard's own get: missing env files, ports, a database, setup. No file that is there is
    /// written over.
    #[serde(default)]
    pub equip: bool,
}

/// How a worktree is removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveWorktree {
    /// Remove it although ignored files in it are too large to be kept.
    #[serde(default)]
    pub yes: bool,
    /// Delete its branch even if it has commits of its own; they are kept.
    #[serde(default)]
    pub delete_branch: bool,
    /// Answer once its bytes are freed.
    #[serde(default)]
    pub wait: bool,
}

/// A worktree that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorktreeRemoved {
    /// What is left of it.
    pub worktree: WorktreeView,
    /// Under which name it is kept: `callboard worktree restore NAME` brings it back.
    pub kept: String,
    /// What else is kept: stashes made on its branch, commits that no branch has.
    pub kept_beside: Vec<String>,
    /// What of its equipment could not be taken back, which does no harm.
    pub remarks: Vec<String>,
    /// Its branch went with it: it had no commits of its own, or that was asked for.
    pub branch_deleted: bool,
    /// Ignored files and folders that were not kept.
    pub left_out: Vec<String>,
    /// Bytes that were freed; none while they are being freed.
    pub freed: Option<u64>,
}

/// Where a worktree is brought back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreWorktree {
    /// Its folder; where it was if not given.
    #[serde(default)]
    pub path: Option<String>,
}

/// How worktrees are collected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectWorktrees {
    /// Only say what would be removed.
    #[serde(default)]
    pub dry_run: bool,
    /// Remove these only, by name; all that are proposed if none is given.
    #[serde(default)]
    pub names: Vec<String>,
    /// Propose also those whose work has not landed, once nothing happened in them for so many days.
    #[serde(default)]
    pub idle_days: Option<u32>,
}

/// A worktree that may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CollectProposal {
    /// The worktree.
    pub worktree: WorktreeView,
    /// Why it may go, in words.
    pub why: Option<String>,
    /// Why it stays, in words.
    pub stays: Option<String>,
    /// What removing it came to; none where it was not removed.
    pub removed: Option<WorktreeRemoved>,
}

/// What was collected, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Collected {
    /// The worktrees that were looked at, largest first.
    pub worktrees: Vec<CollectProposal>,
    /// Bytes that were freed.
    pub freed: u64,
}
