//! Tests that put a mock in the place of what the change is about.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use crate::integrity::Found;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::source::Source;

/// `patch("shop.prices.total")`, `monkeypatch.setattr("…")`, and modules that Jest and Vitest replace.
static DOTTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?:\bpatch|\bsetattr|\bpatch\.dict)\(\s*f?["']([A-Za-z_][\w.]+)["']"#).ok()
});
static MODULE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\b(?:jest|vi)\.(?:mock|doMock|unstable_mockModule)\(\s*(?:import\()?["']([^"']+)["']"#,
    )
    .ok()
});

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    let subjects: Vec<(&Compared<'_>, &Source<'_>)> =
        change.code().filter(|(_, side)| side.language.is_some()).collect();
    for file in change.files.iter().filter(|file| file.is_test) {
        for (line, text) in file.come_lines().filter(|(_, text)| !change.is_moved(text)) {
            let is_code = file.new.as_ref().is_some_and(|side| !side.code(line).trim().is_empty());
            if !is_code {
                continue;
            }
            let dotted = DOTTED
                .as_ref()
                .and_then(|regex| regex.captures(text))
                .and_then(|found| found.get(1));
            let module = MODULE
                .as_ref()
                .and_then(|regex| regex.captures(text))
                .and_then(|found| found.get(1));
            let subject = subjects.iter().find(|(subject, side)| {
                dotted.is_some_and(|name| is_patched(subject.path(), side, name.as_str()))
                    || module.is_some_and(|module| {
                        is_module(file.folder(), subject.path(), module.as_str())
                    })
            });
            if let Some((subject, _)) = subject {
                let words = format!(
                    "A mock stands in the place of `{}`, which this change is about.",
                    subject.path()
                );
                found.comes(Rule::MockOfSubject, (file.path(), line), words, text);
            }
        }
    }
}

/// Whether `shop.prices.total` is a function or class that the file at `path` defines itself.
fn is_patched(path: &str, side: &Source<'_>, name: &str) -> bool {
    let Some(module) = path.strip_suffix(".py") else { return false };
    let module = module.strip_suffix("/__init__").unwrap_or(module).replace('/', ".");
    let parts: Vec<&str> = name.split('.').collect();
    let ends = (1..parts.len()).rev().find(|end| {
        let prefix = parts[..*end].join(".");
        module == prefix || module.ends_with(&format!(".{prefix}"))
    });
    let Some(end) = ends else { return false };
    let is_defined = |name: &str| {
        let starts = |sign: &str| {
            side.lines.iter().any(|line| {
                let rest = line.trim_start().trim_start_matches("async ").strip_prefix(sign);
                rest.is_some_and(|rest| {
                    rest.starts_with(name) && rest[name.len()..].starts_with(['(', ':'])
                })
            })
        };
        starts("def ") || starts("class ")
    };
    parts[end..].iter().all(|name| is_defined(name))
}

/// Whether a module that is named from a folder is the file at `path`.
fn is_module(folder: &str, path: &str, module: &str) -> bool {
    if !module.starts_with('.') {
        return false;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in module.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let wanted = parts.join("/");
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    path == wanted
        || stem == wanted
        || stem == format!("{wanted}/index")
        || wanted.strip_suffix(".js") == Some(stem)
}
