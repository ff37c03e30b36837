//! Checks on the base's code and on the new, with the base's tests and with the new ones: real git, real runners.

mod alone;
mod coverage;
mod rust;

use std::collections::BTreeMap;

use callboard_engine::{Engine, GridOrder, GridOutcome, StopFlag};
use callboard_model::WorkspaceId;
use callboard_model::check::results::compare::Standing;
use callboard_model::receipt::Checked;
use callboard_model::review::CheckOutcome;
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;

const IGNORED: &str = "callboard.toml\ncount\n__pycache__/\ntarget/\n";

struct Scene<'h> {
    repo: Repo<'h>,
    running: Running,
    workspace: WorkspaceId,
    checks: Vec<String>,
}

impl<'h> Scene<'h> {
    /// A repository with these files in its base, and these checks.
    fn new(home: &'h HermeticHome, checks: &[&str], files: &[(&str, &str)]) -> Self {
        let repo = Repo::new(home);
        repo.commit("Base", &[&[(".gitignore", IGNORED)], files].concat());
        repo.write("callboard.toml", format!("checks = {checks:?}\n"));
        let running = Running::start(home);
        let workspace = running.register(&repo);
        let checks = checks.iter().map(|&line| line.to_owned()).collect();
        Self { repo, running, workspace, checks }
    }

    fn engine(&self) -> &Engine {
        &self.running.engine
    }

    /// The outcome of the last commit against the one before, and all that was told on the way.
    fn run(&self, fresh: bool) -> (GridOutcome, Vec<Vec<Checked>>) {
        let stop = StopFlag::default();
        let mut told = Vec::new();
        let outcome = self.with(fresh, &stop, |order| {
            self.engine().run_grid(order, &mut |checked| told.push(checked.to_vec())).unwrap()
        });
        (outcome, told)
    }

    fn known(&self) -> GridOutcome {
        self.with(false, &StopFlag::default(), |order| self.engine().known_grid(order).unwrap())
    }

