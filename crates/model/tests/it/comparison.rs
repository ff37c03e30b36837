//! The grid of four runs agrees with what was planted.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::check::results::compare::{
    Changed, Comparison, Grid, Run, Seen, Standing, Standing::*,
};
use callboard_model::check::results::{
    RunError, TestName, TestOutcome, TestResults, TestState,
    TestState::{Failed, Passed},
    Unnamed,
};
use proptest::prelude::*;

/// How a test ends on the base's code and on the new one; none where its form calls what that code does not have.
type Form = [Option<TestState>; 2];

/// A test in its form before and after, and what is true of it.
#[derive(Debug, Clone, Copy)]
struct Plant {
    before: Option<Form>,
    after: Option<Form>,
    is_changed: bool,
    truth: Standing,
}

const fn plant(
    before: Option<Form>,
    after: Option<Form>,
    is_changed: bool,
    truth: Standing,
) -> Plant {
    Plant { before, after, is_changed, truth }
}

const P: Option<TestState> = Some(Passed);
const F: Option<TestState> = Some(Failed);
const S: Option<TestState> = Some(TestState::Skipped);

const PLANTS: [Plant; 22] = [
    plant(Some([P, P]), Some([P, P]), false, Holds),
    plant(Some([P, F]), Some([P, F]), false, Regressed),
    plant(Some([F, F]), Some([F, F]), false, BrokenBefore),
    plant(Some([F, P]), Some([F, P]), false, Fixed),
    plant(Some([S, S]), Some([S, S]), false, Standing::Skipped),
    plant(None, Some([F, P]), true, Proves),
    plant(None, Some([P, P]), true, Vacuous),
    plant(None, Some([F, F]), true, Failing),
    plant(None, Some([P, F]), true, Regressed),
    plant(None, Some([S, S]), true, Standing::Skipped),
    plant(Some([P, F]), Some([F, P]), true, Bent),
    plant(Some([P, F]), Some([P, P]), true, Bent),
    plant(Some([P, P]), Some([F, P]), true, Proves),
    plant(Some([P, P]), Some([P, P]), true, Vacuous),
    plant(Some([F, F]), Some([P, P]), true, Vacuous),
    plant(Some([F, F]), Some([F, P]), true, Proves),
    plant(Some([P, P]), Some([F, F]), true, Failing),
    plant(Some([P, P]), Some([S, S]), true, SkippedNow),
    plant(Some([F, F]), Some([S, S]), true, SkippedNow),
    plant(Some([P, P]), None, true, Removed),
    plant(Some([P, F]), None, true, Removed),
    plant(Some([P, F]), Some([P, F]), true, Regressed),
];

/// New tests that call what the base's code does not have: in compiled languages none of the file's runs there.
const UNCOMPILED: [Plant; 3] = [
    plant(None, Some([None, P]), true, WeakProof),
    plant(Some([P, P]), Some([None, P]), false, Holds),
    plant(Some([P, F]), Some([None, F]), false, Regressed),
];

fn outcome(state: TestState) -> TestOutcome {
    TestOutcome { state, file: Some("tests/all.rs".into()), failure: None }
}

fn name(index: usize) -> TestName {
    TestName::of(&format!("t{index}"))
}

/// The run of one combination: code 0 is the base's, and so are tests 0.
fn run(plants: &[Plant], code: usize, tests: usize) -> Run {
    let mut results = TestResults::default();
    for (index, plant) in plants.iter().enumerate() {
        let form = if tests == 0 { plant.before } else { plant.after };
        match form.map(|form| form[code]) {
            Some(Some(state)) => {
                results.tests.insert(name(index), outcome(state));
            }
            Some(None) => {
                results.errors.push(RunError { within: None, words: "could not compile".into() });
                results.tests.clear();
                return Run { succeeded: false, results: Some(results) };
            }
            None => {}
        }
    }
    let succeeded = results.count(Failed) == 0;
    Run { succeeded, results: Some(results) }
}

fn compare(grid: &Grid<Vec<Run>>, changed: Changed<'_>) -> Comparison {
    let runs = Grid {
        base_base: grid.base_base.as_slice(),
        new_base: grid.new_base.as_slice(),
        base_new: grid.base_new.as_slice(),
        new_new: grid.new_new.as_slice(),
    };
    Comparison::of(&runs, changed)
}

fn grid(plants: &[Plant]) -> Grid<Vec<Run>> {
    Grid {
        base_base: vec![run(plants, 0, 0)],
        new_base: vec![run(plants, 1, 0)],
        base_new: vec![run(plants, 0, 1)],
        new_new: vec![run(plants, 1, 1)],
    }
}

