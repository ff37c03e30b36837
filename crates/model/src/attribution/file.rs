//! One file of a checkout: its script, and what a look does to it.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::lines::{Replace, differences, hash, lines};
use super::owners::{Mark, Owners, Proof};
use super::rebase::rebase;
use super::remembered::{Remembered, Texts};
use super::script::{Runs, Script};
use super::told::{Explained, Told, explain, found_in, is_made, is_reformatted};
use super::{Content, FileLook};
use crate::SessionId;
use crate::event::Change;
use crate::limits;

/// What is known of a file that differs from the base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Traced {
    /// Where the base has it, if it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    base: u64,
    now: u64,
    pub lines: Runs,
    /// Who made, removed or moved it, or wrote it, where it has no lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Mark>,
    /// Who changed its mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mark>,
    /// Its changes are too many to be told apart: it is attributed as a whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub coarse: bool,
}

/// Who could have written a file between two looks.
pub(super) struct Writers<'a> {
    /// Edits that name the file, in order.
    pub told: Vec<Told<'a>>,
    /// Sessions whose commands ran.
    pub commands: Owners,
    /// No command ran but such as bring back what was written before.
    pub returns: bool,
    /// The number of the look.
    pub look: u64,
}

impl Writers<'_> {
    /// Who wrote what no edit explains; `rest` are edits that name the file and explain nothing.
    fn others(&self, rest: &[&Told<'_>]) -> Mark {
        let mut by = self.commands.clone();
        for told in rest {
            by.add(told.session);
            // What it told is not what came about.
            by.unknown |= !told.edit.hunks.is_empty();
        }
        if by.is_empty() {
            return Mark::unattributed(self.look);
        }
        let proof = if by.is_unattributed() { Proof::None } else { Proof::Command };
        Mark { by, over: Owners::default(), proof, look: self.look }
    }

    /// Who did to the whole file what lines do not show.
    fn of_whole(&self, changes: &[Change]) -> Mark {
        let names = |told: &&Told<'_>| changes.contains(&told.edit.change);
        let told: Vec<&Told<'_>> = self.told.iter().filter(names).collect();
        match told.as_slice() {
            [] => self.others(&[]),
            [one] => Mark::edit(one.session, self.look),
            many => {
                let mut mark = Mark::edit(many[0].session, self.look);
                many.iter().for_each(|told| mark.by.add(told.session));
                mark
            }
        }
    }
}

fn text_of(content: &Content) -> &str {
    match content {
        Content::Text { text, .. } => text,
        _ => "",
    }
}

fn id(content: &Content) -> u64 {
    match content {
        Content::Absent => 0,
        Content::Text { text, mode } => hash(text) ^ u64::from(*mode),
        Content::Opaque { id, mode } => hash(id).rotate_left(1) ^ u64::from(*mode),
    }
}

fn mode_of(content: &Content) -> Option<u32> {
    match content {
        Content::Absent => None,
        Content::Text { mode, .. } | Content::Opaque { mode, .. } => Some(*mode),
    }
}

impl Traced {
    /// A file whose difference to the base nobody is known to have made, or none.
    fn begin(base: &Content, now: &Content, look: u64) -> Self {
        let nobody = Mark::unattributed(look);
        let script = Script::of(&lines(text_of(base)), &lines(text_of(now)), &nobody);
        let differs = base != now;
        let lines_tell = matches!((base, now), (Content::Text { .. }, Content::Text { .. }));
        let modes = mode_of(base).zip(mode_of(now)).is_some_and(|(a, b)| a != b);
        Self {
            from: None,
            base: id(base),
            now: id(now),
            lines: Runs::of(&script),
            whole: (differs && !lines_tell).then(|| nobody.clone()),
            mode: modes.then_some(nobody),
            coarse: false,
        }
        .bounded(look)
    }

    /// The same with its lines as one, where they are too many.
    fn bounded(mut self, look: u64) -> Self {
        if self.lines.len() > limits::ATTRIBUTED_RUNS {
            let mut whole = self
                .whole
                .take()
                .unwrap_or_else(|| Mark { by: Owners::default(), ..Mark::unattributed(look) });
            self.lines.script().marks.iter().for_each(|mark| whole.join(mark));
            self.whole = Some(whole);
            self.lines = Runs::default();
            self.coarse = true;
        }
        self
    }

    /// What a look makes of a file that is attributed as a whole.
    fn look_at_whole(mut self, file: &FileLook, writers: &Writers<'_>) -> Option<Self> {
        let base = file.new_base.as_ref().unwrap_or(&file.base);
        self.from.clone_from(&file.base_from);
        if *base == file.new && self.from.is_none() {
            return None;
        }
        if file.old != file.new {
            let mark = writers.of_whole(&[Change::Write, Change::Modify, Change::Move]);
            let over = self.whole.take().map(|mark| mark.owners()).unwrap_or_default();
            self.whole = Some(mark.over(&over));
        }
        (self.base, self.now) = (id(base), id(&file.new));
        Some(self)
    }

