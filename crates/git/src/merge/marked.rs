//! The parts of a file that git marked because it cannot merge them (git-merge(1), "How conflicts are presented").

use std::ops::Range;

use callboard_model::conflict::ConflictHunk;
use imara_diff::sources::byte_lines;
use imara_diff::{Algorithm, Diff, InternedInput};

use crate::limits;

/// The sides of a merge, by the names that stand at the marks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) left: &'a str,
    pub(super) right: &'a str,
    /// The whole file as each side has it, if it has it.
    pub(super) left_file: Option<&'a [u8]>,
    pub(super) right_file: Option<&'a [u8]>,
}

/// The parts of `merged` that are marked, with their places in both files.
pub(super) fn hunks(merged: &[u8], sides: Sides<'_>) -> Vec<ConflictHunk> {
    let lines: Vec<&[u8]> = merged.split_inclusive(|byte| *byte == b'\n').collect();
    let blocks = blocks(&lines, sides);
    let left_at = Places::of(sides.left_file, &lines, &blocks, |block| block.left.clone());
    let right_at = Places::of(sides.right_file, &lines, &blocks, |block| block.right.clone());
    let shown = |range: &Range<usize>| -> Vec<String> {
        lines[range.clone()].iter().take(limits::CONFLICT_LINES).map(|line| text(line)).collect()
    };
    let hunk = |(number, block): (usize, &Block)| ConflictHunk {
        left_line: left_at.line(number),
        right_line: right_at.line(number),
        left: shown(&block.left),
        base: block.base.as_ref().map(shown).unwrap_or_default(),
        right: shown(&block.right),
    };
    blocks.iter().enumerate().take(limits::CONFLICT_HUNKS).map(hunk).collect()
}

/// A marked part, as lines of the merged file.
#[derive(Debug)]
struct Block {
    whole: Range<usize>,
    left: Range<usize>,
    base: Option<Range<usize>>,
    right: Range<usize>,
}

/// The marks name the sides, so that a text about conflicts is not taken for one.
fn blocks(lines: &[&[u8]], sides: Sides<'_>) -> Vec<Block> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(size) = mark_of(lines[at], b'<', sides.left) else {
            at += 1;
            continue;
        };
        let is_end = |line: &&[u8]| mark_of(line, b'>', sides.right) == Some(size);
        let Some(length) = lines[at..].iter().position(is_end) else { break };
        found.extend(block(lines, at..at + length + 1, size, sides.right_file));
        at += length + 1;
    }
    found
}

fn block(lines: &[&[u8]], whole: Range<usize>, size: usize, right: Option<&[u8]>) -> Option<Block> {
    let inner = whole.start + 1..whole.end - 1;
    let base = inner.clone().find(|at| is_mark(lines[*at], b'|', size));
    let is_middle = |at: &usize| is_mark(lines[*at], b'=', size);
    let middles = || (base.unwrap_or(inner.start)..inner.end).filter(is_middle);
    // An underlined heading looks like the mark in the middle: what stands behind the mark is in the right file.
    let right = right.unwrap_or_default();
    let is_in_right = |at: &usize| {
        let behind = lines[at + 1..inner.end].concat();
        behind.is_empty() || memchr::memmem::find(right, behind.trim_ascii_end()).is_some()
    };
    let middle = middles().find(is_in_right).or_else(|| middles().next())?;
    Some(Block {
        left: inner.start..base.unwrap_or(middle),
        base: base.map(|base| base + 1..middle),
        right: middle + 1..inner.end,
        whole,
    })
}

/// The size of the mark that this line is, if it names `label`.
fn mark_of(line: &[u8], sign: u8, label: &str) -> Option<usize> {
    let size = line.iter().take_while(|byte| **byte == sign).count();
    let rest = line[size..].strip_prefix(b" ")?;
    (size > 0 && rest.starts_with(label.as_bytes())).then_some(size)
}

