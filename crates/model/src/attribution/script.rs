//! How a text comes about from its base, line by line, with who did each step.
//!
//! Not a diff made anew at each look, in which equal lines would change places, but the one that grows with the
//! text: what a session inserted stays its line, wherever a diff would put it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::lines::{Replace, pairs};
use super::owners::{Mark, Owners, Proof};

/// What becomes of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// A line of the base that is still there.
    Keep,
    /// A line of the base that is gone, by the mark of this number.
    Removed(usize),
    /// A line that the base does not have.
    Added(usize),
}

impl Item {
    pub(super) fn mark(self) -> Option<usize> {
        match self {
            Self::Keep => None,
            Self::Removed(mark) | Self::Added(mark) => Some(mark),
        }
    }

    pub(super) fn in_base(self) -> bool {
        !matches!(self, Self::Added(_))
    }

    pub(super) fn in_text(self) -> bool {
        !matches!(self, Self::Removed(_))
    }
}

/// The steps from the base's lines to the text's, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Script {
    pub items: Vec<Item>,
    pub marks: Vec<Mark>,
}

/// Neighbouring items of a script that are not kept lines, and where they stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// The items.
    pub from: usize,
    pub to: usize,
    /// The line of the base that they stand before.
    pub base: usize,
    /// The line of the text that they begin at.
    pub text: usize,
}

impl Script {
    /// A text of so many lines that is as the base has it.
    pub(super) fn unchanged(lines: usize) -> Self {
        Self { items: vec![Item::Keep; lines], marks: Vec::new() }
    }

    /// All that differs, by one.
    pub(super) fn of(base: &[&str], text: &[&str], mark: &Mark) -> Self {
        let mut script = Self::unchanged(base.len());
        let changes = super::lines::differences(base, text);
        script.change_lines(base, changes.into_iter().map(|c| (c, mark.clone())).collect());
        script
    }

    /// The number of a mark.
    pub(super) fn number(&mut self, mark: Mark) -> usize {
        // The newest are asked for most.
        if let Some(found) = self.marks.iter().rposition(|known| *known == mark) {
            return found;
        }
        self.marks.push(mark);
        self.marks.len() - 1
    }

    pub(super) fn owners(&self, item: Item) -> Option<Owners> {
        item.mark().and_then(|mark| self.marks.get(mark)).map(Mark::owners)
    }

    /// The marks of the text's lines in the range, where all of them are added lines.
    pub(super) fn added(&self, range: Range<usize>) -> Option<Vec<&Mark>> {
        let len = range.len();
        let lines = self.items.iter().filter(|item| item.in_text()).skip(range.start).take(len);
        lines
            .map(|item| match item {
                Item::Added(mark) => self.marks.get(*mark),
                _ => None,
            })
            .collect()
    }

    /// Changes the text, whose lines are `old`, to `new`: what each step replaces, and by whom.
    pub(super) fn change_lines(&mut self, old: &[&str], changes: Vec<(Replace, Mark)>) {
        let mut slid: Vec<(Replace, Mark)> = Vec::with_capacity(changes.len());
        for (at, (change, mark)) in changes.iter().enumerate() {
            let from = slid.last().map_or(0, |(before, _)| before.old.end);
            let to = changes.get(at + 1).map_or(old.len(), |(next, _)| next.old.start);
            slid.push((self.slid(change, old, from..to, &mark.by), mark.clone()));
        }
        self.change(slid.into_iter());
    }

    /// Where lines were deleted that are like their neighbours: the ones of whoever deletes, or else such as the base
    /// does not have.
    fn slid(&self, change: &Replace, old: &[&str], within: Range<usize>, by: &Owners) -> Replace {
        let Range { start, end } = change.old.clone();
        if start == end || !change.new.is_empty() {
            return change.clone();
        }
        let up = (within.start..start).rev().take_while(|at| old[*at] == old[at + end - start]);
        let down = (end..within.end).take_while(|at| old[*at] == old[at - (end - start)]);
        let (up, down) = (up.count(), down.count());
        if up + down == 0 {
            return change.clone();
        }
        let (first, last) = (start - up, end + down);
        let lines = self.items.iter().filter(|item| item.in_text()).skip(first).take(last - first);
        let worth: Vec<usize> = lines
            .map(|item| match self.owners(*item) {
                Some(owners) if owners == *by => 2,
                Some(_) => 1,
                None => 0,
            })
            .collect();
        let sum = |place: usize| worth[place..place + end - start].iter().sum::<usize>();
        let best = (0..=up + down).max_by_key(|place| (sum(*place), *place == up)).unwrap_or(up);
        Replace { old: first + best..first + best + end - start, new: change.new.clone() }
    }

