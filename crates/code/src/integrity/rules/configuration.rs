//! Thresholds and lints that let more through.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::finding;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::source::Source;
use crate::integrity::{Found, spot};

/// Names of numbers below which a gate closes.
const LEAST: &str = r"fail[_-]under|cov-fail-under|branches|functions|lines|statements|target|min[_-]?coverage|minimum|threshold_min|score";
/// Names of numbers above which it closes.
const MOST: &str = r"max[_-]warnings|max[_-]complexity|max[_-]line[_-]length|line-length|complexity|max-lines|max-depth|too-many-lines-threshold|cognitive-complexity-threshold|max-args";

static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(r#"(?i)(?:--)?["']?\b(?:(?P<least>{LEAST})|(?P<most>{MOST}))\b["']?\s*[:= ]\s*\[?["']?(?P<number>\d+(?:\.\d+)?)"#)).ok()
});

/// `name: level`, with a level of a linter.
static LEVEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^\s*["']?(?P<name>[@\w/.-]+)["']?\s*[:=]\s*(?:\[\s*|\{\s*level\s*=\s*)?["']?(?P<level>off|warn|warning|error|allow|deny|forbid|[012])\b["']?"#).ok()
});

/// A switch with its state.
static SWITCH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)^\s*["']?(?P<name>[\w-]+)["']?\s*[:=]\s*(?P<state>true|false)\b"#).ok()
});

/// Switches that make a checker strict.
const STRICT: &[&str] = &[
    "strict",
    "noimplicitany",
    "strictnullchecks",
    "strictfunctiontypes",
    "noimplicitthis",
    "alwaysstrict",
    "nounusedlocals",
    "nounusedparameters",
    "noimplicitreturns",
    "nofallthroughcasesinswitch",
    "nouncheckedindexedaccess",
    "strictpropertyinitialization",
    "useunknownincatchvariables",
    "exactoptionalpropertytypes",
    "disallow_untyped_defs",
    "disallow_incomplete_defs",
    "check_untyped_defs",
    "no_implicit_optional",
    "warn_return_any",
    "warn_unused_ignores",
    "warn_unreachable",
    "xfail_strict",
    "check-coverage",
    "checkcoverage",
    "disallow_any_generics",
    "strict_equality",
    "strictbindcallapply",
    "noimplicitoverride",
    "typechecked",
    "checkjs",
];

/// Switches that make it lenient.
const LENIENT: &[&str] = &[
    "ignore_errors",
    "ignore_missing_imports",
    "skiplibcheck",
    "ignorebuilderrors",
    "ignoreduringbuilds",
    "allowunreachablecode",
    "allowunusedlabels",
    "suppressimplicitanyindexerrors",
    "passwithnotests",
    "allow_untyped_defs",
    "allow_redefinition",
    "skip_covered",
    "exit-zero",
    "informational",
];

/// Lists of what is checked, and of what is not.
const CHECKED: &[&str] = &["select", "extend-select", "enable", "enabled", "enable-all"];
const UNCHECKED: &[&str] = &[
    "ignore",
    "extend-ignore",
    "disable",
    "disabled",
    "exclude",
    "extend-exclude",
    "omit",
    "testPathIgnorePatterns",
    "ignorePatterns",
    "coveragePathIgnorePatterns",
    "per-file-ignores",
    "collect_ignore",
    "norecursedirs",
    "disable_error_code",
    "skip",
    "ignores",
];

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for file in change.files.iter().filter(|file| is_configuration(file.name()) && !file.is_foreign)
    {
        let (Some(old), Some(new)) = (&file.old, &file.new) else { continue };
        numbers(file, old, new, found);
        levels(file, old, new, found);
        switches(file, old, new, found);
        lists(file, old, new, found);
    }
}

fn is_configuration(name: &str) -> bool {
    let names = [
        "pyproject.toml",
        "setup.cfg",
        ".coveragerc",
        "tox.ini",
        "pytest.ini",
        "mypy.ini",
        ".mypy.ini",
        "ruff.toml",
        ".ruff.toml",
        ".flake8",
        ".pylintrc",
        "package.json",
        ".nycrc",
        ".nycrc.json",
        ".c8rc.json",
        "codecov.yml",
        ".codecov.yml",
        "codecov.yaml",
        ".coveralls.yml",
        "Cargo.toml",
        "clippy.toml",
        ".clippy.toml",
        "deny.toml",
        "biome.json",
        "biome.jsonc",
        ".oxlintrc.json",
        "sonar-project.properties",
        "pyrightconfig.json",
        ".pre-commit-config.yaml",
        ".eslintignore",
    ];
    let begins = [
        "jest.config.",
        "vitest.config.",
        "vite.config.",
        "tsconfig",
        ".eslintrc",
        "eslint.config.",
        ".golangci.",
        "nyc.config.",
        ".mocharc",
        "karma.conf",
        "playwright.config.",
        "next.config.",
    ];
    names.contains(&name) || begins.iter().any(|begin| name.starts_with(begin))
}

