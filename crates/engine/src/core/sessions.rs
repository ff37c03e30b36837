//! Sessions as the writer holds them: the folds it works on, what runs, and the rows made of both.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use callboard_agents::{LiveSession, LiveUpdate};
use callboard_model::fold::SessionFold;
use callboard_model::owned::OwnedState;
use callboard_model::session::{Alive, Outcome, StateWord, TurnState};
use callboard_model::view::{OwnedView, SessionView};
use callboard_model::{AgentName, Seq, SessionId, ThreadKey, Timestamp, WorkspaceId};
use callboard_store::{Durability, Result, SessionRow, Snapshot, Store, Write};

use super::messages::report_glance;
use super::running::RunningSessions;
use super::silences::Silences;
use super::{Core, LOG_SESSION, forks};
use crate::refold::Refolded;
use crate::row::{self, Links};
use crate::transcript::Retelling;
use crate::workspaces::{Place, Workspaces};
use crate::{EngineError, limits};

/// Stored with a fold that misses events: it must not outlive the daemon as if it were whole.
const INCOMPLETE: Seq = Seq(0);

/// A session's fold while it is worked on.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) agent: AgentName,
    pub(crate) thread: ThreadKey,
    pub(crate) fold: SessionFold,
    /// Order of commit of its newest event.
    pub(crate) seq: Seq,
    /// Events came that belong before others already folded.
    pub(crate) is_out_of_order: bool,
    last_used: u64,
}

impl Held {
    /// The session as the store has it; one that it does not know has no events yet.
    fn stored(w: &Write<'_>, id: SessionId, agent: &AgentName, thread: &ThreadKey) -> Result<Self> {
        let (seq, fold) = match w.view().fold(id)? {
            // One of another version, or left incomplete, is made anew.
            Some((seq, json)) => (seq, SessionFold::from_json(&json).filter(|_| seq != INCOMPLETE)),
            None => (Seq::default(), Some(SessionFold::default())),
        };
        Ok(Self {
            agent: agent.clone(),
            thread: thread.clone(),
            is_out_of_order: fold.is_none(),
            fold: fold.unwrap_or_default(),
            seq,
            last_used: 0,
        })
    }
}

/// Folds in memory; those not used for long give way.
#[derive(Debug, Default)]
pub(crate) struct Folds {
    held: HashMap<SessionId, Held>,
    uses: u64,
}

impl Folds {
    /// What is held may differ from the store: read it anew.
    pub(crate) fn forget_all(&mut self) {
        self.held.clear();
    }

    fn make_room(&mut self) {
        if self.held.len() <= limits::FOLDS_IN_MEMORY {
            return;
        }
        let mut uses: Vec<u64> = self.held.values().map(|held| held.last_used).collect();
        uses.sort_unstable();
        let oldest_kept = uses[uses.len() - limits::FOLDS_IN_MEMORY / 2];
        self.held.retain(|_, held| held.last_used >= oldest_kept || held.is_out_of_order);
    }
}

/// All that a session's row is made of, for the time of one transaction.
pub(crate) struct Sessions<'a> {
    pub(crate) folds: &'a mut Folds,
    pub(crate) workspaces: &'a mut Workspaces,
    pub(crate) running: &'a RunningSessions,
    pub(crate) silences: &'a mut Silences,
    pub(crate) now: Timestamp,
    /// Folds that miss events, which came out of order, are made anew.
    pub(crate) folds_anew: bool,
}

