use super::*;
use crate::check::results::TestResults;

fn run(exit_code: i32, output: &str) -> Run {
    Run { succeeded: exit_code == 0, results: TestResults::read(&[], output, "/w") }
}

fn ran(exit_code: i32, outputs: &[&str]) -> Ran {
    let outcome = if exit_code == 0 { CheckOutcome::Passed } else { CheckOutcome::Failed };
    Ran {
        outcome: Some(outcome),
        exit_code: Some(exit_code),
        runs: outputs.iter().map(|output| run(exit_code, output)).collect(),
        ..Ran::default()
    }
}

/// What pytest prints with `-v` of tests of one file.
fn pytest(tests: &[(&str, bool)]) -> String {
    let mut out = format!("===== test session starts =====\ncollected {} items\n\n", tests.len());
    for (name, passes) in tests {
        out += &format!("tests/test_a.py::{name} {}\n", if *passes { "PASSED" } else { "FAILED" });
    }
    let failed = tests.iter().filter(|(_, passes)| !passes).count();
    let passed = tests.len() - failed;
    out + &format!("\n==== {failed} failed, {passed} passed in 0.01s ====\n")
}

fn grid<'a>(ran: [&'a Ran; 4]) -> RanGrid<'a> {
    let [base_base, new_base, base_new, new_new] = ran;
    let ran = Grid { base_base, new_base, base_new, new_new };
    RanGrid { command: "pytest", ran, changed: Changed::Unknown, is_same_code: false }
}

#[test]
fn a_check_tells_the_weightiest_tests_first() {
    let base = ran(1, &[&pytest(&[("a", true), ("b", true), ("old", false), ("bent", true)])]);
    let new_base =
        ran(1, &[&pytest(&[("a", true), ("b", false), ("old", false), ("bent", false)])]);
    let base_new = ran(
        1,
        &[&pytest(&[
            ("a", true),
            ("b", true),
            ("old", false),
            ("bent", false),
            ("new", false),
            ("vain", true),
        ])],
    );
    let work = ran(
        1,
        &[&pytest(&[
            ("a", true),
            ("b", false),
            ("old", false),
            ("bent", true),
            ("new", true),
            ("vain", true),
        ])],
    );
    let grid = grid([&base, &new_base, &base_new, &work]);
    let compared = grid.compare();
    let checked = grid.checked(&compared);
    let told: Vec<(&str, Standing)> =
        checked.tests.iter().map(|test| (test.name.as_str(), test.standing)).collect();
    assert_eq!(
        told,
        [
            ("tests/test_a.py::b", Standing::Regressed),
            ("tests/test_a.py::bent", Standing::Bent),
            ("tests/test_a.py::vain", Standing::Vacuous),
            ("tests/test_a.py::new", Standing::Proves),
            ("tests/test_a.py::old", Standing::BrokenBefore),
        ]
    );
    assert_eq!((checked.totals[&Standing::Holds], checked.left_out), (1, 0));
    assert_eq!((checked.kind, checked.standing), (Some(CheckKind::Test), Standing::BrokenBefore));
    let cell = &checked.cells.new_new;
    assert_eq!((cell.passed, cell.failed, cell.times), (Some(4), Some(2), 1));
    let rerun = grid.rerun(&compared).unwrap();
    assert_eq!(rerun.new_failures(), Some(vec!["tests/test_a.py::b"]));
}

#[test]
fn a_flaky_failure_is_no_failure() {
    let (good, bad) = (pytest(&[("a", true), ("b", true)]), pytest(&[("a", true), ("b", false)]));
    let base = ran(0, &[&good]);
    let mut work = ran(1, &[&bad, &good]);
    work.runs[1].succeeded = true;
    let grid = grid([&base, &work, &base, &work]);
    let compared = grid.compare();
    let checked = grid.checked(&compared);
    assert_eq!(
        checked.tests.iter().map(|test| test.standing).collect::<Vec<_>>(),
        [Standing::Flaky]
    );
    assert_eq!((checked.standing, checked.cells.new_new.times), (Standing::Flaky, 2));
    let rerun = grid.rerun(&compared).unwrap();
    assert_eq!(rerun.work, Ending::Named { failed: Vec::new(), passed: 1 });
}

#[test]
fn what_names_no_test_goes_by_its_exit_code() {
    let (good, bad, not) = (ran(0, &["fine"]), ran(2, &["oh", "oh", "oh"]), Ran::default());
    let grid_of = grid([&good, &bad, &good, &bad]);
    let compared = grid_of.compare();
    let checked = grid_of.checked(&compared);
    assert_eq!(
        (checked.standing, checked.tests.len(), checked.totals.len()),
        (Standing::Regressed, 0, 0)
    );
    let rerun = grid_of.rerun(&compared).unwrap();
    assert_eq!((&rerun.base, &rerun.work), (&Ending::Code { code: 0 }, &Ending::Code { code: 2 }));
    let unknown = grid([&not, &not, &not, &not]);
    let compared = unknown.compare();
    assert_eq!(unknown.checked(&compared).standing, Standing::NotChecked);
    assert_eq!(unknown.rerun(&compared), None);
}

#[test]
fn without_new_code_nothing_is_vacuous() {
    let base = ran(0, &[&pytest(&[("a", true)])]);
    let work = ran(0, &[&pytest(&[("a", true), ("new", true)])]);
    let mut grid = grid([&base, &base, &work, &work]);
    assert_eq!(grid.compare().count(Standing::Vacuous), 1);
    grid.is_same_code = true;
    assert_eq!(grid.compare().count(Standing::Vacuous), 0);
}

#[test]
fn a_test_that_moved_is_neither_gone_nor_new() {
    let in_file = |file: &str| pytest(&[("a", true), ("b[1]", true)]).replace("test_a.py", file);
    let (base, work) = (ran(0, &[&in_file("test_a.py")]), ran(0, &[&in_file("test_b.py")]));
    let mut grid = grid([&base, &base, &work, &work]);
    assert!(grid.checked(&grid.compare()).tests.is_empty());
    grid.is_same_code = true;
    assert!(grid.checked(&grid.compare()).tests.is_empty());
}
