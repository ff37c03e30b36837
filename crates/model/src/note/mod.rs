//! Notes and decisions: Markdown files that people and agents write, read leniently and written with care.
//!
//! What a person wrote stays as it is, byte by byte: a file is changed by setting one key of its front matter
//! ([`set_key`]), by appending to it ([`append_section`]), or by its writer's own edit.

mod edit;
mod front;
mod names;
mod new;
mod posted;
mod sections;
mod yaml;

use std::collections::HashSet;

use imara_diff::{Algorithm, Diff, InternedInput};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use edit::{Setting, append_section, set_key};
pub use front::{Author, FrontMatter};
pub use names::{LinkKind, Named};
pub use new::{NoteDraft, slug};
pub use posted::Comment;
pub use sections::{Sections, summary, without_headings};

use crate::limits;
use crate::text::{clip, one_line};

/// Whether a note records what was decided.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Whatever is worth keeping.
    #[default]
    Note,
    /// What was decided, why, and what was ruled out.
    Decision,
}

impl NoteKind {
    /// Its word, as it is shown and stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Decision => "decision",
        }
    }
}

/// How far a decision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionStatus {
    /// It holds.
    Decided,
    /// It is still to be made.
    Open,
    /// Another one took its place.
    Superseded,
}

impl DecisionStatus {
    /// Its word, as it is written and stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Open => "open",
            Self::Superseded => "superseded",
        }
    }

    /// The status that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        [Self::Decided, Self::Open, Self::Superseded].into_iter().find(|s| s.word() == word)
    }
}

/// Something that a decision ruled out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuledOut {
    /// What.
    pub what: String,
    /// Why.
    #[serde(default)]
    pub why: String,
}

/// A key of the front matter that Callboard has no use for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FrontKey {
    /// Its name.
    pub key: String,
    /// What it says, in one line.
    pub value: String,
}

/// A note as its file says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// What stands between its first lines of `---`.
    pub front: FrontMatter,
    /// Where the rest begins, in bytes.
    pub body_at: usize,
    /// Its first heading; `None` if it has none.
    pub title: Option<String>,
    /// What it says, by the sections of a decision.
    pub sections: Sections,
    /// What it names, front matter first, each once.
    pub named: Vec<Named>,
    /// What is wrong with it, in words.
    pub problems: Vec<String>,
}

impl Note {
    /// The note that a text is. Every text is one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (block, body_at) = front::split(text);
        let mut problems = Vec::new();
        let front = block.map(|block| front::read(block, &mut problems)).unwrap_or_default();
        let body = text.get(body_at..).unwrap_or_default();
        let sections = Sections::of(body);
        let mut named = front.named();
        names::add(body, &mut named);
        named.truncate(limits::NOTE_LINKS);
        let title =
            sections.title.as_deref().map(|title| clip(&one_line(title), limits::LINE_CHARS));
        Self { front, body_at, title: title.filter(|t| !t.is_empty()), sections, named, problems }
    }
}

/// Which text that is: the same for the same bytes, another one for others.
#[must_use]
pub fn version_of(bytes: &[u8]) -> String {
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(bytes))
}

/// How many lines a text has that an older one has not, and the other way round.
#[must_use]
pub fn changed_lines(older: &str, newer: &str) -> (u32, u32) {
    let input = InternedInput::new(older, newer);
    let diff = Diff::compute(Algorithm::Histogram, &input);
    (diff.count_additions(), diff.count_removals())
}

/// Whether a text was made on `older` by somebody who had not seen `newer`: all that `newer` changed is as in `older`,
/// and something else is not.
#[must_use]
pub fn is_made_on_older(older: &str, newer: &str, text: &str) -> bool {
    if text == older || text == newer || older == newer {
        return false;
    }
    let input = InternedInput::new(older, newer);
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let of = |text| -> HashSet<&str> { str::lines(text).collect() };
    let (lines, in_older, in_newer) = (of(text), of(older), of(newer));
    let (mut changed, mut is_seen) = (false, false);
    for hunk in diff.hunks() {
        // A line that stands elsewhere, too, such as a heading, tells nothing.
        let added = newer.lines().take(hunk.after.end as usize).skip(hunk.after.start as usize);
        for line in added.filter(|line| !line.trim().is_empty() && !in_older.contains(line)) {
            changed = true;
            is_seen |= lines.contains(line);
        }
        let removed = older.lines().take(hunk.before.end as usize).skip(hunk.before.start as usize);
        let mut removed =
            removed.filter(|line| !line.trim().is_empty() && !in_newer.contains(line));
        is_seen |= removed.any(|line| !lines.contains(line));
    }
    changed && !is_seen
}
