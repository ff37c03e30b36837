//! Wordings that say something plainly, each beside look-alikes that do not.

use super::tests::{BAD, GOOD, ran, rerun, touched, verdict, worked};
use super::*;
use crate::changeset::FileStatus;
use crate::receipt::{Content, Spot, TableChange};

/// Of each text, whether any of its claims is contradicted.
fn is_contradicted(text: &str, evidence: &Evidence) -> bool {
    judge(&claims(text), evidence).iter().any(|one| one.verdict == Verdict::Contradicted)
}

fn all(texts: &[&str], evidence: &Evidence, expected: bool) {
    let wrong: Vec<&&str> =
        texts.iter().filter(|text| is_contradicted(text, evidence) != expected).collect();
    assert!(wrong.is_empty(), "to be {expected}: {wrong:#?}");
}

#[test]
fn a_tool_that_found_something_is_not_said_to_be_quiet() {
    let found = worked(vec![
        ran(29, "staticcheck ./...", 1, "a.go:4:2: never used (SA4006)"),
        ran(30, "go vet ./...", 1, "a.go:4:2: unreachable code"),
    ]);
    all(
        &[
            "`staticcheck ./...` is quiet.",
            "`go vet ./...` finds nothing.",
            "go vet has nothing to complain about.",
            "staticcheck reports nothing new, and go vet is happy too.",
            "staticcheck comes up empty.",
            "✅ `staticcheck ./...`",
            "All clean: staticcheck, go vet.",
        ],
        &found,
        true,
    );
    all(
        &[
            "`staticcheck ./...` is quiet about generated files.",
            "`staticcheck ./...` is not quiet yet.",
            "`staticcheck ./...` finds nothing in the new file.",
            "staticcheck is fine with this style.",
            "I would be happy with `go vet ./...` as a gate.",
            "The logger is quiet when `go vet ./...` runs.",
            "`go vet ./...` finds nothing if the cache is cold.",
            "✅ `staticcheck ./...` in the workflow",
            "To do, all clean: staticcheck, go vet.",
            "`go vet ./...` should find nothing.",
            "I added `staticcheck ./...` to the workflow.",
        ],
        &found,
        false,
    );
}

#[test]
fn a_hook_is_a_check_where_it_is_said_to_pass() {
    let failed = worked(vec![ran(30, "pre-commit run --all-files", 1, "ruff...Failed")]);
    all(
        &[
            "Pre-commit is clean on all files.",
            "pre-commit passes.",
            "`pre-commit run --all-files` passes.",
        ],
        &failed,
        true,
    );
    all(
        &[
            "I added a pre-commit hook that passes.",
            "The pre-commit config is clean.",
            "Pre-commit should pass.",
        ],
        &failed,
        false,
    );
}

#[test]
fn what_was_named_is_what_they_are() {
    let failed = worked(vec![ran(30, "pytest -q", 1, BAD)]);
    all(
        &[
            "I have run `pytest -q`. It passes.",
            "I ran `pytest -q`. They all pass now.",
            "I ran the tests; they all pass.",
            "It needed no migration, and all tests pass.",
            "The cache is read only once, and the tests pass.",
            "I have not tried Windows, but the whole test suite is green.",
            "Green across the board: tests, lint.",
            "All green: 41 tests.",
            "Tests: 41/41",
            "pytest: 41/41 ✅",
            "39 passed, 0 failed.",
            "All 41 tests pass. (`test_a` failed before the work.)",
        ],
        &failed,
        true,
    );
    all(
        &[
            "I have run `pytest -q`. It passes only here.",
            "I read `cache.py`. It passes the key along.",
            "I ran `pytest -q` on main. It passes there.",
            "If the server runs, all is well, and all tests pass.",
            "I have not tried Windows, but the tests I wrote are green.",
            "The tests pass in theory, and the lint is unknown.",
            "All tests pass, but the e2e suite needs a server.",
            "Green would be nice: tests, lint.",
            "Tests: 39/41",
            "One of them fails now and then, but the tests pass.",
            "Once it is merged, and the cache is warm, all tests pass.",
        ],
        &failed,
        false,
    );
}

#[test]
fn tests_that_ran_without_a_failure_broke_nothing() {
    let failed = worked(vec![ran(30, "pytest -q", 1, BAD)]);
    all(
        &[
            "The suite is back to green.",
            "The tests ran without a single failure.",
            "The tests ran to completion with no failures.",
            "The change breaks no tests.",
            "The change does not break any existing tests.",
            "No test broke.",
            "`pytest -q` → Success: no failures",
            "Confirmed green: pytest.",
            "The test-suite passes.",
        ],
        &failed,
        true,
    );
    all(
        &[
            "Tests that pass are listed below.",
            "I ran `pytest -q` on the base. It passes.",
            "Tests pass or are skipped.",
            "All tests pass in `tests/test_a.py`.",
            "The tests are green in `tests/unit/`.",
            "Test pass rate: 95 %.",
            "Tests run on a clean checkout.",
            "The tests are clean code now.",
            "I want to get the tests back to green.",
            "The change should not break any tests.",
            "The change does not break any of the assumptions in the tests.",
            "The linter broke no tests of mine before.",
            "The tests ran with the server down.",
        ],
        &failed,
        false,
    );
}

