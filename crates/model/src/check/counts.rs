//! What test runners, compilers and linters print at their end.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::limits;

/// Figures that a runner prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Tests that passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<u32>,
    /// Tests that failed, or problems that were found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<u32>,
}

impl Counts {
    /// Whether nothing was printed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.passed.is_none() && self.failed.is_none()
    }

    fn add(&mut self, passed: Option<u32>, failed: Option<u32>) {
        let sum = |a: Option<u32>, b: Option<u32>| match (a, b) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        self.passed = sum(self.passed, passed);
        self.failed = sum(self.failed, failed);
    }

    /// The figures in a check's output, and the first failing test or error that it names.
    ///
    /// Knows the summaries of cargo test, nextest, go test, gotestsum, pytest, unittest, jest, vitest,
    /// mocha, node:test, bun, deno, playwright, rspec, minitest, phpunit, maven, gradle, dotnet,
    /// swift, ctest, exunit; rustc, tsc, eslint, ruff, mypy, golangci-lint.
    #[must_use]
    pub fn read(output: &str) -> (Self, Option<String>) {
        let mut counts = Self::default();
        let mut go = Self::default();
        let mut ran = None;
        let mut first = None;
        for line in crate::text::tail(output, limits::CHECK_OUTPUT_BYTES).lines() {
            if line.len() > 600 || !line.bytes().any(|b| b.is_ascii_alphabetic()) {
                continue;
            }
            let line = plain(line);
            let line = line.trim();
            if line.starts_with("Ran ") && line.contains(" in ") {
                // unittest prints the whole here and the failures on a line of their own.
                ran = number_before(line, "test");
            } else if let Some((passed, failed)) = summary(line) {
                counts.add(passed, failed);
            } else {
                go_line(line, &mut go);
            }
            if first.is_none() {
                first = failure_name(line)
                    .map(|name| crate::text::clip(&crate::text::one_line(name), 80));
            }
        }
        if let (Some(ran), None) = (ran, counts.passed) {
            let failed = counts.failed.unwrap_or(0);
            counts = Self { passed: Some(ran.saturating_sub(failed)), failed: Some(failed) };
        }
        if counts.is_empty() {
            counts = go;
        }
        (counts, first)
    }
}

/// `line` without ANSI sequences.
fn plain(line: &str) -> std::borrow::Cow<'_, str> {
    if line.contains('\u{1b}') { crate::text::one_line(line).into() } else { line.into() }
}

type Found = Option<(Option<u32>, Option<u32>)>;

fn summary(line: &str) -> Found {
    tests_summary(line).or_else(|| problems_summary(line))
}

fn tests_summary(line: &str) -> Found {
    let before = |word: &str| number_before(line, word);
    let after = |label: &str| number_after(line, label);
    if line.starts_with("test result:") || (line.starts_with("Summary [") && line.contains("run:"))
    {
        let failed = before("failed").unwrap_or(0) + before("timed out").unwrap_or(0);
        return Some((before("passed"), Some(failed)));
    }
    if let Some(rest) = line.strip_prefix("Tests:").or_else(|| line.strip_prefix("Tests ")) {
        // jest: `Tests:       2 failed, 39 passed, 41 total`; vitest: `Tests  2 failed | 39 passed (41)`.
        if let Some(total) = number_after(line, "Tests:").filter(|_| line.contains("Assertions:")) {
            let failed = after("Failures:").unwrap_or(0) + after("Errors:").unwrap_or(0);
            return Some((Some(total.saturating_sub(failed)), Some(failed)));
        }
        let (passed, failed) = (number_before(rest, "passed"), number_before(rest, "failed"));
        return (passed.is_some() || failed.is_some())
            .then_some((passed.or(Some(0)), failed.or(Some(0))));
    }
    if line.starts_with("Tests run:") || line.contains("] Tests run:") {
        // Maven prints one line per class (with the time) and one for all.
        if line.contains("Time elapsed") {
            return None;
        }
        let failed = after("Failures:")? + after("Errors:").unwrap_or(0);
        return Some((Some(after("Tests run:")?.saturating_sub(failed)), Some(failed)));
    }
    if line.contains("Failed:") && line.contains("Passed:") {
        return Some((after("Passed:"), after("Failed:")));
    }
    if line.starts_with("DONE ") && line.contains(" tests") {
        let failed = before("failures").or(before("failure")).unwrap_or(0);
        return Some((before("tests").map(|n| n.saturating_sub(failed)), Some(failed)));
    }
    if let Some(found) = total_and_failures(line) {
        return Some(found);
    }
    if line.starts_with("OK (") && line.contains(" test") {
        return Some((before("tests,").or(before("test,")).or(before("tests")), Some(0)));
    }
    bare_counts(line)
}

