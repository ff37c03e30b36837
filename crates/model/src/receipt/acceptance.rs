//! What a task asks for, sentence by sentence, and what shows each.

use std::collections::BTreeSet;

use super::{Case, Checked, ClaimLine, Criterion, Proof, Rule, Spot, Unproven, UnprovenKind};
use crate::changeset::ChangedFile;
use crate::check::results::compare::Standing;
use crate::check::{CheckKind, command};
use crate::claim::Verdict;
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

/// Endings that only names of files have.
const FILE_ENDINGS: [&str; 16] = [
    "md", "txt", "toml", "json", "yml", "yaml", "csv", "xlsx", "rs", "py", "go", "ts", "tsx",
    "sql", "html", "css",
];

/// What sentences are held against.
pub(super) struct Shown<'a> {
    pub(super) checks: &'a [Checked],
    pub(super) files: &'a [ChangedFile],
    pub(super) claims: &'a [ClaimLine],
    pub(super) cases: &'a [Case],
    pub(super) unproven: &'a [Unproven],
}

/// Each sentence with what is shown of it: a check that it names, tests whose names or failures share its rare words, files
/// that it names, and what the record says of claims that share its words.
#[must_use]
pub(super) fn proven(sentences: &[String], shown: &Shown<'_>) -> Vec<Criterion> {
    let checks = shown.checks;
    let prove = |sentence: &String| {
        let names = |check: &&Checked| sentence.contains(&check.command);
        // A sentence that names a command speaks of no other.
        let named: Vec<&Checked> = checks.iter().filter(names).collect();
        let meant = if named.is_empty() { checks.iter().collect() } else { named };
        let mut proofs: Vec<Proof> =
            meant.into_iter().filter_map(|check| by_check(sentence, check)).collect();
        proofs.extend(by_tests(sentence, checks));
        proofs.extend(by_cases(sentence, shown.cases));
        proofs.extend(by_admissions(sentence, shown.unproven));
        if proofs.is_empty() {
            proofs.extend(by_files(sentence, shown.files));
            proofs.extend(by_claims(sentence, shown.claims));
        }
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
        let failure = test.failure.as_deref().and_then(|text| text.lines().next());
        let named = rare_words(&format!("{} {}", test.name, failure.unwrap_or_default()));
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

/// Cases of tests that became others, where a sentence asks that they stay.
fn by_cases(sentence: &str, cases: &[Case]) -> Vec<Proof> {
    let small = sentence.to_lowercase();
    let stays =
        ["stay", "as they are", "as it is", "unchanged", "untouched", "not change", "not edit"];
    if !small.contains("test") || !stays.iter().any(|word| small.contains(word)) {
        return Vec::new();
    }
    let is_of_tests = |case: &&Case| {
        matches!(
            case.finding.rule,
            Rule::TestDeleted
                | Rule::TestSkipped
                | Rule::AssertionWeakened
                | Rule::ExpectationRewritten
                | Rule::ToleranceWidened
                | Rule::FewerTests
        )
    };
    let told = cases.iter().filter(is_of_tests).map(|case| Proof {
        words: format!("{}: {}", case.finding.rule, case.finding.words),
        is_against: true,
        spot: case.finding.spot.clone(),
        cite: None,
    });
    told.take(limits::PROOFS).collect()
}

/// What the agent says that it did not do or see, where it shares the rare words of a sentence.
fn by_admissions(sentence: &str, unproven: &[Unproven]) -> Vec<Proof> {
    let admitted = unproven.iter().filter(|one| one.kind == UnprovenKind::Admitted);
    let shared = admitted.filter(|one| shares_words(sentence, &one.words));
    let told = shared.map(|one| Proof {
        words: format!("the agent says {}", one.words),
        is_against: true,
        spot: None,
        cite: one.cite,
    });
    told.take(limits::PROOFS).collect()
}

/// Whether a text shares the rare words of a sentence.
fn shares_words(sentence: &str, text: &str) -> bool {
    let (asked, said) = (rare_words(sentence), rare_words(text));
    let least = if asked.len() > 3 { 2 } else { 1 };
    asked.iter().filter(|word| said.contains(word)).count() >= least
}

/// Files that a sentence names, by whether the work changes them.
fn by_files(sentence: &str, files: &[ChangedFile]) -> Vec<Proof> {
    let small = sentence.to_lowercase();
    let mut words = small.split(|c: char| !c.is_alphanumeric());
    // That a file changed says nothing about what is not to be.
    if words.any(|word| ["no", "not", "never", "nothing", "without", "only"].contains(&word)) {
        return Vec::new();
    }
    let is_edge = |c: char| !(c.is_alphanumeric() || "._/-".contains(c));
    let words = sentence.split(is_edge).map(|word| word.trim_matches(['.', '-', '/']));
    let named: BTreeSet<&str> = words.filter(|word| is_file_name(word)).collect();
    let mut proofs = Vec::new();
    for name in named {
        let is_it = |file: &&ChangedFile| {
            let last = file.path.rsplit('/').next().unwrap_or(&file.path);
            file.path == name
                || file.path.ends_with(&format!("/{name}"))
                || last.split('.').next() == Some(name)
        };
        let found = files.iter().find(is_it);
        // `Node.js` and `cart.total` are written like names of files: of what the work leaves alone, only what is sure is told.
        let ending = name.rsplit('.').next().unwrap_or_default();
        if found.is_none() && !FILE_ENDINGS.contains(&ending) {
            continue;
        }
        proofs.push(Proof {
            words: match found {
                Some(file) => {
                    format!("{} is changed, by +{} −{}", file.path, file.added, file.removed)
                }
                None => format!("{name} is not changed"),
            },
            is_against: found.is_none(),
            spot: found.map(|file| Spot { path: file.path.clone(), line: None, is_gone: false }),
            cite: None,
        });
    }
    proofs
}

/// Whether a word is written like the name of a file: with an ending, or as those that projects write in capitals.
fn is_file_name(word: &str) -> bool {
    let ending = word.rsplit_once('.').map(|(stem, ending)| (stem.len(), ending));
    let has_ending = ending.is_some_and(|(stem, ending)| {
        stem > 1
            && (1..=5).contains(&ending.len())
            && ending.bytes().all(|b| b.is_ascii_alphanumeric())
            && ending.starts_with(|c: char| c.is_ascii_lowercase())
    });
    has_ending
        || ["README", "CHANGELOG", "LICENSE", "CONTRIBUTING", "Makefile", "Dockerfile"]
            .contains(&word)
}

/// What the record says of claims that share the rare words of a sentence.
fn by_claims(sentence: &str, claims: &[ClaimLine]) -> Vec<Proof> {
    let shares = |line: &&ClaimLine| shares_words(sentence, &line.judged.claim.quote);
    let told = |line: &ClaimLine| {
        let is_against = match line.judged.verdict {
            Verdict::Supported => false,
            Verdict::Contradicted => true,
            _ => return None,
        };
        let record = if is_against { "the record contradicts" } else { "the record supports" };
        let words = format!("{record} “{}”: {}", line.judged.claim.quote, line.judged.why);
        Some(Proof { words, is_against, spot: None, cite: line.said_at })
    };
    claims.iter().filter(shares).filter_map(told).collect()
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
    use crate::changeset::{FileKind, FileStatus};
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
        let shown = Shown { checks: &[check], files: &[], claims: &[], cases: &[], unproven: &[] };
        let found = proven(&wanted.map(str::to_owned), &shown);
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

    #[test]
    fn a_sentence_that_names_a_file_is_shown_by_whether_it_changed() {
        let changed = ChangedFile {
            path: "docs/README.md".into(),
            from: None,
            status: FileStatus::Modified,
            kind: FileKind::Other,
            added: 2,
            removed: 0,
            binary: false,
            old: None,
            new: None,
        };
        let shown =
            Shown { checks: &[], files: &[changed], claims: &[], cases: &[], unproven: &[] };
        let wanted =
            ["README says how.", "GUIDE.md mentions it, e.g. at v1.2.", "It is fast in Node.js."];
        let found = proven(&wanted.map(str::to_owned), &shown);
        let told: Vec<Vec<(&str, bool)>> = found
            .iter()
            .map(|one| one.proofs.iter().map(|p| (p.words.as_str(), p.is_against)).collect())
            .collect();
        let readme = vec![("docs/README.md is changed, by +2 −0", false)];
        assert_eq!(told, [readme, vec![("GUIDE.md is not changed", true)], vec![]]);
    }
}
