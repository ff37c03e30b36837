//! What is said to have been added, changed, removed or renamed.

use super::super::lexicon::{Form, change, is_path, is_reference};
use super::super::mood::{Mood, clause, mood};
use super::super::sentence::{Kind, Sentence, Word};
use super::super::{ClaimKind, Verb};
use crate::limits;

/// What ends the object of a verb: what follows says why, how or when.
const ENDS: [&str; 19] = [
    "so", "because", "which", "when", "where", "by", "instead", "rather", "using", "as", "if",
    "for", "since", "that", "while", "after", "before", "than", "via",
];

/// What stands before the place of a change.
const PLACES: [&str; 8] = ["in", "into", "inside", "within", "under", "from", "on", "of"];

/// What tells "to the reader" from "to read".
const TARGETS: [&str; 12] =
    ["the", "a", "an", "both", "all", "each", "every", "its", "their", "our", "existing", "new"];

const BE: [&str; 10] = ["is", "are", "was", "were", "been", "being", "be", "got", "now", "also"];

/// What makes a verb of change an adjective.
const DETERMINERS: [&str; 9] =
    ["the", "a", "an", "newly", "any", "previously", "recently", "already", "of"];

/// What the sentence says that changed.
pub(super) fn read(sentence: &Sentence<'_>) -> Vec<ClaimKind> {
    let words = &sentence.words;
    let led_by = file_before(sentence);
    let mut out = Vec::new();
    for at in 0..words.len() {
        let Some((verb, form)) = change(&words[at]) else { continue };
        if !is_told(words, at, form, sentence.is_item) {
            continue;
        }
        let from = clause(words, at);
        if mood(words, from, at) != Mood::Said || words[from..at].iter().any(|word| word.is("no")) {
            continue;
        }
        let is_passive = form == Form::Past && at > 0 && words[at - 1].is_in(&BE);
        let mut object = object(words, at, verb);
        if is_passive {
            object.take_before(&words[from..at]);
        }
        out.extend(object.claim(verb, led_by.as_deref()));
    }
    if out.is_empty()
        && let Some(path) = led_by
    {
        out.push(ClaimKind::Changed { verb: Verb::Changed, names: vec![path], within: Vec::new() });
    }
    out
}

/// The file that an item or a row begins with: what follows is said of it.
fn file_before(sentence: &Sentence<'_>) -> Option<String> {
    let mut words = sentence.words.iter().filter(|word| word.text != "|");
    let (first, second) = (words.next()?, sentence.words.get(1));
    let is_led = sentence.is_item
        && first.kind == Kind::Name
        && is_path(first.text)
        && is_reference(first.text)
        && (sentence.words.first().is_some_and(|word| word.text == "|")
            || second.is_some_and(|second| second.is_in(&[":", "—", "|", "("])));
    let passes = sentence.words.iter().any(|word| {
        word.kind == Kind::Good
            || word.kind == Kind::Bad
            || word.is_in(&["pass", "passes", "passed", "passing"])
    });
    (is_led && !passes).then(|| first.text.to_owned())
}

/// Whether a verb in this form and place tells of something done.
pub(super) fn is_told(words: &[Word<'_>], at: usize, form: Form, is_item: bool) -> bool {
    let before = at.checked_sub(1).map(|before| &words[before]);
    let begins = before.is_none_or(Word::is_break);
    match form {
        Form::Past => !before.is_some_and(|before| before.is_in(&DETERMINERS)),
        Form::Third => {
            (begins && is_item)
                || before.is_some_and(|before| {
                    before.is_in(&["this", "it", "change", "commit", "patch", "now", "also", "fix"])
                })
        }
        Form::Gerund => {
            begins && is_item && at == 0 || before.is_some_and(|before| before.is("by"))
        }
        Form::Bare => false,
    }
}

#[derive(Default)]
struct Object {
    names: Vec<String>,
    within: Vec<String>,
    has_tests: bool,
}

fn object(words: &[Word<'_>], at: usize, verb: Verb) -> Object {
    let mut object = Object::default();
    let mut is_place = false;
    for (place, word) in words.iter().enumerate().skip(at + 1) {
        let next = words.get(place + 1);
        let next_is_name = next.is_some_and(|next| next.kind == Kind::Name);
        match word.kind {
            Kind::Name => object.name(word, is_place),
            Kind::Plain if word.is_in(&PLACES) => is_place = true,
            Kind::Plain if word.is("to") => {
                let is_determined = next.is_some_and(|next| next.is_in(&TARGETS));
                if !next_is_name && !is_determined {
                    break;
                }
                is_place = !matches!(verb, Verb::Changed | Verb::Renamed);
            }
            Kind::Plain if word.is("with") && verb == Verb::Changed => {}
            Kind::Plain if word.is("with") || word.is_in(&ENDS) || is_next_verb(words, place) => {
                // "Added tests for `x`" names what they are for, no place.
                break;
            }
            Kind::Plain if word.is_in(&["test", "tests", "spec", "specs"]) && !is_place => {
                object.has_tests |= !next.is_some_and(|next| {
                    next.is_in(&["files", "helper", "helpers", "data", "script"])
                });
            }
            Kind::Mark if word.is_in(&["(", ")"]) => {}
            Kind::Mark
                if word.is(",") && (next_is_name || next.is_some_and(|next| next.is("and"))) => {}
            Kind::Mark => break,
            _ => {}
        }
    }
    object
}

impl Object {
    fn name(&mut self, word: &Word<'_>, is_place: bool) {
        let list = if is_place { &mut self.within } else { &mut self.names };
        let text = word.text;
        if is_reference(text)
            && list.len() < limits::CLAIM_NAMES
            && !list.iter().any(|name| name == text)
        {
            list.push(text.to_owned());
        }
    }

    /// In "`x` was added to `y`", what changed stands before the verb.
    fn take_before(&mut self, before: &[Word<'_>]) {
        for word in before {
            if word.kind == Kind::Name {
                self.name(word, false);
            }
            self.has_tests |= word.is_in(&["test", "tests", "spec", "specs"]);
        }
    }

    fn claim(self, verb: Verb, led_by: Option<&str>) -> Option<ClaimKind> {
        let Self { names, mut within, has_tests } = self;
        if within.is_empty() && !names.iter().any(|name| is_path(name)) {
            within.extend(led_by.map(str::to_owned));
        }
        if has_tests && verb == Verb::Added {
            let names = names.into_iter().chain(within).collect();
            return Some(ClaimKind::AddedTests { names });
        }
        match (names.is_empty(), within.is_empty()) {
            (true, true) => None,
            // "Added a fallback in `a.py`": all that is named is the place.
            (true, false) => {
                Some(ClaimKind::Changed { verb: Verb::Changed, names: within, within: Vec::new() })
            }
            _ => Some(ClaimKind::Changed { verb, names, within }),
        }
    }
}

/// Whether another verb of change begins here: not "the fix", not "the added test".
fn is_next_verb(words: &[Word<'_>], at: usize) -> bool {
    change(&words[at]).is_some_and(|(_, form)| is_told(words, at, form, false))
}
