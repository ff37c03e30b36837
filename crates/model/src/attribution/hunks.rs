//! What differs from the base, hunk by hunk, with whose it is; and what one session may commit of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::file::Traced;
use super::lines::lines;
use super::owners::{Mark, Owners};
use super::script::{Block, Item, Script};
use super::{Attribution, Content};
use crate::SessionId;

/// Neighbouring lines that one owner changed. Where owners differ, a change is several hunks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnedHunk {
    /// The first line in the base that it removes or stands before, from 1.
    pub old_start: u32,
    /// The first line in the text that it adds or stands before, from 1.
    pub new_start: u32,
    /// The base's lines that go, each with its end.
    pub removed: Vec<String>,
    /// The lines that are new, each with its end.
    pub added: Vec<String>,
    /// Whose it is.
    pub owners: Owners,
    /// Why it belongs to several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<OverlapReason>,
}

/// Why something belongs to several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverlapReason {
    /// They ran at once, and nothing tells who wrote it.
    AtOnce,
    /// One rewrote what the other had written.
    Rewritten,
}

/// A file that differs from the base, and whose each difference is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileAttribution {
    /// From the root of the checkout.
    pub path: String,
    /// Where the base has it, if elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// It is made.
    pub added: bool,
    /// It is removed.
    pub deleted: bool,
    /// It has no lines: one of its sides is not text, or its changes are too many.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opaque: bool,
    /// Whose the file is as a whole: one that is empty, not text, removed or moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Owners>,
    /// Whose the change of its mode is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Owners>,
    /// The hunks, in order.
    pub hunks: Vec<OwnedHunk>,
}

/// What belongs to several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Overlap {
    /// From the root of the checkout.
    pub path: String,
    /// The line in the file, from 1; none where it is the file as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Whose it is.
    pub owners: Owners,
    /// Why.
    pub why: OverlapReason,
}

/// What is to be committed of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// From the root of the checkout.
    pub path: String,
    /// Where the base has it, if elsewhere.
    pub from: Option<String>,
    /// How much of it.
    pub extent: Extent,
}

/// How much of a file is to be committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Extent {
    /// All: as it lies on the disk, or that it is gone. What the base has at `from` goes.
    Whole,
    /// These hunks of it.
    Hunks {
        /// In order.
        hunks: Vec<PartHunk>,
        /// Its mode, too.
        mode: bool,
        /// That it moved, too.
        moves: bool,
    },
}

/// A hunk to be committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartHunk {
    /// The first line in the base that it removes or stands before, from 1.
    pub old_start: u32,
    /// The first line on the disk that it adds or stands before, from 1.
    pub new_start: u32,
    /// The base's lines that go, each with its end.
    pub removed: Vec<String>,
    /// The lines that are new, each with its end.
    pub added: Vec<String>,
}

impl FileAttribution {
    /// What differs in the file and whose it is, from its contents in the base and on the disk. `None` where they are
    /// not those that the last look saw, or nothing differs: look again.
    #[must_use]
    pub fn of(
        attribution: &Attribution,
        path: &str,
        base: &Content,
        now: &Content,
    ) -> Option<Self> {
        let traced = attribution.traced(path).filter(|traced| traced.is_of(base, now))?;
        Some(Self::made(traced, path, base, now))
    }

