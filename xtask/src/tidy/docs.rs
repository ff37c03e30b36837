//! Rules about documents: what they point to exists.

use std::collections::BTreeSet;

use super::{Finding, Tree, has_extension};

/// Documents whose names are conventions of other programs, which any repository may have.
const CONVENTIONS: &[&str] =
    &["AGENTS.md", "CLAUDE.md", "GEMINI.md", "MEMORY.md", "SKILL.md", "README.md"];

/// Every relative link in a document leads to a file, and its anchor to a heading.
pub(super) fn links(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| has_extension(path, &["md"])) {
        for (line, target) in link_targets(text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if let Some(message) = broken(tree, path, &target) {
                found.push(Finding::new(path, line, message));
            }
        }
    }
    found
}

fn broken(tree: &Tree, from: &str, target: &str) -> Option<String> {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let resolved = if file.is_empty() { from.to_owned() } else { resolve(from, file) };
    let is_folder = tree.files().any(|(path, _)| path.starts_with(&format!("{resolved}/")));
    let text = tree.files.get(&resolved);
    if text.is_none() && !is_folder {
        return Some(format!("{target}: there is no {resolved}"));
    }
    let text = text.filter(|_| !anchor.is_empty())?;
    let missing = !anchors(text).contains(anchor);
    missing.then(|| format!("{target}: {resolved} has no such heading"))
}

/// The inline links `[…](target)` of a document outside of code: line and target.
fn link_targets(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_fence = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for (start, _) in prose.match_indices("](") {
            let Some((target, _)) = prose[start + 2..].split_once(')') else { continue };
            let target = target.split_whitespace().next().unwrap_or_default();
            found.push((at + 1, target.trim_matches(['<', '>']).to_owned()));
        }
    }
    found
}

fn resolve(from: &str, to: &str) -> String {
    let mut parts: Vec<&str> =
        if to.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    parts.pop();
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The anchors that GitHub gives a document's headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for heading in text.lines().filter_map(|line| line.strip_prefix('#')) {
        let title = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        anchors.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
    }
    anchors
}

/// A document that a comment or another document names by its capitals is there.
pub(super) fn named_files(tree: &Tree) -> Vec<Finding> {
    let names: BTreeSet<&str> =
        tree.files().filter_map(|(path, _)| path.rsplit('/').next()).collect();
    let missing = |text: &str| -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let words =
                line.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-')));
            let words =
                words.map(|word| word.trim_end_matches('.')).filter(|w| is_capital_document(w));
            let absent = words.filter(|w| !names.contains(w) && !CONVENTIONS.contains(w));
            found.extend(absent.map(|word| (at + 1, word.to_owned())));
        }
        found
    };
    let told = |path: &str, (line, name): (usize, String)| {
        Finding::new(path, line, format!("there is no {name}: name what every reader has"))
    };
    let mut found = Vec::new();
    for (path, parts) in tree.rust() {
        found.extend(missing(&parts.comments).into_iter().map(|m| told(path, m)));
    }
    let others =
        |path: &str| has_extension(path, &["md", "toml", "ts", "svelte", "css", "mjs", "yml"]);
    for (path, text) in tree.files().filter(|(path, _)| others(path)) {
        found.extend(missing(text).into_iter().map(|m| told(path, m)));
    }
    found
}

fn is_capital_document(word: &str) -> bool {
    word.strip_suffix(".md").is_some_and(|stem| {
        stem.len() > 2 && stem.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '_' | '-'))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{check, tree};
    use super::*;

    #[test]
    fn a_broken_link_is_found() {
        check(
            links,
            &[("docs/a.md", "see\n[b](b.md)", 2), ("docs/a.md", "# Here\n[there](#elsewhere)", 2)],
            &[
                (
                    "docs/a.md",
                    "# Two words\n[a](a.md#two-words) [up](../docs/a.md) [w](https://x.y)",
                ),
                ("docs/a.md", "```\n[b](b.md)\n```\n`[b](b.md)`"),
            ],
        );
        let two = tree(&[("README.md", "[guide](docs/)"), ("docs/a.md", "# A")]);
        assert_eq!(links(&two), []);
    }

    #[test]
    fn a_document_that_is_not_there_is_found() {
        check(
            named_files,
            &[("crates/os/src/a.rs", "// as PLAN.md says", 1), ("docs/a.md", "See NOTES.md.", 1)],
            &[
                ("crates/os/src/a.rs", "// reads AGENTS.md and notes.md\nlet a = \"PLAN.md\";"),
                ("ARCHITECTURE.md", "This is ARCHITECTURE.md."),
            ],
        );
    }
}
