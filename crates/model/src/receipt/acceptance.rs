//! What a task asks for, sentence by sentence, and what shows each.

use super::{Checked, Criterion, Proof};
use crate::check::results::compare::Standing;
use crate::check::{CheckKind, command};
use crate::phrase::{self, Standing as Place, sentences};
use crate::review::CheckOutcome;
use crate::shell::CommandLine;
use crate::{limits, text};

/// Headings under which a task says when it is done.
const HEADINGS: [&str; 9] = [
    "acceptance",
    "done when",
    "definition of done",
    "requirements",
    "criteria",
    "expected",
    "must",
    "tests",
    "how good",
];

/// Words by which a sentence asks for something.
const ASKS: [&str; 18] = [
    "should",
    "must",
    "shall",
    "needs",
    "need",
    "has to",
    "have to",
    "so that",
    "when ",
    "never",
    "always",
    "only",
    "no longer",
    "instead",
    "without",
    "ensure",
    "make sure",
    "keep",
];

/// Words that any task or test has.
const EMPTY: [&str; 40] = [
    "test",
    "tests",
    "should",
    "must",
    "when",
    "then",
    "that",
    "with",
    "from",
    "this",
    "have",
    "does",
    "into",
    "make",
    "sure",
    "work",
    "works",
    "code",
    "file",
    "files",
    "function",
    "each",
    "only",
    "also",
    "they",
    "them",
    "than",
    "after",
    "before",
    "again",
    "there",
    "where",
    "which",
    "would",
    "could",
    "still",
    "check",
    "checks",
    "passes",
    "correctly",
];

/// The sentences of a task's words that say when it is done: those under a heading that says so, else what is listed to be
/// ticked off, else those that ask for something, else all of its first few.
#[must_use]
pub(super) fn criteria_of(words: &str) -> Vec<String> {
    let all = sentences(words);
    let mut under: Vec<String> = Vec::new();
    let mut is_under = false;
    for sentence in &all {
        if sentence.place == Place::Heading || sentence.text.ends_with(':') {
            let heading = sentence.text.to_lowercase();
            is_under = HEADINGS.iter().any(|word| heading.contains(word));
        } else if is_under {
            under.push(sentence.text.clone());
        }
    }
    let own = || all.iter().filter(|one| one.place != Place::Heading).map(|one| one.text.clone());
    let asks = |sentence: &String| {
        let small = format!("{} ", sentence.to_lowercase());
        ASKS.iter().any(|word| small.contains(word))
    };
    let mut found = under;
    if found.is_empty() {
        found = words.lines().filter_map(to_be_ticked).map(phrase::unmarked).collect();
    }
    if found.is_empty() {
        found = own().filter(asks).collect();
    }
    if found.is_empty() {
        found = own().collect();
    }
    found.retain(|sentence| sentence.chars().filter(|c| c.is_alphanumeric()).count() > 3);
    found.truncate(limits::CRITERIA);
    found.iter().map(|sentence| text::clip_words(sentence, limits::CRITERION_CHARS)).collect()
}

/// What a line lists to be ticked off (`- [ ] …`).
fn to_be_ticked(line: &str) -> Option<&str> {
    let line = line.trim_start().trim_start_matches(['-', '*']).trim_start();
    ["[ ]", "[x]", "[X]"].iter().find_map(|mark| line.strip_prefix(mark)).map(str::trim)
}

/// Each sentence with what the checks show of it: a check that it names, and tests whose names share its rare words.
#[must_use]
pub(super) fn proven(sentences: &[String], checks: &[Checked]) -> Vec<Criterion> {
    let prove = |sentence: &String| {
        let names = |check: &&Checked| sentence.contains(&check.command);
        // A sentence that names a command speaks of no other.
        let named: Vec<&Checked> = checks.iter().filter(names).collect();
        let meant = if named.is_empty() { checks.iter().collect() } else { named };
        let mut proofs: Vec<Proof> =
            meant.into_iter().filter_map(|check| by_check(sentence, check)).collect();
        proofs.extend(by_tests(sentence, checks));
        proofs.truncate(limits::PROOFS);
        Criterion { words: sentence.clone(), proofs }
    };
    sentences.iter().map(prove).collect()
}

/// A check that a sentence names by its command, or by what it looks at ("all tests pass").
fn by_check(sentence: &str, check: &Checked) -> Option<Proof> {
    let small = sentence.to_lowercase();
    let is_named = small.contains(&check.command.to_lowercase());
    let passes = ["pass", "green", "succeed", "clean", "without error"];
    let speaks = || {
        let noun = match check.kind? {
            CheckKind::Test => "test",
            CheckKind::Build => "build",
            CheckKind::Types => "type",
            CheckKind::Lint => "lint",
            CheckKind::Format => "format",
        };
        let is_it = small.contains(noun) && passes.iter().any(|word| small.contains(word));
        is_it.then_some(())
    };
    if !is_named && speaks().is_none() {
        return None;
    }
    let cell = &check.cells.new_new;
    let (words, is_against) = match cell.outcome? {
        CheckOutcome::Passed => (format!("`{}` passes", check.command), false),
        CheckOutcome::Failed => (format!("`{}` fails", check.command), true),
        _ => return None,
    };
    Some(Proof { words, is_against, spot: None, cite: None })
}

