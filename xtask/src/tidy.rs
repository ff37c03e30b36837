//! The project's invariants that a scan of its text can hold. Each rule has a name, and a message
//! that says what to do.

mod docs;
mod layers;
mod layout;
mod rust;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

use rust::Parts;

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

/// A rule: its name, and what it finds in the tree.
type Rule = (&'static str, fn(&Tree) -> Vec<Finding>);

const RULES: &[Rule] = &[
    ("file-length", layout::file_length),
    ("names", layout::names),
    ("tests-layout", layout::tests_layout),
    ("crate-docs", layout::crate_docs),
    ("lock-size", layout::lock_size),
    ("dependency-arrows", layers::dependency_arrows),
    ("foreign-crates", layers::foreign_crates),
    ("sql-only-in-store", layers::sql_only_in_store),
    ("processes-only-in-os", layers::processes_only_in_os),
    ("git-only-in-git", layers::git_only_in_git),
    ("agent-words", layers::agent_words),
    ("no-clock", layers::no_clock),
    ("pure", layers::pure),
    ("bounded-channels", words::bounded_channels),
    ("no-skipped-tests", words::no_skipped_tests),
    ("nothing-unfinished", words::nothing_unfinished),
    ("no-lint-escapes", words::no_lint_escapes),
    ("machine-paths", words::machine_paths),
    ("doc-links", docs::links),
    ("named-files", docs::named_files),
];

/// The files of the project: what git tracks, and what it would add.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
    rust: BTreeMap<String, Parts>,
}

impl Tree {
    /// The tree at `root`.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .map_err(|e| format!("git does not start: {e}"))?;
        if !listed.status.success() {
            let said = String::from_utf8_lossy(&listed.stderr);
            return Err(format!("git does not list the files of {}: {said}", root.display()));
        }
        let names = String::from_utf8_lossy(&listed.stdout);
        let names = names.split('\0').filter(|name| !name.is_empty());
        // What is deleted but not yet committed is not there; what is no text has nothing to scan.
        let files = names.filter_map(|name| {
            let content = std::fs::read(root.join(name)).ok()?;
            Some((name.to_owned(), String::from_utf8(content).unwrap_or_default()))
        });
        Ok(Self::of(files))
    }

    fn of(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let files: BTreeMap<String, String> = files.into_iter().collect();
        let rust = files
            .iter()
            .filter(|(path, _)| has_extension(path, &["rs"]))
            .map(|(path, text)| (path.clone(), Parts::of(text)))
            .collect();
        Self { files, rust }
    }

    fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Rust files of the product: not the test kit, not chores, not integration tests.
    fn product(&self) -> impl Iterator<Item = (&str, &Parts)> {
        self.rust().filter(|(path, _)| {
            crate_of(path).is_some_and(|name| name != "testkit")
                && (path.contains("/src/") || path.ends_with("/build.rs"))
        })
    }

    fn rust(&self) -> impl Iterator<Item = (&str, &Parts)> {
        self.rust.iter().map(|(path, parts)| (path.as_str(), parts))
    }
}

/// The crate that a file below `crates/` belongs to.
fn crate_of(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.split('/').next()
}

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

/// The places in `text` where one of `words` stands, whole: line, counted from 1, and word.
fn places<'a>(text: &str, words: &[&'a str]) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        found.extend(words.iter().filter(|word| has_word(line, word)).map(|word| (at + 1, *word)));
    }
    found
}

/// Whether `line` holds `word`, which no letter, digit or `_` extends where it begins or ends with one.
fn has_word(line: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !(word.starts_with(is_word) && before.is_some_and(is_word)
            || word.ends_with(is_word) && after.is_some_and(is_word))
    })
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

/// Every finding in the tree, as `path:line: rule: message`.
pub(crate) fn findings(tree: &Tree) -> Vec<String> {
    let mut told = Vec::new();
    for (name, rule) in RULES {
        told.extend(rule(tree).iter().map(|found| format!("{found}: {name}: {}", found.message)));
    }
    told
}

/// Scans the tree at `root` and prints what it finds; whether it found nothing.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let findings = findings(&Tree::read(root)?);
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        n => Err(format!("{n} places break a rule; `xtask/src/tidy.rs` lists the rules")),
    }
}

/// A tree of these files, for the tests of rules.
#[cfg(test)]
fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::of(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())))
}

/// Asserts that `rule` finds something in `bad` at the line, and nothing in `good`.
#[cfg(test)]
fn check(rule: fn(&Tree) -> Vec<Finding>, bad: &[(&str, &str, usize)], good: &[(&str, &str)]) {
    for (path, text, line) in bad {
        let found = rule(&tree(&[(path, text)]));
        let lines: Vec<usize> = found.iter().map(|f| f.line).collect();
        assert_eq!(lines, [*line], "in {path}: {text:?}: {found:?}");
    }
    for (path, text) in good {
        assert_eq!(rule(&tree(&[(path, text)])), [], "in {path}: {text:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_whole() {
        assert!(has_word("a claude b", "claude") && has_word("x.todo!()", "todo!"));
        assert!(!has_word("claudette", "claude") && !has_word("unclaude", "claude"));
        assert!(has_word("std::fs::read", "std::fs"));
    }

    #[test]
    fn findings_say_where_and_which_rule() {
        let told = findings(&tree(&[("crates/os/src/utils.rs", "//! Docs.\n")]));
        assert!(told[0].starts_with("crates/os/src/utils.rs:1: names: "), "{told:?}");
    }
}
