//! Notes and decisions as they are shown, and what may be done to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PostView;
use crate::note::{DecisionStatus, FrontKey, LinkKind, NoteKind, RuledOut};
use crate::{AgentName, DecisionId, SessionId, TaskId, Timestamp, WorkspaceId};

/// The notes of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteList {
    /// Newest first.
    pub notes: Vec<NoteRow>,
}

/// Who wrote a note, or a version of it. With neither: not known, it is a file that somebody put there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteBy {
    /// The session, if an agent did.
    pub session: Option<SessionId>,
    /// Its agent.
    pub agent: Option<AgentName>,
    /// The user did.
    pub person: bool,
}

/// A note or decision in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteRow {
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// Its file, from the workspace's root.
    pub path: String,
    /// Whether it is a decision.
    pub kind: NoteKind,
    /// `D9`, for a decision.
    pub id: Option<DecisionId>,
    /// Its first heading, or its file's name.
    pub title: String,
    /// What it says, in one line.
    pub summary: String,
    /// Who wrote it.
    pub by: NoteBy,
    /// How far a decision is.
    pub status: Option<DecisionStatus>,
    /// The task it belongs to.
    pub task: Option<TaskId>,
    /// The session it came about in.
    pub session: Option<SessionId>,
    /// The files it is about.
    pub files: Vec<String>,
    /// The symbols it is about.
    pub symbols: Vec<String>,
    /// When it was written, as it says.
    pub at: Option<Timestamp>,
    /// When its file was last changed.
    pub modified_at: Option<Timestamp>,
}

/// What a decision says, by its sections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionView {
    /// Why it was decided so, in Markdown.
    pub why: String,
    /// What was ruled out, and why.
    pub ruled_out: Vec<RuledOut>,
    /// What is still open.
    pub open: Vec<String>,
}

/// Something that a note names, or a note that names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteLink {
    /// What it is.
    pub kind: LinkKind,
    /// As it is written; of a note that names this one, its id or path.
    pub target: String,
    /// What it is called.
    pub title: Option<String>,
    /// There is no such thing.
    pub missing: bool,
    /// Where a file or image is: from the workspace's root, or absolute if it is outside of that.
    pub path: Option<String>,
}

/// A note or decision as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteView {
    /// As it stands in lists.
    #[serde(flatten)]
    pub row: NoteRow,
    /// The whole file.
    pub text: String,
    /// The file without its front matter.
    pub body: String,
    /// Which text that is: an edit names the version that it was made on.
    pub version: String,
    /// Its sections, for a decision.
    pub decision: Option<DecisionView>,
    /// Where what it says was said.
    pub sources: Vec<NoteLink>,
    /// What it names.
    pub links: Vec<NoteLink>,
    /// The notes that name it.
    pub linked_from: Vec<NoteLink>,
    /// What stands in its front matter beside what Callboard knows.
    #[serde(default)]
    pub other: Vec<FrontKey>,
    /// Where it was posted, newest first.
    #[serde(default)]
    pub posts: Vec<PostView>,
    /// What is wrong with it, in words; it is a note all the same.
    pub problems: Vec<String>,
    /// The file had changed, and both changes were put together.
    #[serde(default)]
    pub is_merged: bool,
    /// Both had changed the same lines: both are there.
    #[serde(default)]
    pub overlaps: bool,
}

