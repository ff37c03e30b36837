//! What nobody proved.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Spot;
use crate::Cite;

/// Why something counts as proven by nobody.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum UnprovenKind {
    /// A check was not run, or could not be.
    CheckNotRun,
    /// The agent says itself that it did not do or see it.
    Admitted,
    /// Lines that changed, and that no test executes.
    NotExecuted,
    /// Lines that changed, of which it is not known whether a test executes them.
    NotMeasured,
    /// Code that uses what changed, and that the session never opened.
    NotOpened,
    /// Part of the work is not in this receipt.
    NotInReceipt,
}

/// Something that nobody proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unproven {
    /// Why it stands here.
    pub kind: UnprovenKind,
    /// What it is, in one sentence.
    pub words: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spots: Vec<Spot>,
    /// The event that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cite: Option<Cite>,
}
