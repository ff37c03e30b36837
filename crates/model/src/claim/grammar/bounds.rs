//! What is said to be all that changed, what is said not to have, and what nobody else uses.

use super::super::lexicon::{Form, NUMBERS, change, is_path, is_reference};
use super::super::mood::clause;
use super::super::sentence::{Kind, Sentence, Word};
use super::super::{ClaimKind, Verb};
use crate::limits;

/// Ways to say that one did not.
const DID_NOT: [&str; 11] = [
    "nothing", "didn't", "haven't", "hasn't", "wasn't", "weren't", "without", "not", "never", "no",
    "none",
];

/// What makes a denial a rule or a plan.
const RULE: [&str; 13] = [
    "should", "must", "supposed", "do", "does", "don't", "can't", "cannot", "will", "would", "may",
    "you", "if",
];

/// But for.
const BESIDES: [&str; 6] = ["besides", "except", "but", "beyond", "outside", "other"];

/// Words between "only" and a file that leave the whole file meant.
const BETWEEN_ONLY: [&str; 24] = [
    "the",
    "file",
    "files",
    "in",
    "to",
    "inside",
    "within",
    "change",
    "changes",
    "made",
    "a",
    "single",
    "one",
    "two",
    "three",
    "module",
    "crate",
    "package",
    "folder",
    "directory",
    "myself",
    "edits",
    "under",
    "i",
];

/// What the sentence says of the bounds of the change.
pub(super) fn read(sentence: &Sentence<'_>) -> Vec<ClaimKind> {
    let words = &sentence.words;
    let mut out = Vec::new();
    out.extend(super::uses::no_other_uses(words));
    out.extend(only(words));
    out.extend(untouched(words));
    out
}

