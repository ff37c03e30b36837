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

/// All that was printed or written.
const ALL: [&str; 24] = [
    told!("cargo-both.txt"),
    told!("cargo-broken.txt"),
    told!("cargo-q.txt"),
    told!("go-json.txt"),
    told!("go-v.txt"),
    told!("jest.json"),
    told!("jest-verbose.txt"),
    told!("mocha.json"),
    told!("mocha-spec.txt"),
    told!("mocha-tap.txt"),
    told!("mocha-xunit.xml"),
    told!("nextest-retries.txt"),
    told!("nextest.xml"),
    told!("node-spec.txt"),
    told!("node-tap.txt"),
    told!("node.xml"),
    told!("pytest-ra.txt"),
    told!("pytest-verbose.txt"),
    told!("pytest-xdist.txt"),
    told!("pytest-xunit1.xml"),
    told!("unittest-verbose.txt"),
    told!("vitest-tap.txt"),
    told!("vitest-verbose.txt"),
    told!("vitest.xml"),
];

#[test]
fn what_is_cut_off_gives_less_and_never_another_test() {
    for told in ALL {
        let whole = TestResults::read(&[told], told, ROOT).unwrap();
        for cut in (0..told.len()).step_by(told.len() / 60) {
            let head = &told[..told.floor_char_boundary(cut)];
            let Some(part) = TestResults::read(&[head], head, ROOT) else { continue };
            // A name that is cut off within may be one of its own.
            let strange = part.tests.keys().filter(|name| !whole.tests.contains_key(*name)).count();
            assert!(strange <= 2, "{:?}", states(&part));
            assert!(part.tests.len() <= whole.tests.len() + strange);
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(
        picks in proptest::collection::vec((0usize..ALL.len(), 0usize..400, "\\PC{0,12}"), 0..40),
        text in "\\PC*",
    ) {
        let mut mixed = text;
        for (which, line, noise) in picks {
            mixed.push_str(ALL[which].lines().nth(line).unwrap_or_default());
            mixed.push_str(&noise);
            mixed.push('\n');
        }
        let _ = TestResults::read(&[&mixed], &mixed, ROOT);
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let mut output = String::from("=== test session starts ===\n");
    for number in 0..callboard_model::limits::TESTS + 500 {
        output.push_str(&format!("tests/test_a.py::test_{number:06} PASSED\n"));
    }
    let many = of_output(&output);
    assert_eq!(many.tests.len(), callboard_model::limits::TESTS);
    assert_eq!((many.left_out, many.unnamed), (500, Unnamed::Unknown));
    let loud = format!("{}\n", "x".repeat(9_000)).repeat(3);
    let report = format!(
        "<testsuite name=\"s\"><testcase classname=\"c\" name=\"n\"><failure>{loud}</failure></testcase></testsuite>"
    );
    let failure = of_report(&report).tests["c > n"].failure.clone().unwrap();
    assert!(failure.len() <= callboard_model::limits::TEST_FAILURE_BYTES);
}

#[test]
fn reports_of_other_writers_are_read_by_class_and_name() {
    let report = r#"<?xml version="1.0"?><testsuites><testsuite name="com.x.CartTest" tests="3">
        <testcase classname="com.x.CartTest" name="adds" time="0.1"/>
        <testcase classname="com.x.CartTest" name="adds"/>
        <testcase classname="com.x.CartTest" name="fails"><failure message="expected: &lt;3&gt;"/></testcase>
        <testcase classname="com.x.CartTest" name="later"><skipped/></testcase>
        <testcase classname="com.x.CartTest" name="retried"><flakyFailure message="once"/></testcase>
        <system-out><![CDATA[<testcase name="no test"/>]]></system-out></testsuite></testsuites>"#;
    let report = of_report(report);
    insta::assert_snapshot!(states(&report).join("\n"), @r"
    passed com.x.CartTest > adds
    passed com.x.CartTest > adds (2)
    failed com.x.CartTest > fails
    skipped com.x.CartTest > later
    passed com.x.CartTest > retried
    ");
    assert_eq!(report.tests["com.x.CartTest > fails"].failure.as_deref(), Some("expected: <3>"));
    let go = r#"<testsuites><testsuite name="example.com/demo/sub"><properties><property name="go.version" value="go1.19"/></properties>
        <testcase classname="example.com/demo/sub" name="TestX/a_b"/></testsuite></testsuites>"#;
    assert_eq!(states(&of_report(go)), ["passed example.com/demo/sub.TestX/a_b"]);
}

#[test]
fn tap_of_both_versions_is_read() {
    let tap = "TAP version 14\n1..4\n# Subtest: outer\n    # Subtest: inner\n        ok 1 - a # skip not here\n        not ok 2 - b\n          ---\n          message: 'no'\n          at: '/w/t/x.js:3:4'\n          ...\n        1..2\n    not ok 1 - inner\n    1..1\nnot ok 1 - outer\nok 2 - with \\# hash\nnot ok 3 - to be done # TODO\nok 4\n";
    let told = of_output(tap);
    insta::assert_snapshot!(all(&told), @r"
    skipped outer > inner > a
    failed outer > inner > b
    passed test 4
    skipped to be done
    passed with # hash
    collected unknown, unnamed is Absent
    ");
    assert_eq!(told.tests["outer > inner > b"].file.as_deref(), Some("t/x.js"));
    assert_eq!(of_output("1..3\nok 1 - a\nok 2 - b\n").unnamed, Unnamed::Unknown);
    let bailed = of_output("TAP version 13\nok 1 - a\nBail out! no disk\n1..9\n");
    assert_eq!(bailed.errors[0].words, "no disk");
    assert!(of_output("TAP version 13\n1..0 # SKIP nothing here\n").is_nothing());
}
