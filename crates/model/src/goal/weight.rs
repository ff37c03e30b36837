//! Whether a prompt directs the session anew or only nudges it along.

use crate::phrase::lower_first;

/// Beginnings that carry no request of their own, most specific first.
const LEADS: [&str; 58] = [
    "hey claude",
    "hi claude",
    "hello claude",
    "hey codex",
    "hey",
    "hi",
    "hello",
    "okay",
    "ok",
    "yes please",
    "yes",
    "yeah",
    "yep",
    "yup",
    "sure",
    "no problem",
    "great",
    "perfect",
    "excellent work",
    "excellent",
    "cool",
    "nice",
    "awesome",
    "alright",
    "all right",
    "good",
    "thanks",
    "thank you",
    "hmm",
    "well",
    "oh",
    "so",
    "now",
    "and",
    "but",
    "also",
    "then",
    "wait",
    "actually",
    "fair enough",
    "please",
    "can you please",
    "could you please",
    "can you also",
    "can you",
    "could you",
    "would you please",
    "would you mind",
    "i'd like you to",
    "i would like you to",
    "i want you to",
    "i need you to",
    "i'd like to",
    "i'd like your help with",
    "we need to",
    "i need to",
    "let's",
    "lets",
];

/// What is left of `text` without beginnings such as "ok, can you please".
pub(super) fn stripped(text: &str) -> &str {
    let mut text = text.trim();
    'again: loop {
        text = text.trim_start_matches([',', '.', '!', ';', ':', '-', '–', '—', ' ']);
        for lead in LEADS {
            let Some(begin) = text.get(..lead.len()) else { continue };
            let rest = &text[lead.len()..];
            if begin.eq_ignore_ascii_case(lead)
                && !rest
                    .starts_with(|c: char| c.is_alphanumeric() || c == '\'' || c == '-' || c == '_')
            {
                text = rest;
                continue 'again;
            }
        }
        return text;
    }
}

/// Whole prompts that only keep a session going.
const NUDGES: [&str; 44] = [
    "",
    "continue",
    "go on",
    "proceed",
    "go ahead",
    "go",
    "do it",
    "next",
    "keep going",
    "try again",
    "retry",
    "resume",
    "carry on",
    "that's it",
    "that's right",
    "correct",
    "right",
    "exactly",
    "looks good",
    "lgtm",
    "sounds good",
    "do that",
    "do so",
    "it works",
    "works",
    "done",
    "stop",
    "fix it",
    "fix that",
    "fix this",
    "please do",
    "agreed",
    "approved",
    "start",
    "begin",
    "ready",
    "same",
    "again",
    "not yet",
    "never mind",
    "nevermind",
    "all good",
    "no",
    "nope",
];

/// Words of errands: what every piece of work ends with, and what is said around them.
const ERRANDS: &str = "\
    commit commits push pull pr open create make a the and then it this that draft merge request \
    run tests test lint build all to changes again please linter check them these now with main \
    branch work rebase deploy first is green";

pub(super) fn is_nudge(text: &str) -> bool {
    let text = stripped(text).trim_end_matches(['.', '!', '?', ' ', ')', '(']).to_lowercase();
    NUDGES.contains(&text.as_str()) || text.chars().filter(|c| c.is_alphabetic()).count() < 3
}

