//! Waits for the socket to appear.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use callboard_os::watch::{FileNotification, FileWatcher};

use crate::{StopFlag, limits};

pub(super) struct SocketFile {
    home: PathBuf,
    folder: PathBuf,
    watcher: FileWatcher,
    notifications: Receiver<FileNotification>,
    /// Looks at the flag before the socket is tried again without a notification. Grows while nothing
    /// happens: a file may appear before it is watched, and before anybody listens on it.
    patience: u32,
}

impl SocketFile {
    pub(super) fn new(home: PathBuf, folder: PathBuf) -> Self {
        let (watcher, notifications) = FileWatcher::new();
        Self { home, folder, watcher, notifications, patience: 1 }
    }

    /// Something was heard on the socket: if it is lost now, it may soon be back.
    pub(super) fn was_there(&mut self) {
        self.patience = 1;
    }

    /// Returns when something happened where the socket belongs, when told to stop, or after a while.
    pub(super) fn wait(&mut self, stop: &StopFlag) {
        // The home is busy; it is watched only for the folder to appear in it.
        if self.folder.is_dir() && self.watcher.watch(&self.folder, false).is_ok() {
            self.watcher.unwatch(&self.home);
        } else {
            // What is not there cannot be watched: then the retry finds it.
            let _ = self.watcher.watch(&self.home, false);
        }
        for _ in 0..self.patience {
            if stop.stopped() {
                return;
            }
            if self.happened() {
                self.patience = 1;
                return;
            }
        }
        self.patience = (self.patience * 2).min(limits::SOCKET_RETRY_CHECKS);
    }

    /// Whether something happens there within the time between two looks at the flag.
    fn happened(&self) -> bool {
        match self.notifications.recv_timeout(limits::STOP_CHECK_TIME) {
            Ok(FileNotification::Changed(path)) => path.starts_with(&self.folder),
            Ok(FileNotification::Lost) => true,
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(limits::STOP_CHECK_TIME);
                false
            }
        }
    }
}
