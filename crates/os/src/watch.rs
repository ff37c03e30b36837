//! File notifications.

mod polled;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use notify::{EventKind, RecursiveMode, Watcher as _};

use self::polled::Polled;
use crate::limits;

/// What a watched file system reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileNotification {
    /// Something became of this path: it was written, made, moved or removed.
    Changed(PathBuf),
    /// Notifications were lost: anything watched may have changed.
    Lost,
}

/// Watches folders until dropped: by the system's notifications, and by looking where it has none left to give, as
/// where other programs took all of `fs.inotify.max_user_instances`.
pub struct FileWatcher {
    native: Option<notify::RecommendedWatcher>,
    polled: Option<Polled>,
    outbox: Outbox,
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
    #[must_use]
    pub fn new() -> (Self, Receiver<FileNotification>) {
        let (outbox, receiver) = Outbox::new();
        let told = outbox.clone();
        let native = notify::recommended_watcher(move |event| report(event, &told));
        let native = native.inspect_err(|error| tracing::warn!(%error, "{POLLED}")).ok();
        (Self { native, polled: None, outbox }, receiver)
    }

    /// Watches `folder`, and all below it if `recursive`.
    ///
    /// # Errors
    /// When the folder is missing, or there is more in it than can be watched.
    pub fn watch(&mut self, folder: &Path, recursive: bool) -> Result<(), WatchError> {
        let mode = if recursive { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        let watched = match &mut self.native {
            Some(native) => native.watch(folder, mode),
            None => Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch)),
        };
        let watched = match watched {
            Err(error) if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) => {
                self.polled().watch(folder, recursive)
            }
            watched => watched,
        };
        watched.map_err(|cause| WatchError { path: folder.to_owned(), cause })
    }

    /// Stops watching `folder`.
    pub fn unwatch(&mut self, folder: &Path) {
        if let Some(native) = &mut self.native {
            // It fails only when the folder is not watched.
            let _ = native.unwatch(folder);
        }
        if let Some(polled) = &self.polled {
            polled.unwatch(folder);
        }
    }

    /// Whether some of what it watches is looked at again and again, which tells of a change a second later.
    #[must_use]
    pub fn is_polled(&self) -> bool {
        self.polled.is_some()
    }

    fn polled(&mut self) -> &Polled {
        self.polled.get_or_insert_with(|| {
            tracing::warn!("{POLLED}");
            Polled::new(self.outbox.clone())
        })
    }
}

const POLLED: &str = "the system has no file notifications left; folders are looked at instead";

impl WatchError {
    /// Whether nothing more can be watched, rather than this folder being at fault.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        matches!(self.cause.kind, notify::ErrorKind::MaxFilesWatch)
    }
}

/// Where notifications go; those that find no room are folded into one.
#[derive(Clone)]
struct Outbox {
    sender: SyncSender<FileNotification>,
    overflowed: Arc<AtomicBool>,
}

impl Outbox {
    fn new() -> (Self, Receiver<FileNotification>) {
        let (sender, receiver) = sync_channel(limits::FILE_NOTIFICATIONS);
        (Self { sender, overflowed: Arc::default() }, receiver)
    }

    fn send(&self, notification: FileNotification) {
        let Self { sender, overflowed } = self;
        // Once the queue was full, the reader must be told before anything else.
        if overflowed.load(Ordering::Relaxed) && sender.try_send(FileNotification::Lost).is_ok() {
            overflowed.store(false, Ordering::Relaxed);
        }
        if let Err(TrySendError::Full(_)) = sender.try_send(notification) {
            overflowed.store(true, Ordering::Relaxed);
        }
    }
}

fn report(event: notify::Result<notify::Event>, outbox: &Outbox) {
    match event {
        Ok(event) if event.need_rescan() => outbox.send(FileNotification::Lost),
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => {}
        Ok(event) => {
            event.paths.into_iter().map(FileNotification::Changed).for_each(|one| outbox.send(one));
        }
        Err(_) => outbox.send(FileNotification::Lost),
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
        let (mut watcher, notifications) = FileWatcher::new();
        watcher.watch(&root, true).unwrap();
        std::fs::write(root.join("a"), "1").unwrap();
        let seen = notifications.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(seen, FileNotification::Changed(root.join("a")));
    }
}
