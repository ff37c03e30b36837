//! What the agent just said it is about to do.

use super::verbs::{doing, is_verb};
use crate::fold::Words;
use crate::phrase::{Standing, lower_first, sentences};
use crate::text::one_line;

/// What an agent said it will do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Intent {
    /// With the verb as it was said: "fix the race in the watcher".
    pub(super) clause: String,
    /// What it said just before, where the clause alone does not name its object.
    pub(super) ground: Option<String>,
}

impl Intent {
    /// The intent as something going on: "fixing the race in the watcher".
    pub(super) fn going_on(&self) -> String {
        let doing = doing(&self.clause).unwrap_or_else(|| format!("about to {}", self.clause));
        match &self.ground {
            Some(ground) => format!("{doing}: {ground}"),
            None => doing,
        }
    }

    /// The verb.
    pub(super) fn verb(&self) -> &str {
        self.clause.split(' ').next().unwrap_or_default()
    }

    /// What follows the verb.
    pub(super) fn object(&self) -> &str {
        self.clause.split_once(' ').map_or("", |(_, rest)| rest)
    }
}

/// Ways to state an intent; what follows begins with its verb.
const STATES: [&str; 27] = [
    "let me now",
    "let me also",
    "let me first",
    "let me",
    "let's now",
    "let's",
    "now let me",
    "i'll now",
    "i'll also",
    "i'll first",
    "i'll",
    "i will now",
    "i will",
    "i am going to",
    "i'm going to",
    "i need to",
    "i should",
    "i also need to",
    "i want to",
    "we need to",
    "we should",
    "next step is to",
    "time to",
    "next i'll",
    "i can now",
    "now i can",
    "i have to",
];

/// The last intent stated in `words`.
pub(super) fn stated(words: &Words) -> Option<Intent> {
    let ending = words.ending();
    let said = sentences(&ending);
    for (at, sentence) in said.iter().enumerate().rev().take(4) {
        let Some(clause) = clause_of(&sentence.text) else { continue };
        if clause.len() < 4 {
            continue;
        }
        let before = at.checked_sub(1).map(|b| &said[b]).filter(|b| b.place == Standing::Prose);
        // "I need to update the callers of `open`. Let me do that."
        if is_vague(&clause)
            && let Some(clause) = before.and_then(|b| clause_of(&b.text)).filter(|c| !is_vague(c))
        {
            return Some(Intent { clause, ground: None });
        }
        let ground = before
            .filter(|_| is_vague(&clause))
            .map(|b| lower_first(b.text.trim_end_matches(['.', ':', '!'])))
            .filter(|text| text.split(' ').count() > 3 && !text.starts_with("the user "));
        return Some(Intent { clause, ground });
    }
    None
}

/// What of a sentence states an intent: "Let me fix the race:" → "fix the race".
pub(super) fn clause_of(sentence: &str) -> Option<String> {
    let sentence = one_line(sentence).replace('’', "'");
    let mut rest = sentence.as_str();
    for filler in [
        "Now,", "Now that", "OK,", "Okay,", "Good,", "Next,", "First,", "Then", "So", "Now",
        "Next", "Finally,",
    ] {
        if filler == "Now that" {
            continue;
        }
        if let Some(tail) = rest.strip_prefix(filler).filter(|t| t.starts_with(' ')) {
            rest = tail.trim_start();
        }
    }
    let lower = rest.to_lowercase();
    let mut found: Vec<(usize, usize)> = STATES
        .iter()
        .filter_map(|state| position(&lower, state).map(|at| (at, at + state.len())))
        .collect();
    found.sort_unstable();
    let stated = found.iter().rev().filter_map(|(_, end)| rest.get(*end..)).map(str::trim_start);
    if let Some(clause) = stated.into_iter().find(|clause| begins_with_verb(clause)) {
        return Some(tidy(clause));
    }
    // "Now running the tests." and "Running the tests." state it as well.
    let first = lower.split(' ').next().unwrap_or_default();
    if first.len() < 6 || !first.ends_with("ing") || first.ends_with("thing") || !found.is_empty() {
        return None;
    }
    let verb = base_form(first)?;
    Some(tidy(&format!("{verb}{}", with_base_forms(rest.get(first.len()..)?))))
}

fn begins_with_verb(clause: &str) -> bool {
    let adverb = |w: &str| {
        matches!(w, "also" | "now" | "just" | "quickly" | "first" | "then" | "actually")
            || w.ends_with("ly")
    };
    clause
        .split([' ', ',', ':'])
        .find(|w| !adverb(w))
        .is_some_and(|verb| is_verb(&verb.to_lowercase()))
}

