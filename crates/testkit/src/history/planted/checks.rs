//! Checks as their tools print them, passing and failing.

use super::phrases::Phrases;

/// A check that a session runs again and again.
#[derive(Debug, Clone)]
pub(super) struct Check {
    /// As it is known.
    pub(super) command: String,
    tool: Tool,
}

#[derive(Debug, Clone, Copy)]
enum Tool {
    Nextest,
    Clippy,
    Vitest,
    Tsc,
    Pytest,
    Ruff,
    GoTest,
    GoVet,
}

/// What a run printed.
#[derive(Debug, Clone)]
pub(super) struct Printed {
    pub(super) code: i32,
    pub(super) output: String,
    /// The words that tell of the failure; none if it passed.
    pub(super) failure: Option<String>,
}

impl Check {
    /// The checks of one project, of one language.
    pub(super) fn of_project(phrases: &mut Phrases<'_>) -> Vec<Self> {
        let (one, other) = (phrases.noun(), phrases.noun());
        let all: &[(String, Tool)] = match phrases.writer.random.below(4) {
            0 => &[
                (format!("cargo nextest run -p {one}"), Tool::Nextest),
                ("cargo clippy --workspace --all-targets".to_owned(), Tool::Clippy),
                (format!("cargo nextest run -p {other}-store"), Tool::Nextest),
            ],
            1 => &[
                (format!("npx vitest run src/{one}"), Tool::Vitest),
                ("npx tsc --noEmit".to_owned(), Tool::Tsc),
            ],
            2 => &[
                (format!("pytest -q tests/test_{one}.py"), Tool::Pytest),
                ("ruff check .".to_owned(), Tool::Ruff),
                (format!("pytest -q tests/integration/test_{other}.py"), Tool::Pytest),
            ],
            _ => &[
                (format!("go test ./internal/{one}/..."), Tool::GoTest),
                ("go vet ./...".to_owned(), Tool::GoVet),
            ],
        };
        all.iter().map(|(command, tool)| Self { command: command.clone(), tool: *tool }).collect()
    }

    /// The command line as it is typed this time, and whether a filter hides its exit code.
    pub(super) fn typed(&self, cwd: &str, phrases: &mut Phrases<'_>) -> (String, bool) {
        let command = &self.command;
        match phrases.writer.random.below(8) {
            0 => (format!("cd {cwd} && {command}"), false),
            1 => (format!("{command} 2>&1 | tail -30"), true),
            2 => (format!("cd {cwd} && {command} 2>&1 | tail -40"), true),
            3 => (format!("CI=1 {command}"), false),
            4 => (format!("{command} 2>&1"), false),
            _ => (command.clone(), false),
        }
    }

    /// What a run prints.
    pub(super) fn run(&self, passes: bool, path: &str, phrases: &mut Phrases<'_>) -> Printed {
        let count = phrases.writer.random.between(8, 90);
        if passes {
            return Printed { code: 0, output: self.passed(count), failure: None };
        }
        let name = phrases.identifier();
        let line = phrases.writer.random.between(3, 400);
        let (code, output) = self.failed(count, &name, path, line);
        Printed { code, output, failure: Some(name) }
    }

    fn passed(&self, count: usize) -> String {
        match self.tool {
            Tool::Nextest => format!(
                "    Finished `test` profile [unoptimized + debuginfo] target(s) in 4.10s\n    Starting {count} tests across 3 binaries\n     Summary [   1.204s] {count} tests run: {count} passed, 0 skipped\n"
            ),
            Tool::Clippy => {
                "    Checking app v0.1.0\n    Finished `dev` profile [unoptimized + debuginfo] target(s) in 7.31s\n".to_owned()
            }
            Tool::Vitest => format!(
                " RUN  v3.2.4\n\n Test Files  4 passed (4)\n      Tests  {count} passed ({count})\n   Duration  1.32s\n"
            ),
            Tool::Tsc | Tool::GoVet => String::new(),
            Tool::Pytest => format!("{}\n{count} passed in 2.41s\n", ".".repeat(count)),
            Tool::Ruff => "All checks passed!\n".to_owned(),
            Tool::GoTest => "ok  \texample.com/app/internal\t0.412s\n".to_owned(),
        }
    }

    fn failed(&self, count: usize, name: &str, path: &str, line: usize) -> (i32, String) {
        let rest = count - 1;
        match self.tool {
            Tool::Nextest => (
                100,
                format!(
                    "        FAIL [   0.042s] app it::{name}\n──── STDERR:             app it::{name}\nthread 'it::{name}' panicked at {path}:{line}:9:\nassertion `left == right` failed\n  left: 2\n right: 3\n────────────\n     Summary [   1.204s] {count} tests run: {rest} passed, 1 failed, 0 skipped\n        FAIL [   0.042s] app it::{name}\nerror: test run failed\n"
                ),
            ),
            Tool::Clippy => (
                101,
                format!(
                    "error: function `{name}` is never used\n  --> {path}:{line}:4\n   |\n{line} | fn {name}() {{\n   |    ^^^^\n\nerror: could not compile `app` (lib) due to 1 previous error\n"
                ),
            ),
            Tool::Vitest => (
                1,
                format!(
                    " RUN  v3.2.4\n\n ❯ {path} ({count} tests | 1 failed)\n   × keeps {name} 12ms\n     → expected 2 to be 3\n\n FAIL  {path} > keeps {name}\nAssertionError: expected 2 to be 3\n ❯ {path}:{line}:20\n\n Test Files  1 failed | 3 passed (4)\n      Tests  1 failed | {rest} passed ({count})\n"
                ),
            ),
            Tool::Tsc => {
                (2, format!("{path}({line},7): error TS2304: Cannot find name '{name}'.\n"))
            }
            Tool::Pytest => (
                1,
                format!(
                    "{}F\n=== FAILURES ===\n___ test_{name} ___\n    def test_{name}():\n>       assert run() == 3\nE       assert 2 == 3\n\n{path}:{line}: AssertionError\n=== short test summary info ===\nFAILED {path}::test_{name} - assert 2 == 3\n1 failed, {rest} passed in 2.41s\n",
                    ".".repeat(rest)
                ),
            ),
            Tool::Ruff => (
                1,
                format!(
                    "{path}:{line}:5: F841 Local variable `{name}` is assigned to but never used\nFound 1 error.\n"
                ),
            ),
            Tool::GoTest => (
                1,
                format!(
                    "--- FAIL: Test_{name} (0.00s)\n    {path}:{line}: got 2, want 3\nFAIL\nFAIL\texample.com/app/internal\t0.412s\nFAIL\n"
                ),
            ),
            Tool::GoVet => (1, format!("# example.com/app\n{path}:{line}:2: undefined: {name}\n")),
        }
    }
}
