//! Receipts as text: one outline, written as Markdown and as a page of its own.
//!
//! What a section says is decided once, in spans that know whether they are words, code or a place; each writer
//! escapes what it writes, so that nothing out of a file or an agent's mouth becomes markup.

mod html;
mod markdown;
mod outline;
mod sections;
mod wording;

pub use super::summary::headline;
pub use outline::{Block, Item, Line, Outline, Section, Span, Table, Tone};

use super::Receipt;

/// What has become of a receipt since it was made, told above all else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Why it does not speak of what is there now.
    pub stale: Option<&'a str>,
    /// Why the work is not done by itself and does not land.
    pub held_by: Option<&'a str>,
    /// Commits of the branch that it is to land on, which came since.
    pub base_moved: u32,
}

/// A receipt in the order in which it is read: the most important first, sections with nothing to tell left out.
#[must_use]
pub fn outline(receipt: &Receipt, shown: &Shown<'_>) -> Outline {
    sections::outline(receipt, shown)
}

/// A receipt as GitHub-flavoured Markdown, for its file and for a pull request.
///
/// Names, numbers and addresses in somebody's words neither tell an account nor link an issue.
#[must_use]
pub fn markdown(receipt: &Receipt, shown: &Shown<'_>) -> String {
    markdown::document(&outline(receipt, shown))
}

/// A receipt as one HTML file that loads nothing and runs nothing.
#[must_use]
pub fn html(receipt: &Receipt, shown: &Shown<'_>) -> String {
    html::document(&outline(receipt, shown))
}
