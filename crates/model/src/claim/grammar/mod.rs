//! Claims out of sentences: each idea has a reader of its own.

mod admissions;
mod bounds;
mod changes;
mod checks;
mod looks;

use super::sentence::{Sentence, sentences};
use super::{Admission, Claim, ClaimKind, mood};
use crate::limits;
use crate::text::head;

/// The checkable claims of an agent's closing words, in Markdown, and what it admits, in the order in which they stand.
///
/// At most [`limits::CLAIMS`] of the first [`limits::CLAIM_TEXT_BYTES`] bytes; linear in the text.
#[must_use]
pub fn claims(text: &str) -> Vec<Claim> {
    let text = head(text, limits::CLAIM_TEXT_BYTES);
    let mut out: Vec<Claim> = Vec::new();
    for sentence in &sentences(text) {
        for kind in kinds(sentence) {
            let (start, end) = (sentence.start, sentence.end);
            let is_told = out.iter().any(|claim| claim.start == start && claim.kind == kind);
            if !is_told && out.len() < limits::CLAIMS {
                out.push(Claim { start, end, quote: text[start..end].to_owned(), kind });
            }
        }
    }
    out
}

/// What one sentence claims.
fn kinds(sentence: &Sentence<'_>) -> Vec<ClaimKind> {
    if sentence.is_open && !sentence.is_lead {
        return vec![ClaimKind::Admission { of: Admission::NotDone }];
    }
    if mood::is_no_claim(sentence) {
        return Vec::new();
    }
    let mut out = Vec::new();
    out.extend(admissions::read(sentence));
    out.extend(bounds::read(sentence));
    out.extend(looks::read(sentence));
    if !sentence.is_lead || sentence.words.len() > 4 {
        out.extend(checks::read(sentence));
    }
    out.extend(changes::read(sentence));
    if out.is_empty() {
        out.extend(looks::fixed_or_unprovable(sentence));
    }
    out
}