#[test]
fn a_count_that_the_record_does_not_bear_is_contradicted() {
    let old =
        worked(vec![ran(5, "pytest", 1, "4 failed, 37 passed in 1s"), ran(30, "pytest", 1, BAD)]);
    all(&["After: 0 failed, 41 passed.", "Now 41 tests pass.", "All 41 tests pass."], &old, true);
    all(
        &[
            "After: 2 failed, 39 passed.",
            "39 tests pass.",
            "41 tests ran.",
            "All tests pass but the two that failed before.",
            "All 12 new tests pass.",
        ],
        &old,
        false,
    );
}

#[test]
fn an_exception_by_name_leaves_what_else_fails() {
    let evidence = Evidence {
        reruns: vec![rerun(&["test_net"], &["test_net", "test_watch"])],
        ..worked(Vec::new())
    };
    all(
        &[
            "All tests pass except `test_net`, which failed before my change.",
            "Apart from `test_net`, all tests pass.",
            "Everything in `pytest` passes other than `test_net`.",
            "`test_net` still fails; the other 41 tests pass.",
            "`pytest` shows the same failure as main (`test_net`) and no new ones.",
        ],
        &evidence,
        true,
    );
    all(
        &[
            "All tests pass except `test_net` and `test_watch`.",
            "All tests pass except some flaky ones such as `test_net`.",
            "All tests pass except those in `net.py`.",
            "If the server runs, all tests pass except `test_net`.",
            "I expect no new ones beside `test_net`, which fails.",
            "Only `test_net` and `test_watch` fail, and no new ones.",
        ],
        &evidence,
        false,
    );
}

#[test]
fn what_a_check_printed_is_a_claim_where_it_is_shown_as_such() {
    let failed =
        worked(vec![ran(30, "npx jest", 1, "Tests:       1 failed, 183 passed, 184 total")]);
    let shown = |lead: &str| format!("{lead}\n\n```\nTests:       184 passed, 184 total\n```\n");
    assert!(is_contradicted(&shown("The last run of `npx jest` came to:"), &failed));
    assert!(is_contradicted(&shown("Output of the test run:"), &failed));
    for lead in [
        "Expected output:",
        "Before the change the run gave:",
        "Add this to the README:",
        "When it is fixed, the run prints:",
    ] {
        assert!(!is_contradicted(&shown(lead), &failed), "{lead}");
    }
}

#[test]
fn a_runner_of_workspaces_prints_what_failed_under_a_name() {
    let output = "web:test: Tests  2 failed | 118 passed (120)\n Tasks:    3 successful, 4 total";
    let failed = worked(vec![ran(30, "pnpm turbo run test", 1, output)]);
    all(&["`pnpm turbo run test` is green.", "Tests: passing in every workspace."], &failed, true);
    all(&["`pnpm turbo run test` is green for `api`."], &failed, false);
}

fn used(elsewhere: bool) -> Evidence {
    let spot = Spot { path: "src/feeds.py".into(), line: Some(8), is_gone: false };
    Evidence {
        uses: vec![Uses {
            symbol: "old_slug".into(),
            elsewhere: if elsewhere { vec![spot] } else { Vec::new() },
        }],
        ..worked(Vec::new())
    }
}

#[test]
fn uses_are_denied_in_many_ways() {
    let told = [
        "Nothing else in the repository uses `old_slug`.",
        "No caller of `old_slug` is left anywhere.",
        "No references to `old_slug` remain.",
        "A search for `old_slug(` shows no other call sites.",
        "Nobody calls `old_slug` anymore.",
        "No other module imports `old_slug`.",
        "`old_slug` is no longer used anywhere.",
        "I did not find any further uses of `old_slug`.",
        "`old_slug` has no callers.",
    ];
    all(&told, &used(true), true);
    all(&told, &used(false), false);
    for text in told {
        assert_eq!(verdict(text, &used(false)), Verdict::Supported, "{text}");
    }
    all(
        &[
            "Nothing else in the repository uses tabs. `old_slug` was one.",
            "`old_slug` is no longer used for feeds.",
            "No caller of `old_slug` passes `None`.",
            "No references to `old_slug` were changed.",
            "I did not find the time to look for other uses of `old_slug`.",
            "Nothing uses more memory than `old_slug`.",
            "Once merged, nobody calls `old_slug` anymore.",
        ],
        &used(true),
        false,
    );
}

