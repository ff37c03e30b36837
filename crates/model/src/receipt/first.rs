//! What to look at first.

use super::{Case, ClaimLine, LookFirst, Rule, Spot, Unproven, UnprovenKind, Weight, Work};
use crate::changeset::{FileKind, FileStatus};
use crate::claim::Verdict;

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
    work: &Work,
) -> Option<LookFirst> {
    by_case(cases)
        .or_else(|| by_claim(claims))
        .or_else(|| by_gap(unproven))
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

fn by_size(work: &Work) -> Option<LookFirst> {
    let is_code = |kind| matches!(kind, FileKind::Code | FileKind::Test);
    let file = work.files.iter().max_by_key(|file| {
        (file.kind == FileKind::Code, is_code(file.kind), file.added + file.removed)
    })?;
    let lines = file.added + file.removed;
    let is_gone = file.status == FileStatus::Deleted;
    Some(LookFirst {
        words: format!("{} lines of {} changed", lines, file.path),
        why: "No rule fired; most of the change is here.".to_owned(),
        spot: Some(Spot { path: file.path.clone(), line: None, is_gone }),
        before: String::new(),
        after: String::new(),
    })
}