    fn with<T>(&self, fresh: bool, stop: &StopFlag, f: impl FnOnce(&GridOrder<'_>) -> T) -> T {
        let (workspace, commands) = (self.workspace, self.checks.as_slice());
        f(&GridOrder { workspace, base: "HEAD~1", work: "HEAD", commands, fresh, stop })
    }

    /// Nothing is left of what ran.
    fn assert_nothing_left(&self) {
        assert_eq!(self.repo.git(&["worktree", "list"]).lines().count(), 1);
        assert_eq!(self.repo.git(&["for-each-ref", "refs/callboard/checks"]), "");
        assert_eq!(self.repo.status(), "");
    }
}

/// The standings of the tests of which something is said, by the last part of their names.
fn standings(checked: &Checked) -> BTreeMap<String, Standing> {
    let leaf = |name: &str| name.rsplit(['.', ':', '>', ' ']).next().unwrap().to_owned();
    checked.tests.iter().map(|test| (leaf(&test.name), test.standing)).collect()
}

fn assert_standings(checked: &Checked, truth: &[(&str, Standing)]) {
    let truth: BTreeMap<String, Standing> =
        truth.iter().map(|(name, standing)| ((*name).to_owned(), *standing)).collect();
    assert_eq!(standings(checked), truth, "{checked:#?}");
}

fn python(tests: &[(&str, &str)]) -> String {
    let begin = "import os, unittest\nimport calc\n\nclass Calc(unittest.TestCase):\n";
    let of = |(name, body): &(&str, &str)| match name.strip_prefix("skip:") {
        Some(name) => {
            format!("    @unittest.skip('later')\n    def {name}(self):\n        {body}\n\n")
        }
        None => format!("    def {name}(self):\n        {body}\n\n"),
    };
    begin.to_owned() + &tests.iter().map(of).collect::<String>()
}

const FLAKY: &str =
    "known = os.path.exists('count'); open('count', 'w').close(); self.assertTrue(known)";

const CODE: &str = "def add(a, b):\n    return a + b\n\ndef half(a):\n    return a / 2\n\ndef rate():\n    return 3\n\n\
                def mended():\n    return 0\n\ndef name():\n    return 'calc'\n";

/// The base's tests, those of the work, and the work's code.
fn planted() -> (String, String, String) {
    let base_tests = python(&[
        ("test_add", "self.assertEqual(calc.add(1, 2), 3)"),
        ("test_half", "self.assertEqual(calc.half(3), 1)"),
        ("test_mended", "self.assertEqual(calc.mended(), 1)"),
        ("test_rate", "self.assertEqual(calc.rate(), 3)"),
        ("test_gone", "self.assertEqual(calc.rate(), 3)"),
        ("test_later", "self.assertEqual(calc.add(0, 0), 0)"),
        ("test_name", "self.assertEqual(calc.name(), 'calc')"),
    ]);
    let new_tests = python(&[
        ("test_add", "self.assertEqual(calc.add(1, 2), 3)"),
        ("test_half", "self.assertEqual(calc.half(3), 1)"),
        ("test_mended", "self.assertEqual(calc.mended(), 1)"),
        ("test_rate", "self.assertEqual(calc.rate(), 4)"),
        ("skip:test_later", "self.assertEqual(calc.add(0, 0), 0)"),
        ("test_name", "self.assertEqual(calc.name(), 'calc')"),
        ("test_twice", "self.assertEqual(calc.twice(2), 4)"),
        ("test_vain", "self.assertEqual(calc.name(), 'calc')"),
        ("test_wrong", "self.assertEqual(calc.name(), 'x')"),
        ("test_flaky", FLAKY),
    ]);
    let new_code = CODE
        .replace("a + b", "a - b")
        .replace("return 3", "return 4")
        .replace("return 0", "return 1")
        + "\ndef twice(a):\n    return 2 * a\n";
    (base_tests, new_tests, new_code)
}

#[test]
fn each_test_of_python_stands_as_it_was_planted() {
    let home = HermeticHome::new();
    let (base_tests, new_tests, new_code) = planted();
    let check = "python3 -m unittest";
    let scene = Scene::new(&home, &[check], &[("calc.py", CODE), ("test_calc.py", &base_tests)]);
    scene.repo.commit("Work", &[("calc.py", &new_code), ("test_calc.py", &new_tests)]);
    let (outcome, told) = scene.run(false);
    let [checked] = outcome.checked.as_slice() else { panic!("{outcome:#?}") };
    assert_standings(
        checked,
        &[
            ("test_add", Standing::Regressed),
            ("test_rate", Standing::Bent),
            ("test_later", Standing::SkippedNow),
            ("test_gone", Standing::Removed),
            ("test_flaky", Standing::Flaky),
            ("test_wrong", Standing::Failing),
            ("test_vain", Standing::Vacuous),
            ("test_twice", Standing::Proves),
            ("test_mended", Standing::Fixed),
            ("test_half", Standing::BrokenBefore),
        ],
    );
    assert_eq!(checked.totals[&Standing::Holds], 1);
    assert_eq!(checked.cells.each().map(|cell| cell.times), [3, 3, 3, 3]);
    let [rerun] = outcome.reruns.as_slice() else { panic!("{outcome:#?}") };
    let new_failures = rerun.new_failures().unwrap();
    assert_eq!(new_failures.len(), 2, "{new_failures:?}");
    assert!(new_failures[0].ends_with("test_add") && new_failures[1].ends_with("test_wrong"));
    assert_eq!(outcome.proving.len(), 1);

    // The work as it is comes first, and the base last.
    let over = |checked: &Vec<Checked>| {
        checked[0].cells.each().map(|cell| cell.outcome.is_some_and(CheckOutcome::is_over))
    };
    let mut steps: Vec<[bool; 4]> = told.iter().map(over).collect();
    steps.dedup();
    assert_eq!(
        steps,
        [
            [false; 4],
            [false, false, false, true],
            [false, true, false, true],
            [false, true, true, true],
            [true; 4]
        ]
    );
    scene.assert_nothing_left();

    // It is known now, also to who runs nothing; and the base is known to the next work.
    assert_eq!(scene.known().checked, outcome.checked);
    let (again, told) = scene.run(false);
    assert_eq!((&again.checked, told.len()), (&outcome.checked, 6));
    scene.repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    scene.repo.commit("Other work", &[("calc.py", &CODE.replace("return 3", "return 5"))]);
    let known = scene.known();
    let cells = known.checked[0].cells.each().map(|cell| cell.outcome);
    assert_eq!(cells, [Some(CheckOutcome::Failed), None, Some(CheckOutcome::Failed), None]);
}

const NODE: &str = "import { test } from 'node:test'\nimport assert from 'node:assert'\n";

#[test]
fn a_file_that_cannot_be_loaded_takes_its_tests_along() {
    let home = HermeticHome::new();
    let tests = |name: &str, body: &str| {
        format!(
            "{NODE}import {{ {name} }} from '../a.mjs'\n\ntest('{name} works', () => {{ {body} }})\n"
        )
    };
    let one = tests("one", "assert.equal(one(), 1)");
    let two = tests("two", "assert.equal(two(), 2)");
    let scene = Scene::new(
        &home,
        &["node --test test/"],
        &[
            ("a.mjs", "export const one = () => 1\nexport const two = () => 2\n"),
            ("test/one.test.mjs", &one),
            ("test/two.test.mjs", &two),
        ],
    );
    let three = tests("three", "assert.equal(three(), 3)");
    scene.repo.commit(
        "Work",
        &[
            ("a.mjs", "export const one = () => 1\nexport const three = () => 3\n"),
            ("test/three.test.mjs", &three),
        ],
    );
    let (outcome, _) = scene.run(false);
    let checked = &outcome.checked[0];
    let of = |name: &str| {
        let found = checked.tests.iter().find(|test| test.name.contains(name));
        found.map(|test| test.standing)
    };
    assert_eq!(of("two works"), Some(Standing::Regressed), "{checked:#?}");
    assert_eq!(of("three works"), Some(Standing::WeakProof), "{checked:#?}");
    assert_eq!(of("one works"), None, "{checked:#?}");
    scene.assert_nothing_left();
}

#[test]
fn what_only_one_side_changed_is_run_half_as_often() {
    let home = HermeticHome::new();
    let tests = python(&[("test_name", "self.assertEqual(calc.name(), 'calc')")]);
    let code = "def name():\n    return 'calc'\n";
    let scene =
        Scene::new(&home, &["python3 -m unittest"], &[("calc.py", code), ("test_calc.py", &tests)]);
    scene.repo.commit("Code", &[("calc.py", &code.replace("calc", "clac"))]);
    let (outcome, told) = scene.run(false);
    assert_standings(&outcome.checked[0], &[("test_name", Standing::Regressed)]);
    // Two trees: each begins and ends, after the first word and before the last.
    assert_eq!(told.len(), 6);

    let more = python(&[
        ("test_name", "self.assertEqual(calc.name(), 'clac')"),
        ("test_more", "self.assertTrue(calc.name())"),
    ]);
    scene.repo.commit("Tests", &[("test_calc.py", &more)]);
    let (outcome, _) = scene.run(false);
    assert_standings(&outcome.checked[0], &[("test_name", Standing::Vacuous)]);
    assert_eq!(outcome.checked[0].totals[&Standing::NotChecked], 1);
}

#[test]
fn checks_without_names_go_by_their_exit_code_and_what_cannot_run_is_told() {
    let home = HermeticHome::new();
    let checks = ["grep -q good code.txt", "grep -q good tests/a.txt", "no-such-command"];
    let scene = Scene::new(&home, &checks, &[("code.txt", "good"), ("tests/a.txt", "bad")]);
    scene.repo.commit("Work", &[("code.txt", "bad"), ("tests/a.txt", "good")]);
    let (outcome, _) = scene.run(false);
    let standings: Vec<Standing> = outcome.checked.iter().map(|one| one.standing).collect();
    // To a command without names, tests that begin to pass are a mended check.
    assert_eq!(standings, [Standing::Regressed, Standing::Vacuous, Standing::NotChecked]);
    let cell = &outcome.checked[2].cells.new_new;
    assert_eq!(cell.outcome, Some(CheckOutcome::CouldNotRun));
    assert!(cell.words.as_ref().unwrap().contains("not be found"), "{cell:?}");
    assert_eq!(outcome.reruns.len(), 2);
}

#[test]
fn a_grid_that_is_stopped_says_so() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home, &["sleep 60"], &[("a", "1"), ("test_a.py", "")]);
    scene.repo.commit("Work", &[("a", "2"), ("test_a.py", "x")]);
    let stop = StopFlag::default();
    let outcome = scene.with(false, &stop, |order| {
        let mut told = |checked: &[Checked]| {
            if checked[0].cells.new_new.outcome == Some(CheckOutcome::Running) {
                stop.stop();
            }
        };
        scene.engine().run_grid(order, &mut told).unwrap()
    });
    let outcomes = outcome.checked[0].cells.each().map(|cell| cell.outcome);
    assert_eq!(outcomes, [Some(CheckOutcome::Stopped); 4]);
    assert_eq!(outcome.checked[0].standing, Standing::NotChecked);
    assert!(scene.known().checked[0].cells.new_new.outcome.is_none());
    scene.assert_nothing_left();
}

#[test]
fn a_command_that_nobody_approved_is_not_run() {
    let home = HermeticHome::new();
    let mut scene = Scene::new(&home, &["true"], &[("a", "1")]);
    scene.repo.commit("Work", &[("a", "2")]);
    scene.checks = vec!["touch ran".into()];
    let refused = scene.with(false, &StopFlag::default(), |order| {
        scene.engine().run_grid(order, &mut |_| {}).unwrap_err()
    });
    assert!(refused.to_string().contains("is no check"), "{refused}");
    scene.assert_nothing_left();
}