fn changed_names(plants: &[Plant]) -> BTreeSet<TestName> {
    let changed = plants.iter().enumerate().filter(|(_, plant)| plant.is_changed);
    changed.map(|(index, _)| name(index)).collect()
}

fn standings(comparison: &Comparison) -> BTreeMap<&str, Standing> {
    comparison.tests.iter().map(|(name, test)| (name.as_str(), test.standing)).collect()
}

/// Gives a flaky test another end in its second run.
fn again(mut run: Run, flaky: &TestName) -> Run {
    if let Some(test) = run.results.as_mut().and_then(|results| results.tests.get_mut(flaky)) {
        test.state = match test.state {
            Passed => Failed,
            Failed | TestState::Skipped => Passed,
        };
    }
    run
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_grid_agrees_with_what_was_planted(kinds in prop::collection::vec(0..PLANTS.len(), 1..30)) {
        let plants: Vec<Plant> = kinds.iter().map(|kind| PLANTS[*kind]).collect();
        let changed = changed_names(&plants);
        let told = compare(&grid(&plants), Changed::Tests(&changed));
        for (index, plant) in plants.iter().enumerate() {
            prop_assert_eq!(told.tests[&name(index)].standing, plant.truth, "{:?}", plant);
        }
        let counted: usize = told.tests.values().map(|test| usize::from(told.count(test.standing) > 0)).sum();
        prop_assert_eq!(counted, plants.len());
        let ran = |code, tests| {
            let run = run(&plants, code, tests).results.unwrap_or_default();
            run.count(Passed) + run.count(Failed)
        };
        let fewer = (ran(1, 1) < ran(0, 0)).then(|| (ran(0, 0), ran(1, 1)));
        prop_assert_eq!(told.fewer_tests(), fewer);
    }

    #[test]
    fn a_flaky_test_is_told_whatever_else_it_is(
        kinds in prop::collection::vec(0..PLANTS.len(), 1..12),
        flaky in 0usize..12,
        cell in 0usize..4,
    ) {
        let plants: Vec<Plant> = kinds.iter().map(|kind| PLANTS[*kind]).collect();
        let flaky = name(flaky % plants.len());
        let mut grid = grid(&plants);
        let runs = match cell {
            0 => &mut grid.base_base,
            1 => &mut grid.new_base,
            2 => &mut grid.base_new,
            _ => &mut grid.new_new,
        };
        let first = runs[0].clone();
        let state = first.results.as_ref().and_then(|r| r.tests.get(&flaky)).map(|test| test.state);
        runs.push(again(first, &flaky));
        let told = compare(&grid, Changed::Unknown);
        let is_told = told.tests[&flaky].standing == Flaky;
        prop_assert_eq!(is_told, matches!(state, Some(Passed | Failed)));
    }

    #[test]
    fn less_that_is_known_never_tells_of_a_fault_that_is_not_there(
        kinds in prop::collection::vec(0..PLANTS.len(), 1..12),
        lost in prop::collection::vec(0u8..5, 4),
    ) {
        let plants: Vec<Plant> = kinds.iter().map(|kind| PLANTS[*kind]).collect();
        let mut grid = grid(&plants);
        let cells = [&mut grid.base_base, &mut grid.new_base, &mut grid.base_new, &mut grid.new_new];
        for (runs, lost) in cells.into_iter().zip(lost) {
            lose(runs, lost);
        }
        let told = compare(&grid, Changed::Unknown);
        for (index, plant) in plants.iter().enumerate() {
            let Some(test) = told.tests.get(&name(index)) else { continue };
            let [on_base, on_new] = plant.after.unwrap_or([None, None]);
            let holds_before = plant.before.is_some_and(|before| before[0] == P) || on_base == P;
            match test.standing {
                Regressed => {
                    let fails = on_new == F || plant.before.is_some_and(|before| before[1] == F);
                    prop_assert!(holds_before && fails, "{:?} {:?}", plant, test);
                }
                Bent => prop_assert_eq!(plant.truth, Bent),
                Vacuous => prop_assert!(on_base == P && on_new == P, "{:?} {:?}", plant, test),
                Removed => prop_assert!(plant.after.is_none(), "{:?} {:?}", plant, test),
                Failing => prop_assert!(on_new == F, "{:?} {:?}", plant, test),
                BrokenBefore => prop_assert!(plant.before.is_some_and(|before| before[0] == F)),
                Flaky => prop_assert!(false, "{:?} {:?}", plant, test),
                _ => {}
            }
        }
    }
}

