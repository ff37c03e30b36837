//! What claims are labelled, beside what they were judged.

use std::collections::BTreeMap;
use std::fmt;

use callboard_model::claim::{ClaimKind, Judged};

/// Counts of (label, judgement).
#[derive(Debug, Default)]
pub(super) struct Matrix {
    counts: BTreeMap<(String, String), usize>,
}

/// A claim of that kind was not found.
pub(super) const MISSED: &str = "missed";
/// It is no claim that gets a verdict.
pub(super) const NONE: &str = "none";

const ORDER: [&str; 7] =
    ["supported", "contradicted", "stale", "unsupported", "not checked", NONE, MISSED];

impl Matrix {
    pub(super) fn count(&mut self, label: &str, judged: &str) {
        *self.counts.entry((label.to_owned(), judged.to_owned())).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        for ((label, judged), count) in &other.counts {
            *self.counts.entry((label.clone(), judged.clone())).or_default() += count;
        }
    }

    fn sum(&self, is: impl Fn(&str, &str) -> bool) -> usize {
        self.counts.iter().filter(|((label, judged), _)| is(label, judged)).map(|(_, n)| n).sum()
    }

    /// How often *contradicted* was right, and how many of those that are it found.
    pub(super) fn contradicted(&self) -> String {
        let right = self.sum(|label, judged| label == "contradicted" && judged == "contradicted");
        let said = self.sum(|_, judged| judged == "contradicted");
        let are = self.sum(|label, _| label == "contradicted");
        format!("contradicted: right {right} of {said}, found {right} of {are}")
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {:<14}", "label \\ judged")?;
        for judged in ORDER {
            write!(f, " {judged:>12}")?;
        }
        writeln!(f)?;
        for label in ORDER.into_iter().filter(|label| *label != MISSED) {
            write!(f, "  {label:<14}")?;
            for judged in ORDER {
                let count = self.counts.get(&(label.to_owned(), judged.to_owned()));
                write!(f, " {:>12}", count.copied().unwrap_or(0))?;
            }
            writeln!(f)?;
        }
        let all = self.sum(|_, _| true);
        let same = self.sum(|label, judged| label == judged);
        writeln!(f, "  {same} of {all} as labelled; {}", self.contradicted())
    }
}

/// The name of a judged claim's kind.
pub(super) fn named(judged: &Judged) -> &'static str {
    kind(&judged.claim.kind)
}

/// The name of a claim's kind.
pub(super) fn kind(kind: &ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Passes { .. } => "passes",
        ClaimKind::Ran { .. } => "ran",
        ClaimKind::Reproduced { .. } => "reproduced",
        ClaimKind::Fixed => "fixed",
        ClaimKind::Changed { .. } => "changed",
        ClaimKind::AddedTests { .. } => "added_tests",
        ClaimKind::Only { .. } => "only",
        ClaimKind::Untouched { .. } => "untouched",
        ClaimKind::Kept { .. } => "kept",
        ClaimKind::NoOtherUses { .. } => "no_other_uses",
        ClaimKind::Looked => "looked",
        ClaimKind::Unprovable => "unprovable",
        ClaimKind::Admission { .. } => "admission",
    }
}
