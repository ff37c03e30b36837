//! What is depended on, and what runs when it is installed.

use std::collections::BTreeMap;

use callboard_model::receipt::Rule;

use super::finding;
use crate::facts;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::{Found, gone, spot};
use crate::language::{Content, file_name};

/// Scripts of `package.json` that run when a package is installed.
const INSTALLING: &[&str] = &["preinstall", "install", "postinstall", "prepare", "prepublish"];

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for file in &change.files {
        if matches!(Content::of(file.path()), Some(Content::Manifest(_))) || is_pip(file.path()) {
            manifest(file, found);
        } else if matches!(file.name(), "Cargo.lock" | "uv.lock" | "poetry.lock") {
            lock(file, found);
        }
        if file.name() == "package.json" {
            scripts(file, found);
        }
    }
}

/// Whether a file lists packages for pip, in a folder of such lists.
fn is_pip(path: &str) -> bool {
    let in_folder = path.split('/').rev().nth(1) == Some("requirements");
    in_folder && (path.ends_with(".txt") || path.ends_with(".in"))
}

/// Packages with their versions and lines.
fn packages(path: &str, text: Option<&str>) -> BTreeMap<String, (String, u32)> {
    let Some(text) = text else { return BTreeMap::new() };
    if file_name(path) == "pyproject.toml" {
        return python_packages(text);
    }
    let path = if is_pip(path) { "requirements.txt" } else { path };
    let facts = facts::facts(path, text).unwrap_or_default();
    let known = facts.requirements.into_iter();
    known.map(|one| (one.package.into(), (one.version.into(), one.line))).collect()
}

/// The packages of a `pyproject.toml`: lists of requirements (PEP 508) in the tables that have them, and Poetry's tables.
fn python_packages(text: &str) -> BTreeMap<String, (String, u32)> {
    let mut found = BTreeMap::new();
    let (mut section, mut in_list) = (String::new(), false);
    for (line, number) in text.lines().zip(1u32..) {
        let line = line.split(" #").next().unwrap_or(line).trim();
        if line.starts_with('[') && line.ends_with(']') && !line.contains('"') {
            line.trim_matches(['[', ']']).clone_into(&mut section);
            in_list = false;
            continue;
        }
        let assigned = line.split_once('=').filter(|(name, _)| !name.contains('"'));
        if section.contains("poetry") && section.ends_with("dependencies") {
            if let Some((name, version)) = assigned.filter(|(name, _)| name.trim() != "python") {
                let version = version.split('"').nth(1).unwrap_or_default();
                found.insert(name.trim().to_owned(), (version.to_owned(), number));
            }
            continue;
        }
        if let Some((name, _)) = assigned {
            let in_table = ["optional-dependencies", "dependency-groups"]
                .iter()
                .any(|end| section.ends_with(end));
            in_list = in_table || matches!(name.trim(), "requires" | "dependencies");
        }
        let items = line.split('"').skip(1).step_by(2).filter(|_| in_list);
        for item in items.filter(|item| item.starts_with(char::is_alphabetic)) {
            let end = item
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
                .unwrap_or(item.len());
            found.insert(item[..end].to_owned(), (item[end..].trim().to_owned(), number));
        }
        if line.ends_with(']') {
            in_list = false;
        }
    }
    found
}

fn manifest(file: &Compared<'_>, found: &mut Found) {
    let before = packages(file.file.old_path.unwrap_or(file.path()), file.file.old);
    let after = packages(file.path(), file.file.new);
    for (package, (version, line)) in &after {
        let words = match before.get(package) {
            None => format!("`{package}` is newly depended on ({}).", shown(version)),
            Some((was, _)) if was != version => {
                format!("`{package}` is wanted as {} instead of {}.", shown(version), shown(was))
            }
            Some(_) => continue,
        };
        if file.is_come(*line) {
            let was = before.get(package).map_or("", |(was, _)| was);
            found.findings.push(finding(
                Rule::Dependency,
                spot(file.path(), *line),
                words,
                was,
                version,
            ));
        }
    }
    for (package, (version, line)) in
        before.iter().filter(|(package, _)| !after.contains_key(*package))
    {
        if file.is_gone(*line) {
            let words = format!("`{package}` is not depended on any more.");
            found.findings.push(finding(
                Rule::Dependency,
                gone(file.path(), *line),
                words,
                version,
                "",
            ));
        }
    }
}

