//! Whether a prompt directs the session anew or only nudges it along.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::request::Own;
use crate::phrase::lower_first;

/// Words or phrases, looked up whole.
type Phrases = LazyLock<HashSet<&'static str>>;

/// Beginnings that carry no request of their own, most specific first.
const LEADS: &str = "\
    hey|hi|hello|okay|ok|yes please|yes|yeah|yep|\
    yup|sure|no problem|great|perfect|excellent work|excellent|cool|nice|awesome|alright|\
    all right|good|thanks|thank you|hmm|well|oh|so|now|and|but|also|then|wait|actually|\
    fair enough|please|can you please|could you please|can we please|can we|could we|can you also|can you|could you|\
    would you please|would you mind|i'd like you to|i would like you to|i want you to|\
    i need you to|i'd like to|i'd like your help with|i'd like to ask you to|\
    i was wondering if you could|let's go|we need to|i need to|let's|lets";

/// What is left of `text` without beginnings such as "ok, can you please".
pub(super) fn stripped(text: &str) -> &str {
    let mut text = text.trim();
    'again: loop {
        text = text.trim_start_matches([',', '.', '!', ';', ':', '-', '–', '—', ' ']);
        for lead in LEADS.split('|') {
            let Some(begin) = text.get(..lead.len()) else { continue };
            let rest = &text[lead.len()..];
            if begin.eq_ignore_ascii_case(lead)
                && !rest
                    .starts_with(|c: char| c.is_alphanumeric() || c == '\'' || c == '-' || c == '_')
            {
                text = if is_in("hey hi hello", lead) { after_name(rest) } else { rest };
                continue 'again;
            }
        }
        return text;
    }
}

/// What follows the name that a greeting addresses.
fn after_name(text: &str) -> &str {
    match text.trim_start().split_once([',', '!']) {
        Some((name, rest)) if name.len() < 16 && !name.contains(' ') => rest,
        _ => text,
    }
}

/// Whole prompts that only keep a session going.
static NUDGES: Phrases = LazyLock::new(|| {
    "\
    |continue|go on|proceed|go ahead|go|do it|next|keep going|try again|retry|resume|carry on|\
    that's it|that's right|correct|right|exactly|looks good|lgtm|sounds good|do that|do so|\
    it works|works|done|stop|fix it|fix that|fix this|please do|agreed|approved|start|begin|\
    ready|same|again|not yet|never mind|nevermind|all good|no|nope"
        .split('|')
        .collect()
});

/// Words of errands: what every piece of work ends with, and what is said around them.
static ERRANDS: Phrases = LazyLock::new(|| {
    "\
    commit commits push pull pr open create make a the and then it this that draft merge request \
    run tests test lint build all to changes again please linter check them these now with main \
    branch work rebase deploy first is green types type ensure typecheck its"
        .split(' ')
        .collect()
});

pub(super) fn is_nudge(text: &str) -> bool {
    let text = stripped(text).trim_end_matches(['.', '!', '?', ' ', ')', '(']).to_lowercase();
    NUDGES.contains(text.as_str()) || text.chars().filter(|c| c.is_alphabetic()).count() < 3
}

/// Whether a reply begins with a yes.
pub(super) fn agrees(text: &str) -> bool {
    words(text).next().is_some_and(|first| is_in("yes yeah yep yup sure ok okay y", &first))
}

/// Whether a reply is no more than a yes or a no.
pub(super) fn is_bare_reply(text: &str) -> bool {
    let left = stripped(text).trim_end_matches(['.', '!', ' ']).to_lowercase();
    left.is_empty() || is_in("no nope y n", &left)
}

fn is_errand(text: &str) -> bool {
    let mut words = words(text).peekable();
    words.peek().is_some() && words.all(|w| ERRANDS.contains(w.as_str()))
}

/// Whether the words of `list` hold `word`.
fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '_'))
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
}

/// Verbs that ask for a piece of work.
static WORK: Phrases = LazyLock::new(|| {
    "\
    add address allow analyse analyze apply audit automate build bump change clean compare \
    configure consolidate convert create debug define delete deploy design detect disable \
    distinguish document drop enable ensure evaluate examine expand explain explore export \
    extend extract figure file find finish fix generate get give handle hide implement improve \
    import increase inline install integrate introduce investigate keep list look make mark \
    merge migrate mock modernize move optimise optimize plan port prepare print profile propose \
    publish read reduce refactor release remove rename replace reproduce research restore review \
    revert rewrite search separate set setup show simplify solve split start store summarize \
    support test track turn update upgrade use validate verify wire wrap write work working refactoring fixing adding implementing check tell summarise"
    .split(' ')
    .collect()
});

