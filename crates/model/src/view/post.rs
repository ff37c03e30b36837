//! Texts that are posted to a tracker: what would be, what was, and where.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{SessionId, TaskId, Timestamp, WorkspaceId};

/// What is posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostOf {
    /// A note or decision: `D9`, its path from the workspace's root, its title or its file's name.
    #[serde(alias = "decision")]
    Note(String),
    /// The brief of a session.
    Session(SessionId),
    /// The brief of a task and all of its sessions.
    Task(TaskId),
}

/// What would be posted where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostWanted {
    /// Where the note is; the one last looked at if nothing is said.
    #[serde(default)]
    pub workspace: Option<WorkspaceId>,
    /// What.
    pub of: PostOf,
    /// The issue or pull request: `#432` of the repository that the workspace is fetched from, or a full address.
    pub to: String,
    /// The task that a brief is made for.
    #[serde(default)]
    pub for_task: Option<TaskId>,
    /// Tokens that a brief may have; 2,000 if not given.
    #[serde(default)]
    pub budget: Option<u32>,
}

/// What is to be posted, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewPost {
    /// What and where.
    #[serde(flatten)]
    pub wanted: PostWanted,
    /// The preview that was seen: nothing else is posted.
    pub seen: String,
    /// Though the same text was posted to the same place before, or may have been.
    #[serde(default)]
    pub again: bool,
}

/// The place that a text is posted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostTo {
    /// Its address.
    pub address: String,
    /// `#432`.
    pub name: String,
    /// `github.com/acme/app`.
    pub repository: String,
    /// What it is called, where it could be asked.
    pub title: Option<String>,
    /// `issue` or `pull request`, where it could be asked.
    pub kind: Option<String>,
    /// `open`, `closed` or `merged`, where it could be asked.
    pub state: Option<String>,
    /// Who can read it: `public`, `private` or `internal`, where it could be asked.
    pub visibility: Option<String>,
}

/// A text as it would be posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostPreview {
    /// `D9`, a note's path, `S41` or `T12`.
    pub of: String,
    /// The whole comment, to the letter.
    pub text: String,
    /// Names this preview when it is posted.
    pub seen: String,
    /// Secrets that are masked in it.
    pub masked: u32,
    /// Images that the note shows: they cannot be posted, and their names are left.
    pub images: Vec<String>,
    /// The accounts that the tracker would tell of it: `@name`.
    pub mentions: Vec<String>,
    /// Where it would be posted.
    pub to: PostTo,
    /// The account in whose name, where it could be asked.
    pub account: Option<String>,
    /// Why it cannot be posted from here; it can be copied.
    pub hindered: Option<String>,
    /// What else is to be known: what could not be asked.
    pub remarks: Vec<String>,
    /// Where it was posted before, newest first.
    pub posts: Vec<PostView>,
    /// This very text was posted there, or may have been: it is posted again only if that is asked for.
    pub already: Option<PostView>,
}

/// Whether a text is known to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostState {
    /// It was posted.
    Posted,
    /// It may have been: Callboard was stopped, or the tracker did not answer, in the middle of it.
    Unknown,
}

/// A text that was posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostView {
    /// `#432`, with the repository before it where it is another one than the workspace's.
    pub to: String,
    /// The address of the comment; of the issue or pull request, while it is not known.
    pub address: String,
    /// When.
    pub at: Timestamp,
    /// Whether it is known to be there.
    pub state: PostState,
    /// It is the text as it is now; `None` where that is not looked at.
    pub is_current: Option<bool>,
}