impl Sessions<'_> {
    /// The session's fold, from the store if it is not in memory.
    pub(crate) fn hold(
        &mut self,
        w: &Write<'_>,
        id: SessionId,
        agent: &AgentName,
        thread: &ThreadKey,
    ) -> Result<&mut Held> {
        self.folds.uses += 1;
        if !self.folds.held.contains_key(&id) {
            self.folds.make_room();
        }
        let last_used = self.folds.uses;
        let held = match self.folds.held.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Held::stored(w, id, agent, thread)?),
        };
        held.last_used = last_used;
        Ok(held)
    }

    /// Has the session's fold made anew from the events that it has now.
    pub(crate) fn fold_again(&mut self, w: &Write<'_>, id: SessionId) -> Result<()> {
        if let Some(stored) = w.view().session(id)? {
            self.hold(w, id, &stored.agent, &stored.thread)?.is_out_of_order = true;
        }
        Ok(())
    }

    /// Stores the session's fold and row, moves the card of its task, and gives the row.
    pub(crate) fn put(&mut self, w: &mut Write<'_>, id: SessionId) -> Result<SessionView> {
        let Some(stored) = w.view().session(id)? else {
            return Err(callboard_store::StoreError::NotFound(format!("session {id}")));
        };
        let (held, running) = {
            let (agent, thread) = (stored.agent.clone(), stored.thread.clone());
            self.hold(w, id, &agent, &thread)?;
            self.fold_anew(w, id)?;
            self.put_facts(w, id)?;
            (self.folds.held.get(&id).cloned(), self.running.of(&agent, &thread))
        };
        let Some(held) = held else {
            return Err(callboard_store::StoreError::NotFound(format!("session {id}")));
        };
        let facts = &held.fold.facts;
        let parent = self.parent_of(w, &held)?;
        let forked_from = match &facts.forked_from {
            Some(native) => Some(w.session_of(&held.agent, &ThreadKey::main(native.clone()))?.0),
            None => None,
        };
        let links = Links {
            id,
            agent: held.agent.clone(),
            thread: held.thread.clone(),
            workspace: None,
            task: w.view().tasks_of_session(id)?.first().copied(),
            parent,
            forked_from,
            children: u32::try_from(w.view().children(id)?.len()).unwrap_or(u32::MAX),
            seq: held.seq,
        };
        let usage = forks::own_part(&w.view(), id, &held.fold.usage)?;
        let mut view = row::of(links, &held.fold, &usage, running, self.now);
        view.workspace = self.workspace_of(&view, &held);
        let owned = w.view().owned_of_session(id)?;
        view.owned = owned.map(|owned| Box::new(row::owned(&owned)));
        view.report = report_glance(&w.view(), id, &held.fold)?.map(Box::new);
        if let Some(waits) = row::held_up(view.owned.as_deref()) {
            view.activity = format!("waits: {waits}");
            // It goes on by itself: nobody has to look after what the limit broke off.
            view.facts.turn.is = TurnState::Working;
            view.state = view.facts.word();
        }
        let is_over = |owned: &OwnedView| owned.state == OwnedState::Ended;
        if view.state == StateWord::Interrupted && view.owned.as_deref().is_some_and(is_over) {
            // Its end broke the turn off: it was asked for.
            (view.facts.turn.is, view.facts.outcome.is) = (TurnState::Idle, Outcome::Open);
            view.state = view.facts.word();
        }
        self.silences.note(&view, &held.fold, self.now);
        let is_new_child = stored.row.parent.is_none() && parent.is_some();
        let state_before = stored.row.state;
        w.put_session(id, &row_of(&view))?;
        if let Ok(json) = held.fold.to_json() {
            let seq = if held.is_out_of_order { INCOMPLETE } else { held.seq };
            w.put_fold(id, seq, &json)?;
        }
        if let Some(parent) = parent.filter(|_| is_new_child) {
            self.put(w, parent)?;
        }
        if view.task.is_none() && parent.is_none() {
            view.task = super::tasks::link_by_branch(w, &view)?;
            if view.task.is_some() {
                w.put_session(id, &row_of(&view))?;
            }
        }
        if let Some(task) = view.task
            && state_before.word() != view.state
        {
            super::tasks::follow_sessions(w, task, &format!("{id}"))?;
        }
        super::calls::follow_session(w, &view, &held.fold, &state_before)?;
        Ok(view)
    }

    /// Stores what the session's new events prove. What a fold that misses events found is not sure, and is found
    /// anew with it.
    fn put_facts(&mut self, w: &mut Write<'_>, id: SessionId) -> Result<()> {
        let Some(held) = self.folds.held.get_mut(&id) else { return Ok(()) };
        let (facts, is_anew) = held.fold.tracker.take_news();
        if held.is_out_of_order {
            return Ok(());
        }
        w.put_facts(id, &facts, is_anew)
    }

    fn workspace_of(&mut self, view: &SessionView, held: &Held) -> Option<WorkspaceId> {
        let facts = &held.fold.facts;
        let cwd = Path::new(view.cwd.as_deref()?);
        self.workspaces.of(Place { cwd, commit: facts.commit.as_deref() }).or_else(|| {
            // It began in its workspace, wherever it went since.
            let root = facts.root.as_deref()?;
            self.workspaces.of(Place { cwd: Path::new(root), commit: None })
        })
    }

    /// Folds a session from its first event on, if its fold misses some.
    fn fold_anew(&mut self, w: &Write<'_>, id: SessionId) -> Result<()> {
        let Some(held) = self.folds.held.get_mut(&id) else { return Ok(()) };
        if !held.is_out_of_order || !self.folds_anew {
            return Ok(());
        }
        let (fold, seq) = Retelling::new(&w.view()).fold(id)?;
        (held.fold, held.seq, held.is_out_of_order) = (fold, seq, false);
        Ok(())
    }

    fn parent_of(&self, w: &mut Write<'_>, held: &Held) -> Result<Option<SessionId>> {
        let native = match (&held.thread.sub, &held.fold.facts.parent) {
            (_, Some(parent)) => parent.clone(),
            (Some(_), None) => held.thread.native.clone(),
            (None, None) => return Ok(None),
        };
        let parent = ThreadKey::main(native);
        if parent == held.thread {
            return Ok(None);
        }
        Ok(Some(w.session_of(&held.agent, &parent)?.0))
    }
}

/// The stored row of a session.
pub(crate) fn view_of(snapshot: &Snapshot<'_>, id: SessionId) -> Result<Option<SessionView>> {
    let row = snapshot.session(id)?.map(|session| session.row.row);
    Ok(row.and_then(|row| row::stored(id, &row)))
}