fn starts_work(text: &str) -> bool {
    words(text).next().is_some_and(|w| WORK.contains(w.as_str()))
}

/// Phrases that tell of something amiss.
const TROUBLE: &str = "\
    error|fails|failing|failed|broken|doesn't work|does not work|not working|bug|crash|\
    crashes|throws|throwing|wrong|issue|problem|regression|missing|unhappy|blocked|\
    is not supported|aren't|stuck|isn't|not seeing|not loading|no data|nothing happens";

fn tells_trouble(text: &str) -> bool {
    let text = text.to_lowercase();
    // `No teams are loading` tells of something missing; `No, use the other` corrects.
    text.starts_with("no ") || TROUBLE.split('|').any(|t| text.contains(t))
}

/// Ways to ask for work, in a question or not.
const ASKS: &str = "\
    can you|could you|would you|can we|could we|is there a way|is there any way|let's|lets |please|\
    i'd like|i would like|would it be possible|would be possible|how about|help me|your task|you are to";

/// Ways to wish for something, which a question may use without asking for it.
const WISHES: &str = "\
    should we|i want|i need|we need to|we should|you should|need a |need to|want to|it should|must";

fn is_request(text: &str) -> bool {
    let lower = text.to_lowercase();
    let any = |list: &str| list.split('|').any(|ask| lower.contains(ask));
    let asks_only = lower.trim_end().ends_with('?') && {
        let first = words(&lower).next().unwrap_or_default();
        QUESTION_WORDS.contains(first.as_str())
    };
    let wishes = any(WISHES) && !lower.contains("don't want to");
    if asks_only {
        lower.contains("can you") || lower.contains("could you")
    } else {
        any(ASKS) || wishes
    }
}

/// Words that begin a question.
static QUESTION_WORDS: Phrases = LazyLock::new(|| {
    "\
    do does did is are was were why what how where when which who whose has have had will am isn't \
    aren't don't doesn't so or"
        .split(' ')
        .collect()
});

fn is_side_question(text: &str) -> bool {
    text.trim_end().ends_with('?') && !is_request(text)
}

/// Whether a sentence asks for something to be done.
fn wants(sentence: &str) -> bool {
    is_request(sentence) || starts_work(stripped(sentence))
}

/// Two sentences on one line; the first ends, though it was a line of its own without a mark.
fn joined(first: &str, next: &str) -> String {
    let is_open = first.ends_with(|c: char| c.is_alphanumeric() || c == '`' || c == ')');
    let begins = next.starts_with(|c: char| c.is_uppercase());
    format!("{first}{} {next}", if is_open && begins { "." } else { "" })
}

/// Whether a sentence is a line of its own that names what the rest is about, as a task's title does.
fn is_title(sentence: &str) -> bool {
    let count = words(sentence).count();
    let is_open = sentence.ends_with(|c: char| c.is_alphanumeric() || c == '`' || c == ')');
    let begins = sentence.starts_with(|c: char| c.is_uppercase() || c == '`');
    let is_own = words(sentence).any(|word| is_in("i we you i'm i've we're my our", &word));
    (3..=16).contains(&count) && is_open && begins && !is_own && !points_back(sentence)
}

/// The sentence that says best what is wanted, without the politeness before it.
pub(super) fn headline(sentences: &[String]) -> Option<String> {
    let own: Vec<&String> = sentences.iter().filter(|s| !is_nudge(s)).collect();
    let first = *own.first()?;
    let (mut at, mut text) = (0, first.clone());
    if !wants(first)
        && !is_title(first)
        && let Some(found) = own.iter().take(6).position(|s| wants(s))
    {
        let request = own[found];
        let wanted = stripped(request);
        let named =
            !points_back(wanted) || words(wanted).count() >= 8 && !object_is_pronoun(wanted);
        if first.chars().count() + request.chars().count() < 112 {
            (at, text) = (found, joined(first, request));
        } else if named && (points_back(first) || !tells_trouble(first)) {
            (at, text) = (found, request.clone());
        }
    }
    // What is short takes the next along.
    while let Some(next) = own.get(at + 1)
        && text.chars().count() < 64
    {
        text = joined(&text, next);
        at += 1;
    }
    let asks = is_request(first);
    let text = stripped(&text).trim_end_matches(['.', ':', ' ']);
    Some(lower_first(if asks && at == 0 { text.trim_end_matches('?') } else { text }))
}

