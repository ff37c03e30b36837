//! What to look at first.

use super::{
    Case, ClaimLine, Content, LookFirst, Rule, Spot, Unproven, UnprovenKind, Weight, Work,
};
use crate::changeset::{FileKind, FileStatus};
use crate::claim::{Omission, Verdict};

/// Rules by how much their cases say of the work, the weightiest first. In labelled runs, removed assertions and files that
/// were left behind went with failure more often than any other.
const ORDER: [Rule; 17] = [
    Rule::Secret,
    Rule::Regressed,
    Rule::ExpectationRewritten,
    Rule::Contradicted,
    Rule::FewerTests,
    Rule::TestDeleted,
    Rule::TestSkipped,
    Rule::AssertionWeakened,
    Rule::GateWeakened,
    Rule::Bypass,
    Rule::HardCoded,
    Rule::RunnerTampered,
    Rule::Migration,
    Rule::VacuousTest,
    Rule::MaskedExit,
    Rule::StaleCheck,
    Rule::Stub,
];

/// The one thing to look at before the work is approved; none where nothing was changed.
#[must_use]
pub(super) fn look_first(
    cases: &[Case],
    claims: &[ClaimLine],
    unproven: &[Unproven],
    omissions: &[Omission],
    work: &Work,
    content: &Content,
) -> Option<LookFirst> {
    by_case(cases)
        .or_else(|| by_claim(claims))
        .or_else(|| by_omission(omissions))
        .or_else(|| by_gap(unproven))
        .or_else(|| by_admission(unproven))
        .or_else(|| by_content(content))
        .or_else(|| by_size(work))
}

fn rank(case: &Case) -> (std::cmp::Reverse<Weight>, usize, bool) {
    let at = ORDER.iter().position(|rule| *rule == case.finding.rule).unwrap_or(ORDER.len());
    // What has a place can be looked at.
    (std::cmp::Reverse(case.weight), at, case.finding.spot.is_none())
}

fn by_case(cases: &[Case]) -> Option<LookFirst> {
    let open = cases.iter().filter(|case| case.accepted.is_none() && case.weight > Weight::Note);
    let case = open.min_by_key(|case| rank(case))?;
    let why = match case.weight {
        Weight::Blocking => format!("{}: it keeps the work from being done.", case.finding.rule),
        _ => format!("{}: the weightiest of what stands out.", case.finding.rule),
    };
    Some(LookFirst {
        words: case.finding.words.clone(),
        why,
        spot: case.finding.spot.clone(),
        before: case.finding.before.clone(),
        after: case.finding.after.clone(),
    })
}

fn by_claim(claims: &[ClaimLine]) -> Option<LookFirst> {
    let of = |verdict| claims.iter().find(|claim| claim.judged.verdict == verdict);
    let claim = of(Verdict::Contradicted).or_else(|| of(Verdict::Stale))?;
    Some(LookFirst {
        words: format!("“{}”: {}", claim.judged.claim.quote, claim.judged.why),
        why: format!("{} says so, and the record does not.", claim.session),
        spot: None,
        before: String::new(),
        after: String::new(),
    })
}

fn in_words(words: String, why: String) -> LookFirst {
    LookFirst { words, why, spot: None, before: String::new(), after: String::new() }
}

fn by_omission(omissions: &[Omission]) -> Option<LookFirst> {
    let first = omissions.first()?;
    let words = format!("{} says “{}”", first.child, first.quote);
    Some(in_words(words, "The words of its lead leave that out.".to_owned()))
}

fn by_admission(unproven: &[Unproven]) -> Option<LookFirst> {
    let said = unproven.iter().find(|one| one.kind == UnprovenKind::Admitted)?;
    Some(in_words(said.words.clone(), "The agent itself says so.".to_owned()))
}

fn by_gap(unproven: &[Unproven]) -> Option<LookFirst> {
    let gap = unproven.iter().find(|one| one.kind == UnprovenKind::NotExecuted)?;
    Some(LookFirst {
        words: gap.words.clone(),
        why: "No test executes it.".to_owned(),
        spot: gap.spots.first().cloned(),
        before: String::new(),
        after: String::new(),
    })
}

/// What of work that is no code cannot be seen by looking at what is there: what is gone, and what nobody opened.
fn by_content(content: &Content) -> Option<LookFirst> {
    let first = |words: String, why: &str, path: &str, is_gone: bool| LookFirst {
        words,
        why: why.to_owned(),
        spot: Some(Spot { path: path.to_owned(), line: None, is_gone }),
        before: String::new(),
        after: String::new(),
    };
    if let Some(path) = content.folder.as_ref().and_then(|folder| folder.deleted.first()) {
        let more = content.folder.as_ref().map_or(0, |folder| folder.deleted.len() - 1);
        let words = match more {
            0 => "it is deleted, and its content is in no other file".to_owned(),
            more => {
                format!("it is deleted, as {more} more are, and its content is in no other file")
            }
        };
        return Some(first(
            words,
            "What is gone is not seen by looking at what is there.",
            path,
            true,
        ));
    }
    if let Some(table) = content.tables.iter().find(|table| table.rows_removed > 0) {
        let words = match table.rows_removed {
            1 => "a row is gone".to_owned(),
            more => format!("{more} rows are gone"),
        };
        let why = "What is gone is not seen by looking at what is there.";
        return Some(first(words, why, &table.path, false));
    }
    let mut cited = content.sources.as_ref()?.cited.iter();
    let never = cited.find(|source| source.opened.is_none() || source.failed)?;
    let words = format!("{} is cited, and nobody opened it", never.source);
    let found = first(words, "A source that nobody opened says nothing.", "", false);
    Some(LookFirst { spot: Some(never.spot.clone()), ..found })
}

fn by_size(work: &Work) -> Option<LookFirst> {
    let is_code = |kind| matches!(kind, FileKind::Code | FileKind::Test);
    let file = work.files.iter().max_by_key(|file| {
        (file.kind == FileKind::Code, is_code(file.kind), file.added + file.removed)
    })?;
    let is_gone = file.status == FileStatus::Deleted;
    Some(LookFirst {
        words: format!("the largest change: +{} −{}", file.added, file.removed),
        why: "No rule fired, and most of the change is here.".to_owned(),
        spot: Some(Spot { path: file.path.clone(), line: None, is_gone }),
        before: String::new(),
        after: String::new(),
    })
}
