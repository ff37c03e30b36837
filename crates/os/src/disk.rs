//! Room on disks and sizes of folders.

use std::path::Path;

/// Bytes that may still be written on the disk that `path` is on.
#[must_use]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Bytes of all files below `folder`; what cannot be read counts nothing.
#[must_use]
pub fn folder_bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => folder_bytes(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}

/// What a folder holds, as far as its files' headers tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FolderState {
    /// Bytes that it takes on its disk: whole blocks, a file with several names once.
    pub bytes: u64,
    /// Differs once a file below it was made, removed or written to.
    pub mark: u64,
}

/// The state of a folder; what cannot be read counts nothing.
#[cfg(unix)]
#[must_use]
pub fn folder_state(folder: &Path) -> FolderState {
    use std::hash::{DefaultHasher, Hash, Hasher};
    use std::os::unix::fs::MetadataExt;
    const BLOCK_BYTES: u64 = 512;
    let mut open = vec![folder.to_owned()];
    let mut linked = std::collections::HashSet::new();
    let mut state = FolderState::default();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() {
                open.push(entry.path());
            }
            if meta.is_dir() || meta.nlink() == 1 || linked.insert((meta.dev(), meta.ino())) {
                state.bytes += meta.blocks() * BLOCK_BYTES;
            }
            let mut hasher = DefaultHasher::new();
            let times = (meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec());
            (entry.file_name(), meta.ino(), meta.size(), times).hash(&mut hasher);
            // A sum is the same in whatever order folders are read.
            state.mark = state.mark.wrapping_add(hasher.finish());
        }
    }
    state
}

/// The state of a folder; what cannot be read counts nothing.
#[cfg(not(unix))]
#[must_use]
pub fn folder_state(folder: &Path) -> FolderState {
    let bytes = folder_bytes(folder);
    FolderState { bytes, mark: bytes }
}
