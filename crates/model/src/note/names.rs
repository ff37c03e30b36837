//! What a note names: tasks, sessions, events, decisions, reviews, other notes, files, images and addresses.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sections::Fence;
use crate::limits;

/// What kind of thing is named.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// An event: `S41#10234`.
    Event,
    /// A session: `S41`.
    Session,
    /// A task: `T12`.
    Task,
    /// A review: `R7`.
    Review,
    /// A note or decision: `D9`, `[[its title]]` or its path.
    Note,
    /// A file of the repository.
    #[serde(rename = "file")]
    FilePath,
    /// A symbol of its code.
    Symbol,
    /// An address: `https://…`.
    Address,
    /// An image.
    Image,
    /// An issue of the tracker: `#432`.
    Issue,
}

impl LinkKind {
    const ALL: [(Self, &str); 10] = [
        (Self::Event, "event"),
        (Self::Session, "session"),
        (Self::Task, "task"),
        (Self::Review, "review"),
        (Self::Note, "note"),
        (Self::FilePath, "file"),
        (Self::Symbol, "symbol"),
        (Self::Address, "address"),
        (Self::Image, "image"),
        (Self::Issue, "issue"),
    ];

    /// Its word, as it is shown and stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("file", |(_, word)| word)
    }

    /// The kind that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }
}

/// Something that a note names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// What kind of thing.
    pub kind: LinkKind,
    /// As it is written, without what marks it as a link.
    pub target: String,
    /// It stands among the sources.
    pub is_source: bool,
    /// It is told by a link or the front matter: `S3` in a sentence may be something else.
    pub is_told: bool,
}

/// What a source is, by the look of it.
pub(super) fn kind_of_source(text: &str) -> LinkKind {
    let text = text.trim();
    kind_of_id(text).unwrap_or_else(|| kind_of_target(text))
}

fn kind_of_id(text: &str) -> Option<LinkKind> {
    if text.parse::<crate::Cite>().is_ok() {
        return Some(LinkKind::Event);
    }
    let (first, digits) = text.split_at_checked(1)?;
    let is_number = !digits.is_empty()
        && digits.len() <= 12
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    let kind = match first {
        "S" => LinkKind::Session,
        "T" => LinkKind::Task,
        "R" => LinkKind::Review,
        "D" => LinkKind::Note,
        "#" => LinkKind::Issue,
        _ => return None,
    };
    is_number.then_some(kind)
}

/// What a link leads to.
pub(super) fn kind_of_target(target: &str) -> LinkKind {
    let lower = target.to_lowercase();
    let is_address =
        ["http://", "https://", "mailto:"].iter().any(|begin| lower.starts_with(begin));
    let path = lower.split(['#', '?']).next().unwrap_or_default();
    let ends = |endings: &[&str]| {
        endings.iter().any(|ending| path.len() > ending.len() && path.ends_with(ending))
    };
    if is_address {
        LinkKind::Address
    } else if ends(&[".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"]) {
        LinkKind::Image
    } else if ends(&[".md"]) {
        LinkKind::Note
    } else {
        LinkKind::FilePath
    }
}

/// Adds what a body names, each once; what stands in fenced code is code.
pub(super) fn add(body: &str, named: &mut Vec<Named>) {
    let mut seen: HashSet<(LinkKind, String)> =
        named.iter().map(|one| (one.kind, one.target.clone())).collect();
    let mut fence = Fence::default();
    for line in body.lines() {
        if fence.is_code(line) {
            continue;
        }
        for one in (Line { text: line, at: 0 }) {
            if named.len() >= limits::NOTE_LINKS {
                return;
            }
            if seen.insert((one.kind, one.target.clone())) {
                named.push(one);
            }
        }
    }
}

/// The rest of a line.
struct Line<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Line<'_> {
    type Item = Named;

    fn next(&mut self) -> Option<Named> {
        while let Some(c) = self.text[self.at..].chars().next() {
            let found = match c {
                '[' => self.wiki().or_else(|| self.link()),
                '!' if self.text[self.at..].starts_with("![") => self.image(),
                'h' | 'H' => self.address(),
                'S' | 'T' | 'R' | 'D' | '#' => self.id(),
                _ => None,
            };
            let Some((named, length)) = found else {
                self.at += c.len_utf8();
                continue;
            };
            self.at += length;
            return Some(named);
        }
        None
    }
}

