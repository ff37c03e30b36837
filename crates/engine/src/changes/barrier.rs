//! Waits until all notifications of what was written so far have come in: a file is written into a folder that is
//! watched like all others, and notifications keep their order.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

use callboard_os::watch::FileWatcher;

use crate::limits;

/// What the barrier is made of.
#[derive(Debug, Default)]
pub(super) struct Barrier {
    state: Mutex<State>,
    passed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// None where nothing is watched.
    folder: Option<PathBuf>,
    next: u64,
    passed: u64,
}

impl Barrier {
    /// Has the watcher watch its folder, which is made.
    pub(super) fn watch(&self, watcher: &mut FileWatcher, folder: &Path) {
        let is_watched = std::fs::create_dir_all(folder).is_ok()
            && folder.canonicalize().is_ok_and(|folder| {
                let is_watched = watcher.watch(&folder, false).is_ok();
                self.lock().folder = is_watched.then_some(folder);
                is_watched
            });
        if !is_watched {
            tracing::debug!("looks do not wait for notifications");
        }
    }

    /// Waits until what was written before has been told, for at most [`limits::NOTIFIED_WITHIN`]; gives whether it was.
    pub(super) fn wait(&self) -> bool {
        let mut state = self.lock();
        let Some(folder) = state.folder.clone() else { return false };
        state.next += 1;
        let number = state.next;
        drop(state);
        let file = folder.join(number.to_string());
        if std::fs::write(&file, "").is_err() {
            return false;
        }
        let is_behind = |state: &mut State| state.passed < number;
        let waited =
            self.passed.wait_timeout_while(self.lock(), limits::NOTIFIED_WITHIN, is_behind);
        let _ = std::fs::remove_file(&file);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.passed >= number
    }

    /// Takes a notification; gives whether it is the barrier's.
    pub(super) fn take(&self, path: &Path) -> bool {
        let mut state = self.lock();
        if state.folder.is_none() || path.parent() != state.folder.as_deref() {
            return false;
        }
        let number = path.file_name().and_then(|name| name.to_str()?.parse().ok());
        state.passed = state.passed.max(number.unwrap_or_default());
        drop(state);
        self.passed.notify_all();
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
