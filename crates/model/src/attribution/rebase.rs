//! A base that moved: what was committed is no difference any more, what was taken back is one again.

use std::collections::{BTreeMap, HashMap};

use super::lines::{differences, pairs};
use super::owners::{Mark, Owners};
use super::script::{Item, Script};
use crate::limits;

/// A step of the script, whole: what one committed or did not.
struct Unit {
    items: std::ops::Range<usize>,
    /// Lines of the old base, and of the text.
    base: std::ops::Range<usize>,
    text: std::ops::Range<usize>,
    kept: bool,
}

/// The script that leads from `new_base` to the same text. Lines that only now differ are `look`'s, by nobody.
pub(super) fn rebase(
    script: &Script,
    old_base: &[&str],
    new_base: &[&str],
    text: &[&str],
    look: u64,
) -> Script {
    if new_base == text {
        return Script::unchanged(text.len());
    }
    taken(script, old_base, new_base, text)
        .unwrap_or_else(|| realigned(script, old_base, new_base, text, look))
}

fn units(script: &Script) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let (mut base, mut text) = (0, 0);
    let mut last: Option<Option<Owners>> = None;
    for (at, item) in script.items.iter().enumerate() {
        let owners = script.owners(*item);
        let (next_base, next_text) =
            (base + usize::from(item.in_base()), text + usize::from(item.in_text()));
        match units.last_mut() {
            Some(unit) if last.as_ref() == Some(&owners) => {
                unit.items.end = at + 1;
                (unit.base.end, unit.text.end) = (next_base, next_text);
            }
            _ => units.push(Unit {
                items: at..at + 1,
                base: base..next_base,
                text: text..next_text,
                kept: owners.is_none(),
            }),
        }
        last = Some(owners);
        (base, text) = (next_base, next_text);
    }
    units
}

/// Where the new base is the old one with some of the script's own steps: which, by trying both for each.
fn taken(script: &Script, old_base: &[&str], new_base: &[&str], text: &[&str]) -> Option<Script> {
    let units = units(script);
    // For each unit, the places in the new base that the ones before can lead to, and from where by which choice.
    let mut places: Vec<BTreeMap<usize, (usize, bool)>> = vec![BTreeMap::from([(0, (0, false))])];
    let fits = |at: usize, lines: &[&str]| new_base.get(at..at + lines.len()) == Some(lines);
    for unit in &units {
        let mut next: BTreeMap<usize, (usize, bool)> = BTreeMap::new();
        for place in places.last()?.keys() {
            let (old, new) = (&old_base[unit.base.clone()], &text[unit.text.clone()]);
            if !unit.kept && fits(*place, new) {
                next.entry(place + new.len()).or_insert((*place, true));
            }
            if fits(*place, old) {
                next.entry(place + old.len()).or_insert((*place, false));
            }
        }
        if next.is_empty() || next.len() > limits::BASE_WAYS {
            return None;
        }
        places.push(next);
    }
    let mut place = new_base.len();
    let mut choices = vec![false; units.len()];
    for at in (0..units.len()).rev() {
        let (before, choice) = *places[at + 1].get(&place)?;
        choices[at] = choice;
        place = before;
    }
    let either = ambiguous(script, &units, &choices, old_base, text);
    let mut moved = Script { items: Vec::new(), marks: script.marks.clone() };
    for (at, unit) in units.iter().enumerate() {
        if choices[at] {
            moved.items.extend(std::iter::repeat_n(Item::Keep, unit.text.len()));
            continue;
        }
        for item in &script.items[unit.items.clone()] {
            let joined = item.mark().filter(|_| either[at].is_some()).map(|mark| {
                let other = either[at].clone().unwrap_or_default();
                moved.number(script.marks[mark].over(&other))
            });
            moved.items.push(match (item, joined) {
                (Item::Removed(_), Some(mark)) => Item::Removed(mark),
                (Item::Added(_), Some(mark)) => Item::Added(mark),
                (item, _) => *item,
            });
        }
    }
    Some(moved)
}

