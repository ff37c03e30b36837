//! Reviews as they are shown, and what may be done to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::changes::{ChangesetView, LandOrderView, PairView, PullRequestView};
use crate::changeset::{FileKind, FileStatus, Place};
use crate::review::{CheckOutcome, LandBy, ReviewState, SendAs};
use crate::{ReviewId, Seq, SessionId, Timestamp, WorkspaceId};

/// Changesets that are looked at, checked and landed as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewView {
    /// `R7`.
    pub id: ReviewId,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// One line.
    pub title: String,
    /// What has become of it.
    pub state: ReviewState,
    /// Its changesets, in the order in which they land.
    pub members: Vec<ReviewMember>,
    /// What is between each two of them, and between each and the base.
    pub pairs: Vec<PairView>,
    /// How they land.
    pub order: LandOrderView,
    /// The tree of all of them on the base; none where git cannot merge them.
    pub tree: Option<String>,
    /// The files of the combination, in the order in which they are read.
    pub files: Vec<ReviewFile>,
    /// Its checks, on the combination and on each alone.
    pub checks: Vec<ReviewCheck>,
    /// Pairs that pass alone and fail together.
    pub proven: Vec<ProvenConflict>,
    /// What was said of it.
    pub comments: Vec<ReviewComment>,
    /// How it is landed.
    pub land_by: LandBy,
    /// What keeps it from landing now, in words.
    pub hinders: Option<String>,
    /// It is a check, and may land anyway, if that is said.
    #[serde(default)]
    pub can_land_anyway: bool,
    /// How far landing is, or what became of it, in words.
    pub landing: Option<String>,
    /// Its receipt, in short, if it has one.
    #[serde(default)]
    pub receipt: Option<Box<super::ReceiptGlance>>,
    /// It is over, and can be taken back or up again.
    #[serde(default)]
    pub can_undo: bool,
    /// What of it is at its remote, as pull requests.
    #[serde(default)]
    pub sent: Option<SentView>,
    /// When its remote was last asked for pull requests.
    #[serde(default)]
    pub pull_requests_at: Option<Timestamp>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Counts its changes: what refers to an older one is refused.
    pub revision: u64,
    /// As of which commit it was read: the stream goes on from there.
    #[serde(default)]
    pub seq: Seq,
}

/// A changeset of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewMember {
    /// What it changes.
    #[serde(flatten)]
    pub changeset: ChangesetView,
    /// Why it is here: `you named it`, or the sentence that couples it to another.
    pub reason: String,
    /// What its author was asked for, in its user's words.
    pub goal: Option<String>,
    /// The letter that its lines wear, as a number from 0: it stays when members land in another order.
    pub letter: u32,
}

/// Whether a file was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Viewed {
    /// Not yet.
    No,
    /// As it is now.
    Yes,
    /// It has changed since.
    ChangedSince,
}

/// A file of the combination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewFile {
    /// From the repository's root.
    pub path: String,
    /// Where it was, if it moved.
    pub from: Option<String>,
    /// What becomes of it.
    pub status: FileStatus,
    /// What kind of file it is.
    pub kind: FileKind,
    /// Why it is read here: `contract`, `uses`, `test`, `rest`.
    pub place: String,
    /// Lines that are new.
    pub added: u32,
    /// Lines that go.
    pub removed: u32,
    /// It is not text.
    pub binary: bool,
    /// Whose changes it holds: places in `members`.
    pub members: Vec<u32>,
    /// Git cannot merge it.
    pub conflict: bool,
    /// Whether it was looked at.
    pub viewed: Viewed,
    /// The tree of the combination when it was looked at: what changed since is the difference from it.
    pub viewed_tree: Option<String>,
    /// Changes with what it holds.
    pub digest: String,
}

/// The difference of one file, as a part of the combination or of one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileDiffView {
    /// From the repository's root.
    pub path: String,
    /// Changes with what it holds.
    pub digest: String,
    /// Neighbouring lines that change.
    pub hunks: Vec<DiffHunk>,
    /// Lines of the file before.
    pub old_lines: u32,
    /// Lines of the file now.
    pub new_lines: u32,
    /// Hunks that follow; ask again with `after` the last one here.
    pub more: u32,
}

/// Neighbouring lines that change together, with those around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiffHunk {
    /// First line before, from 1.
    pub old_start: u32,
    /// First line now, from 1.
    pub new_start: u32,
    /// The symbol that it lies in.
    pub section: Option<String>,
    /// Lines as in a unified diff: each begins with a space, `+` or `-`.
    pub lines: Vec<String>,
    /// Whose lines they are; those that are named in none are nobody's.
    pub owners: Vec<OwnedRun>,
    /// Lines that came from or went to another place.
    pub moves: Vec<MovedRun>,
}

/// Lines of a hunk that belong to the same members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnedRun {
    /// The first, as a place in `lines`.
    pub at: u32,
    /// How many.
    pub lines: u32,
    /// Places in the review's `members`.
    pub members: Vec<u32>,
}

/// Lines of a hunk that only moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MovedRun {
    /// The first, as a place in `lines`.
    pub at: u32,
    /// How many.
    pub lines: u32,
    /// Where they came from or went to.
    pub other: Place,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewCheck {
    /// Its number.
    pub id: i64,
    /// The command.
    pub command: String,
    /// The member that it ran on alone, as a place in `members`; none for the combination.
    pub member: Option<u32>,
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
    /// The tree has changed since.
    pub stale: bool,
    /// It has a log.
    pub has_log: bool,
}

/// Members that each pass a check alone and fail it together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProvenConflict {
    /// The command.
    pub command: String,
    /// The fewest that are known to fail together, as places in `members`.
    pub members: Vec<u32>,
    /// Whether fewer may do.
    pub narrowed: Narrowed,
    /// The number of the run that shows it: its log is there like any check's.
    pub check: Option<i64>,
}

