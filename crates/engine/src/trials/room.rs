//! How many trials go on at once, and whose turn it is.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use callboard_agents::StopFlag;

use crate::limits;

/// Trials that go on, and those that wait for their turn.
#[derive(Debug, Default)]
pub(crate) struct TrialsRoom {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    waiting: VecDeque<u64>,
    going_on: Vec<GoingOn>,
    is_closed: bool,
}

#[derive(Debug)]
struct GoingOn {
    number: u64,
    root: PathBuf,
    stop: StopFlag,
}

/// A place among those that go on; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Turn<'r> {
    room: &'r TrialsRoom,
    number: u64,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let number = self.number;
        self.room.lock().going_on.retain(|other| other.number != number);
        self.room.changed.notify_all();
    }
}

impl TrialsRoom {
    /// Waits for a turn in the repository whose main checkout is `root`, first come, first served; calls `wait` once if there is none at once. `None` if `stop` is told
    /// before, or the daemon ends.
    pub(super) fn take(
        &self,
        root: &Path,
        stop: &StopFlag,
        wait: impl FnOnce(),
    ) -> Option<Turn<'_>> {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.waiting.push_back(number);
        let is_due = |state: &State| {
            state.waiting.front() == Some(&number) && state.going_on.len() < limits::TRIALS_AT_ONCE
        };
        if !is_due(&state) {
            // Whoever is told may ask the room for something.
            drop(state);
            wait();
            state = self.lock();
        }
        while !state.is_closed && !stop.stopped() && !is_due(&state) {
            let waited = self.changed.wait_timeout(state, limits::TRIAL_LOOK_EVERY);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.waiting.retain(|other| *other != number);
        self.changed.notify_all();
        if state.is_closed || stop.stopped() {
            return None;
        }
        state.going_on.push(GoingOn { number, root: root.to_owned(), stop: stop.clone() });
        Some(Turn { room: self, number })
    }

    /// Does something that no trial of the same repository may begin or go on beside, but for the asker's own, where it
    /// has a turn; `None` where one does.
    pub(super) fn alone<T>(
        &self,
        root: &Path,
        own: Option<&Turn<'_>>,
        f: impl FnOnce() -> T,
    ) -> Option<T> {
        let state = self.lock();
        let is_own = |other: &GoingOn| own.is_some_and(|own| own.number == other.number);
        let is_alone = state.going_on.iter().all(|other| other.root != root || is_own(other));
        is_alone.then(f)
    }

    /// Stops all trials, and waits a while for them to take back what they gave.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        for one in &state.going_on {
            one.stop.stop();
        }
        self.changed.notify_all();
        let waited = self
            .changed
            .wait_timeout_while(state, limits::TRIAL_END_TIME, |state| !state.going_on.is_empty());
        if waited.unwrap_or_else(PoisonError::into_inner).1.timed_out() {
            tracing::warn!(
                "checks could not be ended in time: the next start takes back what they were given"
            );
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::mpsc::sync_channel;

    use super::*;

    fn root() -> &'static Path {
        Path::new("/r")
    }

    #[test]
    fn whoever_is_beyond_the_limit_waits_for_its_turn() {
        let room = TrialsRoom::default();
        let stop = StopFlag::default();
        let waited = Cell::new(0);
        let count = || waited.set(waited.get() + 1);
        let mut turns: Vec<_> =
            (0..limits::TRIALS_AT_ONCE).map(|_| room.take(root(), &stop, count).unwrap()).collect();
        assert_eq!(waited.get(), 0);
        assert!(room.alone(root(), Some(&turns[0]), || ()).is_none());
        assert!(room.alone(Path::new("/other"), None, || ()).is_some());
        let (sender, told) = sync_channel(2);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let turn = room.take(root(), &stop, || sender.send("waits").unwrap());
                sender.send("began").unwrap();
                turn.is_some()
            });
            assert_eq!(told.recv().unwrap(), "waits");
            assert!(told.try_recv().is_err());
            turns.pop();
            assert_eq!(told.recv().unwrap(), "began");
            assert!(waiting.join().unwrap());
        });
        let stopped = StopFlag::default();
        stopped.stop();
        assert!(room.take(root(), &stopped, || ()).is_none());
        turns.clear();
        let turn = room.take(root(), &stop, || ()).unwrap();
        assert_eq!(
            (room.alone(root(), Some(&turn), || 7), room.alone(root(), None, || 7)),
            (Some(7), None)
        );
    }

    #[test]
    fn the_end_of_the_daemon_stops_all() {
        let room = TrialsRoom::default();
        let stop = StopFlag::default();
        std::thread::scope(|scope| {
            let turn = room.take(root(), &stop, || ()).unwrap();
            let going_on = scope.spawn(|| {
                let turn = turn;
                while !stop.stopped() {
                    std::thread::yield_now();
                }
                drop(turn);
            });
            room.close();
            going_on.join().unwrap();
        });
        assert!(room.take(root(), &StopFlag::default(), || ()).is_none());
    }
}
