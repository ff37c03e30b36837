//! What runs the tests, and what ends their run from within.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::finding;
use crate::integrity::compared::{Change, Compared, is_setup};
use crate::integrity::source::Source;
use crate::integrity::{Found, spot};

/// Ends of the process, from code that is no program's entrance.
static ENDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:os\._exit\(|sys\.exit\(|process\.exit\(|process::exit\(|os\.Exit\(|sys\.excepthook\s*=|atexit\.register\(\s*os\._exit)").ok()
});

/// Hooks of runners by which tests are left out or reports changed.
static HOOKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"def pytest_(?:collection_modifyitems|runtest_makereport|sessionfinish|ignore_collect|collection_finish|exception_interact|report_teststatus|runtest_protocol|pyfunc_call|terminal_summary)\b|\bcollect_ignore(?:_glob)?\s*=|\.outcome\s*=\s*.passed|\.exitstatus\s*=|\b(?:global|globalThis|window)\.(?:it|test|describe|expect|beforeEach)\s*=|\b(?:TestCase|unittest)\.\w*(?:assert|fail)\w*\s*=|jest\.(?:spyOn\(global|fn\(\)\.mockName)",
    )
    .ok()
});

/// Parts of paths of programs that may end themselves.
const PROGRAMS: &[&str] = &[
    "cli",
    "main",
    "__main__",
    "bin",
    "cmd",
    "scripts",
    "script",
    "tools",
    "manage",
    "setup",
    "server",
    "app",
    "index",
    "commands",
    "management",
    "build",
    "examples",
    "xtask",
    "command",
    "gulpfile",
    "webpack",
    "entrypoint",
    "run",
];

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for (file, side) in change.written().filter(|(_, side)| side.language.is_some()) {
        for (line, text) in file.come_lines().filter(|(_, text)| !change.is_moved(text)) {
            let code = side.code(line);
            if is_setup(file.path()) && matches(&HOOKS, code) {
                let words =
                    "What runs the tests is told to leave some out, or to report something else."
                        .to_owned();
                found.comes(Rule::RunnerTampered, (file.path(), line), words, text);
            } else if matches(&ENDS, code) && !may_end(file, side, line, code) {
                let words =
                    "The process ends here by itself: a run of tests that comes by stops with it."
                        .to_owned();
                found.comes(Rule::RunnerTampered, (file.path(), line), words, text);
            }
        }
        always_equal(file, side, found);
    }
}

fn matches(regex: &LazyLock<Option<Regex>>, code: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(code))
}

/// Whether what stands there is a program's entrance, or gives the tests' own result.
fn may_end(file: &Compared<'_>, side: &Source<'_>, line: u32, code: &str) -> bool {
    let stem = |part: &str| part.split('.').next().unwrap_or(part).to_ascii_lowercase();
    let is_program = file.path().split('/').any(|part| PROGRAMS.contains(&stem(part).as_str()));
    let function = side.function_at(line).map(|function| function.name.as_str());
    let is_entrance = function.is_some_and(|name| {
        name == "main" || name == "run" || name == "cli" || name.starts_with("main")
    });
    let is_main = side.lines.iter().take(line as usize).any(|line| line.contains("__name__ =="))
        && function.is_none();
    let is_result = code.contains("m.Run()") || code.contains("unittest.main");
    let is_setup_of_tests = file.is_test && !code.contains("m.Run()");
    (is_program && !is_setup_of_tests) || is_entrance || is_main || is_result
}

/// `__eq__` that is always true passes each comparison.
fn always_equal(file: &Compared<'_>, side: &Source<'_>, found: &mut Found) {
    for function in side
        .functions
        .iter()
        .filter(|one| matches!(one.name.as_str(), "__eq__" | "equals" | "Equal"))
    {
        let does: String = function
            .body
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '{' | '}' | ';'))
            .collect();
        let is_new = (function.line..=function.end).any(|line| file.is_come(line));
        if is_new && matches!(does.as_str(), "returnTrue" | "returntrue" | "true") {
            let words = format!(
                "`{}` says that everything is equal: each comparison with it passes.",
                function.name
            );
            let after = side.excerpt(function.line, function.end);
            found.findings.push(finding(
                Rule::RunnerTampered,
                spot(file.path(), function.line),
                words,
                "",
                &after,
            ));
        }
    }
}