    /// Whether this is what is known of these contents.
    pub(super) fn is_of(&self, base: &Content, now: &Content) -> bool {
        (self.base, self.now) == (id(base), id(now))
    }

    /// What a look makes of it; `None` where the file is as the base has it.
    pub(super) fn look(
        known: Option<Self>,
        file: &FileLook,
        writers: &Writers<'_>,
        gone: &mut Remembered,
    ) -> Option<Self> {
        let mut traced = known
            .filter(|known| known.is_of(&file.base, &file.old))
            .unwrap_or_else(|| Self::begin(&file.base, &file.old, writers.look));
        if traced.coarse {
            return traced.look_at_whole(file, writers);
        }
        let before = traced.lines.script();
        let base = lines(text_of(&file.base));
        let (old, new) = (lines(text_of(&file.old)), lines(text_of(&file.new)));
        let mut script = before.clone();
        if file.old == file.new {
            claim(&mut script, writers, &base, text_of(&file.old));
        } else {
            write(&mut script, file, writers, &base);
            script.settle(&base, &new);
        }
        if file.old != file.new || file.from.is_some() {
            traced.write_whole(file, writers, &before);
        }
        let texts = Texts { path: &file.path, script: &script, base: &base, text: &new };
        if let Some(restored) = gone.restore(texts, writers.look, writers.returns) {
            script = restored;
        }
        let texts = Texts { path: &file.path, script: &script, base: &base, text: &new };
        gone.remember(Texts { script: &before, text: &old, ..texts }, Some(texts));
        let new_base = file.new_base.as_ref().unwrap_or(&file.base);
        if new_base != &file.base {
            let moved_base = lines(text_of(new_base));
            let moved = rebase(&script, &base, &moved_base, &new, writers.look);
            let after = Texts { script: &moved, base: &moved_base, ..texts };
            gone.remember(texts, Some(after));
            script = gone.restore(after, writers.look, true).unwrap_or(moved);
            traced.rebase_whole(new_base, &file.new, file.base_from.is_some(), writers.look);
        }
        traced.from.clone_from(&file.base_from);
        if new_base == &file.new && traced.from.is_none() {
            return None;
        }
        (traced.base, traced.now) = (id(new_base), id(&file.new));
        traced.lines = Runs::of(&script);
        Some(traced.bounded(writers.look))
    }

    /// A command of `session` was told of that ran at these looks.
    pub(super) fn was_written_by(&mut self, session: SessionId, looks: &RangeInclusive<u64>) {
        let mut script = self.lines.script();
        let all = script.marks.iter_mut().chain(&mut self.whole).chain(&mut self.mode);
        for mark in all.filter(|mark| mark.proof != Proof::Edit && looks.contains(&mark.look)) {
            mark.by.unknown &= mark.proof == Proof::Command;
            mark.by.add(session);
            mark.proof = Proof::Command;
        }
        self.lines = Runs::of(&script);
    }

    fn write_whole(&mut self, file: &FileLook, writers: &Writers<'_>, before: &Script) {
        let (old, new) = (&file.old, &file.new);
        if let Some((was, is)) = mode_of(old).zip(mode_of(new)).filter(|(was, is)| was != is) {
            let mark = writers.others(&[]);
            let over = self.mode.take().map(|mark| mark.owners()).unwrap_or_default();
            let differs = mode_of(&file.base) != Some(is) && was != is;
            self.mode = differs.then(|| mark.over(&over));
        }
        let both_text = matches!((old, new), (Content::Text { .. }, Content::Text { .. }));
        let moved = file.from.is_some();
        if both_text && !moved {
            return;
        }
        let changes: &[Change] = match (old, new) {
            _ if moved => &[Change::Move],
            (_, Content::Absent) => &[Change::Delete, Change::Move],
            (Content::Absent, Content::Text { .. }) => {
                &[Change::Write, Change::Move, Change::Modify]
            }
            _ => &[Change::Write, Change::Modify, Change::Move],
        };
        let mark = writers.of_whole(changes);
        let mut over = self.whole.take().map(|mark| mark.owners()).unwrap_or_default();
        if matches!(new, Content::Absent | Content::Opaque { .. }) && !moved {
            // What others had written in it goes with it.
            before.items.iter().filter_map(|item| before.owners(*item)).for_each(|o| over.join(&o));
        }
        let settled = new == &file.base && !moved;
        self.whole = (!settled).then(|| mark.over(&over));
    }

