//! The folder outside the tree that keeps agents and generated inputs between runs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// `$CALLBOARD_TEST_CACHE`, or `~/.cache/callboard-tests`; made if missing.
pub(crate) fn folder() -> PathBuf {
    let folder = std::env::var_os("CALLBOARD_TEST_CACHE").map_or_else(
        || {
            let home = std::env::var_os("HOME").expect("HOME, or CALLBOARD_TEST_CACHE, is set");
            Path::new(&home).join(".cache/callboard-tests")
        },
        PathBuf::from,
    );
    fs::create_dir_all(&folder).unwrap_or_else(|e| panic!("make {}: {e}", folder.display()));
    folder
}

/// The file `name` of the cache, open for locking.
pub(crate) fn lock_file(name: &str) -> File {
    let path = folder().join(name);
    File::options()
        .create(true)
        .append(true)
        .open(&path)
        .unwrap_or_else(|e| panic!("open {}: {e}", path.display()))
}
