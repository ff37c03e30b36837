//! Claims out of sentences: each idea has a reader of its own.

mod admissions;
mod bounds;
mod changes;
mod checks;
mod looks;
mod plain;
mod tells;

use std::sync::Arc;

use super::sentence::{Sentence, sentences};
use super::{Admission, Around, Claim, ClaimKind, mood, reserve};
use crate::limits;
use crate::text::head;

/// The checkable claims of an agent's closing words, in Markdown, and what it admits, in the order in which they stand.
///
/// At most [`limits::CLAIMS`] of the first [`limits::CLAIM_TEXT_BYTES`] bytes; linear in the text.
#[must_use]
pub fn claims(text: &str) -> Vec<Claim> {
    let text = head(text, limits::CLAIM_TEXT_BYTES);
    let mut out: Vec<Claim> = Vec::new();
    let sentences = sentences(text);
    let (names, troubled) = (reserve::names(&sentences), reserve::troubled(&sentences));
    for (at, sentence) in sentences.iter().enumerate() {
        let (kinds, plain) = kinds(sentence);
        for kind in kinds {
            let (start, end) = (sentence.start, sentence.end);
            let is_told = out.iter().any(|claim| claim.start == start && claim.kind == kind);
            if !is_told && out.len() < limits::CLAIMS {
                let around = Around {
                    is_reserved: !is_plain(&kind, &plain)
                        || reserve::is_reserved(&sentences, at, &kind),
                    names: Arc::clone(&names),
                    troubled: Arc::clone(&troubled),
                    before: reserve::names_before(&sentences, at),
                };
                let quote = text[start..end].to_owned();
                out.push(Claim { start, end, quote, kind, around });
            }
        }
    }
    out
}

/// Whether a claim that checks pass is among those said plainly; of other claims, it is not told here.
fn is_plain(kind: &ClaimKind, plain: &[ClaimKind]) -> bool {
    !matches!(kind, ClaimKind::Passes { excepted: false, .. }) || plain.contains(kind)
}

/// What one sentence claims, and what it says plainly of checks.
fn kinds(sentence: &Sentence<'_>) -> (Vec<ClaimKind>, Vec<ClaimKind>) {
    if sentence.is_open && !sentence.is_lead {
        return (vec![ClaimKind::Admission { of: Admission::NotDone }], Vec::new());
    }
    if sentence.is_header || mood::is_no_claim(sentence) {
        return Default::default();
    }
    let mut plain = Vec::new();
    let mut out = Vec::new();
    out.extend(admissions::read(sentence));
    out.extend(bounds::read(sentence));
    out.extend(looks::read(sentence));
    let is_heading = sentence.is_lead && !sentence.words.last().is_some_and(|last| last.is(":"));
    if !sentence.is_lead || is_heading || sentence.words.len() > 4 {
        let (told, plainly) = checks::read(sentence);
        out.extend(told);
        plain = plainly;
    }
    out.extend(changes::read(sentence));
    if out.is_empty() {
        out.extend(looks::fixed_or_unprovable(sentence));
    }
    (out, plain)
}
