//! Changes that went, with who made them: a stash that is popped, a commit that is taken back, an undo that is
//! redone bring back what somebody wrote before.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::lines::hash;
use super::owners::{Mark, Proof};
use super::script::{Block, Item, Script};
use crate::limits;

/// A change that is no longer there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Gone {
    path: u64,
    /// What it removes and adds, with the line before and the line behind.
    key: u64,
    /// The lines that it adds, by their hashes.
    added: Vec<u64>,
    /// Who wrote them, and how many each.
    adders: Vec<(usize, Mark)>,
    /// Who removed lines of the base, and how many each.
    removers: Vec<(usize, Mark)>,
    /// How many lines in turn it removes, adds, removes and so on: which line stands in place of which.
    #[serde(default)]
    turns: Vec<usize>,
}

impl Gone {
    fn lines(&self) -> usize {
        self.adders.iter().chain(&self.removers).map(|(lines, _)| lines).sum()
    }
}

/// Each mark once for each of its lines.
fn expanded(runs: &[(usize, Mark)]) -> impl Iterator<Item = &Mark> {
    runs.iter().flat_map(|(lines, mark)| std::iter::repeat_n(mark, *lines))
}

fn in_runs(marks: &[Mark]) -> Vec<(usize, Mark)> {
    marks.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0].clone())).collect()
}

/// The changes that went last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    gone: VecDeque<Gone>,
    lines: usize,
}

/// A script with the texts that it leads from and to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Texts<'a, 'b> {
    pub path: &'a str,
    pub script: &'a Script,
    pub base: &'a [&'b str],
    pub text: &'a [&'b str],
}

impl Texts<'_, '_> {
    fn key(&self, block: Block) -> u64 {
        let items = &self.script.items[block.from..block.to];
        let removed = items.iter().filter(|i| i.in_base()).count();
        let added = items.iter().filter(|i| i.in_text()).count();
        let mut bytes = Vec::new();
        let mut put = |tag: u8, lines: &[&str]| {
            bytes.push(tag);
            bytes.extend(lines.iter().flat_map(|line| hash(line).to_le_bytes()));
        };
        let upto = |at: usize, len: usize| at..(at + len).min(self.base.len());
        put(0, &self.base[block.base.saturating_sub(1)..block.base.min(self.base.len())]);
        put(1, &self.base[upto(block.base, removed)]);
        put(2, self.text.get(block.text..block.text + added).unwrap_or_default());
        put(3, &self.base[upto((block.base + removed).min(self.base.len()), 1)]);
        xxh3_64(&bytes)
    }

    fn marks(&self, block: Block, of: impl Fn(Item) -> bool) -> Vec<Mark> {
        let items = self.script.items[block.from..block.to].iter().filter(|item| of(**item));
        items.filter_map(|item| self.script.marks.get(item.mark()?).cloned()).collect()
    }
}

impl Remembered {
    /// Remembers what `before` changed and `after` does not.
    pub(super) fn remember(&mut self, before: Texts<'_, '_>, after: Option<Texts<'_, '_>>) {
        let there: Vec<u64> = after.iter().flat_map(|a| keys(a)).collect();
        for block in before.script.blocks() {
            let key = before.key(block);
            if there.contains(&key) {
                continue;
            }
            let adders = before.marks(block, |item| !item.in_base());
            let removers = before.marks(block, |item| !item.in_text());
            if adders.iter().chain(&removers).all(|mark| mark.by.is_unattributed()) {
                continue;
            }
            let added = before.text.get(block.text..block.text + adders.len()).unwrap_or_default();
            let added: Vec<u64> = added.iter().map(|line| hash(line)).collect();
            let (adders, removers) = (in_runs(&adders), in_runs(&removers));
            let turns = turns(&before.script.items[block.from..block.to]);
            self.push(Gone { path: hash(before.path), key, added, adders, removers, turns });
        }
    }

    fn push(&mut self, gone: Gone) {
        self.gone.retain(|known| (known.path, known.key) != (gone.path, gone.key));
        self.gone.push_back(gone);
        self.lines = self.gone.iter().map(Gone::lines).sum();
        while self.gone.len() > limits::GONE_CHANGES || self.lines > limits::GONE_LINES {
            let Some(oldest) = self.gone.pop_front() else { break };
            self.lines -= oldest.lines();
        }
    }

