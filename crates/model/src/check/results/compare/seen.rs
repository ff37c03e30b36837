//! How a test showed itself in the runs of each combination.

use std::ops::Bound;

use super::{Grid, Run, Seen};
use crate::check::results::lines::is_script;
use crate::check::results::{RunError, TestName, TestResults, TestState, Unnamed};

/// How the test `name`, which stands in `file`, showed itself.
pub(super) fn of_test(runs: &Grid<&[Run]>, name: &TestName, file: Option<&str>) -> Grid<Seen> {
    let is_named = |runs: &[Run]| {
        runs.iter().any(|run| run.results.as_ref().is_some_and(|r| r.tests.contains_key(name)))
    };
    // What one run of the same tests names is there in the other, too.
    let with_base = is_named(runs.base_base) || is_named(runs.new_base);
    let with_new = is_named(runs.base_new) || is_named(runs.new_new);
    let of = |runs: &[Run], is_there: bool| {
        together(runs.iter().map(|run| in_run(run, name, file, is_there)))
    };
    Grid {
        base_base: of(runs.base_base, with_base),
        new_base: of(runs.new_base, with_base),
        base_new: of(runs.base_new, with_new),
        new_new: of(runs.new_new, with_new),
    }
}

/// How the check as a whole showed itself.
pub(super) fn of_check(runs: &[Run]) -> Seen {
    together(runs.iter().map(|run| {
        let is_broken =
            |results: &TestResults| results.tests.is_empty() && !results.errors.is_empty();
        match (run.succeeded, &run.results) {
            (true, _) => Seen::Passed,
            (false, Some(results)) if is_broken(results) => Seen::Broken,
            (false, _) => Seen::Failed,
        }
    }))
}

/// What several runs of the same come to.
fn together(each: impl Iterator<Item = Seen>) -> Seen {
    let each: Vec<Seen> = each.collect();
    let is_seen = |seen: Seen| each.contains(&seen);
    if is_seen(Seen::Passed) && is_seen(Seen::Failed) {
        return Seen::Mixed;
    }
    // A second run may be of some tests only: what is known counts, in the order of the variants.
    each.into_iter().max().unwrap_or_default()
}

fn in_run(run: &Run, name: &TestName, file: Option<&str>, is_there: bool) -> Seen {
    let Some(results) = &run.results else {
        return if run.succeeded && is_there { Seen::Passed } else { Seen::Unknown };
    };
    if let Some(test) = results.tests.get(name) {
        return match test.state {
            TestState::Passed => Seen::Passed,
            TestState::Failed => Seen::Failed,
            TestState::Skipped => Seen::Skipped,
        };
    }
    if let Some(is_failing) = in_group(results, name) {
        return if is_failing { Seen::Unknown } else { Seen::Passed };
    }
    if results.errors.iter().any(|error| keeps_from_running(error, name, file)) {
        return Seen::Broken;
    }
    match results.unnamed {
        Unnamed::Absent => Seen::Absent,
        Unnamed::NotFailed if is_there => Seen::Passed,
        Unnamed::NotFailed | Unnamed::Unknown => Seen::Unknown,
    }
}

/// Whether a test within the group `name` failed; none where the run has no such group. A group is a test of its own
/// only where it fails though all in it pass.
fn in_group(results: &TestResults, name: &TestName) -> Option<bool> {
    let begins = format!("{name} > ");
    let within =
        results.tests.range::<str, _>((Bound::Included(begins.as_str()), Bound::Unbounded));
    let mut within = within.take_while(|(test, _)| test.as_str().starts_with(&begins)).peekable();
    within.peek()?;
    Some(within.any(|(_, test)| test.state == TestState::Failed))
}

fn keeps_from_running(error: &RunError, name: &TestName, file: Option<&str>) -> bool {
    let Some(within) = &error.within else { return true };
    let is_same_file = |file: &str| file == within || file.ends_with(&format!("/{within}"));
    let is_named_by = name
        .as_str()
        .strip_prefix(within.as_str())
        .is_some_and(|rest| rest.starts_with(['.', ':', ' ', '>']));
    // The names of Node's and Mocha's tests do not say in which file they stand.
    is_named_by || file.map_or_else(|| is_script(within), is_same_file)
}
