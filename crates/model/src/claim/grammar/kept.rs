//! What is said to be still there: "nothing was deleted", "no rows were lost", "only moved files".

use super::super::lexicon::{Form, change, is_path, is_reference};
use super::super::mood::{Mood, clause, mood};
use super::super::sentence::{Kind, Sentence, Word};
use super::super::{ClaimKind, Stock, Verb};
use crate::limits;

/// Files, in the words of those who keep them.
const FILES: [&str; 18] = [
    "file",
    "files",
    "document",
    "documents",
    "photo",
    "photos",
    "picture",
    "pictures",
    "image",
    "images",
    "video",
    "videos",
    "pdf",
    "pdfs",
    "scan",
    "scans",
    "original",
    "originals",
];

/// Rows of tables.
const ROWS: [&str; 8] =
    ["row", "rows", "record", "records", "entry", "entries", "data", "datasets"];

/// What rows of tables often are.
const KEPT_IN_ROWS: [&str; 24] = [
    "customer",
    "customers",
    "order",
    "orders",
    "contact",
    "contacts",
    "invoice",
    "invoices",
    "transaction",
    "transactions",
    "product",
    "products",
    "member",
    "members",
    "booking",
    "bookings",
    "payment",
    "payments",
    "employee",
    "employees",
    "subscriber",
    "subscribers",
    "address",
    "addresses",
];

/// Ways to say that something went, beside verbs of change.
const LOST: [&str; 10] = [
    "lost",
    "erased",
    "destroyed",
    "discarded",
    "wiped",
    "purged",
    "lose",
    "losing",
    "thrown",
    "gone",
];

/// Ways to say that something stays.
const KEEPING: [&str; 5] = ["kept", "preserved", "retained", "intact", "present"];

/// What is a place as a whole.
const WHOLE: [&str; 17] = [
    "repo",
    "repository",
    "project",
    "folder",
    "directory",
    "tree",
    "disk",
    "table",
    "sheet",
    "list",
    "spreadsheet",
    "workbook",
    "process",
    "way",
    "cleanup",
    "total",
    "end",
];

/// What the sentence says is still there.
pub(super) fn read(sentence: &Sentence<'_>) -> Option<ClaimKind> {
    let words = &sentence.words;
    (0..words.len())
        .find_map(|at| {
            let (what, end, noun) = denied_loss(words, at)
                .or_else(|| all_kept(words, at))
                .or_else(|| only_moved(words, at))?;
            let from = clause(words, at);
            let is_said = matches!(mood(words, from, at), Mood::Said | Mood::Denied);
            let names = within(words, end, noun)?;
            is_said.then_some(ClaimKind::Kept { what, names })
        })
        .or_else(|| kept_file(words))
}

/// What is meant, where what is said of it ends, and what it is called, where that is no plain word for it.
type Told = (Stock, usize, Option<String>);

fn stock(word: &Word<'_>) -> Option<(Stock, Option<String>)> {
    if word.is_in(&FILES) {
        Some((Stock::Files, None))
    } else if word.is_in(&ROWS) {
        Some((Stock::Rows, None))
    } else if word.is_in(&KEPT_IN_ROWS) {
        Some((Stock::Rows, Some(word.small.clone())))
    } else {
        None
    }
}

/// Whether something went, at this word, in this form.
fn is_loss(word: &Word<'_>, form: Form) -> bool {
    let is_removed = matches!(change(word), Some((Verb::Removed, of)) if of == form || form == Form::Bare && word.is("lose"));
    is_removed || form == Form::Past && word.is_in(&LOST) || form == Form::Bare && word.is("lose")
}