fn shown(version: &str) -> String {
    if version.is_empty() { "any version".to_owned() } else { format!("`{version}`") }
}

/// A package of a lock file.
#[derive(Default, PartialEq)]
struct Locked {
    version: String,
    source: String,
    line: u32,
}

/// The packages of a lock file, and those that the repository's own packages name.
fn locked(text: Option<&str>) -> (BTreeMap<String, Locked>, Vec<String>) {
    let mut packages: BTreeMap<String, Locked> = BTreeMap::new();
    let mut named = Vec::new();
    let (mut name, mut current, mut lists) = (String::new(), Locked::default(), Vec::new());
    let mut keep = |name: &mut String, current: &mut Locked, lists: &mut Vec<String>| {
        let is_own = current.source.is_empty()
            || current.source.contains("editable")
            || current.source.contains("virtual");
        if is_own {
            named.append(lists);
        }
        lists.clear();
        if !name.is_empty() {
            packages.insert(std::mem::take(name), std::mem::take(current));
        }
    };
    for (line, number) in text.unwrap_or_default().lines().zip(1u32..) {
        let value =
            |key: &str| line.strip_prefix(key).map(|rest| rest.trim_matches(['"', ' ']).to_owned());
        if line == "[[package]]" {
            keep(&mut name, &mut current, &mut lists);
            current = Locked::default();
        } else if let Some(of) = value("name = ") {
            name = of;
        } else if let Some(version) = value("version = ") {
            (current.version, current.line) = (version, number);
        } else if let Some(source) = value("source = ") {
            current.source = source;
        } else if let Some(listed) =
            line.strip_prefix(" \"").or_else(|| line.trim().strip_prefix("{ name = \""))
        {
            lists.extend(listed.split(['"', ' ']).next().map(str::to_owned));
        }
    }
    keep(&mut name, &mut current, &mut lists);
    (packages, named)
}

/// Of a lock file, what the repository itself names, and what comes from another place than it did.
fn lock(file: &Compared<'_>, found: &mut Found) {
    let (before, _) = locked(file.file.old);
    let (after, named) = locked(file.file.new);
    for (package, now) in &after {
        let Some(was) = before.get(package) else { continue };
        let is_moved = was.source != now.source && !now.source.is_empty() && !was.source.is_empty();
        let is_named =
            named.contains(package) && was.version != now.version && !now.source.is_empty();
        if is_moved {
            let words = format!("`{package}` comes from another place.");
            found.findings.push(finding(
                Rule::Dependency,
                spot(file.path(), now.line),
                words,
                &was.source,
                &now.source,
            ));
        } else if is_named {
            let words =
                format!("`{package}` is locked at `{}` instead of `{}`.", now.version, was.version);
            found.findings.push(finding(
                Rule::Dependency,
                spot(file.path(), now.line),
                words,
                &was.version,
                &now.version,
            ));
        }
    }
}

fn scripts(file: &Compared<'_>, found: &mut Found) {
    for (line, text) in file.come_lines() {
        let name = text.trim().strip_prefix('"').and_then(|rest| rest.split_once('"'));
        let Some((name, rest)) = name else { continue };
        if INSTALLING.contains(&name) && rest.trim_start().starts_with(':') {
            let words = format!("`{name}` runs by itself when the package is installed.");
            found.comes(Rule::Dependency, (file.path(), line), words, text);
        }
    }
}