/// How much a gate lets through, by its name: the lower bound's opposite, or the upper bound.
fn bounds(line: &str) -> Vec<(String, f64)> {
    let captured = NUMBERS.iter().flat_map(|regex| regex.captures_iter(line));
    let bound = |captured: regex::Captures<'_>| {
        let (name, sign) = match (captured.name("least"), captured.name("most")) {
            (Some(name), _) => (name, -1.0),
            (None, Some(name)) => (name, 1.0),
            (None, None) => return None,
        };
        Some((name.as_str().to_ascii_lowercase(), captured["number"].parse::<f64>().ok()? * sign))
    };
    captured.filter_map(bound).collect()
}

fn numbers(file: &Compared<'_>, old: &Source<'_>, new: &Source<'_>, found: &mut Found) {
    for hunk in &file.hunks {
        let before: Vec<(String, f64, u32)> = hunk
            .old
            .clone()
            .flat_map(|line| {
                bounds(raw(old, line)).into_iter().map(move |(name, value)| (name, value, line))
            })
            .collect();
        let after: Vec<(String, f64, u32)> = hunk
            .new
            .clone()
            .flat_map(|line| {
                bounds(raw(new, line)).into_iter().map(move |(name, value)| (name, value, line))
            })
            .collect();
        let mut left = after.clone();
        for (name, was, line) in before {
            let at = left.iter().position(|(other, ..)| *other == name);
            match at.map(|at| left.remove(at)) {
                Some((_, is, now)) if is > was => {
                    let words = format!(
                        "A gate lets more through: `{name}` went from {} to {}.",
                        was.abs(),
                        is.abs()
                    );
                    found.findings.push(finding(
                        Rule::GateWeakened,
                        spot(file.path(), now),
                        words,
                        old.line(line),
                        new.line(now),
                    ));
                }
                None if hunk.new.is_empty() || left.is_empty() => {
                    let words = format!("A gate is gone: `{name}`.");
                    found.goes(Rule::GateWeakened, (file.path(), line), words, old.line(line));
                }
                _ => {}
            }
        }
    }
}

/// A line without its comment, with its texts.
fn raw<'s>(side: &Source<'s>, line: u32) -> &'s str {
    if side.code(line).trim().is_empty() { "" } else { side.line(line) }
}

fn level(line: &str) -> Option<(String, u8)> {
    let captured = LEVEL.as_ref()?.captures(line)?;
    let level = match &captured["level"] {
        "off" | "allow" | "0" => 0,
        "warn" | "warning" | "1" => 1,
        "error" | "deny" | "2" => 2,
        _ => 3,
    };
    Some((captured["name"].to_owned(), level))
}

fn levels(file: &Compared<'_>, old: &Source<'_>, new: &Source<'_>, found: &mut Found) {
    let of = |side: &Source<'_>, line: u32| level(raw(side, line));
    let after: BTreeMap<String, (u8, u32)> = file
        .come_lines()
        .filter_map(|(line, _)| of(new, line).map(|(name, level)| (name, (level, line))))
        .collect();
    let still: Vec<String> = (1u32..)
        .zip(&new.lines)
        .filter_map(|(line, _)| of(new, line))
        .map(|(name, _)| name)
        .collect();
    for (line, text) in file.gone_lines() {
        let Some((name, was)) = of(old, line) else { continue };
        match after.get(&name) {
            Some((is, now)) if *is < was => {
                let words = format!("A lint lets more through: `{name}`.");
                found.findings.push(finding(
                    Rule::GateWeakened,
                    spot(file.path(), *now),
                    words,
                    text,
                    new.line(*now),
                ));
            }
            None if was > 0 && !still.contains(&name) && is_lint_file(file, old, line) => {
                let words = format!("A lint is gone: `{name}`.");
                found.goes(Rule::GateWeakened, (file.path(), line), words, text);
            }
            _ => {}
        }
    }
    let had: Vec<String> = (1u32..)
        .zip(&old.lines)
        .filter_map(|(line, _)| of(old, line))
        .map(|(name, _)| name)
        .collect();
    for (name, (level, line)) in &after {
        if *level == 0 && !had.contains(name) && is_lint_file(file, new, *line) {
            let words = format!("A lint is switched off: `{name}`.");
            found.comes(Rule::GateWeakened, (file.path(), *line), words, new.line(*line));
        }
    }
}

