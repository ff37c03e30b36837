//! What is said to have been seen with eyes, what is said to be mended, and what no record can prove.

use super::super::ClaimKind;
use super::super::lexicon::VERIFIED;
use super::super::mood::{Mood, clause, mood};
use super::super::sentence::{Sentence, Word};

/// Pairs of words that claim what no record can prove: stems.
const UNPROVABLE: [(&str, &str); 17] = [
    ("breaking", "change"),
    ("backward", ""),
    ("behavior", "change"),
    ("behaviour", "change"),
    ("production", "ready"),
    ("production-ready", ""),
    ("thread-safe", ""),
    ("edge", "case"),
    ("correctly", ""),
    ("robust", ""),
    ("regression", ""),
    ("as", "expected"),
    ("works", ""),
    ("faster", ""),
    ("fully", ""),
    ("complete", ""),
    ("performance", ""),
];

/// Somebody looked at how it looks.
pub(super) fn read(sentence: &Sentence<'_>) -> Option<ClaimKind> {
    let words = &sentence.words;
    let at = words.iter().position(|word| {
        word.is_in(&VERIFIED)
            || word.is_in(&[
                "took",
                "captured",
                "compared",
                "viewed",
                "inspected",
                "opened",
                "looked",
                "rendered",
            ])
    })?;
    if mood(words, clause(words, at), at) != Mood::Said {
        return None;
    }
    let is_seen = words.iter().any(|word| {
        word.is_in(&[
            "screenshot",
            "screenshots",
            "visually",
            "browser",
            "chrome",
            "chromium",
            "firefox",
            "safari",
        ])
    });
    is_seen.then_some(ClaimKind::Looked)
}

/// "Fixed the race", or a claim that nothing can prove.
pub(super) fn fixed_or_unprovable(sentence: &Sentence<'_>) -> Option<ClaimKind> {
    let words = &sentence.words;
    let fixed = words
        .iter()
        .position(|word| word.is_in(&["fixed", "resolved", "solved", "fixes", "resolves"]));
    if let Some(at) = fixed {
        let is_adjective = at > 0
            && words[at - 1].is_in(&["the", "a", "once", "that", "been", "get", "to"])
            && !words[at - 1].is("been");
        if mood(words, clause(words, at), at) == Mood::Said && !is_adjective {
            return Some(ClaimKind::Fixed);
        }
    }
    let begins = |word: &Word<'_>, stem: &str| word.small.starts_with(stem);
    let is_unprovable = UNPROVABLE.iter().any(|(first, second)| {
        words.iter().enumerate().any(|(at, word)| {
            begins(word, first)
                && (second.is_empty() || words.get(at + 1).is_some_and(|next| begins(next, second)))
        })
    });
    let hedged = mood(words, 0, words.len());
    (is_unprovable && matches!(hedged, Mood::Said | Mood::Denied)).then_some(ClaimKind::Unprovable)
}
