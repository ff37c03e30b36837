//! What waits to be done for worktrees: one job at a time for each repository, so that a slow one holds up no other.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use callboard_model::{WorkspaceId, WorktreeId};

use crate::limits;

/// Something to be done when there is time. What somebody waits for comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Job {
    /// Go on with a worktree's setup.
    SetUp(WorktreeId),
    /// The pool of a workspace may have room.
    Fill(WorkspaceId),
    /// Count what a worktree takes.
    Measure(WorktreeId),
    /// Count what a worktree that is not Callboard's takes.
    MeasureFolder(PathBuf),
}

/// What is done one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// Work in a repository.
    Repository(WorkspaceId),
    /// Counting room, which keeps the disk busy.
    Counting,
}

/// Jobs that wait, and lanes that are at work.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<(Lane, Job)>,
    at_work: BTreeSet<Lane>,
    is_closed: bool,
}

/// A job that was taken; its lane is free again when this is dropped.
pub(super) struct Taken<'a> {
    jobs: &'a Jobs,
    lane: Lane,
    pub(super) job: Job,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.jobs.lock().at_work.remove(&self.lane);
        self.jobs.changed.notify_all();
    }
}

impl Jobs {
    /// Has a job done, once if it waits already; `false` if too much waits.
    pub(super) fn put(&self, lane: Lane, job: Job) -> bool {
        let mut state = self.lock();
        if state.waiting.iter().any(|waiting| *waiting == (lane, job.clone())) {
            return true;
        }
        if state.waiting.len() >= limits::WORKTREE_JOBS {
            return false;
        }
        state.waiting.push((lane, job));
        self.changed.notify_all();
        true
    }

    /// Waits for the first job whose lane is free; `None` when no more are done.
    pub(super) fn take(&self) -> Option<Taken<'_>> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            let free = |(_, (lane, _)): &(usize, &(Lane, Job))| !state.at_work.contains(lane);
            let next = state.waiting.iter().enumerate().filter(free);
            // The first of several that are as urgent.
            let at = next.min_by_key(|(at, (_, job))| (job.urgency(), *at)).map(|(at, _)| at);
            if let Some(at) = at {
                let (lane, job) = state.waiting.remove(at);
                state.at_work.insert(lane);
                return Some(Taken { jobs: self, lane, job });
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Has nothing more done; what is being done ends by itself.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    fn urgency(&self) -> u8 {
        match self {
            Self::SetUp(_) => 0,
            Self::Fill(_) => 1,
            Self::Measure(_) | Self::MeasureFolder(_) => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Lane = Lane::Repository(WorkspaceId(1));
    const TWO: Lane = Lane::Repository(WorkspaceId(2));

    #[test]
    fn a_repository_at_work_holds_up_no_other() {
        let jobs = Jobs::default();
        for (lane, job) in [
            (ONE, Job::Fill(WorkspaceId(1))),
            (ONE, Job::SetUp(WorktreeId(1))),
            (TWO, Job::Fill(WorkspaceId(2))),
            (TWO, Job::Fill(WorkspaceId(2))),
            (Lane::Counting, Job::Measure(WorktreeId(1))),
        ] {
            assert!(jobs.put(lane, job));
        }
        let first = jobs.take().unwrap();
        assert_eq!((first.lane, &first.job), (ONE, &Job::SetUp(WorktreeId(1))));
        let second = jobs.take().unwrap();
        assert_eq!((second.lane, &second.job), (TWO, &Job::Fill(WorkspaceId(2))));
        assert_eq!(jobs.take().unwrap().lane, Lane::Counting);
        drop(first);
        assert_eq!(jobs.take().unwrap().job, Job::Fill(WorkspaceId(1)));
        assert!(jobs.lock().waiting.is_empty(), "what waits already is done once");
        jobs.close();
        assert!(jobs.take().is_none());
    }

    #[test]
    fn no_more_than_the_limit_waits() {
        let jobs = Jobs::default();
        let put = |n: usize| jobs.put(ONE, Job::MeasureFolder(n.to_string().into()));
        assert!((0..limits::WORKTREE_JOBS).all(put));
        assert!(!put(limits::WORKTREE_JOBS));
    }
}