    /// Changes the text: what each replaces, and by whom.
    fn change(&mut self, changes: impl Iterator<Item = (Replace, Mark)>) {
        let items = std::mem::take(&mut self.items);
        let mut rest = items.into_iter().peekable();
        let mut out: Vec<Item> = Vec::new();
        let mut at = 0;
        let mut deleted: Vec<(usize, Owners, Mark)> = Vec::new();
        for (change, mark) in changes {
            while let Some(item) = rest.peek().copied() {
                if at == change.old.start && item.in_text() {
                    break;
                }
                at += usize::from(item.in_text());
                out.push(item);
                rest.next();
            }
            if change.old.is_empty() {
                self.insert(&mut out, rest.peek().copied(), change.new.len(), mark);
                continue;
            }
            let by = self.number(mark.clone());
            let mut over: Vec<Owners> = Vec::new();
            while over.len() < change.old.len() {
                let Some(item) = rest.next() else { break };
                at += usize::from(item.in_text());
                match item {
                    Item::Keep => {
                        out.push(Item::Removed(by));
                        over.push(Owners::default());
                    }
                    Item::Added(old) => over.push(self.marks[old].owners()),
                    Item::Removed(_) => out.push(item),
                }
            }
            if change.new.is_empty() {
                let mut all = Owners::default();
                over.iter().for_each(|owners| all.join(owners));
                deleted.push((out.len(), all, mark));
                continue;
            }
            // A command may have written more than once: which line came from which cannot be told.
            if over.len() != change.new.len() || mark.proof != Proof::Edit {
                let mut all = Owners::default();
                over.iter().for_each(|owners| all.join(owners));
                over = vec![all; change.new.len()];
            }
            for owners in over {
                let number = self.number(mark.over(&owners));
                out.push(Item::Added(number));
            }
        }
        out.extend(rest);
        self.items = out;
        for (place, owners, mark) in deleted {
            self.deleted(place, &owners, &mark);
        }
    }

    /// Puts lines in, before `next`. Between a line that is gone and the one that replaces it there is no place.
    fn insert(&mut self, out: &mut Vec<Item>, next: Option<Item>, lines: usize, mark: Mark) {
        let trailing = out.iter().rev().take_while(|i| matches!(i, Item::Removed(_))).count();
        let begin = out.len() - trailing;
        let replaced = match (next, out.last()) {
            (Some(next @ Item::Added(_)), Some(last @ Item::Removed(_))) => {
                let (next, last) = (self.owners(next), self.owners(*last));
                next.zip(last).is_some_and(|(next, last)| next.meets(&last))
            }
            _ => false,
        };
        let number = self.number(mark);
        let place = if replaced { begin } else { out.len() };
        out.splice(place..place, std::iter::repeat_n(Item::Added(number), lines));
    }

    /// Where one deletes what another put in place of lines of the base, those lines are gone by both.
    fn deleted(&mut self, place: usize, owners: &Owners, mark: &Mark) {
        if owners.is_empty() {
            return;
        }
        let changed = |item: &&Item| **item != Item::Keep;
        let from = place - self.items[..place].iter().rev().take_while(changed).count();
        let to = place + self.items[place..].iter().take_while(changed).count();
        let meets = |script: &Self, at: usize| {
            script.owners(script.items[at]).is_some_and(|found| found.meets(owners))
        };
        let rest = (from..to).any(|at| self.items[at].in_text() && meets(self, at));
        if rest {
            return;
        }
        for at in from..to {
            if let Item::Removed(old) = self.items[at]
                && meets(self, at)
            {
                let joined = self.marks[old].over(&mark.by);
                self.items[at] = Item::Removed(self.number(joined));
            }
        }
    }

