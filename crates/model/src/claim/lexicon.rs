//! The words of claims, by what they do in a sentence.

use super::Verb;
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

/// What can be said to compile.
pub(super) const COMPILED: [&str; 15] = [
    "it",
    "code",
    "project",
    "everything",
    "crate",
    "package",
    "app",
    "workspace",
    "binary",
    "application",
    "library",
    "repo",
    "frontend",
    "backend",
    "site",
];

/// Ways to say that it passes.
pub(super) const PASSING: [&str; 13] = [
    "pass",
    "passes",
    "passed",
    "passing",
    "green",
    "succeed",
    "succeeds",
    "succeeded",
    "successful",
    "clean",
    "cleanly",
    "ok",
    "okay",
];

/// Ways to say that it does not.
pub(super) const FAILING: [&str; 11] = [
    "fail", "fails", "failed", "failing", "failure", "failures", "broken", "red", "errored",
    "errors", "error",
];

/// Nothing of what follows.
pub(super) const NONE: [&str; 8] =
    ["no", "zero", "0", "without", "none", "never", "nothing", "any"];

/// What there may be none of.
pub(super) const TROUBLE: [&str; 16] = [
    "error",
    "errors",
    "failure",
    "failures",
    "warning",
    "warnings",
    "issue",
    "issues",
    "problem",
    "problems",
    "failing",
    "failed",
    "fail",
    "regression",
    "regressions",
    "diagnostics",
];

pub(super) const NEGATIONS: [&str; 24] = [
    "not",
    "never",
    "cannot",
    "can't",
    "couldn't",
    "didn't",
    "don't",
    "doesn't",
    "won't",
    "isn't",
    "aren't",
    "wasn't",
    "weren't",
    "haven't",
    "hasn't",
    "hadn't",
    "unable",
    "neither",
    "nor",
    "without",
    "shouldn't",
    "wouldn't",
    "nothing",
    "none",
];

/// What is only thought to be so.
pub(super) const UNSURE: [&str; 20] = [
    "should",
    "probably",
    "likely",
    "presumably",
    "hopefully",
    "expect",
    "expected",
    "believe",
    "think",
    "assume",
    "assuming",
    "seem",
    "seems",
    "appear",
    "appears",
    "might",
    "may",
    "would",
    "could",
    "ideally",
];

/// What is to come, or for somebody else to do.
pub(super) const AHEAD: [&str; 25] = [
    "will", "i'll", "we'll", "you'll", "it'll", "going", "need", "needs", "want", "let's", "let",
    "once", "until", "please", "can", "must", "if", "unless", "provided", "whether", "supposed",
    "you", "plan", "next", "try",
];

/// What was so, and is said of another time or place.
pub(super) const BEFORE: [&str; 14] = [
    "previously",
    "originally",
    "initially",
    "formerly",
    "earlier",
    "before",
    "used",
    "main",
    "master",
    "upstream",
    "baseline",
    "was",
    "were",
    "had",
];

/// What says of failures that they are known, or not of this work.
pub(super) const EXCEPTED: [&str; 18] = [
    "except",
    "excepting",
    "apart",
    "aside",
    "besides",
    "excluding",
    "ignoring",
    "pre-existing",
    "preexisting",
    "unrelated",
    "flaky",
    "environmental",
    "environment",
    "known",
    "already",
    "other",
    "otherwise",
    "minus",
];

pub(super) const RAN: [&str; 7] =
    ["ran", "re-ran", "reran", "executed", "re-executed", "rerun", "re-run"];

pub(super) const VERIFIED: [&str; 14] = [
    "verified",
    "confirmed",
    "validated",
    "tested",
    "checked",
    "ensured",
    "reverified",
    "re-verified",
    "double-checked",
    "proved",
    "verifies",
    "confirms",
    "demonstrates",
    "verify",
];

const ALL: [&str; 8] =
    ["all", "every", "full", "entire", "whole", "complete", "everything", "each"];

/// Words before "tests" that leave open which.
const PLAIN: [&str; 44] = [
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
    if before.iter().any(|word| word.is_in(&SOME)) || is_special {
        Extent::Some
    } else if before.iter().any(|word| word.is_in(&ALL)) {
        Extent::All
    } else {
        Extent::Unsaid
    }
}

/// How a verb of change stands in its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Past,
    Third,
    Gerund,
    Bare,
}

/// Verbs of change by their stem: what is added to it tells the form.
const VERBS: [(Verb, &[&str]); 4] = [
    (
        Verb::Added,
        &["add", "implement", "introduc", "creat", "writ", "wrot", "defin", "insert", "register"],
    ),
    (
        Verb::Changed,
        &[
            "modif", "updat", "chang", "refactor", "replac", "rewrit", "rewrot", "adjust",
            "extend", "edit", "touch", "alter", "tweak", "simplif", "convert", "patch", "switch",
            "wrap", "improv", "correct", "fix",
        ],
    ),
    (Verb::Removed, &["remov", "delet", "drop"]),
    (Verb::Renamed, &["renam", "mov"]),
];

/// The change that a word means, and its form.
pub(super) fn change(word: &Word<'_>) -> Option<(Verb, Form)> {
    if word.kind != Kind::Plain {
        return None;
    }
    let small = word.small.as_str();
    VERBS.iter().find_map(|(verb, stems)| {
        let rest = stems.iter().find_map(|stem| small.strip_prefix(stem).map(|rest| (*stem, rest)));
        let (stem, rest) = rest?;
        let form = match rest {
            "ed" | "d" | "ied" | "ped" | "ten" | "tten" => Form::Past,
            "e" if matches!(stem, "wrot" | "rewrot") => Form::Past,
            "s" | "es" | "ies" => Form::Third,
            "ing" | "ying" | "ting" | "ping" => Form::Gerund,
            "" | "e" | "y" => Form::Bare,
            _ => return None,
        };
        Some((*verb, form))
    })
}

/// Whether a name may be looked up: a path or a symbol, no piece of code.
pub(super) fn is_reference(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "_:.#/-@$~".contains(c);
    let bare = name.strip_suffix("()").unwrap_or(name);
    bare.starts_with(|c: char| c.is_alphabetic() || "_./@~$".contains(c))
        && !bare.starts_with("--")
        && bare.chars().all(is_part)
        && bare.chars().any(char::is_alphabetic)
        && !matches!(
            bare,
            "None" | "True" | "False" | "null" | "true" | "false" | "undefined" | "self" | "this"
        )
}

/// Whether a name is a file's or a folder's, by its form.
pub(super) fn is_path(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_known = matches!(
        ending,
        "py" | "rs"
            | "ts"
            | "tsx"
            | "js"
            | "jsx"
            | "mjs"
            | "cjs"
            | "go"
            | "java"
            | "kt"
            | "rb"
            | "php"
            | "c"
            | "h"
            | "cc"
            | "cpp"
            | "hpp"
            | "cs"
            | "swift"
            | "svelte"
            | "vue"
            | "css"
            | "scss"
            | "html"
            | "md"
            | "rst"
            | "txt"
            | "toml"
            | "yaml"
            | "yml"
            | "json"
            | "lock"
            | "cfg"
            | "ini"
            | "sh"
            | "sql"
            | "xml"
            | "csv"
            | "snap"
            | "pyi"
            | "pyx"
            | "ex"
            | "exs"
    );
    is_known || name.contains('/') && !name.contains("::") && !name.ends_with("()")
}
