//! What of a change makes its proof worth less: tests that check less, gates that let more through, special cases.
//!
//! Each rule looks at the whole change, from the base to what is there now, and says what it found, where, and what stood
//! there before. Where only a diff is known, the rules read what its hunks show (`patch`).

mod assertion;
mod command;
mod compared;
mod expression;
mod languages;
mod order;
pub mod patch;
mod rules;
mod settings;
mod source;
mod tests_of;

pub use callboard_model::receipt::Candidate;
use callboard_model::receipt::{Finding, Spot};
use callboard_model::scope::Pattern;

use compared::Change;

/// A file of a change.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChangedFile<'a> {
    /// Where it was; none for a new file.
    pub old_path: Option<&'a str>,
    /// Where it is; where it was, if it is gone.
    pub path: &'a str,
    /// Its text before; none for a new file, and for one that is no text.
    pub old: Option<&'a str>,
    /// Its text now; none for one that is gone, and for one that is no text.
    pub new: Option<&'a str>,
    /// It is no text.
    pub is_binary: bool,
    /// The texts hold the hunks of a diff only, each on its lines.
    pub is_partial: bool,
}

impl ChangedFile<'_> {
    fn is_new(&self) -> bool {
        self.old_path.is_none()
    }

    fn is_gone(&self) -> bool {
        self.new.is_none() && !self.is_binary
    }
}

/// What is known beside the change.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// The paths that the task is about; empty if nothing is said.
    pub scope: &'a [Pattern],
    /// Paths that must not be changed.
    pub forbidden: &'a [Pattern],
    /// Files by which agents are configured.
    pub agent_files: &'a [Pattern],
    /// Texts of tests that the change leaves as they are.
    pub tests: &'a [&'a str],
}

/// What the rules found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Cases of rules, the weightiest first, then by place.
    pub findings: Vec<Finding>,
    /// Expectations that changed.
    pub candidates: Vec<Candidate>,
}

/// What the rules find in a change.
///
/// A file that cannot be read gives less. One line gives one finding: that of the rule that explains the others.
#[must_use]
pub fn integrity(change: &[ChangedFile<'_>], around: &Surroundings<'_>) -> Found {
    let change = Change::of(change);
    let mut found = Found::default();
    rules::tests::find(&change, &mut found);
    rules::assertions::find(&change, &mut found);
    rules::tolerance::find(&change, &mut found);
    rules::snapshots::find(&change, &mut found);
    rules::mocks::find(&change, &mut found);
    rules::gates::find(&change, &mut found);
    rules::configuration::find(&change, &mut found);
    rules::bypass::find(&change, &mut found);
    rules::suppression::find(&change, &mut found);
    rules::runner::find(&change, &mut found);
    rules::special::find(&change, around, &mut found);
    rules::stub::find(&change, &mut found);
    rules::swallowed::find(&change, &mut found);
    rules::scope::find(&change, around, &mut found);
    rules::leftover::find(&change, &mut found);
    rules::dependencies::find(&change, &mut found);
    rules::migrations::find(&change, &mut found);
    rules::files::find(&change, around, &mut found);
    order::settle(found)
}

/// A place in a file as it is now.
fn spot(path: &str, line: u32) -> Option<Spot> {
    Some(Spot { path: path.to_owned(), line: Some(line), is_gone: false })
}

/// A place in a file as it was.
fn gone(path: &str, line: u32) -> Option<Spot> {
    Some(Spot { path: path.to_owned(), line: Some(line), is_gone: true })
}

/// A whole file.
fn whole(path: &str) -> Option<Spot> {
    Some(Spot { path: path.to_owned(), line: None, is_gone: false })
}

/// Lines that are shown with a finding: the first of them, each shortened.
fn excerpt(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let short = |line: &str| -> String {
        line.trim_end().chars().take(crate::limits::EXCERPT_CHARACTERS).collect()
    };
    lines.take(crate::limits::EXCERPT_LINES).map(short).collect::<Vec<_>>().join("\n")
}
