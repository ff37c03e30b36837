//! What takes a sentence back: questions, conditions, plans, what others said.

use super::lexicon::{AHEAD, BEFORE, NEGATIONS, UNSURE};
use super::sentence::{Kind, Sentence, Word};

/// Beginnings of headings and leads after which follows what is still to do.
const AHEAD_LEADS: [&str; 24] = [
    "before merging",
    "before you",
    "next step",
    "follow-up",
    "follow up",
    "to do",
    "todo",
    "recommend",
    "suggest",
    "you can",
    "you may",
    "you could",
    "how to",
    "to run",
    "to test",
    "to verify",
    "to use",
    "usage",
    "plan",
    "future",
    "option",
    "would you like",
    "i'll",
    "i will",
];

/// The same, of what could not be done.
const OPEN_LEADS: [&str; 18] = [
    "not done",
    "not verified",
    "not tested",
    "not checked",
    "unverified",
    "untested",
    "could not",
    "couldn't",
    "known issue",
    "known limitation",
    "limitation",
    "remaining",
    "open question",
    "open point",
    "left to do",
    "caveat",
    "unresolved",
    "not implemented",
];

/// The same, of another time, or of what was asked for.
const ELSEWHERE_LEADS: [&str; 17] = [
    "before",
    "baseline",
    "on main",
    "on master",
    "previous",
    "originally",
    "background",
    "context",
    "root cause",
    "the problem",
    "the issue",
    "symptom",
    "criteria",
    "definition of done",
    "requirement",
    "expected",
    "goal",
];

/// Whether a heading or lead, in small letters, announces what is to come.
pub(super) fn announces_ahead(small: &str) -> bool {
    announces(small, &AHEAD_LEADS)
}

/// Whether it announces what is left open.
pub(super) fn announces_open(small: &str) -> bool {
    announces(small, &OPEN_LEADS)
}

/// Whether it announces another time, or what was asked for.
pub(super) fn announces_elsewhere(small: &str) -> bool {
    small.split_whitespace().count() <= 7 && announces(small, &ELSEWHERE_LEADS)
}

/// Whether one of these leads begins a word.
fn announces(small: &str, leads: &[&str]) -> bool {
    leads.iter().any(|lead| {
        small.match_indices(lead).any(|(at, _)| {
            let rest = &small[at + lead.len()..];
            !small[..at].ends_with(char::is_alphanumeric)
                && (lead.len() > 4
                    || !rest.starts_with(char::is_alphabetic)
                    || rest.starts_with("s"))
        })
    })
}

/// How a part of a sentence is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// As it is said.
    Said,
    /// It is denied.
    Denied,
    /// It is only thought to be so.
    Unsure,
    /// It is of another time, or for somebody else to do.
    Elsewhere,
}

/// Whether a sentence as a whole claims nothing: a question, a plan, an instruction, the words of others.
pub(super) fn is_no_claim(sentence: &Sentence<'_>) -> bool {
    let words = &sentence.words;
    let asks = words.last().is_some_and(|last| last.small == "?");
    let first = words.iter().find(|word| word.kind != Kind::Mark);
    let begins = first.is_some_and(|first| {
        first.is_in(&[
            "run",
            "please",
            "make",
            "ensure",
            "try",
            "use",
            "see",
            "let's",
            "let",
            "remember",
            "once",
            "if",
            "when",
            "unless",
            "until",
            "i'll",
            "next",
            "should",
            "todo",
            "tbd",
            "fixme",
            "according",
        ])
    });
    asks || begins || sentence.is_ahead || is_told_by_others(words)
}

