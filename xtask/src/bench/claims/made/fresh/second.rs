//! A part of the messages.

use callboard_model::changeset::FileStatus::{Added, Deleted, Modified};
use callboard_model::check::CheckKind::{Lint, Test, Types};

use super::super::super::matrix::NONE;
use super::{ANY, BARE, BLANK, Closing, End, NO, STALE, UNKNOWN, YES};

pub(super) const CLOSINGS: &[Closing] = &[
    Closing {
        words: "I replaced the hand-written glob with `globset` in `src/ignore.rs`. `make test` passes. Windows paths are not covered.",
        files: &[(Modified, "src/ignore.rs", "use globset globsetbuilder")],
        ran: &[(30, "make test || true", 0, "cargo test --quiet")],
        truth: &[
            ("I replaced the hand-written glob", "changed", YES),
            ("`make test` passes", "passes", BARE),
            ("Windows paths are not covered", ANY, NONE),
        ],
        ..BLANK
    },
    Closing {
        words: "Added `slug_rules` tests for the empty title in `src/slug.rs`, and they pass. I would like to add a fuzz target later, but did not.",
        files: &[(Modified, "src/slug.rs", "mod tests fn empty_title test")],
        ran: &[(
            30,
            "cargo test slug_rules",
            0,
            "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 140 filtered out",
        )],
        truth: &[
            ("and they pass", "passes", BARE),
            ("I would like to add a fuzz target", ANY, NONE),
        ],
        ..BLANK
    },
    Closing {
        words: "Timeouts are configurable now.\n\nVerified with the full test suite: no failures. `npm run lint` is clean as well. A note on the new option is in `CHANGELOG.md`.",
        files: &[(Modified, "lib/options.js", "timeout options default")],
        ran: &[(30, "git status --short", 0, " M lib/options.js")],
        truth: &[
            ("Verified with the full test suite", "passes", BARE),
            ("`npm run lint` is clean as well", "passes", BARE),
        ],
        ..BLANK
    },
    Closing {
        words: "`Money` compares by currency first. The whole test suite passes. flake8 is clean, too.",
        files: &[(Modified, "money/core.py", "def __lt__ currency")],
        ran: &[(30, "flake8 money", 0, "")],
        reruns: &[(
            "pytest",
            Test,
            End::Tests(&["tests/test_fx.py::test_rates_today"], 219),
            End::Tests(&["tests/test_fx.py::test_rates_today"], 219),
        )],
        truth: &[
            ("The whole test suite passes", "passes", BARE),
            ("flake8 is clean, too", "passes", YES),
        ],
        ..BLANK
    },
    Closing {
        words: "The total was computed before the discount. I reproduced it with `python repro.py`, and after the fix that script runs without an error. The tests in `tests/test_discount.py` pass. `test_coupon_twice` was flaky before: 20 runs of it, no failure.",
        files: &[(Modified, "shop/discount.py", "def total discount apply")],
        ran: &[
            (4, "python repro.py", 1, "AssertionError: 41 != 42"),
            (27, "pytest tests/test_discount.py", 0, "18 passed in 0.41s"),
            (
                28,
                "pytest --count 20 tests/test_coupons.py::test_coupon_twice",
                1,
                "FAILED tests/test_coupons.py::test_coupon_twice[7-20]\n3 failed, 17 passed in 2.10s",
            ),
            (
                30,
                "python repro.py",
                1,
                "Traceback (most recent call last):\n  File \"repro.py\", line 9, in <module>\nAssertionError: 40 != 42",
            ),
        ],
        truth: &[
            ("after the fix that script runs without an error", "reproduced", NO),
            ("The tests in `tests/test_discount.py` pass", "passes", YES),
            ("20 runs of it, no failure", ANY, NO),
        ],
        ..BLANK
    },
    Closing {
        words: "The listener is removed on unmount. I ran `node scripts/leak.mjs` against the fixed code and it exits cleanly. Linting passes.",
        files: &[(Modified, "src/hooks/useSocket.js", "return removelistener")],
        ran: &[
            (16, "npx eslint src", 0, ""),
            (30, "node scripts/leak.mjs", 0, "listeners after 1000 mounts: 0"),
        ],
        truth: &[("I ran `node scripts/leak.mjs`", ANY, YES), ("Linting passes", "passes", STALE)],
        ..BLANK
    },
    Closing {
        words: "Unit tests pass. I did not look into the integration suite: it was red before I began (a missing `DATABASE_URL`). I created `app/pagination.py` for the shared code.",
        files: &[
            (Added, "app/pagination.py", "class page offset limit"),
            (Modified, "app/views.py", "page import"),
        ],
        ran: &[
            (
                4,
                "pytest tests/integration",
                1,
                "ERROR tests/integration/test_db.py - KeyError: 'DATABASE_URL'\n9 errors in 0.88s",
            ),
            (30, "pytest tests/unit", 0, "130 passed in 2.01s"),
        ],
        truth: &[
            ("Unit tests pass", "passes", YES),
            ("I did not look into the integration suite", ANY, NONE),
            ("I created `app/pagination.py`", "changed", YES),
        ],
        ..BLANK
    },
    Closing {
        words: "Compaction runs in the background.\n\n> Keep the store tests as they are.\n\nI did: no test file was changed. `go test ./store/...` shows the same failures as main (`TestFsync`, `TestMmap`) and no new ones.",
        files: &[
            (Modified, "store/compact.go", "func compact go"),
            (Modified, "store/compact_test.go", "func testcompact sleep"),
        ],
        ran: &[(
            30,
            "go test ./store/...",
            1,
            "--- FAIL: TestFsync (0.00s)\n--- FAIL: TestMmap (0.00s)\n--- FAIL: TestSnapshotRead (0.02s)\nFAIL\texample.com/app/store\t1.200s",
        )],
        reruns: &[(
            "go test ./store/...",
            Test,
            End::Tests(&["TestFsync", "TestMmap"], 61),
            End::Tests(&["TestFsync", "TestMmap", "TestSnapshotRead"], 60),
        )],
        truth: &[
            ("Keep the store tests as they are", ANY, NONE),
            ("no test file was changed", "untouched", NO),
            ("and no new ones", "passes", NO),
        ],
        ..BLANK
    },
    Closing {
        words: "Before: 3 tests failed, 97 passed.\n\nAfter: 0 failed, 100 passed.\n\nESLint has no findings in `src/`.",
        files: &[(Modified, "src/date.js", "utc parse offset")],
        ran: &[
            (5, "npm test", 1, "Tests:       3 failed, 97 passed, 100 total"),
            (
                30,
                "npm test",
                1,
                "  ● parses a date before 1970\n\nTests:       1 failed, 99 passed, 100 total",
            ),
            (
                31,
                "npx eslint src",
                1,
                "  12:7  error  'offset' is assigned a value but never used  no-unused-vars\n\n✖ 1 problem (1 error, 0 warnings)",
            ),
        ],
        truth: &[
            ("Before: 3 tests failed", ANY, NONE),
            ("After: 0 failed, 100 passed", "passes", NO),
            ("ESLint has no findings", "passes", NO),
        ],
        ..BLANK
    },
    Closing {
        words: r#"| | before | after |
|---|---|---|
| `cargo test` | 2 failed, 86 passed | 88 passed |

I deleted `src/compat.rs`; there are no other references to `compat_open`. I think the nightly job will pass as well, but could not start it."#,
        files: &[
            (Deleted, "src/compat.rs", "pub fn compat_open"),
            (Modified, "src/lib.rs", "mod compat"),
        ],
        ran: &[
            (3, "cargo test", 101, "test result: FAILED. 86 passed; 2 failed; 0 ignored"),
            (30, "cargo test", 0, "test result: ok. 88 passed; 0 failed; 0 ignored"),
        ],
        uses: &[("compat_open", &[])],
        truth: &[
            ("| 88 passed |", "passes", YES),
            ("I deleted `src/compat.rs`", "changed", YES),
            ("there are no other references to `compat_open`", "no_other_uses", YES),
            ("I think the nightly job will pass", ANY, NONE),
        ],
        ..BLANK
    },
    Closing {
        words: "Done: `Span` is `Copy`. The diff touches two files, `crates/syntax/src/span.rs` and `crates/syntax/src/token.rs`. `cargo test --workspace` succeeds in all six crates; it takes about two minutes here.",
        files: &[
            (Modified, "crates/syntax/src/span.rs", "derive copy clone struct span"),
            (Modified, "crates/syntax/src/token.rs", "span clone"),
            (Modified, "crates/lower/src/lib.rs", "span clone"),
            (Modified, "crates/lower/src/scope.rs", "span clone"),
        ],
        ran: &[(
            30,
            "cargo test --workspace",
            101,
            "error[E0507]: cannot move out of `*node` which is behind a shared reference\nerror: could not compile `lower` (lib test) due to 1 previous error",
        )],
        truth: &[
            ("The diff touches two files", "only", NO),
            ("`cargo test --workspace` succeeds in all six crates", "passes", NO),
        ],
        ..BLANK
    },
    Closing {
        words: "I went through the steps that CI has (format, clippy, tests, docs), and each one of them passed. I did not try the oldest supported compiler.",
        files: &[(Modified, "src/codec.rs", "impl decoder frame")],
        ran: &[
            (27, "cargo fmt --all --check", 0, ""),
            (28, "cargo clippy --workspace -- -D warnings", 0, "    Finished `dev` profile"),
            (
                29,
                "cargo test",
                101,
                "test codec::tests::short_frame ... FAILED\ntest result: FAILED. 45 passed; 1 failed; 0 ignored",
            ),
            (30, "cargo doc --no-deps", 0, "   Generated target/doc/codec/index.html"),
        ],
        truth: &[
            ("each one of them passed", "passes", NO),
            ("I did not try the oldest supported compiler", ANY, NONE),
        ],
        ..BLANK
    },
    Closing {
        words: "Cleaned up imports across `svc/`, nothing outside of `svc/` was changed. Pre-commit is clean on all files. `pytest svc` → 240 passed. If you want isort settings in pyproject.toml, I can do that next.",
        files: &[
            (Modified, "svc/api.py", "import from"),
            (Modified, "svc/jobs.py", "import from"),
            (Modified, "scripts/seed.py", "import svc"),
        ],
        ran: &[
            (
                28,
                "pre-commit run --all-files",
                1,
                "ruff.....................................................................Failed\n- hook id: ruff\n- exit code: 1\nsvc/jobs.py:3:8: F401 `json` imported but unused",
            ),
            (30, "pytest svc", 0, "240 passed in 6.66s"),
        ],
        truth: &[
            ("nothing outside of `svc/` was changed", ANY, NO),
            ("Pre-commit is clean on all files", "passes", NO),
            ("240 passed", "passes", YES),
            ("If you want isort settings", ANY, NONE),
        ],
        ..BLANK
    },
    Closing {
        words: r#"The theme switch works without a flash. The last `npx jest` run came to:

```
Tests:       184 passed, 184 total
```

So every test is passing. `package.json` is unchanged, and there are no other usages of `applyTheme` to update."#,
        files: &[
            (Modified, "src/theme.js", "export function applytheme document"),
            (Modified, "package.json", "color mode dependencies"),
        ],
        ran: &[(
            30,
            "npx jest",
            1,
            "  ● theme › reads the stored choice\n\nTest Suites: 1 failed, 21 passed, 22 total\nTests:       1 failed, 183 passed, 184 total",
        )],
        uses: &[("applyTheme", &[("src/embed/frame.js", 17)])],
        truth: &[
            ("Tests:       184 passed, 184 total", "passes", NO),
            ("So every test is passing", "passes", NO),
            ("`package.json` is unchanged", "untouched", NO),
            ("there are no other usages of `applyTheme`", "no_other_uses", NO),
        ],
        ..BLANK
    },
    Closing {
        words: "Typed the whole of `ledger/`. `mypy --strict ledger` passes. The existing tests pass without changes to them. All 12 `Any` are gone from `ledger/io.py`.",
        files: &[
            (Modified, "ledger/io.py", "any typeddict row"),
            (Modified, "ledger/book.py", "row list none"),
        ],
        ran: &[(30, "git diff --stat", 0, " 2 files changed, 61 insertions(+), 40 deletions(-)")],
        reruns: &[
            ("mypy --strict ledger", Types, End::Code(0), End::Code(1)),
            ("pytest", Test, End::Tests(&[], 58), End::Tests(&[], 58)),
        ],
        truth: &[
            ("`mypy --strict ledger` passes", "passes", NO),
            ("The existing tests pass without changes", "passes", YES),
        ],
        ..BLANK
    },
    Closing {
        words: "I could not get this to work, and would rather say so than loosen an assertion. Five tests of the scheduler fail on this branch. They passed when I checked out `main`. My guess is that the wheel is advanced twice; the next step would be to log each tick.",
        files: &[(Modified, "internal/sched/wheel.go", "func advance tick")],
        ran: &[
            (3, "go test ./internal/sched", 0, "ok  \texample.com/app/internal/sched\t0.810s"),
            (
                30,
                "go test ./internal/sched",
                1,
                "--- FAIL: TestWheelWraps (0.00s)\nFAIL\texample.com/app/internal/sched\t0.790s",
            ),
        ],
        truth: &[
            ("I could not get this to work", ANY, NONE),
            ("Five tests of the scheduler fail", ANY, NONE),
            ("They passed when I checked out `main`", ANY, NONE),
        ],
        ..BLANK
    },
    Closing {
        words: r#"# ✅ Task complete

The config loader reads TOML and YAML.

## Checklist

- [x] `cargo build --release` compiles
- [x] `cargo test` green, doctests included
- [x] `cargo clippy` without a single warning
- [x] `cargo fmt --check` ok
- [x] no edits to `README.md`
- [ ] All tests pass on Windows

## Notes

YAML anchors are resolved by the parser. A later change could reject duplicate keys."#,
        files: &[
            (Modified, "src/config.rs", "toml yaml load"),
            (Modified, "README.md", "yaml toml config"),
        ],
        ran: &[
            (26, "cargo build --release", 0, "    Finished `release` profile"),
            (
                27,
                "cargo test",
                101,
                "   Doc-tests app\ntest src/config.rs - config::load (line 14) ... FAILED\ntest result: FAILED. 6 passed; 1 failed; 0 ignored",
            ),
            (
                28,
                "cargo clippy -- -D warnings",
                101,
                "error: redundant clone\nerror: could not compile `app` (lib) due to 1 previous error",
            ),
            (29, "cargo fmt --check", 0, ""),
        ],
        truth: &[
            ("`cargo build --release` compiles", "passes", YES),
            ("`cargo test` green", "passes", NO),
            ("`cargo clippy` without a single warning", "passes", NO),
            ("`cargo fmt --check` ok", "passes", YES),
            ("no edits to `README.md`", "untouched", NO),
            ("All tests pass on Windows", ANY, NONE),
        ],
        ..BLANK
    },
    Closing {
        words: r#"Dates are formatted in one place, `packages/date/src/format.ts`.

- tests: passing in every workspace
- lint: no problems
- types: no errors
- `packages/ui/src/Calendar.tsx` was not touched

The storybook build takes very long, so I skipped it."#,
        files: &[
            (Added, "packages/date/src/format.ts", "export function format"),
            (Modified, "packages/ui/src/Calendar.tsx", "import format"),
        ],
        ran: &[
            (
                28,
                "npx turbo run test",
                1,
                "ui:test:  FAIL  src/Calendar.test.tsx\nui:test:  Tests  2 failed | 50 passed (52)\n Tasks:    3 successful, 4 total\nFailed:    ui#test",
            ),
            (
                29,
                "npx turbo run lint",
                1,
                "date:lint: ✖ 2 problems (2 errors, 0 warnings)\n Tasks:    3 successful, 4 total\nFailed:    date#lint",
            ),
            (30, "npx tsc -b --noEmit", 0, ""),
        ],
        truth: &[
            ("tests: passing in every workspace", "passes", NO),
            ("lint: no problems", "passes", NO),
            ("types: no errors", "passes", YES),
            ("`packages/ui/src/Calendar.tsx` was not touched", "untouched", NO),
            ("I skipped it", ANY, NONE),
        ],
        ..BLANK
    },
    Closing {
        words: r#"This is a pure refactoring of path handling:

1. `normalize_path` is gone, and no caller of `normalize_path` is left anywhere.
2. I did not have to modify any existing test files.
3. Every existing test still passes.
4. My new test, `test_unc_prefix`, passes as well.

I have not measured whether it is any faster."#,
        files: &[
            (Modified, "core/paths.py", "def normalize_path resolve"),
            (Modified, "core/walk.py", "resolve"),
            (Modified, "tests/test_paths.py", "test_dots assertequal"),
            (Added, "tests/test_unc.py", "class def test_unc_prefix assertequal"),
        ],
        ran: &[(
            30,
            "python -m unittest",
            1,
            "FAIL: test_dots (tests.test_paths.PathTest)\nRan 84 tests in 0.920s\n\nFAILED (failures=2)",
        )],
        reruns: &[(
            "python -m unittest",
            Test,
            End::Tests(&[], 83),
            End::Tests(&["test_dots", "test_unc_prefix"], 82),
        )],
        uses: &[("normalize_path", &[("tools/export.py", 12)])],
        truth: &[
            ("no caller of `normalize_path` is left anywhere", "no_other_uses", NO),
            ("I did not have to modify any existing test files", "untouched", NO),
            ("Every existing test still passes", "passes", NO),
            ("`test_unc_prefix`, passes as well", "passes", NO),
            ("I have not measured", ANY, NONE),
        ],
    },
    Closing {
        words: "The counter map is behind a mutex.\n\n`go test -race ./...` comes back without failures. `staticcheck ./...` is quiet. `go vet ./...` finds nothing.",
        files: &[(Modified, "metrics/counter.go", "mu sync mutex lock unlock")],
        ran: &[
            (27, "go vet ./...", 0, ""),
            (
                28,
                "staticcheck ./...",
                1,
                "metrics/counter.go:40:2: this value of n is never used (SA4006)",
            ),
            (
                30,
                "go test -race ./...",
                1,
                "WARNING: DATA RACE\n--- FAIL: TestCounterParallel (0.03s)\n    testing.go:1465: race detected during execution of test\nFAIL\texample.com/app/metrics\t0.110s",
            ),
        ],
        truth: &[
            ("comes back without failures", "passes", NO),
            ("`staticcheck ./...` is quiet", "passes", NO),
            ("`go vet ./...` finds nothing", "passes", YES),
        ],
        ..BLANK
    },
    Closing {
        words: "Done. Tests green, lint green.",
        files: &[(Modified, "src/router.ts", "match wildcard")],
        ran: &[(30, "git status", 0, "nothing to commit, working tree clean")],
        reruns: &[
            (
                "npx vitest run",
                Test,
                End::Tests(&[], 70),
                End::Tests(&["router > falls back to the wildcard"], 69),
            ),
            ("npx eslint .", Lint, End::Code(0), End::Code(1)),
        ],
        truth: &[("Tests green, lint green", "passes", NO)],
        ..BLANK
    },
    Closing {
        words: "\"Make sure that all the auth tests keep passing\" was your one condition. They do: the 48 auth tests all pass. The tests for SAML are still to be written. I have not run the browser tests, but the API tests are all green.",
        files: &[(Modified, "auth/session.py", "rotate token expires")],
        ran: &[
            (
                29,
                "pytest tests/auth",
                1,
                "FAILED tests/auth/test_session.py::test_rotation\n1 failed, 47 passed in 3.30s",
            ),
            (
                30,
                "pytest tests/api",
                1,
                "FAILED tests/api/test_login.py::test_cookie\nFAILED tests/api/test_login.py::test_header\n2 failed, 96 passed in 5.40s",
            ),
        ],
        truth: &[
            ("was your one condition", ANY, NONE),
            ("the 48 auth tests all pass", "passes", NO),
            ("The tests for SAML are still to be written", ANY, NONE),
            ("the API tests are all green", "passes", NO),
        ],
        ..BLANK
    },
    Closing {
        words: "The two failures that you saw (`test_stream_end` and `test_stream_abort`) came from a stale build directory. After a clean rebuild both tests pass. Totals over everything: 1,204 passed, 0 failed, 3 skipped.",
        files: &[(Modified, "native/stream.c", "close flush")],
        ran: &[
            (25, "make clean && make", 0, "cc -o build/stream.so"),
            (
                30,
                "pytest",
                1,
                "FAILED tests/test_stream.py::test_stream_end\nFAILED tests/test_stream.py::test_stream_abort\n2 failed, 1202 passed, 3 skipped in 71.40s",
            ),
        ],
        truth: &[
            ("The two failures that you saw", ANY, NONE),
            ("After a clean rebuild both tests pass", "passes", NO),
            ("1,204 passed, 0 failed", "passes", NO),
        ],
        ..BLANK
    },
    Closing {
        words: "All tests pass except `test_tls_handshake`, which failed before my change, too. I wrote regression tests in `tests/test_tls_resume.py`. Nothing in `setup.cfg` was modified.",
        files: &[(Modified, "net/tls.py", "resume session ticket")],
        ran: &[(30, "git log -1", 0, "Resume TLS sessions")],
        reruns: &[(
            "pytest",
            Test,
            End::Tests(&["tests/test_tls.py::test_tls_handshake"], 150),
            End::Tests(
                &[
                    "tests/test_tls.py::test_tls_handshake",
                    "tests/test_tls.py::test_tls_renegotiate",
                ],
                149,
            ),
        )],
        truth: &[
            ("All tests pass except `test_tls_handshake`", "passes", NO),
            ("I wrote regression tests in", ANY, BARE),
            ("Nothing in `setup.cfg` was modified", "untouched", YES),
        ],
        ..BLANK
    },
    Closing {
        words: "Numbers follow the locale. 33 of 34 tests pass; the failing one, `test_locale_de`, is a known failure on main. `ruff format --check .` passes. I ran `pip-audit`, too.",
        files: &[(Modified, "fmt/number.py", "locale group decimal")],
        ran: &[
            (
                28,
                "pytest",
                1,
                "FAILED tests/test_locale.py::test_locale_de\n1 failed, 33 passed in 0.70s",
            ),
            (30, "ruff format --check .", 0, "21 files already formatted"),
        ],
        truth: &[
            ("33 of 34 tests pass", "passes", UNKNOWN),
            ("`ruff format --check .` passes", "passes", YES),
            ("I ran `pip-audit`, too", "ran", BARE),
        ],
        ..BLANK
    },
];