/// Lines that give the whole and the failures: rspec, minitest, exunit, gradle, unittest, swift, ctest.
fn total_and_failures(line: &str) -> Found {
    let before = |word: &str| number_before(line, word);
    if line.contains(" tests completed") {
        let failed = before("failed").unwrap_or(0);
        return Some((before("tests completed").map(|n| n.saturating_sub(failed)), Some(failed)));
    }
    if line.starts_with(|c: char| c.is_ascii_digit())
        && let Some(failed) = before("failures").or_else(|| before("failure"))
        && let Some(total) =
            ["examples,", "example,", "runs,", "tests,", "test,"].into_iter().find_map(before)
    {
        let failed = failed + before("errors").unwrap_or(0);
        return Some((Some(total.saturating_sub(failed)), Some(failed)));
    }
    if line.starts_with("FAILED (") {
        let of = |label: &str| number_after(line, label).unwrap_or(0);
        return Some((None, Some(of("failures=") + of("errors="))));
    }
    if line.starts_with("Executed ") && line.contains(" tests, with ") {
        let failed = before("failures").or(before("failure")).unwrap_or(0);
        return Some((before("tests,").map(|n| n.saturating_sub(failed)), Some(failed)));
    }
    if line.contains("% tests passed,") {
        let failed = before("tests failed")?;
        let total = number_after(line, "out of")?;
        return Some((Some(total.saturating_sub(failed)), Some(failed)));
    }
    None
}

/// Lines that hold only counts: pytest, mocha, node:test, bun, deno, playwright.
fn bare_counts(line: &str) -> Found {
    let bare = line.trim_matches(['=', ' ']);
    let before = |word: &str| number_before(bare, word);
    let pytest = bare.contains(" in ") && (bare.ends_with('s') || bare.ends_with(')'));
    if pytest && bare.starts_with(|c: char| c.is_ascii_digit()) {
        let failed =
            before("failed").unwrap_or(0) + before("errors").or(before("error")).unwrap_or(0);
        let passed = before("passed");
        if passed.is_some() || failed > 0 {
            return Some((passed.or(Some(0)), Some(failed)));
        }
    }
    if bare.starts_with("ok | ") || bare.starts_with("FAILED | ") {
        return Some((before("passed"), before("failed")));
    }
    let words: Vec<&str> =
        bare.trim_start_matches(['#', 'ℹ', '✔', '✓', '✖', ' ']).split(' ').collect();
    match words.as_slice() {
        [n, "passing" | "passed" | "pass"] | [n, "passing" | "passed", ..] if is_number(n) => {
            words.get(2).is_none_or(|w| w.starts_with('(')).then(|| (n.parse().ok(), None))
        }
        [n, "failing" | "failed" | "fail"] if is_number(n) => Some((None, n.parse().ok())),
        ["pass", n] if is_number(n) => Some((n.parse().ok(), None)),
        ["fail", n] if is_number(n) => Some((None, n.parse().ok())),
        _ => None,
    }
}

/// Compilers and linters.
fn problems_summary(line: &str) -> Found {
    let before = |word: &str| number_before(line, word);
    let failed = |n: Option<u32>| n.map(|n| (None, Some(n)));
    if line.starts_with('✖') && line.contains("problem") {
        return failed(before("errors,").or(before("error,")).or(before("problems")));
    }
    if line.starts_with("Found ") && line.contains("error") {
        return failed(
            before("errors").or(before("error")).or(before("errors.")).or(before("error.")),
        );
    }
    if line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(" warning") {
        // pyright: `2 errors, 0 warnings, 0 informations`.
        return failed(before("errors,").or(before("error,")));
    }
    if line.starts_with("error: could not compile") {
        return failed(before("previous errors").or(before("previous error")).or(Some(1)));
    }
    if line.starts_with("Success: no issues found") || line == "All checks passed!" {
        return Some((None, Some(0)));
    }
    let issues = line.strip_suffix(" issues.").or_else(|| line.strip_suffix(" issues:"));
    if let Some(n) = issues.filter(|n| is_number(n)) {
        return failed(n.parse().ok());
    }
    if line.contains(": error TS") || line.contains(" - error TS") {
        return Some((None, Some(1)));
    }
    None
}

/// One line of `go test`, which prints no sum: failing and passing tests, else that packages passed.
fn go_line(line: &str, go: &mut Counts) {
    if line.starts_with("--- FAIL:") {
        go.add(None, Some(1));
    } else if line.starts_with("ok  ") && line.contains('/') {
        go.add(None, Some(0));
    } else if line.starts_with("FAIL\t") && go.failed.unwrap_or(0) == 0 {
        go.failed = Some(1);
    } else if line.starts_with("--- PASS:") {
        go.add(Some(1), None);
    }
}

