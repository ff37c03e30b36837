//! Every transcript that is known, by its paths and by its file's identity.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callboard_agents::{Agent, TranscriptFile};
use callboard_store::Source;

use super::tracked::{Progress, Tracked, identity};

/// What became of a transcript that was at a path.
pub(crate) enum Lost {
    /// Its file is gone.
    Gone(Arc<Tracked>),
    /// It is at another of its file's paths now; the store does not know yet.
    Moved(Arc<Tracked>),
}

/// The transcripts that are known.
#[derive(Default)]
pub(crate) struct Tracking {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    by_path: HashMap<PathBuf, Arc<Tracked>>,
    /// Further paths of their files: by links to folders, or hard links.
    aliases: HashMap<PathBuf, (Arc<Tracked>, TranscriptFile)>,
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
        let mut known = self.lock();
        known.by_path.get(path).cloned().or_else(|| known.by_alias(path))
    }

    /// Tracks a file; `is_new` when it appeared while we watch. Gives the transcript, and whether it
    /// was tracked already.
    pub(crate) fn track(
        &self,
        agent: &'static dyn Agent,
        file: TranscriptFile,
        is_new: bool,
    ) -> (Arc<Tracked>, bool) {
        let agent = agent.agent_of(&file).unwrap_or(agent);
        let mut known = self.lock();
        if let Some(tracked) = known.by_path.get(&file.path).cloned() {
            tracked.set_file(file);
            return (tracked, true);
        }
        if let Some(tracked) = known.by_alias(&file.path) {
            return (tracked, true);
        }
        let id = identity_at(&file.path);
        if let Some(found) = id.and_then(|id| known.by_identity.get(&id).cloned()) {
            let before = found.path();
            // Away, or taken away and brought back.
            if before == file.path || !before.exists() {
                known.by_path.remove(&before);
                known.by_path.insert(file.path.clone(), found.clone());
                found.set_file(file);
                found.set_moved();
                return (found, true);
            }
            if identity_at(&before) == id && found.agent.name() == agent.name() {
                known.aliases.insert(file.path.clone(), (found.clone(), file));
                return (found, true);
            }
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

    /// There is no file at this path any more; `None` if that changes nothing.
    pub(crate) fn lose(&self, path: &Path) -> Option<Lost> {
        let mut known = self.lock();
        known.aliases.remove(path);
        let tracked = known.by_path.remove(path)?;
        let Some(file) = known.take_alias_of(&tracked) else { return Some(Lost::Gone(tracked)) };
        known.by_path.insert(file.path.clone(), tracked.clone());
        tracked.set_file(file);
        tracked.set_moved();
        Some(Lost::Moved(tracked))
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
    /// The transcript that has this as a further path, if its file is still the same.
    fn by_alias(&mut self, path: &Path) -> Option<Arc<Tracked>> {
        let (tracked, _) = self.aliases.get(path)?;
        let here = identity_at(path);
        if here.is_none() || here == identity_at(&tracked.path()) {
            return Some(tracked.clone());
        }
        self.aliases.remove(path);
        None
    }

    /// A transcript's file at another path that still leads to it.
    fn take_alias_of(&mut self, tracked: &Arc<Tracked>) -> Option<TranscriptFile> {
        let is_its = |path: &PathBuf| {
            let id = identity_at(path);
            let found = id.and_then(|id| self.by_identity.get(&id));
            found.is_some_and(|found| Arc::ptr_eq(found, tracked))
        };
        let mut paths = self.aliases.iter().filter(|(_, (of, _))| Arc::ptr_eq(of, tracked));
        let path = paths.find_map(|(path, _)| is_its(path).then(|| path.clone()))?;
        self.aliases.remove(&path).map(|(_, file)| file)
    }

    /// The stored row of a file: by its path, or by its identity if the file at the row's path is
    /// this one too, or gone.
    fn take_stored(&mut self, path: &Path, id: Option<(u64, u64)>) -> Option<Source> {
        if let Some(row) = self.stored.remove(path) {
            return Some(row);
        }
        if let Some(before) = self.stored_identity.get(&id?)
            && let Some(row) = self.stored.remove(before)
        {
            if !before.exists() || identity_at(before) == id {
                return Some(row);
            }
            self.stored.insert(before.clone(), row);
        }
        self.gone.remove(&id?)
    }
}

fn identity_at(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().as_ref().and_then(identity)
}
