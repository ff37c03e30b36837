//! Which transcript is read next: what changes now first, then history from the newest on.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::tracked::Tracked;

/// Transcripts that wait to be read.
pub(crate) struct Jobs {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    live: VecDeque<Arc<Tracked>>,
    history: BinaryHeap<History>,
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