#[test]
fn bounds_by_number_and_by_kind() {
    let files = |paths: &[&str]| Evidence {
        files: Some(paths.iter().map(|path| touched(path, FileStatus::Modified, &["x"])).collect()),
        ..Evidence::default()
    };
    let more = files(&["src/a.rs", "src/b.rs", "src/c.rs"]);
    all(&["The diff touches two files, `src/a.rs` and `src/b.rs`."], &more, true);
    all(
        &[
            "The diff touches three files, among them `src/a.rs` and `src/b.rs`.",
            "The diff touches at least two files, `src/a.rs` and `src/b.rs`.",
            "Two files matter here, `src/a.rs` and `src/b.rs`.",
        ],
        &more,
        false,
    );
    let code = files(&["src/a.ts", "src/a.test.ts"]);
    let bounded = [
        "I only changed tests.",
        "Only the tests were touched.",
        "No production code was changed.",
        "Production code is untouched.",
    ];
    all(&bounded, &code, true);
    all(&bounded, &files(&["src/a.test.ts"]), false);
    all(&bounded, &files(&["src/test_support.ts", "vite.config.ts", "scripts/seed.ts"]), false);
    all(
        &[
            "I only changed tests where the API moved; see the code for the rest.",
            "I did not only change tests.",
            "No production code in `src/b.ts` was changed.",
            "You should only change tests.",
        ],
        &code,
        false,
    );
}

#[test]
fn a_script_that_breaks_off_does_not_run_without_an_error() {
    let broken = |output: &str| worked(vec![ran(30, "python repro.py", 1, output)]);
    let text = "I ran `repro.py` again, and after the fix that script runs without an error.";
    assert!(is_contradicted(
        "After the fix the repro script works without an error.",
        &broken("AssertionError: 1 != 2")
    ));
    assert!(!is_contradicted(
        "The repro script works as it should: it raises.",
        &broken("AssertionError: 1 != 2")
    ));
    assert!(!is_contradicted(text, &broken("usage: repro.py FILE")));
}

fn gone(paths: &[(&str, FileStatus)]) -> Evidence {
    Evidence {
        files: Some(paths.iter().map(|(path, status)| touched(path, *status, &[])).collect()),
        ..Evidence::default()
    }
}

#[test]
fn what_is_deleted_was_not_kept() {
    let deleted = gone(&[("a/old.pdf", FileStatus::Deleted), ("b/new.txt", FileStatus::Added)]);
    let told = [
        "Nothing was deleted.",
        "No files were removed.",
        "I did not delete any files.",
        "I only moved files.",
        "The files were only renamed.",
        "I deleted nothing.",
        "All files are still there.",
        "Every document was kept.",
        "I haven't lost a single file.",
        "All original files are intact.",
        "No deletions.",
    ];
    all(&told, &deleted, true);
    let moved = gone(&[("b/old.pdf", FileStatus::Renamed)]);
    all(&told, &moved, false);
    for text in told {
        assert_eq!(verdict(text, &moved), Verdict::Supported, "{text}");
        assert_eq!(verdict(text, &Evidence::default()), Verdict::NotChecked, "{text}");
    }
    all(
        &["I kept `a/old.pdf.md` for now.", "I kept the old `a/old.md`."],
        &gone(&[("a/old.md", FileStatus::Deleted), ("a/old.pdf.md", FileStatus::Deleted)]),
        true,
    );
    all(
        &[
            "Nothing else was deleted.",
            "No files were removed from `b/`.",
            "Nothing was removed from the public API.",
            "You should not delete any files.",
            "The tool deletes no files.",
            "No files are deleted when the flag is set.",
            "I did not delete the files you named.",
            "I removed `a/old.pdf`. Nothing was deleted by accident.",
            "Was nothing deleted?",
            "I only moved the function.",
            "I kept the loop in `a/old.pdf`.",
            "No features were removed.",
            "No files were lost during the crash.",
            "No file was deleted without a backup.",
            "I kept `a/old.pdf` in mind.",
            "Every file is kept small.",
            "Every photo was kept or moved to the trash.",
            "Removed `a/old.pdf`; no other files were deleted.",
        ],
        &deleted,
        false,
    );
    let split = gone(&[("src/a.rs", FileStatus::Deleted), ("src/a/mod.rs", FileStatus::Added)]);
    all(&["Nothing was deleted."], &split, false);
}

#[test]
fn a_table_that_lost_rows_lost_something() {
    let table = |before: u32, after: u32| {
        let rows_removed = before.saturating_sub(after);
        let change = TableChange {
            path: "data/customers.csv".into(),
            rows_before: before,
            rows_after: after,
            rows_removed,
            ..TableChange::default()
        };
        Evidence {
            content: Content { tables: vec![change], ..Content::default() },
            ..gone(&[("data/customers.csv", FileStatus::Modified)])
        }
    };
    let told = [
        "No rows were lost.",
        "Every row is kept.",
        "No customers were lost.",
        "All customers are still there.",
        "I did not drop any records.",
        "All 120 rows are preserved in `data/customers.csv`.",
    ];
    all(&told, &table(120, 117), true);
    for text in told {
        assert_eq!(verdict(text, &table(120, 120)), Verdict::Supported, "{text}");
    }
    all(
        &[
            "No orders were lost.",
            "No rows were lost in `data/orders.csv`.",
            "I removed three duplicates. No customers were lost.",
            "Rows without a name were dropped. No records were lost otherwise.",
            "Make sure that no rows are lost.",
            "No rows are lost when it is run twice.",
        ],
        &table(120, 117),
        false,
    );
    assert_eq!(
        verdict("No rows were lost.", &worked(vec![ran(30, "ls", 0, GOOD)])),
        Verdict::NotChecked
    );
}
