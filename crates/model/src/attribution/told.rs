//! Edits as agents tell them, held against what a look saw.

use std::ops::Range;

use super::lines::{differences, distance, lines};
use crate::SessionId;
use crate::event::{Change, FileEdit, Hunk};
use crate::limits;

/// An edit of one file, and who told it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Told<'a> {
    pub session: SessionId,
    pub edit: &'a FileEdit,
    /// It is known to be made.
    pub ended: bool,
}

/// How the edits of a file explain what became of it.
#[derive(Debug, Default)]
pub(super) struct Explained {
    /// Texts that came first, one after another, each written by an edit.
    pub first: Vec<(SessionId, String)>,
    /// Texts that came last: from the first of these on, each is what the edit of its session was given.
    pub last: Vec<(SessionId, String)>,
    /// Edits that explain nothing of it.
    pub rest: Vec<usize>,
}

/// Which edits lead from `old` to `new`: in their order from the front, or back from the end. One that is not known to
/// be made counts only where the two are not farther for it.
pub(super) fn explain(old: &str, new: &str, edits: &[Told<'_>]) -> Explained {
    // What the text has already is not made once more.
    let is_new = |at: &usize| !is_made(old, edits[*at].edit);
    let mut chosen: Vec<usize> = (0..edits.len().min(limits::TOLD_EDITS)).filter(is_new).collect();
    let (mut texts, mut far) = chain(old, new, edits, &chosen);
    let mut at = chosen.len();
    while at > 0 {
        at -= 1;
        let fewer: Vec<usize> = chosen.iter().copied().filter(|e| *e != chosen[at]).collect();
        let (shorter, distance) = chain(old, new, edits, &fewer);
        let was_applied = texts.iter().any(|(edit, _)| *edit == chosen[at]);
        let is_open = !edits[chosen[at]].ended;
        if !was_applied || (is_open && distance < far && shorter.len() + 1 >= texts.len()) {
            (chosen, texts, far) = (fewer, shorter, distance);
        }
    }
    let front = texts.last().map_or(old, |(_, text)| text.as_str()).to_owned();
    let first: Vec<(SessionId, String)> =
        texts.into_iter().map(|(edit, text)| (edits[edit].session, text)).collect();
    let mut last: Vec<(SessionId, String)> = Vec::new();
    let mut rest = Vec::new();
    let mut end = new.to_owned();
    for at in (0..edits.len()).rev().filter(|at| !chosen.contains(at)) {
        let before = (at < limits::TOLD_EDITS).then(|| undo(&end, edits[at].edit)).flatten();
        match before {
            Some(text) if far_of(&front, &text) <= far_of(&front, &end) => {
                last.insert(0, (edits[at].session, text.clone()));
                end = text;
            }
            // It is still to be written.
            _ if !edits[at].ended && is_to_come(&end, edits[at].edit) => {}
            _ => rest.insert(0, at),
        }
    }
    Explained { first, last, rest }
}

fn far_of(one: &str, other: &str) -> usize {
    distance(&lines(one), &lines(other))
}

/// The texts after each edit that can be made, and how far the last is from `new`.
fn chain(
    old: &str,
    new: &str,
    edits: &[Told<'_>],
    chosen: &[usize],
) -> (Vec<(usize, String)>, usize) {
    let mut texts: Vec<(usize, String)> = Vec::new();
    for at in chosen {
        let text = texts.last().map_or(old, |(_, text)| text);
        if let Some(made) = make(text, new, edits[*at].edit) {
            texts.push((*at, made));
        }
    }
    let far = far_of(texts.last().map_or(old, |(_, text)| text), new);
    (texts, far)
}

/// The text that an edit makes of `text`. `new` tells how lines end.
fn make(text: &str, new: &str, edit: &FileEdit) -> Option<String> {
    if edit.hunks.is_empty() {
        return None;
    }
    if edit.change == Change::Write && edit.hunks.iter().all(is_all_new) {
        let told = edit.hunks.iter().flat_map(|hunk| sides(hunk).1);
        return Some(written(told, new));
    }
    replace_all(text, new, &edit.hunks, false)
}

/// Whether an edit can be made of the text as it is.
fn is_to_come(text: &str, edit: &FileEdit) -> bool {
    !edit.hunks.iter().any(is_all_new) && make(text, text, edit).is_some()
}

/// The text that an edit was given, if it ended in `text`.
fn undo(text: &str, edit: &FileEdit) -> Option<String> {
    let whole = edit.change == Change::Write && edit.hunks.iter().all(is_all_new);
    if whole || edit.hunks.is_empty() {
        return None;
    }
    replace_all(text, text, &edit.hunks, true)
}

fn is_all_new(hunk: &Hunk) -> bool {
    hunk.lines.iter().all(|line| line.starts_with('+'))
}

/// A hunk's lines before and after.
fn sides(hunk: &Hunk) -> (Vec<&str>, Vec<&str>) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for line in &hunk.lines {
        let Some((sign, rest)) = line.split_at_checked(1) else {
            // Some write an empty line of context without its space.
            old.push("");
            new.push("");
            continue;
        };
        match sign {
            " " => {
                old.push(rest);
                new.push(rest);
            }
            "-" => old.push(rest),
            "+" => new.push(rest),
            _ => {}
        }
    }
    (old, new)
}

/// These lines as a file; with the ends that `like` has, and its last line as that has it.
fn written<'a>(told: impl Iterator<Item = &'a str>, like: &str) -> String {
    let end = if like.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text: String = told.flat_map(|line| [line.trim_end_matches('\r'), end]).collect();
    if !like.ends_with('\n') && text.strip_suffix(end).is_some_and(|t| ends_alike(t, like)) {
        text.truncate(text.len() - end.len());
    }
    text
}