    fn rebase_whole(&mut self, base: &Content, now: &Content, moved: bool, look: u64) {
        let alike = matches!(
            (base, now),
            (Content::Text { .. }, Content::Text { .. }) | (Content::Absent, Content::Absent)
        );
        if alike || base == now {
            self.whole = self.whole.take().filter(|_| moved);
        } else if self.whole.is_none() {
            self.whole = Some(Mark::unattributed(look));
        }
        let modes = mode_of(base).zip(mode_of(now)).is_some_and(|(a, b)| a != b);
        self.mode = modes.then(|| self.mode.take().unwrap_or_else(|| Mark::unattributed(look)));
    }
}

/// Takes the script from the text of the look before to the new one, step by step, each by whom it is proven to be.
fn write(script: &mut Script, file: &FileLook, writers: &Writers<'_>, base: &[&str]) {
    let (old, new) = (text_of(&file.old), text_of(&file.new));
    let Explained { first, last, rest } = explain(old, new, &writers.told);
    let mut text = old.to_owned();
    for (session, next) in first {
        step(script, &text, &next, &Mark::edit(session, writers.look));
        text = next;
    }
    // What an edit told may have been seen before it was told.
    let (late, _): (Vec<&Told<'_>>, Vec<_>) =
        writers.told.iter().partition(|told| is_made(old, told.edit));
    let left: Vec<&Told<'_>> = rest
        .iter()
        .filter_map(|at| writers.told.get(*at))
        .filter(|told| told.edit.change != Change::Delete && !late.iter().any(|l| l == told))
        .collect();
    let end = last.first().map_or(new, |(_, text)| text.as_str());
    others(script, &text, end, &writers.others(&left), writers.look);
    let mut ends = last.iter().skip(1).map(|(_, text)| text.as_str()).chain([new]);
    for (session, before) in &last {
        let after = ends.next().unwrap_or(new);
        step(script, before, after, &Mark::edit(*session, writers.look));
    }
    for told in late {
        claim_one(script, told, base, new, writers.look);
    }
}

fn step(script: &mut Script, old: &str, new: &str, mark: &Mark) {
    let old = lines(old);
    let changes = differences(&old, &lines(new));
    script.change_lines(&old, changes.into_iter().map(|c| (c, mark.clone())).collect());
}

/// What no edit explains. Where it only gives lines that an edit has just written another form, and no command ran,
/// it is that edit's: a formatter that runs on save.
fn others(script: &mut Script, old: &str, new: &str, mark: &Mark, look: u64) {
    let (old, new) = (lines(old), lines(new));
    let of = |script: &Script, change: &Replace| -> Option<Mark> {
        let marks = script.added(change.old.clone())?;
        let first = (*marks.first()?).clone();
        let is_fresh = first.look == look && first.proof == Proof::Edit && first.over.is_empty();
        let same = marks.iter().all(|mark| **mark == first);
        let formed =
            is_reformatted(&old[change.old.clone()].concat(), &new[change.new.clone()].concat());
        (is_fresh && same && formed && mark.by.is_unattributed()).then_some(first)
    };
    let changes: Vec<(Replace, Mark)> = differences(&old, &new)
        .into_iter()
        .map(|change| {
            let by = of(script, &change).unwrap_or_else(|| mark.clone());
            (change, by)
        })
        .collect();
    script.change_lines(&old, changes);
}

/// Gives lines that were seen before an edit told of them to its session.
fn claim(script: &mut Script, writers: &Writers<'_>, base: &[&str], text: &str) {
    for told in &writers.told {
        claim_one(script, told, base, text, writers.look);
    }
}

fn claim_one(script: &mut Script, told: &Told<'_>, base: &[&str], text: &str, look: u64) {
    let found = found_in(text, told.edit);
    if found.is_empty() {
        return;
    }
    let is_open = |mark: &Mark| mark.proof != Proof::Edit;
    for block in script.blocks() {
        let (mut line, mut of_base) = (block.text, block.base);
        for at in block.from..block.to {
            let item = script.items[at];
            let wrote = if item.in_text() {
                found.iter().any(|(range, _)| range.contains(&line))
            } else {
                let gone = base.get(of_base).map(|l| l.trim_end_matches(['\n', '\r']));
                found.iter().any(|(range, removed)| {
                    let beside = range.start <= line && line <= range.end;
                    beside && gone.is_some_and(|gone| removed.contains(&gone))
                })
            };
            line += usize::from(item.in_text());
            of_base += usize::from(item.in_base());
            let Some(mark) = item.mark().and_then(|mark| script.marks.get(mark)) else { continue };
            if !wrote || !is_open(mark) {
                continue;
            }
            let mark = Mark { over: mark.over.clone(), look, ..Mark::edit(told.session, look) };
            let number = script.number(mark);
            script.items[at] = match item {
                super::script::Item::Removed(_) => super::script::Item::Removed(number),
                _ => super::script::Item::Added(number),
            };
        }
    }
}
