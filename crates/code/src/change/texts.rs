//! Texts of string literals, that people read or that name a value: what a file says no more, and what its tests
//! newly expect.

use std::collections::BTreeMap;

use super::FileChange;
use super::lines::{Hunk, is_new};
use crate::limits;

/// By text: a line where it is, or was.
type Texts = Vec<(Box<str>, u32)>;

/// The texts that a file has no more, and those that are new in it.
pub(super) fn changes(change: &FileChange<'_>, hunks: &[Hunk]) -> (Texts, Texts) {
    let (old, new) = (change.old.map_or("", |old| old.text), change.new.map_or("", |new| new.text));
    let on_old = |line: u32| hunks.iter().any(|hunk| hunk.old.contains(&line));
    let gone = texts(old, on_old);
    let gone = gone.into_iter().filter(|(text, _)| !new.contains(text));
    let come = texts(new, |line| is_new(hunks, line));
    let come = come.into_iter().filter(|(text, _)| !old.contains(text));
    let owned = |(text, line): (&str, u32)| (text.into(), line);
    (gone.map(owned).collect(), come.map(owned).collect())
}

fn texts(text: &str, wanted: impl Fn(u32) -> bool) -> BTreeMap<&str, u32> {
    let mut found = BTreeMap::new();
    for (line, number) in text.lines().zip(1u32..) {
        if found.len() >= limits::TEXTS {
            break;
        }
        if line.contains(['"', '\'', '`']) && wanted(number) {
            for text in literals(line).filter(|text| is_prose(text) || is_value_name(text)) {
                found.entry(text).or_insert(number);
            }
        }
    }
    found
}

/// What stands between quotes of one kind on a line.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let start = rest.find(['"', '\'', '`'])?;
        let quote = char::from(rest.as_bytes()[start]);
        let inner = &rest[start + 1..];
        let end = inner.find(quote)?;
        rest = &inner[end + 1..];
        Some(&inner[..end])
    })
}

/// Whether a text is of words, long enough that nobody else says it by chance.
fn is_prose(text: &str) -> bool {
    let words =
        text.split(' ').filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1);
    (limits::TEXT_BYTES.0..=limits::TEXT_BYTES.1).contains(&text.len()) && words.count() > 1
}

/// Whether a text is nothing but the name of a value, as errors and constants are called: tests expect those, too.
fn is_value_name(text: &str) -> bool {
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let has_two_cases = text.bytes().any(|byte| byte.is_ascii_lowercase());
    is_word && has_two_cases && text.len() > 5 && text.starts_with(|c: char| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_value_may_be_expected() {
        let line =
            r#"{ wantErr: "NoSuchError", name: "Monday morning", id: "T1234567", kind: "error" }"#;
        let found: Vec<&str> = literals(line).filter(|text| is_value_name(text)).collect();
        assert_eq!(found, ["NoSuchError"]);
    }

    #[test]
    fn texts_stand_between_quotes() {
        let line = r#"fail("no such file", 'ab', "port", `it is "gone" now`)"#;
        let found: Vec<&str> = literals(line).filter(|text| is_prose(text)).collect();
        assert_eq!(found, ["no such file", "it is \"gone\" now"]);
    }
}