fn ends_alike(text: &str, like: &str) -> bool {
    let last = |text: &str| text.rsplit('\n').next().unwrap_or_default().to_owned();
    last(text) == last(like)
}

/// Every hunk made, or none. `back` takes them back.
fn replace_all(text: &str, like: &str, hunks: &[Hunk], back: bool) -> Option<String> {
    let mut text = text.to_owned();
    // Line numbers hold for the text before or after all hunks: the last goes first.
    let from_end = back || hunks.iter().all(numbers);
    let order: Vec<&Hunk> =
        if from_end { hunks.iter().rev().collect() } else { hunks.iter().collect() };
    for hunk in order {
        text = replace(&text, like, hunk, back)?;
    }
    Some(text)
}

fn replace(text: &str, like: &str, hunk: &Hunk, back: bool) -> Option<String> {
    let (old, new) = sides(hunk);
    let (old, new) = if back { (new, old) } else { (old, new) };
    let start = if back { hunk.new_start } else { hunk.old_start };
    let all = lines(text);
    if let Some(range) = locate(&all, &old, start, numbers(hunk)) {
        let kept_end = all[range.clone()].last().is_none_or(|line| line.ends_with('\n'));
        let mut out: Vec<&str> = all[..range.start].to_vec();
        let middle = written(new.into_iter(), if like.contains("\r\n") { "\r\n" } else { "\n" });
        let middle = match (kept_end, range.end == all.len()) {
            (false, true) if !like.ends_with('\n') => {
                middle.trim_end_matches(['\n', '\r']).to_owned()
            }
            _ => middle,
        };
        out.push(&middle);
        out.extend(&all[range.end..]);
        let mut made: String = out.concat();
        if !like.ends_with('\n') && range.end == all.len() && ends_alike(made.trim_end(), like) {
            made.truncate(made.trim_end_matches(['\n', '\r']).len());
        }
        return Some(made);
    }
    // Parts of lines are told without numbers.
    (!numbers(hunk)).then(|| within(text, &old.join("\n"), &new.join("\n"))).flatten()
}

fn numbers(hunk: &Hunk) -> bool {
    hunk.old_start > 0 && hunk.new_start > 0
}

fn within(text: &str, old: &str, new: &str) -> Option<String> {
    let place = text.find(old).filter(|_| !old.is_empty())?;
    (text.rfind(old) == Some(place))
        .then(|| [&text[..place], new, &text[place + old.len()..]].concat())
}

/// Where these lines stand: at their number, or in the only place that has them.
fn locate(all: &[&str], wanted: &[&str], start: u32, numbered: bool) -> Option<Range<usize>> {
    let is_at = |at: usize| {
        all.get(at..at + wanted.len()).is_some_and(|lines| {
            lines.iter().zip(wanted).all(|(a, b)| bare(a) == b.trim_end_matches('\r'))
        })
    };
    let at = (start as usize).saturating_sub(1);
    if wanted.is_empty() {
        // Lines put in without context: behind the line of this number, as a unified diff counts.
        return (numbered || all.is_empty()).then(|| {
            let at = if all.is_empty() { 0 } else { (start as usize).min(all.len()) };
            at..at
        });
    }
    if start > 0 && is_at(at) {
        return Some(at..at + wanted.len());
    }
    let mut places = (0..=all.len().checked_sub(wanted.len())?).filter(|at| is_at(*at));
    let place = places.next()?;
    places.next().is_none().then(|| place..place + wanted.len())
}

fn bare(line: &str) -> &str {
    line.trim_end_matches(['\n', '\r'])
}