/// Takes away what a run may not tell: itself, its names, those of passing tests, or the tests behind the first failure.
fn lose(runs: &mut Vec<Run>, lost: u8) {
    let Some(run) = runs.first_mut() else { return };
    let Some(results) = run.results.as_mut() else { return };
    match lost {
        1 => runs.clear(),
        2 => run.results = None,
        // Where failures alone are named, what was skipped is taken for passed.
        3 if results.count(TestState::Skipped) == 0 => {
            results.tests.retain(|_, test| test.state == Failed);
            results.unnamed = Unnamed::NotFailed;
        }
        4 => {
            let failed = results.tests.iter().find(|(_, test)| test.state == Failed);
            if let Some(first) = failed.map(|(name, _)| name.clone()) {
                results.tests.retain(|name, _| *name <= first);
                results.unnamed = Unnamed::Unknown;
            }
        }
        _ => {}
    }
}

#[test]
fn new_tests_that_do_not_compile_on_the_base_prove_little() {
    let told = compare(&grid(&UNCOMPILED), Changed::Unknown);
    let expected: Vec<Standing> = UNCOMPILED.iter().map(|plant| plant.truth).collect();
    assert_eq!(standings(&told).into_values().collect::<Vec<_>>(), expected);
    assert_eq!(told.tests["t0"].seen.base_new, Seen::Broken);
}

#[test]
fn work_that_does_not_compile_regresses_what_passed() {
    let plants = [plant(Some([P, None]), Some([P, None]), false, Regressed)];
    let told = compare(&grid(&plants), Changed::Unknown);
    assert_eq!(told.tests["t0"].standing, Regressed);
    assert_eq!(told.check.seen.new_new, Seen::Broken);
    assert_eq!(told.new, None);
}

#[test]
fn a_file_that_fails_to_load_keeps_its_own_tests_from_running_alone() {
    let test = |name: &str, file: &str| {
        (TestName::of(name), TestOutcome { state: Passed, file: Some(file.into()), failure: None })
    };
    let both = [test("tests/a.py::x", "tests/a.py"), test("tests/b.py::y", "tests/b.py")];
    let base = TestResults { tests: both.into(), ..TestResults::default() };
    let broken = TestResults {
        errors: vec![RunError { within: Some("tests/b.py".into()), words: "no module".into() }],
        ..TestResults::default()
    };
    let grid = Grid {
        base_base: vec![Run { succeeded: true, results: Some(base) }],
        new_new: vec![Run { succeeded: false, results: Some(broken) }],
        ..Grid::default()
    };
    let told = compare(&grid, Changed::Unknown);
    assert_eq!(told.tests["tests/a.py::x"].standing, Removed);
    assert_eq!(told.tests["tests/b.py::y"].standing, Regressed);
}

#[test]
fn a_check_without_names_stands_by_its_exit_codes() {
    let of = |succeeded| vec![Run { succeeded, results: None }];
    for (codes, standing) in [
        ([true, false, true, true], Bent),
        ([true, true, true, true], Holds),
        ([true, false, false, false], Regressed),
        ([false, false, false, false], BrokenBefore),
        ([true, true, false, true], Proves),
        ([false, true, false, true], Fixed),
    ] {
        let [base_base, new_base, base_new, new_new] = codes.map(of);
        let told = compare(&Grid { base_base, new_base, base_new, new_new }, Changed::Unknown);
        assert_eq!(told.check.standing, standing, "{codes:?}");
        assert!(told.tests.is_empty() && told.base.is_none());
    }
}

#[test]
fn a_group_that_fails_by_itself_passed_where_all_in_it_did() {
    let of = |tests: &[(&str, TestState)], succeeded| {
        let tests = tests.iter().map(|(name, state)| {
            (TestName::of(name), TestOutcome { state: *state, file: None, failure: None })
        });
        let results = TestResults { tests: tests.collect(), ..TestResults::default() };
        vec![Run { succeeded, results: Some(results) }]
    };
    let passing = of(&[("sum > adds", Passed)], true);
    let failing = of(&[("sum > adds", Passed), ("sum", Failed)], false);
    let grid = Grid {
        base_base: passing.clone(),
        base_new: passing,
        new_base: failing.clone(),
        new_new: failing,
    };
    let told = compare(&grid, Changed::Unknown);
    assert_eq!(told.tests["sum"].standing, Regressed);
    assert_eq!(told.tests["sum > adds"].standing, Holds);
}

#[test]
fn of_a_changed_file_old_tests_are_not_said_to_prove_nothing() {
    let plants = [PLANTS[0], plant(None, Some([P, P]), true, Vacuous)];
    let files = BTreeSet::from(["tests/all.rs".to_owned()]);
    let told = compare(&grid(&plants), Changed::Files(&files));
    assert_eq!(told.tests["t0"].standing, Holds);
    assert_eq!(told.tests["t1"].standing, Vacuous);
}
