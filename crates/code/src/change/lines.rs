//! The lines that differ.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

/// Lines that go and lines that come in their place, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hunk {
    pub(crate) old: Range<u32>,
    pub(crate) new: Range<u32>,
}

/// Where two texts differ, line by line.
pub(crate) fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let from_one = |range: Range<u32>| range.start + 1..range.end + 1;
    diff.hunks()
        .map(|hunk| Hunk { old: from_one(hunk.before), new: from_one(hunk.after) })
        .collect()
}

/// Whether a line from 1 is new.
pub(crate) fn is_new(hunks: &[Hunk], line: u32) -> bool {
    at(hunks, line).is_some()
}

/// The hunk in which a line is new.
pub(crate) fn at(hunks: &[Hunk], line: u32) -> Option<&Hunk> {
    let place = hunks.partition_point(|hunk| hunk.new.end <= line);
    hunks.get(place).filter(|hunk| hunk.new.contains(&line))
}

/// Whether anything between two lines changed, lines that went included.
pub(crate) fn touches(hunks: &[Hunk], first: u32, last: u32) -> bool {
    let place = hunks.partition_point(|hunk| hunk.new.end < first);
    hunks[place..]
        .iter()
        .take_while(|hunk| hunk.new.start <= last)
        .any(|hunk| hunk.new.end > first || (hunk.new.is_empty() && hunk.new.start > first))
}