    /// The blocks of what is not kept.
    pub(super) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let (mut base, mut text) = (0, 0);
        for (at, item) in self.items.iter().enumerate() {
            if *item != Item::Keep {
                match blocks.last_mut() {
                    Some(last) if last.to == at => last.to = at + 1,
                    _ => blocks.push(Block { from: at, to: at + 1, base, text }),
                }
            }
            base += usize::from(item.in_base());
            text += usize::from(item.in_text());
        }
        blocks
    }

    /// Lines that are again as the base has them are nobody's.
    pub(super) fn settle(&mut self, base: &[&str], text: &[&str]) {
        let blocks = self.blocks();
        let mut out = Vec::with_capacity(self.items.len());
        let mut at = 0;
        for block in blocks {
            out.extend(&self.items[at..block.from]);
            out.extend(self.settled(block, base, text));
            at = block.to;
        }
        out.extend(&self.items[at..]);
        self.items = out;
    }

    fn settled(&self, block: Block, base: &[&str], text: &[&str]) -> Vec<Item> {
        let items = &self.items[block.from..block.to];
        let removed: Vec<Item> = items.iter().copied().filter(|i| i.in_base()).collect();
        let added: Vec<Item> = items.iter().copied().filter(|i| i.in_text()).collect();
        if removed.is_empty() || added.is_empty() {
            return items.to_vec();
        }
        let (Some(old), Some(new)) = (
            base.get(block.base..block.base + removed.len()),
            text.get(block.text..block.text + added.len()),
        ) else {
            return items.to_vec();
        };
        let found = pairs(old, new);
        let all_back = all_back(&added, &found);
        let back: Vec<(usize, usize)> = found
            .into_iter()
            .filter(|(r, a)| {
                let (gone, there) = (self.owners(removed[*r]), self.owners(added[*a]));
                all_back[*a] || gone.zip(there).is_some_and(|(gone, there)| gone.meets(&there))
            })
            .collect();
        rejoin(items, &back)
    }
}

/// For each added line, whether all the neighbouring lines that the same put in are as the base has them: what one
/// takes back of another's change. A line that only looks like one of the base stays part of what was put in.
fn all_back(added: &[Item], found: &[(usize, usize)]) -> Vec<bool> {
    let mut back = vec![false; added.len()];
    found.iter().for_each(|(_, a)| back[*a] = true);
    let mut from = 0;
    for run in added.chunk_by(|a, b| a == b) {
        let lines = &mut back[from..from + run.len()];
        let all = lines.iter().all(|back| *back);
        lines.fill(all);
        from += run.len();
    }
    back
}

/// The items with these pairs of a removed and an added line as kept lines.
fn rejoin(items: &[Item], back: &[(usize, usize)]) -> Vec<Item> {
    // What stands before each pair, and behind the last.
    let mut parts: Vec<Vec<Item>> = vec![Vec::new(); back.len() + 1];
    let (mut removed, mut added) = (0, 0);
    let (mut part_removed, mut part_added) = (0, 0);
    for item in items {
        let (number, part) = if item.in_base() {
            (&mut removed, &mut part_removed)
        } else {
            (&mut added, &mut part_added)
        };
        let next = back.get(*part).map(|(r, a)| if item.in_base() { *r } else { *a });
        if next == Some(*number) {
            *part += 1;
        } else {
            parts[*part].push(*item);
        }
        *number += 1;
    }
    parts.join(&Item::Keep)
}

/// A script as it is kept: runs of equal items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Runs {
    marks: Vec<Mark>,
    /// Kind (0 kept, 1 removed, 2 added), number of lines, number of the mark.
    runs: Vec<(u8, u32, u32)>,
}

impl Runs {
    pub(super) fn of(script: &Script) -> Self {
        let mut runs = Self::default();
        let mut numbers: Vec<Option<u32>> = vec![None; script.marks.len()];
        for item in &script.items {
            let kind = match item {
                Item::Keep => 0,
                Item::Removed(_) => 1,
                Item::Added(_) => 2,
            };
            let number = item.mark().map_or(0, |mark| {
                *numbers[mark].get_or_insert_with(|| {
                    runs.marks.push(script.marks[mark].clone());
                    u32::try_from(runs.marks.len() - 1).unwrap_or(u32::MAX)
                })
            });
            match runs.runs.last_mut() {
                Some((k, lines, n)) if (*k, *n) == (kind, number) => *lines += 1,
                _ => runs.runs.push((kind, 1, number)),
            }
        }
        runs
    }

    pub(super) fn script(&self) -> Script {
        let mut items = Vec::new();
        for (kind, lines, number) in &self.runs {
            let item = match kind {
                0 => Item::Keep,
                1 => Item::Removed(*number as usize),
                _ => Item::Added(*number as usize),
            };
            items.extend(std::iter::repeat_n(item, *lines as usize));
        }
        Script { items, marks: self.marks.clone() }
    }

    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }
}
