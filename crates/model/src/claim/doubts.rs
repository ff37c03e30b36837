//! What closing words ask and what they call wrong: what whoever leads the work has to hear.

use super::sentence::{Sentence, sentences};
use crate::limits;
use crate::text::head;

/// What a sentence leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It asks.
    Asked,
    /// It calls something wrong.
    Wrong,
}

/// Words that call something wrong.
pub(super) const WRONG: [&str; 20] = [
    "wrong",
    "incorrect",
    "incorrectly",
    "broken",
    "breaks",
    "bug",
    "bugs",
    "buggy",
    "unsafe",
    "insecure",
    "vulnerable",
    "leak",
    "leaks",
    "crashes",
    "regresses",
    "regression",
    "deadlock",
    "deadlocks",
    "flawed",
    "disagree",
];

/// Words that take that back, or tell of another time.
const TAKEN_BACK: [&str; 22] = [
    "no", "not", "never", "nothing", "without", "isn't", "aren't", "wasn't", "was", "were", "had",
    "fixed", "fix", "fixes", "mended", "resolved", "avoid", "avoids", "prevents", "if", "would",
    "any",
];

/// The sentences of an agent's last words that ask something or call something wrong.
pub(super) fn doubts(text: &str) -> Vec<(&str, Doubt)> {
    let text = head(text, limits::CLAIM_TEXT_BYTES);
    let all = sentences(text);
    let told = all.iter().filter(|one| !one.is_lead && !one.is_elsewhere && !one.is_header);
    told.filter_map(|sentence| {
        let words = text.get(sentence.start..sentence.end)?.trim();
        doubt(words, sentence).map(|doubt| (words, doubt))
    })
    .collect()
}

fn doubt(words: &str, sentence: &Sentence<'_>) -> Option<Doubt> {
    let has =
        |known: &[&str]| sentence.words.iter().any(|word| known.contains(&word.small.as_str()));
    if words.trim_end_matches(['*', '_', '"', ')']).ends_with('?') {
        let is_offer = ["shall i", "should i", "would you like", "do you want me", "want me to"];
        let small = words.to_lowercase();
        return (!is_offer.iter().any(|offer| small.contains(offer))).then_some(Doubt::Asked);
    }
    (has(&WRONG) && !has(&TAKEN_BACK)).then_some(Doubt::Wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_and_called_wrong_is_told_from_what_is_offered_and_taken_back() {
        let told = |text: &'static str| -> Vec<(&str, Doubt)> { doubts(text) };
        let wrong = "`tax` is wrong for refunds: negative amounts are rounded towards zero.";
        assert_eq!(told(wrong), [(wrong, Doubt::Wrong)]);
        assert_eq!(
            told("I looked. Which rounding do you want?"),
            [("Which rounding do you want?", Doubt::Asked)]
        );
        for nothing in [
            "Should I commit it?",
            "Nothing is broken.",
            "The bug is fixed.",
            "I found no regression.",
            "It was wrong before.",
            "The review is done.",
        ] {
            assert_eq!(told(nothing), [], "{nothing}");
        }
    }
}
