//! What real runners printed and wrote of the same little projects is read the same way.

use callboard_model::check::results::{TestResults, TestState, Unnamed};

/// The folder that each run was made in.
const ROOT: &str = "/w";

macro_rules! told {
    ($name:literal) => {
        include_str!(concat!("results/", $name))
    };
}

fn of_output(output: &str) -> TestResults {
    TestResults::read(&[], output, ROOT).expect("tests are named")
}

fn of_report(report: &str) -> TestResults {
    TestResults::read(&[report], "", ROOT).expect("tests are named")
}

/// Each test as `passed name`, in the order of names.
fn states(results: &TestResults) -> Vec<String> {
    let word = |state| match state {
        TestState::Passed => "passed",
        TestState::Skipped => "skipped",
        TestState::Failed => "failed",
    };
    results.tests.iter().map(|(name, test)| format!("{} {name}", word(test.state))).collect()
}

/// As [`states`], with what else was told.
fn all(results: &TestResults) -> String {
    let mut told = states(results).join("\n");
    for error in &results.errors {
        let within = error.within.as_deref().unwrap_or("anywhere");
        told.push_str(&format!("\nerror in {within}: {}", error.words));
    }
    let collected = results.collected.map_or("unknown".into(), |n| n.to_string());
    told + &format!("\ncollected {collected}, unnamed is {:?}", results.unnamed)
}

/// Whether a test that is not named was not there.
fn is_complete(results: &TestResults) -> bool {
    results.unnamed == Unnamed::Absent
}

fn without(results: &TestResults, aside: &[&str]) -> Vec<String> {
    let mut states = states(results);
    states.retain(|line| !aside.iter().any(|name| line.contains(name)));
    states
}

#[test]
fn pytest_is_read_alike_from_all_that_it_tells() {
    let verbose = of_output(told!("pytest-verbose.txt"));
    insta::assert_snapshot!(all(&verbose));
    for report in [told!("pytest-xunit1.xml"), told!("pytest-xunit2.xml")] {
        let report = of_report(report);
        assert_eq!(states(&report), states(&verbose));
        assert_eq!(report.errors, verbose.errors);
    }
    let xdist = of_output(told!("pytest-xdist.txt"));
    assert_eq!(states(&xdist), without(&verbose, &["test_address"]));
    // The summary names no test that was skipped.
    let summary = of_output(told!("pytest-ra.txt"));
    let named = without(&verbose, &["skipped tests/test_sum.py::test_skipped", "test_later"]);
    assert_eq!(states(&summary), named);
    let both =
        TestResults::read(&[told!("pytest-xunit1.xml")], told!("pytest-ra.txt"), ROOT).unwrap();
    assert_eq!(states(&both), states(&verbose));
    assert!(is_complete(&both) && is_complete(&verbose) && !is_complete(&summary));
}

#[test]
fn pytest_that_names_failures_only_is_not_complete() {
    let plain = of_output(told!("pytest-plain.txt"));
    assert!(!is_complete(&plain));
    assert_eq!(plain.count(TestState::Passed), 0);
    assert_eq!(plain.count(TestState::Failed), 6);
    assert_eq!(plain.errors.len(), 1);
    let stopped = of_output(told!("pytest-x.txt"));
    assert!(!is_complete(&stopped));
    let none = of_output(told!("pytest-none.txt"));
    assert!(none.is_nothing());
    let interrupted = of_output(told!("pytest-interrupted.txt"));
    assert_eq!(interrupted.errors[0].within.as_deref(), Some("tests/sub/test_broken.py"));
    assert!(interrupted.errors[0].words.contains("No module named 'does_not_exist'"));
    assert!(!is_complete(&interrupted) && interrupted.tests.is_empty());
}

#[test]
fn unittest_names_all_when_it_is_verbose() {
    let verbose = of_output(told!("unittest-verbose.txt"));
    insta::assert_snapshot!(all(&verbose));
    let plain = of_output(told!("unittest-plain.txt"));
    assert!(!is_complete(&plain));
    let failed: Vec<String> =
        states(&verbose).into_iter().filter(|line| line.starts_with("failed")).collect();
    assert_eq!(states(&plain), failed);
}

#[test]
fn rust_tests_have_the_names_that_nextest_gives_them() {
    let cargo = of_output(told!("cargo-both.txt"));
    insta::assert_snapshot!(all(&cargo));
    // Standard output and standard error one after the other.
    for apart in [
        [told!("cargo-out.txt"), told!("cargo-err.txt")].concat(),
        [told!("cargo-err.txt"), told!("cargo-out.txt")].concat(),
    ] {
        assert_eq!(states(&of_output(&apart)), states(&cargo));
    }
    let nextest = of_output(told!("nextest-all.txt"));
    assert_eq!(states(&nextest), without(&cargo, &["::doc"]));
    let tried = of_output(told!("nextest-retries.txt"));
    let report = of_report(told!("nextest.xml"));
    assert_eq!(states(&tried), without(&cargo, &["::doc", "ignored"]));
    assert_eq!(states(&report), states(&tried));
    let failure = nextest.tests["demo_lib tests::fails"].failure.clone().unwrap();
    assert!(failure.contains("left: 3") && !failure.contains("backtrace"), "{failure}");
}