/// Tests whose names share the rare words of a sentence.
fn by_tests(sentence: &str, checks: &[Checked]) -> Vec<Proof> {
    let asked = rare_words(sentence);
    if asked.is_empty() {
        return Vec::new();
    }
    let least = if asked.len() > 3 { 2 } else { 1 };
    let mut found: Vec<(usize, Proof)> = Vec::new();
    for test in checks.iter().flat_map(|check| &check.tests) {
        let named = rare_words(&test.name);
        let shared = asked.iter().filter(|word| named.contains(word)).count();
        let said = match test.standing {
            Standing::Proves | Standing::Fixed => "fails without the change and passes with it",
            Standing::WeakProof => "passes, and does not compile without the change",
            Standing::Vacuous => "passes, with or without the change: it proves nothing",
            Standing::Failing | Standing::Regressed => "fails",
            Standing::Bent => "passes as it was rewritten, and fails as it was",
            _ => continue,
        };
        let is_against =
            matches!(test.standing, Standing::Failing | Standing::Regressed | Standing::Bent);
        if shared >= least {
            let words = format!("`{}` {said}", test.name);
            found.push((shared, Proof { words, is_against, spot: None, cite: None }));
        }
    }
    found.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    found.into_iter().map(|(_, proof)| proof).collect()
}

/// The words of a sentence or name by which it can be told, in their first letters: names are taken apart.
fn rare_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for c in text.chars().chain([' ']) {
        let breaks = !c.is_alphanumeric() || (c.is_uppercase() && was_lower);
        if breaks && !word.is_empty() {
            let small = std::mem::take(&mut word).to_lowercase();
            if small.chars().count() > 3 && !EMPTY.contains(&small.as_str()) {
                words.push(stem(&small));
            }
        }
        if c.is_alphanumeric() {
            word.push(c);
        }
        was_lower = c.is_lowercase();
    }
    words.sort();
    words.dedup();
    words
}

/// A word without its ending: `retries`, `retried` and `retry` begin alike.
fn stem(word: &str) -> String {
    let keep = word.chars().count().saturating_sub(if word.len() > 6 { 3 } else { 1 });
    word.chars().take(keep.max(4)).collect()
}

/// What a check looks at, by its command line.
#[must_use]
pub fn kind_of_check(line: &str) -> Option<CheckKind> {
    let line = crate::purpose::unwrap_shell(CommandLine::parse(line));
    line.commands.iter().find_map(command::check_kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::results::compare::{Grid, Seen};
    use crate::receipt::TestStanding;

    #[test]
    fn a_task_says_when_it_is_done_in_one_of_several_ways() {
        let headed = "Fix the watcher.\n\n## Acceptance\n- It restarts after an error.\n- `npm test` passes.\n\n## Notes\nBe quick.";
        assert_eq!(criteria_of(headed), ["It restarts after an error.", "`npm test` passes."]);
        let ticked = "Some words.\n- [ ] keeps the order\n- [x] logs nothing";
        assert_eq!(criteria_of(ticked), ["keeps the order", "logs nothing"]);
        let asked = "The watcher dies. It should restart by itself. I saw that twice.";
        assert_eq!(criteria_of(asked), ["It should restart by itself."]);
        assert_eq!(criteria_of("Rename the module."), ["Rename the module."]);
        assert!(criteria_of("").is_empty());
    }

    #[test]
    fn a_sentence_is_shown_by_tests_that_speak_of_the_same_thing() {
        let mut check = Checked::not_run("npm test", Some(CheckKind::Test), "");
        check.cells.new_new.outcome = Some(CheckOutcome::Passed);
        let test = |name: &str, standing| TestStanding {
            name: name.into(),
            standing,
            seen: Grid { new_new: Seen::Passed, ..Grid::default() },
            file: None,
            failure: None,
        };
        check.tests = vec![
            test("watcher > restarts after an error", Standing::Proves),
            test("parser > keeps comments", Standing::Proves),
            test("restartsTheWatcherTwice", Standing::Vacuous),
        ];
        let wanted = ["The watcher restarts by itself.", "All tests pass.", "It is documented."];
        let found = proven(&wanted.map(str::to_owned), &[check]);
        let words = |at: usize| -> Vec<&str> {
            found[at].proofs.iter().map(|proof| proof.words.as_str()).collect()
        };
        assert_eq!(
            words(0),
            [
                "`watcher > restarts after an error` fails without the change and passes with it",
                "`restartsTheWatcherTwice` passes, with or without the change: it proves nothing",
            ]
        );
        assert_eq!(words(1), ["`npm test` passes"]);
        assert!(words(2).is_empty());
    }
}
