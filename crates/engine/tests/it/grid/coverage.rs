//! Which changed lines no check ran: measured by real runtimes, in real checkouts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use callboard_model::check::executed::NotMeasured;
use callboard_model::receipt::{Receipt, Unproven, UnprovenKind};
use callboard_model::review::CheckOutcome;
use callboard_testkit::{HermeticHome, Repo};

use super::alone::receipt;
use super::{IGNORED, NODE, Scene, python};

const CODE: &str = "export function size(cart) {\n  return cart.length\n}\n";

const NEW_CODE: &str = "\
// What a cart holds.
export function size(cart) {
  if (cart === null) {
    // Nobody tests this.
    console.warn('none')

    return 0
  }
  return cart.length
}

export const isEmpty = (cart) => size(cart) === 0
";

fn measured(receipt: &Receipt) -> Vec<&Unproven> {
    let kinds = [UnprovenKind::NotExecuted, UnprovenKind::NotMeasured];
    receipt.unproven.iter().filter(|one| kinds.contains(&one.kind)).collect()
}

fn words(receipt: &Receipt) -> Vec<&str> {
    measured(receipt).into_iter().map(|one| one.words.as_str()).collect()
}

/// The receipt of a branch that turns `base` into `work`.
fn branch(
    home: &HermeticHome,
    check: &str,
    base: &[(&str, &str)],
    work: &[(&str, &str)],
) -> Receipt {
    let repo = Repo::new(home);
    repo.commit("Base", &[&[(".gitignore", IGNORED)], base].concat());
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.commit("Work", work);
    receipt(home, &repo, &[check]).0
}

fn node_test(body: &str) -> String {
    format!("{NODE}import {{ size }} from '../src/cart.mjs'\n\ntest('size', () => {{ {body} }})\n")
}

#[test]
fn branches_that_no_test_of_node_takes_are_told_line_by_line() {
    let home = HermeticHome::new();
    let test = node_test("assert.equal(size([1]), 1)");
    let unloaded = "export function late() {\n  return 1\n}\n";
    let receipt = branch(
        &home,
        "node --test test/",
        &[("src/cart.mjs", CODE), ("test/cart.test.mjs", &test)],
        &[("src/cart.mjs", NEW_CODE), ("src/late.mjs", unloaded), ("README.md", "# Carts\n")],
    );
    assert_eq!(
        words(&receipt),
        [
            "`src/cart.mjs:5–7`: no check ran these lines (2 of 4 changed lines ran).",
            "`src/late.mjs:1–2`: no check loaded this file (2 changed lines).",
        ]
    );
    let spots = &measured(&receipt)[0].spots;
    assert_eq!((spots[0].path.as_str(), spots[0].line), ("src/cart.mjs", Some(5)));
    assert_eq!(receipt.checks[0].cells.new_new.outcome, Some(CheckOutcome::Passed));
    assert_eq!(receipt.checks[0].cells.new_new.times, 1);
}

#[test]
fn nothing_is_measured_where_nobody_wants_it() {
    let home = HermeticHome::new();
    let test = node_test("assert.equal(size([1]), 1)");
    let off = "[receipts]\ncoverage = false\n";
    let repo = Repo::new(&home);
    repo.commit("Base", &[(".gitignore", IGNORED), ("src/cart.mjs", CODE)]);
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.commit("Work", &[("src/cart.mjs", NEW_CODE), ("test/cart.test.mjs", &test)]);
    repo.write("callboard.toml", off);
    let check = "node --test test/ && test -z \"$NODE_V8_COVERAGE$CALLBOARD_LINES\"";
    let (receipt, _) = receipt(&home, &repo, &[check]);
    assert_eq!(words(&receipt), [""; 0]);
    assert_eq!(receipt.checks[0].cells.new_new.outcome, Some(CheckOutcome::Passed));
}

