//! What takes away from a claim without denying it: conditions, bounds, contrasts, other times, others' words. Such a
//! claim may be borne out; it is not held against the agent.

use std::sync::Arc;

use super::clauses::{asserted, but_for};
use super::grammar::PRODUCT_CODE;
use super::lexicon::{EXCEPTED, FAILING, PASSING, RAN, UNSURE, change, is_reference};
use super::mood::is_once;
use super::nouns::noun;
use super::sentence::{Kind, Sentence, Word};
use super::{ClaimKind, Verb};
use crate::limits;

/// Words that reserve whatever stands in their sentence.
const ALWAYS: [&str; 45] = [
    "some",
    "many",
    "several",
    "half",
    "because",
    "but",
    "however",
    "though",
    "although",
    "yet",
    "whereas",
    "despite",
    "if",
    "unless",
    "assuming",
    "assumed",
    "provided",
    "whether",
    "until",
    "whenever",
    "theory",
    "theoretically",
    "principle",
    "supposedly",
    "presumably",
    "apparently",
    "reportedly",
    "allegedly",
    "almost",
    "nearly",
    "mostly",
    "largely",
    "partially",
    "partly",
    "roughly",
    "usually",
    "sometimes",
    "occasionally",
    "suspect",
    "guess",
    "yesterday",
    "originally",
    "initially",
    "formerly",
    "previously",
];

/// Words that reserve what is said of checks.
const OF_CHECKS: [&str; 57] = [
    "except",
    "excepting",
    "excluding",
    "apart",
    "aside",
    "besides",
    "barring",
    "minus",
    "modulo",
    "save",
    "other",
    "others",
    "otherwise",
    "rest",
    "remaining",
    "only",
    "least",
    "most",
    "ignoring",
    "ignored",
    "unrelated",
    "known",
    "pre-existing",
    "preexisting",
    "flaky",
    "flake",
    "intermittent",
    "intermittently",
    "retry",
    "retries",
    "retrying",
    "rerunning",
    "second",
    "third",
    "attempt",
    "locally",
    "isolation",
    "individually",
    "separately",
    "offline",
    "sandbox",
    "earlier",
    "deselected",
    "quarantined",
    "disabled",
    "xfail",
    "xfailed",
    "allowed",
    "baseline",
    "upstream",
    "nightly",
    "dashboard",
    "eventually",
    "needs",
    "need",
    "requires",
    "while",
];

/// What tells of checks, or asks for them, where it stands before them.
const TELLERS: [&str; 24] = [
    "hook",
    "hooks",
    "workflow",
    "pipeline",
    "badge",
    "template",
    "readme",
    "docstring",
    "message",
    "dashboard",
    "checklist",
    "policy",
    "merge-queue",
    "auto-merge",
    "bot",
    "reviewer",
    "means",
    "meaning",
    "defined",
    "definition",
    "mocked",
    "stubbed",
    "rule",
    "log",
];

/// Words that reserve what is said of the bounds of a change.
const OF_BOUNDS: [&str; 32] = [
    "commit",
    "step",
    "round",
    "phase",
    "first",
    "second",
    "production",
    "non-test",
    "runtime",
    "source",
    "implementation",
    "functional",
    "functionally",
    "behavior",
    "behaviour",
    "behaviorally",
    "logic",
    "semantics",
    "semantically",
    "effectively",
    "essentially",
    "substantively",
    "meaningful",
    "public",
    "directly",
    "manually",
    "hand",
    "otherwise",
    "meaningfully",
    "substantive",
    "real",
    "beyond",
];

/// Who tells of what somebody else says.
const TELLING: [&str; 20] = [
    "says",
    "said",
    "states",
    "stated",
    "claims",
    "claimed",
    "mentions",
    "mentioned",
    "asks",
    "asked",
    "reads",
    "prints",
    "printed",
    "insists",
    "demands",
    "requires",
    "wants",
    "wanted",
    "suggests",
    "reported",
];

