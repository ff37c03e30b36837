//! What is done beside the asker: freeing the bytes of removed worktrees, counting room, filling the pool.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use callboard_agents::StopFlag;
use callboard_model::worktree::{DiskUse, WorktreeState};
use callboard_model::{WorkspaceId, WorktreeId};
use callboard_store::LogKind;

use super::CALLBOARD;
use super::jobs::{Job, Jobs, Lane};
use crate::{Engine, EngineError, limits};

/// Where it is kept what worktrees that are not Callboard's take.
const FOREIGN_DISK_USE: &str = "worktrees.disk_use";

/// Hands out what is done beside the asker.
#[derive(Default)]
pub(crate) struct Keeper {
    free: OnceLock<SyncSender<Free>>,
    jobs: Arc<Jobs>,
    /// For what outlives the request that began it.
    pub(super) engine: OnceLock<Weak<Engine>>,
    /// Worktrees that are being removed, restored, set up again or served.
    busy: Arc<Mutex<BTreeSet<WorktreeId>>>,
}

/// A worktree with which nobody else does anything while this is held.
pub(super) struct Busy {
    all: Arc<Mutex<BTreeSet<WorktreeId>>>,
    id: WorktreeId,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Keeper {
    /// Claims a worktree for what is done by one at a time.
    pub(super) fn claim(&self, id: WorktreeId) -> Result<Busy, EngineError> {
        if self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
            return Ok(Busy { all: self.busy.clone(), id });
        }
        Err(EngineError::Conflict {
            text: format!("something else is being done with {id} just now; nothing was changed"),
            hint: "wait for that to end",
        })
    }
}

/// A removed folder whose bytes are to be freed.
pub(super) struct Free {
    /// Its worktree; none for one of the pool.
    pub(super) id: Option<WorktreeId>,
    pub(super) trash: PathBuf,
    /// Told how many bytes were freed, or why they were not.
    pub(super) done: Option<SyncSender<Result<u64, String>>>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.jobs.close();
    }
}

/// Starts doing it, behind a look at what the last daemon left.
pub(crate) fn start(engine: &Arc<Engine>, stop: &StopFlag) {
    let (free, to_free) = sync_channel(limits::WORKTREE_JOBS);
    // They are set once, here.
    let _ = engine.keeper.engine.set(Arc::downgrade(engine));
    let _ = engine.keeper.free.set(free);
    let (weak, stopping) = (Arc::downgrade(engine), stop.clone());
    std::thread::spawn(move || free_all(&weak, &stopping, &to_free));
    let (weak, stopping) = (Arc::downgrade(engine), stop.clone());
    std::thread::spawn(move || {
        callboard_os::thread::give_way();
        let Some(engine) = weak.upgrade() else { return };
        engine.recover_worktrees();
        for _ in 0..limits::WORKTREES_AT_WORK {
            let jobs = Arc::clone(&engine.keeper.jobs);
            let (weak, stopping) = (weak.clone(), stopping.clone());
            std::thread::spawn(move || work(&weak, &stopping, &jobs));
        }
    });
}

fn free_all(engine: &Weak<Engine>, stop: &StopFlag, to_free: &Receiver<Free>) {
    callboard_os::thread::give_way();
    // The sender lives in the engine.
    while let Ok(job) = to_free.recv() {
        let Some(engine) = engine.upgrade().filter(|_| !stop.stopped()) else { return };
        engine.free(job);
    }
}

fn work(engine: &Weak<Engine>, stop: &StopFlag, jobs: &Jobs) {
    callboard_os::thread::give_way();
    // They are closed with the engine.
    while let Some(taken) = jobs.take() {
        let Some(engine) = engine.upgrade().filter(|_| !stop.stopped()) else { return };
        match &taken.job {
            Job::SetUp(id) => engine.set_up(*id),
            Job::Fill(workspace) => engine.fill_pool(*workspace),
            Job::Measure(id) => engine.measure_worktree(*id),
            Job::MeasureFolder(path) => engine.measure_folder(path),
        }
    }
}

impl Engine {
    /// Has a removed folder's bytes freed.
    pub(super) fn free_later(&self, job: Free) {
        if self.keeper.free.get().is_none_or(|jobs| jobs.try_send(job).is_err()) {
            tracing::warn!(
                "too many removed worktrees wait to be freed: this one is, at the next start"
            );
        }
    }

