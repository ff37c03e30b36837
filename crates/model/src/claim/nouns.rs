//! Nouns that mean a check or a script, and how much of it is meant.

use super::lexicon::NUMBERS;
use super::sentence::{Kind, Word};
use crate::check::CheckKind::{self, Build, Format, Lint, Test, Types};
use crate::check::command::{check_kind, program_kind};
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
            "test-suite",
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
            "phpunit",
            "minitest",
            "ctest",
            "unittest",
            "xctest",
            "junit",
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
            "vue-tsc",
            "phpstan",
        ],
    ),
    (
        Lint,
        &[
            "lint",
            "lints",
            "linter",
            "linters",
            "linting",
            "eslint",
            "clippy",
            "ruff",
            "flake8",
            "rubocop",
            "pylint",
            "golangci-lint",
            "oxlint",
            "stylelint",
            "ktlint",
            "shellcheck",
            "swiftlint",
            "checkstyle",
        ],
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
const PLAIN: [&str; 45] = [
    "production",
    "single",
    "still",
    "the",
    "all",
    "existing",
    "my",
    "our",
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
            if let Some(tool) = tool(words, at).filter(|_| !is_thing) {
                return Some(tool);
            }
            let before = at.checked_sub(1).map(|before| &words[before]);
            let is_all = before.is_some_and(|before| before.is_in(&ALL));
            match small {
                // "types: no errors"
                "types" | "typing" | "format" if heads(words, at) => {
                    let kind = if small == "format" { Format } else { Types };
                    Some((Noun::Check(Some(kind), None), 1))
                }
                "checks" | "check" if is_all => Some((Noun::Check(None, None), 1)),
                "everything" => Some((Noun::Check(None, None), 1)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Programs that check, and whose names are words of their own: they are meant only where they are written as code.
const ORDINARY: [&str; 32] = [
    "standard", "flow", "tap", "tape", "prove", "revive", "typos", "ava", "karma", "nox", "swc",
    "cc", "gcc", "parcel", "ninja", "credo", "selene", "bandit", "vulture", "glint", "busted",
    "pest", "cucumber", "behave", "clang", "xo", "tox", "sorbet", "pyre", "psalm", "detekt",
    "rollup",
];

/// A tool that checks, by its name in running text: "staticcheck", "pre-commit", "go vet".
fn tool(words: &[Word<'_>], at: usize) -> Option<(Noun, usize)> {
    const HOOKS: [&str; 3] = ["pre-commit", "lefthook", "prek"];
    const DRIVERS: [&str; 9] =
        ["go", "cargo", "npm", "pnpm", "yarn", "ruff", "biome", "terraform", "dotnet"];
    let small = words[at].small.as_str();
    if HOOKS.contains(&small) {
        let has_hooks = words.get(at + 1).is_some_and(|next| next.is_in(&["hook", "config"]));
        let takes = if words.get(at + 1).is_some_and(|next| next.is("hooks")) { 2 } else { 1 };
        let found = Noun::Check(Some(Lint), Some(small.to_owned()));
        return (!has_hooks).then_some((found, takes));
    }
    if !ORDINARY.contains(&small)
        && let Some(kind) = program_kind(small)
    {
        return Some((Noun::Check(Some(kind), Some(small.to_owned())), 1));
    }
    let next = words.get(at + 1).filter(|next| next.kind == Kind::Plain)?;
    let is_noun = CHECK_NOUNS.iter().any(|(_, nouns)| nouns.contains(&next.small.as_str()));
    if !DRIVERS.contains(&small) || is_noun {
        return None;
    }
    let command = format!("{small} {}", next.small);
    let kind = CommandLine::parse(&command).commands.iter().find_map(check_kind)?;
    Some((Noun::Check(Some(kind), Some(command)), 2))
}

/// Whether a word begins its item, or a cell, and what follows is said of it: "types: …", "| types | …".
fn heads(words: &[Word<'_>], at: usize) -> bool {
    let is_first = words[..at].iter().all(|word| matches!(word.kind, Kind::Mark | Kind::Good));
    is_first && words.get(at + 1).is_some_and(|next| next.is_in(&[":", "|"]))
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
        // "SwiftLint" is `swiftlint`.
        None => {
            let small = text.to_lowercase();
            let kind = CHECK_NOUNS.iter().find(|(_, nouns)| nouns.contains(&small.as_str()))?.0;
            (small != text).then_some(Noun::Check(Some(kind), Some(small)))
        }
        _ => None,
    }
}

/// What the words before a check's noun say of how much of it is meant.
pub(super) enum Extent {
    All,
    Some,
    /// The suite that goes by this word.
    Suite(String),
    Unsaid,
}

/// How much of the check at `at` the words from `from` on mean.
pub(super) fn extent(words: &[Word<'_>], from: usize, at: usize) -> Extent {
    let before = &words[from..at];
    let last = before.last();
    let is_one = words[at].is("test")
        && last.is_some_and(|last| last.is_in(&["the", "this", "that", "my", "its", "a"]))
        && !words.get(at + 1).is_some_and(|next| {
            next.is_in(&["suite", "suites", "run", "runs", "result", "results", "command"])
                || next.is_in(&[":", "cases", "output"])
        });
    let is_special = last.is_some_and(|last| {
        last.kind == Kind::Plain && !last.is_in(&PLAIN) && !last.is_in(&NUMBERS)
    });
    let is_whole =
        before.iter().any(|word| word.is_in(&ALL)) && before.iter().any(|word| word.is("existing"));
    if is_whole {
        Extent::All
    } else if is_one || before.iter().any(|word| word.is_in(&SOME)) {
        Extent::Some
    } else if let Some(last) = last.filter(|_| is_special) {
        Extent::Suite(last.text.to_owned())
    } else if before.iter().any(|word| word.is_in(&ALL)) {
        Extent::All
    } else {
        Extent::Unsaid
    }
}

/// What stands after "in", "on" and the like and leaves a check whole.
const WHOLE: [&str; 60] = [
    "repo",
    "repository",
    "project",
    "workspace",
    "codebase",
    "code",
    "branch",
    "tree",
    "whole",
    "entire",
    "full",
    "all",
    "every",
    "board",
    "everything",
    "change",
    "changes",
    "fix",
    "edit",
    "edits",
    "place",
    "refactor",
    "refactoring",
    "rebase",
    "merge",
    "rename",
    "update",
    "rewrite",
    "new",
    "errors",
    "error",
    "failures",
    "failure",
    "failing",
    "warnings",
    "warning",
    "issues",
    "issue",
    "problems",
    "regressions",
    "regression",
    "zero",
    "no",
    "0",
    "exit",
    "worktree",
    "checkout",
    "end",
    "summary",
    "short",
    "total",
    "result",
    "this",
    "that",
    "these",
    "mind",
    "good",
    "now",
    "it",
    "applied",
];

/// What bounds the check at `place` that is said to pass at `at`: "for the files I touched", "on Linux", "With the
/// server running, …". None where that leaves it whole.
pub(super) fn bound(words: &[Word<'_>], place: usize, at: usize) -> Option<String> {
    const PREPOSITIONS: [&str; 15] = [
        "in", "on", "under", "for", "against", "within", "inside", "with", "without", "at", "per",
        "given", "under", "from", "across",
    ];
    let is_stop = |word: &Word<'_>| word.is_break() || word.is_in(&["and", "so", "after"]);
    let from = place.min(at);
    let begin = words[..from].iter().rposition(|word| word.is_in(&[";", ":", "—", "|", "."]));
    let begin = begin.map_or(0, |found| found + 1);
    // Before the check, only a phrase that begins the sentence: others belong to a verb of their own.
    let leads = words.get(begin).is_some_and(|word| word.is_in(&PREPOSITIONS));
    let starts = leads.then_some(begin).into_iter().chain(
        (from..words.len())
            .take_while(|at| *at == from || !is_stop(&words[*at]))
            .filter(|at| words[*at].is_in(&PREPOSITIONS)),
    );
    for start in starts {
        let rest = &words[start + 1..];
        let len = rest
            .iter()
            .position(|word| is_stop(word) || word.is_in(&PREPOSITIONS))
            .unwrap_or(rest.len());
        let phrase = &rest[..len];
        let is_inner = words[start].is_in(&["in", "with", "within", "inside", "across"]);
        let is_named =
            is_inner && phrase.iter().any(|word| word.kind == Kind::Name && start > begin);
        let is_another = words[start].is("on") && phrase.iter().any(|word| word.kind == Kind::Name);
        let is_whole = phrase.is_empty()
            || !is_another
                && phrase.iter().any(|word| word.is_in(&WHOLE) || word.kind == Kind::Number)
            || phrase.iter().any(|word| word.small.ends_with("ing") && start > begin);
        if !is_whole && !is_named {
            let told: Vec<&str> = phrase.iter().map(|word| word.text).collect();
            return Some(told.join(" "));
        }
    }
    None
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