/// Whether it is known which members it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Narrowed {
    /// These: without any one of them it passes.
    Found,
    /// Only all of them together.
    All,
    /// It is being found out.
    Searching,
    /// It was not found out.
    Unknown,
}

/// What a comment is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CommentOn {
    /// The review.
    Review,
    /// A whole file.
    WholeFile {
        /// From the repository's root.
        path: String,
    },
    /// Lines of a file.
    Lines {
        /// From the repository's root.
        path: String,
        /// The lines as they were before, else as they are now.
        old: bool,
        /// The first, from 1.
        from: u32,
        /// The last.
        to: u32,
        /// What they say.
        text: String,
    },
    /// A coupling: it reaches both sides.
    Coupling {
        /// The sentence.
        reason: String,
        /// One place.
        left_at: Place,
        /// The other.
        right_at: Place,
    },
}

/// How far a comment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommentState {
    /// It is sent with the others.
    Draft,
    /// It was sent.
    Sent,
    /// Whoever was asked has changed what it is on.
    Answered,
    /// There is nothing more to do about it.
    Resolved,
}

/// Something said of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewComment {
    /// Its number.
    pub id: i64,
    /// What it is on.
    pub on: CommentOn,
    /// Markdown.
    pub text: String,
    /// Who is told: the sessions that wrote what it is on.
    pub to: Vec<SessionId>,
    /// How far it is.
    pub state: CommentState,
    /// What became of the last try to send it, if that failed.
    pub failure: Option<String>,
    /// When it was written.
    pub at: Timestamp,
    /// What was changed since it was sent, from the tree before to the tree now.
    pub answer: Option<CommentAnswer>,
    /// Whose words it has, where they are from a pull request: those are sent one by one, and nobody changes them here.
    #[serde(default)]
    pub from: Option<CommentFrom>,
}

/// Who said something on a pull request at GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommentFrom {
    /// GitHub's number of it.
    pub id: u64,
    /// Their name there.
    pub by: String,
    /// The pull request: `#12`.
    pub pull_request: String,
    /// Its page.
    pub url: Option<String>,
}

/// What was changed since a comment was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommentAnswer {
    /// The tree when it was sent.
    pub from_tree: String,
    /// The tree now.
    pub to_tree: String,
    /// Files that differ.
    pub files: Vec<String>,
}

/// What of a review is at its remote, or is being sent there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentView {
    /// As what.
    pub sent_as: SendAs,
    /// The remote.
    pub remote: String,
    /// The branch that it is to land on.
    pub base: String,
    /// Its branches, in the order in which they land.
    pub branches: Vec<SentBranchView>,
    /// It is being sent.
    pub under_way: bool,
    /// It is there as it is here now.
    pub current: bool,
    /// What became of the last try, if that failed.
    pub failure: Option<String>,
}

/// A branch of a review at its remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentBranchView {
    /// What it is called there.
    pub branch: String,
    /// The branch that it is on top of.
    pub onto: String,
    /// One line: that of its pull request.
    pub title: String,
    /// What its pull request says; Markdown.
    pub body: String,
    /// It was pushed before.
    pub pushed: bool,
    /// Its pull request.
    pub pull_request: Option<PullRequestView>,
    /// Where a pull request of it can be opened by hand.
    pub open_at: Option<String>,
}

/// What would be pushed where, if a review were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SendPlan {
    /// As what.
    pub sent_as: SendAs,
    /// The remote.
    pub remote: String,
    /// Its page, or its address.
    pub address: String,
    /// The branch that it is to land on.
    pub base: String,
    /// Pull requests are opened by `gh`; else only branches are pushed.
    pub opens: bool,
    /// The tree of all of it: only this one is sent.
    pub tree: Option<String>,
    /// The branches, in the order in which they land.
    pub branches: Vec<SentBranchView>,
}

/// Changesets that belong together, as Callboard finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewProposal {
    /// What a review of them would be called.
    pub title: String,
    /// The changesets.
    pub members: Vec<ReviewMember>,
    /// What is between them.
    pub pairs: Vec<PairView>,
}

/// The reviews of a workspace, and what could be one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewList {
    /// Open and ended ones, newest first; without files, checks and comments.
    pub reviews: Vec<ReviewView>,
    /// Groups that are proposed.
    pub proposals: Vec<ReviewProposal>,
    /// Changesets that are in no review.
    pub others: Vec<ChangesetView>,
}

/// A review to open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReview {
    /// `T12`, `S41`, branches, or keys of changesets.
    pub members: Vec<String>,
    /// One line; made of its members if not given.
    #[serde(default)]
    pub title: Option<String>,
}

/// A change of a review.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeReview {
    /// Changesets that come to it.
    #[serde(default)]
    pub join: Vec<String>,
    /// Changesets that leave it.
    #[serde(default)]
    pub split: Vec<String>,
    /// One line.
    #[serde(default)]
    pub title: Option<String>,
    /// How it is landed.
    #[serde(default)]
    pub land_by: Option<LandBy>,
}

/// Files that were looked at, or are to be looked at again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkViewed {
    /// The file.
    pub path: String,
    /// What it held: one that has changed since is not marked.
    pub digest: String,
    /// Looked at.
    pub viewed: bool,
}

/// Other words for a comment, or another state: a draft is changed, what was sent is resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeComment {
    /// Markdown; only a draft's can be changed.
    #[serde(default)]
    pub text: Option<String>,
    /// There is nothing more to do about it, or there is again.
    #[serde(default)]
    pub resolved: Option<bool>,
}

/// Something to say of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// What it is on.
    pub on: CommentOn,
    /// Markdown.
    pub text: String,
}
