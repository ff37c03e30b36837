//! When checks ran, on how much, where, and whether their end was seen.

use super::super::{Finding, Rule};
use super::{by_command, finding, shown};
use crate::check::CheckKind;
use crate::claim::{Came, Claim, ClaimKind, Evidence, Run, Scope};

/// The cases of stale-check, not-run, partial-run, wrong-place, masked-exit and green-with-errors.
pub(super) fn findings(evidence: &Evidence, runs: &[Run], claims: &[Claim]) -> Vec<Finding> {
    let found = [
        not_run(runs, claims),
        stale(evidence, runs),
        partial(evidence, runs, claims),
        elsewhere(evidence, runs),
    ];
    let kinds =
        [CheckKind::Test, CheckKind::Build, CheckKind::Types, CheckKind::Lint, CheckKind::Format];
    let ends = kinds
        .into_iter()
        .flat_map(|kind| [masked(evidence, runs, kind), troubled(evidence, runs, kind)]);
    found.into_iter().chain(ends).flatten().collect()
}

/// Runs that speak of the work: not those on the base.
fn of_work(runs: &[Run]) -> impl DoubleEndedIterator<Item = &Run> + Clone {
    runs.iter().filter(|run| !run.is_base || run.is_after)
}

fn by_run(rule: Rule, words: String, evidence: &Evidence, run: &Run) -> Finding {
    match evidence.commands.as_deref().unwrap_or_default().get(run.at) {
        Some(command) => by_command(rule, words, command),
        None => finding(rule, words),
    }
}

fn says_tests_ran(claim: &&Claim) -> bool {
    matches!(
        claim.kind,
        ClaimKind::Passes { check: None | Some(CheckKind::Test), .. }
            | ClaimKind::Ran { check: Some(CheckKind::Test), .. }
    )
}

fn not_run(runs: &[Run], claims: &[Claim]) -> Option<Finding> {
    let claim = claims.iter().find(says_tests_ran)?;
    let has_run = runs.iter().any(|run| run.kind == CheckKind::Test && run.came != Came::Empty);
    let mut found =
        finding(Rule::NotRun, "tests are said to pass, and no run of tests was seen".to_owned());
    found.before.clone_from(&claim.quote);
    (!has_run).then_some(found)
}

/// The last check, where it was before the last edit; tests, where there were any.
fn stale(evidence: &Evidence, runs: &[Run]) -> Option<Finding> {
    let tests = of_work(runs).rev().find(|run| run.kind == CheckKind::Test);
    let last = tests.or_else(|| of_work(runs).next_back())?;
    let words = format!("{} ran last before the last edit", shown(&last.text));
    (!last.is_after).then(|| by_run(Rule::StaleCheck, words, evidence, last))
}

fn partial(evidence: &Evidence, runs: &[Run], claims: &[Claim]) -> Option<Finding> {
    let (claim, count) = claims.iter().find_map(|claim| match claim.kind {
        ClaimKind::Passes {
            check: None | Some(CheckKind::Test), scope: Scope::All, count, ..
        } => Some((claim, count)),
        _ => None,
    })?;
    let mut tests = of_work(runs).filter(|run| run.kind == CheckKind::Test);
    let is_enough = |run: &Run| {
        run.narrowed.is_empty() && !run.is_script || count.is_some() && run.counts.passed == count
    };
    if tests.clone().any(is_enough) {
        return None;
    }
    let last = tests.next_back()?;
    let words =
        format!("all tests are said to pass, and {} ran, which is a part", shown(&last.text));
    let mut found = by_run(Rule::PartialRun, words, evidence, last);
    found.before.clone_from(&claim.quote);
    Some(found)
}

/// Checks of a kind that never ran in this worktree.
fn elsewhere(evidence: &Evidence, runs: &[Run]) -> Option<Finding> {
    let last = runs.iter().rev().find(|run| !run.is_here)?;
    let has_run_here = runs.iter().any(|run| run.kind == last.kind && run.is_here);
    let words = format!("{} ran elsewhere than in this worktree", shown(&last.text));
    (!has_run_here).then(|| by_run(Rule::WrongPlace, words, evidence, last))
}

/// The last run of a kind, where its exit code was lost.
fn masked(evidence: &Evidence, runs: &[Run], kind: CheckKind) -> Option<Finding> {
    let mut of_kind = of_work(runs).filter(|run| run.kind == kind);
    let last = of_kind.next_back()?;
    let is_seen = of_kind.any(|run| run.is_after && run.came == Came::Passed);
    let printed = match (last.counts.passed, last.counts.failed) {
        (_, Some(failed)) if failed > 0 => format!("; it printed {failed} failed"),
        (Some(passed), _) => format!("; it printed {passed} passed"),
        _ => String::new(),
    };
    let words = format!("the exit code of {} was lost{printed}", shown(&last.text));
    (last.came == Came::Masked && !is_seen).then(|| by_run(Rule::MaskedExit, words, evidence, last))
}

fn troubled(evidence: &Evidence, runs: &[Run], kind: CheckKind) -> Option<Finding> {
    let last = of_work(runs).rfind(|run| run.kind == kind)?;
    let what = match last.came {
        Came::Troubled => "told of failures",
        Came::Empty => "ran no test",
        _ => return None,
    };
    let command = evidence.commands.as_deref()?.get(last.at)?;
    let words = format!("{} ended with exit code 0 and {what}", shown(&last.text));
    (command.exit_code == Some(0)).then(|| by_command(Rule::GreenWithErrors, words, command))
}
