//! Sessions as they are shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::owned::OwnedView;
use crate::event::{Event, PlanStep};
use crate::fold::{Milestone, Tokens};
use crate::session::{SessionState, StateWord};
use crate::{AgentName, Ordinal, Seq, SessionId, TaskId, Timestamp, WorkspaceId};

/// A session's row, everywhere the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// `S41`.
    pub id: SessionId,
    /// Which agent.
    pub agent: AgentName,
    /// The agent's own id of the session.
    pub agent_session_id: String,
    /// The agent's own id of the subagent or sidechain within it.
    pub subagent_id: Option<String>,
    /// The workspace whose repository its directory is in.
    pub workspace: Option<WorkspaceId>,
    /// The task it works on.
    pub task: Option<TaskId>,
    /// The session that started it.
    pub parent: Option<SessionId>,
    /// The session whose beginning it shares.
    pub forked_from: Option<SessionId>,
    /// Title that the agent or its user gave it.
    pub title: Option<String>,
    /// Its user chose the title.
    #[serde(default)]
    pub title_by_user: bool,
    /// Directory it works in.
    pub cwd: Option<String>,
    /// Branch checked out there.
    pub branch: Option<String>,
    /// The word on the card.
    pub state: StateWord,
    /// The three facts behind the word.
    pub facts: SessionState,
    /// What the agent waits for, in its own words, where it says so.
    pub waiting_for: Option<String>,
    /// What it is doing right now, and toward what.
    pub activity: String,
    /// Since when, where the time it takes is worth showing.
    pub activity_since: Option<Timestamp>,
    /// What its user last directed it to, in one line.
    pub goal: Option<String>,
    /// When its first event happened.
    pub started_at: Option<Timestamp>,
    /// When its last event happened.
    pub updated_at: Option<Timestamp>,
    /// Files it changed, last changed first, at most 20.
    pub files: Vec<String>,
    /// How many files it changed.
    pub files_changed: u32,
    /// The last check it ran.
    pub last_check: Option<CheckResult>,
    /// How far its plan is, where it keeps one.
    pub plan: Option<PlanProgress>,
    /// Tokens it used.
    pub tokens: Tokens,
    /// Cost as its agent reports it, in US dollars.
    pub cost_usd: Option<f64>,
    /// How full its context is, where its agent says so.
    pub context: Option<ContextUse>,
    /// The model it last used.
    pub model: Option<String>,
    /// Version of the agent's program.
    pub agent_version: Option<String>,
    /// How Callboard drives it, if it does or did.
    #[serde(default)]
    pub owned: Option<Box<OwnedView>>,
    /// What it reported of its work since its user last directed it.
    #[serde(default)]
    pub report: Option<Box<super::ReportGlance>>,
    /// How many subagents and sidechains it has.
    pub children: u32,
    /// Events stored.
    pub events: u64,
    /// Order of commit of its newest event.
    pub seq: Seq,
}

impl SessionView {
    /// What it is called in lists: the title that its user chose, else what it was last directed to, else
    /// the title that its agent made up at its beginning.
    #[must_use]
    pub fn heading(&self) -> Option<&str> {
        let chosen = self.title.as_deref().filter(|_| self.title_by_user);
        chosen.or(self.goal.as_deref()).or(self.title.as_deref())
    }
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckResult {
    /// The command line.
    pub command: String,
    /// Whether it passed; `None` where nothing proves it.
    pub ok: Option<bool>,
    /// Tests that passed, where the output says so.
    pub passed: Option<u32>,
    /// Tests that failed, where the output says so.
    pub failed: Option<u32>,
    /// When it ended.
    pub at: Option<Timestamp>,
    /// The event of its result.
    pub ordinal: Ordinal,
}

/// How far a plan is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanProgress {
    /// Steps done.
    pub done: u32,
    /// Steps in all.
    pub total: u32,
    /// The step being done.
    pub current: Option<String>,
}

