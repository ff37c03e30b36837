//! Nouns that mean a check or a script, and how much of it is meant.

use super::sentence::{Kind, Word};
use crate::check::CheckKind::{self, Build, Format, Lint, Test, Types};
use crate::check::command::check_kind;
use crate::shell::CommandLine;

/// Nouns that mean a check, by the kind of check.
const CHECK_NOUNS: [(CheckKind, &[&str]); 5] = [
    (
        Test,
        &[
            "test",
            "tests",
            "suite",
            "suites",
            "testsuite",
            "spec",
            "specs",
            "doctest",
            "doctests",
            "unittests",
            "pytest",
            "jest",
            "vitest",
            "nextest",
            "mocha",
            "rspec",
            "playwright",
            "cypress",
            "tox",
        ],
    ),
    (Build, &["build", "builds", "compilation", "compile"]),
    (
        Types,
        &[
            "typecheck",
            "typechecks",
            "type-check",
            "type-checks",
            "typechecking",
            "type-checking",
            "tsc",
            "mypy",
            "pyright",
            "svelte-check",
        ],
    ),
    (
        Lint,
        &["lint", "lints", "linter", "linters", "linting", "eslint", "clippy", "ruff", "flake8"],
    ),
    (Format, &["formatting", "fmt", "prettier", "rustfmt", "gofmt", "formatter"]),
];

/// Words that make "type", "format" and the like into a check.
const CHECKING: [&str; 5] = ["check", "checks", "checker", "checking", "checkers"];

/// Nouns after "test" and the like that make it a thing and no check.
const THINGS: [&str; 33] = [
    "file",
    "files",
    "coverage",
    "data",
    "fixture",
    "fixtures",
    "helper",
    "helpers",
    "module",
    "modules",
    "class",
    "classes",
    "function",
    "functions",
    "method",
    "name",
    "names",
    "config",
    "configuration",
    "setup",
    "directory",
    "folder",
    "database",
    "client",
    "environment",
    "code",
    "rule",
    "rules",
    "target",
    "step",
    "artifacts",
    "output",
    "assertions",
];

const ALL: [&str; 8] =
    ["all", "every", "full", "entire", "whole", "complete", "everything", "each"];

/// Words before "tests" that leave open which.
const PLAIN: [&str; 46] = [
    "single",
    "still",
    "the",
    "all",
    "existing",
    "my",
    "our",
    "unit",
    "integration",
    "full",
    "entire",
    "whole",
    "complete",
    "and",
    "that",
    "of",
    "ran",
    "re-ran",
    "run",
    "running",
    "project",
    "project's",
    "every",
    "any",
    "its",
    "with",
    "executed",
    "verified",
    "confirmed",
    "ensured",
    "both",
    "these",
    "regression",
    "suite",
    "test",
    "repo's",
    "repository's",
    "no",
    "current",
    "actual",
    "automated",
    "by",
    "said",
    "or",
    "to",
    "those",
];

/// Words before "tests" that mean some of them.
const SOME: [&str; 22] = [
    "new",
    "added",
    "related",
    "relevant",
    "affected",
    "targeted",
    "these",
    "those",
    "some",
    "most",
    "my",
    "regression",
    "reproduction",
    "both",
    "specific",
    "focused",
    "selected",
    "updated",
    "its",
    "local",
    "own",
    "custom",
];

/// A noun of a sentence that may be said to pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Noun {
    /// A kind of check; none is all of them. With the command that names it.
    Check(Option<CheckKind>, Option<String>),
    /// What shows the fault.
    Script(Option<String>),
}

/// The check or script that the word at `at` means, and how many words name it.
pub(super) fn noun(words: &[Word<'_>], at: usize) -> Option<(Noun, usize)> {
    let word = &words[at];
    let next = words.get(at + 1);
    match word.kind {
        Kind::Name => named(word.text).map(|noun| (noun, 1)),
        Kind::Plain => {
            let small = word.small.as_str();
            let is_thing = next.is_some_and(|next| next.is_in(&THINGS));
            let is_script = next.is_some_and(|next| next.is_in(&["script", "scripts"]));
            if is_script && (is_fault(small) || matches!(small, "test" | "verification")) {
                return Some((Noun::Script(None), 2));
            }
            if is_own_script(words, at) {
                return Some((Noun::Script(None), 1));
            }
            if is_own_script(words, at) {
                return Some((Noun::Script(None), 1));
            }
            if matches!(small, "repro" | "reproducer" | "reproduction") {
                let takes =
                    if next.is_some_and(|next| next.is_in(&["case", "example"])) { 2 } else { 1 };
                return (!is_thing).then_some((Noun::Script(None), takes));
            }
            let is_checking = next.is_some_and(|next| next.is_in(&CHECKING));
            let kind = match small {
                "type" | "types" if is_checking => Some(Types),
                "format" | "style" if is_checking => Some(Format),
                _ => CHECK_NOUNS
                    .iter()
                    .find(|(_, nouns)| nouns.contains(&small))
                    .map(|(kind, _)| *kind),
            };
            if let Some(kind) = kind {
                let is_plain_thing = is_thing || is_script;
                return (!is_plain_thing)
                    .then_some((Noun::Check(Some(kind), None), if is_checking { 2 } else { 1 }));
            }
            let before = at.checked_sub(1).map(|before| &words[before]);
            let is_all = before.is_some_and(|before| before.is_in(&ALL));
            match small {
                "checks" if is_all => Some((Noun::Check(None, None), 1)),
                "everything" => Some((Noun::Check(None, None), 1)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_fault(word: &str) -> bool {
    matches!(word, "reproduction" | "repro" | "reproducing" | "reproducer")
}

/// What a name in backticks means: a command that checks, or a script.
fn named(text: &str) -> Option<Noun> {
    let line = CommandLine::parse(text);
    let kind = line.commands.iter().find_map(check_kind);
    let file = text.rsplit(['/', ' ']).next().unwrap_or(text);
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    let is_script = matches!(ending, "py" | "sh" | "js" | "ts" | "rb" | "mjs");
    let is_fault =
        ["repro", "verify", "demo", "check_", "debug"].iter().any(|part| stem.contains(part));
    match kind {
        _ if is_script && is_fault => Some(Noun::Script(Some(text.to_owned()))),
        Some(kind) if text.contains(' ') || !is_script => {
            Some(Noun::Check(Some(kind), Some(text.to_owned())))
        }
        _ => None,
    }
}

/// What the words before a check's noun say of how much of it is meant.
pub(super) enum Extent {
    All,
    Some,
    Unsaid,
}

/// How much of the check at `at` the words from `from` on mean.
pub(super) fn extent(words: &[Word<'_>], from: usize, at: usize) -> Extent {
    let before = &words[from..at];
    let last = before.last();
    let is_special =
        last.is_some_and(|last| last.kind == Kind::Plain && !PLAIN.contains(&last.small.as_str()));
    let is_whole =
        before.iter().any(|word| word.is_in(&ALL)) && before.iter().any(|word| word.is("existing"));
    if is_whole {
        Extent::All
    } else if before.iter().any(|word| word.is_in(&SOME)) || is_special {
        Extent::Some
    } else if before.iter().any(|word| word.is_in(&ALL)) {
        Extent::All
    } else {
        Extent::Unsaid
    }
}

/// "My own scripts", "a temporary script": what else would they show.
fn is_own_script(words: &[Word<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &words[before]);
    words[at].is_in(&["script", "scripts"])
        && before.is_some_and(|before| {
            before.is_in(&[
                "own",
                "temporary",
                "custom",
                "standalone",
                "small",
                "these",
                "those",
                "separate",
            ])
        })
}
