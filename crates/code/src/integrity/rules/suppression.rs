//! Warnings that are silenced at their place.

use callboard_model::receipt::Rule;

use crate::integrity::Found;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::source::Source;
use crate::language::Language;

/// What comments say to linters, type checkers and coverage, in lower case.
const COMMENTS: &[&str] = &[
    "noqa",
    "type: ignore",
    "type:ignore",
    "pylint: disable",
    "pylint:disable",
    "mypy: ignore",
    "pyright: ignore",
    "pyre-ignore",
    "pyre-fixme",
    "pragma: no cover",
    "nosec",
    "flake8: noqa",
    "ruff: noqa",
    "eslint-disable",
    "@ts-ignore",
    "@ts-expect-error",
    "@ts-nocheck",
    "tslint:disable",
    "biome-ignore",
    "istanbul ignore",
    "c8 ignore",
    "v8 ignore",
    "nolint",
    "nosonar",
    "codeql[",
    "oxlint-disable",
    "deno-lint-ignore",
    "rubocop:disable",
    "noinspection",
    "checkstyle:off",
    "coverage:ignore",
    "fmt: off",
    "nosemgrep",
    "shellcheck disable=",
    "hadolint ignore=",
    "yamllint disable",
    "stylelint-disable",
    "markdownlint-disable",
    "swiftlint:disable",
    "phpcs:ignore",
    "phpcs:disable",
    "@phpstan-ignore",
    "@psalm-suppress",
    "cppcheck-suppress",
    "luacheck: ignore",
    "credo:disable",
    "tflint-ignore",
    "checkov:skip",
    "tfsec:ignore",
];

/// Words that begin an attribute of Rust or Java.
const ATTRIBUTES: &[&str] =
    &["#[allow(", "#![allow(", "#[expect(", "#![expect(", "@SuppressWarnings("];

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for (file, side) in change.written() {
        for (line, comment) in side.comments.iter().filter(|(line, _)| file.is_come(*line)) {
            let said = silenced(comment);
            if said.is_some() && !change.is_moved(side.line(*line)) && !was_there(file, side, *line)
            {
                tell(file, side, *line, said.unwrap_or_default(), found);
            }
        }
        let has_attributes = matches!(side.language, Some(Language::Rust | Language::Java));
        for (line, text) in file.come_lines().filter(|_| has_attributes) {
            let code = side.code(line).trim().to_owned();
            let begins = ATTRIBUTES.iter().find(|begin| code.starts_with(**begin));
            if let Some(begins) = begins.filter(|_| !change.is_moved(text)) {
                tell(file, side, line, begins.trim_end_matches('('), found);
            }
        }
    }
}

/// What a comment silences, if it begins with it.
fn silenced(comment: &str) -> Option<&'static str> {
    // A comment may say several things, each after a `#` of its own.
    let parts =
        comment.split('#').map(|part| part.trim_start_matches(['/', '*', ' ', '!', '-', '<']));
    let mut parts = parts.map(str::to_ascii_lowercase);
    parts.find_map(|part| COMMENTS.iter().find(|word| part.starts_with(**word)).copied())
}

/// Whether a line that this one replaces was silenced, too.
fn was_there(file: &Compared<'_>, side: &Source<'_>, line: u32) -> bool {
    let Some(old) = &file.old else { return false };
    let hunk = file.hunks.iter().find(|hunk| hunk.new.contains(&line));
    let count = |lines: &[(u32, String)], range: &std::ops::Range<u32>| {
        lines.iter().filter(|(line, text)| range.contains(line) && silenced(text).is_some()).count()
    };
    hunk.is_some_and(|hunk| {
        let before = count(&old.comments, &hunk.old);
        before > 0 && before >= count(&side.comments, &hunk.new)
    })
}

fn tell(file: &Compared<'_>, side: &Source<'_>, line: u32, what: &str, found: &mut Found) {
    let words = format!("A warning is silenced here: `{what}`.");
    found.comes(Rule::Suppression, (file.path(), line), words, side.line(line));
}