/// A Python that tells of lines by itself; none where the machine has none.
fn newer_python() -> Option<PathBuf> {
    let versions = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv/versions"));
    let versions = versions.and_then(|folder| std::fs::read_dir(folder).ok());
    let installed = versions.into_iter().flatten().flatten();
    let mut all: Vec<PathBuf> = installed.map(|one| one.path().join("bin/python3")).collect();
    all.push("python3".into());
    let monitors = |python: &PathBuf| {
        let asked = ["-c", "import sys; sys.monitoring"];
        Command::new(python).args(asked).output().is_ok_and(|told| told.status.success())
    };
    all.into_iter().find(monitors)
}

const PYTHON: &str = "def size(cart):\n    return len(cart)\n";

const NEW_PYTHON: &str = "\
\"\"\"Carts.\"\"\"


def size(cart):
    if cart is None:
        raise ValueError(
            \"no cart\",
        )
    return len(cart)


def in_child():
    return 3
";

#[test]
fn branches_that_no_test_of_python_takes_are_told_with_what_its_children_ran() {
    let Some(newer) = newer_python() else { return };
    let home = HermeticHome::new();
    let tests = python(&[("test_size", "self.assertEqual(calc.size([1]), 1)")]);
    let new_tests = python(&[
        ("test_size", "self.assertEqual(calc.size([1]), 1)"),
        (
            "test_child",
            "import multiprocessing; m = multiprocessing.get_context('fork')
        child = m.Process(target=calc.in_child); child.start(); child.join()
        self.assertEqual(child.exitcode, 0)",
        ),
    ]);
    let receipt = branch(
        &home,
        &format!("{} -m unittest", newer.display()),
        &[("calc.py", PYTHON), ("test_calc.py", &tests)],
        &[("calc.py", NEW_PYTHON), ("test_calc.py", &new_tests)],
    );
    assert_eq!(receipt.checks[0].cells.new_new.outcome, Some(CheckOutcome::Passed), "{receipt:#?}");
    assert_eq!(
        words(&receipt),
        ["`calc.py:6–7`: no check ran these lines (3 of 5 changed lines ran)."]
    );
}

#[test]
fn an_older_python_without_coverage_py_is_told_once() {
    let has = |code: &str| {
        let told = Command::new("python3").args(["-c", code]).output();
        told.is_ok_and(|told| told.status.success())
    };
    if has("import sys; sys.monitoring") || has("import coverage") {
        return;
    }
    let home = HermeticHome::new();
    let tests = python(&[("test_size", "self.assertEqual(calc.size([1]), 1)")]);
    let receipt = branch(
        &home,
        "python3 -m unittest",
        &[("calc.py", PYTHON), ("test_calc.py", &tests)],
        &[("calc.py", NEW_PYTHON), ("other.py", "x = 1\n")],
    );
    assert_eq!(
        words(&receipt),
        [
            "Which changed lines of `calc.py` and 1 more file ran is not known: coverage.py is not installed in the project's environment."
        ]
    );
}

#[test]
fn what_fails_only_where_it_is_measured_is_not_said_to_fail() {
    let home = HermeticHome::new();
    let check = "import './src/cart.mjs'\nconst isMeasured = 'NODE_V8_COVERAGE' in process.env\nconsole.log({ isMeasured })\nprocess.exit(isMeasured ? 1 : 0)\n";
    let receipt = branch(
        &home,
        "node check.mjs",
        &[("src/cart.mjs", CODE), ("check.mjs", check)],
        &[("src/cart.mjs", NEW_CODE)],
    );
    let cell = &receipt.checks[0].cells.new_new;
    assert_eq!(
        (cell.outcome, cell.exit_code, cell.times),
        (Some(CheckOutcome::Passed), Some(0), 2)
    );
    assert_eq!(
        words(&receipt),
        [
            "Which changed lines of `src/cart.mjs` ran is not known: the check failed as it was measured, and passed as it was not."
        ]
    );
    assert_eq!(cell.words.as_deref(), Some("{ isMeasured: false }"));
    assert!(receipt.blocking().next().is_none(), "{receipt:#?}");
}

