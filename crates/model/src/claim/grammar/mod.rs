//! Claims out of sentences: each idea has a reader of its own.

mod admissions;
mod bounds;
mod changes;
mod checks;
mod kept;
mod looks;
mod plain;
mod tells;
mod uses;

use std::sync::Arc;

pub(super) use bounds::PRODUCT_CODE;

use super::sentence::{Sentence, sentences};
use super::{Admission, Around, Claim, ClaimKind, Scope, clauses, mood, reserve};
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
    let tells_gone = reserve::tells_gone(&sentences);
    let (names, troubled) = (reserve::names(&sentences), reserve::troubled(&sentences));
    for (at, sentence) in sentences.iter().enumerate() {
        let Read { mut kinds, mut plain, apart } = kinds(sentence);
        let meant = of_what_ran(&out, &sentences, at);
        plain.extend(meant.clone());
        kinds.extend(meant);
        for kind in kinds {
            let (start, end) = (sentence.start, sentence.end);
            let is_told = out.iter().any(|claim| claim.start == start && claim.kind == kind);
            if !is_told && out.len() < limits::CLAIMS {
                let around = Around {
                    is_reserved: !is_plain(&kind, &plain)
                        || reserve::is_reserved(&sentences, at, &kind, apart.contains(&kind)),
                    excepts_by_name: reserve::excepts_by_name(&sentences, at),
                    counts_none: clauses::counts_none(&sentence.words),
                    tells_gone,
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

/// "It passes" after "I ran `pytest`": what was run is meant.
fn of_what_ran(told: &[Claim], sentences: &[Sentence<'_>], at: usize) -> Option<ClaimKind> {
    let (before, sentence) = (sentences.get(at.checked_sub(1)?)?, &sentences[at]);
    if !clauses::is_of_what_was_named(&sentence.words) {
        return None;
    }
    let ran = told
        .iter()
        .rev()
        .take_while(|claim| claim.start == before.start && !claim.around.is_reserved);
    ran.filter_map(|claim| match &claim.kind {
        ClaimKind::Ran { command, check: Some(check) } => {
            let scope =
                command.as_ref().map_or(Scope::Unsaid, |one| Scope::Named(vec![one.clone()]));
            Some(ClaimKind::Passes { check: Some(*check), scope, count: None, excepted: false })
        }
        _ => None,
    })
    .next()
}

/// What one sentence claims.
#[derive(Default)]
struct Read {
    kinds: Vec<ClaimKind>,
    /// What it says plainly of checks.
    plain: Vec<ClaimKind>,
    /// What of that a part of it says for itself.
    apart: Vec<ClaimKind>,
}

fn kinds(sentence: &Sentence<'_>) -> Read {
    if sentence.is_open && !sentence.is_lead {
        let kinds = vec![ClaimKind::Admission { of: Admission::NotDone }];
        return Read { kinds, ..Read::default() };
    }
    if sentence.is_header || mood::is_no_claim(sentence) {
        return Read::default();
    }
    let mut read = Read::default();
    let out = &mut read.kinds;
    out.extend(admissions::read(sentence));
    out.extend(bounds::read(sentence));
    out.extend(kept::read(sentence));
    out.extend(looks::read(sentence));
    let is_heading = sentence.is_lead && !sentence.words.last().is_some_and(|last| last.is(":"));
    if !sentence.is_lead || is_heading || sentence.words.len() > 4 {
        let (mut told, mut plain) = checks::read(sentence);
        let part = clauses::asserted(&sentence.words);
        if !part.is_empty() {
            let (of_part, plainly) = checks::read(&Sentence { words: part.to_vec(), ..*sentence });
            if mood::is_conditional(&sentence.words) {
                (told, plain) = (of_part.clone(), plainly);
            }
            read.apart = of_part;
        }
        out.extend(told);
        read.plain = plain;
    }
    out.extend(changes::read(sentence));
    if out.is_empty() {
        out.extend(looks::fixed_or_unprovable(sentence));
    }
    read
}
