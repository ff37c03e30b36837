//! What an agent says of its work, beside what is on record.
//!
//! A claim is found by structure (a subject, a predicate, what negates or hedges it, what it is said of), never by
//! a list of sentences. It is judged by [`Evidence`] alone; the words themselves are no evidence.

mod clauses;
mod doubts;
mod evidence;
mod grammar;
mod judge;
mod lexicon;
mod mood;
mod nouns;
mod omitted;
mod reserve;
mod run;
mod sentence;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wordings;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use evidence::{Command, Ending, Evidence, Rerun, Sight, Touched, TouchedFile, Unopened, Uses};
pub use grammar::claims;
pub use judge::{Judged, findings, judge};
pub use omitted::{ChildReport, Omission, Omitted, omitted};
pub(crate) use run::kind_of as check_of;
pub use run::{Came, Run, runs};

use crate::check::CheckKind;

/// Something that an agent says of its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    /// Where its sentence begins in the text, in bytes.
    pub start: usize,
    /// Where its sentence ends.
    pub end: usize,
    /// The sentence, as it stands there.
    pub quote: String,
    /// What is said.
    #[serde(flatten)]
    pub kind: ClaimKind,
    /// What stands around it; it is read with the text, and not kept.
    #[serde(skip)]
    pub around: Around,
}

/// What stands around a claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// It is said with a reservation: a condition, a bound, a contrast, another time, somebody else's words.
    pub is_reserved: bool,
    /// All that reserves it is what it names as excepted: what else fails is not.
    pub excepts_by_name: bool,
    /// It says by a number that nothing failed.
    pub counts_none: bool,
    /// The text tells that rows went, or were one thing twice.
    pub tells_gone: bool,
    /// All names of the text, in small letters.
    pub names: Arc<[String]>,
    /// Those of them that are said to be in trouble.
    pub troubled: Arc<[String]>,
    /// Names of the sentence before.
    pub before: Vec<String>,
}

/// What a claim says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ClaimKind {
    /// A check passes.
    Passes {
        /// What it checks; none speaks of all checks.
        check: Option<CheckKind>,
        /// Of what.
        scope: Scope,
        /// How many tests are said to pass.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        count: Option<u32>,
        /// Some failures are named in the same breath, as known or older than the work.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        excepted: bool,
    },
    /// A command or check was run; nothing is said of what it came to.
    Ran {
        /// The command, where it is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<String>,
        /// The kind of check, where it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check: Option<CheckKind>,
    },
    /// What showed the fault shows it no more.
    Reproduced {
        /// The script, where it is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        script: Option<String>,
    },
    /// The fault is said to be mended; nothing is said of how that was seen.
    Fixed,
    /// Something was added, changed, removed or renamed.
    Changed {
        /// What was done to it.
        verb: Verb,
        /// Symbols and files that it was done to.
        names: Vec<String>,
        /// Where: files or symbols after "in" or "to".
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        within: Vec<String>,
    },
    /// Tests were added.
    AddedTests {
        /// Tests and files that are named.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        names: Vec<String>,
    },
    /// Nothing but this was changed.
    Only {
        /// What.
        names: Vec<String>,
    },
    /// This was not changed.
    Untouched {
        /// What is named.
        names: Vec<String>,
        /// Tests in general.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        tests: bool,
    },
    /// Nothing of it is gone: no file was deleted, no row was lost.
    Kept {
        /// What is said to be still there.
        what: Stock,
        /// Files that it is said of, or what its rows are; all where there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        names: Vec<String>,
    },
    /// Nothing else uses it.
    NoOtherUses {
        /// What, where it is named.
        names: Vec<String>,
    },
    /// Somebody looked at how it looks.
    Looked,
    /// It is a claim, and nothing on record can prove it ("no breaking changes"); it gets no verdict.
    Unprovable,
    /// What the agent says itself that it did not do, could not see or leaves behind; it gets no verdict.
    Admission {
        /// Of what sort.
        of: Admission,
    },
}

/// What is said to have been done to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// It is new.
    Added,
    /// It is another.
    Changed,
    /// It is gone.
    Removed,
    /// It has another name or place.
    Renamed,
}

/// What is said to be still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stock {
    /// Files.
    Files,
    /// Rows of tables.
    Rows,
    /// Whatever there was.
    Everything,
}

/// What a passing check is said of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "of", content = "names", rename_all = "snake_case")]
pub enum Scope {
    /// Everything there is.
    All,
    /// These files, tests or suites.
    Named(Vec<String>),
    /// Some: the new ones, the related ones.
    Some,
    /// It is not said.
    Unsaid,
}

/// What an agent admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// Something was not checked, or could not be.
    NotChecked,
    /// Something fails, whoever broke it.
    Failing,
    /// Something was not done.
    NotDone,
    /// It is only thought to be so.
    Unsure,
}

/// What the record says of a claim.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The record shows it, after the last edit.
    Supported,
    /// The record shows the opposite.
    Contradicted,
    /// The record showed it, before the last edit.
    Stale,
    /// It could have been seen, and was not.
    Unsupported,
    /// Nothing on record can tell.
    NotChecked,
}

impl Verdict {
    /// As it is shown: "not checked".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Contradicted => "contradicted",
            Self::Stale => "stale",
            Self::Unsupported => "unsupported",
            Self::NotChecked => "not checked",
        }
    }
}

impl ClaimKind {
    /// Whether the record may say something of it: what cannot be proven and what is admitted get no verdict.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        !matches!(self, Self::Unprovable | Self::Admission { .. })
    }

    /// The files and symbols that it names.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let (names, within): (&[String], &[String]) = match self {
            Self::Changed { names, within, .. } => (names, within),
            Self::AddedTests { names }
            | Self::Only { names }
            | Self::Untouched { names, .. }
            | Self::Kept { names, .. }
            | Self::NoOtherUses { names }
            | Self::Passes { scope: Scope::Named(names), .. } => (names, &[]),
            Self::Reproduced { script: Some(name) } | Self::Ran { command: Some(name), .. } => {
                (std::slice::from_ref(name), &[])
            }
            _ => (&[], &[]),
        };
        names.iter().chain(within).map(String::as_str).collect()
    }
}