fn is_told_by_others(words: &[Word<'_>]) -> bool {
    const OTHERS: [&str; 15] = [
        "user",
        "issue",
        "instructions",
        "instruction",
        "task",
        "readme",
        "docs",
        "documentation",
        "prompt",
        "description",
        "you",
        "reporter",
        "comment",
        "ticket",
        "reviewer",
    ];
    const SAY: [&str; 19] = [
        "says",
        "say",
        "said",
        "states",
        "state",
        "asks",
        "asked",
        "claims",
        "claimed",
        "mentions",
        "mentioned",
        "requires",
        "wants",
        "wanted",
        "told",
        "reported",
        "reports",
        "suggests",
        "expects",
    ];
    words.iter().enumerate().any(|(at, word)| {
        let is_aside = word.is("you") && at > 4;
        word.is_in(&OTHERS)
            && !is_aside
            && words[at + 1..].iter().take(3).any(|next| next.is_in(&SAY))
    })
}

/// Whether a condition, a bound or an aim stands anywhere in the sentence: it holds for what is said of checks.
pub(super) fn is_conditional(words: &[Word<'_>]) -> bool {
    const CONDITIONS: [&str; 25] = [
        "according",
        "apparently",
        "reportedly",
        "nightly",
        "yesterday",
        "if",
        "unless",
        "assuming",
        "provided",
        "whether",
        "when",
        "whenever",
        "only",
        "until",
        "goal",
        "aim",
        "aims",
        "target",
        "ideally",
        "supposed",
        "requires",
        "require",
        "depends",
        "depending",
        "otherwise",
    ];
    words.iter().enumerate().any(|(at, word)| {
        let next = words.get(at + 1);
        word.is_in(&CONDITIONS)
            || word.is_in(&["once", "after"]) && next.is_some_and(|next| next.is("you"))
            || word.is_in(&["so", "such"]) && next.is_some_and(|next| next.is("that"))
    })
}

/// Whether the sentence begins with another time: "before this change, …", but not "before handing in, …".
pub(super) fn is_of_before(words: &[Word<'_>]) -> bool {
    let is_then = words.first().is_some_and(|first| {
        first.is_in(&["before", "previously", "originally", "initially", "formerly", "prior"])
    });
    is_then && !words.get(1).is_some_and(|next| next.small.ends_with("ing"))
}

/// How the words from `from` to `to`, which stand before a predicate, make it be meant.
pub(super) fn mood(words: &[Word<'_>], from: usize, to: usize) -> Mood {
    let before = &words[from..to];
    let has = |list: &[&str]| before.iter().any(|word| word.is_in(list));
    let is_purpose = before.iter().enumerate().any(|(at, word)| {
        word.is("to")
            && before.get(at + 1).is_some_and(|next| {
                next.is_in(&["ensure", "verify", "confirm", "check", "make", "see", "get", "let"])
            })
    });
    let makes_sure =
        before.windows(2).any(|pair| pair[0].is_in(&["make", "making"]) && pair[1].is("sure"));
    let is_back = before.len() > 1 && before[before.len() - 2].is("back");
    let is_to = before.last().is_some_and(|word| word.is("to"))
        && !is_back
        && !has(&["continue", "continues", "continued"]);
    let can_say = before
        .windows(2)
        .any(|pair| pair[0].is("can") && pair[1].is_in(&["confirm", "report", "say", "verify"]));
    let is_ahead = before.iter().any(|word| word.is_in(&AHEAD) && !(can_say && word.is("can")));
    if is_ahead || is_once(before) || is_purpose || makes_sure || is_to {
        Mood::Elsewhere
    } else if has(&UNSURE) {
        Mood::Unsure
    } else if is_past(before) {
        Mood::Elsewhere
    } else if has(&NEGATIONS) && !has(&["longer"]) {
        Mood::Denied
    } else {
        Mood::Said
    }
}

/// "Once the cache is warm", not "rounded once".
pub(super) fn is_once(before: &[Word<'_>]) -> bool {
    before.iter().enumerate().any(|(at, word)| {
        let subjects = ["you", "the", "it", "this", "that", "all", "they", "we", "these"];
        word.is("once") && (at == 0 || before.get(at + 1).is_some_and(|next| next.is_in(&subjects)))
    })
}

fn is_past(before: &[Word<'_>]) -> bool {
    before.iter().any(|word| word.is_in(&BEFORE) && !word.is_in(&["was", "were", "had", "used"]))
        || before.windows(2).any(|pair| pair[0].is("used") && pair[1].is("to"))
}

/// Where the clause begins in which the word at `at` stands.
pub(super) fn clause(words: &[Word<'_>], at: usize) -> usize {
    words[..at].iter().rposition(Word::is_break).map_or(0, |found| found + 1)
}
