//! What the agent's closing words come to.

use crate::fold::{SessionFold, Words};
use crate::limits;
use crate::phrase::{Sentence, Standing, sentences};
use crate::text::clip;

/// Sentences that say nothing by themselves.
const EMPTY: [&str; 41] = [
    "done",
    "all done",
    "perfect",
    "great",
    "excellent",
    "summary",
    "here's a summary",
    "good",
    "good question",
    "yes",
    "no",
    "ok",
    "okay",
    "you're right",
    "you're absolutely right",
    "fixed",
    "all set",
    "complete",
    "here's what i did",
    "changes made",
    "what changed",
    "what was done",
    "here's what was done",
    "here's what changed",
    "there we go",
    "that's it",
    "sure",
    "got it",
    "understood",
    "key changes",
    "changes",
    "results",
    "here's the summary",
    "absolutely",
    "correct",
    "great question",
    "exactly",
    "no response requested",
    "understood",
    "will do",
    "on it",
];

/// Beginnings of sentences that only lead to what follows or offer more.
const LEADING: [&str; 20] = [
    "here's",
    "here is",
    "here are",
    "summary of",
    "let me know",
    "feel free",
    "you're welcome",
    "glad",
    "i've completed all",
    "to summarize",
    "in summary",
    "what i did",
    "good catch",
    "great catch",
    "thank",
    "overview",
    "perfect!",
    "excellent!",
    "great!",
    "sorry",
];

fn is_empty(sentence: &Sentence) -> bool {
    let text = sentence.text.trim_end_matches(['.', '!', ':', ' ']).to_lowercase();
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    EMPTY.contains(&text)
        || LEADING.iter().any(|l| text.starts_with(l))
            && (sentence.text.ends_with(':') || text.split(' ').count() < 7)
        || sentence.place == Standing::Heading && text.split(' ').count() < 4
}

/// The first words that tell something, in one line.
pub(super) fn gist(words: &Words) -> String {
    let said = sentences(&words.head);
    let told: Vec<&Sentence> = said.iter().filter(|s| !is_empty(s)).collect();
    let Some(first) = told.first() else {
        return said.first().map(|s| s.text.clone()).unwrap_or_default();
    };
    let mut text = first.text.clone();
    // A short or introducing sentence takes the next along.
    let introduces = text.ends_with(':') || is_placed_before_items(&said, first);
    if let Some(next) = told.get(1)
        && (introduces || text.chars().count() < 40)
        && !next.text.ends_with('?')
    {
        let joint = if introduces && !text.ends_with(':') { ":" } else { "" };
        text = format!(
            "{}{joint} {}",
            text.trim_end_matches(if joint.is_empty() { '\0' } else { '.' }),
            next.text
        );
    }
    clip(text.trim_end_matches([':', '.']), limits::LINE_CHARS)
}

/// Whether a sentence stands right before a list.
fn is_placed_before_items(said: &[Sentence], sentence: &Sentence) -> bool {
    let at = said.iter().position(|s| s == sentence);
    let next = at.and_then(|at| said.get(at + 1));
    sentence.text.chars().count() < 64 && next.is_some_and(|s| s.place == Standing::Item)
}

/// Whether all of it leads nowhere.
pub(super) fn says_nothing(words: &Words) -> bool {
    words.head.len() < 64 && sentences(&words.head).iter().all(is_empty)
}

/// The question that the closing words end with, if they do.
pub(super) fn question(words: &Words) -> Option<String> {
    let ending = words.ending();
    let said = sentences(&ending);
    let at = said.iter().rposition(|s| s.text.ends_with('?'))?;
    // After the question only its choices may follow, or an aside.
    let after = &said[at + 1..];
    let choices = after.iter().all(|s| s.place == Standing::Item) && after.len() <= 8;
    let aside = after.len() <= 1 && after.iter().all(|s| s.text.chars().count() < 120);
    if !choices && !aside {
        return None;
    }
    let text = &said[at].text;
    let idle = [
        "anything else",
        "what would you like to work on",
        "what's next",
        "how can i help",
        "is there anything",
    ];
    let lower = text.to_lowercase();
    (!idle.iter().any(|i| lower.starts_with(i))).then(|| clip(text, limits::LINE_CHARS))
}

/// What the last check came to, where the closing words do not say it already.
pub(super) fn check_suffix(fold: &SessionFold, words: &str) -> Option<String> {
    use crate::check::Verdict;
    let run =
        fold.checks.last().filter(|r| fold.turn_began.is_some_and(|began| r.ordinal > began))?;
    let lower = words.to_lowercase();
    if ["test", "pass", "lint", "build", "compil", "green"].iter().any(|w| lower.contains(w))
        && run.verdict != Verdict::Failed
    {
        return None;
    }
    match run.verdict {
        Verdict::Unknown => None,
        _ => Some(format!("`{}` {}", super::action::check_name(&run.command), run.result())),
    }
}