/// Whether the line is so many signs, and a label at most.
fn is_mark(line: &[u8], sign: u8, size: usize) -> bool {
    let signs = line.iter().take_while(|byte| **byte == sign).count();
    let rest = line[signs..].trim_ascii_end();
    signs == size && (rest.is_empty() || (sign == b'|' && rest.starts_with(b" ")))
}

/// Where the marked parts begin in the file of one side.
struct Places(Vec<u32>);

impl Places {
    fn of(
        file: Option<&[u8]>,
        lines: &[&[u8]],
        blocks: &[Block],
        side: impl Fn(&Block) -> Range<usize>,
    ) -> Self {
        // The merged file with this side's lines for each marked part: it differs from the side's own file by what
        // the other side changed elsewhere.
        let (mut settled, mut starts, mut from) = (Vec::new(), Vec::new(), 0);
        for block in blocks {
            settled.extend_from_slice(&lines[from..block.whole.start]);
            starts.push(settled.len());
            settled.extend_from_slice(&lines[side(block)]);
            from = block.whole.end;
        }
        settled.extend_from_slice(&lines[from.min(lines.len())..]);
        let line = |at: usize| u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        let Some(file) = file else { return Self(starts.into_iter().map(line).collect()) };
        let settled = settled.concat();
        let input = InternedInput::new(byte_lines(file), byte_lines(&settled));
        let diff = Diff::compute(Algorithm::Histogram, &input);
        Self(starts.into_iter().map(|start| line(before(&diff, start))).collect())
    }

    fn line(&self, block: usize) -> u32 {
        self.0.get(block).copied().unwrap_or(1)
    }
}

/// The line of the text before that line `after` of the text after comes from, or stands at.
fn before(diff: &Diff, after: usize) -> usize {
    let (mut old_end, mut new_end) = (0, 0);
    for hunk in diff.hunks() {
        let (old, new) = (hunk.before, hunk.after);
        if after < new.start as usize {
            break;
        }
        if after < new.end as usize {
            return (old.start as usize + after - new.start as usize).min(old.end as usize);
        }
        (old_end, new_end) = (old.end as usize, new.end as usize);
    }
    old_end + after - new_end
}

fn text(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_parts_are_told_with_their_places() {
        let left = "0\n1\nleft\n3\n4\nTitle\n=======\n6\n";
        let right = "1\nright\nr2\n3\n4\nNew\n=======\nTitle\n=======\n6\nend\n";
        let merged = "0\n1\n<<<<<<< LL\nleft\n||||||| base\n2\n=======\nright\nr2\n>>>>>>> RR\n3\n4\n\
            <<<<<<< LL:old\nTitle\n||||||| base\nOld\n=======\n=======\nNew\n=======\nTitle\n>>>>>>> RR:new\n=======\n6\nend\n";
        let sides = Sides {
            left: "LL",
            right: "RR",
            left_file: Some(left.as_bytes()),
            right_file: Some(right.as_bytes()),
        };
        let found = hunks(merged.as_bytes(), sides);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].left_line, found[0].right_line), (3, 2));
        assert_eq!(found[0].left, ["left"]);
        assert_eq!(found[0].base, ["2"]);
        assert_eq!(found[0].right, ["right", "r2"]);
        assert_eq!((found[1].left_line, found[1].right_line), (6, 6));
        assert_eq!(found[1].base, ["Old", "======="]);
        assert_eq!(found[1].right, ["New", "=======", "Title"]);
    }

    #[test]
    fn a_text_about_conflicts_and_a_broken_mark_are_none() {
        let sides = Sides { left: "LL", right: "RR", left_file: None, right_file: None };
        assert!(hunks(b"<<<<<<< HEAD\na\n=======\nb\n>>>>>>> RR\n", sides).is_empty());
        assert!(hunks(b"<<<<<<< LL\na\n=======\nb\n", sides).is_empty());
        let wide = hunks(b"x\r\n<<<<<<<<< LL\r\na\r\n=========\r\n>>>>>>>>> RR\r\n", sides);
        assert_eq!((wide[0].left_line, wide[0].left.as_slice()), (2, &["a".to_owned()][..]));
        assert!(wide[0].right.is_empty());
    }
}
