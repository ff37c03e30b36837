//! File notifications: which transcript changed, and where new ones may appear.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use callboard_agents::WatchRoot;
use callboard_model::Timestamp;
use callboard_os::watch::{FileNotification, FileWatcher};

use super::{Report, Shared};
use crate::limits;

/// Watches the homes and walks them once, then goes on until the jobs are closed.
pub(super) fn start(shared: Arc<Shared>) {
    thread::spawn(move || {
        let (watcher, notifications) = FileWatcher::new();
        Watching::new(shared, watcher).run(&notifications);
    });
}

/// What a person is told who may want it otherwise.
const POLLED: &str = "the system has no file notifications left: other programs took them all; changes are found by \
                      looking each second; raise fs.inotify.max_user_instances or fs.inotify.max_user_watches, and \
                      start the daemon again";

struct Watching {
    shared: Arc<Shared>,
    watcher: FileWatcher,
    /// Every root with the number of its home.
    roots: Vec<(usize, WatchRoot)>,
    watched: HashSet<PathBuf>,
    reported: HashSet<PathBuf>,
    /// Folders that just appeared, with the number of their home: what is made in one before the system
    /// watches it is told by nobody, so they are looked at again.
    fresh: Vec<(usize, PathBuf)>,
    /// When those are looked at again.
    look_again_at: Option<Timestamp>,
    sweep_at: Timestamp,
}

impl Watching {
    fn new(shared: Arc<Shared>, watcher: FileWatcher) -> Self {
        let roots = shared
            .homes
            .iter()
            .enumerate()
            .flat_map(|(index, home)| {
                home.agent.watch_roots(&home.path).into_iter().map(move |root| (index, root))
            })
            .collect();
        let sweep_at = shared.after(limits::SWEEP_EVERY);
        Self {
            shared,
            watcher,
            roots,
            watched: HashSet::new(),
            reported: HashSet::new(),
            fresh: Vec::new(),
            look_again_at: None,
            sweep_at,
        }
    }