/// Words at the beginning of a sentence that set it against the one before.
const AGAINST: [&str; 22] = [
    "however",
    "but",
    "except",
    "although",
    "though",
    "unfortunately",
    "still",
    "only",
    "one",
    "two",
    "three",
    "note",
    "caveat",
    "exception",
    "that",
    "the",
    "yet",
    "exceptions",
    "caveats",
    "with",
    "nb",
    "this",
];

/// What says that something is in trouble.
const TROUBLED: [&str; 30] = [
    "fail",
    "fails",
    "failed",
    "failing",
    "failure",
    "failures",
    "red",
    "broken",
    "breaks",
    "break",
    "errors",
    "errored",
    "crashes",
    "hangs",
    "flaky",
    "flakes",
    "timeout",
    "times",
    "needs",
    "requires",
    "depends",
    "unrelated",
    "pre-existing",
    "skipped",
    "unresolved",
    "unstable",
    "missing",
    "unavailable",
    "doesn't",
    "don't",
];

/// Whether the sentence at `at` says this only with a reservation; or that part of it which stands for itself.
pub(super) fn is_reserved(
    sentences: &[Sentence<'_>],
    at: usize,
    kind: &ClaimKind,
    is_apart: bool,
) -> bool {
    let sentence = &sentences[at];
    let words = if is_apart { asserted(&sentence.words) } else { &sentence.words };
    let has = |list: &[&str]| words.iter().any(|word| word.is_in(list));
    let is_of_checks =
        matches!(kind, ClaimKind::Passes { .. } | ClaimKind::Reproduced { .. } | ClaimKind::Fixed);
    sentence.is_elsewhere
        || has_reserving(words)
        || is_told(words)
        || is_conditional(words)
        || is_once(words)
        || is_of_base(words)
        || is_past(words)
        || is_of_checks && (has(&OF_CHECKS) || is_of_else(words) || is_by_teller(words))
        || !is_of_checks && !is_of_product_code(kind) && has(&OF_BOUNDS)
        || matches!(kind, ClaimKind::NoOtherUses { .. }) && is_of_a_part(words)
        || matches!(kind, ClaimKind::Only { .. }) && has_unnamed(words)
        || is_of_checks && is_taken_back(sentences.get(at + 1))
}

/// Whether it is said of all code that is no test: "production" is then no bound.
fn is_of_product_code(kind: &ClaimKind) -> bool {
    matches!(kind, ClaimKind::Untouched { names, .. } if names.iter().any(|name| name == PRODUCT_CODE))
}

/// Whether all that reserves what the sentence at `at` says of checks is what it excepts by name.
pub(super) fn excepts_by_name(sentences: &[Sentence<'_>], at: usize) -> bool {
    let sentence = &sentences[at];
    let Some(words) = but_for(&sentence.words) else { return false };
    let is_excepting = |word: &Word<'_>| word.is_in(&EXCEPTED) || word.is_in(&["rest", "others"]);
    !(sentence.is_elsewhere
        || has_reserving(words)
        || is_told(words)
        || is_conditional(words)
        || is_once(words)
        || is_of_base(words)
        || is_past(words)
        || is_by_teller(words)
        || words.iter().any(|word| word.is_in(&OF_CHECKS) && !is_excepting(word)))
}

fn has_reserving(words: &[Word<'_>]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        // "Nothing but `a.rs` was changed" is a bound of its own.
        let is_bound =
            word.is("but") && at > 0 && words[at - 1].is_in(&["nothing", "anything", "all"]);
        let is_as = at > 0 && words[at - 1].is("as") && word.is("expected");
        (word.is_in(&ALWAYS) || word.is_in(&UNSURE)) && !is_bound && !is_as
    })
}

/// "Within the crate", "outside of tests": not "in the repository", not "in `src/a.rs`".
fn is_of_a_part(words: &[Word<'_>]) -> bool {
    const PLACES: [&str; 9] =
        ["in", "within", "inside", "outside", "from", "across", "under", "besides", "beyond"];
    const WHOLE: [&str; 17] = [
        "nowhere",
        "elsewhere",
        "else",
        "repo",
        "repository",
        "codebase",
        "project",
        "workspace",
        "base",
        "tree",
        "anywhere",
        "monorepo",
        "whole",
        "entire",
        "all",
        "summary",
        "short",
    ];
    words.iter().enumerate().any(|(at, word)| {
        let rest = &words[at + 1..];
        let phrase = rest.iter().take_while(|word| !word.is_break());
        let is_whole = phrase.clone().take(5).any(|word| word.is_in(&WHOLE))
            || phrase.take(2).any(|word| word.kind == Kind::Name);
        word.is_in(&PLACES) && !is_whole
    })
}

/// "Only `a.py`, and the callers of it": something that has no name is in it, too.
fn has_unnamed(words: &[Word<'_>]) -> bool {
    let Some(first) = words.iter().position(|word| word.kind == Kind::Name) else { return false };
    words.iter().enumerate().skip(first).any(|(at, word)| {
        let rest = words[at + 1..].iter().take(4);
        let is_named = rest.clone().any(|next| {
            next.kind == Kind::Name || next.is_in(&["nothing", "no", "test", "tests", "everything"])
        });
        word.is_in(&["and", "plus", "along"]) && !is_named && rest.count() > 0
    })
}

/// "The hook checks that …".
fn is_by_teller(words: &[Word<'_>]) -> bool {
    let last = (0..words.len()).rev().find(|at| noun(words, *at).is_some()).unwrap_or(0);
    words[..last].iter().any(|word| word.is_in(&TELLERS))
}

/// "Everything else passes", not "nothing else to do".
fn is_of_else(words: &[Word<'_>]) -> bool {
    words.windows(2).any(|pair| !pair[0].is("nothing") && pair[1].is("else"))
}

/// "The dashboard says …"; runners may.
fn is_told(words: &[Word<'_>]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let by_runner = (at.saturating_sub(2)..at).any(|before| noun(words, before).is_some());
        // "Including the case you mentioned" says which case.
        let is_aside = at > 4 && words[at - 1].is("you");
        word.is_in(&TELLING) && !by_runner && !is_aside
    })
}

/// "When the cache is warm", "as long as", "so far": not "when running `make`".
fn is_conditional(words: &[Word<'_>]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let next = words.get(at + 1);
        let runs = next.is_some_and(|next| {
            next.small.ends_with("ing") || next.is_in(&["i", "run", "ran", "executed", "done"])
        });
        let is_pair =
            |first: &str, second: &str| word.is(first) && next.is_some_and(|next| next.is(second));
        word.is("when") && !runs
            || is_pair("as", "far")
            || is_pair("so", "far")
            || is_pair("as", "long")
            || is_pair("as", "soon")
            || next.is_some_and(|next| next.is("time"))
                && word.is_in(&["last", "first", "every", "each", "second", "next", "that"])
                && !words[..at].iter().any(|before| before.is_in(&["one", "a"]))
            || is_pair("as", "of")
            || is_pair("my", "machine")
            || is_pair("my", "end")
            || is_pair("in", "the") && words.get(at + 2).is_some_and(|word| word.is("past"))
    })
}

/// Another state of the code: "on main", "before the rebase", not "before handing in".
fn is_of_base(words: &[Word<'_>]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).map(|before| &words[before]);
        let next = words.get(at + 1);
        let small = word.small.as_str();
        const ON: [&str; 9] = ["on", "from", "against", "to", "as", "than", "of", "with", "origin"];
        let is_branch = matches!(small, "main" | "master" | "develop" | "trunk")
            && before.is_some_and(|before| before.is_in(&ON))
            || small == "base" && words[at.saturating_sub(2)..at].iter().any(|word| word.is("on"));
        // "The tests that passed before" says which tests.
        let is_relative = words[at.saturating_sub(3)..at]
            .windows(2)
            .any(|pair| pair[0].is_in(&["that", "which"]) && pair[1].is_in(&PASSING));
        let is_before = (word.is("before") || word.is("prior"))
            && !is_relative
            && !next.is_some_and(|next| next.small.ends_with("ing"));
        is_branch || is_before
    })
}

/// "All tests were green", "I had all tests passing": then, and not by a run that is told of.
fn is_past(words: &[Word<'_>]) -> bool {
    let has_run = words.iter().any(|word| word.is_in(&RAN));
    words.iter().enumerate().any(|(at, word)| {
        let after = || words[at + 1..].iter().take(4);
        word.is_in(&["was", "were"])
            && !has_run
            && after().any(|next| next.is_in(&["green", "passing", "clean", "ok", "fine"]))
            || word.is("had") && after().any(|next| next.is_in(&PASSING))
            || word.is("used") && after().next().is_some_and(|next| next.is("to"))
    })
}

/// Whether the sentence that follows sets a failure against what was said.
fn is_taken_back(next: Option<&Sentence<'_>>) -> bool {
    let Some(next) = next else { return false };
    let words = &next.words;
    let begins = words.iter().take(2).any(|word| word.is_in(&AGAINST));
    let is_denied = words.iter().any(|word| word.is_in(&["no", "zero", "without", "never", "not"]));
    begins && words.iter().any(|word| word.is_in(&FAILING)) && !is_denied
}

/// Whether the text tells of rows that went, or that were there twice.
pub(super) fn tells_gone(sentences: &[Sentence<'_>]) -> bool {
    const TWICE: [&str; 9] = [
        "duplicate",
        "duplicates",
        "duplicated",
        "dedup",
        "deduplicated",
        "deduplication",
        "merged",
        "twice",
        "empty",
    ];
    const DENIED: [&str; 7] = ["no", "not", "nothing", "never", "didn't", "without", "none"];
    sentences.iter().any(|sentence| {
        let has = |list: &[&str]| sentence.words.iter().any(|word| word.is_in(list));
        let removes =
            sentence.words.iter().any(|word| matches!(change(word), Some((Verb::Removed, _))));
        has(&TWICE) || removes && !has(&DENIED)
    })
}

/// All names of the text, in small letters.
pub(super) fn names(sentences: &[Sentence<'_>]) -> Arc<[String]> {
    let names = sentences.iter().flat_map(|sentence| &sentence.words).filter(is_name);
    names.take(limits::CLAIM_TEXT_NAMES).map(|word| word.small.clone()).collect()
}

/// Names of sentences that tell of trouble.
pub(super) fn troubled(sentences: &[Sentence<'_>]) -> Arc<[String]> {
    let troubled =
        sentences.iter().filter(|sentence| sentence.is_open || is_troubled(&sentence.words));
    let is_command = |word: &&Word<'_>| word.text.contains(' ');
    let names = troubled.flat_map(|sentence| &sentence.words).filter(is_name);
    let names = names.filter(|word| !is_command(word));
    names.take(limits::CLAIM_TEXT_NAMES).map(|word| word.small.clone()).collect()
}

/// Whether a sentence tells of trouble that stands: not "0 failures", not "fixed the failing …".
fn is_troubled(words: &[Word<'_>]) -> bool {
    const NONE: [&str; 7] = ["no", "0", "zero", "without", "not", "never", "longer"];
    const OVER: [&str; 14] = [
        "fixed",
        "fixes",
        "resolved",
        "resolves",
        "was",
        "were",
        "repaired",
        "mended",
        "solved",
        "previously",
        "originally",
        "used",
        "came",
        "saw",
    ];
    let is_over = words.iter().any(|word| word.is_in(&OVER));
    let stands = words.iter().enumerate().any(|(at, word)| {
        let is_none = at > 0 && (words[at - 1].is_in(&NONE) || words[at - 1].is("0"));
        word.is_in(&TROUBLED) && !is_none
    });
    stands && !is_over
}

/// Names of the sentence before the one at `at`.
pub(super) fn names_before(sentences: &[Sentence<'_>], at: usize) -> Vec<String> {
    let Some(before) = at.checked_sub(1) else { return Vec::new() };
    let is_named = |word: &&Word<'_>| is_name(word) && is_reference(word.text);
    let names = sentences[before].words.iter().filter(is_named);
    names.take(limits::CLAIM_NAMES).map(|word| word.text.to_owned()).collect()
}

fn is_name(word: &&Word<'_>) -> bool {
    word.kind == Kind::Name
}
