//! Lines that only moved: taken away in one place, and there again in another.

use std::collections::HashMap;

use crate::changeset::Place;
use crate::limits;

/// Neighbouring lines that are taken away, or are new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run<'a> {
    /// Where the first of them is, before or now.
    pub at: Place,
    /// The lines.
    pub lines: Vec<&'a str>,
}

/// Lines that moved, each by the number of its run and its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Where the first of them was.
    pub from: (usize, usize),
    /// Where it is.
    pub to: (usize, usize),
    /// How many.
    pub lines: usize,
}

/// The lines that are gone in one place and new in another.
///
/// Lines are the same if they are but for white space, so that a block that was indented counts. Fewer than
/// [`MOVED_LINES`](limits::MOVED_LINES), or with fewer letters than [`MOVED_LETTERS`](limits::MOVED_LETTERS), are no move:
/// braces are everywhere.
#[must_use]
pub fn moved(gone: &[Run<'_>], new: &[Run<'_>]) -> Vec<Move> {
    let mut begins: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
    for (number, run) in gone.iter().enumerate() {
        for (line, text) in run.lines.iter().enumerate().filter(|(_, text)| is_telling(text)) {
            begins.entry(bare(text)).or_default().push((number, line));
        }
    }
    let mut found = Vec::new();
    let mut taken: Vec<Vec<bool>> = gone.iter().map(|run| vec![false; run.lines.len()]).collect();
    for (number, run) in new.iter().enumerate() {
        let mut line = 0;
        while line < run.lines.len() {
            let starts = begins.get(&bare(run.lines[line])).map(Vec::as_slice).unwrap_or_default();
            let lengths = starts.iter().take(limits::MOVED_FROM).map(|(from, at)| {
                let is_free = |offset: &usize| !taken[*from][at + offset];
                let left = gone[*from].lines[*at..].iter().zip(&run.lines[line..]);
                let same = left.take_while(|(old, now)| bare(old) == bare(now)).count();
                ((*from, *at), (0..same).take_while(is_free).count())
            });
            let best = lengths.max_by_key(|(_, length)| *length);
            match best.filter(|(_, length)| is_block(&run.lines[line..line + length])) {
                Some(((from, at), length)) => {
                    taken[from][at..at + length].fill(true);
                    found.push(Move { from: (from, at), to: (number, line), lines: length });
                    line += length;
                }
                None => line += 1,
            }
        }
    }
    found
}

fn bare(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn letters(line: &str) -> usize {
    line.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Begins a block that can be told from others.
fn is_telling(line: &str) -> bool {
    letters(line) > 0
}

fn is_block(lines: &[&str]) -> bool {
    lines.len() >= limits::MOVED_LINES
        && lines.iter().map(|line| letters(line)).sum::<usize>() >= limits::MOVED_LETTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<'a>(path: &str, line: u32, lines: &[&'a str]) -> Run<'a> {
        Run { at: Place { path: path.into(), line }, lines: lines.to_vec() }
    }

    #[test]
    fn a_block_that_moved_and_was_indented_is_found_and_braces_are_not() {
        let gone = [
            run("a", 1, &["fn watch(path: &Path) {", "    notify(path);", "}"]),
            run("a", 9, &["}", "}"]),
        ];
        let new = [
            run("b", 4, &["}", "}"]),
            run(
                "b",
                20,
                &["mod inner {", "  fn watch(path: &Path) {", "      notify(path);", "  }", "}"],
            ),
        ];
        assert_eq!(moved(&gone, &new), [Move { from: (0, 0), to: (1, 1), lines: 3 }]);
    }

    #[test]
    fn what_is_there_twice_moved_once() {
        let block = ["let first = compute_the_first();", "let second = compute_the_second();"];
        let found = moved(&[run("a", 1, &block)], &[run("b", 1, &block), run("c", 1, &block)]);
        assert_eq!(found, [Move { from: (0, 0), to: (0, 0), lines: 2 }]);
    }
}
