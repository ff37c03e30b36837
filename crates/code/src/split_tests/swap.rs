//! The code of one version of a file with the tests of another.

use std::collections::BTreeMap;

use super::items::{Parsed, TestItem};

/// The text of `code` with the tests of `tests` in the place of its own: where one of the same name stood, or else at the
/// end of what it stood in.
pub(super) fn with_tests(code: &Parsed<'_>, tests: Option<&Parsed<'_>>) -> String {
    let others = tests.map_or(&[][..], |tests| tests.items.as_slice());
    let other_text = tests.map_or("", |tests| tests.text);
    let mut taken = vec![false; others.len()];
    // What is cut out, and what comes in its place.
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    for item in &code.items {
        let at =
            others.iter().zip(&taken).position(|(other, taken)| !taken && is_same(item, other));
        match at {
            Some(at) => {
                taken[at] = true;
                edits.push((
                    item.start,
                    item.end,
                    other_text[others[at].start..others[at].end].to_owned(),
                ));
            }
            None => edits.push((before_blank(code.text, item.start), item.end, String::new())),
        }
    }
    let mut ends: BTreeMap<usize, String> = BTreeMap::new();
    for (other, _) in others.iter().zip(&taken).filter(|(_, taken)| !**taken) {
        // What it stood in may be gone: it cannot stand anywhere else.
        let Some(holder) = code.holders.iter().find(|holder| holder.within == other.within) else {
            continue;
        };
        let text = &other_text[other.start..other.end];
        let end = ends.entry(holder.end).or_default();
        end.push('\n');
        end.push_str(text);
        if !text.ends_with('\n') {
            end.push('\n');
        }
    }
    edits.extend(ends.into_iter().map(|(at, text)| (at, at, text)));
    apply(code.text, edits)
}

fn is_same(one: &TestItem, other: &TestItem) -> bool {
    one.key == other.key && one.within == other.within
}

/// Blank lines before an item go with it.
fn before_blank(text: &str, start: usize) -> usize {
    let before = &text[..start];
    let kept = before.trim_end();
    match before[kept.len()..].find('\n') {
        Some(at) if !kept.is_empty() => kept.len() + at + 1,
        Some(_) => 0,
        None => start,
    }
}

fn apply(text: &str, mut edits: Vec<(usize, usize, String)>) -> String {
    edits.sort_by_key(|(start, end, _)| (*start, *end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, put) in edits {
        let start = start.max(at);
        out.push_str(&text[at..start]);
        if !put.is_empty() && !out.is_empty() && !out.ends_with('\n') && put.starts_with('\n') {
            out.push('\n');
        }
        out.push_str(&put);
        at = end.max(start);
    }
    out.push_str(&text[at..]);
    out
}
