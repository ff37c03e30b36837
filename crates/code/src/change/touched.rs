//! The words on lines that change: what two changes of one file may both be about, and what one writes in place of
//! another.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lines::{Hunk, is_new};
use super::{FileChange, Replaced, Touched};
use crate::language::is_reserved;
use crate::limits;

/// Words below this length are counters and the like.
const LEAST_WORD: usize = 3;

/// The words on lines that go and on lines that come, sorted. None where a side lacks.
pub(super) fn touched(change: &FileChange<'_>, hunks: &[Hunk]) -> Vec<Touched> {
    let (Some(old), Some(new)) = (change.old, change.new) else { return Vec::new() };
    let on_old = |line: u32| hunks.iter().any(|hunk| hunk.old.contains(&line));
    let mut found: BTreeMap<&str, Touched> = BTreeMap::new();
    // Where a word comes tells more than where it went.
    collect(new.text, |line| is_new(hunks, line), &mut found, |touched| touched.come += 1);
    collect(old.text, on_old, &mut found, |touched| touched.gone += 1);
    found.into_values().collect()
}

fn collect<'a>(
    text: &'a str,
    wanted: impl Fn(u32) -> bool,
    found: &mut BTreeMap<&'a str, Touched>,
    count: impl Fn(&mut Touched),
) {
    for (line, number) in text.lines().zip(1u32..) {
        if found.len() >= limits::TOUCHED_WORDS {
            return;
        }
        if wanted(number) && !is_comment(line) {
            for word in words(line).into_iter().filter(|word| word.len() >= LEAST_WORD) {
                let new = || Touched { word: word.into(), line: number, gone: 0, come: 0 };
                count(found.entry(word).or_insert_with(new));
            }
        }
    }
}

/// Words in whose place others stand, line for line, where nothing else of the line differs.
pub(super) fn replaced(change: &FileChange<'_>, hunks: &[Hunk]) -> Vec<Replaced> {
    let (Some(old), Some(new)) = (change.old, change.new) else { return Vec::new() };
    let same_length = |hunk: &&Hunk| hunk.old.len() == hunk.new.len() && !hunk.old.is_empty();
    let hunks: Vec<&Hunk> = hunks.iter().filter(same_length).collect();
    if hunks.is_empty() {
        return Vec::new();
    }
    let (before, after): (Vec<&str>, Vec<&str>) =
        (old.text.lines().collect(), new.text.lines().collect());
    let mut found: BTreeMap<(&str, &str), (u32, u32)> = BTreeMap::new();
    for hunk in hunks {
        for (from, to) in hunk.old.clone().zip(hunk.new.clone()) {
            let (Some(was), Some(is)) = (line(&before, from), line(&after, to)) else { continue };
            if let Some(pair) = one_for_another(&words(was), &words(is)) {
                found.entry(pair).or_insert((to, 0)).1 += 1;
            }
        }
    }
    let told = found.into_iter().take(limits::TOUCHED_WORDS).map(|((from, to), (line, count))| {
        Replaced { from: from.into(), to: to.into(), line, count }
    });
    told.collect()
}

fn line<'a>(lines: &[&'a str], number: u32) -> Option<&'a str> {
    lines.get((number as usize).checked_sub(1)?).copied()
}

/// The one name, or the one type of the language, that stands for another between what two lines share.
fn one_for_another<'a>(was: &[&'a str], is: &[&'a str]) -> Option<(&'a str, &'a str)> {
    let start = was.iter().zip(is).take_while(|(one, two)| one == two).count();
    let (was, is) = (&was[start..], &is[start..]);
    let end = was.iter().rev().zip(is.iter().rev()).take_while(|(one, two)| one == two).count();
    let only = |words: &[&'a str]| -> Option<&'a str> {
        let words = &words[..words.len() - end];
        let names: Vec<&str> = words.iter().copied().filter(|word| !is_reserved(word)).collect();
        match (names.as_slice(), words) {
            ([name], _) if words.len() <= 2 => Some(name),
            ([], [reserved]) => Some(reserved),
            _ => None,
        }
    };
    let (from, to) = (only(was)?, only(is)?);
    (from != to && from.len() >= LEAST_WORD).then_some((from, to))
}

/// The words of a line; those that a language gives a meaning, one after another, are one: `unsigned long`.
fn words(line: &str) -> Vec<&str> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = 0;
    while let Some(start) = line[rest..].find(is_part).map(|at| rest + at) {
        let end = line[start..].find(|c| !is_part(c)).map_or(line.len(), |at| start + at);
        rest = end;
        if line[start..end].starts_with(|c: char| c.is_numeric()) {
            continue;
        }
        let joins = ranges.last().is_some_and(|last| {
            let between = &line[last.end..start];
            is_reserved(&line[last.clone()]) && is_reserved(&line[start..end]) && between == " "
        });
        match ranges.last_mut().filter(|_| joins) {
            Some(last) => last.end = end,
            None => ranges.push(start..end),
        }
    }
    ranges.into_iter().map(|range| &line[range]).collect()
}

/// Whether a line is only a comment, as most languages write them.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    let is_directive = ["#if", "#el", "#in", "#de", "#un"].iter().any(|d| line.starts_with(d));
    ["//", "#", "/*", "*", "--"].iter().any(|mark| line.starts_with(mark)) && !is_directive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_several_words_are_one() {
        assert_eq!(
            words("static int at(unsigned long time, char *z1)"),
            ["static int", "at", "unsigned long", "time", "char", "z1"]
        );
    }

    #[test]
    fn one_word_stands_for_another() {
        let pair = |was, is| {
            one_for_another(&words(was), &words(is)).map(|(a, b)| (a.to_owned(), b.to_owned()))
        };
        let told = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(
            pair("f(unsigned long time);", "f(timestamp_t time);"),
            told("unsigned long", "timestamp_t")
        );
        assert_eq!(pair("#ifndef WIN32", "#ifdef NO_PTHREADS"), told("WIN32", "NO_PTHREADS"));
        assert_eq!(pair("a.old(b)", "a.new_one(b)"), told("old", "new_one"));
        assert_eq!(pair("a.old(b)", "c.new_one(d)"), None);
    }
}
