//! Every transcript that is known, by its path and by its file's identity.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callboard_agents::{Agent, TranscriptFile};
use callboard_store::Source;

use super::tracked::{Progress, Tracked, identity};

/// The transcripts that are known.
#[derive(Default)]
pub(crate) struct Tracking {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    by_path: HashMap<PathBuf, Arc<Tracked>>,
    by_identity: HashMap<(u64, u64), Arc<Tracked>>,
    stored: HashMap<PathBuf, Source>,
    stored_identity: HashMap<(u64, u64), PathBuf>,
    /// Those whose files were gone, should one of them come back.
    gone: HashMap<(u64, u64), Source>,
}

impl Tracking {
    /// Knows what the store has read before.
    pub(crate) fn new(sources: Vec<Source>) -> Self {
        let mut known = Known::default();
        for source in sources {
            let row = &source.row;
            if source.gone_at.is_some() {
                known.gone.insert((row.dev, row.inode), source);
                continue;
            }
            known.stored_identity.insert((row.dev, row.inode), row.path.clone());
            known.stored.insert(row.path.clone(), source);
        }
        Self { known: Mutex::new(known) }
    }

    /// The transcript at this path, if it is tracked.
    pub(crate) fn get(&self, path: &Path) -> Option<Arc<Tracked>> {
        self.lock().by_path.get(path).cloned()
    }

    /// Tracks a file; `is_new` when it appeared while we watch. Gives the transcript, and whether it
    /// was tracked already.
    pub(crate) fn track(
        &self,
        agent: &'static dyn Agent,
        file: TranscriptFile,
        is_new: bool,
    ) -> (Arc<Tracked>, bool) {
        let mut known = self.lock();
        if let Some(tracked) = known.by_path.get(&file.path).cloned() {
            tracked.set_file(file);
            return (tracked, true);
        }
        let id = std::fs::metadata(&file.path).ok().as_ref().and_then(identity);
        if let Some(moved) = id.and_then(|id| known.by_identity.get(&id).cloned())
            // Away, or taken away and brought back.
            && (moved.path() == file.path || !moved.path().exists())
        {
            known.by_path.remove(&moved.path());
            known.by_path.insert(file.path.clone(), moved.clone());
            moved.set_file(file);
            moved.set_moved();
            return (moved, true);
        }
        let stored = known.take_stored(&file.path, id);
        let progress = stored.as_ref().map_or_else(
            || Progress { is_live: is_new, ..Progress::default() },
            Progress::of_source,
        );
        let path = file.path.clone();
        let tracked = Arc::new(Tracked::new(agent, file, progress));
        if stored.is_some_and(|source| source.row.path != path || source.gone_at.is_some()) {
            tracked.set_moved();
        }
        known.by_path.insert(path, tracked.clone());
        if let Some(id) = id {
            known.by_identity.insert(id, tracked.clone());
        }
        (tracked, false)
    }

    /// The file at this path is gone; gives the transcript that was tracked there.
    pub(crate) fn lose(&self, path: &Path) -> Option<Arc<Tracked>> {
        let tracked = self.lock().by_path.remove(path)?;
        Some(tracked)
    }

    /// What the store has read of files that are gone.
    pub(crate) fn missing(&self) -> Vec<Source> {
        let known = self.lock();
        known.stored.values().filter(|source| !source.row.path.exists()).cloned().collect()
    }

    /// Every transcript that is tracked.
    pub(crate) fn all(&self) -> Vec<Arc<Tracked>> {
        self.lock().by_path.values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// The stored row of a file: by its path, or by its identity if no file is at the row's path.
    fn take_stored(&mut self, path: &Path, id: Option<(u64, u64)>) -> Option<Source> {
        if let Some(row) = self.stored.remove(path) {
            return Some(row);
        }
        if let Some(before) = self.stored_identity.get(&id?)
            && let Some(row) = self.stored.remove(before)
        {
            if !before.exists() {
                return Some(row);
            }
            self.stored.insert(before.clone(), row);
        }
        self.gone.remove(&id?)
    }
}
