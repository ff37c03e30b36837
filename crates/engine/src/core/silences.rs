//! Sessions whose agent said something last: after a long silence their turn has ended, which nothing tells.

use std::collections::BTreeSet;

use callboard_model::fold::SessionFold;
use callboard_model::session::{FactSource, TurnState};
use callboard_model::view::SessionView;
use callboard_model::{SessionId, Timestamp};
use callboard_store::{SessionFilter, Snapshot};

/// When each of them is to be looked at again.
#[derive(Debug, Default)]
pub(crate) struct Silences {
    due: BTreeSet<(Timestamp, SessionId)>,
}

impl Silences {
    /// Those that were silent when the last daemon ended.
    pub(crate) fn load(s: &Snapshot<'_>) -> callboard_store::Result<Self> {
        let working =
            SessionFilter { working_only: true, hidden_too: true, ..SessionFilter::default() };
        let mut silences = Self::default();
        for row in s.sessions(&working)? {
            let fold = s.fold(row.id)?.and_then(|(_, json)| SessionFold::from_json(&json));
            silences.due.extend(fold.and_then(|fold| Some((fold.silence_ends()?, row.id))));
        }
        Ok(silences)
    }

    /// Notes a session's row as it is made.
    pub(crate) fn note(&mut self, view: &SessionView, fold: &SessionFold) {
        let turn = &view.facts.turn;
        let may_end = turn.is == TurnState::Working && turn.source == FactSource::Events;
        if may_end {
            self.due.extend(fold.silence_ends().map(|end| (end, view.id)));
        }
    }

    /// Those that are due; each is given once.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Vec<SessionId> {
        let mut due = Vec::new();
        while let Some((end, id)) = self.due.first().copied().filter(|(end, _)| now > *end) {
            self.due.remove(&(end, id));
            due.push(id);
        }
        due
    }
}
