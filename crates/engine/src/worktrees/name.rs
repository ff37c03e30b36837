//! Names of worktrees and branches: what a person reads in a list and types in a shell.

use crate::limits;

/// Words that say nothing in a name.
const EMPTY_WORDS: [&str; 8] = ["a", "an", "the", "of", "to", "in", "and", "for"];

/// A name made of a title: lower case, words with `-` between, as many whole words as fit. Letters of every
/// script stay; nothing else that a shell, a path or git reads in its own way does.
pub(super) fn slug(title: &str) -> String {
    let lower = title.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let all: Vec<&str> = words.collect();
    let telling: Vec<&str> = all.iter().copied().filter(|w| !EMPTY_WORDS.contains(w)).collect();
    let words = if telling.is_empty() { all } else { telling };
    let mut name = String::new();
    for word in words {
        if !name.is_empty() && name.chars().count() + word.chars().count() >= limits::SLUG_CHARS {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.extend(word.chars().take(limits::SLUG_CHARS));
    }
    name
}

/// A name of a worktree as its user gave it, fit to be a folder; `None` if nothing of it is.
pub(super) fn folder_name(name: &str) -> Option<String> {
    let is_fit = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '@');
    let mapped: String = name.trim().chars().map(|c| if is_fit(c) { c } else { '-' }).collect();
    let trimmed = mapped.trim_matches(['-', '.']);
    let short: String = trimmed.chars().take(limits::NAME_CHARS_AT_MOST).collect();
    Some(short).filter(|name| !name.is_empty())
}

/// Names to try, in order: the name itself, then with a number.
pub(super) fn candidates(name: &str) -> impl Iterator<Item = String> + use<> {
    let name = name.to_owned();
    (1..=limits::NAMES_TRIED)
        .map(move |n| if n == 1 { name.clone() } else { format!("{name}-{n}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_by_people_and_shells() {
        let long =
            "Refactor the file watcher, so that it survives a rename of the folder it watches";
        assert_eq!(slug(long), "refactor-file-watcher-so-that-it");
        assert_eq!(slug("Größe & Ünïcode: $(rm -rf /)"), "größe-ünïcode-rm-rf");
        assert_eq!((slug("To the"), slug("…")), ("to-the".into(), String::new()));
        assert_eq!(folder_name(" ../a b/ü.").as_deref(), Some("a-b-ü"));
        assert_eq!(folder_name("../.."), None);
        assert_eq!(candidates("x").take(2).collect::<Vec<_>>(), ["x", "x-2"]);
    }
}
