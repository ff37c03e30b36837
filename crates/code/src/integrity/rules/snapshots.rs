//! Recorded results that were replaced.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::finding;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::expression::in_brackets;
use crate::integrity::source::Source;
use crate::integrity::{Found, gone, spot};

/// Folders of what tests are compared with.
const FOLDERS: &[&str] = &[
    "__snapshots__",
    "snapshots",
    "golden",
    "goldens",
    "expected",
    "__image_snapshots__",
    "expectations",
    "baselines",
];

/// What ends the names of such files.
const ENDS: &[&str] = &[
    ".snap",
    ".golden",
    ".approved.txt",
    ".ambr",
    ".snapshot",
    ".expected",
    ".baseline",
    ".stdout",
    ".stderr",
];

/// Lines of a snapshot that say where it was made.
const ABOUT: &[&str] =
    &["source:", "expression:", "assertion_line:", "// ", "snapshot_kind:", "description:", "---"];

fn is_snapshot(file: &Compared<'_>) -> bool {
    let name = file.name();
    let in_folder = file.folder().split('/').any(|part| FOLDERS.contains(&part));
    let is_code =
        file.new.as_ref().or(file.old.as_ref()).is_some_and(|side| side.language.is_some());
    ENDS.iter().any(|end| name.ends_with(end))
        || (in_folder && !is_code)
        || name.contains(".golden.")
}

/// Where a result is recorded in the test itself, up to what opens it.
static INLINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"\.to(?:Match|ThrowErrorMatching)InlineSnapshot\(|\bassert_\w*snapshot!\(|==\s*snapshot\("#).ok()
});

/// Results that are recorded in a file's tests: the line where each begins, what stands before it, and all of it.
fn inline<'t>(side: &Source<'t>) -> Vec<(u32, &'t str, String)> {
    let mut found = Vec::new();
    let mut offset = 0;
    for (line, text) in (1u32..).zip(side.text.split_inclusive('\n')) {
        if let Some(opened) = INLINE.as_ref().and_then(|regex| regex.find(text))
            && let Some((given, _)) = in_brackets(&side.text[offset + opened.end() - 1..])
            && (!opened.as_str().ends_with("snapshot!(") || given.contains('@'))
        {
            let lines: Vec<&str> = given.lines().map(str::trim).collect();
            found.push((line, text[..opened.start()].trim(), lines.join("\n").trim().to_owned()));
        }
        offset += text.len();
    }
    found
}

/// Results recorded in tests that are others, of the same thing.
fn recorded(change: &Change<'_>, found: &mut Found) {
    for file in change.files.iter().filter(|file| !file.is_foreign) {
        let (Some(old), Some(new)) = (&file.old, &file.new) else { continue };
        if new.language.is_none() || INLINE.as_ref().is_none_or(|regex| !regex.is_match(old.text)) {
            continue;
        }
        let mut before = inline(old);
        let after = inline(new);
        before.retain(|(_, head, text)| {
            !after.iter().any(|(_, other, now)| (other, now) == (head, text)) && !text.is_empty()
        });
        for (line, head, text) in after {
            let Some(at) = before.iter().position(|(_, other, was)| {
                *other == head && *was != text && (was.is_empty() == text.is_empty())
            }) else {
                continue;
            };
            let (_, _, was) = before.remove(at);
            let words = "A result that is recorded in the test was replaced: what is compared with is another.";
            found.findings.push(finding(
                Rule::SnapshotRewritten,
                spot(file.path(), line),
                words.to_owned(),
                &was,
                &text,
            ));
        }
    }
}

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    recorded(change, found);
    for file in change.files.iter().filter(|file| !file.file.is_new() && is_snapshot(file)) {
        let tells = |(_, line): &(u32, &str)| {
            let line = line.trim();
            !line.is_empty() && !ABOUT.iter().any(|about| line.starts_with(about))
        };
        let before: Vec<(u32, &str)> = file.gone_lines().filter(tells).collect();
        let after: Vec<(u32, &str)> = file.come_lines().filter(tells).collect();
        let is_moved = file.file.is_gone()
            && change.files.iter().any(|other| {
                other.file.is_new() && is_snapshot(other) && other.file.new == file.file.old
            });
        if (before.is_empty() && !file.file.is_binary) || is_moved {
            continue;
        }
        let text = |lines: &[(u32, &str)]| {
            lines.iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
        };
        let (place, words) = match (after.first(), before.first()) {
            _ if file.file.is_gone() => (
                gone(file.path(), 1),
                "A recorded result is gone: the next run records what it gets.",
            ),
            (Some((line, _)), _) => (
                spot(file.path(), *line),
                "A recorded result was replaced: what is compared with is another.",
            ),
            (None, Some((line, _))) => {
                (gone(file.path(), *line), "A part of a recorded result is gone.")
            }
            (None, None) => {
                (crate::integrity::whole(file.path()), "A recorded result was replaced.")
            }
        };
        found.findings.push(finding(
            Rule::SnapshotRewritten,
            place,
            words.to_owned(),
            &text(&before),
            &text(&after),
        ));
    }
}
