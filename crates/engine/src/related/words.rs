//! The words of a prompt by which others can be found: names of code, paths, what stands in quotes.

use std::collections::BTreeSet;

use super::ubiquitous;
use crate::limits;

/// The telling words of what a session was told, in the order in which they stand.
pub(super) fn telling(said: &str) -> Vec<String> {
    let mut known = BTreeSet::new();
    let mut words = Vec::new();
    let split = |c: char| c.is_whitespace() || "\"'`()[]{}<>,;!?\u{201c}\u{201d}".contains(c);
    for word in said.split(split).flat_map(parts_of) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if is_telling(word)
            && !ubiquitous::is_common_word(word)
            && known.insert(word.to_lowercase())
        {
            words.push(word.to_owned());
        }
        if words.len() >= limits::RELATED_WORDS {
            break;
        }
    }
    words
}

/// A word without the number of a line behind a colon; the parts of a symbol stay together.
fn parts_of(word: &str) -> Vec<&str> {
    if word.contains("::") { vec![word] } else { word.split(':').collect() }
}

/// Whether a word is a name of code or a path rather than one of a language.
pub(super) fn is_telling(word: &str) -> bool {
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

/// What data is kept in: what a failing test names by such an ending is what it reads, or compares with.
const DATA: [&str; 14] = [
    "json", "jsonl", "ndjson", "yaml", "yml", "csv", "tsv", "snap", "sql", "xml", "html", "golden",
    "txt", "proto",
];

/// The files of data that errors name: fixtures, snapshots.
pub(super) fn data_files(told: &str) -> BTreeSet<String> {
    let split = |c: char| c.is_whitespace() || "\"'`()[]{}<>,;:!?=\u{201c}\u{201d}".contains(c);
    let is_around = |c: char| !c.is_alphanumeric() && c != '/';
    let words = told.split(split).map(|word| word.trim_matches(is_around));
    let is_data = |word: &&str| {
        let end = word.rsplit_once('.').map(|(before, end)| (before.len(), end));
        end.is_some_and(|(before, end)| before >= 3 && DATA.contains(&end))
    };
    let names = words.filter(is_data).map(|word| match word.starts_with('/') {
        // What stands before it is of one machine.
        true => word.rsplit('/').next().unwrap_or(word),
        false => word,
    });
    let names = names.filter(|name| ubiquitous::file(name) >= 1.0 && name.chars().count() <= 80);
    names.map(str::to_owned).take(limits::RELATED_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_code_tell_and_words_of_a_language_do_not() {
        let said = "Please mend `watch-3.json` in src/watcher/mod.rs: onChange fires twice (see read_events) e.g. later, `Watcher::poll` at src/a_b.rs:12";
        assert_eq!(
            telling(said),
            [
                "watch-3.json",
                "src/watcher/mod.rs",
                "onChange",
                "read_events",
                "Watcher::poll",
                "src/a_b.rs"
            ]
        );
    }

    #[test]
    fn fixtures_are_known_by_what_they_are_called_in_errors() {
        let told = "left: \"tests/fixtures/watch-3.json\" differs\nin package.json and src/a.rs:3\ncannot read '/tmp/x1/watch-1.json'";
        let found: Vec<String> = data_files(told).into_iter().collect();
        assert_eq!(found, ["tests/fixtures/watch-3.json", "watch-1.json"].map(str::to_owned));
    }
}