/// How full a context is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContextUse {
    /// Tokens in it.
    pub used: u64,
    /// Its size, where the agent says so.
    pub window: Option<u64>,
}

/// A session with all that its page shows beside the transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionDetail {
    /// The row.
    pub session: SessionView,
    /// The goal in full.
    pub goal_text: Option<String>,
    /// The steps of its plan.
    pub plan_steps: Vec<PlanStep>,
    /// Files it read and changed, last touched first.
    pub files: Vec<FileTouch>,
    /// Files beyond those listed.
    pub files_more: u32,
    /// The last result of each check, newest first.
    pub checks: Vec<CheckResult>,
    /// What is worth telling of it, oldest first.
    pub milestones: Vec<Milestone>,
    /// Its subagents and sidechains.
    pub children: Vec<SessionView>,
    /// The session that started it.
    pub parent: Option<SessionView>,
    /// The session whose beginning it shares.
    pub forked_from: Option<SessionView>,
    /// The session whose work it took over.
    pub follows: Option<SessionView>,
    /// The sessions that took over its work.
    pub followed_by: Vec<SessionView>,
    /// Permission or approval mode.
    pub mode: Option<String>,
    /// Where it was started from.
    pub entrypoint: Option<String>,
    /// Pull requests that belong to it.
    pub pull_requests: Vec<String>,
    /// The files its transcript is kept in.
    pub transcripts: Vec<String>,
    /// Where its readable transcript is written, if its workspace has one.
    pub readable: Option<String>,
    /// What it last reported of its work.
    #[serde(default)]
    pub report: Option<super::ReportView>,
    /// What it told others and others told it, newest first.
    #[serde(default)]
    pub messages: Vec<super::MessageView>,
    /// Everything above as of this commit.
    pub seq: Seq,
}

/// A file that a session read or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileTouch {
    /// The file, relative to the session's directory where it lies in it.
    pub path: String,
    /// Times it was read.
    pub reads: u32,
    /// Times it was changed.
    pub edits: u32,
    /// When last.
    pub at: Option<Timestamp>,
}

/// A part of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// The events, in display order.
    pub events: Vec<Event>,
    /// There are events before the first.
    pub more_before: bool,
    /// There are events after the last.
    pub more_after: bool,
    /// How many events the session has, those that it shares included.
    pub total: u64,
    /// The beginning that it shares, if it is a fork: those events name another session.
    pub shared: Option<SharedBeginning>,
    /// The page is as of this commit: newer events have a greater `seq`.
    pub seq: Seq,
}

/// The beginning that a fork shares with the session that it was forked from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SharedBeginning {
    /// That session.
    pub session: SessionId,
    /// The place of the last shared event.
    pub ordinal: Ordinal,
    /// The last shared event.
    pub seq: Seq,
}

impl SharedBeginning {
    /// Whether an event of the fork's transcript comes after the beginning that it shares.
    #[must_use]
    pub fn is_before(&self, event: &Event) -> bool {
        (self.ordinal, self.seq) < (event.ordinal, event.seq)
    }
}

/// A place in a transcript worth jumping to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Landmark {
    /// The event.
    pub seq: Seq,
    /// Its place.
    pub ordinal: Ordinal,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// What it is.
    pub kind: LandmarkKind,
    /// Its words, or the file.
    pub text: String,
}

/// Kinds of [`Landmark`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LandmarkKind {
    /// A prompt of a person.
    Prompt,
    /// A result that failed.
    Failure,
    /// A change to a file.
    Edit,
    /// A question to the user.
    Question,
    /// History was compacted.
    Compaction,
}

/// How far reading history is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportProgress {
    /// Reading goes on.
    pub running: bool,
    /// Bytes read.
    pub bytes_done: u64,
    /// Bytes to read in all.
    pub bytes_total: u64,
    /// Transcript files read.
    pub files_done: u64,
    /// Transcript files in all.
    pub files_total: u64,
    /// Sessions known.
    pub sessions: u64,
    /// Time left at the present rate.
    pub left_ms: Option<u64>,
}
