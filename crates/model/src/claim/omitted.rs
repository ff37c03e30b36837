//! What a lead's closing words leave out of what its children reported.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::doubts::{Doubt, WRONG, doubts};
use super::sentence::{Kind, Sentence, sentences, words};
use super::{Admission, Claim, ClaimKind, Judged, Verb, Verdict};
use crate::limits;
use crate::text::head;

/// What a child of a lead reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChildReport {
    /// How it is shown: `S41`.
    pub name: String,
    /// What else it goes by: its task, its title, its agent's own name.
    pub also: Vec<String>,
    /// Its claims and admissions, as [`claims`](super::claims) tells them.
    pub claims: Vec<Claim>,
    /// What the record says of those claims.
    pub judged: Vec<Judged>,
    /// What it asked, and nobody answered.
    pub questions: Vec<String>,
    /// What it said last.
    pub closing: String,
}

/// Something of a child that its lead does not mention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Omission {
    /// The child.
    pub child: String,
    /// What it is.
    pub what: Omitted,
    /// The child's own words.
    pub quote: String,
    /// Why it stands here, in one sentence.
    pub why: String,
}

/// What a lead may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Omitted {
    /// A claim of the child that the record contradicts.
    Contradicted,
    /// Something that fails, by the child's own words.
    Failure,
    /// Something that the child did not do or see.
    Admission,
    /// A question that nobody answered.
    Question,
    /// Two children say opposite things.
    Disagreement,
}

/// What the children reported that is open, and that `closing`, the lead's last words, do not mention: neither the file,
/// symbol or test, nor the rare words of it, nor the child as one that left something open.
#[must_use]
pub fn omitted(closing: &str, children: &[ChildReport]) -> Vec<Omission> {
    let closing = Closing::read(head(closing, limits::CLAIM_TEXT_BYTES));
    let mut out = Vec::new();
    for (at, child) in children.iter().enumerate() {
        let points = own_points(child).into_iter().chain(disagreements(child, &children[at + 1..]));
        out.extend(points.filter(|point| !closing.mentions(point, child)));
        let known: Vec<String> = out.iter().map(|point| point.quote.clone()).collect();
        let doubts = doubts_of(child).filter(|point| !known.contains(&point.quote));
        out.extend(doubts.filter(|point| !closing.leaves_open(point, child)));
    }
    out.truncate(limits::OMISSIONS);
    out
}

fn own_points(child: &ChildReport) -> Vec<Omission> {
    let point = |what, quote: &str, why: &str| Omission {
        child: child.name.clone(),
        what,
        quote: quote.to_owned(),
        why: why.to_owned(),
    };
    let contradicted = child.judged.iter().filter(|judged| judged.verdict == Verdict::Contradicted);
    let mut out: Vec<Omission> = contradicted
        .map(|judged| point(Omitted::Contradicted, &judged.claim.quote, &judged.why))
        .collect();
    for claim in &child.claims {
        let (what, why) = match claim.kind {
            ClaimKind::Admission { of: Admission::Failing } => {
                (Omitted::Failure, "It says that something fails.")
            }
            ClaimKind::Admission { of: Admission::NotChecked } => {
                (Omitted::Admission, "It says that something was not checked.")
            }
            ClaimKind::Admission { of: Admission::NotDone } => {
                (Omitted::Admission, "It says that something was not done.")
            }
            ClaimKind::Admission { of: Admission::Unsure } => {
                (Omitted::Admission, "It says what it only expects.")
            }
            _ => continue,
        };
        if !out.iter().any(|point| point.quote == claim.quote) {
            out.push(point(what, &claim.quote, why));
        }
    }
    out.extend(
        child
            .questions
            .iter()
            .map(|question| point(Omitted::Question, question, "It asked, and nobody answered.")),
    );
    out
}

/// What a child asks in its last words, and what it calls wrong.
fn doubts_of(child: &ChildReport) -> impl Iterator<Item = Omission> {
    doubts(&child.closing).into_iter().map(|(quote, doubt)| {
        let (what, why) = match doubt {
            Doubt::Asked => (Omitted::Question, "It asks, and nobody answered."),
            Doubt::Wrong => (Omitted::Failure, "It says that something is wrong."),
        };
        Omission { child: child.name.clone(), what, quote: quote.to_owned(), why: why.to_owned() }
    })
}

/// Where a child says the opposite of one of the others.
fn disagreements(child: &ChildReport, others: &[ChildReport]) -> Vec<Omission> {
    let mut out = Vec::new();
    for other in others {
        for one in &child.claims {
            let against = other
                .claims
                .iter()
                .find(|two| disagree(&one.kind, &two.kind) || disagree(&two.kind, &one.kind));
            if let Some(two) = against {
                out.push(Omission {
                    child: child.name.clone(),
                    what: Omitted::Disagreement,
                    quote: one.quote.clone(),
                    why: format!(
                        "{} says: {}",
                        other.name,
                        crate::quote::line(&two.quote, limits::LINE_CHARS)
                    ),
                });
            }
        }
    }
    out
}

