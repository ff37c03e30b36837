//! Lists of what is checked, and of what is left out of it.

use super::known::{CHECKED, LISTS, OF_FORMATTERS, UNCHECKED};
use super::names::{Gate, is_beside, plain, truth};
use crate::integrity::command;
use crate::integrity::settings::{LIST, Setting};

/// Sections of files that speak of several tools, by words in their names.
const CHECKERS: &[&str] = &[
    "ruff",
    "coverage",
    "mypy",
    "pytest",
    "pylint",
    "pyright",
    "bandit",
    "flake8",
    "black",
    "isort",
    "vulture",
    "interrogate",
    "pydocstyle",
    "pycodestyle",
];
const CHECKERS_OF_SCRIPTS: &[&str] =
    &["jest", "nyc", "c8", "eslintConfig", "xo", "ava", "vitest", "mocha", "stylelint"];

/// Files in which a text holds several items.
const TEXTS: &[&str] =
    &[".cfg", ".ini", ".flake8", ".coveragerc", "pylintrc", ".bandit", ".properties"];

/// The items that a setting gives a list of a checker.
pub(super) fn listed(file: &str, setting: &Setting, is_linter: bool) -> Vec<Gate> {
    if file == "tox.ini" && plain(setting.name()) == "envlist" {
        let names = setting.value.split([',', ' ', '{', '}']);
        let checks = names.filter(|name| command::named(name).is_some());
        return checks.map(|name| Gate::Checked("envlist".to_owned(), name.to_owned())).collect();
    }
    let Some((list, inner)) = list_of(file, setting) else { return Vec::new() };
    let name = plain(&list);
    // In a flat configuration, `files` says where a block counts.
    let is_scope = is_linter
        && matches!(name.as_str(), "files" | "include" | "enabled" | "enable" | "linters");
    let is_package = matches!(name.as_str(), "files" | "linters")
        && !["tsconfig", "mypy", "golangci", "pyproject.toml"]
            .iter()
            .any(|word| file.contains(word));
    if is_scope || is_package || is_other(file, &name, &inner) {
        return Vec::new();
    }
    let values: Vec<&str> = match TEXTS.iter().any(|end| file.ends_with(end)) {
        true => setting.value.split([',', ' ', '\t']).map(str::trim).collect(),
        false => vec![setting.value.trim().trim_end_matches(',')],
    };
    let is_unchecked = UNCHECKED.contains(&name.as_str());
    values.into_iter().filter_map(|value| item(&list, &inner, value, is_unchecked)).collect()
}

/// The list that a setting stands in, and the names between it and the setting.
fn list_of<'s>(file: &str, setting: &'s Setting) -> Option<(String, Vec<&'s str>)> {
    if !LISTS.iter().any(|word| file.contains(word)) {
        return None;
    }
    let section = setting.path.first().map_or("", String::as_str);
    let is_of_checker = match file {
        "pyproject.toml" | "setup.cfg" | "tox.ini" => {
            CHECKERS.iter().any(|tool| section.contains(tool))
        }
        "package.json" => CHECKERS_OF_SCRIPTS.contains(&section),
        "vite.config.ts" | "vite.config.js" => setting.is_under("test"),
        _ => true,
    };
    // A section may end with the list's name.
    let last = |part: &str| part.rsplit('.').next().unwrap_or(part).to_owned();
    let at = setting.path.iter().rposition(|part| {
        [plain(part), plain(&last(part))]
            .iter()
            .any(|name| UNCHECKED.contains(&name.as_str()) || CHECKED.contains(&name.as_str()))
    });
    let at = at.filter(|_| is_of_checker)?;
    let inner = setting.path[at + 1..].iter().map(String::as_str).filter(|part| *part != LIST);
    let whole = &setting.path[at];
    let is_whole = [UNCHECKED, CHECKED].iter().any(|names| names.contains(&plain(whole).as_str()));
    Some((if is_whole { whole.clone() } else { last(whole) }, inner.collect()))
}

/// Whether an item says something else than what is left out: of an exclusion that is a map, its place says that.
fn is_other(file: &str, list: &str, inner: &[&str]) -> bool {
    let Some(last) = inner.last() else { return false };
    let is_place = matches!(*last, "path" | "text" | "source" | "paths" | "rules");
    matches!(*last, "generated" | "presets")
        || (list.starts_with("exclu") && file.contains("golangci") && !is_place)
}

fn item(list: &str, inner: &[&str], value: &str, is_unchecked: bool) -> Option<Gate> {
    if value.is_empty() || truth(value).is_some() {
        return None;
    }
    let item = inner.iter().copied().chain([value]).collect::<Vec<_>>().join(" ");
    if is_unchecked {
        let is_fine = is_beside(&item) || OF_FORMATTERS.contains(&value) || value.starts_with('!');
        return (!is_fine).then(|| Gate::Unchecked(list.to_owned(), item));
    }
    match value.strip_prefix('!') {
        Some(left_out) => {
            (!is_beside(left_out)).then(|| Gate::Unchecked(list.to_owned(), left_out.to_owned()))
        }
        None => Some(Gate::Checked(list.to_owned(), item)),
    }
}