/// A new note or decision, or a section of a note.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// Where; the only workspace if there is one.
    #[serde(default)]
    pub workspace: Option<WorkspaceId>,
    /// Whether it is a decision.
    #[serde(default)]
    pub kind: NoteKind,
    /// One line.
    pub title: String,
    /// Markdown.
    #[serde(default)]
    pub body: Option<String>,
    /// Why it was decided so.
    #[serde(default)]
    pub why: Option<String>,
    /// What was ruled out, and why.
    #[serde(default)]
    pub ruled_out: Vec<RuledOut>,
    /// What is still open.
    #[serde(default)]
    pub open: Vec<String>,
    /// How far a decision is; `decided` if nothing is said.
    #[serde(default)]
    pub status: Option<DecisionStatus>,
    /// The decisions that it takes the place of; they are marked as superseded.
    #[serde(default)]
    pub supersedes: Vec<DecisionId>,
    /// The task it belongs to.
    #[serde(default)]
    pub task: Option<TaskId>,
    /// The session it came about in.
    #[serde(default)]
    pub session: Option<SessionId>,
    /// The files it is about, from the workspace's root.
    #[serde(default)]
    pub files: Vec<String>,
    /// The symbols it is about.
    #[serde(default)]
    pub symbols: Vec<String>,
    /// Where what it says was said: events (`S41#12`), addresses, images, files, ids.
    #[serde(default)]
    pub sources: Vec<String>,
    /// The note that it becomes a section of, by path.
    #[serde(default)]
    pub into: Option<String>,
    /// The session whose agent writes it; the user does if nothing is said.
    #[serde(default)]
    pub by: Option<SessionId>,
}

/// A change of a note's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteEdit {
    /// Where; the only workspace if there is one.
    #[serde(default)]
    pub workspace: Option<WorkspaceId>,
    /// Its file, from the workspace's root.
    pub path: String,
    /// The version that was read: what changed since is merged in.
    pub base: String,
    /// The whole file as it is to be.
    pub text: String,
    /// The session whose agent writes it; the user does if nothing is said.
    #[serde(default)]
    pub by: Option<SessionId>,
}

/// A version of a note that is to be its text again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteRestore {
    /// Where; the only workspace if there is one.
    #[serde(default)]
    pub workspace: Option<WorkspaceId>,
    /// Its file, from the workspace's root.
    pub path: String,
    /// Which text.
    pub version: String,
}

/// What a note's text was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteHistory {
    /// Newest first.
    pub versions: Vec<NoteVersion>,
}

/// A text that a note had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteVersion {
    /// Which text.
    pub version: String,
    /// When it was written, or found on the disk.
    pub at: Timestamp,
    /// Who wrote it.
    pub by: NoteBy,
    /// Lines that it has and the one before has not.
    pub added: u32,
    /// Lines that the one before has and it has not.
    pub removed: u32,
}

/// The text of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteText {
    /// The whole file as it was.
    pub text: String,
}

/// An image that was put beside the notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoredImage {
    /// Its file, from the folder of notes.
    pub path: String,
}

/// Notes and decisions that are to be committed, or no longer to be seen by git.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareNotes {
    /// Where; the one last looked at if nothing is said.
    #[serde(default)]
    pub workspace: Option<WorkspaceId>,
    /// The commit's message.
    #[serde(default)]
    pub message: Option<String>,
    /// The files that were shown: nothing is committed if they are others by now.
    #[serde(default)]
    pub files: Option<Vec<String>>,
    /// What those files said when they were shown: nothing is committed if they say something else by now.
    #[serde(default)]
    pub version: Option<String>,
    /// Git sees them no longer; what is committed stays committed.
    #[serde(default)]
    pub undo: bool,
    /// Commit them with the tokens and keys in them.
    #[serde(default)]
    pub with_secrets: bool,
}

/// A line that a token or key stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecretLine {
    /// The file, from the workspace's root.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// What looks like one: `GitHub token`.
    pub kind: String,
}

/// How notes and decisions are shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteShare {
    /// The main checkout.
    pub path: String,
    /// The branch that it has.
    pub branch: Option<String>,
    /// The files that differ from HEAD, and would be committed, or were.
    pub files: Vec<String>,
    /// Tells what those files say, and that one of them says something else.
    #[serde(default)]
    pub version: String,
    /// The message that the commit has if nothing else is said.
    #[serde(default)]
    pub message: String,
    /// Git sees new notes.
    pub is_shared: bool,
    /// Tokens and keys in those files: they are committed only if that is asked for.
    #[serde(default)]
    pub secrets: Vec<SecretLine>,
    /// The commit, if one was made.
    pub commit: Option<String>,
}