/// "Nothing was deleted", "no rows were lost", "I did not remove any files", "I deleted nothing".
fn denied_loss(words: &[Word<'_>], at: usize) -> Option<Told> {
    const BE: [&str; 11] = [
        "was",
        "were",
        "been",
        "has",
        "have",
        "is",
        "are",
        "got",
        "actually",
        "permanently",
        "accidentally",
    ];
    let word = &words[at];
    let past = |from: usize| {
        let len = words[from..].iter().take_while(|word| word.is_in(&BE)).count();
        let place = from + len;
        let is_present = words[from..place].iter().any(|word| word.is_in(&["is", "are"]));
        (words.get(place).is_some_and(|word| is_loss(word, Form::Past)) && !is_present)
            .then_some(place + 1)
    };
    if word.is("nothing")
        && let Some(end) = past(at + 1)
    {
        return Some((Stock::Everything, end, None));
    }
    if word.is("no") && words.get(at + 1).is_some_and(|next| next.is("deletions")) {
        return Some((Stock::Everything, at + 2, None));
    }
    if word.is_in(&["no", "zero", "none"]) {
        let noun =
            (at + 1..words.len().min(at + 4)).find(|place| stock(&words[*place]).is_some())?;
        let is_plain = words[at + 1..noun].iter().all(|word| {
            word.is_in(&[
                "existing", "original", "source", "of", "the", "single", "customer", "user", "old",
            ])
        });
        let (what, name) = stock(&words[noun])?;
        let did = at > 0 && is_loss(&words[at - 1], Form::Past);
        let end = past(noun + 1).or(did.then_some(noun + 1));
        return end.filter(|_| is_plain).map(|end| (what, end, name));
    }
    let from = clause(words, at);
    let before = &words[from..at];
    let did_not = before.iter().any(|word| word.is_in(&["didn't", "haven't", "never", "hasn't"]))
        || before
            .windows(2)
            .any(|pair| pair[0].is_in(&["did", "have", "has"]) && pair[1].is("not"));
    let is_verb = is_loss(word, Form::Past) || is_loss(word, Form::Bare);
    if !is_verb {
        return None;
    }
    if did_not {
        let rest = words[at + 1..].iter().take(5).position(|word| {
            !word.is_in(&["any", "a", "single", "of", "the", "your", "original", "existing"])
        })?;
        let object = &words[at + 1 + rest];
        let is_any = rest > 0 && words[at + 1].is_in(&["any", "a"]);
        if object.is("anything") {
            return Some((Stock::Everything, at + 2 + rest, None));
        }
        let (what, name) = stock(object).filter(|_| is_any)?;
        return Some((what, at + 2 + rest, name));
    }
    let is_nothing =
        is_loss(word, Form::Past) && words.get(at + 1).is_some_and(|next| next.is("nothing"));
    is_nothing.then_some((Stock::Everything, at + 2, None))
}

/// "Every row is kept", "all 120 customers are still there", "kept all files".
fn all_kept(words: &[Word<'_>], at: usize) -> Option<Told> {
    let is_all = words[at].is_in(&["all", "every", "each"]);
    if !is_all {
        return None;
    }
    let noun = (at + 1..words.len().min(at + 5)).find(|place| stock(&words[*place]).is_some())?;
    let is_two = words.get(noun + 1).is_some_and(|next| stock(next).is_some());
    let noun = noun + usize::from(is_two);
    let is_plain = words[at + 1..noun].iter().all(|word| {
        word.kind == Kind::Number
            || word.is_in(&["of", "the", "your", "original", "existing", "single", "one"])
    });
    let (what, name) = stock(&words[noun])?;
    let rest = &words[noun + 1..];
    let len = rest
        .iter()
        .take_while(|word| {
            word.is_in(&["is", "are", "was", "were", "still", "been", "have", "has"])
        })
        .count();
    let stays = rest.get(len).is_some_and(|word| {
        word.is_in(&KEEPING) || word.is("there") && rest[..len].iter().any(|word| word.is("still"))
    });
    let kept = at > 0 && words[at - 1].is_in(&["kept", "preserved", "retained"]);
    let end = if stays && len > 0 { noun + 2 + len } else { noun + 1 };
    (is_plain && (stays && len > 0 || kept)).then_some((what, end, name))
}

/// "I only moved files", "the files were only renamed".
fn only_moved(words: &[Word<'_>], at: usize) -> Option<Told> {
    if !words[at].is_in(&["only", "just", "merely"]) {
        return None;
    }
    let verb = words.get(at + 1)?;
    let is_moved = matches!(change(verb), Some((Verb::Renamed, Form::Past)));
    let rest = &words[at + 2..];
    let len = rest
        .iter()
        .take_while(|word| {
            word.is_in(&["and", "or", "renamed", "moved", "the", "your", "existing"])
        })
        .count();
    let from = clause(words, at);
    let is_object = rest.get(len).is_some_and(|word| word.is_in(&FILES));
    let is_subject = words[from..at]
        .windows(2)
        .any(|pair| pair[0].is_in(&FILES) && pair[1].is_in(&["were", "was", "are"]))
        && rest.get(len).is_none_or(|word| word.is_break() || word.is("to"));
    let end = at + 2 + len + usize::from(is_object);
    (is_moved && (is_object || is_subject)).then_some((Stock::Files, end, None))
}

/// "I kept `src/old.ts`": the file itself.
fn kept_file(words: &[Word<'_>]) -> Option<ClaimKind> {
    let at = words.iter().position(|word| word.is_in(&["kept", "retained", "preserved"]))?;
    let from = clause(words, at);
    let is_own = at == from || words[at - 1].is_in(&["i", "we", "i've", "also", "and", "have"]);
    let len = words[at + 1..]
        .iter()
        .take_while(|word| word.is_in(&["the", "file", "old", "original", "existing"]))
        .count();
    let name = words
        .get(at + 1 + len)
        .filter(|word| word.kind == Kind::Name && is_path(word.text) && is_reference(word.text))?;
    let is_said = mood(words, from, at) == Mood::Said;
    let next = words.get(at + 2 + len);
    // "Kept `a.rs` out of it", "kept `a.rs`'s order" are of something else.
    let is_itself = next.is_none_or(|next| {
        next.is_break()
            || next.is_in(&[
                "and",
                "as",
                "for",
                "around",
                "unchanged",
                "untouched",
                "so",
                "because",
            ])
    });
    (is_own && is_said && is_itself)
        .then(|| ClaimKind::Kept { what: Stock::Files, names: vec![name.text.to_owned()] })
}

/// The names that bound what is said from `end` on; none where something without a name does.
fn within(words: &[Word<'_>], end: usize, noun: Option<String>) -> Option<Vec<String>> {
    const PLACES: [&str; 8] = ["in", "from", "of", "within", "under", "inside", "on", "outside"];
    let mut names: Vec<String> = noun.into_iter().collect();
    let rest = words.get(end.min(words.len())..).unwrap_or_default();
    let phrase: Vec<&Word<'_>> =
        rest.iter().take_while(|word| !word.is_break() && !word.is("and")).collect();
    // What else follows says how, when or where: another thing than that it is there.
    let leads_on = phrase.first().is_none_or(|first| {
        let is_other_verb = phrase.get(1).is_some_and(|next| change(next).is_some());
        first.is_in(&PLACES)
            || first.is_in(&["at", "anywhere", "either"])
            || first.is("or") && is_other_verb && phrase.len() == 2
    });
    if !leads_on {
        return None;
    }
    if phrase.iter().any(|word| {
        word.is_in(&["else", "other", "outside", "except", "but", "when", "while", "yet"])
    }) {
        return None;
    }
    if let Some(place) = phrase.iter().position(|word| word.is_in(&PLACES)) {
        let named =
            phrase[place..].iter().filter(|word| word.kind == Kind::Name && is_path(word.text));
        let before = names.len();
        names.extend(named.take(limits::CLAIM_NAMES).map(|word| word.text.to_owned()));
        let is_whole = phrase[place..].iter().any(|word| word.is_in(&WHOLE));
        if names.len() == before && !is_whole {
            return None;
        }
    }
    Some(names)
}
