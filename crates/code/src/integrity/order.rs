//! One thing, one finding: which rule speaks where several see the same line, and in which order all are told.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::receipt::{Finding, Rule};

use super::Found;
use crate::limits;

/// Rules that explain others on the same line, the most telling first.
const TELLING: &[Rule] = &[
    Rule::TestSkipped,
    Rule::TestDeleted,
    Rule::AssertionWeakened,
    Rule::ToleranceWidened,
    Rule::NoAssertion,
    Rule::MockOfSubject,
    Rule::SnapshotRewritten,
    Rule::GateWeakened,
    Rule::Bypass,
    Rule::RunnerTampered,
    Rule::HardCoded,
    Rule::Migration,
    Rule::Stub,
    Rule::SwallowedError,
    Rule::Suppression,
    Rule::Leftover,
    Rule::Dependency,
    Rule::Workflow,
    Rule::Generated,
    Rule::OutOfScope,
];

fn place(rule: Rule) -> usize {
    TELLING.iter().position(|known| *known == rule).unwrap_or(TELLING.len())
}

/// Leaves one finding for each thing, in the order in which they are read.
pub(super) fn settle(found: Found) -> Found {
    let mut findings = found.findings;
    findings.sort_by_key(|finding| place(finding.rule));
    let mut taken = BTreeSet::new();
    findings.retain(|finding| {
        let Some(spot) = &finding.spot else { return true };
        spot.line.is_none() || taken.insert((spot.path.clone(), spot.line, spot.is_gone))
    });
    let scratch: BTreeSet<String> = findings
        .iter()
        .filter(|finding| finding.rule == Rule::Leftover)
        .filter_map(|finding| finding.spot.as_ref().filter(|spot| spot.line.is_none()))
        .map(|spot| spot.path.clone())
        .collect();
    let told: BTreeSet<(Rule, String)> = findings
        .iter()
        .filter_map(|finding| Some((finding.rule, finding.spot.as_ref()?.path.clone())))
        .collect();
    findings.retain(|finding| {
        let Some(spot) = &finding.spot else { return true };
        let top = spot.path.split('/').next().unwrap_or_default();
        let is_scratch = scratch.contains(&spot.path) || scratch.contains(top);
        if is_scratch && finding.rule != Rule::Leftover {
            return false;
        }
        let has =
            |rules: &[Rule]| rules.iter().any(|rule| told.contains(&(*rule, spot.path.clone())));
        match finding.rule {
            Rule::Workflow => !has(&[Rule::GateWeakened, Rule::Bypass]),
            Rule::Generated => !has(&[Rule::Leftover]),
            Rule::OutOfScope => spot.line.is_some() || !has(&[Rule::Leftover]),
            _ => true,
        }
    });
    let mut of_rule: BTreeMap<Rule, usize> = BTreeMap::new();
    findings.sort_by_key(key);
    findings.dedup();
    findings.retain(|finding| {
        let count = of_rule.entry(finding.rule).or_default();
        *count += 1;
        *count <= limits::FINDINGS_OF_A_RULE
    });
    let mut candidates = found.candidates;
    let weakened: BTreeSet<(&str, Option<u32>)> = findings
        .iter()
        .filter(|finding| {
            matches!(
                finding.rule,
                Rule::AssertionWeakened | Rule::ToleranceWidened | Rule::SnapshotRewritten
            )
        })
        .filter_map(|finding| finding.spot.as_ref().map(|spot| (spot.path.as_str(), spot.line)))
        .collect();
    candidates.retain(|candidate| {
        candidate
            .finding
            .spot
            .as_ref()
            .is_none_or(|spot| !weakened.contains(&(spot.path.as_str(), spot.line)))
    });
    candidates.dedup_by(|one, other| one.finding.spot == other.finding.spot);
    candidates.truncate(limits::FINDINGS_OF_A_RULE);
    Found { findings, candidates }
}

fn key(
    finding: &Finding,
) -> (std::cmp::Reverse<callboard_model::receipt::Weight>, usize, String, Option<u32>) {
    let (path, line) =
        finding.spot.as_ref().map_or((String::new(), None), |spot| (spot.path.clone(), spot.line));
    (std::cmp::Reverse(finding.rule.weight()), place(finding.rule), path, line)
}
