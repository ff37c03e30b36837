//! The objects of a line: one, or two where an agent lost the line break between them.

use crate::fields::value_end;
use crate::limits;

/// The pieces of a line with where each begins: its JSON values, and what is no JSON as pieces of their own.
///
/// Only white space lies between, before and after the pieces.
#[must_use]
pub fn split_objects(line: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::with_capacity(1);
    let mut at = after_space(line, 0);
    while at < line.len() {
        let end = if pieces.len() + 1 >= limits::PIECES_PER_LINE {
            trimmed_end(line)
        } else {
            object_end(line, at).unwrap_or_else(|| damage_end(line, at))
        };
        pieces.push((at, &line[at..end]));
        at = after_space(line, end);
    }
    pieces
}

fn after_space(line: &str, at: usize) -> usize {
    line.len() - line[at..].trim_ascii_start().len()
}

fn trimmed_end(line: &str) -> usize {
    line.trim_ascii_end().len()
}

fn object_end(line: &str, at: usize) -> Option<usize> {
    if !line[at..].starts_with('{') {
        return None;
    }
    value_end(line.as_bytes(), at)
}

/// Where the damage at `at` ends: where an object begins that reaches the end of the line, else there.
fn damage_end(line: &str, at: usize) -> usize {
    let end = trimmed_end(line);
    memchr::memmem::find_iter(&line.as_bytes()[at + 1..end], b"{\"")
        .map(|found| at + 1 + found)
        .take(limits::SPLIT_TRIES)
        .find(|begin| object_end(line, *begin) == Some(end))
        .map_or(end, |begin| at + line[at..begin].trim_ascii_end().len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_lost_line_break_is_found_again() {
        assert_eq!(split_objects(r#"{"a":1}{"b":2}"#), [(0, r#"{"a":1}"#), (7, r#"{"b":2}"#)]);
        assert_eq!(split_objects("  \n"), []);
    }

    #[test]
    fn damage_is_a_piece_of_its_own() {
        assert_eq!(split_objects(r#"{"a":"b{"c":1}"#), [(0, r#"{"a":"b"#), (7, r#"{"c":1}"#)]);
        assert_eq!(split_objects(r#"{"a":1} x"#), [(0, r#"{"a":1}"#), (8, "x")]);
        assert_eq!(split_objects("x {"), [(0, "x {")]);
    }

    proptest! {
        #[test]
        fn every_byte_belongs_to_a_piece(line in r#"[{}"\\a:, é]{0,40}"#) {
            let mut end = 0;
            for (at, piece) in split_objects(&line) {
                prop_assert!(line[end..at].trim_ascii().is_empty());
                prop_assert!(!piece.is_empty());
                prop_assert_eq!(&line[at..at + piece.len()], piece);
                end = at + piece.len();
            }
            prop_assert!(line[end..].trim_ascii().is_empty());
        }
    }
}
