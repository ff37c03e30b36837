//! Reviews: changesets that are looked at, checked and landed as one.

mod blame;
mod group;
mod moved;
mod reading;
mod sent;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::changeset::{ChangedFile, Changeset};
use crate::conflict::Conflict;
use crate::view::{CommentAnswer, CommentFrom, CommentOn, CommentState};
use crate::{ReviewId, SessionId, Timestamp, WorkspaceId};

pub use blame::{Blame, blame};
pub use group::{Group, groups};
pub use moved::{Move, Run, moved};
pub use reading::{ReadingPlace, in_reading_order};
pub use sent::{MadeOf, SendAs, Sent, SentBranch, branch_words};

/// How the message begins by which a session is sent the comments on what it wrote.
pub const SENT_COMMENTS: &str = "A review of your changes (";

/// A review as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// `R7`.
    pub id: ReviewId,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// One line.
    pub title: String,
    /// What has become of it.
    pub state: ReviewState,
    /// Its changesets, in the order in which they land.
    pub members: Vec<Member>,
    /// All of them on the base, as they were last merged in memory.
    pub combination: Option<Combination>,
    /// Why they could not be merged in memory, if that failed otherwise than by a conflict.
    #[serde(default)]
    pub failure: Option<String>,
    /// How it is landed.
    pub land_by: LandBy,
    /// How far landing is, or what became of it.
    #[serde(default)]
    pub landing: Option<Landing>,
    /// What of it is at its remote, as pull requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Sent>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Counts its changes.
    pub revision: u64,
}

/// A changeset of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// What it changes, as it was last looked at.
    pub changeset: Changeset,
    /// Why it is here.
    pub reason: String,
    /// The letter that its lines wear, as a number from 0: its own for as long as it is a member. None until it was
    /// first merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<u32>,
}

/// Gives each member that has no letter the first that is free, in this order.
pub fn give_letters(members: &mut [Member]) {
    for at in 0..members.len() {
        if members[at].letter.is_none() {
            let is_free = |letter: &u32| members.iter().all(|one| one.letter != Some(*letter));
            members[at].letter = (0..).find(is_free);
        }
    }
}

/// All members on the base, merged in memory one after another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combination {
    /// The commit of the base.
    pub base: String,
    /// Changes with what is between the members, which says in which order they land and are read.
    #[serde(default)]
    pub between: String,
    /// What is there after each member.
    pub steps: Vec<Step>,
    /// What is there after each member alone, where there are several.
    pub alone: Vec<Step>,
    /// The tree of all of them; none where git cannot merge them.
    pub tree: Option<String>,
    /// Its files, in the order in which they are read.
    pub files: Vec<CombinedFile>,
}

impl Combination {
    /// The commit whose tree is shown; with a conflict, it has markers.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.steps.last().map_or(&self.base, |step| &step.commit)
    }

    /// The tree that is shown.
    #[must_use]
    pub fn shown_tree(&self) -> &str {
        self.steps.last().map_or(&self.base, |step| &step.tree)
    }

    /// Its commit and tree with one member alone, or with all; none where git cannot merge them.
    #[must_use]
    pub fn checked(&self, member: Option<usize>) -> Option<&Step> {
        let with = match member {
            Some(at) if !self.alone.is_empty() => self.alone.get(at),
            _ => self.steps.last().filter(|_| self.tree.is_some()),
        };
        with.filter(|step| step.conflict.is_none())
    }
}

/// What is there after a member was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// A commit of Callboard's own.
    pub commit: String,
    /// Its tree; with a conflict, it has markers and both sides' files.
    pub tree: String,
    /// What git cannot merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

/// A file of a combination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CombinedFile {
    /// What becomes of it.
    #[serde(flatten)]
    pub file: ChangedFile,
    /// Why it is read where it is.
    pub place: ReadingPlace,
    /// Whose changes it holds: places among the members.
    pub members: Vec<u32>,
    /// Git cannot merge it.
    #[serde(default)]
    pub conflict: bool,
    /// Changes with what it holds.
    pub digest: String,
}

