//! Which transcript is read next: what changes now first, then history from the newest on.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use callboard_model::Timestamp;

use super::tracked::Tracked;
use crate::engine::Clock;

/// Transcripts that wait to be read.
pub(crate) struct Jobs {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    live: VecDeque<Arc<Tracked>>,
    history: BinaryHeap<History>,
    /// By when they are due, then in the order of asking; each transcript once.
    later: BTreeMap<(Timestamp, u64), Arc<Tracked>>,
    asked_later: u64,
    reading_history: usize,
    closed: bool,
}

struct History {
    modified: Option<SystemTime>,
    transcript: Arc<Tracked>,
}

impl Ord for History {
    fn cmp(&self, other: &Self) -> Ordering {
        self.modified.cmp(&other.modified)
    }
}

impl PartialOrd for History {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for History {}

impl Jobs {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State::default()), changed: Condvar::new() }
    }

    /// Asks for what was appended to a transcript.
    pub(crate) fn add_live(&self, transcript: Arc<Tracked>) {
        // One that is already asked for will see this change, too.
        if transcript.ask() {
            self.lock().live.push_back(transcript);
            self.changed.notify_all();
        }
    }

    /// Asks for a transcript once `due` is past; a later moment takes the place of an earlier one.
    pub(crate) fn add_later(&self, transcript: Arc<Tracked>, due: Timestamp) {
        let mut state = self.lock();
        state.later.retain(|_, known| !Arc::ptr_eq(known, &transcript));
        state.asked_later += 1;
        let number = state.asked_later;
        state.later.insert((due, number), transcript);
        self.changed.notify_all();
    }

    /// Asks for what is due, each at its moment, until closed.
    pub(crate) fn run_later(&self, clock: Clock) {
        let mut state = self.lock();
        while !state.closed {
            let wait = state
                .later
                .first_key_value()
                .map(|((due, _), _)| u64::try_from(due.since_ms(clock())).unwrap_or(0));
            match wait {
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(0) => {
                    let due = state.later.pop_first();
                    drop(state);
                    due.into_iter().for_each(|(_, transcript)| self.add_live(transcript));
                    state = self.lock();
                }
                Some(wait_ms) => {
                    let wait = Duration::from_millis(wait_ms);
                    let woken = self.changed.wait_timeout(state, wait);
                    state = woken.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    /// Asks for transcripts of the past, each with when it last changed.
    ///
    /// All at once: who reads the first must not take it for the last.
    pub(crate) fn add_history(&self, all: Vec<(Arc<Tracked>, Option<SystemTime>)>) {
        let all = all.into_iter().map(|(transcript, modified)| History { modified, transcript });
        self.lock().history.extend(all);
        self.changed.notify_all();
    }

    /// The next transcript that changed; waits for one. `None` when closed.
    pub(crate) fn next_live(&self) -> Option<Arc<Tracked>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(transcript) = state.live.pop_front() {
                return Some(transcript);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The newest transcript of the past; waits for one. `None` when closed.
    ///
    /// [`Self::history_done`] must follow.
    pub(crate) fn next_history(&self) -> Option<Arc<Tracked>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(next) = state.history.pop() {
                state.reading_history += 1;
                return Some(next.transcript);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A transcript of the past has been read; gives whether it was the last one.
    pub(crate) fn history_done(&self) -> bool {
        let mut state = self.lock();
        state.reading_history -= 1;
        state.reading_history == 0 && state.history.is_empty()
    }

    /// Ends the waiting of all readers.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use callboard_agents::{Compression, TranscriptFile};

    use super::super::tracked::Progress;
    use super::*;

    fn transcript(name: &str) -> Arc<Tracked> {
        let file = TranscriptFile {
            path: name.into(),
            compression: Compression::None,
            thread: None,
            size: 0,
            modified: None,
        };
        Arc::new(Tracked::new(callboard_agents::all()[0], file, Progress::default()))
    }

    #[test]
    fn what_is_due_is_asked_for_in_its_order_and_once() {
        let jobs = Jobs::new();
        let at = Timestamp::from_millisecond;
        let clock: Clock = || Timestamp::from_millisecond(10);
        let (first, second, never) = (transcript("first"), transcript("second"), transcript("n"));
        jobs.add_later(never.clone(), at(0));
        jobs.add_later(never, at(3_600_000));
        jobs.add_later(second, at(2));
        jobs.add_later(first, at(1));
        std::thread::scope(|scope| {
            scope.spawn(|| jobs.run_later(clock));
            let next = || jobs.next_live().map(|transcript| transcript.path());
            assert_eq!([next(), next()], [Some("first".into()), Some("second".into())]);
            jobs.close();
        });
        let state = jobs.lock();
        assert_eq!((state.live.len(), state.later.len()), (0, 1));
    }
}