/// The lines of `text` that an edit put there: ranges from 0, of lines that it added, with the lines that it removed
/// before each. Empty where the edit is not to be found in it.
pub(super) fn found_in<'a>(text: &str, edit: &'a FileEdit) -> Vec<(Range<usize>, Vec<&'a str>)> {
    let all = lines(text);
    let mut found = Vec::new();
    if edit.change == Change::Write && edit.hunks.iter().all(is_all_new) {
        let told = edit.hunks.iter().flat_map(|hunk| sides(hunk).1);
        let is_it = !text.is_empty() && written(told, text) == text;
        return if is_it { vec![(0..all.len(), Vec::new())] } else { found };
    }
    for hunk in &edit.hunks {
        let (_, new) = sides(hunk);
        // A line alone may stand anywhere.
        if !numbers(hunk) && !hunk.lines.iter().any(|line| line.starts_with(' ')) {
            return Vec::new();
        }
        let Some(range) = locate(&all, &new, hunk.new_start, numbers(hunk)) else {
            return Vec::new();
        };
        if new.is_empty() {
            continue;
        }
        let mut at = range.start;
        let (mut removed, mut added): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        for line in hunk.lines.iter().map(String::as_str).chain([" "]) {
            match line.split_at_checked(1) {
                Some(("+", rest)) => added.push(rest),
                Some(("-", rest)) => removed.push(rest),
                Some(("\\", _)) => {}
                _ => {
                    // What is told to go and to come is as it was.
                    for change in differences(&removed, &added) {
                        let range = at + change.new.start..at + change.new.end;
                        found.push((range, removed[change.old].to_vec()));
                    }
                    at += added.len() + 1;
                    (removed, added) = (Vec::new(), Vec::new());
                }
            }
        }
    }
    found
}

/// Whether the text has already what an edit makes of it.
pub(super) fn is_made(text: &str, edit: &FileEdit) -> bool {
    let found = found_in(text, edit);
    // Where it only removes, what is left may have been there before.
    found.iter().any(|(added, _)| !added.is_empty())
        || (!found.is_empty() && make(text, text, edit).is_none())
}

/// Whether two texts have the same letters and digits: one is the other in another form.
pub(super) fn is_reformatted(old: &str, new: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (old, new) = (letters(old), letters(new));
    !old.is_empty() && old == new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(hunks: &[(u32, u32, &[&str])]) -> FileEdit {
        let hunks = hunks.iter().map(|(old_start, new_start, lines)| Hunk {
            old_start: *old_start,
            new_start: *new_start,
            lines: lines.iter().map(|l| (*l).to_owned()).collect(),
        });
        FileEdit { path: "a".into(), change: Change::Modify, from: None, hunks: hunks.collect() }
    }

    fn explains(old: &str, new: &str, edits: &[FileEdit]) -> (usize, usize, usize) {
        let told = |edit| Told { session: SessionId(1), edit, ended: false };
        let told: Vec<Told<'_>> = edits.iter().map(told).collect();
        let found = explain(old, new, &told);
        (found.first.len(), found.last.len(), found.rest.len())
    }

    #[test]
    fn edits_are_found_with_and_without_numbers_in_part_and_in_order() {
        let old = "one\ntwo\nthree\n";
        let numbered = edit(&[(1, 1, &[" one", "-two", "+2", " three"])]);
        assert_eq!(explains(old, "one\n2\nthree\n", std::slice::from_ref(&numbered)), (1, 0, 0));
        let part = edit(&[(0, 0, &["-wo", "+wofold"])]);
        assert_eq!(explains(old, "one\ntwofold\nthree\n", &[part]), (1, 0, 0));
        // The second builds on the first.
        let next = edit(&[(0, 0, &["-2", "+zwei"])]);
        let both = [numbered.clone(), next];
        assert_eq!(explains(old, "one\nzwei\nthree\n", &both), (2, 0, 0));
        // Told, but not written yet.
        assert_eq!(explains(old, "one\ntwo\nthree\nfour\n", &[numbered]), (0, 0, 0));
        // Something else came first.
        let late = edit(&[(0, 0, &["-new", "+newer"])]);
        assert_eq!(explains(old, "newer\none\ntwo\nthree\n", &[late]), (0, 1, 0));
    }

    #[test]
    fn ends_of_lines_are_those_of_the_file() {
        let change = edit(&[(2, 2, &["-two", "+2"])]);
        assert_eq!(make("one\r\ntwo\r\n", "one\r\n2\r\n", &change).unwrap(), "one\r\n2\r\n");
        assert_eq!(make("one\ntwo", "one\n2", &change).unwrap(), "one\n2");
        let whole = FileEdit { change: Change::Write, ..edit(&[(0, 0, &["+a", "+b"])]) };
        assert_eq!(make("", "a\nb", &whole).unwrap(), "a\nb");
        assert_eq!(make("", "a\nb\n", &whole).unwrap(), "a\nb\n");
    }

    #[test]
    fn an_edit_is_found_in_the_text_that_it_made() {
        let told = edit(&[(1, 1, &[" one", "-two", "+2", "+3", " three"])]);
        assert_eq!(found_in("one\n2\n3\nthree\n", &told), [(1..3, vec!["two"])]);
        assert!(found_in("one\n2\nthree\n", &told).is_empty());
    }
}
