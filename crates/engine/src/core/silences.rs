//! Sessions that are silent: after a while they may be stuck, and one whose agent said something last has ended its
//! turn, which nothing tells.

use std::collections::{BTreeSet, HashMap};

use callboard_model::fold::SessionFold;
use callboard_model::limits::QUIET_MS;
use callboard_model::session::{Alive, FactSource, TurnState};
use callboard_model::view::SessionView;
use callboard_model::{SessionId, Timestamp};
use callboard_store::{SessionFilter, Snapshot};

/// When each of them is to be looked at again.
#[derive(Debug, Default)]
pub(crate) struct Silences {
    due: BTreeSet<(Timestamp, SessionId)>,
    /// When each is due: what happens in a session puts it off.
    of: HashMap<SessionId, Timestamp>,
}

impl Silences {
    /// Those that were silent when the last daemon ended.
    pub(crate) fn load(s: &Snapshot<'_>) -> callboard_store::Result<Self> {
        let working =
            SessionFilter { working_only: true, hidden_too: true, ..SessionFilter::default() };
        let mut silences = Self::default();
        for row in s.sessions(&working)? {
            let fold = crate::row::fold_of(s, row.id)?;
            silences.set(row.id, fold.and_then(|fold| fold.silence_ends()));
        }
        Ok(silences)
    }

    /// Notes a session's row as it is made.
    pub(crate) fn note(&mut self, view: &SessionView, fold: &SessionFold, now: Timestamp) {
        let turn = &view.facts.turn;
        let works = turn.is == TurnState::Working;
        let may_end = works && turn.source == FactSource::Events;
        let may_be_stuck = works && view.facts.alive.is == Alive::Yes && view.parent.is_none();
        let end = fold.silence_ends().filter(|_| may_end);
        let stuck =
            fold.quiet_since(turn.at).filter(|_| may_be_stuck).map(|at| at.plus_ms(QUIET_MS));
        let next = [end, stuck].into_iter().flatten().filter(|due| *due >= now).min();
        self.set(view.id, next);
    }

    fn set(&mut self, id: SessionId, due: Option<Timestamp>) {
        if let Some(before) = self.of.remove(&id) {
            self.due.remove(&(before, id));
        }
        if let Some(due) = due {
            self.of.insert(id, due);
            self.due.insert((due, id));
        }
    }

    /// Those that are due; each is given once.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Vec<SessionId> {
        let mut due = Vec::new();
        while let Some((end, id)) = self.due.first().copied().filter(|(end, _)| now > *end) {
            self.due.remove(&(end, id));
            self.of.remove(&id);
            due.push(id);
        }
        due
    }
}
