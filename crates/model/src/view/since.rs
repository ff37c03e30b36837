//! What happened since the user left.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fold::MilestoneKind;
use crate::review::ReviewState;
use crate::session::StateWord;
use crate::{CallId, Ordinal, ReviewId, SessionId, TaskId, Timestamp};

/// What happened in a workspace in a span of time, per task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Since {
    /// Begin of the span.
    pub from: Timestamp,
    /// End of the span.
    pub to: Timestamp,
    /// Per task, and per session that has none; what wants something now comes first.
    pub groups: Vec<SinceGroup>,
    /// The nights that went on in it, oldest first.
    #[serde(default)]
    pub nights: Vec<super::NightView>,
    /// What became of reviews; the one of which something was told last comes first.
    #[serde(default)]
    pub reviews: Vec<SinceReview>,
    /// What rules answered in place of a person, newest first.
    #[serde(default)]
    pub by_rules: Vec<RuledCall>,
    /// What sessions told each other, oldest first.
    #[serde(default)]
    pub messages: Vec<super::MessageView>,
    /// Sessions that did something but nothing worth telling.
    pub quiet_sessions: u32,
}

/// What became of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SinceReview {
    /// The review.
    pub review: ReviewId,
    /// What it is about.
    pub title: String,
    /// What it is now.
    pub state: ReviewState,
    /// What happened, oldest first.
    pub lines: Vec<SinceReviewLine>,
}

/// One thing that happened to a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SinceReviewLine {
    /// When.
    pub at: Timestamp,
    /// In words.
    pub text: String,
}

/// A call that a rule answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuledCall {
    /// The call.
    pub call: CallId,
    /// The session that asked.
    pub session: Option<SessionId>,
    /// What was asked.
    pub question: String,
    /// The rule.
    pub rule: String,
    /// Whether it allowed what was asked.
    pub allowed: bool,
    /// When.
    pub at: Timestamp,
}

/// What happened to one task, or to one session that has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SinceGroup {
    /// The task, if it is one.
    pub task: Option<TaskId>,
    /// Its title, or the session's goal.
    pub title: String,
    /// The sessions that took part.
    pub sessions: Vec<SessionId>,
    /// The most urgent of their states now.
    pub state: Option<StateWord>,
    /// What is wanted of the user now, in one line: all of `wants`.
    pub wanted: Option<String>,
    /// What each of the sessions wants of the user now; those that wait come before those that failed.
    pub wants: Vec<SinceWant>,
    /// Files changed in the span.
    pub files: Vec<String>,
    /// What happened, oldest first: all of it.
    pub lines: Vec<SinceLine>,
    /// What the lines that are folded come to, per session that has some.
    pub folded: Vec<SinceFolded>,
}

/// What a session wants of the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SinceWant {
    /// The session.
    pub session: SessionId,
    /// Whether it waits, or failed.
    pub state: StateWord,
    /// In words.
    pub text: String,
}

/// The lines of a session that are left out at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SinceFolded {
    /// The session.
    pub session: SessionId,
    /// How many they are.
    pub lines: u32,
    /// How many of what kind: `3 commits, 2 finished turns`.
    pub text: String,
    /// Whether they are all: of a session with very many lines the oldest are not kept.
    pub complete: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SinceLine {
    /// When.
    pub at: Option<Timestamp>,
    /// What kind of thing.
    pub kind: MilestoneKind,
    /// In words.
    pub text: String,
    /// The session it happened in.
    pub session: SessionId,
    /// Where in it.
    pub ordinal: Ordinal,
    /// Whether it is left out at a glance: a turn that another one followed, or an older line of many.
    pub folded: bool,
}