/// The failing test or error that a line names.
fn failure_name(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("--- FAIL: ") {
        return rest.split(' ').next();
    }
    if let Some(rest) = line.strip_prefix("test ") {
        let name = rest.strip_suffix(" ... FAILED")?;
        return name.rsplit("::").next();
    }
    if let Some(rest) = line.strip_prefix("FAILED ") {
        let name = rest.split(" - ").next().filter(|name| name.contains("::"))?;
        return name.rsplit("::").next();
    }
    if let Some(rest) = line.strip_prefix("● ") {
        return Some(rest);
    }
    if line.starts_with("error[E")
        || (line.starts_with("error: ") && !line.contains("could not compile"))
    {
        return line.split_once(": ").map(|(_, text)| text);
    }
    if let Some(at) = line.find("error TS") {
        return Some(&line[at + "error ".len()..]);
    }
    let named =
        ["ERROR: ", "Error: ", "fatal: ", "FAIL: "].iter().find_map(|mark| line.strip_prefix(mark));
    named.or_else(|| is_placed(line).then_some(line))
}

/// Whether a line begins with a place in a file (`src/a.go:12:3: …`), as compilers and linters print.
fn is_placed(line: &str) -> bool {
    let mut parts = line.splitn(4, ':');
    let (Some(file), Some(row), Some(next)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let named = file.contains('.') && !file.contains(' ');
    named && is_number(row) && (is_number(next) || next.trim_start().starts_with("error"))
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.len() < 8 && word.bytes().all(|b| b.is_ascii_digit())
}

/// The number right before `word`, which stands at a word's beginning.
fn number_before(line: &str, word: &str) -> Option<u32> {
    let mut from = 0;
    while let Some(found) = line[from..].find(word) {
        let at = from + found;
        let head = line[..at].trim_end();
        let digits = head.len() - head.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 && head.len() < at {
            return head[head.len() - digits..].parse().ok();
        }
        from = at + word.len();
    }
    None
}

/// The number right after `label`.
fn number_after(line: &str, label: &str) -> Option<u32> {
    let rest = line[line.find(label)? + label.len()..].trim_start();
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    rest[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(output: &str) -> (Option<u32>, Option<u32>) {
        let (counts, _) = Counts::read(output);
        (counts.passed, counts.failed)
    }

    #[test]
    fn summaries_of_test_runners_are_read() {
        for (output, passed, failed) in [
            (
                "test result: FAILED. 39 passed; 2 failed; 1 ignored; 0 measured\n\ntest result: ok. 3 passed; 0 failed;",
                42,
                2,
            ),
            ("     Summary [   0.5s] 41 tests run: 39 passed, 2 failed, 1 skipped", 39, 2),
            ("===== 2 failed, 39 passed, 1 skipped in 0.12s =====", 39, 2),
            ("39 passed, 3 warnings in 1.20s", 39, 0),
            ("Tests:       2 failed, 39 passed, 41 total\nTime: 3 s", 39, 2),
            (" Test Files  1 failed | 3 passed (4)\n      Tests  2 failed | 39 passed (41)", 39, 2),
            ("  39 passing (1s)\n  2 failing\n", 39, 2),
            ("# pass 39\n# fail 2\n", 39, 2),
            ("DONE 41 tests, 2 failures in 3.1s", 39, 2),
            ("41 examples, 2 failures", 39, 2),
            ("[ERROR] Tests run: 41, Failures: 1, Errors: 1, Skipped: 0", 39, 2),
            ("41 tests completed, 2 failed", 39, 2),
            ("Failed!  - Failed:     2, Passed:    39, Skipped:     0, Total:    41", 39, 2),
            ("OK (39 tests, 90 assertions)", 39, 0),
            ("\u{1b}[32mok\u{1b}[0m | 39 passed | 2 failed (1s)", 39, 2),
            (" 39 pass\n 2 fail\nRan 41 tests across 3 files.", 39, 2),
            ("  2 failed\n    a.spec.ts\n  39 passed (5.1s)", 39, 2),
            ("95% tests passed, 2 tests failed out of 41", 39, 2),
        ] {
            assert_eq!(counts(output), (Some(passed), Some(failed)), "{output}");
        }
        assert_eq!(
            counts("Ran 41 tests in 0.1s\n\nFAILED (failures=2, errors=1)"),
            (Some(38), Some(3))
        );
        let go = "--- FAIL: TestRotate (0.00s)\n    x_test.go:1: bad\nFAIL\tpkg\t0.1s\nok  \tother\t0.2s";
        assert_eq!(
            Counts::read(go),
            (Counts { passed: None, failed: Some(1) }, Some("TestRotate".into()))
        );
    }

    #[test]
    fn summaries_of_compilers_and_linters_are_read() {
        for (output, failed) in [
            ("src/a.ts(3,4): error TS2322: Type x\nsrc/b.ts(1,1): error TS1: y", 2),
            ("✖ 5 problems (2 errors, 3 warnings)", 2),
            ("Found 3 errors in 1 file (checked 9 source files)", 3),
            ("0 issues.", 0),
            (
                "error[E0308]: mismatched types\nerror: could not compile `x` (lib) due to 2 previous errors",
                2,
            ),
        ] {
            assert_eq!(counts(output), (None, Some(failed)), "{output}");
        }
        assert_eq!(counts("42 files changed, 3 insertions"), (None, None));
    }
}