/// How far the landing of a review is, or what became of it. What is here survives a kill at any step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landing {
    /// In words.
    pub words: String,
    /// The branch that it lands on.
    pub branch: String,
    /// The commit that it was merged onto.
    pub from: String,
    /// Where the branch was before; none if it was made.
    #[serde(default)]
    pub was: Option<String>,
    /// Where it is to be, or is.
    pub to: Option<String>,
    /// Commits that it came to.
    #[serde(default)]
    pub commits: u32,
    /// What would have kept it from landing, had its user not said that it lands anyway.
    #[serde(default)]
    pub though: Option<String>,
    /// It is being taken back.
    #[serde(default)]
    pub is_back: bool,
    /// Files that somebody wrote while they were replaced, and where that version lies.
    #[serde(default)]
    pub set_aside: Vec<String>,
    /// The members' tasks that were moved to done, with the columns that they were in.
    #[serde(default)]
    pub tasks: Vec<(crate::TaskId, crate::task::Column)>,
    /// The worktrees that were parked.
    #[serde(default)]
    pub parked: Vec<crate::WorktreeId>,
    /// What of it lay in the base's own checkout, not committed, and still lies there.
    #[serde(default)]
    pub in_place: Option<LandedInPlace>,
}

/// What sessions changed in the base's own checkout, and lands there without a file of it being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandedInPlace {
    /// The top of the checkout.
    pub top: String,
    /// The commit that was checked out there.
    pub head: String,
    /// That commit with it.
    pub there: String,
    /// Where several of them wrote the same lines, and with whom those land.
    #[serde(default)]
    pub words: Vec<String>,
}

/// A file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewedFile {
    /// From the repository's root.
    pub path: String,
    /// What it held.
    pub digest: String,
    /// The tree of the combination then.
    pub tree: String,
}

/// Something said of a review, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Its number.
    pub id: i64,
    /// What it is on.
    pub on: CommentOn,
    /// Markdown.
    pub text: String,
    /// Who is told.
    pub to: Vec<SessionId>,
    /// How far it is.
    pub state: CommentState,
    /// What became of the last try to send it, if that failed.
    #[serde(default)]
    pub failure: Option<String>,
    /// When it was written.
    pub at: Timestamp,
    /// Those of `to` that were told.
    #[serde(default)]
    pub told: Vec<SessionId>,
    /// The keys of the members that it is for, with their commits when it was sent.
    #[serde(default)]
    pub members: Vec<(String, Option<String>)>,
    /// The tree of the combination when it was sent.
    #[serde(default)]
    pub sent_tree: Option<String>,
    /// What was changed since it was sent.
    #[serde(default)]
    pub answer: Option<CommentAnswer>,
    /// Whose words it has, where they are from a pull request.
    #[serde(default)]
    pub from: Option<CommentFrom>,
}

/// A run of a check, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRun {
    /// Its number.
    pub id: i64,
    /// The command.
    pub command: String,
    /// The key of the member that it ran on alone, or the keys of some; none for the combination.
    pub member: Option<String>,
    /// The keys of the members that it ran on, to find out which of them it takes to fail. One of all members says
    /// whether that was found out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// The tree of all members then, where it ran on some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// What it came to.
    pub outcome: CheckOutcome,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// Why it could not run, or what it said last.
    pub words: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// How long it took.
    pub duration_ms: Option<u64>,
    /// The tree that it ran on.
    pub tree: String,
    /// The file of its log.
    pub log: Option<String>,
}

/// What has become of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// It is looked at.
    Open,
    /// It is being landed: a daemon that starts anew ends it one way or the other.
    Landing,
    /// It is on the base.
    Landed,
    /// It was given up; its changesets are as they were.
    Dropped,
}

/// How a step is put onto the base.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LandBy {
    /// One commit for each changeset.
    #[default]
    Squash,
    /// A merge commit for each.
    Merge,
    /// Its commits, one after another, on top of the base.
    Rebase,
}

impl CheckOutcome {
    /// It came to something: it neither waits nor runs.
    #[must_use]
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// What a check of a review came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// It waits for its turn.
    Waiting,
    /// It runs.
    Running,
    /// It ended well.
    Passed,
    /// It ran, and did not end well.
    Failed,
    /// What it needs could not be set up, or it could not be started: nothing is known.
    CouldNotRun,
    /// It was broken off.
    Stopped,
}
