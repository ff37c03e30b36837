//! Walks through an agent's folders.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::limits;
use crate::transcript::Found;

/// Looks at one file, and may report.
type Visit<'v> = dyn FnMut(&Path, &fs::Metadata, &mut dyn FnMut(Found)) + 'v;

/// Visits every file below `root` (links to folders are followed, loops are reported); a missing `root` is empty.
pub(crate) fn files(root: &Path, found: &mut dyn FnMut(Found), file: &mut Visit<'_>) {
    match fs::symlink_metadata(root) {
        Ok(_) => {}
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return,
        Err(e) => return found(problem(root, &e)),
    }
    let mut walk = WalkBuilder::new(root);
    walk.standard_filters(false).follow_links(true).max_depth(Some(limits::WALK_DEPTH));
    for (seen, entry) in walk.build().enumerate() {
        if seen >= limits::WALK_ENTRIES {
            return found(problem(root, &"too many files; the rest was not looked at"));
        }
        match entry {
            Ok(entry) => match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(metadata) => file(entry.path(), &metadata, found),
                Err(e) => found(problem(entry.path(), &e)),
            },
            Err(e) => found(problem(&path_of(&e).unwrap_or_else(|| root.to_owned()), &e)),
        }
    }
}

/// A [`Found::Problem`].
pub(crate) fn problem(path: &Path, what: &dyn std::fmt::Display) -> Found {
    Found::Problem { path: path.to_owned(), what: what.to_string() }
}

/// The content of a small text file; `None` if there is none or it is not one.
pub(crate) fn small_file(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    (metadata.is_file() && metadata.len() <= limits::SMALL_FILE_BYTES).then_some(())?;
    fs::read_to_string(path).ok()
}

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::Loop { child, .. } => Some(child.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}