fn told(kind: LinkKind, target: &str) -> Named {
    Named { kind, target: target.to_owned(), is_source: false, is_told: true }
}

impl Line<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// `[[a note]]`, or `[[a note|as it is shown]]`.
    fn wiki(&self) -> Option<(Named, usize)> {
        let (inside, _) = self.rest().strip_prefix("[[")?.split_once("]]")?;
        let target = inside.split('|').next().unwrap_or_default().trim();
        let is_plain = !target.is_empty() && !target.contains(['[', ']']);
        let kind = kind_of_id(target).unwrap_or(LinkKind::Note);
        is_plain.then(|| (told(kind, target), inside.len() + 4))
    }

    /// `[text](target)`; what stands in the text is named by itself.
    fn link(&self) -> Option<(Named, usize)> {
        let close = self.rest().find("](")?;
        let text = &self.rest()[1..close];
        if text.contains(['[', ']']) {
            return None;
        }
        let (target, length) = target_in(&self.rest()[close + 1..])?;
        Some((told(kind_of_target(target), target), close + 1 + length))
    }

    /// `![text](target)`.
    fn image(&self) -> Option<(Named, usize)> {
        let close = self.rest().find("](")?;
        let (target, length) = target_in(&self.rest()[close + 1..])?;
        let kind = match kind_of_target(target) {
            LinkKind::Address => LinkKind::Address,
            _ => LinkKind::Image,
        };
        Some((told(kind, target), close + 1 + length))
    }

    fn address(&self) -> Option<(Named, usize)> {
        let lower = self.rest().get(..8).unwrap_or(self.rest()).to_ascii_lowercase();
        if !self.begins() || !(lower.starts_with("http://") || lower.starts_with("https://")) {
            return None;
        }
        let end = self
            .rest()
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '|'));
        let whole = &self.rest()[..end.unwrap_or(self.rest().len())];
        let open = whole.contains('(');
        let target = whole.trim_end_matches(|c: char| {
            matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | ']') || (c == ')' && !open)
        });
        (target.len() > lower.find("//").map_or(0, |at| at + 2))
            .then(|| (told(LinkKind::Address, target), whole.len()))
    }

    /// `T12`, `S41#10234`, `#432`: whole, and no part of a path or a word.
    fn id(&self) -> Option<(Named, usize)> {
        if !self.begins() {
            return None;
        }
        let is_in = |c: char| c.is_alphanumeric() || matches!(c, '#' | '_');
        let end = self.rest().find(|c: char| !is_in(c)).unwrap_or(self.rest().len());
        let word = &self.rest()[..end];
        let after = self.rest()[end..].chars().next();
        // `S41.md`, `R2/D2` and `T12-fix` are names of something else.
        let goes_on = |c: char| matches!(c, '/' | '-' | '.' | '@' | '\\');
        let next = self.rest()[end..].chars().nth(1);
        if after.is_some_and(goes_on) && next.is_some_and(char::is_alphanumeric) {
            return None;
        }
        let kind = kind_of_id(word)?;
        let is_told = kind == LinkKind::Event;
        Some((Named { kind, target: word.to_owned(), is_source: false, is_told }, end))
    }

    /// Nothing before goes on here.
    fn begins(&self) -> bool {
        let before = self.text[..self.at].chars().next_back();
        before.is_none_or(|c| {
            !(c.is_alphanumeric() || matches!(c, '_' | '/' | '-' | '.' | '#' | '&' | '@' | '\\'))
        })
    }
}

/// The target of `(target "title")`, and the length of all that.
pub(super) fn target_in(text: &str) -> Option<(&str, usize)> {
    let inside = text.strip_prefix('(')?;
    let (target, length) = match inside.strip_prefix('<') {
        Some(angled) => {
            let (target, rest) = angled.split_once('>')?;
            (target, text.len() - rest.len() + rest.find(')')? + 1)
        }
        None => {
            let mut depth = 0_usize;
            let end = inside.find(|c| match c {
                '(' => {
                    depth += 1;
                    false
                }
                ')' if depth == 0 => true,
                ')' => {
                    depth -= 1;
                    false
                }
                _ => false,
            })?;
            (inside[..end].split_whitespace().next().unwrap_or_default(), end + 2)
        }
    };
    let target = target.trim();
    (!target.is_empty() && !target.starts_with('#')).then_some((target, length))
}
