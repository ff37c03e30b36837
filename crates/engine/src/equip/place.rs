//! Which ignored files and folders of the main checkout a worktree gets, and how.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_git::keep::is_made_again;
use callboard_git::{Git, ignored, locate};
use callboard_model::project::Worktrees;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::EquipError;
use crate::limits;

/// A team's own list of files to bring, in the syntax of `.gitignore`.
const INCLUDE: &str = ".worktreeinclude";

/// Places of the main checkout, from its root.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Files to copy.
    pub(super) bring: Vec<PathBuf>,
    /// Folders to share by a link.
    pub(super) share: Vec<PathBuf>,
    /// Folders to copy.
    pub(super) clone: Vec<PathBuf>,
    /// There were more files to bring than are brought.
    pub(super) is_cut: bool,
}

struct Wanted {
    bring: Gitignore,
    share: Gitignore,
    clone: Gitignore,
}

/// Sorts what git ignores in the checkout at `root`; in a plain folder, all that is in it.
pub(super) fn ignored(root: &Path, settings: &Worktrees) -> Result<Places, EquipError> {
    let include = fs::read_to_string(root.join(INCLUDE)).unwrap_or_default();
    let bring = settings.bring.iter().map(String::as_str).chain(include.lines());
    let wanted = Wanted {
        bring: matcher(bring)?,
        share: matcher(settings.share.iter().map(String::as_str))?,
        clone: matcher(settings.clone.iter().map(String::as_str))?,
    };
    let mut entries = match locate(root).filter(|checkout| checkout.top == root) {
        Some(_) => {
            ignored::ignored(&Git::at(root)).map_err(EquipError::git("list ignored files"))?
        }
        None => entries_of(root, Path::new("")),
    };
    entries.retain(|entry| !entry.starts_with(".git") && !entry.starts_with(".callboard"));
    let mut places = Places::default();
    for entry in entries {
        places.take(root, &entry.components().collect::<PathBuf>(), &wanted);
    }
    Ok(places)
}

fn matcher<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Gitignore, EquipError> {
    let mut builder = GitignoreBuilder::new("");
    let told = |text: String| {
        EquipError::new(
            "read a pattern",
            format!("{text}; nothing was brought"),
            "see gitignore(5) for the syntax of bring, share and clone, and of .worktreeinclude",
        )
    };
    for line in lines {
        builder.add_line(None, line).map_err(|error| told(error.to_string()))?;
    }
    builder.build().map_err(|error| told(error.to_string()))
}

impl Places {
    fn take(&mut self, root: &Path, path: &Path, wanted: &Wanted) {
        let Ok(meta) = fs::symlink_metadata(root.join(path)) else { return };
        let is_dir = meta.is_dir();
        let is_in = |list: &Gitignore| list.matched_path_or_any_parents(path, is_dir).is_ignore();
        if is_dir && is_in(&wanted.share) {
            self.share.push(path.to_owned());
        } else if is_dir && is_in(&wanted.clone) {
            self.clone.push(path.to_owned());
        } else if is_dir {
            // What is fetched or built again holds others' files; a repository in it is not ours to copy.
            let is_closed = path.file_name().is_some_and(is_made_again)
                || root.join(path).join(".git").exists();
            if !is_closed || is_in(&wanted.bring) {
                for entry in entries_of(root, path) {
                    self.take(root, &entry, wanted);
                }
            }
        } else if is_in(&wanted.bring) {
            self.is_cut |= self.bring.len() >= limits::BROUGHT_FILES;
            if !self.is_cut {
                self.bring.push(path.to_owned());
            }
        }
    }
}

fn entries_of(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let mut entries: Vec<PathBuf> = entries.map(|entry| folder.join(entry.file_name())).collect();
    entries.sort();
    entries
}

/// Makes the folders above `path` in the worktree.
///
/// # Errors
/// When they cannot be made, or a link leads out of the worktree.
pub(super) fn make_parent(top: &Path, path: &Path) -> std::io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new(""));
    let names: Option<Vec<&str>> = parent.components().map(|c| c.as_os_str().to_str()).collect();
    match names {
        Some(names) => callboard_os::file::Folder::below(top, &names).map(drop),
        None => fs::create_dir_all(top.join(parent)),
    }
}