/// Whether a line speaks of lints: of a file about nothing else, or in a section of them.
fn is_lint_file(file: &Compared<'_>, side: &Source<'_>, line: u32) -> bool {
    let name = file.name();
    let about = ["eslint", "oxlint", "biome", "deny.toml"].iter().any(|word| name.contains(word));
    let mut before = (1..=line).rev().map(|line| side.line(line).trim());
    about
        || before.find(|line| line.starts_with('[')).is_some_and(|section| section.contains("lint"))
}

fn switch(line: &str) -> Option<(String, bool)> {
    let captured = SWITCH.as_ref()?.captures(line)?;
    Some((captured["name"].to_ascii_lowercase(), captured["state"].eq_ignore_ascii_case("true")))
}

fn switches(file: &Compared<'_>, old: &Source<'_>, new: &Source<'_>, found: &mut Found) {
    let all = |side: &Source<'_>| -> BTreeMap<String, bool> {
        (1u32..).zip(&side.lines).filter_map(|(line, _)| switch(raw(side, line))).collect()
    };
    let (had, has) = (all(old), all(new));
    for (line, text) in file.come_lines() {
        let Some((name, state)) = switch(raw(new, line)) else { continue };
        let is_off = STRICT.contains(&name.as_str()) && !state && had.get(&name) != Some(&false);
        let is_lenient = LENIENT.contains(&name.as_str()) && state && had.get(&name) != Some(&true);
        if is_off || is_lenient {
            let words = format!("A checker is told to let more through: `{name}`.");
            found.comes(Rule::GateWeakened, (file.path(), line), words, text);
        }
    }
    for (line, text) in file.gone_lines() {
        let Some((name, state)) = switch(raw(old, line)) else { continue };
        if STRICT.contains(&name.as_str()) && state && !has.contains_key(&name) {
            let words = format!("A checker is not told to be strict any more: `{name}`.");
            found.goes(Rule::GateWeakened, (file.path(), line), words, text);
        }
    }
}

/// The items of lists, by the list's name, each with its line.
fn items(side: &Source<'_>) -> BTreeMap<(String, String), u32> {
    let mut found = BTreeMap::new();
    let mut list = String::new();
    for (line, number) in side.lines.iter().zip(1u32..) {
        if side.code(number).trim().is_empty() {
            continue;
        }
        let trimmed = line.trim();
        let begins = trimmed.split_once(['=', ':']).filter(|(name, _)| {
            let name = name.trim().trim_matches(['"', '\'']);
            CHECKED.contains(&name) || UNCHECKED.contains(&name)
        });
        let values = match begins {
            Some((name, values)) => {
                name.trim().trim_matches(['"', '\'']).clone_into(&mut list);
                values
            }
            None if trimmed.starts_with('-') || trimmed.starts_with(['"', '\'']) => {
                trimmed.trim_start_matches("- ")
            }
            None if trimmed.starts_with([']', '[']) || trimmed.contains([':', '=']) => {
                list.clear();
                continue;
            }
            None => trimmed,
        };
        if list.is_empty() {
            continue;
        }
        for value in values
            .split([',', ' '])
            .map(|value| value.trim_matches(['"', '\'', '[', ']', ' ', ';']))
        {
            if !value.is_empty() {
                found.insert((list.clone(), value.to_owned()), number);
            }
        }
        if values.contains(']') {
            list.clear();
        }
    }
    found
}

fn lists(file: &Compared<'_>, old: &Source<'_>, new: &Source<'_>, found: &mut Found) {
    let is_read = [
        "ruff",
        "golangci",
        "pyproject",
        "setup.cfg",
        "flake8",
        "pylintrc",
        "eslint",
        "jest",
        "vitest",
        "coveragerc",
        "tox.ini",
        "mypy",
        "biome",
    ];
    if !is_read.iter().any(|word| file.name().contains(word)) {
        return;
    }
    let (had, has) = (items(old), items(new));
    let gone_items = had.iter().filter(|(key, line)| {
        CHECKED.contains(&key.0.as_str()) && !has.contains_key(*key) && file.is_gone(**line)
    });
    for ((list, item), line) in gone_items {
        let words = format!("`{item}` is not checked any more (`{list}`).");
        found.goes(Rule::GateWeakened, (file.path(), *line), words, old.line(*line));
    }
    let come_items = has.iter().filter(|(key, line)| {
        UNCHECKED.contains(&key.0.as_str()) && !had.contains_key(*key) && file.is_come(**line)
    });
    for ((list, item), line) in come_items {
        let words = format!("`{item}` is left out of a check (`{list}`).");
        found.comes(Rule::GateWeakened, (file.path(), *line), words, new.line(*line));
    }
}
