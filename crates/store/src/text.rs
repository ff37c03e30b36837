//! What of a text can be found: prepared away from the writer, so that it only inserts.
//!
//! The full-text index folds case and splits at everything that is neither letter nor digit, which
//! finds `on_change`, `src/watch` and `watcher.rs` whole (as phrases) and by part. What it does not
//! split is split here, into a column of its own so that phrases of the text stay phrases:
//! `onChange` adds `on Change`, `HTTPServer2` adds `HTTP Server 2`, and Chinese and Japanese add the
//! pairs of their characters.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

use crate::{cjk, limits};

/// The words of a text, ready to be indexed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexText {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) parts: String,
}

impl IndexText {
    /// All words of a text; those of `title` weigh more.
    #[must_use]
    pub fn of(title: &str, body: &str) -> Self {
        Self::capped(title, body, limits::TEXT_INDEX_BYTES)
    }

    /// The words of a title, and those at the beginning of what a tool gave back.
    #[must_use]
    pub fn of_output(title: &str, output: &str) -> Self {
        Self::capped(title, output, limits::OUTPUT_INDEX_BYTES)
    }

    /// The words at the beginning of a file that was read: the file itself has the rest.
    #[must_use]
    pub fn of_file(content: &str) -> Self {
        Self::capped("", content, limits::FILE_INDEX_BYTES)
    }

    fn capped(title: &str, body: &str, limit: usize) -> Self {
        let mut parts = Parts::default();
        let (title, body) = (cut(title, limit), cut(body, limit));
        cjk::runs(title).chain(cjk::runs(body)).for_each(|run| parts.add_run(run));
        let (title, body) = (clean(title, &mut parts), clean(body, &mut parts));
        Self { title, body, parts: parts.text }
    }

    /// There is nothing to find.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.title.is_empty() && self.body.is_empty()
    }
}

fn cut(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or(text)
}

/// What a byte is in a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Neither part of a word nor of encoded data.
    Other,
    /// Parts words; encoded data has it, too.
    Joiner,
    Lower,
    Upper,
    Digit,
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' => Class::Lower,
            b'A'..=b'Z' => Class::Upper,
            b'0'..=b'9' => Class::Digit,
            b'+' | b'/' | b'=' | b'_' | b'-' => Class::Joiner,
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

/// The text without runs of encoded data; the pieces of its identifiers go to `parts`.
fn clean(text: &str, parts: &mut Parts) -> String {
    let bytes = text.as_bytes();
    let mut kept = String::with_capacity(text.len());
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        if class(bytes[at]) == Class::Other {
            at += 1;
            continue;
        }
        let begin = at;
        let mut longest = 0;
        while at < bytes.len() && class(bytes[at]) != Class::Other {
            let word = at;
            at = word_end(bytes, at);
            longest = longest.max(at - word);
            at += usize::from(at == word);
        }
        if longest > limits::WORD_BYTES || at - begin > limits::ENCODED_BYTES {
            kept.push_str(&text[copied..begin]);
            kept.push(' ');
            copied = at;
        } else {
            add_words(text, begin, at, parts);
        }
    }
    kept.push_str(&text[copied..]);
    kept
}

fn word_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes[from..].iter();
    from + rest.take_while(|b| !matches!(class(**b), Class::Other | Class::Joiner)).count()
}

/// Adds the words of a run that are made of pieces: where lower case, upper case or digits meet,
/// other than behind a capital.
fn add_words(text: &str, begin: usize, end: usize, parts: &mut Parts) {
    let bytes = text.as_bytes();
    let mut at = begin;
    while at < end {
        let word = at;
        let first = class(bytes[at]);
        let mut before = first;
        let mut has_pieces = false;
        while at < end && class(bytes[at]) != Class::Joiner {
            let here = class(bytes[at]);
            let capital = at == word + 1 && before == Class::Upper && here == Class::Lower;
            has_pieces |= here != before && !capital;
            before = here;
            at += 1;
        }
        if has_pieces {
            parts.add(&text[word..at]);
        }
        at += 1;
    }
}

/// The pieces of a text's identifiers, each identifier once.
#[derive(Default)]
struct Parts {
    text: String,
    seen: HashSet<u64>,
}

impl Parts {
    fn add_run(&mut self, run: &str) {
        if self.seen.len() < limits::SPLIT_WORDS && self.seen.insert(xxh3_64(run.as_bytes())) {
            self.text.push_str(&cjk::pairs(run));
            self.text.push('\n');
        }
    }

    fn add(&mut self, word: &str) {
        if word.len() < 3 || self.seen.len() >= limits::SPLIT_WORDS {
            return;
        }
        let mut pieces = pieces(word);
        let Some(first) = pieces.next().filter(|first| first.len() < word.len()) else { return };
        if !self.seen.insert(xxh3_64(word.as_bytes())) {
            return;
        }
        self.text.push_str(first);
        for piece in pieces {
            self.text.push(' ');
            self.text.push_str(piece);
        }
        self.text.push('\n');
    }
}

/// The pieces of an identifier of ASCII letters and digits; the word itself if it has no others,
/// or if it looks like a hash.
pub(crate) fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let bytes = word.as_bytes();
    let is_hash = bytes.len() >= 7
        && bytes.iter().all(u8::is_ascii_hexdigit)
        && bytes.iter().any(u8::is_ascii_digit);
    let mut rest = word;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = if is_hash { rest.len() } else { piece_end(rest.as_bytes()) };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

fn piece_end(word: &[u8]) -> usize {
    for i in 1..word.len() {
        let (before, here) = (word[i - 1], word[i]);
        let next_is_lower = word.get(i + 1).is_some_and(u8::is_ascii_lowercase);
        let rises = before.is_ascii_lowercase() && here.is_ascii_uppercase();
        let acronym_ends =
            before.is_ascii_uppercase() && here.is_ascii_uppercase() && next_is_lower;
        let number_begins = here.is_ascii_digit() && before.is_ascii_alphabetic() && i > 1;
        let number_ends =
            before.is_ascii_digit() && here.is_ascii_alphabetic() && word.len() - i > 1;
        if rises || acronym_ends || number_begins || number_ends {
            return i;
        }
    }
    word.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(word: &str) -> String {
        pieces(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn identifiers_split_where_people_see_words() {
        assert_eq!(split("onChange"), "on Change");
        assert_eq!(split("HTTPServer2"), "HTTP Server 2");
        assert_eq!(split("parseURL"), "parse URL");
        assert_eq!(split("sha256"), "sha 256");
        assert_eq!(split("utf8Decoder"), "utf 8 Decoder");
        assert_eq!(split("deadbeef01"), "deadbeef01");
        assert_eq!(split("plain"), "plain");
        assert_eq!(split("v2"), "v2");
    }

    #[test]
    fn each_identifier_is_split_once_and_encoded_data_is_left_out() {
        let data = "QUJD".repeat(60);
        let text = IndexText::of("onChange", &format!("a onChange {data} z"));
        assert_eq!(text.parts, "on Change\n");
        assert_eq!(text.body, "a onChange   z");
    }

    #[test]
    fn long_outputs_are_cut_between_characters() {
        let output = "é".repeat(limits::OUTPUT_INDEX_BYTES);
        assert_eq!(IndexText::of_output("", &output).body.len(), limits::OUTPUT_INDEX_BYTES);
        let odd = format!("a{output}");
        assert_eq!(IndexText::of_output("", &odd).body.len(), limits::OUTPUT_INDEX_BYTES - 1);
    }
}
