//! Parts of a sentence that stand for themselves: what is said in one is not reserved by the other.

use super::lexicon::{EXCEPTED, FAILING, PASSING};
use super::mood::is_once;
use super::nouns::noun;
use super::sentence::{Kind, Word};

/// Words that hold for all that follows them, whatever stands between.
const REACHING: [&str; 22] = [
    "if",
    "unless",
    "assuming",
    "assumed",
    "provided",
    "whether",
    "when",
    "whenever",
    "until",
    "suppose",
    "theory",
    "should",
    "would",
    "says",
    "said",
    "claims",
    "claimed",
    "states",
    "asked",
    "yesterday",
    "earlier",
    "previously",
];

/// The part of a sentence that is said plainly after another that tells of no check: "It needs no server, and all tests
/// pass"; after "but", also where the other tells of another check. Empty where the sentence has one part only.
pub(super) fn asserted<'w, 't>(words: &'w [Word<'t>]) -> &'w [Word<'t>] {
    let cuts = words.iter().enumerate().rev().filter_map(|(at, word)| {
        let next = words.get(at + 1)?;
        let is_joint = word.is(",") && next.is_in(&["and", "so"]) || word.is(";");
        let is_contrast = word.is_in(&[",", ";"]) && next.is("but");
        let from = at + 1 + usize::from(next.is_in(&["and", "so", "but"]));
        (is_joint || is_contrast).then_some((at, from, is_contrast))
    });
    for (at, from, is_contrast) in cuts {
        let (before, after) = (&words[..at], &words[from..]);
        let says = after.iter().any(|word| word.is_in(&PASSING));
        let is_bound = before
            .windows(2)
            .any(|pair| pair[0].is("as") && pair[1].is_in(&["long", "soon", "far", "of"]));
        let reaches =
            is_bound || is_once(before) || before.iter().any(|word| word.is_in(&REACHING));
        let tells = (0..before.len()).any(|at| {
            before[at].is_in(&PASSING) || before[at].is_in(&FAILING) || noun(before, at).is_some()
        });
        let has_own = (0..after.len().min(5)).any(|at| noun(after, at).is_some());
        let fails = before.iter().any(|word| word.is_in(&FAILING) || word.is("flaky"));
        let is_apart = !tells || is_contrast && has_own && !fails;
        if says && !reaches && is_apart && before.len() > 2 {
            return after;
        }
    }
    &[]
}

/// What a sentence that excepts something says of the rest: "all tests pass" of "All tests pass except `test_a`, which
/// failed before"; none where it does not say what passes, or excepts something without a name.
pub(super) fn but_for<'w, 't>(words: &'w [Word<'t>]) -> Option<&'w [Word<'t>]> {
    const VAGUE: [&str; 14] = [
        "flaky",
        "flake",
        "some",
        "several",
        "few",
        "couple",
        "environment",
        "environmental",
        "intermittent",
        "network",
        "sandbox",
        "quarantined",
        "deselected",
        "skipped",
    ];
    // "The same failures as on main, and no new ones": what is old is named, and the rest is denied.
    if let Some(at) = words.windows(3).position(|three| {
        three[0].is("no")
            && three[1].is("new")
            && three[2].is_in(&["ones", "failures", "regressions"])
    }) {
        return Some(&words[at..at + 3]);
    }
    let is_excepting =
        |word: &Word<'_>| word.is_in(&EXCEPTED) || word.is_in(&["rest", "exception"]);
    let at = words.iter().position(is_excepting)?;
    let is_named = words.iter().any(|word| word.kind == Kind::Name);
    if !is_named || words.iter().any(|word| word.is_in(&VAGUE)) {
        return None;
    }
    let passes = |part: &[Word<'_>]| part.iter().any(|word| word.is_in(&PASSING));
    if passes(&words[..at]) {
        return Some(&words[..at]);
    }
    let rest = &words[at + 1..];
    let from = match rest.iter().position(|word| word.is(",")) {
        Some(comma) if passes(&rest[comma..]) => {
            rest[comma..].iter().rposition(|word| word.is(",")).map(|last| comma + last)
        }
        _ => None,
    };
    let part = &rest[from.map_or(0, |from| from + 1)..];
    passes(part).then_some(part)
}

/// Whether a sentence says only of what the one before named that it passes: "It passes.", "They are all green now."
pub(super) fn is_of_what_was_named(words: &[Word<'_>]) -> bool {
    const SUBJECTS: [&str; 4] = ["it", "they", "both", "all"];
    const BETWEEN: [&str; 14] = [
        "now", "also", "still", "all", "both", "of", "them", "is", "are", "comes", "came", "back",
        "ran", "runs",
    ];
    let Some(at) = words.iter().position(|word| word.is_in(&PASSING)) else { return false };
    let ends = words
        .get(at + 1)
        .is_none_or(|next| next.is_break() || next.is_in(&["now", "with", "again"]))
        && words[at + 1..].iter().all(|word| !word.is_in(&FAILING) && !word.is_in(&EXCEPTED));
    let is_led = words[0].is_in(&SUBJECTS) && words[1..at].iter().all(|word| word.is_in(&BETWEEN));
    at > 0 && is_led && ends
}

/// Whether a sentence says by a number that nothing failed: "100 passed, 0 failed".
pub(super) fn counts_none(words: &[Word<'_>]) -> bool {
    let is_none = words.windows(2).any(|pair| {
        pair[0].kind == Kind::Number
            && pair[0].small == "0"
            && pair[1].is_in(&["failed", "failures", "failing", "fail", "errors"])
    });
    let passed = words.windows(2).any(|pair| {
        pair[0].kind == Kind::Number
            && pair[0].small != "0"
            && pair[1].is_in(&["passed", "passing", "pass"])
    });
    is_none && passed
}