    /// Gives changes that `look` brought back to who made them first. `returns`: all that no edit told may have come
    /// back; else it is as likely written anew, and belongs to both.
    pub(super) fn restore(&self, texts: Texts<'_, '_>, look: u64, returns: bool) -> Option<Script> {
        let path = hash(texts.path);
        let known: Vec<&Gone> = self.gone.iter().filter(|gone| gone.path == path).collect();
        if known.is_empty() {
            return None;
        }
        let mut script = texts.script.clone();
        for block in texts.script.blocks() {
            let is_new = |mark: &Mark| mark.look == look && mark.proof != Proof::Edit;
            let marks = texts.marks(block, |_| true);
            let key = texts.key(block);
            if let Some(gone) = known.iter().rev().find(|gone| gone.key == key)
                && marks.iter().all(is_new)
            {
                give_back(&mut script, block, gone, returns);
            } else if returns && marks.iter().any(is_new) {
                let new_lines = New { look, texts };
                new_lines.give_back(&mut script, block, &known);
            }
        }
        Some(script)
    }
}

fn keys(texts: &Texts<'_, '_>) -> Vec<u64> {
    texts.script.blocks().into_iter().map(|block| texts.key(block)).collect()
}

/// How many lines in turn are removed, added, removed and so on; the first may be none.
fn turns(items: &[Item]) -> Vec<usize> {
    let mut turns = vec![0];
    let mut removes = true;
    for item in items {
        if item.in_base() != removes {
            removes = !removes;
            turns.push(0);
        }
        if let Some(last) = turns.last_mut() {
            *last += 1;
        }
    }
    turns
}

/// Has what is removed and added take turns as it did.
fn take_turns(items: &mut [Item], turns: &[usize]) {
    let (removed, added): (Vec<Item>, Vec<Item>) = items.iter().partition(|item| item.in_base());
    let (mut removed, mut added) = (removed.into_iter(), added.into_iter());
    let mut ordered = Vec::with_capacity(items.len());
    for (number, turn) in turns.iter().enumerate() {
        let side = if number % 2 == 0 { &mut removed } else { &mut added };
        ordered.extend(side.take(*turn));
    }
    if ordered.len() == items.len() {
        items.copy_from_slice(&ordered);
    }
}

fn give_back(script: &mut Script, block: Block, gone: &Gone, returns: bool) {
    take_turns(&mut script.items[block.from..block.to], &gone.turns);
    let (mut added, mut removed) = (expanded(&gone.adders), expanded(&gone.removers));
    for at in block.from..block.to {
        let item = script.items[at];
        let Some(old) = (if item.in_base() { removed.next() } else { added.next() }) else { break };
        let mut mark = old.clone();
        if let Some(new) = item.mark().and_then(|m| script.marks.get(m)).filter(|_| !returns) {
            mark.join(new);
        }
        let number = script.number(mark);
        script.items[at] = if item.in_base() { Item::Removed(number) } else { Item::Added(number) };
    }
}

/// Lines that a look brought, between others.
struct New<'a, 'b> {
    look: u64,
    texts: Texts<'a, 'b>,
}

impl New<'_, '_> {
    /// Lines whose neighbours changed since they went: each run of them that went together comes back together.
    fn give_back(&self, script: &mut Script, block: Block, known: &[&Gone]) {
        let mut line = block.text;
        let mut at = block.from;
        while at < block.to {
            let run = (at..block.to).take_while(|at| self.is_new(script, *at)).count();
            if run == 0 {
                line += usize::from(script.items[at].in_text());
                at += 1;
                continue;
            }
            let rest = &self.texts.text[line..line + run];
            let fits = |gone: &&&Gone| {
                gone.added.len() <= rest.len()
                    && gone.added.iter().zip(rest).all(|(h, text)| *h == hash(text))
                    && rest[..gone.added.len()].iter().any(|text| is_telling(text))
            };
            let found = known.iter().rev().find(fits);
            let adders = found.map_or(&[][..], |gone| &gone.adders);
            for (place, mark) in expanded(adders).enumerate() {
                script.items[at + place] = Item::Added(script.number(mark.clone()));
            }
            let done = found.map_or(1, |gone| gone.added.len().max(1));
            line += done;
            at += done;
        }
    }

    fn is_new(&self, script: &Script, at: usize) -> bool {
        let Item::Added(mark) = script.items[at] else { return false };
        let mark = script.marks.get(mark);
        mark.is_some_and(|mark| mark.look == self.look && mark.proof != Proof::Edit)
    }
}

/// Whether a line says enough to be known again: more than a bracket.
fn is_telling(line: &str) -> bool {
    line.chars().filter(|c| c.is_alphanumeric()).count() >= 4
}