fn is_errand(text: &str) -> bool {
    let mut words = words(text).peekable();
    words.peek().is_some() && words.all(|w| is_in(ERRANDS, &w))
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
const WORK: &str = "\
    add address allow analyse analyze apply audit automate build bump change clean compare \
    configure consolidate convert create debug define delete deploy design detect disable \
    distinguish document drop enable ensure evaluate examine expand explain explore export \
    extend extract figure file find finish fix generate get give handle hide implement improve \
    import increase inline install integrate introduce investigate keep list look make mark \
    merge migrate mock modernize move optimise optimize plan port prepare print profile propose \
    publish read reduce refactor release remove rename replace reproduce research restore review \
    revert rewrite search separate set setup show simplify solve split start store summarize \
    support test track turn update upgrade use validate verify wire wrap write work working refactoring fixing adding implementing check tell summarise";

fn starts_work(text: &str) -> bool {
    words(text).next().is_some_and(|w| is_in(WORK, &w))
}

/// Phrases that tell of something amiss.
const TROUBLE: [&str; 24] = [
    "error",
    "fails",
    "failing",
    "failed",
    "broken",
    "doesn't work",
    "does not work",
    "not working",
    "bug",
    "crash",
    "crashes",
    "throws",
    "throwing",
    "wrong",
    "issue",
    "problem",
    "regression",
    "missing",
    "unhappy",
    "blocked",
    "is not supported",
    "aren't",
    "stuck",
    "isn't",
];

fn tells_trouble(text: &str) -> bool {
    let text = text.to_lowercase();
    TROUBLE.iter().any(|t| text.contains(t))
}

/// Ways to ask for work in a question or a wish.
fn is_request(text: &str) -> bool {
    let lower = text.to_lowercase();
    let asks = [
        "can you",
        "could you",
        "would you",
        "can we",
        "could we",
        "should we",
        "is there a way",
        "is there any way",
        "let's",
        "lets ",
        "please",
        "i'd like",
        "i would like",
        "i want",
        "i need",
        "we need to",
        "we should",
        "you should",
        "would it be possible",
        "how about",
        "need a ",
        "need to",
        "help me",
        "your task",
        "you are to",
    ];
    asks.iter().any(|ask| lower.contains(ask))
}

fn is_side_question(text: &str) -> bool {
    text.trim_end().ends_with('?') && !is_request(text)
}

/// The sentence that says best what is wanted, without the politeness before it.
pub(super) fn headline(sentences: &[String]) -> Option<String> {
    let own = |s: &&String| !is_nudge(s);
    let first = sentences.iter().find(own)?;
    let wants = |s: &str| is_request(s) || starts_work(stripped(s));
    let chosen = if wants(first) {
        first.clone()
    } else {
        let request = sentences.iter().filter(own).take(6).find(|s| wants(s));
        match request {
            Some(request) if !points_back(stripped(request)) && !tells_trouble(first) => {
                request.clone()
            }
            Some(request) if first.chars().count() + request.chars().count() < 112 => {
                format!("{first} {request}")
            }
            _ => first.clone(),
        }
    };
    let short = chosen.chars().count() < 40;
    let text = match sentences.iter().filter(own).skip_while(|s| **s != chosen).nth(1) {
        Some(next) if short && !is_side_question(next) => format!("{chosen} {next}"),
        _ => chosen,
    };
    let text = stripped(&text);
    Some(lower_first(text.trim_end_matches(['.', ':', ' '])))
}

/// The headline of a prompt that sets a new goal, although there is one.
pub(super) fn new_direction(sentences: &[String], answers: bool) -> Option<String> {
    let all = sentences.join(" ");
    let rest = stripped(&all);
    if is_nudge(rest) || is_errand(rest) {
        return None;
    }
    let length = words(rest).count();
    if answers && length <= 12 && !starts_work(rest) {
        return None;
    }
    let work = sentences.iter().any(|s| starts_work(stripped(s)) && !is_errand(stripped(s)));
    let direct = work && !aims_at_pronoun(rest);
    let request = is_request(&all) && length > 3 && !aims_at_pronoun(rest);
    let trouble =
        tells_trouble(&all) && length > 5 && !(sentences.len() == 1 && is_side_question(&all));
    let long = length > 30;
    (direct || request || trouble || long).then(|| headline(sentences)).flatten()
}

/// `put it in X`, `do this instead`: a refinement of what is under way.
fn aims_at_pronoun(text: &str) -> bool {
    let mut words = words(text);
    let verb = words.next().unwrap_or_default();
    let object = words.next().unwrap_or_default();
    let few = text.split_whitespace().count() < 8;
    let back = ["it", "that", "this", "them", "those", "these", "one"].contains(&object.as_str());
    let keeps = ["use", "keep", "put", "call", "leave", "don't", "do", "not", "never", "only"]
        .contains(&verb.as_str());
    few && (back || keeps || object.chars().all(|c| c.is_ascii_digit()))
}

/// Whether `text` speaks of something it does not name.
pub(super) fn points_back(text: &str) -> bool {
    let back = ["this", "that", "it", "these", "those", "them", "here", "same"];
    let named = [
        "this plan",
        "this repo",
        "this project",
        "this file",
        "that the",
        "that we",
        "that it",
        "so that",
    ];
    let lower = text.to_lowercase();
    !named.iter().any(|n| lower.contains(n))
        && words(text).skip(1).any(|w| back.contains(&w.as_str()))
        && !text.contains('`')
}
