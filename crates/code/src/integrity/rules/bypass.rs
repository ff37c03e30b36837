//! Checks that scripts run so that they cannot fail.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::files::is_workflow;
use crate::integrity::Found;
use crate::integrity::compared::{Change, Compared};

/// What checks are called by.
static CHECKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:pytest|unittest|tox|nox|jest|vitest|mocha|ava|playwright|eslint|biome|prettier|tsc|mypy|pyright|ruff|flake8|pylint|black|isort|bandit|golangci-lint|staticcheck|rubocop|rspec|phpunit|shellcheck|hadolint|lint|test|tests|check|clippy|typecheck|coverage|verify|audit|vet|fmt)\b",
    )
    .ok()
});

/// What makes a command pass whatever it comes to.
static ANYHOW: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\|\|\s*(?:true|:|exit 0|echo\b)|;\s*true\s*$|;\s*exit 0\s*$|--exit-zero\b|--passWithNoTests\b|--pass-with-no-tests\b|--no-error-on-unmatched-pattern\b|--exit-code\s*=?\s*0\b").ok()
});

/// What passes hooks by.
static PAST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\bgit\b.*\s--no-verify\b|\bHUSKY=0\b|\bSKIP=\w|\bgit commit\b.*\s-n\b").ok()
});

/// Whether a command is a check that cannot fail.
pub(super) fn passes_anyhow(command: &str) -> bool {
    let is_check = || CHECKS.as_ref().is_some_and(|regex| regex.is_match(before_or(command)));
    ANYHOW.as_ref().is_some_and(|regex| regex.is_match(command)) && is_check()
}

/// Whether a command passes hooks by.
pub(super) fn passes_by(command: &str) -> bool {
    PAST.as_ref().is_some_and(|regex| regex.is_match(command))
}

fn before_or(command: &str) -> &str {
    command.split("||").next().unwrap_or(command)
}

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for (file, side) in change.written().filter(|(file, _)| is_script(file)) {
        let is_make = matches!(file.name(), "Makefile" | "GNUmakefile" | "makefile")
            || file.name().ends_with(".mk");
        for (line, text) in file.come_lines().filter(|(_, text)| !change.is_moved(text)) {
            let code = side.code(line);
            let is_ignored = is_make
                && code.starts_with("\t-")
                && CHECKS.as_ref().is_some_and(|regex| regex.is_match(code));
            if passes_anyhow(code) || passes_by(code) || is_ignored {
                let words = "A check is run so that it cannot fail, or is passed by.".to_owned();
                found.comes(Rule::Bypass, (file.path(), line), words, text);
            }
        }
    }
}

/// Whether a file holds commands.
fn is_script(file: &Compared<'_>) -> bool {
    let name = file.name();
    let by_end = [".sh", ".bash", ".zsh", ".mk", ".ps1"];
    let by_name = [
        "Makefile",
        "GNUmakefile",
        "makefile",
        "justfile",
        "Justfile",
        "Taskfile.yml",
        "package.json",
        "tox.ini",
        "noxfile.py",
        "Dockerfile",
        "composer.json",
    ];
    let is_hook = file.path().starts_with(".husky/") || file.path().starts_with(".githooks/");
    let is_first_line = file
        .new
        .as_ref()
        .is_some_and(|side| side.line(1).starts_with("#!") && side.language.is_none());
    is_hook
        || ((by_end.iter().any(|end| name.ends_with(end))
            || by_name.contains(&name)
            || is_first_line)
            && !is_workflow(file))
}
