//! The words of a prompt by which others can be found: names of code, paths, what stands in quotes.

use std::collections::BTreeSet;

use crate::limits;

/// The telling words of what a session was told, in the order in which they stand.
pub(super) fn telling(said: &str) -> Vec<String> {
    let mut known = BTreeSet::new();
    let mut words = Vec::new();
    let split = |c: char| c.is_whitespace() || "\"'`()[]{}<>,;:!?\u{201c}\u{201d}".contains(c);
    for word in said.split(split) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if is_telling(word) && known.insert(word.to_lowercase()) {
            words.push(word.to_owned());
        }
        if words.len() >= limits::RELATED_WORDS {
            break;
        }
    }
    words
}

/// Whether a word is a name of code or a path rather than one of a language.
fn is_telling(word: &str) -> bool {
    let chars = word.chars().count();
    if !(5..=80).contains(&chars) || !word.chars().any(char::is_alphabetic) {
        return false;
    }
    let inner = |c: char| word[1..word.len() - 1].contains(c);
    let is_joined =
        word.is_ascii() && (inner('_') || inner('/') || inner('.') || word.contains("::"));
    let has_hump = word.is_ascii()
        && word
            .as_bytes()
            .windows(2)
            .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let has_number = chars >= 6 && word.contains('-') && word.bytes().any(|b| b.is_ascii_digit());
    is_joined || has_hump || has_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_code_tell_and_words_of_a_language_do_not() {
        let said = "Please mend `watch-3.json` in src/watcher/mod.rs: onChange fires twice (see read_events) e.g. later";
        assert_eq!(
            telling(said),
            ["watch-3.json", "src/watcher/mod.rs", "onChange", "read_events"]
        );
    }
}