    fn run(mut self, notifications: &Receiver<FileNotification>) {
        // Watched before walked: what appears in between is seen twice rather than never.
        self.watch_roots();
        self.shared.walk();
        while !self.shared.jobs.is_closed() {
            // What is due is not put off by what goes on.
            match notifications.recv_timeout(self.until_due()) {
                Ok(FileNotification::Changed(path)) => self.changed(&path),
                Ok(FileNotification::Lost) => self.sweep_at = self.now(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => thread::park_timeout(self.until_due()),
            }
            let now = self.now();
            if self.look_again_at.is_some_and(|at| at <= now) {
                self.look_again();
            }
            if self.sweep_at <= now {
                self.sweep();
                self.sweep_at = self.after(limits::SWEEP_EVERY);
            }
        }
    }

    fn now(&self) -> Timestamp {
        (self.shared.clock)()
    }

    fn after(&self, wait: Duration) -> Timestamp {
        self.shared.after(wait)
    }

    fn until_due(&self) -> Duration {
        let due = self.look_again_at.map_or(self.sweep_at, |at| at.min(self.sweep_at));
        let wait = Duration::from_millis(due.since_ms(self.now()).unsigned_abs());
        // A clock that was set back puts nothing off for longer.
        wait.min(limits::SWEEP_EVERY)
    }

    /// Watches what is not watched yet; in place of a missing folder the nearest one above it.
    fn watch_roots(&mut self) {
        let roots: Vec<_> = self.roots.iter().map(|(_, root)| root.clone()).collect();
        for root in roots {
            let mut nearest = nearest_folder(&root.path);
            while let Some(folder) = nearest {
                if folder != root.path {
                    // A folder that went took the system's watch along.
                    self.watched.remove(&root.path);
                }
                self.watch(folder, root.recursive && folder == root.path);
                // What is below may have appeared before this one was watched.
                nearest = nearest_folder(&root.path).filter(|now| *now != folder);
            }
        }
    }

    fn watch(&mut self, folder: &Path, recursive: bool) {
        if self.watched.contains(folder) {
            return;
        }
        let was_polled = self.watcher.is_polled();
        match self.watcher.watch(folder, recursive) {
            Ok(()) => {
                self.watched.insert(folder.to_owned());
            }
            Err(error) if self.reported.insert(folder.to_owned()) => {
                self.problem(
                    folder,
                    format!("{error}; changes there are found by looking every minute"),
                );
            }
            Err(_) => {}
        }
        if self.watcher.is_polled() && !was_polled {
            self.problem(folder, POLLED.to_owned());
        }
    }

    fn problem(&self, path: &Path, text: String) {
        (self.shared.deliver)(true, Report::Problem { path: path.to_owned(), text });
    }

    fn changed(&mut self, path: &Path) {
        let homes: HashSet<usize> = self
            .roots
            .iter()
            .filter(|(_, root)| path.starts_with(&root.path))
            .map(|(index, _)| *index)
            .collect();
        if homes.is_empty() {
            // Something above a missing root: perhaps the root appeared.
            let below: HashSet<usize> = self
                .roots
                .iter()
                .filter(|(_, root)| root.path.starts_with(path))
                .map(|(index, _)| *index)
                .collect();
            if !below.is_empty() {
                self.sweep();
                below.into_iter().for_each(|index| self.remember(index, path));
            }
            return;
        }
        for index in homes {
            if (self.shared.on_change)(index, path) {
                continue;
            }
            if self.roots.iter().any(|(_, root)| root.path == path) {
                self.watch_roots();
            }
            self.look_at(index, path, limits::NEW_FOLDER_DEPTH);
            self.remember(index, path);
        }
    }

    fn remember(&mut self, index: usize, path: &Path) {
        if self.fresh.len() < limits::FRESH_FOLDERS && path.is_dir() {
            self.fresh.push((index, path.to_owned()));
            let soon = self.after(limits::FRESH_FOLDER_AFTER);
            self.look_again_at.get_or_insert(soon);
        }
    }

    fn look_again(&mut self) {
        self.look_again_at = None;
        self.watch_roots();
        for (index, folder) in std::mem::take(&mut self.fresh) {
            if let Some(home) = self.shared.homes.get(index) {
                (self.shared.on_change)(index, &home.path);
            }
            self.look_at(index, &folder, limits::NEW_FOLDER_DEPTH);
        }
    }

    /// A file that changed, or a folder that appeared with files already in it.
    fn look_at(&self, index: usize, path: &Path, depth: usize) {
        let Some(home) = self.shared.homes.get(index) else { return };
        if depth == 0 || !path.is_dir() {
            return self.shared.touch(home, path);
        }
        let Ok(entries) = std::fs::read_dir(path) else { return };
        for entry in entries.flatten() {
            self.look_at(index, &entry.path(), depth - 1);
        }
    }

    /// Repairs what notifications missed.
    fn sweep(&mut self) {
        self.watch_roots();
        for (index, home) in self.shared.homes.iter().enumerate() {
            (self.shared.on_change)(index, &home.path);
            home.agent.transcripts(&home.path, &mut |item| {
                if let callboard_agents::Found::File(file) = item {
                    match self.shared.tracking.get(&file.path) {
                        None => self.shared.begin(home, file),
                        Some(transcript) if transcript.may_have_changed(&file) => {
                            self.shared.jobs.add_live(transcript);
                        }
                        Some(_) => {}
                    }
                }
            });
        }
        for transcript in self.shared.tracking.all() {
            let path = transcript.path();
            if !path.exists() {
                self.shared.lose(&path);
            }
        }
    }
}

/// The folder, or in its place the nearest one above it.
fn nearest_folder(path: &Path) -> Option<&Path> {
    path.ancestors().find(|above| above.is_dir())
}
