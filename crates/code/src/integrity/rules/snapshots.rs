//! Recorded results that were replaced.

use callboard_model::receipt::Rule;

use super::finding;
use crate::integrity::compared::{Change, Compared};
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

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for file in change.files.iter().filter(|file| !file.file.is_new() && is_snapshot(file)) {
        let tells = |(_, line): &(u32, &str)| {
            let line = line.trim();
            !line.is_empty() && !ABOUT.iter().any(|about| line.starts_with(about))
        };
        let before: Vec<(u32, &str)> = file.gone_lines().filter(tells).collect();
        let after: Vec<(u32, &str)> = file.come_lines().filter(tells).collect();
        if before.is_empty() && !file.file.is_binary {
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
