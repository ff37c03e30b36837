//! What happened in a session that is worth telling later.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::{clip, one_line};
use crate::{Ordinal, Timestamp, limits};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MilestoneKind {
    /// Its user gave it a new goal.
    Directed,
    /// A turn ended; the text is what the agent said last.
    Finished,
    /// Its user broke a turn off.
    Interrupted,
    /// A turn failed, or the model's service did.
    Failed,
    /// A check failed that had passed, or failed otherwise than before.
    CheckFailed,
    /// A check passed that had failed.
    CheckFixed,
    /// It committed.
    Committed,
    /// It pushed.
    Pushed,
    /// It opened a pull request.
    PullRequest,
    /// It asked its user.
    Asked,
    /// Its user answered.
    Answered,
    /// Its user approved the plan.
    PlanApproved,
    /// Its user refused a plan or a tool use.
    Refused,
    /// Its history was summarised.
    Compacted,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Milestone {
    /// What kind.
    pub kind: MilestoneKind,
    /// Its place in the session.
    pub ordinal: Ordinal,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// What, in one line; may be empty.
    #[serde(default)]
    pub text: String,
}

/// The latest milestones of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestones {
    /// In order.
    pub list: VecDeque<Milestone>,
    /// How many earlier ones had to make room.
    #[serde(default)]
    pub dropped: u32,
}

impl Milestones {
    /// Those after `time`, and whether they are all: a few older than `time` were kept too.
    #[must_use]
    pub fn since(&self, time: Timestamp) -> (Vec<&Milestone>, bool) {
        let later = |m: &&Milestone| m.at.is_some_and(|at| at > time);
        let found: Vec<_> = self.list.iter().filter(later).collect();
        let complete = self.dropped == 0 || found.len() < self.list.len();
        (found, complete)
    }

    /// Takes back what turned out not to have happened.
    pub(super) fn take_back(&mut self, kind: MilestoneKind, ordinal: Ordinal) {
        self.list.retain(|m| m.kind != kind || m.ordinal != ordinal);
    }

    pub(super) fn push(
        &mut self,
        kind: MilestoneKind,
        place: (Ordinal, Option<Timestamp>),
        text: &str,
    ) {
        if self.list.len() >= limits::MILESTONES {
            self.list.pop_front();
            self.dropped += 1;
        }
        let text = clip(&one_line(crate::text::head(text, 1_000)), limits::LINE_CHARS);
        self.list.push_back(Milestone { kind, ordinal: place.0, at: place.1, text });
    }
}
