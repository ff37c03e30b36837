//! Watching by looking again and again: for folders that the system has no notifications left for.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use super::{FileNotification, Outbox};
use crate::limits;

/// Looks at folders until dropped.
pub(super) struct Polled {
    folders: Arc<Mutex<BTreeMap<PathBuf, Looked>>>,
    /// Its other end is the thread that looks, which ends with it.
    _alive: SyncSender<()>,
}

/// What was seen of a folder.
struct Looked {
    recursive: bool,
    seen: Seen,
}

type Seen = BTreeMap<PathBuf, Stamp>;

/// What tells that a file is another than before: `notify`'s own poll watcher takes whole seconds, and misses what is
/// appended within one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    file: u64,
    is_folder: bool,
}

impl Polled {
    pub(super) fn new(outbox: Outbox) -> Self {
        let folders = Arc::default();
        let (alive, ended) = sync_channel(1);
        let looked_at = Arc::clone(&folders);
        std::thread::spawn(move || {
            crate::thread::give_way();
            look_until(&ended, &looked_at, &outbox);
        });
        Self { folders, _alive: alive }
    }

    /// From now on, what changes in `folder` is told; fails as the system's notifications would.
    pub(super) fn watch(&self, folder: &Path, recursive: bool) -> Result<(), notify::Error> {
        if !folder.is_dir() {
            return Err(notify::Error::path_not_found().add_path(folder.to_owned()));
        }
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let entries: usize = folders.values().map(|looked| looked.seen.len()).sum();
        let seen = look(folder, recursive);
        if entries + seen.len() > limits::POLLED_ENTRIES {
            return Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch));
        }
        folders.entry(folder.to_owned()).or_insert(Looked { recursive, seen }).recursive |=
            recursive;
        Ok(())
    }

    pub(super) fn unwatch(&self, folder: &Path) {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).remove(folder);
    }
}

fn look_until(ended: &Receiver<()>, folders: &Mutex<BTreeMap<PathBuf, Looked>>, outbox: &Outbox) {
    let mut pause = limits::POLL_EVERY;
    while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        let began = Instant::now();
        let mut changed = Vec::new();
        // What was written before something that is told is told with it, wherever it lies.
        for _ in 0..limits::POLL_PASSES {
            let found = pass(folders);
            if found.is_empty() {
                break;
            }
            changed.extend(found);
        }
        pause = limits::POLL_EVERY.max(began.elapsed() * limits::POLL_REST);
        for path in changed {
            outbox.send(FileNotification::Changed(path));
        }
    }
}

/// What is other than at the pass before.
fn pass(folders: &Mutex<BTreeMap<PathBuf, Looked>>) -> Vec<PathBuf> {
    let all: Vec<(PathBuf, bool)> = {
        let folders = folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.iter().map(|(folder, looked)| (folder.clone(), looked.recursive)).collect()
    };
    let mut changed = Vec::new();
    for (folder, recursive) in all {
        let now = look(&folder, recursive);
        let mut folders = folders.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(looked) = folders.get_mut(&folder) else { continue };
        changed.extend(differences(&looked.seen, &now));
        looked.seen = now;
    }
    changed
}

fn differences(before: &Seen, now: &Seen) -> Vec<PathBuf> {
    let new = now.iter().filter(|(path, stamp)| before.get(*path) != Some(stamp));
    let gone = before.iter().filter(|(path, _)| !now.contains_key(*path));
    new.chain(gone).map(|(path, _)| path.clone()).collect()
}

/// What lies in a folder now, itself included; nothing if it is gone.
fn look(top: &Path, recursive: bool) -> Seen {
    let mut seen = Seen::new();
    let Ok(metadata) = top.symlink_metadata() else { return seen };
    seen.insert(top.to_owned(), Stamp { modified: None, length: 0, ..stamp(&metadata) });
    let mut open = vec![top.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            // It may have gone since it was listed.
            let Ok(metadata) = entry.metadata() else { continue };
            let path = entry.path();
            if recursive && metadata.is_dir() {
                open.push(path.clone());
            }
            if seen.len() > limits::POLLED_ENTRIES {
                return seen;
            }
            seen.insert(path, stamp(&metadata));
        }
    }
    seen
}

fn stamp(metadata: &Metadata) -> Stamp {
    use std::os::unix::fs::MetadataExt;
    let is_folder = metadata.is_dir();
    // What lies in a folder is told by itself.
    let (modified, length) = match is_folder {
        true => (None, 0),
        false => (metadata.modified().ok(), metadata.len()),
    };
    Stamp { modified, length, file: metadata.ino(), is_folder }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;

    fn told(receiver: &Receiver<FileNotification>, wanted: &[&Path]) -> bool {
        let wanted: BTreeSet<PathBuf> = wanted.iter().map(|path| (*path).to_owned()).collect();
        let mut seen = BTreeSet::new();
        while let Ok(FileNotification::Changed(path)) =
            receiver.recv_timeout(Duration::from_secs(10))
        {
            seen.insert(path);
            if seen.is_superset(&wanted) {
                return true;
            }
        }
        false
    }

    #[test]
    fn what_is_made_appended_and_removed_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let (kept, gone) = (root.join("deep/kept"), root.join("gone"));
        std::fs::create_dir(root.join("deep")).unwrap();
        std::fs::write(&kept, "1").unwrap();
        std::fs::write(&gone, "1").unwrap();
        let (outbox, receiver) = Outbox::new();
        let polled = Polled::new(outbox);
        polled.watch(&root, true).unwrap();
        std::fs::write(&kept, "12").unwrap();
        std::fs::remove_file(&gone).unwrap();
        std::fs::create_dir(root.join("new")).unwrap();
        std::fs::write(root.join("new/file"), "1").unwrap();
        assert!(told(&receiver, &[&kept, &gone, &root.join("new/file")]));
    }

    #[test]
    fn a_folder_that_is_not_recursive_tells_of_its_own_entries_only() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("deep")).unwrap();
        std::fs::write(dir.path().join("one"), "1").unwrap();
        let before = look(dir.path(), false);
        std::fs::write(dir.path().join("deep/below"), "1").unwrap();
        assert_eq!(differences(&before, &look(dir.path(), false)), Vec::<PathBuf>::new());
        std::fs::write(dir.path().join("one"), "2").unwrap();
        assert_eq!(differences(&before, &look(dir.path(), false)), [dir.path().join("one")]);
        std::fs::remove_dir_all(dir.path()).unwrap();
        assert_eq!(differences(&before, &look(dir.path(), false)).len(), 3);
    }

    #[test]
    fn a_folder_that_is_missing_cannot_be_watched() {
        let dir = tempfile::tempdir().unwrap();
        let (outbox, _receiver) = Outbox::new();
        assert!(Polled::new(outbox).watch(&dir.path().join("none"), false).is_err());
    }
}