fn row_of(view: &SessionView) -> SessionRow {
    SessionRow {
        parent: view.parent,
        forked_from: view.forked_from,
        workspace: view.workspace,
        cwd: view.cwd.clone(),
        branch: view.branch.clone(),
        started_at: view.started_at,
        updated_at: view.updated_at,
        live: view.facts.alive.is == Alive::Yes,
        hidden: false,
        state: view.facts,
        row: serde_json::to_string(view).unwrap_or_default(),
    }
}

impl Core {
    /// Takes a fold that was made anew beside this loop, unless events came since: then it is made anew
    /// here, when they are.
    pub(crate) fn take_refolded(
        &mut self,
        refolded: Refolded,
    ) -> std::result::Result<(), EngineError> {
        let now = self.now();
        let (store, mut sessions) = self.parts();
        sessions.folds_anew = false;
        let Refolded { session: id, fold, seq } = refolded;
        let written = store.write(Durability::Normal, now, |w| {
            let Some(stored) = w.view().session(id)? else { return Ok(()) };
            if w.view().last_event(id)?.unwrap_or_default() != seq {
                return Ok(());
            }
            let held = sessions.hold(w, id, &stored.agent, &stored.thread)?;
            (held.fold, held.seq, held.is_out_of_order) = (fold, seq, false);
            sessions.put(w, id)?;
            w.log(LOG_SESSION, &id.to_string(), &serde_json::Value::Null).map(|_| ())
        });
        if written.is_err() {
            self.folds.forget_all();
        }
        written?;
        self.announcer.announce(self.store.last_seq());
        Ok(())
    }

    /// One home's list of running sessions: rows of those that changed are made anew.
    pub(super) fn take_listed(
        &mut self,
        agent: &AgentName,
        home: &Path,
        is_complete: bool,
        sessions: Vec<LiveSession>,
    ) {
        let news = self.running.take_list(agent, home, is_complete, sessions);
        self.put_rows(agent, &news.changed);
        for (thread, pid) in news.begun {
            self.link_by_environment(agent, &thread, pid);
        }
        if news.is_now_complete {
            self.settle_unlisted(agent);
        }
    }

    /// What an agent's notifications tell of one session.
    pub(super) fn take_status(&mut self, agent: &AgentName, update: LiveUpdate) {
        let changed = self.running.take_told(agent, update);
        self.put_rows(agent, &changed);
    }

    /// Makes the rows anew of sessions whose agent had the last word, now that it was silent for long.
    pub(super) fn end_silences(&mut self) {
        let now = self.now();
        let due = self.silences.take_due(now);
        if !due.is_empty() {
            self.put_rows_of("note which turns have ended", |_| Ok(due));
        }
    }

    /// Sessions that counted as running when the last daemon ended, and are not listed now.
    fn settle_unlisted(&mut self, agent: &AgentName) {
        let unlisted = self.store.reader().and_then(|mut reader| {
            reader.snapshot(|snapshot| {
                let live = callboard_store::SessionFilter {
                    agent: Some(agent.clone()),
                    live_only: true,
                    hidden_too: true,
                    ..callboard_store::SessionFilter::default()
                };
                let mut threads = Vec::new();
                for row in snapshot.sessions(&live)? {
                    threads.extend(snapshot.session(row.id)?.map(|session| session.thread));
                }
                Ok(threads)
            })
        });
        match unlisted {
            Ok(threads) => self.put_rows(agent, &threads),
            Err(error) => tracing::warn!(%error, "cannot tell which sessions ended meanwhile"),
        }
    }

    /// Makes the rows of these conversations anew and announces them.
    pub(super) fn put_rows(&mut self, agent: &AgentName, threads: &[ThreadKey]) {
        if threads.is_empty() {
            return;
        }
        self.put_rows_of("note which sessions run", |w| {
            threads.iter().map(|thread| Ok(w.session_of(agent, thread)?.0)).collect()
        });
    }

    pub(super) fn put_rows_of(
        &mut self,
        what: &str,
        ids: impl FnOnce(&mut Write<'_>) -> Result<Vec<SessionId>>,
    ) {
        let now = self.now();
        let (store, mut sessions) = self.parts();
        let written = store.write(Durability::Normal, now, |w| {
            for id in ids(w)? {
                sessions.put(w, id)?;
                w.log(LOG_SESSION, &id.to_string(), &serde_json::Value::Null)?;
            }
            Ok(())
        });
        match written {
            Ok(()) => self.announcer.announce(self.store.last_seq()),
            Err(error) => {
                self.folds.forget_all();
                tracing::warn!(%error, "cannot {what}");
            }
        }
    }

    /// The store, and all that the rows of sessions are made of.
    pub(super) fn parts(&mut self) -> (&mut Store, Sessions<'_>) {
        let now = self.now();
        let Self { store, folds, workspaces, running, silences, .. } = self;
        (store, Sessions { folds, workspaces, running, silences, now, folds_anew: true })
    }
}
