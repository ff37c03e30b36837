//! What waits for the writer, in three lanes: requests of people first, live events next, history last.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A lane of the inbox, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Somebody waits for the answer.
    Request = 0,
    /// Something happens now.
    Live = 1,
    /// Something happened before.
    Backfill = 2,
}

/// A bounded queue with lanes; whoever fills a full lane waits.
pub(crate) struct Inbox<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    drained: Condvar,
    limits: [usize; 3],
}

struct State<T> {
    lanes: [VecDeque<T>; 3],
    closed: bool,
}

impl<T> Inbox<T> {
    pub(crate) fn new(limits: [usize; 3]) -> Self {
        Self {
            state: Mutex::new(State {
                lanes: [VecDeque::new(), VecDeque::new(), VecDeque::new()],
                closed: false,
            }),
            filled: Condvar::new(),
            drained: Condvar::new(),
            limits,
        }
    }

    /// Puts `item` into `lane`, waiting for room; gives it back when the inbox is closed.
    pub(crate) fn push(&self, lane: Lane, item: T) -> Result<(), T> {
        let lane = lane as usize;
        let mut state = self.lock();
        while !state.closed && state.lanes[lane].len() >= self.limits[lane] {
            state = self.drained.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return Err(item);
        }
        state.lanes[lane].push_back(item);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// The most urgent item; `None` when nothing came within about `time` or the inbox is closed and empty.
    pub(crate) fn pop(&self, time: Duration) -> Option<T> {
        let nothing =
            |state: &mut State<T>| !state.closed && state.lanes.iter().all(VecDeque::is_empty);
        let (mut state, _) = self
            .filled
            .wait_timeout_while(self.lock(), time, nothing)
            .unwrap_or_else(PoisonError::into_inner);
        let item = state.lanes.iter_mut().find_map(VecDeque::pop_front)?;
        drop(state);
        self.drained.notify_all();
        Some(item)
    }

    /// The next item of the last lane, if nothing more urgent waits and it is as `wanted`.
    pub(crate) fn pop_unhurried(&self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        let mut state = self.lock();
        let [requests, live, backfill] = &mut state.lanes;
        if !requests.is_empty() || !live.is_empty() || !backfill.front().is_some_and(wanted) {
            return None;
        }
        let item = backfill.pop_front();
        drop(state);
        self.drained.notify_all();
        item
    }

    /// Takes nothing more; what waits can still be popped.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
        self.drained.notify_all();
    }

    /// Whether it takes nothing more and nothing waits.
    pub(crate) fn is_finished(&self) -> bool {
        let state = self.lock();
        state.closed && state.lanes.iter().all(VecDeque::is_empty)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_urgent_lane_comes_first() {
        let inbox = Inbox::new([4, 4, 4]);
        inbox.push(Lane::Backfill, "old").unwrap();
        inbox.push(Lane::Live, "now").unwrap();
        inbox.push(Lane::Request, "asked").unwrap();
        let order: Vec<_> = std::iter::from_fn(|| inbox.pop(Duration::ZERO)).collect();
        assert_eq!(order, ["asked", "now", "old"]);
    }

    #[test]
    fn a_full_lane_waits_and_the_others_do_not() {
        let inbox = std::sync::Arc::new(Inbox::new([4, 4, 1]));
        inbox.push(Lane::Backfill, 1).unwrap();
        let behind = {
            let inbox = inbox.clone();
            std::thread::spawn(move || inbox.push(Lane::Backfill, 2))
        };
        inbox.push(Lane::Live, 3).unwrap();
        let order: Vec<_> = (0..3).filter_map(|_| inbox.pop(Duration::from_secs(10))).collect();
        assert!(behind.join().unwrap().is_ok());
        assert_eq!(order, [3, 1, 2]);
    }

    #[test]
    fn the_last_lane_is_unhurried_only_while_nothing_else_waits() {
        let inbox = Inbox::new([4, 4, 4]);
        inbox.push(Lane::Backfill, 1).unwrap();
        inbox.push(Lane::Backfill, 2).unwrap();
        assert_eq!(inbox.pop_unhurried(|n| *n == 2), None);
        assert_eq!(inbox.pop_unhurried(|n| *n == 1), Some(1));
        inbox.push(Lane::Live, 3).unwrap();
        assert_eq!(inbox.pop_unhurried(|_| true), None);
    }

    #[test]
    fn a_closed_inbox_gives_out_what_it_has() {
        let inbox = Inbox::new([4, 4, 4]);
        inbox.push(Lane::Live, 1).unwrap();
        inbox.close();
        assert_eq!(inbox.push(Lane::Live, 2), Err(2));
        assert_eq!(inbox.pop(Duration::from_secs(10)), Some(1));
        assert_eq!(inbox.pop(Duration::from_secs(10)), None);
        assert!(inbox.is_finished());
    }
}
