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

/// Ignored files, sorted.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    /// Files to keep, from the root.
    pub(super) kept: Vec<PathBuf>,
    /// Files and folders that are not kept, from the root.
    pub(super) left_out: Vec<PathBuf>,
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
            self.leave_out(path);
        }
    }

    fn take_folder(&mut self, top: &Path, folder: &Path) {
        let is_made_again = folder.file_name().is_some_and(is_made_again);
        // Git does not look into a repository within a repository.
        if is_made_again || top.join(folder).join(".git").exists() {
            return self.leave_out(folder);
        }
        let Ok(entries) = fs::read_dir(top.join(folder)) else { return self.leave_out(folder) };
        for entry in entries.flatten() {
            if self.kept.len() >= limits::IGNORED_FILES {
                return self.leave_out(folder);
            }
            self.take(top, &folder.join(entry.file_name()));
        }
    }

    fn leave_out(&mut self, path: &Path) {
        if self.left_out.len() < limits::IGNORED_NAMED {
            self.left_out.push(path.components().collect());
        }
    }
}
