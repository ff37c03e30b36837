//! Which ignored files are kept: env files, keys and small databases, not what is built or fetched.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::limits;

/// Folders that are fetched or built again.
const MADE_AGAIN: &[&str] = &[
    "node_modules",
    "target",
    ".venv",
    "venv",
    "dist",
    "build",
    "out",
    ".next",
    ".nuxt",
    ".turbo",
    ".cache",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".gradle",
    "coverage",
    "vendor",
    "Pods",
];

/// Whether a folder of this name is fetched or built again.
#[must_use]
pub fn is_made_again(name: &OsStr) -> bool {
    MADE_AGAIN.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether what lies at `path` is fetched or built again: a folder of such a name that is no repository, or a link of
/// such a name, which holds nothing itself.
pub(crate) fn holds_what_is_made_again(path: &Path) -> bool {
    path.file_name().is_some_and(is_made_again)
        && fs::symlink_metadata(path.components().collect::<PathBuf>())
            .is_ok_and(|meta| meta.is_symlink() || (meta.is_dir() && !is_repository(path)))
}

fn is_repository(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(".git")).is_ok()
}

/// Ignored files, sorted.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    /// Files to keep, from the root.
    pub(super) kept: Vec<PathBuf>,
    /// What is lost with the worktree: files and folders that are not kept, from the root.
    pub(super) lost: Vec<PathBuf>,
    /// Those that are lost and not named.
    pub(super) unnamed: usize,
    /// Folders that are not kept, as they are made again, from the root.
    made_again: Vec<PathBuf>,
    bytes: u64,
}

/// Sorts what git says is ignored, looking into folders that may hold what people wrote.
pub(super) fn sort(top: &Path, ignored: &[PathBuf]) -> Ignored {
    let mut sorted = Ignored::default();
    for path in ignored {
        sorted.take(top, path);
    }
    sorted
}

impl Ignored {
    fn take(&mut self, top: &Path, path: &Path) {
        let Ok(meta) = fs::symlink_metadata(top.join(path)) else { return };
        if meta.is_dir() {
            self.take_folder(top, path);
        } else if (meta.is_file() || meta.is_symlink())
            && meta.len() <= limits::IGNORED_FILE_BYTES
            && self.bytes + meta.len() <= limits::IGNORED_BYTES
            && self.kept.len() < limits::IGNORED_FILES
        {
            self.bytes += meta.len();
            self.kept.push(path.components().collect());
        } else {
            self.leave_out(top, path);
        }
    }

    fn take_folder(&mut self, top: &Path, folder: &Path) {
        let path = top.join(folder);
        // Git does not look into a repository within a repository.
        if holds_what_is_made_again(&path) || is_repository(&path) {
            return self.leave_out(top, folder);
        }
        let Ok(entries) = fs::read_dir(path) else { return self.leave_out(top, folder) };
        for entry in entries.flatten() {
            if self.kept.len() >= limits::IGNORED_FILES {
                return self.leave_out(top, folder);
            }
            self.take(top, &folder.join(entry.file_name()));
        }
    }

    /// What is lost is named before what is made again, of which there may be any number.
    fn leave_out(&mut self, top: &Path, path: &Path) {
        let is_lost = !holds_what_is_made_again(&top.join(path));
        let list = if is_lost { &mut self.lost } else { &mut self.made_again };
        if list.len() < limits::IGNORED_NAMED {
            list.push(path.components().collect());
        } else if is_lost {
            self.unnamed += 1;
        }
    }

    /// What is not kept, as many as are named.
    pub(super) fn left_out(self) -> Vec<PathBuf> {
        self.lost.into_iter().chain(self.made_again).take(limits::IGNORED_NAMED).collect()
    }
}