/// Where `state` begins a clause of `lower`.
fn position(lower: &str, state: &str) -> Option<usize> {
    lower
        .match_indices(state)
        .map(|(at, _)| at)
        .filter(|&at| {
            let before = lower[..at].trim_end();
            let begins = before.is_empty()
                || before.ends_with([',', ';', ':', '-', '–', '—', '.', '('])
                || before.ends_with(" so");
            let ends = lower[at + state.len()..].starts_with(' ');
            begins && ends
        })
        .last()
}

/// The verb of a participle that begins a sentence, if it is one that intents are stated with.
fn base_form(participle: &str) -> Option<String> {
    let stem = participle.strip_suffix("ing")?;
    let undoubled = {
        let mut chars = stem.chars();
        let last = chars.next_back();
        (chars.clone().next_back() == last).then(|| chars.as_str().to_owned())
    };
    [Some(stem.to_owned()), Some(format!("{stem}e")), undoubled]
        .into_iter()
        .flatten()
        .find(|v| is_verb(v))
}

/// "start by adding fields" → "add fields".
fn without_opening(clause: &str) -> String {
    let openings = [
        "start by ",
        "start with ",
        "begin by ",
        "begin with ",
        "continue by ",
        "continue with ",
        "proceed to ",
        "proceed with ",
        "continue to ",
        "go ahead and ",
        "try to ",
        "make sure to ",
        "start ",
        "quickly ",
        "also ",
        "now ",
        "first ",
    ];
    let Some(rest) = openings.iter().find_map(|o| clause.strip_prefix(o)) else {
        return clause.to_owned();
    };
    let first = rest.split(' ').next().unwrap_or_default();
    match base_form(first) {
        Some(verb) => format!("{verb}{}", with_base_forms(&rest[first.len()..])),
        None if is_verb(first) => rest.to_owned(),
        None => clause.to_owned(),
    }
}

/// `rest` with further participles joined by "and" as plain verbs.
fn with_base_forms(rest: &str) -> String {
    let mut out = String::new();
    let mut joined = false;
    for word in rest.split_inclusive(' ') {
        match base_form(word.trim_end()).filter(|_| joined) {
            Some(verb) => {
                out.push_str(&verb);
                out.push_str(&word[word.trim_end().len()..]);
            }
            None => out.push_str(word),
        }
        joined = matches!(word.trim_end(), "and" | "then");
    }
    out
}

fn tidy(clause: &str) -> String {
    let clause = clause.trim().trim_end_matches(['.', ':', '!', ',', ' ']);
    let clause = &without_opening(clause);
    let clause = clause.strip_suffix(" now").unwrap_or(clause);
    // What follows a dash or semicolon is another thought.
    let cut = [" — ", " – ", "; ", " - ", ": "].iter().filter_map(|m| clause.find(m)).min();
    lower_first(&clause[..cut.filter(|c| *c > 12).unwrap_or(clause.len())])
}

/// Whether a clause speaks of something it does not name.
pub(super) fn is_vague(clause: &str) -> bool {
    let back = ["it", "its", "this", "that", "these", "those", "them", "both", "what's"];
    let words: Vec<&str> = clause.split(' ').map(|w| w.trim_end_matches(['.', ','])).collect();
    let object = words.get(1).is_some_and(|w| back[..8].contains(w));
    words.len() < 3
        || object && words.len() < 12
        || words.len() < 7 && words[1..].iter().any(|w| back.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ordinal, Timestamp};

    fn told(text: &str) -> Option<String> {
        let words = Words {
            head: text.into(),
            tail: String::new(),
            ordinal: Ordinal(1),
            at: None::<Timestamp>,
        };
        stated(&words).map(|i| i.going_on())
    }

    #[test]
    fn the_last_stated_intent_is_told() {
        for (said, line) in [
            (
                "The watcher races. Let me now fix the race in the watcher:",
                "fixing the race in the watcher",
            ),
            ("Now I need to update the callers of `open`.", "updating the callers of `open`"),
            ("All green. Now running the type check.", "running the type check"),
            (
                "The fixture lacks the new field. Let me fix it.",
                "fixing it: the fixture lacks the new field",
            ),
            (
                "Good, I'll read the parser first, then we'll see",
                "reading the parser first, then we'll see",
            ),
        ] {
            assert_eq!(told(said).as_deref(), Some(line), "{said}");
        }
        assert_eq!(told("The tests pass."), None);
        assert_eq!(told("Nothing to do."), None);
    }
}
