//! Rules about files: how long, how named, where they lie.

use super::{Finding, Tree, has_extension};

const MOST_LINES: usize = 600;
const MOST_PACKAGES: usize = 420;
const VAGUE_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"];

/// No source file has more than 600 lines; generated files say `@generated` in their first lines.
pub(super) fn file_length(tree: &Tree) -> Vec<Finding> {
    let is_source = |path: &str| has_extension(path, &["rs", "ts", "js", "mjs", "svelte", "css"]);
    let is_generated = |text: &str| {
        text.lines().take(5).any(|l| l.contains("@generated") || l.contains("auto-generated"))
    };
    tree.files()
        .filter(|(path, text)| is_source(path) && !is_generated(text))
        .filter_map(|(path, text)| {
            let lines = text.lines().count();
            (lines > MOST_LINES).then(|| {
                Finding::new(path, MOST_LINES, format!("{lines} lines: split the file by idea"))
            })
        })
        .collect()
}

/// No file or folder, module or type has a name that fits anything.
pub(super) fn names(tree: &Tree) -> Vec<Finding> {
    let is_code =
        |path: &str| has_extension(path, &["rs", "ts", "js", "mjs", "svelte", "css", "md", "sh"]);
    let mut found = Vec::new();
    for (path, _) in tree.files().filter(|(path, _)| is_code(path)) {
        let stems = path.split('/').map(|part| part.split('.').next().unwrap_or(part));
        for stem in stems.filter(|stem| VAGUE_NAMES.contains(&stem.to_lowercase().as_str())) {
            found.push(Finding::new(path, 1, format!("{stem:?} fits anything: name the one idea")));
        }
    }
    for (path, parts) in tree.rust() {
        for (line, text) in parts.code.lines().enumerate() {
            let name = declared_name(text);
            if name.is_some_and(|name| VAGUE_NAMES.iter().any(|vague| ends_in(name, vague))) {
                let message =
                    format!("{:?} fits anything: name the one idea", name.unwrap_or_default());
                found.push(Finding::new(path, line + 1, message));
            }
        }
    }
    found
}

/// The name that a line declares as a module or a type.
fn declared_name(line: &str) -> Option<&str> {
    let mut words =
        line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty());
    words.find(|word| ["mod", "struct", "enum", "trait"].contains(word))?;
    words.next()
}

/// Whether the last word of a name, in either case style, is `vague`.
fn ends_in(name: &str, vague: &str) -> bool {
    let lower = name.to_lowercase();
    let Some(head) = lower.strip_suffix(vague) else { return false };
    let starts_upper = name[head.len()..].starts_with(char::is_uppercase);
    head.is_empty() || head.ends_with('_') || starts_upper
}

/// A crate has one integration test binary: `tests/it/main.rs` and its modules.
pub(super) fn tests_layout(tree: &Tree) -> Vec<Finding> {
    let message = "one test binary per crate: move it to tests/it and name it in tests/it/main.rs";
    tree.files()
        .filter(|(path, _)| {
            let in_tests = path
                .strip_prefix("crates/")
                .and_then(|rest| rest.split_once('/'))
                .and_then(|(_, rest)| rest.strip_prefix("tests/"));
            in_tests.is_some_and(|rest| !rest.contains('/'))
        })
        .map(|(path, _)| Finding::new(path, 1, message))
        .collect()
}

/// Every crate says what it is for.
pub(super) fn crate_docs(tree: &Tree) -> Vec<Finding> {
    let message = "begin the crate with `//!` and what it is for";
    tree.files()
        .filter(|(path, _)| {
            let is_root = path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs");
            is_root && (path.starts_with("crates/") || path.starts_with("xtask/"))
        })
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| Finding::new(path, 1, message))
        .collect()
}

/// The lock file names fewer than 420 packages.
pub(super) fn lock_size(tree: &Tree) -> Vec<Finding> {
    let locked = tree.files().find(|(path, _)| *path == "Cargo.lock");
    let count = locked.map_or(0, |(_, text)| text.matches("[[package]]").count());
    if count < MOST_PACKAGES {
        return Vec::new();
    }
    let message = format!("{count} packages, {MOST_PACKAGES} is the limit: do without the newest");
    vec![Finding::new("Cargo.lock", 1, message)]
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    #[test]
    fn a_long_file_is_found() {
        let long = "x\n".repeat(601);
        check(
            file_length,
            &[("web/src/a.svelte", &long, 600)],
            &[
                ("a.md", &long),
                ("web/src/api.ts", &format!("// @generated\n{long}")),
                ("crates/os/src/a.rs", &"x\n".repeat(600)),
            ],
        );
    }

    #[test]
    fn vague_names_are_found() {
        check(
            names,
            &[
                ("crates/os/src/utils/a.rs", "", 1),
                ("web/src/helpers.ts", "", 1),
                ("crates/os/src/a.rs", "\npub struct CallManager;\n", 2),
                ("crates/os/src/a.rs", "mod path_utils {}\n", 1),
            ],
            &[("crates/os/src/a.rs", "struct Commoner; // a struct Helper\nfn helper() {}\n")],
        );
    }

    #[test]
    fn a_second_test_binary_is_found() {
        check(
            tests_layout,
            &[("crates/git/tests/merge.rs", "", 1)],
            &[("crates/git/tests/it/main.rs", ""), ("crates/git/src/tests/x.rs", "")],
        );
    }

    #[test]
    fn a_crate_without_docs_is_found() {
        check(
            crate_docs,
            &[("crates/git/src/lib.rs", "mod a;\n", 1)],
            &[("crates/git/src/lib.rs", "//! Runs git.\n"), ("crates/git/src/a.rs", "mod b;\n")],
        );
    }

    #[test]
    fn a_heavy_lock_file_is_found() {
        check(
            lock_size,
            &[("Cargo.lock", &"[[package]]\n".repeat(420), 1)],
            &[("Cargo.lock", &"[[package]]\n".repeat(419))],
        );
    }
}
