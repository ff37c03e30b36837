//! What is depended on, and what runs when it is installed.

mod manifests;

use std::collections::BTreeMap;

use callboard_model::receipt::Rule;

use super::finding;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::{Found, gone, spot};
use manifests::{Packages, packages};

/// Scripts of `package.json` that run when a package is installed.
const INSTALLING: &[&str] = &["preinstall", "install", "postinstall", "prepare", "prepublish"];

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for file in &change.files {
        let is_sample = file.is_foreign || (file.is_test && file.path().contains("fixtures"));
        if is_sample {
            continue;
        }
        if let Some(after) = packages(file.path(), file.file.new.unwrap_or_default()) {
            manifest(file, &after, found);
        } else if matches!(file.name(), "Cargo.lock" | "uv.lock" | "poetry.lock") {
            lock(file, found);
        }
        if file.name() == "package.json" {
            scripts(file, found);
        }
    }
}

fn manifest(file: &Compared<'_>, after: &Packages, found: &mut Found) {
    let path = file.file.old_path.unwrap_or(file.path());
    let before = packages(path, file.file.old.unwrap_or_default()).unwrap_or_default();
    for (package, (version, line)) in after {
        let words = match before.get(package) {
            None => format!("`{package}` is newly depended on ({}).", shown(version)),
            Some((was, _)) if was != version => {
                format!("`{package}` is wanted as {} instead of {}.", shown(version), shown(was))
            }
            Some(_) => continue,
        };
        if file.come_lines().next().is_some() {
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
