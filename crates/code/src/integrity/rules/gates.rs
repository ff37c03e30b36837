//! Steps of CI that went, or that may fail.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::bypass::{passes_anyhow, passes_by};
use super::files::is_workflow;
use super::finding;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::{Found, gone};

/// What makes a step or a job of CI not count.
static UNCOUNTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:-\s+)?(?:continue-on-error:\s*true|allow_failure:\s*true|if:\s*(?:false|\$\{\{\s*false)|when:\s*(?:manual|never)|fail_ci_if_error:\s*false|ignore_failure:\s*true|soft_fail:\s*true)").ok()
});

/// A command of CI that checks something.
static COMMAND: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:test|tests|pytest|tox|nox|jest|vitest|lint|eslint|ruff|mypy|pyright|clippy|check|fmt|tsc|typecheck|coverage|codecov|audit|golangci-lint|vet|verify|cargo-deny|cargo deny|sonar|codeql|pre-commit)\b").ok()
});

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for file in
        change.files.iter().filter(|file| !is_hook(file) && (is_workflow(file) || is_action(file)))
    {
        let Some(new) = &file.new else {
            if file.old.as_ref().is_some_and(|old| old.lines.iter().any(|line| checks(line))) {
                let words = "A workflow that checked something is gone.".to_owned();
                found.findings.push(finding(
                    Rule::GateWeakened,
                    gone(file.path(), 1),
                    words,
                    "",
                    "",
                ));
            }
            continue;
        };
        for (line, text) in file.come_lines().filter(|(_, text)| !change.is_moved(text)) {
            let code = new.code(line);
            let is_uncounted = UNCOUNTED.as_ref().is_some_and(|regex| regex.is_match(code));
            if !file.file.is_new() && is_uncounted {
                let words = "A step of CI may fail without anybody being told.".to_owned();
                found.comes(Rule::GateWeakened, (file.path(), line), words, text);
            } else if passes_anyhow(code) || passes_by(code) {
                let words = "A command of CI cannot fail any more.".to_owned();
                found.comes(Rule::GateWeakened, (file.path(), line), words, text);
            }
        }
        removed(file, found);
    }
}

/// Hooks of git are scripts: those are another rule's.
fn is_hook(file: &Compared<'_>) -> bool {
    [".husky/", ".githooks/"].iter().any(|folder| file.path().starts_with(folder))
}

fn is_action(file: &Compared<'_>) -> bool {
    file.name() == "action.yml" || file.name() == "action.yaml"
}

fn checks(line: &str) -> bool {
    let is_comment = line.trim_start().starts_with('#');
    !is_comment
        && COMMAND.as_ref().is_some_and(|regex| regex.is_match(line))
        && command(line).is_some()
}

/// The command of a line: after `run:`, `- `, or alone in a block; of an action, its name.
fn command(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches("- ");
    let is_name = [
        "name:",
        "uses: actions/",
        "on:",
        "if:",
        "needs:",
        "with:",
        "env:",
        "stage:",
        "key:",
        "path:",
        "branches:",
    ];
    if is_name.iter().any(|name| line.starts_with(name))
        || (line.ends_with(':') && !line.contains(' '))
    {
        return None;
    }
    let command = line
        .strip_prefix("run:")
        .or_else(|| line.strip_prefix("id:"))
        .or_else(|| line.strip_prefix("uses:"))
        .unwrap_or(line)
        .trim();
    (!command.is_empty() && command != "|").then_some(command)
}

/// Options by which a command takes more for a failure.
const STRICT: &[&str] = &[
    "-D warnings",
    "-Dwarnings",
    "--strict",
    "-Werror",
    "--max-warnings",
    "--cov-fail-under",
    "--fail-under",
];

/// What a line of CI checks with: `pytest`, `lint`.
fn tools(line: &str) -> Vec<String> {
    let Some(command) = command(line).filter(|_| !line.trim_start().starts_with('#')) else {
        return Vec::new();
    };
    let installs = ["install", "npm ci", "uv sync", "apt-get", "poetry add", "bundle config"];
    if installs.iter().any(|word| command.contains(word)) {
        return Vec::new();
    }
    let found = COMMAND.iter().flat_map(|regex| regex.find_iter(command));
    found.map(|found| found.as_str().to_ascii_lowercase()).collect()
}

/// Commands that check something with what the file does not use any more.
fn removed(file: &Compared<'_>, found: &mut Found) {
    let Some(new) = &file.new else { return };
    let has: Vec<String> = new.lines.iter().flat_map(|line| tools(line)).collect();
    for (line, text) in file.gone_lines() {
        let lost = tools(text).into_iter().find(|tool| !has.contains(tool));
        let is_strict = |option: &&&str| {
            text.contains(**option) && !new.lines.iter().any(|line| line.contains(**option))
        };
        let words = match (lost, STRICT.iter().find(is_strict)) {
            (Some(tool), _) => format!("CI does not run `{tool}` any more."),
            (None, Some(option)) if command(text).is_some() => {
                format!("A command of CI is not told `{option}` any more.")
            }
            _ => continue,
        };
        found.goes(Rule::GateWeakened, (file.path(), line), words, text);
    }
}