    fn made(traced: &Traced, path: &str, base: &Content, now: &Content) -> Self {
        let script = traced.lines.script();
        let old = lines(base.text().unwrap_or_default());
        let new = lines(now.text().unwrap_or_default());
        let blocks = script.blocks().into_iter();
        let added = *base == Content::Absent && traced.from.is_none();
        let opaque =
            traced.coarse || [base, now].iter().any(|side| matches!(side, Content::Opaque { .. }));
        let has_lines = !new.is_empty() && !opaque;
        let by_lines = added && has_lines;
        let whole = traced.whole.as_ref().filter(|_| !by_lines).map(|mark| {
            let mut owners = mark.owners();
            if !has_lines && !traced.coarse {
                script.items.iter().filter_map(|i| script.owners(*i)).for_each(|o| owners.join(&o));
            }
            owners
        });
        Self {
            path: path.to_owned(),
            from: traced.from.clone(),
            added,
            deleted: *now == Content::Absent,
            whole,
            opaque,
            mode: traced.mode.as_ref().map(Mark::owners),
            hunks: blocks
                .filter(|_| !opaque)
                .flat_map(|block| hunks(&script, block, &old, &new))
                .collect(),
        }
    }

    /// What of it is the session's, alone or with others; none where nothing is.
    #[must_use]
    pub fn only_of(mut self, session: SessionId) -> Option<Self> {
        let is_own = |owners: &Owners| owners.has(session);
        self.hunks.retain(|hunk| is_own(&hunk.owners));
        self.whole = self.whole.filter(is_own);
        self.mode = self.mode.filter(is_own);
        (self.whole.is_some() || self.mode.is_some() || !self.hunks.is_empty()).then_some(self)
    }

    /// The same, where what belongs to a session belongs to `whose` of it.
    #[must_use]
    pub fn handed_on(mut self, whose: impl Fn(SessionId) -> SessionId) -> Self {
        let hunks = self.hunks.iter_mut();
        for hunk in hunks {
            hunk.owners = hunk.owners.handed_on(&whose);
            hunk.why = hunk.why.filter(|_| hunk.owners.is_overlap());
        }
        self.whole = self.whole.map(|owners| owners.handed_on(&whose));
        self.mode = self.mode.map(|owners| owners.handed_on(&whose));
        self
    }

    /// All owners of all of it.
    pub fn owners(&self) -> impl Iterator<Item = &Owners> {
        let hunks = self.hunks.iter().map(|hunk| &hunk.owners);
        self.whole.iter().chain(&self.mode).chain(hunks)
    }

    /// What of it belongs to several.
    pub fn overlaps(&self) -> impl Iterator<Item = Overlap> {
        let overlap = |line, owners: &Owners, why: Option<OverlapReason>| Overlap {
            path: self.path.clone(),
            line,
            owners: owners.clone(),
            why: why.unwrap_or(OverlapReason::AtOnce),
        };
        let files = self.whole.iter().chain(&self.mode);
        let files = files.filter(|owners| owners.is_overlap()).map(move |o| overlap(None, o, None));
        let hunks = self.hunks.iter().filter(|hunk| hunk.owners.is_overlap());
        files.chain(hunks.map(move |h| overlap(Some(h.new_start), &h.owners, h.why)))
    }

    fn is_whole(&self) -> bool {
        let has_none = self.hunks.is_empty() && self.from.is_none();
        self.deleted || self.opaque || self.whole.is_some() && has_none
    }

    /// What of it is wanted, by whose it is; none where nothing is.
    fn part(&self, is_own: impl Fn(&Owners) -> bool) -> Option<Part> {
        let part = |extent| Part { path: self.path.clone(), from: self.from.clone(), extent };
        if self.is_whole() && self.whole.is_some() {
            return self.whole.as_ref().is_some_and(&is_own).then(|| part(Extent::Whole));
        }
        let hunks: Vec<PartHunk> = self
            .hunks
            .iter()
            .filter(|hunk| is_own(&hunk.owners))
            .map(|hunk| PartHunk {
                old_start: hunk.old_start,
                new_start: hunk.new_start,
                removed: hunk.removed.clone(),
                added: hunk.added.clone(),
            })
            .collect();
        let mode = self.mode.as_ref().is_some_and(&is_own);
        let moves = self.from.is_some() && self.whole.as_ref().is_some_and(&is_own);
        let is_some = !hunks.is_empty() || mode || moves;
        is_some.then(|| part(Extent::Hunks { hunks, mode, moves }))
    }
}

