//! The words of claims, by what they do in a sentence.

use super::Verb;
use super::sentence::{Kind, Word};

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

/// Small numbers that are written out.
pub(super) const NUMBERS: [&str; 9] =
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

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
pub(super) const TROUBLE: [&str; 25] = [
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
    "complaint",
    "complaints",
    "finding",
    "findings",
    "violation",
    "violations",
    "offense",
    "offenses",
    "offences",
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
pub(super) const AHEAD: [&str; 24] = [
    "will", "i'll", "we'll", "you'll", "it'll", "going", "need", "needs", "want", "let's", "let",
    "until", "please", "can", "must", "if", "unless", "provided", "whether", "supposed", "you",
    "plan", "next", "try",
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

pub(super) const VERIFIED: [&str; 17] = [
    "verifying",
    "confirming",
    "validating",
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
    // `f(x)` names `f`.
    let bare = match name.split_once('(') {
        Some((bare, rest)) if rest.ends_with(')') && !bare.contains(' ') => bare,
        _ => name,
    };
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
