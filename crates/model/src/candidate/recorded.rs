//! Whether what somebody wrote down holds a candidate.

use std::collections::BTreeSet;

use super::Candidate;

/// Words that say nothing of what a text is about.
const FUNCTION_WORDS: [&str; 32] = [
    "all", "and", "any", "are", "but", "can", "does", "for", "from", "get", "has", "have", "how",
    "into", "not", "one", "our", "shall", "should", "that", "the", "them", "they", "this", "was",
    "what", "when", "which", "will", "with", "you", "your",
];

/// Characters of a word that count, so that *dependency* and *dependencies* are one.
const STEM_CHARS: usize = 6;

/// Words that both say.
const SHARED: usize = 2;

impl Candidate {
    /// Whether a text may hold it: they share two words of substance, or all that it has.
    #[must_use]
    pub fn may_stand_in(&self, text: &str) -> bool {
        let mut own = stems(&self.title);
        own.extend(stems(&self.body));
        own.intersection(&stems(text)).take(SHARED).count() == own.len().min(SHARED)
    }
}

fn stems(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words
        .filter(|word| word.chars().count() > 2 && !FUNCTION_WORDS.contains(&word.as_str()))
        .map(|word| word.chars().take(STEM_CHARS).collect())
        .collect()
}
