//! Receipts: what a finished piece of work can show, derived from git, events and checks that were run again.

mod acceptance;
mod assemble;
mod candidate;
mod checked;
mod compared;
pub mod conduct;
mod confinement;
mod content;
mod criterion;
mod fetched;
mod finding;
mod first;
mod missing;
mod observed;
mod outward;
mod record;
pub mod render;
mod rule;
mod run_findings;
mod run_places;
mod settled;
pub mod statement;
mod subject;
mod summary;
mod unproven;
mod weights;
mod work;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use acceptance::kind_of_check;
pub use assemble::{Material, SessionPart, assemble};
pub use candidate::Candidate;
pub use checked::{Cell, Checked, TestStanding};
pub use compared::{Ran, RanGrid};
pub use confinement::{ConfinedBy, Confinement, Hold};
pub use content::{
    CellChange, CitedSource, ColumnChange, Content, FolderChange, GoneRow, ListedFile, Moved,
    Opened, SourcesUsed, TableChange, Written, folder, sources,
};
pub use criterion::{Criterion, Proof, Request};
pub use finding::{Finding, Spot};
pub use missing::missing;
pub use observed::{Closing, Observed, ObservedCommand, OpenedSource, writes_of};
pub use record::{
    Artefact, Asked, ChildLine, Ci, ClaimLine, CommandLine, Outward, OutwardKind, SessionLine,
};
pub use rule::{Risk, Rule, Weight};
pub use run_findings::{RunsToJudge, findings_of_runs};
pub use settled::{Accepted, Case};
pub use subject::{ParseReceiptOfError, ReceiptOf};
pub use summary::{held_by, in_short};
pub use unproven::{Unproven, UnprovenKind};
pub use weights::Weights;
pub use work::{Revision, Work};

use crate::Timestamp;
use crate::claim::Omission;

/// What no receipt can show: it closes each.
pub const CANNOT_SHOW: &str = "This cannot show that the requirement was understood.";

/// What is to be looked at before the work is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LookFirst {
    /// What it is, in one sentence.
    pub words: String,
    /// Why it comes before all else.
    pub why: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Spot>,
    /// What stands there, or stood there before and stands there now.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// What stands there now.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
}

/// What a piece of work can show. It grades evidence; it never says that the work is correct.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// What it is of.
    pub of: ReceiptOf,
    /// Its title.
    pub title: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// What was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// Each sentence of it that says when it is done, with what shows it.
    pub criteria: Vec<Criterion>,
    /// Where the work is, and its files.
    pub work: Work,
    /// What to look at first; none where nothing stands out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_first: Option<LookFirst>,
    /// The checks, each with its four runs.
    pub checks: Vec<Checked>,
    /// What the agents say of it, beside the record.
    pub claims: Vec<ClaimLine>,
    /// What children of a lead came to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<ChildLine>,
    /// What the lead's words leave out of theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omissions: Vec<Omission>,
    /// Cases of the rules, the weightiest first.
    pub cases: Vec<Case>,
    /// What nobody proved.
    pub unproven: Vec<Unproven>,
    /// Its sessions.
    pub sessions: Vec<SessionLine>,
    /// Commands that ran, in order.
    pub commands: Vec<CommandLine>,
    /// Earlier commands that are not listed.
    #[serde(default)]
    pub commands_left_out: u32,
    /// Who was asked what, and answered what.
    pub asked: Vec<Asked>,
    /// What it made that can be looked at.
    pub artefacts: Vec<Artefact>,
    /// What left the machine.
    pub outward: Vec<Outward>,
    /// What a service's checks came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Ci>,
    /// Work that is not code.
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub content: Content,
}

impl Receipt {
    /// The cases that keep the work from being done.
    pub fn blocking(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.blocks())
    }

    /// Brings the cases up to what is accepted, by their keys; gives whether any is another then.
    pub fn settle(&mut self, accepted: &BTreeMap<String, Accepted>) -> bool {
        let mut is_another = false;
        for case in &mut self.cases {
            let now = accepted.get(&case.key);
            is_another |= case.accepted.as_ref() != now;
            case.accepted = now.cloned();
        }
        if is_another {
            settled::sort(&mut self.cases);
            self.look_first = first::look_first(
                &self.cases,
                &self.claims,
                &self.unproven,
                &self.omissions,
                &self.work,
                &self.content,
            );
        }
        is_another
    }

    /// Whether some of its checks wait or run.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.checks.iter().any(Checked::goes_on)
    }
}
