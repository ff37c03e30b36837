//! Outputs of test runners, as they print them.

use super::*;

fn lines(text: &str) -> Vec<String> {
    let result = ToolResult { text: text.into(), ..ToolResult::default() };
    Telling::of(&result).into_lines().take(limits::FAILURE_LINES).collect()
}

#[test]
fn unittest_says_what_is_wrong_below_the_source_line() {
    let told = lines(
        "FE\n======\nFAIL: test_cents_are_whole (tests.T.test_cents_are_whole)\n------\nTraceback (most recent call last):\n  \
         File \"/r/tests.py\", line 4, in test_cents_are_whole\n    self.assertEqual(396.27, 396)\n    ~~~~^^^^^^\n\
         AssertionError: 396.27 != 396\n\n------\nRan 2 tests in 0.001s\n\nFAILED (failures=1)\n",
    );
    let named = "FAIL: test_cents_are_whole (tests.T.test_cents_are_whole)";
    assert_eq!(told[..2], [named, "AssertionError: 396.27 != 396"]);
    assert!(!told.iter().any(|line| line.contains("assertEqual") || line.starts_with("FAILED (")));
    let two = "ERROR: test_b (t.T.test_b)\nTraceback (most recent call last):\n  File \"t.py\", line 6, in test_b\n    {}[\"x\"]\nKeyError: 'x'\n";
    assert_eq!(lines(two)[..2], ["ERROR: test_b (t.T.test_b)", "KeyError: 'x'"]);
}

#[test]
fn pytest_says_it_behind_an_e() {
    let told = lines(
        "_____ test_sum _____\n\n    def test_sum():\n        # expected to fail\n>       assert total() == 396\nE       assert 396.27 == 396\n\
         E        +  where 396.27 = total()\n\ntests/test_a.py:3: AssertionError\n===== short test summary info =====\n\
         FAILED tests/test_a.py::test_sum - assert 396.27 == 396\n1 failed in 0.02s\n",
    );
    assert_eq!(told[0], "FAILED tests/test_a.py::test_sum - assert 396.27 == 396");
    assert!(!told.iter().any(|line| line.contains("total()")), "{told:?}");
    let short = lines(
        "    def test_sum():\n>       total()[9]\nE       IndexError: out of range\n\ntests/test_a.py:3: IndexError\n",
    );
    assert_eq!(short[0], "IndexError: out of range");
}

#[test]
fn jest_says_what_it_expected_and_received() {
    let told = lines(
        "FAIL src/a.test.js\n  ● sums › are whole\n\n    expect(received).toBe(expected) // Object.is equality\n\n    Expected: 396\n    Received: 396.27\n\n      \
         1 | test('expected', () => {\n    > 2 |   expect(total()).toBe(396);\n        |                   ^\n\n      at Object.toBe (src/a.test.js:2:19)\n\nTests: 1 failed, 1 total\n",
    );
    assert_eq!(
        told[..2],
        [
            "● sums › are whole",
            "expect(received).toBe(expected) // Object.is equality: Expected: 396, Received: 396.27"
        ]
    );
    assert!(!told.iter().any(|line| line.contains("total()")), "{told:?}");
}

#[test]
fn vitest_says_it_above_the_frame_of_code() {
    let told = lines(
        " FAIL  src/a.test.ts > sums are whole\nAssertionError: expected 396.27 to be 396 // Object.is equality\n\n- Expected\n+ Received\n\n- 396\n+ 396.27\n\n ❯ src/a.test.ts:4:19\n      \
         2|\n      3| test('x', () => {\n      4|   expect(total()).toBe(396)\n       |                   ^\n\n Tests  1 failed (1)\n",
    );
    assert_eq!(
        told[..2],
        [
            "FAIL src/a.test.ts > sums are whole",
            "AssertionError: expected 396.27 to be 396 // Object.is equality"
        ]
    );
}

#[test]
fn node_says_it_over_several_lines() {
    let spec = "✖ sums are whole (10.9ms)\n  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:\n  \n  1 !== 2\n  \n      at TestContext.<anonymous> (a.test.js:2:35) {\n    expected: 2\n";
    let wrong = "Expected values to be strictly equal: 1 !== 2";
    let told = lines(spec);
    assert_eq!(told[0], "✖ sums are whole (10.9ms)");
    assert_eq!(told[1], format!("AssertionError [ERR_ASSERTION]: {wrong}"));
    let tap = "# Subtest: sums\nnot ok 1 - sums are whole\n  ---\n  failureType: 'testCodeFailure'\n  error: |-\n    Expected values to be strictly equal:\n    \n    1 !== 2\n    \n  code: 'ERR_ASSERTION'\n";
    assert_eq!(lines(tap)[..2], ["not ok 1 - sums are whole", wrong]);
}

#[test]
fn go_says_it_with_its_place() {
    let told = lines(
        "--- FAIL: TestTotal (0.00s)\n    a_test.go:7: Total() = 396.27, want 396\nFAIL\nFAIL\texample.com/app\t0.002s\n",
    );
    assert_eq!(told, ["--- FAIL: TestTotal (0.00s)", "a_test.go:7: Total() = 396.27, want 396"]);
}

#[test]
fn cargo_says_it_below_the_place() {
    let told = lines(
        "test tests::whole ... FAILED\n\nfailures:\n\n---- tests::whole stdout ----\n\nthread 'tests::whole' (712) panicked at src/lib.rs:5:9:\nassertion `left == right` failed\n  left: 396\n right: 400\nnote: run with `RUST_BACKTRACE=1`\n\n\
         failures:\n    tests::whole\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored\n\nerror: test failed, to rerun pass `--lib`\n",
    );
    assert_eq!(
        told[..2],
        ["test tests::whole ... FAILED", "assertion `left == right` failed left: 396 right: 400"]
    );
}
