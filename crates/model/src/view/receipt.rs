//! Receipts as they are shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::claim::Verdict;
use crate::receipt::render::Shown;
use crate::receipt::{ClaimLine, Receipt, ReceiptOf, held_by, in_short};

/// A receipt, with what has become of it since it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptView {
    /// The receipt.
    #[serde(flatten)]
    pub receipt: Receipt,
    /// Why it does not speak of what is there now; none where it does.
    pub stale: Option<String>,
    /// Why the work is not done by itself and does not land; none where nothing keeps it.
    pub held_by: Option<String>,
    /// Commits of the branch that it is to land on, which came since: nothing in it was held against them.
    #[serde(default)]
    pub base_moved: u32,
    /// Checks of it wait or run: more comes.
    pub goes_on: bool,
    /// Its Markdown file.
    pub file: Option<String>,
}

impl ReceiptView {
    /// What is told of it above all else.
    #[must_use]
    pub fn shown(&self) -> Shown<'_> {
        Shown {
            stale: self.stale.as_deref(),
            held_by: self.held_by.as_deref(),
            base_moved: self.base_moved,
        }
    }
}

/// A receipt in a few words, as a card has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptGlance {
    /// What it is of.
    pub of: ReceiptOf,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// What it comes to, in a few words: "2 block, 1 contradicted", "checks pass", "not checked".
    pub words: String,
    /// Cases that keep the work from being done.
    pub blocking: u32,
    /// They keep the work from being done by itself, and from landing.
    #[serde(default)]
    pub held: bool,
    /// The first of them, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
    /// Claims that the record contradicts.
    pub contradicted: u32,
    /// Checks of it wait or run.
    pub goes_on: bool,
    /// It does not speak of what is there now.
    pub stale: bool,
}

impl ReceiptGlance {
    /// A receipt in a few words; with a `gate`, what blocks keeps the work from being done.
    #[must_use]
    pub fn of(receipt: &Receipt, is_stale: bool, gate: bool) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let is_contradicted = |claim: &&ClaimLine| claim.judged.verdict == Verdict::Contradicted;
        let blocking = count(receipt.blocking().count());
        Self {
            of: receipt.of.clone(),
            title: receipt.title.clone(),
            made_at: receipt.made_at,
            words: in_short(receipt),
            blocking,
            held: blocking > 0 && gate,
            held_by: held_by(receipt).filter(|_| gate),
            contradicted: count(receipt.claims.iter().filter(is_contradicted).count()),
            goes_on: receipt.goes_on(),
            stale: is_stale,
        }
    }
}

/// The receipts of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptList {
    /// The newest first.
    pub receipts: Vec<ReceiptGlance>,
}

/// Accepts a case of a rule, with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AcceptCase {
    /// The case's key.
    pub key: String,
    /// Why it may stay.
    pub reason: String,
}
