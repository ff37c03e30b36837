use super::*;
use crate::check::results::compare::{Denominator, Grid};

fn compared(standing: Standing, file: Option<&str>) -> Compared {
    let failure = matches!(standing, Standing::Bent).then(|| "assert 3 == 4\n more".to_owned());
    Compared { standing, seen: Grid::default(), file: file.map(str::to_owned), failure }
}

fn comparison(tests: &[(&str, Standing)], ran: (u32, u32)) -> Comparison {
    let of = |(name, standing): &(&str, Standing)| {
        let file = name.split_once("::").map(|(file, _)| file);
        (TestName::of(name), compared(*standing, file))
    };
    let count = |ran| Some(Denominator { collected: ran, ran });
    Comparison {
        tests: tests.iter().map(of).collect(),
        check: compared(Standing::Holds, None),
        base: count(ran.0),
        new: count(ran.1),
    }
}

fn checked() -> Checked {
    let mut checked = Checked::not_run("pytest", Some(CheckKind::Test), "");
    checked.cells.new_new.outcome = Some(CheckOutcome::Passed);
    checked
}

fn finding(rule: Rule, path: &str, words: &str, [before, after]: [&str; 2]) -> Finding {
    let spot = Some(Spot { path: path.to_owned(), line: Some(7), is_gone: false });
    let [words, before, after] = [words, before, after].map(str::to_owned);
    Finding { rule, spot, words, before, after, sources: Vec::new() }
}

fn told(runs: &RunsToJudge<'_>) -> Vec<String> {
    let of = |finding: Finding| {
        let spot = finding.spot.map(|spot| match spot.line {
            Some(line) => format!("{}:{line}", spot.path),
            None => spot.path,
        });
        format!("{} {}: {}", finding.rule, spot.unwrap_or_default(), finding.words)
    };
    findings_of_runs(runs).into_iter().map(of).collect()
}

#[test]
fn a_bent_test_shows_both_expectations() {
    let tests = [
        ("t/test_a.py::test_sum[1]", Standing::Bent),
        ("t/test_a.py::test_sum[2]", Standing::Bent),
    ];
    let (checked, comparison) = ([checked()], [comparison(&tests, (2, 2))]);
    let own = finding(
        Rule::ExpectationRewritten,
        "t/test_a.py",
        "",
        ["assert f() == 3", "assert f() == 4"],
    );
    let other = finding(Rule::ExpectationRewritten, "t/test_b.py", "", ["1", "2"]);
    let candidates = [own, other].map(|finding| Candidate { test: "test_sum".into(), finding });
    let mut runs = RunsToJudge {
        checked: &checked,
        comparisons: &comparison,
        candidates: &candidates,
        ..RunsToJudge::default()
    };
    let found = findings_of_runs(&runs);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        (found[0].before.as_str(), found[0].after.as_str()),
        ("assert f() == 3", "assert f() == 4")
    );
    assert_eq!(
        found[0].words,
        "`test_sum`, as it was, fails on the new code; it was rewritten, and passes."
    );

    runs.candidates = &[];
    runs.files = &[("t/test_a.py", "import f\n\ndef test_sum(x):\n")];
    assert_eq!(
        told(&runs),
        [
            "expectation-rewritten t/test_a.py:3: `test_sum`, as it was, fails on the new code; it was rewritten, and \
          passes. As it was, it tells: assert 3 == 4"
        ]
    );
    let weakened =
        [finding(Rule::AssertionWeakened, "t/test_a.py", "`test_sum` checks less.", ["", ""])];
    runs.of_change = &weakened;
    assert!(told(&runs).is_empty());
}

#[test]
fn what_the_change_tells_is_not_told_twice() {
    let tests = [("t/a.py::test_x", Standing::SkippedNow), ("t/a.py::test_y", Standing::Removed)];
    let (checked, comparison) = ([checked()], [comparison(&tests, (10, 8))]);
    let mut runs =
        RunsToJudge { checked: &checked, comparisons: &comparison, ..RunsToJudge::default() };
    assert_eq!(
        told(&runs),
        [
            "test-skipped t/a.py: `test_x` ran on the base, and is skipped now.",
            "fewer-tests : `pytest` ran 10 tests on the base, and runs 8. Not among them: `t/a.py::test_y`.",
        ]
    );
    let of_change = [
        finding(Rule::TestSkipped, "t/a.py", "Test `test_x` ran before this change.", ["", "x"]),
        finding(Rule::TestDeleted, "t/a.py", "`test_y` is gone.", ["x", ""]),
    ];
    runs.of_change = &of_change;
    assert!(told(&runs).is_empty());
    let with_file =
        [of_change[0].clone(), finding(Rule::TestDeleted, "t/a.py", "The file is gone.", ["", ""])];
    runs.of_change = &with_file;
    assert!(told(&runs).is_empty());
    let other = [finding(Rule::TestDeleted, "t/b.py", "`test_other` is gone.", ["x", ""])];
    runs.of_change = &other;
    assert_eq!(told(&runs).len(), 2);
}

#[test]
fn many_vacuous_tests_of_a_file_are_one_thing() {
    let one = [("t/a.py::test_a", Standing::Vacuous), ("t/b.py::test_b", Standing::Proves)];
    let many = ["a", "b", "c", "d", "e"].map(|name| format!("t/m.py::test_{name}"));
    let many: Vec<(&str, Standing)> =
        many.iter().map(|name| (name.as_str(), Standing::Vacuous)).collect();
    let checked = [checked(), checked()];
    let comparison = [comparison(&one, (1, 2)), comparison(&many, (1, 6))];
    let runs =
        RunsToJudge { checked: &checked, comparisons: &comparison, ..RunsToJudge::default() };
    assert_eq!(
        told(&runs),
        [
            "vacuous-test t/a.py: `test_a` passes on the base's code, too: it does not show what changed.",
            "vacuous-test t/m.py: `test_a`, `test_b`, `test_c` and 2 more pass on the base's code, too: they do not \
             show what changed.",
        ]
    );
}

#[test]
fn exit_code_0_is_held_against_what_was_told() {
    let comparison = [comparison(&[], (0, 0))];
    let told_with = |change: fn(&mut Cell)| {
        let mut checked = checked();
        change(&mut checked.cells.new_new);
        told(&RunsToJudge {
            checked: &[checked],
            comparisons: &comparison,
            ..RunsToJudge::default()
        })
    };
    assert_eq!(told_with(|_| {}), ["green-with-errors : `pytest` ends well and runs no test."]);
    assert_eq!(
        told_with(|cell| cell.failed = Some(1)),
        ["green-with-errors : `pytest` ends well though 1 test failed."]
    );
    assert_eq!(
        told_with(|cell| cell.errors = vec!["E: no module\nmore".into()]),
        ["green-with-errors : `pytest` ends well with an error: E: no module"]
    );
    assert!(told_with(|cell| cell.outcome = Some(CheckOutcome::Failed)).is_empty());
}

#[test]
fn names_of_runners_lead_to_tests() {
    assert!(
        is_of("demo tests::adds", "tests › adds") && !is_of("demo tests::badds", "tests › adds")
    );
    assert!(is_of("m.TestX/y", "TestX") && is_of("a.test.ts > s > adds two", "s › adds two"));
    assert!(!is_of("demo tests::adds_more", "tests › adds"));
}