#[test]
fn rust_runs_that_were_cut_short_say_so() {
    let fast = of_output(told!("cargo-fast.txt"));
    assert!(!is_complete(&fast));
    assert!(!is_complete(&of_output(told!("cargo-q.txt"))));
    assert!(!is_complete(&of_output(told!("nextest-fast.txt"))));
    let broken = of_output(told!("cargo-broken.txt"));
    assert!(broken.tests.is_empty());
    assert_eq!(broken.errors[0].words, "src/lib.rs:12:41: cannot find value `c` in this scope");
}

#[test]
fn go_is_read_alike_as_text_and_json() {
    let json = of_output(told!("go-json.txt"));
    insta::assert_snapshot!(all(&json));
    let verbose = of_output(told!("go-v.txt"));
    assert_eq!(states(&verbose), states(&json));
    assert_eq!(verbose.errors, json.errors);
    let plain = of_output(told!("go-plain.txt"));
    let failed: Vec<String> =
        states(&json).into_iter().filter(|line| line.starts_with("failed")).collect();
    assert_eq!(states(&plain), failed);
}

#[test]
fn jest_is_read_alike_as_text_and_json() {
    let json = of_report(told!("jest.json"));
    insta::assert_snapshot!(all(&json));
    let verbose = of_output(told!("jest-verbose.txt"));
    assert_eq!(all(&verbose), all(&json));
    assert_eq!(all(&of_output(told!("jest.json"))), all(&json));
    let plain = of_output(told!("jest-plain.txt"));
    assert!(!is_complete(&plain) && plain.errors == json.errors);
    assert!(!is_complete(&of_output(told!("jest-bail.txt"))));
    assert_eq!(states(&of_output(told!("jest-one.txt"))), ["passed one.test.js > only one"]);
    assert!(of_output(told!("jest-none.txt")).is_nothing());
    let failure = verbose.tests["sum.test.js > sum > adds wrongly"].failure.clone().unwrap();
    assert!(failure.contains("Expected: 3"), "{failure}");
}

#[test]
fn vitest_is_read_alike_from_all_that_it_tells() {
    let json = of_report(told!("vitest.json"));
    insta::assert_snapshot!(all(&json));
    for told in [
        of_output(told!("vitest-verbose.txt")),
        of_output(told!("vitest-plain.txt")),
        of_output(told!("vitest-tap.txt")),
        of_report(told!("vitest.xml")),
    ] {
        assert_eq!(states(&told), states(&json));
        assert_eq!(told.errors.len(), 1);
        assert_eq!(told.errors[0].within, json.errors[0].within);
        let failed = &told.tests["sum.test.js > sum > adds wrongly"];
        assert!(failed.failure.as_ref().unwrap().contains("expected 2 to be 3"));
    }
    assert!(of_output(told!("vitest-none.txt")).is_nothing());
}

#[test]
fn mocha_is_read_alike_from_all_that_it_tells() {
    let json = of_report(told!("mocha.json"));
    insta::assert_snapshot!(all(&json));
    let spec = of_output(told!("mocha-spec.txt"));
    assert_eq!(states(&spec), states(&json));
    assert_eq!(states(&of_report(told!("mocha-xunit.xml"))), states(&json));
    assert_eq!(spec.tests["other throws"].failure.as_deref().unwrap().lines().count(), 3);
    assert!(!is_complete(&of_output(told!("mocha-dot.txt"))));
    assert_eq!(of_output(told!("mocha-bad.txt")).errors.len(), 1);
}

#[test]
fn nodes_own_runner_is_read_alike_from_all_that_it_tells() {
    let spec = of_output(told!("node-spec.txt"));
    insta::assert_snapshot!(all(&spec));
    let tap = of_output(told!("node-tap.txt"));
    assert_eq!(states(&tap), states(&spec));
    assert_eq!(states(&of_report(told!("node.xml"))), states(&spec));
    assert_eq!(tap.tests["other > throws"].file.as_deref(), Some("sub/other.test.js"));
    assert_eq!(spec.tests["other > throws"].file, tap.tests["other > throws"].file);
    assert_eq!(spec.errors[0].within.as_deref(), Some("broken.test.js"));
}

#[test]
fn several_runners_in_one_output_are_joined() {
    let output = [
        told!("cargo-both.txt"),
        told!("jest-verbose.txt"),
        told!("mocha-spec.txt"),
        told!("node-spec.txt"),
        told!("vitest-verbose.txt"),
        told!("pytest-verbose.txt"),
    ]
    .join("\n");
    let joined = of_output(&output);
    let apart: usize = [
        told!("cargo-both.txt"),
        told!("jest-verbose.txt"),
        told!("mocha-spec.txt"),
        told!("node-spec.txt"),
        told!("vitest-verbose.txt"),
        told!("pytest-verbose.txt"),
    ]
    .iter()
    .map(|output| of_output(output).tests.len())
    .sum();
    // Jest and Vitest ran projects with the same files, and Mocha and Node have one test outside of any suite.
    let jest = of_output(told!("jest-verbose.txt")).tests.len() - 1;
    assert_eq!(joined.tests.len(), apart - jest - 1);
}

#[test]
fn what_names_no_test_is_none() {
    for output in
        ["", "src/a.ts(3,4): error TS2322: x", "ok then\nPASS\n", "42 files changed", "1..2"]
    {
        assert_eq!(TestResults::read(&[], output, ROOT), None, "{output}");
    }
    assert_eq!(TestResults::read(&["<html>", "{}", "[1]"], "", ROOT), None);
}
