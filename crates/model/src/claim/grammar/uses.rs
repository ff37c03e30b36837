//! What is said to be used by nobody, or by nobody else.

use super::super::ClaimKind;
use super::super::mood::clause;
use super::super::sentence::{Kind, Word};
use super::bounds::{is_changing, names};

/// Who uses something.
const USERS: [&str; 24] = [
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
    "sites",
];

/// What users do.
const USING: [&str; 9] = [
    "uses",
    "calls",
    "references",
    "imports",
    "invokes",
    "consumes",
    "depends",
    "relies",
    "mentions",
];

/// The same, done to what they use.
const USED: [&str; 6] = ["used", "called", "referenced", "imported", "invoked", "consumed"];

/// Users by their nouns, where they stand alone.
const HOLDERS: [&str; 12] = [
    "caller",
    "callers",
    "user",
    "users",
    "usage",
    "usages",
    "reference",
    "references",
    "consumer",
    "consumers",
    "importers",
    "dependents",
];

pub(super) fn no_other_uses(words: &[Word<'_>]) -> Option<ClaimKind> {
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
    ((is_none || denies(words)) && !is_unsure)
        .then(|| ClaimKind::NoOtherUses { names: names(words) })
}

/// Whether the words deny that anything (else) uses what is named.
fn denies(words: &[Word<'_>]) -> bool {
    (0..words.len()).any(|at| {
        denies_user(words, at)
            || denies_any_left(words, at)
            || is_unused_now(words, at)
            || found_none(words, at)
    })
}

/// The words from `at` on up to the end of their clause.
fn rest<'w, 't>(words: &'w [Word<'t>], at: usize) -> &'w [Word<'t>] {
    let end = words[at..].iter().position(Word::is_break).map_or(words.len(), |len| at + len);
    &words[at..end]
}

/// "Nothing else in the repository uses `x`", "nobody calls it anymore", "no other file imports it".
fn denies_user(words: &[Word<'_>], at: usize) -> bool {
    let next = words.get(at + 1);
    let is_else = next.is_some_and(|next| next.is_in(&["else", "other"]));
    let is_nobody = words[at].is_in(&["nothing", "nobody"])
        || words[at].is("no") && is_else
        || words[at].is("one") && at > 0 && words[at - 1].is("no");
    let rest = rest(words, at);
    let Some(verb) = rest.iter().position(|word| word.is_in(&USING)) else { return false };
    let is_near = verb == 1 || is_else && verb < 9;
    let object =
        rest[verb + 1..].iter().find(|word| !word.is_in(&["on", "the", "a", "this", "that"]));
    let is_it =
        object.is_some_and(|object| object.kind == Kind::Name || object.is_in(&["it", "them"]));
    is_nobody && is_near && is_it
}

/// "No caller of `x` is left anywhere", "no references to `x` remain", "`x` has no callers".
fn denies_any_left(words: &[Word<'_>], at: usize) -> bool {
    if !words[at].is("no") || !words.get(at + 1).is_some_and(|next| next.is_in(&HOLDERS)) {
        return false;
    }
    let rest = rest(words, at + 2);
    let is_gone = rest.iter().any(|word| {
        word.is_in(&["left", "remain", "remains", "remaining", "anywhere", "elsewhere", "anymore"])
    });
    let is_of_name = rest.iter().take(3).any(|word| word.kind == Kind::Name);
    let has = at > 1 && words[at - 1].is_in(&["has", "have"]) && words[at - 2].kind == Kind::Name;
    is_gone && is_of_name || has && rest.is_empty()
}

/// "`x` is no longer used": not "no longer used for that".
fn is_unused_now(words: &[Word<'_>], at: usize) -> bool {
    let is_end = words
        .get(at + 1)
        .is_none_or(|next| next.is_break() || next.is_in(&["anywhere", "and", "so"]));
    let from = clause(words, at);
    words[at].is_in(&USED)
        && at > 1
        && words[at - 1].is("longer")
        && words[at - 2].is("no")
        && words[from..at].iter().any(|word| word.kind == Kind::Name)
        && is_end
}

/// "I found no other callers of `x`", "I could not find any further uses".
fn found_none(words: &[Word<'_>], at: usize) -> bool {
    const DENIED: [&str; 6] = ["not", "haven't", "didn't", "couldn't", "never", "hasn't"];
    let from = clause(words, at);
    let is_denied = words[from..at].iter().any(|word| word.is_in(&DENIED));
    let mut rest = rest(words, at + 1).iter();
    words[at].is_in(&["find", "found", "see", "seen", "spot"])
        && is_denied
        && rest.clone().take(2).any(|word| word.is_in(&["other", "further", "additional", "more"]))
        && rest.by_ref().take(5).any(|word| word.is_in(&USERS))
}
