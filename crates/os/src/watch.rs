//! File notifications.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use notify::{EventKind, RecursiveMode, Watcher as _};

use crate::limits;

/// What a watched file system reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileNotification {
    /// Something became of this path: it was written, made, moved or removed.
    Changed(PathBuf),
    /// Notifications were lost: anything watched may have changed.
    Lost,
}

/// Watches folders until dropped.
pub struct FileWatcher {
    inner: notify::RecommendedWatcher,
}

/// A folder that could not be watched, and why.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch {}: {cause}", .path.display())]
pub struct WatchError {
    path: PathBuf,
    cause: notify::Error,
}

impl FileWatcher {
    /// A watcher of nothing yet, and the receiving end of its notifications.
    ///
    /// # Errors
    /// When the system has no notifications to give.
    pub fn new() -> Result<(Self, Receiver<FileNotification>), WatchError> {
        let (sender, receiver) = sync_channel(limits::FILE_NOTIFICATIONS);
        let overflowed = Arc::new(AtomicBool::new(false));
        let inner = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            report(event, &sender, &overflowed);
        })
        .map_err(|cause| WatchError { path: PathBuf::new(), cause })?;
        Ok((Self { inner }, receiver))
    }

    /// The same for whoever can do without notifications: `None` where there are none, with `without` in the log, which
    /// says what becomes of that.
    #[must_use]
    pub fn or_warn(without: &str) -> Option<(Self, Receiver<FileNotification>)> {
        match Self::new() {
            Ok(both) => Some(both),
            Err(error) => {
                tracing::warn!(%error, "{without}");
                None
            }
        }
    }

    /// Watches `folder`, and all below it if `recursive`.
    ///
    /// # Errors
    /// When the folder is missing, or the system's watches have run out.
    pub fn watch(&mut self, folder: &Path, recursive: bool) -> Result<(), WatchError> {
        let mode = if recursive { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        self.inner
            .watch(folder, mode)
            .map_err(|cause| WatchError { path: folder.to_owned(), cause })
    }

    /// Stops watching `folder`.
    pub fn unwatch(&mut self, folder: &Path) {
        // It fails only when the folder is not watched.
        let _ = self.inner.unwatch(folder);
    }
}

impl WatchError {
    /// Whether the system has no more watches to give, rather than this folder being at fault.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        matches!(self.cause.kind, notify::ErrorKind::MaxFilesWatch)
    }
}

fn report(
    event: notify::Result<notify::Event>,
    sender: &SyncSender<FileNotification>,
    overflowed: &AtomicBool,
) {
    let notifications: Vec<_> = match event {
        Ok(event) if event.need_rescan() => vec![FileNotification::Lost],
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
        Ok(event) => event.paths.into_iter().map(FileNotification::Changed).collect(),
        Err(_) => vec![FileNotification::Lost],
    };
    for notification in notifications {
        // Once the queue was full, the reader must be told before anything else.
        if overflowed.load(Ordering::Relaxed) && sender.try_send(FileNotification::Lost).is_ok() {
            overflowed.store(false, Ordering::Relaxed);
        }
        if let Err(TrySendError::Full(_)) = sender.try_send(notification) {
            overflowed.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_write_in_a_new_folder_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let (mut watcher, notifications) = FileWatcher::new().unwrap();
        watcher.watch(&root, true).unwrap();
        std::fs::write(root.join("a"), "1").unwrap();
        let seen = notifications.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(seen, FileNotification::Changed(root.join("a")));
    }
}