/// What `session` may commit of these files.
///
/// # Errors
/// When something of it belongs to others, too: all that does.
pub fn parts(files: &[FileAttribution], session: SessionId) -> Result<Vec<Part>, Vec<Overlap>> {
    let shared = files.iter().flat_map(FileAttribution::overlaps);
    let shared: Vec<Overlap> = shared.filter(|overlap| overlap.owners.has(session)).collect();
    if !shared.is_empty() {
        return Err(shared);
    }
    Ok(parts_of(files, |owners| owners.only() == Some(session)))
}

/// What of these files is wanted, by whose it is.
pub fn parts_of(files: &[FileAttribution], is_wanted: impl Fn(&Owners) -> bool) -> Vec<Part> {
    files.iter().filter_map(|file| file.part(&is_wanted)).collect()
}

/// A block as hunks of one owner each. A removed line and the one in its place stay together.
fn hunks(script: &Script, block: Block, old: &[&str], new: &[&str]) -> Vec<OwnedHunk> {
    struct Piece {
        hunk: OwnedHunk,
        ends_in_base: bool,
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let (mut base, mut text) = (block.base, block.text);
    for item in &script.items[block.from..block.to] {
        let Some(mark) = item.mark().and_then(|mark| script.marks.get(mark)) else { continue };
        let owners = mark.owners();
        let line = |all: &[&str], at: usize| all.get(at).map_or(String::new(), |l| (*l).to_owned());
        let joins = |last: &Piece| {
            last.hunk.owners == owners
                || (last.ends_in_base && !item.in_base() && last.hunk.owners.meets(&owners))
        };
        if !pieces.last().is_some_and(joins) {
            let start = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
            let hunk = OwnedHunk {
                old_start: start(base),
                new_start: start(text),
                removed: Vec::new(),
                added: Vec::new(),
                owners: owners.clone(),
                why: None,
            };
            pieces.push(Piece { hunk, ends_in_base: false });
        }
        let Some(piece) = pieces.last_mut() else { continue };
        piece.hunk.owners.join(&owners);
        piece.hunk.why = piece.hunk.why.max(reason(mark));
        piece.ends_in_base = item.in_base();
        match item {
            Item::Removed(_) => piece.hunk.removed.push(line(old, base)),
            _ => piece.hunk.added.push(line(new, text)),
        }
        base += usize::from(item.in_base());
        text += usize::from(item.in_text());
    }
    pieces.into_iter().map(|piece| piece.hunk).collect()
}

fn reason(mark: &Mark) -> Option<OverlapReason> {
    if !mark.over.within(&mark.by) {
        Some(OverlapReason::Rewritten)
    } else {
        mark.by.is_overlap().then_some(OverlapReason::AtOnce)
    }
}

/// The text that a commit of these hunks has: the base with nothing else changed. `None` where the base does not have
/// the lines that go.
#[must_use]
pub fn with_hunks(base: &str, hunks: &[PartHunk]) -> Option<String> {
    let all = lines(base);
    let mut out: Vec<&str> = Vec::with_capacity(all.len());
    let mut at = 0;
    for hunk in hunks {
        let start = (hunk.old_start as usize).checked_sub(1)?;
        out.extend(all.get(at..start)?);
        let gone = all.get(start..start + hunk.removed.len())?;
        if gone.iter().zip(&hunk.removed).any(|(a, b)| a != b) {
            return None;
        }
        // The last line of the base may lack its end, and another one may come behind it.
        out.extend(hunk.added.iter().map(String::as_str));
        at = start + hunk.removed.len();
    }
    out.extend(all.get(at..)?);
    Some(ended(&out, base))
}

/// The lines as one text, in which only the last may lack its end.
fn ended(all: &[&str], base: &str) -> String {
    let end = if base.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = String::new();
    for line in all {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str(end);
        }
        text.push_str(line);
    }
    text
}
