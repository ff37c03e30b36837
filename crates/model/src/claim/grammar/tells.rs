//! Small readings of what is said of checks: counts, names of tests, ways to say that nothing was found.

use super::super::ClaimKind;
use super::super::lexicon::{FAILING, NUMBERS, PASSING, is_path, is_reference};
use super::super::nouns::{Noun, noun};
use super::super::sentence::{Kind, Word};
use crate::check::CheckKind;

/// What stands between a check and a word for its calm.
const BEING: [&str; 19] = [
    "is", "are", "was", "were", "be", "been", "stays", "stay", "stayed", "remains", "remain",
    "now", "still", "also", "both", "all", "runs", "run", "ran",
];

/// Ways to say of a tool that it does not complain.
const CALM: [&str; 8] =
    ["quiet", "silent", "happy", "satisfied", "content", "spotless", "fine", "pleased"];

/// What a tool does with what it finds.
const FINDING: [&str; 25] = [
    "finds", "found", "find", "reports", "reported", "report", "flags", "flagged", "flag", "shows",
    "showed", "raises", "raised", "prints", "printed", "says", "said", "gives", "gave", "has",
    "had", "up", "about", "returns", "returned",
];

/// Whether the word at `at` says of a tool that it does not complain: "is quiet", "are both happy".
pub(super) fn is_calm(words: &[Word<'_>], at: usize) -> bool {
    let is_led = at.checked_sub(1).is_some_and(|before| words[before].is_in(&BEING));
    let is_with = words.get(at + 1).is_none_or(|next| {
        next.is_break() || next.is_in(&["and", "too", "again", "now", "as", "here", "throughout"])
    });
    words[at].is_in(&CALM) && is_led && is_with
}

/// Whether the word at `at` says that a tool found nothing: "finds nothing", "had nothing to complain about", "comes up
/// empty".
pub(super) fn finds_nothing(words: &[Word<'_>], at: usize) -> bool {
    let word = &words[at];
    let before = at.checked_sub(1).map(|before| &words[before]);
    let next = words.get(at + 1);
    let is_end = next.is_none_or(|next| {
        next.is_break() || next.is_in(&["and", "to", "more", "any", "anymore", "now", "wrong"])
    });
    let is_nothing =
        word.is_in(&["nothing", "none"]) && before.is_some_and(|before| before.is_in(&FINDING));
    let is_empty = word.is("empty") && before.is_some_and(|before| before.is_in(&["up", "back"]));
    is_end && (is_nothing || is_empty)
}

/// "No new ones", after failures that are old: how many words say so.
pub(super) fn none_new(words: &[Word<'_>], at: usize) -> Option<usize> {
    let is_after_failures = words[..at].iter().any(|word| word.is_in(&FAILING) || word.is("fail"));
    let next = |len: usize, list: &[&str]| words.get(at + len).is_some_and(|word| word.is_in(list));
    let is_ones = words[at].is("no")
        && next(1, &["new", "additional", "further"])
        && next(2, &["ones", "one"]);
    let is_none = words[at].is_in(&["none", "nothing"]) && next(1, &["new"]);
    let len = if is_ones { 3 } else { 2 };
    (is_after_failures && (is_ones || is_none)).then_some(len)
}

/// "On a clean checkout", "clean code": said of that thing.
pub(super) fn is_attribute(words: &[Word<'_>], at: usize) -> bool {
    const RESULTS: [&str; 9] =
        ["run", "pass", "bill", "result", "results", "exit", "report", "status", "build"];
    let next = words.get(at + 1).filter(|next| next.kind == Kind::Plain);
    let is_led = at > 0 && words[at - 1].is_in(&["a", "an", "the", "from", "of"]);
    let is_adjective = words[at].is_in(&["clean", "green", "ok", "successful"]);
    is_adjective
        && next.is_some_and(|next| {
            next.is_in(&["code", "slate", "checkout", "light", "clone", "install"])
                || is_led && !next.is_in(&RESULTS)
        })
}

/// "All tests pass in `tests/test_a.py`": that file's.
pub(super) fn file_after(words: &[Word<'_>], at: usize) -> Option<String> {
    let rest = words.get(at + 1..)?;
    let place = rest.iter().take(2).position(|word| word.is_in(&["in", "within", "inside"]))?;
    let name = rest[place + 1..].iter().take(2).find(|word| word.kind == Kind::Name)?;
    (is_path(name.text) && is_reference(name.text)).then(|| name.text.to_owned())
}

/// "The tests ran without a failure": nobody ran anything else.
pub(super) fn is_intransitive(words: &[Word<'_>], at: usize) -> bool {
    words.get(at + 1).is_some_and(|next| {
        next.is_in(&[
            "without",
            "with",
            "to",
            "cleanly",
            "successfully",
            "clean",
            "green",
            "through",
            "fine",
        ])
    })
}

/// "12/12" that ends what is said of a check: all of them passed.
pub(super) fn is_full_count(words: &[Word<'_>], at: usize) -> bool {
    let number = &words[at];
    let is_full = number.kind == Kind::Number
        && number.small.split_once('/').is_some_and(|(some, all)| some == all && some != "0");
    let is_led = at.checked_sub(1).is_some_and(|before| {
        let before = &words[before];
        before.kind == Kind::Mark || before.kind == Kind::Name || before.is_in(&["at", "are", "is"])
    });
    let is_end = words
        .get(at + 1)
        .is_none_or(|next| next.is_break() || next.kind == Kind::Good || next.is("and"));
    is_full && is_led && is_end
}

/// What the sentence sets after "All green:", each a check of its own.
pub(super) fn listed(words: &[Word<'_>]) -> Vec<(Noun, usize)> {
    let Some(colon) = words.iter().position(|word| word.is_in(&[":", "—"])) else {
        return Vec::new();
    };
    let (lead, rest) = words.split_at(colon);
    let is_lead = |word: &Word<'_>| {
        word.is_in(&PASSING)
            || word.kind == Kind::Good
            || word.is_in(&[
                "all",
                "confirmed",
                "verified",
                "everything",
                "across",
                "the",
                "board",
                "is",
                "and",
                "now",
                "again",
                "still",
            ])
    };
    let says = lead.iter().any(|word| word.is_in(&PASSING)) && lead.iter().all(is_lead);
    let is_listing = |at: usize| {
        let word = &words[at];
        word.kind != Kind::Plain
            || word.is_in(&[
                "and",
                "the",
                "unit",
                "integration",
                "e2e",
                "both",
                "all",
                "tests",
                "types",
            ])
            || noun(words, at).is_some()
            || at > 0 && noun(words, at - 1).is_some_and(|(_, len)| len > 1)
    };
    if !says
        || rest.iter().any(|word| word.kind == Kind::Bad)
        || !(colon + 1..words.len()).all(is_listing)
    {
        return Vec::new();
    }
    (colon + 1..words.len())
        .filter_map(|at| {
            let types = words[at].is_in(&["types", "typing"])
                && !words.get(at + 1).is_some_and(|next| next.is("check"));
            let of_types = || types.then_some((Noun::Check(Some(CheckKind::Types), None), 1));
            noun(words, at).or_else(of_types).map(|(noun, _)| (noun, at))
        })
        .collect()
}

/// "✅ `ruff check .`": a command that is ticked off, and nothing else.
pub(super) fn ticked(words: &[Word<'_>]) -> Option<(Noun, usize)> {
    let [first, second, rest @ ..] = words else { return None };
    let is_alone = rest.iter().all(|word| word.kind == Kind::Mark);
    let found = noun(words, 1).filter(|_| second.kind == Kind::Name)?.0;
    (first.kind == Kind::Good && !first.text.starts_with('[') && is_alone).then_some((found, 1))
}

/// What "type errors" and "compiler errors" are errors of.
pub(super) fn of_errors(word: &Word<'_>) -> Option<CheckKind> {
    match word.small.as_str() {
        "type" | "typing" | "typescript" => Some(CheckKind::Types),
        "compiler" | "compile" | "compilation" | "build" => Some(CheckKind::Build),
        "linter" | "linting" => Some(CheckKind::Lint),
        "formatting" => Some(CheckKind::Format),
        _ => None,
    }
}

/// "11/12", "11 of 12": some did not.
pub(super) fn is_counted_short(words: &[Word<'_>]) -> bool {
    const COUNTS: [&str; 3] = ["one", "half", "some"];
    let is_count =
        |word: &Word<'_>| word.kind == Kind::Number || word.is_in(&COUNTS) || word.is_in(&NUMBERS);
    let of = words.windows(2).enumerate().any(|(at, pair)| {
        let all = words[at + 2..].iter().take(3).find(|word| is_count(word));
        is_count(&pair[0])
            && pair[1].is_in(&["of", "out"])
            && all.is_some_and(|all| all.small != pair[0].small)
    });
    of || words.iter().any(|word| word.kind == Kind::Number && is_short_of_all(&word.small))
}

pub(super) fn is_test_name(word: &Word<'_>) -> bool {
    word.kind == Kind::Name
        && is_reference(word.text)
        && (word.small.contains("test") || word.small.contains("spec"))
}

fn is_short_of_all(number: &str) -> bool {
    number.split_once('/').is_some_and(|(some, all)| some != all)
}

/// "612 passed, 0 failed" says one thing twice.
pub(super) fn repeats(kind: &ClaimKind, before: &ClaimKind) -> bool {
    match (kind, before) {
        (
            ClaimKind::Passes { check, scope, count: None, .. },
            ClaimKind::Passes { check: before, scope: of, .. },
        ) => check == before && scope == of,
        _ => kind == before,
    }
}