    /// Has a worktree's setup gone on with. One too many is not forgotten: its worktree says so.
    pub(super) fn set_up_later(&self, workspace: WorkspaceId, id: WorktreeId) {
        if self.keeper.jobs.put(Lane::Repository(workspace), Job::SetUp(id)) {
            return;
        }
        let noted = self.change_worktree(id, LogKind::WORKTREE, CALLBOARD, |row| {
            row.facts.setup = Some(
                "not run: too many worktrees wait for theirs; `callboard worktree setup` runs it"
                    .into(),
            );
        });
        if let Err(error) = noted {
            tracing::warn!(%error, "that a worktree's setup was not run could not be noted");
        }
    }

    /// Has the pool of a workspace looked at when there is time.
    pub(super) fn fill_later(&self, workspace: WorkspaceId) {
        self.keep_later(Lane::Repository(workspace), Job::Fill(workspace));
    }

    /// Has the room counted that a worktree takes when there is time.
    pub(super) fn measure_later(&self, id: WorktreeId) {
        self.keep_later(Lane::Counting, Job::Measure(id));
    }

    /// Has the room counted that somebody else's worktree takes when there is time.
    pub(super) fn measure_folder_later(&self, path: PathBuf) {
        self.keep_later(Lane::Counting, Job::MeasureFolder(path));
    }

    fn keep_later(&self, lane: Lane, job: Job) {
        if !self.keeper.jobs.put(lane, job) {
            tracing::debug!(
                "too much waits to be done for worktrees: this is, when asked for again"
            );
        }
    }

    fn free(&self, job: Free) {
        let freed = match callboard_os::remove::folder(&job.trash) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            other => other.map_err(|error| format!("{}: {error}", job.trash.display())),
        };
        if let Err(error) = &freed {
            tracing::warn!(
                error,
                "a removed worktree's folder could not be deleted; it is tried again at the next start"
            );
        }
        if let (Some(id), Ok(bytes)) = (job.id, &freed) {
            let bytes = *bytes;
            let noted = self.change_worktree(id, LogKind::WORKTREE, CALLBOARD, move |row| {
                row.facts.freed = Some(row.facts.freed.unwrap_or(0) + bytes);
                row.facts.trash = None;
            });
            if let Err(error) = noted {
                tracing::warn!(%error, "what a removal freed could not be noted");
            }
        }
        if let Some(done) = job.done {
            // Its asker may have gone.
            let _ = done.send(freed);
        }
    }

    /// What worktrees that are not Callboard's take, as last counted, by their folder.
    pub(super) fn foreign_disk_use(&self) -> BTreeMap<String, DiskUse> {
        let kept = self.read(|s| Ok(s.setting(FOREIGN_DISK_USE)?)).ok().flatten();
        kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default()
    }

    fn measure_folder(&self, path: &Path) {
        let mut known = self.foreign_disk_use();
        let name = super::text_of(path);
        let is_fresh = |disk: &DiskUse| self.now().since_ms(disk.at) < limits::DISK_USE_AGE_MS;
        if known.get(&name).is_some_and(is_fresh) {
            return;
        }
        known.retain(|folder, _| Path::new(folder).is_dir());
        let bytes = callboard_os::disk::folder_state(path).bytes;
        known.insert(name, DiskUse { bytes, at: self.now() });
        let kept = serde_json::to_value(known).unwrap_or_default();
        if let Err(error) = self.ask(move |core| core.put_setting(FOREIGN_DISK_USE, &kept)) {
            tracing::warn!(%error, "the room that a worktree takes could not be noted");
        }
    }

    fn measure_worktree(&self, id: WorktreeId) {
        let Ok(Some(found)) = self.read(|s| Ok(s.worktree(id)?)) else { return };
        let is_due = found
            .row
            .facts
            .disk
            .is_none_or(|disk| self.now().since_ms(disk.at) >= limits::DISK_USE_AGE_MS);
        let is_there = matches!(
            found.row.state,
            WorktreeState::Ready | WorktreeState::Parked | WorktreeState::Pooled
        );
        if !is_due || !is_there {
            return;
        }
        let bytes = callboard_os::disk::folder_state(&found.row.path).bytes;
        let at = self.now();
        let noted = self.change_worktree(id, LogKind::WORKTREE, CALLBOARD, move |row| {
            row.facts.disk = Some(DiskUse { bytes, at });
        });
        if let Err(error) = noted {
            tracing::warn!(%error, "the room that a worktree takes could not be noted");
        }
    }
}
