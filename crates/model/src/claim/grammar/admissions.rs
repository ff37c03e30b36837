//! What the agent says itself that it did not do, could not see, or leaves behind.

use super::super::mood::clause;
use super::super::sentence::{Sentence, Word};
use super::super::{Admission, ClaimKind};

/// Ways to deny something that one did or could.
const DENIED: [&str; 18] = [
    "not",
    "couldn't",
    "cannot",
    "can't",
    "didn't",
    "haven't",
    "hasn't",
    "wasn't",
    "weren't",
    "unable",
    "without",
    "isn't",
    "aren't",
    "never",
    "failed",
    "skipped",
    "impossible",
    "don't",
];

/// What one does to see whether it is right: stems.
const SEEING: [&str; 17] = [
    "run",
    "ran",
    "test",
    "verif",
    "check",
    "build",
    "built",
    "reproduc",
    "confirm",
    "validat",
    "execut",
    "compil",
    "exercis",
    "measur",
    "benchmark",
    "inspect",
    "access",
];

/// What one does for the task: stems.
const DOING: [&str; 12] = [
    "implement",
    "add",
    "fix",
    "handl",
    "updat",
    "finish",
    "complet",
    "includ",
    "address",
    "migrat",
    "support",
    "resolv",
];

/// Words that say by themselves what was not checked.
const UNCHECKED: [&str; 5] = ["untested", "unverified", "unchecked", "unconfirmed", "unvalidated"];

/// Words that say by themselves what was left.
const UNDONE: [&str; 6] =
    ["todo", "stubbed", "unimplemented", "unfinished", "placeholder", "incomplete"];

/// Words that say of failures that they are there.
const STANDING: [&str; 3] = ["pre-existing", "preexisting", "flaky"];

/// What the sentence admits.
pub(super) fn read(sentence: &Sentence<'_>) -> Option<ClaimKind> {
    let words = &sentence.words;
    let of = words.iter().enumerate().find_map(|(at, word)| admission(words, at, word))?;
    Some(ClaimKind::Admission { of })
}

fn admission(words: &[Word<'_>], at: usize, word: &Word<'_>) -> Option<Admission> {
    let is_denied = |at: usize| at > 0 && words[at - 1].is_in(&["no", "not", "longer", "any"]);
    if word.is_in(&UNCHECKED) {
        return (!is_denied(at)).then_some(Admission::NotChecked);
    }
    if word.is_in(&UNDONE) {
        return (!is_denied(at)).then_some(Admission::NotDone);
    }
    if word.is_in(&STANDING) {
        let fails = words.iter().any(|word| {
            ["fail", "error", "issue", "flak", "break", "problem"]
                .iter()
                .any(|stem| word.small.starts_with(stem))
        });
        return (fails && !is_denied(at)).then_some(Admission::Failing);
    }
    if word.is("still")
        && words.get(at + 1).is_some_and(|next| next.is_in(&["fails", "fail", "failing", "broken"]))
    {
        return Some(Admission::Failing);
    }
    if !word.is_in(&DENIED) || !is_own(words, at) {
        return None;
    }
    let verb = words[at + 1..].iter().take(5).find(|next| {
        !next.is_in(&[
            "to", "able", "been", "be", "yet", "actually", "fully", "fully", "directly",
            "manually", "possible", "also", "even", "get", "locally", "properly", "i",
        ])
    })?;
    let begins = |stems: &[&str]| stems.iter().any(|stem| verb.small.starts_with(stem));
    if begins(&SEEING) {
        Some(Admission::NotChecked)
    } else if begins(&DOING) && !word.is("without") && !word.is("don't") {
        Some(Admission::NotDone)
    } else {
        None
    }
}

/// Whether what is denied is what the agent did: not a rule, not what a program does.
fn is_own(words: &[Word<'_>], at: usize) -> bool {
    let from = clause(words, at);
    let before = &words[from..at];
    let word = &words[at];
    let has = |list: &[&str]| before.iter().any(|word| word.is_in(list));
    if has(&["should", "must", "do", "does", "would", "you", "will", "if", "it", "which", "when"]) {
        return false;
    }
    let is_plain_not = word.is("not");
    let is_past = has(&["could", "did", "have", "has", "was", "were", "been", "are", "is", "am"]);
    match word.small.as_str() {
        "failed" | "skipped" | "don't" => has(&["i", "we"]) || from == at,
        "without" => has(&["i", "we"]) || from == at,
        "cannot" | "can't" => {
            has(&["i", "we"]) || words[at + 1..].iter().take(2).any(|word| word.is("be"))
        }
        _ => !is_plain_not || is_past || from == at,
    }
}