fn disagree(one: &ClaimKind, other: &ClaimKind) -> bool {
    let share = |one: &ClaimKind, other: &ClaimKind| {
        let names = other.names();
        one.names().iter().any(|name| names.contains(name))
    };
    match (one, other) {
        (
            ClaimKind::Passes { excepted: false, scope: super::Scope::All, .. },
            ClaimKind::Admission { of: Admission::Failing },
        ) => true,
        (
            ClaimKind::Changed { verb: Verb::Removed, .. },
            ClaimKind::Changed { verb: Verb::Added | Verb::Changed, .. },
        )
        | (ClaimKind::Untouched { .. }, ClaimKind::Changed { .. })
        | (ClaimKind::NoOtherUses { .. }, ClaimKind::Changed { verb: Verb::Added, .. }) => {
            share(one, other)
        }
        _ => false,
    }
}

/// A lead's closing words, read once.
struct Closing<'t> {
    text: String,
    sentences: Vec<Sentence<'t>>,
}

/// Words by which a lead says that a child left something open.
const OPEN: [&str; 22] = [
    "fail",
    "not",
    "could",
    "couldn't",
    "didn't",
    "open",
    "question",
    "except",
    "unverified",
    "untested",
    "disagree",
    "contradict",
    "unresolved",
    "remain",
    "however",
    "asks",
    "asked",
    "wait",
    "block",
    "skipped",
    "unclear",
    "broken",
];

impl<'t> Closing<'t> {
    fn read(text: &'t str) -> Self {
        Self { text: text.to_lowercase(), sentences: sentences(text) }
    }

    fn mentions(&self, point: &Omission, child: &ChildReport) -> bool {
        let quote = words(&point.quote);
        let named = quote.iter().filter(|word| word.kind == Kind::Name && word.text.len() > 2);
        if named.clone().any(|word| self.text.contains(&base_name(&word.small))) {
            return true;
        }
        if self.calls_open(child) {
            return true;
        }
        let rare: Vec<&str> = quote
            .iter()
            .filter(|word| {
                word.kind == Kind::Plain
                    && word.small.len() >= 5
                    && !COMMON.contains(&word.small.as_str())
            })
            .map(|word| stem(&word.small))
            .collect();
        let found = rare.iter().filter(|word| self.text.contains(**word)).count();
        named.count() == 0
            && !rare.is_empty()
            && found >= 2.min(rare.len())
            && found * 2 >= rare.len()
    }

    /// Whether a sentence speaks of the same thing, and says that it is open or wrong.
    fn leaves_open(&self, point: &Omission, child: &ChildReport) -> bool {
        let quote = words(&point.quote);
        let meant: Vec<String> = quote
            .iter()
            .filter(|word| !COMMON.contains(&word.small.as_str()))
            .filter_map(|word| match word.kind {
                Kind::Name if word.text.len() > 2 => Some(base_name(&word.small)),
                Kind::Plain if word.small.len() >= 5 => Some(stem(&word.small).to_owned()),
                _ => None,
            })
            .collect();
        let is_open = |small: &str| {
            small.ends_with('?')
                || WRONG.contains(&small)
                || OPEN.iter().any(|open| small.starts_with(open))
        };
        let speaks = |sentence: &Sentence<'_>| {
            let whole: Vec<&str> = sentence.words.iter().map(|word| word.small.as_str()).collect();
            let text = whole.join(" ");
            let shared = meant.iter().filter(|word| text.contains(word.as_str())).count();
            shared >= 2.min(meant.len()) && whole.iter().any(|word| is_open(word))
        };
        self.calls_open(child) || self.sentences.iter().any(speaks)
    }

    /// Whether a sentence names the child and says that something is open.
    fn calls_open(&self, child: &ChildReport) -> bool {
        let names =
            || std::iter::once(&child.name).chain(&child.also).filter(|name| !name.is_empty());
        self.sentences.iter().any(|sentence| {
            let text: Vec<&str> = sentence.words.iter().map(|word| word.small.as_str()).collect();
            let whole = format!(" {} ", text.join(" "));
            names().any(|name| whole.contains(&format!(" {} ", name.to_lowercase())))
                && text.iter().any(|word| OPEN.iter().any(|open| word.starts_with(open)))
        })
    }
}

/// What a name goes by without its folders and what it stands in.
fn base_name(name: &str) -> String {
    let end = name.trim_end_matches("()");
    end.rsplit(['/', ':', '#']).find(|part| part.len() > 2).unwrap_or(end).to_owned()
}

/// The first letters of a word: its forms begin alike.
fn stem(word: &str) -> &str {
    head(word, if word.len() > 7 { word.len() - 2 } else { word.len() - 1 })
}

/// Long words that any report has.
const COMMON: [&str; 44] = [
    "tests",
    "passes",
    "passed",
    "passing",
    "failed",
    "fails",
    "failing",
    "failure",
    "there",
    "which",
    "these",
    "those",
    "after",
    "before",
    "because",
    "could",
    "should",
    "would",
    "about",
    "still",
    "verify",
    "verified",
    "checked",
    "tested",
    "running",
    "cannot",
    "couldn't",
    "didn't",
    "haven't",
    "change",
    "changes",
    "changed",
    "added",
    "removed",
    "updated",
    "implemented",
    "implement",
    "existing",
    "without",
    "where",
    "other",
    "being",
    "found",
    "files",
];
