//! What was touched in checkouts, and is to be looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callboard_model::{SessionId, WorkspaceId};

use crate::limits;

/// What may have changed in a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// These files.
    Paths(BTreeSet<PathBuf>),
    /// Any of it.
    Anything,
}

impl Default for Part {
    fn default() -> Self {
        Self::Paths(BTreeSet::new())
    }
}

/// Checkouts that were touched, by their tops.
#[derive(Debug, Default)]
pub(super) struct Touched {
    state: Mutex<State>,
    changed: Condvar,
    looked: Condvar,
}

/// What was touched since it was last taken.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// Checkouts, by their tops.
    pub(super) parts: BTreeMap<PathBuf, Part>,
    /// Workspaces in which branches moved.
    pub(super) refs: BTreeSet<WorkspaceId>,
    /// Workspaces that may have other checkouts.
    pub(super) checkouts: BTreeSet<WorkspaceId>,
    /// Sessions that told something, by the checkouts that they work in.
    pub(super) told_by: BTreeMap<PathBuf, BTreeSet<SessionId>>,
    /// Checkouts of which somebody waits for a look.
    pub(super) asked: BTreeSet<PathBuf>,
    /// The last of those who wait.
    ticket: u64,
}

impl Taken {
    /// Adds what was touched since.
    pub(super) fn join(&mut self, more: Self) {
        for (top, part) in more.parts {
            self.parts.entry(top).or_default().join(part);
        }
        for (top, sessions) in more.told_by {
            self.told_by.entry(top).or_default().extend(sessions);
        }
        self.refs.extend(more.refs);
        self.checkouts.extend(more.checkouts);
        self.asked.extend(more.asked);
        self.ticket = self.ticket.max(more.ticket);
    }
}

impl Part {
    /// Adds what else was touched.
    pub(super) fn join(&mut self, other: Self) {
        match (self, other) {
            (Self::Anything, _) => {}
            (known, Self::Anything) => *known = Self::Anything,
            (Self::Paths(paths), Self::Paths(more)) => paths.extend(more),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    taken: Taken,
    /// Checkouts that were taken, and not looked at since.
    due: BTreeSet<PathBuf>,
    /// Those who asked for a look, counted, and up to which of them it was made.
    tickets: u64,
    looked: u64,
    is_closed: bool,
}

impl State {
    fn give(&mut self) -> Taken {
        self.due.extend(self.taken.parts.keys().cloned());
        std::mem::take(&mut self.taken)
    }
}

impl Touched {
    /// A file of a checkout was touched.
    pub(super) fn path(&self, top: &Path, path: PathBuf) {
        let mut state = self.lock();
        let part = state.taken.parts.entry(top.to_owned()).or_default();
        if let Part::Paths(paths) = part {
            paths.insert(path);
            if paths.len() > limits::TOUCHED_PATHS {
                *part = Part::Anything;
            }
        }
        self.changed.notify_all();
    }

    /// Its commit or index was touched, and maybe no file.
    pub(super) fn head(&self, top: &Path) {
        self.lock().taken.parts.entry(top.to_owned()).or_default();
        self.changed.notify_all();
    }

    /// Any of a checkout may have been touched.
    pub(super) fn anything(&self, top: &Path) {
        self.lock().taken.parts.insert(top.to_owned(), Part::Anything);
        self.changed.notify_all();
    }

    /// A workspace may have other checkouts now.
    pub(super) fn checkouts(&self, workspace: WorkspaceId) {
        self.lock().taken.checkouts.insert(workspace);
        self.changed.notify_all();
    }

    /// Branches of a workspace moved.
    pub(super) fn refs(&self, workspace: WorkspaceId) {
        self.lock().taken.refs.insert(workspace);
        self.changed.notify_all();
    }

    /// A session that works in a checkout told something.
    pub(super) fn told(&self, top: &Path, session: SessionId) {
        let mut state = self.lock();
        state.taken.parts.entry(top.to_owned()).or_default();
        state.taken.told_by.entry(top.to_owned()).or_default().insert(session);
        self.changed.notify_all();
    }

    /// Has a checkout looked at now, and waits for that for at most `time`; gives whether it was.
    pub(super) fn look(&self, top: &Path, time: Duration) -> bool {
        let mut state = self.lock();
        state.tickets += 1;
        let ticket = state.tickets;
        state.taken.parts.entry(top.to_owned()).or_default();
        state.taken.asked.insert(top.to_owned());
        state.taken.ticket = ticket;
        self.changed.notify_all();
        let is_waiting = |state: &mut State| state.looked < ticket && !state.is_closed;
        let waited = self.looked.wait_timeout_while(state, time, is_waiting);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.looked >= ticket
    }

    /// Waits for a look at a checkout for at most `time`, if any of it was touched since the last one.
    pub(super) fn settle(&self, top: &Path, time: Duration) {
        let is_due = {
            let state = self.lock();
            state.due.contains(top) || state.taken.parts.contains_key(top)
        };
        if is_due {
            self.look(top, time);
        }
    }

    /// What was taken has been looked at.
    pub(super) fn looked_at(&self, taken: &Taken) {
        let mut state = self.lock();
        state.looked = state.looked.max(taken.ticket);
        state.due.retain(|top| !taken.parts.contains_key(top));
        drop(state);
        self.looked.notify_all();
    }

    /// What was touched meanwhile, without waiting.
    pub(super) fn more(&self) -> Taken {
        self.lock().give()
    }

    /// Waits until something was touched, for at most `time`, and gives it: nothing if nothing was. `None` when it is
    /// closed.
    #[allow(
        clippy::option_option,
        reason = "that nothing was touched and that it is closed are two answers"
    )]
    pub(super) fn take(&self, time: Duration) -> Option<Option<Taken>> {
        let is_idle = |state: &mut State| state.taken == Taken::default() && !state.is_closed;
        let waited = self.changed.wait_timeout_while(self.lock(), time, is_idle);
        let (mut state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if !waited.timed_out() && !state.is_closed {
            drop(state);
            // Whoever writes one file writes the next.
            std::thread::sleep(limits::TOUCHED_SETTLES);
            state = self.lock();
        }
        if state.is_closed {
            return None;
        }
        let taken = state.give();
        Some((taken != Taken::default()).then_some(taken))
    }

    /// Nothing more is looked at.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
        self.looked.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_touched_is_given_once_and_too_much_is_anything() {
        let touched = Touched::default();
        let (one, two) = (Path::new("/one"), Path::new("/two"));
        touched.refs(WorkspaceId(1));
        touched.path(one, "a".into());
        touched.path(one, "b".into());
        touched.head(two);
        let parts = touched.take(Duration::ZERO).unwrap().unwrap().parts;
        assert_eq!(parts[one], Part::Paths(["a".into(), "b".into()].into()));
        assert_eq!(parts[two], Part::default());
        assert_eq!(touched.take(Duration::ZERO), Some(None));
        for n in 0..=limits::TOUCHED_PATHS {
            touched.path(one, n.to_string().into());
        }
        touched.path(one, "more".into());
        assert_eq!(touched.take(Duration::ZERO).unwrap().unwrap().parts[one], Part::Anything);
        touched.close();
        assert!(touched.take(Duration::from_secs(100)).is_none());
    }
}
