//! What sessions did, as far as it was read: a long one is not read again from its first event for each receipt.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use callboard_model::receipt::Observed;
use callboard_model::{EventKind, Seq, SessionId};
use callboard_store::{EventPage, PageFrom, Snapshot};

use crate::transcript::Retelling;
use crate::{EngineError, limits};

/// The kinds of events that tell what a session did.
const KINDS: [EventKind; 9] = [
    EventKind::Prompt,
    EventKind::Text,
    EventKind::Command,
    EventKind::Edit,
    EventKind::Read,
    EventKind::Search,
    EventKind::Tool,
    EventKind::Result,
    EventKind::Info,
];

/// A session, read up to an event.
#[derive(Debug, Clone)]
struct Seen {
    session: SessionId,
    /// The last event that was taken, and how many there were up to it: where it is another number now, events were put
    /// between or taken away, and all is read anew.
    last: Seq,
    count: u64,
    observed: Observed,
}

/// The sessions that were read last.
#[derive(Debug, Default)]
pub(super) struct SeenSessions {
    /// The one that was asked for longest ago comes first.
    sessions: Mutex<VecDeque<Seen>>,
}

impl SeenSessions {
    /// What a session's events show, its newest included.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn observe(
        &self,
        s: &Snapshot<'_>,
        session: SessionId,
    ) -> Result<Observed, EngineError> {
        let known = self.take(session);
        let is_same = match &known {
            Some(known) => s.events_up_to(session, known.last)? == Some(known.count),
            None => false,
        };
        let (mut observed, mut last) = match known.filter(|_| is_same) {
            Some(known) => (known.observed, Some(known.last)),
            None => (Observed::default(), None),
        };
        let mut retelling = Retelling::new(s);
        loop {
            let from = last.map_or(PageFrom::Start, PageFrom::After);
            let page = EventPage { from, kinds: &KINDS, file: None, limit: limits::PAGE_EVENTS };
            let rows = s.events(session, &page)?;
            let Some(newest) = rows.last() else { break };
            last = Some(newest.seq);
            for event in retelling.events(&rows)? {
                observed.apply(&event);
            }
        }
        if let Some(last) = last
            && let Some(count) = s.events_up_to(session, last)?
        {
            self.put(Seen { session, last, count, observed: observed.clone() });
        }
        Ok(observed)
    }

    fn take(&self, session: SessionId) -> Option<Seen> {
        let mut sessions = self.lock();
        let at = sessions.iter().position(|seen| seen.session == session)?;
        sessions.remove(at)
    }

    fn put(&self, seen: Seen) {
        let mut sessions = self.lock();
        sessions.retain(|known| known.session != seen.session);
        sessions.push_back(seen);
        let mut bytes: usize = sessions.iter().map(|seen| seen.observed.bytes()).sum();
        while bytes > limits::SESSIONS_SEEN_BYTES {
            let Some(oldest) = sessions.pop_front() else { return };
            bytes -= oldest.observed.bytes();
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Seen>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