#[test]
fn a_check_that_fails_anyway_is_measured_all_the_same() {
    let home = HermeticHome::new();
    let test = node_test("assert.equal(size([1]), 2)");
    let receipt = branch(
        &home,
        "node --test test/",
        &[("src/cart.mjs", CODE)],
        &[("src/cart.mjs", NEW_CODE), ("test/cart.test.mjs", &test)],
    );
    let cell = &receipt.checks[0].cells.new_new;
    assert_eq!((cell.outcome, cell.times), (Some(CheckOutcome::Failed), 3));
    assert_eq!(
        words(&receipt),
        ["`src/cart.mjs:5–7`: no check ran these lines (2 of 4 changed lines ran)."]
    );
}

#[test]
fn a_report_that_the_check_writes_itself_is_read() {
    let home = HermeticHome::new();
    let report = "SF:lib/cart.rb\\nDA:1,1\\nDA:2,0\\nDA:3,1\\nend_of_record\\n";
    let check = format!("mkdir coverage && printf '{report}' > coverage/lcov.info");
    let code = "def size(cart)\n  cart.size\nend\n";
    let receipt = branch(
        &home,
        &check,
        // One that lies there already says nothing of this run.
        &[("lib/cart.rb", "\n"), ("lcov.info", "SF:lib/old.rb\nDA:1,0\nend_of_record\n")],
        &[("lib/cart.rb", code), ("lib/old.rb", "x\n")],
    );
    assert_eq!(
        words(&receipt),
        [
            "`lib/cart.rb:2`: no check ran these lines (2 of 3 changed lines ran).",
            "Which changed lines of `lib/old.rb` ran is not known: no tool that tells it is known for these checks.",
        ]
    );
}

#[test]
fn packages_of_go_are_measured_together() {
    if Command::new("go").arg("version").output().is_err() {
        return;
    }
    let home = HermeticHome::new();
    let code = "package calc\n\n// Size tells how many.\nfunc Size(cart []int) int {\n\tif cart == nil {\n\t\treturn 0\n\t}\n\treturn len(cart)\n}\n";
    let test = "package shop\n\nimport (\n\t\"example.com/m/calc\"\n\t\"testing\"\n)\n\nfunc TestSize(t *testing.T) {\n\tif calc.Size([]int{1}) != 1 {\n\t\tt.Fail()\n\t}\n}\n";
    let receipt = branch(
        &home,
        "go test ./...",
        &[("go.mod", "module example.com/m\n\ngo 1.18\n"), ("calc/calc.go", "package calc\n")],
        &[("calc/calc.go", code), ("shop/shop_test.go", test), ("shop/shop.go", "package shop\n")],
    );
    let cell = &receipt.checks[0].cells.new_new;
    assert_eq!((cell.outcome, cell.passed), (Some(CheckOutcome::Passed), Some(1)), "{cell:#?}");
    assert_eq!(
        words(&receipt),
        ["`calc/calc.go:6`: no check ran these lines (3 of 4 changed lines ran)."]
    );
}

#[test]
fn what_was_measured_is_known_the_next_time() {
    let home = HermeticHome::new();
    let test = node_test("assert.equal(size([1]), 1)");
    let files = [("src/cart.mjs", CODE), ("test/cart.test.mjs", test.as_str())];
    let scene = Scene::new(&home, &["node --test test/"], &files);
    scene.repo.commit("Work", &[("src/cart.mjs", NEW_CODE)]);
    let (outcome, _) = scene.run(false);
    let executed = outcome.executed.clone().unwrap();
    let cart = &executed.files["src/cart.mjs"];
    assert!(cart.executed.has(9) && cart.executable.has(5) && !cart.executed.has(5));
    assert_eq!(executed.not_measured, BTreeMap::<NotMeasured, ()>::new().into_keys().collect());
    assert_eq!(scene.known().executed, outcome.executed);
    let (again, told) = scene.run(false);
    assert_eq!((again.executed, told.len()), (outcome.executed, 4));
    // The base was run, and nobody measured it.
    scene.repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    scene.repo.commit("Tests", &[("test/more.test.mjs", &test)]);
    assert_eq!(scene.known().executed, None);
    scene.assert_nothing_left();
}