pub(super) fn names(words: &[Word<'_>]) -> Vec<String> {
    let is_named =
        |word: &&Word<'_>| word.kind == Kind::Name && is_reference(word.text.trim_end_matches('('));
    words
        .iter()
        .filter(is_named)
        .take(limits::CLAIM_NAMES)
        .map(|word| word.text.trim_end_matches('(').to_owned())
        .collect()
}

pub(super) fn is_changing(words: &[Word<'_>], at: usize) -> bool {
    words[at..].iter().take(4).any(|word| change(word).is_some())
}

fn only(words: &[Word<'_>]) -> Option<ClaimKind> {
    let is_other = words.iter().enumerate().any(|(at, word)| {
        word.is("no")
            && words.get(at + 1).is_some_and(|next| next.is("other"))
            && words[at + 2..]
                .iter()
                .take(2)
                .any(|next| next.is_in(&["file", "files", "code", "changes", "source"]))
            && words[at + 2..].iter().any(|next| {
                matches!(change(next), Some((Verb::Changed, _)))
                    || next.is_in(&["made", "needed", "affected", "involved"])
            })
    });
    let is_nothing = words.iter().enumerate().any(|(at, word)| {
        word.is("nothing")
            && words.get(at + 1).is_some_and(|next| next.is_in(&BESIDES) || next.is("else"))
            && words.iter().any(|other| matches!(change(other), Some((Verb::Changed, _))))
    });
    let is_no_file = words.windows(3).any(|three| {
        three[0].is("no") && three[1].is_in(&["file", "files"]) && three[2].is_in(&BESIDES)
    }) && words.iter().any(|word| change(word).is_some());
    if is_other || is_nothing || is_no_file {
        return Some(ClaimKind::Only { names: names(words) });
    }
    if let Some(told) = counted(words).or_else(|| only_tests(words)) {
        return Some(told);
    }
    let at = words
        .iter()
        .position(|word| word.is_in(&["only", "solely", "limited", "confined", "restricted"]))?;
    let word = &words[at];
    let has_rule = words[..at].iter().any(|word| word.is_in(&RULE));
    if is_only_thing(words, at) && !has_rule {
        let names: Vec<String> = names(words).into_iter().filter(|name| is_path(name)).collect();
        return (!names.is_empty()).then_some(ClaimKind::Only { names });
    }
    let near = |list: &[&str]| words[at + 1..].iter().take(3).any(|word| word.is_in(list));
    let is_bound = if word.is_in(&["limited", "confined", "restricted"]) {
        let is_change = |word: &Word<'_>| {
            word.small.starts_with("change")
                || word.is_in(&["diff", "edit", "edits", "fix", "patch", "work", "modifications"])
        };
        let after = words[at + 1..].iter().take(3);
        let is_own = words.get(at + 1).is_some_and(|next| next.is_in(&["myself", "ourselves"]));
        is_own
            || words[..at].iter().any(is_change) && near(&["to"])
            || after.clone().any(is_change) && after.clone().any(|word| word.is("to"))
    } else {
        let is_done = |word: &Word<'_>| {
            matches!(change(word), Some((Verb::Changed, Form::Past | Form::Third)))
        };
        let tells_files = words[..at].iter().any(|word| word.is_in(&["file", "files"]))
            && words[..at].iter().any(is_done);
        tells_files
            || words.get(at + 1).is_some_and(is_done)
            || at > 0 && is_done(&words[at - 1])
            || near(&["file", "files"]) && is_changing(words, at)
    };
    // "Only the default in `a.rs`" bounds what changed within the file.
    let is_within = words[at + 1..].iter().take_while(|word| word.kind != Kind::Name).any(|word| {
        word.kind == Kind::Plain && change(word).is_none() && !word.is_in(&BETWEEN_ONLY)
    });
    if is_within {
        return None;
    }
    let names: Vec<String> = names(&words[at..]).into_iter().filter(|name| is_path(name)).collect();
    (is_bound && !has_rule && !names.is_empty()).then_some(ClaimKind::Only { names })
}

/// "The diff touches two files, `a.rs` and `b.rs`": as many as are named.
fn counted(words: &[Word<'_>]) -> Option<ClaimKind> {
    const WHOLES: [&str; 8] =
        ["diff", "change", "changes", "patch", "changeset", "edits", "fix", "branch"];
    const ONE: [&str; 3] = ["one", "single", "1"];
    let at = words.iter().position(|word| word.is_in(&["file", "files"]))?;
    let number = &words[at.checked_sub(1)?];
    let count = if ONE.contains(&number.small.as_str()) {
        1
    } else {
        let written = NUMBERS.iter().position(|word| number.is(word)).map(|place| place + 2);
        written.or_else(|| number.small.parse().ok())?
    };
    let from = clause(words, at);
    let is_whole = words[from..at].iter().any(|word| word.is_in(&WHOLES));
    let does = words[from..at].iter().any(|word| {
        let is_change = matches!(change(word), Some((Verb::Changed, Form::Past | Form::Third)));
        is_change || word.is_in(&["touches", "spans", "covers"])
    });
    let is_more = words
        .iter()
        .any(|word| word.is_in(&["least", "plus", "other", "more", "mainly", "mostly"]));
    let names: Vec<String> = names(&words[at..]).into_iter().filter(|name| is_path(name)).collect();
    (is_whole && does && !is_more && names.len() == count).then_some(ClaimKind::Only { names })
}

/// What "only tests" are called among the names of a claim.
const TESTS: &str = "tests";

/// "I only changed tests", "only the tests were touched".
fn only_tests(words: &[Word<'_>]) -> Option<ClaimKind> {
    let at = words.iter().position(|word| word.is_in(&["only", "just"]))?;
    let rest: Vec<&Word<'_>> = words[at + 1..]
        .iter()
        .filter(|word| !word.is_in(&["the", "existing", "some", "a", "few", "our"]))
        .collect();
    let is_done = |word: &Word<'_>| matches!(change(word), Some((Verb::Changed, Form::Past)));
    let is_tests = |word: &Word<'_>| word.is_in(&["test", "tests"]);
    let is_end = |word: Option<&&Word<'_>>| word.is_none_or(|next| next.is_break());
    let is_so = match rest.as_slice() {
        [did, tests, after @ ..] if is_done(did) && is_tests(tests) => {
            is_end(after.first()) || after[0].is("files") && is_end(after.get(1))
        }
        [tests, be, did, after @ ..]
            if is_tests(tests) && be.is_in(&["were", "was", "have", "files"]) =>
        {
            is_done(did) && is_end(after.first())
        }
        [tests, did, after @ ..] if is_tests(tests) && is_done(did) => is_end(after.first()),
        _ => false,
    };
    let has_rule = words[..at].iter().any(|word| word.is_in(&RULE) || word.is("not"));
    (is_so && !has_rule).then(|| ClaimKind::Only { names: vec![TESTS.to_owned()] })
}

/// "Only `a.rs` and `b.rs` changed", "the only change is in `a.rs`", "`a.rs` is the only file I modified".
fn is_only_thing(words: &[Word<'_>], at: usize) -> bool {
    let after = words[at + 1..]
        .iter()
        .find(|next| !(next.kind == Kind::Name || next.is_in(&["and", ",", "was", "were", "has"])));
    let is_led = words.get(at + 1).is_some_and(|next| next.kind == Kind::Name)
        && after.is_some_and(|next| matches!(change(next), Some((Verb::Changed, Form::Past))));
    let is_only_change =
        words.get(at + 1).is_some_and(|next| {
            next.small.starts_with("change") || next.is_in(&["edit", "edits", "modification"])
        }) && words[at + 2..].iter().take(3).any(|next| next.is_in(&["in", "to", "within"]));
    let is_only_file = at > 0
        && words[at - 1].is("the")
        && words.get(at + 1).is_some_and(|next| next.is_in(&["file", "files"]))
        && words[at + 2..].iter().take(5).any(|next| change(next).is_some());
    is_led || is_only_change || is_only_file
}

fn untouched(words: &[Word<'_>]) -> Option<ClaimKind> {
    let is_denial = |at: &usize| {
        let (at, word) = (*at, &words[*at]);
        let is_denied = || {
            let from = clause(words, at);
            words[from..at].iter().any(|before| before.is_in(&DID_NOT))
        };
        let is_no_change = at > 0
            && words[at - 1].is("no")
            && word.is_in(&["change", "changes", "edits", "modifications"])
            && words[at + 1..].iter().take(3).any(|next| next.is_in(&["to", "in"]));
        is_no_change
            || is_left(words, at)
            || matches!(change(word), Some((Verb::Changed, _))) && is_denied()
    };
    (0..words.len()).filter(is_denial).find_map(|at| untouched_at(words, at))
}

fn untouched_at(words: &[Word<'_>], at: usize) -> Option<ClaimKind> {
    let from = clause(words, at);
    let end = words[at..].iter().position(Word::is_break).map_or(words.len(), |len| at + len);
    let part = &words[from..end];
    // "Nothing in `a.cfg` was modified" is of that file; "nothing besides it" is of all others.
    let is_nothing_in = part.windows(3).any(|three| {
        three[0].is("nothing")
            && three[1].is_in(&["in", "of", "under", "within"])
            && three[2].kind == Kind::Name
    });
    let is_of_others = |word: &Word<'_>| word.is("other") || word.is("nothing") && !is_nothing_in;
    let is_not_only = part
        .windows(2)
        .any(|pair| pair[0].is_in(&DID_NOT) && pair[1].is_in(&["only", "just", "merely"]));
    if is_not_only || part.iter().any(|word| word.is_in(&RULE) || is_of_others(word)) {
        return None;
    }
    // Names before a denial are who did not, those after what was not.
    let has_object = words[at..end].iter().any(|word| word.kind == Kind::Name);
    let is_own = has_object || words[at..end].iter().any(|word| word.is_in(&["test", "tests"]));
    let is_of_subject = is_left(words, at) || is_passive(words, at) || !is_own;
    let said = if is_of_subject { part } else { &words[at..end] };
    let names = names(said);
    if !names.is_empty() && !is_direct(said) {
        return None;
    }
    let tests = names.is_empty() && said.iter().any(|word| word.is_in(&["test", "tests"]));
    if names.is_empty() && is_product_code(said) {
        return Some(ClaimKind::Untouched { names: vec![PRODUCT_CODE.to_owned()], tests: false });
    }
    let is_about_files = tests || names.iter().any(|name| is_path(name));
    is_about_files.then_some(ClaimKind::Untouched { names, tests })
}

/// What code that is no test is called among the names of a claim.
pub(in super::super) const PRODUCT_CODE: &str = "production code";

/// "No production code": all of it, with no further bound.
fn is_product_code(said: &[Word<'_>]) -> bool {
    let is_it = said.windows(2).any(|pair| {
        pair[0].is_in(&["production", "application", "product", "non-test"])
            && pair[1].is_in(&["code", "source", "sources"])
    });
    is_it && !said.iter().any(|word| word.is_in(&["in", "of", "for", "from", "outside"]))
}

/// Whether a name is itself what was left, and not what something in it belongs to.
fn is_direct(said: &[Word<'_>]) -> bool {
    const BETWEEN: [&str; 32] = [
        "needed",
        "required",
        "necessary",
        "made",
        "the",
        "any",
        "file",
        "files",
        "existing",
        "test",
        "tests",
        "in",
        "module",
        "its",
        "contents",
        "i",
        "we",
        "i've",
        "left",
        "have",
        "has",
        "did",
        "was",
        "were",
        "is",
        "are",
        "been",
        "and",
        "also",
        "to",
        "edits",
        "modifications",
    ];
    said.iter()
        .take_while(|word| word.kind != Kind::Name)
        .all(|word| change(word).is_some() || word.is_in(&DID_NOT) || word.is_in(&BETWEEN))
}

/// "Left alone", "untouched".
fn is_left(words: &[Word<'_>], at: usize) -> bool {
    let word = &words[at];
    let rest: Vec<&str> = words[at + 1..].iter().take(4).map(|word| word.small.as_str()).collect();
    let is_kept = word.is("as")
        && words[..at].iter().any(|before| {
            before.is_in(&["left", "kept", "stays", "stay", "stayed", "remains", "remain"])
        })
        && matches!(
            rest.as_slice(),
            ["is", ..] | ["it" | "they", "was" | "were" | "is" | "are", ..]
        );
    is_kept
        || word.is_in(&["untouched", "unmodified", "unchanged"])
        || word.is("alone") && words[..at].iter().any(|before| before.is("left"))
}

fn is_passive(words: &[Word<'_>], at: usize) -> bool {
    words[at.saturating_sub(3)..at].iter().any(|word| {
        word.is_in(&["was", "were", "been", "is", "are", "wasn't", "weren't", "aren't"])
    })
}
