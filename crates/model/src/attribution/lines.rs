//! Lines of texts, and what differs between two of them.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, TokenSource};
use xxhash_rust::xxh3::xxh3_64;

/// The lines of a text, each with its end.
#[must_use]
pub fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Lines that stand in place of others. Either range may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replace {
    /// Before, from 0.
    pub old: Range<usize>,
    /// After, from 0.
    pub new: Range<usize>,
}

/// Lines as a diff compares them.
struct Lines<'a, 'b>(&'b [&'a str]);

impl<'a, 'b> TokenSource for Lines<'a, 'b> {
    type Token = &'a str;
    type Tokenizer = std::iter::Copied<std::slice::Iter<'b, &'a str>>;

    fn tokenize(&self) -> Self::Tokenizer {
        self.0.iter().copied()
    }

    fn estimate_tokens(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

/// What differs between two texts, in order; where a change can slide, as git places it (Myers, 1986; git's indent
/// heuristic).
#[must_use]
pub fn differences(old: &[&str], new: &[&str]) -> Vec<Replace> {
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    if same == old.len() && same == new.len() {
        return Vec::new();
    }
    let input = InternedInput::new(Lines(old), Lines(new));
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let range = |r: Range<u32>| r.start as usize..r.end as usize;
    diff.hunks().map(|h| Replace { old: range(h.before), new: range(h.after) }).collect()
}

/// Lines that differ, on both sides together.
pub(super) fn distance(old: &[&str], new: &[&str]) -> usize {
    differences(old, new).iter().map(|r| r.old.len() + r.new.len()).sum()
}

/// The pairs of equal lines of two texts, in order.
pub(super) fn pairs(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut o, mut n) = (0, 0);
    let end = Replace { old: old.len()..old.len(), new: new.len()..new.len() };
    for replace in differences(old, new).into_iter().chain([end]) {
        pairs.extend((o..replace.old.start).zip(n..replace.new.start));
        (o, n) = (replace.old.end, replace.new.end);
    }
    pairs
}

/// A number for a text, the same on every machine.
pub(super) fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// Both sides' changes to `base`, line by line, though they stand side by side; what both made stands once. `disk`
/// tells the order of what both put in the same place. `None` where they change the same lines in other ways.
#[must_use]
pub fn merge(base: &str, ours: &str, theirs: &str, disk: &str) -> Option<String> {
    if ours == theirs || base == theirs {
        return Some(ours.to_owned());
    }
    if base == ours {
        return Some(theirs.to_owned());
    }
    let (base, ours, theirs, disk) = (lines(base), lines(ours), lines(theirs), lines(disk));
    let (left, right) = (differences(&base, &ours), differences(&base, &theirs));
    let mut merged: Vec<&str> = Vec::new();
    let (mut at, mut l, mut r) = (0, 0, 0);
    while l < left.len() || r < right.len() {
        let starts = [left.get(l), right.get(r)].into_iter().flatten().map(|c| c.old.start);
        let start = starts.min()?;
        merged.extend(&base[at..start]);
        let (l0, r0) = (l, r);
        let mut end = start;
        // All that touches: changes of one side that lie within or beside those of the other.
        loop {
            let before = (l, r);
            while left.get(l).is_some_and(|c| c.old.start <= end) {
                end = end.max(left[l].old.end);
                l += 1;
            }
            while right.get(r).is_some_and(|c| c.old.start <= end) {
                end = end.max(right[r].old.end);
                r += 1;
            }
            if (l, r) == before {
                break;
            }
        }
        let mine = region(&left[l0..l], &ours, &base, start..end);
        let other = region(&right[r0..r], &theirs, &base, start..end);
        let part = Part { base: &base[start..end], disk: &disk };
        merged.extend(part.join(&mine, &other, (&left[l0..l], &right[r0..r]), start)?);
        at = end;
    }
    merged.extend(&base[at..]);
    Some(merged.concat())
}

/// What one side has in place of these lines of the base.
fn region<'a>(
    changes: &[Replace],
    side: &[&'a str],
    base: &[&'a str],
    range: Range<usize>,
) -> Vec<&'a str> {
    let mut out = Vec::new();
    let mut at = range.start;
    for change in changes {
        out.extend(&base[at..change.old.start]);
        out.extend(&side[change.new.clone()]);
        at = change.old.end;
    }
    out.extend(&base[at..range.end]);
    out
}

struct Part<'a, 'b> {
    base: &'b [&'a str],
    disk: &'b [&'a str],
}