/// For each step that was not committed: whose it may be as well, as another that was has the same lines beside it.
fn ambiguous(
    script: &Script,
    units: &[Unit],
    taken: &[bool],
    old_base: &[&str],
    text: &[&str],
) -> Vec<Option<Owners>> {
    let same = |a: &Unit, b: &Unit| {
        old_base[a.base.clone()] == old_base[b.base.clone()]
            && text[a.text.clone()] == text[b.text.clone()]
    };
    let mut either: Vec<Option<Owners>> = vec![None; units.len()];
    for at in 0..units.len() {
        if units[at].kept || taken[at] {
            continue;
        }
        let beside = |range: &mut dyn Iterator<Item = usize>| {
            range
                .take_while(|other| !units[*other].kept)
                .find(|other| taken[*other] && same(&units[at], &units[*other]))
                .and_then(|other| script.owners(script.items[units[other].items.start]))
        };
        either[at] = beside(&mut (0..at).rev()).or_else(|| beside(&mut (at + 1..units.len())));
    }
    either
}

/// Any other base: lines keep who wrote them.
fn realigned(
    script: &Script,
    old_base: &[&str],
    new_base: &[&str],
    text: &[&str],
    look: u64,
) -> Script {
    let mut old_to_new: Vec<Option<usize>> = vec![None; old_base.len()];
    pairs(old_base, new_base).into_iter().for_each(|(old, new)| old_to_new[old] = Some(new));
    let mut removers: Vec<Option<usize>> = vec![None; new_base.len()];
    let mut adders: Vec<Option<usize>> = vec![None; text.len()];
    let mut anchors: Vec<(usize, usize)> = Vec::new();
    let (mut base, mut line) = (0, 0);
    for item in &script.items {
        let new = item.in_base().then(|| old_to_new[base]).flatten();
        match (item, new) {
            (Item::Keep, Some(new)) => anchors.push((new, line)),
            (Item::Removed(mark), Some(new)) => removers[new] = Some(*mark),
            (Item::Added(mark), _) => adders[line] = Some(*mark),
            _ => {}
        }
        base += usize::from(item.in_base());
        line += usize::from(item.in_text());
    }
    let mut moved = Script { items: Vec::new(), marks: script.marks.clone() };
    let nobody = moved.number(Mark::unattributed(look));
    let (mut b, mut t) = (0, 0);
    for (base_at, text_at) in anchors.into_iter().chain([(new_base.len(), text.len())]) {
        let gap = Gap { base: b..base_at, text: t..text_at };
        gap.fill(&mut moved, (new_base, text), (&removers, &adders), nobody);
        if base_at < new_base.len() || text_at < text.len() {
            moved.items.push(Item::Keep);
        }
        (b, t) = (base_at + 1, text_at + 1);
    }
    moved.settle(new_base, text);
    moved
}

/// What stands between two lines that are the same for certain.
struct Gap {
    base: std::ops::Range<usize>,
    text: std::ops::Range<usize>,
}

impl Gap {
    fn fill(
        &self,
        script: &mut Script,
        (base, text): (&[&str], &[&str]),
        (removers, adders): (&[Option<usize>], &[Option<usize>]),
        nobody: usize,
    ) {
        let (old, new) = (&base[self.base.clone()], &text[self.text.clone()]);
        let mut adders: Vec<usize> =
            adders[self.text.clone()].iter().map(|mark| mark.unwrap_or(nobody)).collect();
        let found = differences(old, new);
        // Equal lines of several: which of them the base took cannot be told.
        let mut equal: HashMap<&str, Owners> =
            old.iter().map(|l| (*l, Owners::default())).collect();
        for (line, mark) in new.iter().zip(&adders) {
            if let Some(all) = equal.get_mut(line) {
                all.join(&script.marks[*mark].owners());
            }
        }
        for (line, mark) in new.iter().zip(&mut adders) {
            if let Some(all) = equal.get(line) {
                let joined = script.marks[*mark].over(all);
                *mark = script.number(joined);
            }
        }
        let (mut o, mut n) = (0, 0);
        for change in found {
            script.items.extend(std::iter::repeat_n(Item::Keep, change.old.start - o));
            for at in change.old.clone() {
                let mark = removers[self.base.start + at].unwrap_or(nobody);
                script.items.push(Item::Removed(mark));
            }
            for at in change.new.clone() {
                script.items.push(Item::Added(adders[at]));
            }
            (o, n) = (change.old.end, change.new.end);
        }
        debug_assert_eq!(old.len() - o, new.len() - n);
        script.items.extend(std::iter::repeat_n(Item::Keep, old.len() - o));
    }
}
