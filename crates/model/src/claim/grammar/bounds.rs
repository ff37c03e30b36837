//! What is said to be all that changed, what is said not to have, and what nobody else uses.

use super::super::lexicon::{Form, change, is_path, is_reference};
use super::super::mood::clause;
use super::super::sentence::{Kind, Sentence, Word};
use super::super::{ClaimKind, Verb};
use crate::limits;

/// Ways to say that one did not.
const DID_NOT: [&str; 10] =
    ["didn't", "haven't", "hasn't", "wasn't", "weren't", "without", "not", "never", "no", "none"];

/// What makes a denial a rule or a plan.
const RULE: [&str; 13] = [
    "should", "must", "supposed", "do", "does", "don't", "can't", "cannot", "will", "would", "may",
    "you", "if",
];

/// Who uses something.
const USERS: [&str; 23] = [
    "depends",
    "depend",
    "relies",
    "calls",
    "caller",
    "callers",
    "usage",
    "usages",
    "use",
    "uses",
    "user",
    "users",
    "reference",
    "references",
    "consumer",
    "consumers",
    "importer",
    "importers",
    "dependents",
    "call",
    "place",
    "places",
    "implementations",
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
    out.extend(no_other_uses(words));
    out.extend(only(words));
    out.extend(untouched(words));
    out
}

fn names(words: &[Word<'_>]) -> Vec<String> {
    let is_named = |word: &&Word<'_>| word.kind == Kind::Name && is_reference(word.text);
    words
        .iter()
        .filter(is_named)
        .take(limits::CLAIM_NAMES)
        .map(|word| word.text.to_owned())
        .collect()
}

fn no_other_uses(words: &[Word<'_>]) -> Option<ClaimKind> {
    let is_use = |from: usize| words[from..].iter().take(3).any(|word| word.is_in(&USERS));
    let is_none = words.iter().enumerate().any(|(at, word)| {
        let other = |from: usize| {
            words[from..].iter().take(2).any(|next| {
                next.is_in(&["other", "further", "remaining", "additional", "external"])
            })
        };
        word.is("no") && other(at + 1) && is_use(at + 2)
            || word.is("only") && is_use(at + 1) && !is_changing(words, at)
            || word.is("no")
                && is_use(at + 1)
                && words[at + 1..].iter().take(4).any(|next| next.is("than"))
            || word.is("no")
                && words[at + 1..].iter().take(1).any(|next| next.is_in(&USERS))
                && words[at + 2..]
                    .iter()
                    .take(2)
                    .any(|next| next.is_in(&["anywhere", "left", "elsewhere"]))
            || word.is("nowhere") && words.get(at + 1).is_some_and(|next| next.is("else"))
            || (word.is_in(&["nothing", "nobody"])
                || word.is("one") && at > 0 && words[at - 1].is("no"))
                && other(at + 1).max(words.get(at + 1).is_some_and(|next| next.is("else")))
                && words[at + 1..]
                    .iter()
                    .take(3)
                    .any(|next| next.is_in(&["uses", "calls", "references", "imports", "depends"]))
            || word.is_in(&["used", "called", "referenced", "imported"])
                && words[..at]
                    .iter()
                    .rev()
                    .take(3)
                    .any(|before| before.is_in(&["not", "isn't", "aren't", "never"]))
                && words[at + 1..]
                    .iter()
                    .take(5)
                    .any(|next| next.is_in(&["other", "else", "another"]))
            || word.is("only")
                && words.get(at + 1).is_some_and(|next| {
                    next.is_in(&["used", "called", "referenced", "imported", "invoked", "consumed"])
                })
            || word.is_in(&["elsewhere", "anywhere"])
                && words[..at]
                    .iter()
                    .any(|before| before.is_in(&["not", "isn't", "aren't", "never", "unused"]))
                && words[..at].iter().any(|before| {
                    before.is_in(&["used", "called", "referenced", "imported", "unused"])
                })
    });
    let is_unsure =
        words.iter().any(|word| word.is_in(&["should", "if", "probably", "likely", "assuming"]));
    (is_none && !is_unsure).then(|| ClaimKind::NoOtherUses { names: names(words) })
}

fn is_changing(words: &[Word<'_>], at: usize) -> bool {
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
                change(next).is_some() || next.is_in(&["made", "needed", "affected", "involved"])
            })
    });
    let is_nothing = words.iter().enumerate().any(|(at, word)| {
        word.is("nothing")
            && words.get(at + 1).is_some_and(|next| next.is_in(&BESIDES) || next.is("else"))
            && words.iter().any(|other| change(other).is_some())
    });
    let is_no_file = words.windows(3).any(|three| {
        three[0].is("no") && three[1].is_in(&["file", "files"]) && three[2].is_in(&BESIDES)
    }) && words.iter().any(|word| change(word).is_some());
    if is_other || is_nothing || is_no_file {
        return Some(ClaimKind::Only { names: names(words) });
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
    if part.iter().any(|word| word.is_in(&RULE) || word.is("other") || word.is("nothing")) {
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
    let is_about_files = tests || names.iter().any(|name| is_path(name));
    is_about_files.then_some(ClaimKind::Untouched { names, tests })
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