impl<'a> Part<'a, '_> {
    fn join(
        &self,
        mine: &[&'a str],
        other: &[&'a str],
        changes: (&[Replace], &[Replace]),
        start: usize,
    ) -> Option<Vec<&'a str>> {
        if mine == other || other == self.base {
            return Some(mine.to_vec());
        }
        if mine == self.base {
            return Some(other.to_vec());
        }
        if self.includes(mine, other) {
            return Some(mine.to_vec());
        }
        if self.includes(other, mine) {
            return Some(other.to_vec());
        }
        self.by_lines(mine, other).or_else(|| self.beside(mine, other, changes, start))
    }

    /// Each side's own lines, between those of the base that both keep; the disk, which has both, tells their order.
    fn by_lines(&self, mine: &[&'a str], other: &[&'a str]) -> Option<Vec<&'a str>> {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        let in_other: HashMap<usize, usize> = pairs(self.base, other).into_iter().collect();
        let of_mine = pairs(self.base, mine);
        let of_base = |list: &[(usize, usize)], line: usize| list.iter().any(|(_, l)| *l == line);
        let of_other: Vec<(usize, usize)> = in_other.iter().map(|(b, o)| (*b, *o)).collect();
        let mut out = Vec::new();
        let (mut m, mut o) = (0, 0);
        let kept = of_mine.iter().filter_map(|(b, m)| Some((*m, *in_other.get(b)?)));
        for (m_at, o_at) in kept.chain([(mine.len(), other.len())]) {
            left.extend((m..m_at).filter(|at| !of_base(&of_mine, *at)).map(|at| mine[at]));
            right.extend((o..o_at).filter(|at| !of_base(&of_other, *at)).map(|at| other[at]));
            out.extend(self.woven(&left, &right)?);
            out.extend(mine.get(m_at));
            (m, o) = (m_at + 1, o_at + 1);
            left.clear();
            right.clear();
        }
        Some(out)
    }

    /// Both lists as one, in which what they share stands once.
    fn woven(&self, left: &[&'a str], right: &[&'a str]) -> Option<Vec<&'a str>> {
        let mut out = Vec::new();
        let mut done = 0;
        for change in differences(left, right) {
            out.extend(&left[done..change.old.start]);
            let (own, others) = (&left[change.old.clone()], &right[change.new.clone()]);
            if own.is_empty() || others.is_empty() || self.on_disk(own, others) {
                out.extend(own.iter().chain(others));
            } else if self.on_disk(others, own) {
                out.extend(others.iter().chain(own));
            } else {
                return None;
            }
            done = change.old.end;
        }
        out.extend(&left[done..]);
        Some(out)
    }

    /// Whether the disk has these lines, and behind them those.
    fn on_disk(&self, first: &[&str], second: &[&str]) -> bool {
        let mut rest = self.disk.iter();
        first.iter().chain(second).all(|line| rest.any(|other| other == line))
    }

    /// Whether `large` holds all that `small` adds, and lacks all that it removes.
    fn includes(&self, large: &[&str], small: &[&str]) -> bool {
        let mut rest = large.iter();
        let all_there = differences(self.base, small)
            .iter()
            .flat_map(|change| &small[change.new.clone()])
            .all(|line| rest.any(|other| other == line));
        all_there && {
            let kept = |side: &[&str]| -> Vec<bool> {
                let mut kept = vec![false; self.base.len()];
                pairs(self.base, side).into_iter().for_each(|(b, _)| kept[b] = true);
                kept
            };
            kept(small).iter().zip(kept(large)).all(|(small, large)| *small || !large)
        }
    }

    /// Changes that stand side by side and share no line.
    fn beside(
        &self,
        mine: &[&'a str],
        other: &[&'a str],
        (left, right): (&[Replace], &[Replace]),
        start: usize,
    ) -> Option<Vec<&'a str>> {
        let crosses = |a: &Replace, b: &Replace| {
            let overlap = a.old.start < b.old.end && b.old.start < a.old.end;
            let within = |x: &Replace, y: &Replace| {
                x.old.is_empty() && y.old.start < x.old.start && x.old.start < y.old.end
            };
            overlap || within(a, b) || within(b, a)
        };
        let (left_new, right_new) = (changed(left, mine, start), changed(right, other, start));
        // What both put in one place would stand there twice.
        let meets = |(a, a_text): (&Replace, &Vec<&str>), (b, b_text): (&Replace, &Vec<&str>)| {
            let touch = a.old.start <= b.old.end && b.old.start <= a.old.end;
            crosses(a, b) || (touch && a_text.iter().any(|line| b_text.contains(line)))
        };
        let any = |a| right.iter().zip(&right_new).any(|b| meets(a, b));
        if left.iter().zip(&left_new).any(any) {
            return None;
        }
        let mut all: Vec<(&Replace, &Vec<&'a str>, bool)> = Vec::new();
        all.extend(left.iter().zip(&left_new).map(|(c, t)| (c, t, true)));
        all.extend(right.iter().zip(&right_new).map(|(c, t)| (c, t, false)));
        all.sort_by(|(a, a_text, a_left), (b, b_text, b_left)| {
            let place = (a.old.start, a.old.end).cmp(&(b.old.start, b.old.end));
            place.then_with(|| match (self.on_disk(a_text, b_text), self.on_disk(b_text, a_text)) {
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                _ => b_left.cmp(a_left),
            })
        });
        let mut out = Vec::new();
        let mut at = start;
        for (change, text, _) in all {
            out.extend(&self.base[at - start..change.old.start - start]);
            out.extend(text);
            at = change.old.end;
        }
        out.extend(&self.base[at - start..]);
        Some(out)
    }
}

/// The new lines of each change, cut out of a side's region.
fn changed<'a>(changes: &[Replace], region: &[&'a str], start: usize) -> Vec<Vec<&'a str>> {
    let mut out = Vec::new();
    let (mut at, mut place) = (start, 0);
    for change in changes {
        place += change.old.start - at;
        out.push(region[place..place + change.new.len()].to_vec());
        place += change.new.len();
        at = change.old.end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_side_by_side_are_both_kept() {
        let base = "1\n2\n3\n";
        let both = |ours: &str, theirs: &str, disk: &str| merge(base, ours, theirs, disk);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(both("1\nA\n3\n", "1\n2\nB\n", "1\nA\nB\n"), some("1\nA\nB\n"));
        assert_eq!(
            both("1\n2\n3\nA\n", "1\n2\n3\nB\n", "1\n2\n3\nB\nA\n"),
            some("1\n2\n3\nB\nA\n")
        );
        assert_eq!(
            both("1\n2\n3\nA\n", "1\n2\n3\nB\n", "1\n2\n3\nA\nB\n"),
            some("1\n2\n3\nA\nB\n")
        );
        // What was staged holds what is committed.
        assert_eq!(
            both("1\nA\nB\n2\n3\n", "1\nA\n2\n3\n", "1\nA\nB\n2\n3\n"),
            some("1\nA\nB\n2\n3\n")
        );
        assert_eq!(both("A\n2\nC\n", "1\nB\nC\n", "A\nB\nC\n"), some("A\nB\nC\n"));
        assert_eq!(both("1\nA\n3\n", "1\nA\n3\nB\n", ""), some("1\nA\n3\nB\n"));
        assert_eq!(both("1\nA\n3\n", "1\nB\n3\n", "1\nB\n3\n"), None);
        assert_eq!(both("1\n3\n", "1\nB\n3\n", "1\nB\n3\n"), some("1\nB\n3\n"));
    }
}