/// The headline of a prompt that sets a new goal, although there is one.
pub(super) fn new_direction(own: &Own, answers: bool) -> Option<String> {
    let sentences = own.sentences.as_slice();
    let all = sentences.join(" ");
    let rest = stripped(&all);
    let confirms = rest.trim_end_matches(['?', '!']).ends_with("right");
    if is_nudge(rest) || is_errand(rest) || corrects(rest) || confirms {
        return None;
    }
    let directs = |s: &String| {
        let text = stripped(s);
        let length = words(text).count();
        let work = starts_work(text) && length > 2;
        let request = is_request(s) && length > 3;
        let named = !answers || length > 8 || starts_work(text) && !points_back(text);
        (work || request) && named && !aims_at_pronoun(text) && !is_errand(text) && !corrects(text)
    };
    if let Some(at) = sentences.iter().take(8).position(directs) {
        return headline(&sentences[at..]);
    }
    let long = words(rest).count() > if answers { 32 } else { 24 };
    if own.pasted_first {
        return None;
    }
    let trouble = sentences.iter().take(8).any(|s| {
        let length = words(stripped(s)).count();
        tells_trouble(s) && length > 5 && !is_side_question(s) && (length > 20 || !points_back(s))
    });
    if trouble {
        return headline(sentences);
    }
    let named = sentences.first().is_some_and(|s| {
        let address = s.split(' ').next().is_some_and(|word| word.contains('/'));
        !points_back(s) && !address
    });
    (long && named && !is_side_question(&all)).then(|| headline(sentences)).flatten()
}

/// `you're wrong`, `not as a comment`: the same goal, otherwise.
fn corrects(text: &str) -> bool {
    let begins = [
        "you are not",
        "you're not",
        "you are wrong",
        "you're wrong",
        "that's not",
        "that is not",
        "this is not",
        "not ",
        "don't ",
        "do not ",
        "no, ",
        "nope",
        "it's not",
        "i don't think",
        "i meant",
        "i mean",
        "rather",
        "never mind that",
    ];
    let lower = text.to_lowercase();
    begins.iter().any(|b| lower.starts_with(b)) || lower.contains("rest of this session")
}

/// `put it in X`, `do this instead`: a refinement of what is under way.
fn aims_at_pronoun(text: &str) -> bool {
    let mut words = words(text);
    let verb = words.next().unwrap_or_default();
    let object = words.next().unwrap_or_default();
    let few = text.split_whitespace().count() < 8;
    let keeps = is_in("use keep put call leave don't do not never only", &verb);
    few && (keeps || object_is_pronoun(text) || object.chars().all(|c| c.is_ascii_digit()))
}

fn object_is_pronoun(text: &str) -> bool {
    words(text).nth(1).is_some_and(|w| is_in("it that this them those these one", &w))
}

/// Whether `text` speaks of something it does not name.
pub(super) fn points_back(text: &str) -> bool {
    let back = ["this", "that", "it", "these", "those", "them", "here", "same"];
    let named = [
        "this plan",
        "this repo",
        "this project",
        "this file",
        "this issue",
        "this error",
        "this problem",
        "this bug",
        "this feedback",
        "that the",
        "that we",
        "that it",
        "so that",
    ];
    let lower = text.to_lowercase();
    !named.iter().any(|n| lower.contains(n))
        && words(text).skip(1).any(|w| back.contains(&w.split('\'').next().unwrap_or_default()))
        && !text.contains('`')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sentences: &[&str]) -> String {
        let sentences: Vec<String> = sentences.iter().map(|one| (*one).to_owned()).collect();
        headline(&sentences).unwrap_or_default()
    }

    #[test]
    fn a_title_says_what_is_wanted_before_what_explains_it() {
        let title = "Totals of invoices have fractions of a cent";
        let body = "Accounting compares them with the amounts that the bank books, which must be whole cents.";
        assert_eq!(
            told(&[title, body]),
            format!("totals of invoices have fractions of a cent. {}", body.trim_end_matches('.'))
        );
        assert_eq!(
            told(&["Credit notes have wrong totals", "Their totals are negative."]),
            "credit notes have wrong totals. Their totals are negative"
        );
    }
}
