//! What a receipt comes to, in a few words.

use super::{Case, Receipt, Weight};
use crate::claim::Verdict;
use crate::review::CheckOutcome;

/// Whether anything of a receipt keeps its work from being done, in one sentence; `None` where nothing does.
#[must_use]
pub fn held_by(receipt: &Receipt) -> Option<String> {
    let blocking: Vec<&Case> = receipt.blocking().collect();
    let first = blocking.first()?;
    let place = first.finding.spot.as_ref().map(|spot| match spot.line {
        Some(line) => format!(" in {}:{line}", spot.path),
        None => format!(" in {}", spot.path),
    });
    let place = place.unwrap_or_default();
    let words = first.finding.words.trim_end_matches('.');
    Some(match blocking.len() - 1 {
        0 => format!("{}{place}: {words}", first.finding.rule),
        more => format!("{}{place}: {words}, and {more} more", first.finding.rule),
    })
}

/// What a receipt comes to: "2 block, 1 contradicted, 1 check fails", "checks pass", "not checked".
#[must_use]
pub fn headline(receipt: &Receipt) -> String {
    let mut parts = blocking(receipt);
    parts.push(of_checks(receipt));
    let is_against = |one: &&super::Criterion| one.proofs.iter().any(|proof| proof.is_against);
    // What blocks says it already.
    let unmet = receipt.criteria.iter().filter(is_against).count();
    match if parts.len() > 1 { 0 } else { unmet } {
        0 => {}
        1 => parts.push("1 acceptance sentence not met".to_owned()),
        more => parts.push(format!("{more} acceptance sentences not met")),
    }
    parts.join(", ")
}

/// What a receipt comes to, in what a card has room for.
#[must_use]
pub fn in_short(receipt: &Receipt) -> String {
    if receipt.goes_on() {
        return of_checks(receipt);
    }
    let mut parts = blocking(receipt);
    let is_failing = outcomes(receipt).any(|outcome| outcome == CheckOutcome::Failed);
    if is_failing || parts.is_empty() {
        parts.push(of_checks(receipt));
    }
    if parts.len() == 1 && !is_failing && receipt.blocking().next().is_none() {
        let is_open = |case: &&Case| case.weight == Weight::Warning && case.accepted.is_none();
        match receipt.cases.iter().filter(is_open).count() {
            0 => {}
            1 => parts.push("1 warning".to_owned()),
            more => parts.push(format!("{more} warnings")),
        }
    }
    parts.join(" · ")
}

/// What keeps the work from being done, and what is contradicted.
fn blocking(receipt: &Receipt) -> Vec<String> {
    let mut parts = Vec::new();
    match receipt.blocking().count() {
        0 => {}
        1 => parts.push("1 blocks".to_owned()),
        more => parts.push(format!("{more} block")),
    }
    let is_contradicted = |claim: &&super::ClaimLine| claim.judged.verdict == Verdict::Contradicted;
    match receipt.claims.iter().filter(is_contradicted).count() {
        0 => {}
        more => parts.push(format!("{more} contradicted")),
    }
    parts
}

fn outcomes(receipt: &Receipt) -> impl Iterator<Item = CheckOutcome> {
    receipt.checks.iter().filter_map(|check| check.cells.new_new.outcome)
}

fn of_checks(receipt: &Receipt) -> String {
    let all = receipt.checks.len();
    let of = |wanted| outcomes(receipt).filter(|other| *other == wanted).count();
    match (of(CheckOutcome::Failed), of(CheckOutcome::Passed), of(CheckOutcome::CouldNotRun)) {
        _ if receipt.goes_on() => "checks run".to_owned(),
        (1, ..) => "1 check fails".to_owned(),
        (failed @ 2.., ..) => format!("{failed} checks fail"),
        (_, passed @ 1.., _) if passed == all => "checks pass".to_owned(),
        (_, passed @ 1.., _) => format!("{passed} of {all} checks pass"),
        (.., 1) => "1 check could not run".to_owned(),
        (.., more @ 2..) => format!("{more} checks could not run"),
        _ if all == 0 => "no check".to_owned(),
        _ => "not checked".to_owned(),
    }
}
