//! The loop that everything that happens goes through, one at a time.

mod calls;
mod changes;
mod commit;
mod forks;
mod messages;
mod nights;
mod others;
mod owned;
mod readings;
mod receipts;
mod repeats;
mod resources;
mod reviews;
mod running;
mod sessions;
mod silences;
mod tasks;
mod trust;
mod workspaces;
mod worktrees;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use callboard_agents::{LiveSession, LiveUpdate};
use callboard_model::view::ImportProgress;
use callboard_model::{AgentName, Timestamp};
use callboard_store::{Durability, LogKind, Snapshot, Store, Write};

use self::running::RunningSessions;
use self::sessions::Folds;
use self::silences::Silences;
use crate::EngineError;
use crate::announce::Announcer;
use crate::bell::Bell;
use crate::changes::ChangesRoom;
use crate::engine::Clock;
use crate::inbox::Inbox;
use crate::ingest::Report;
use crate::limits;
use crate::live::Home;
use crate::workspaces::Workspaces;

/// A session's row changed.
pub(crate) const LOG_SESSION: LogKind = LogKind::transient("session");
/// Reading history went on.
pub(crate) const LOG_IMPORT: LogKind = LogKind::transient("import");

/// What comes in.
pub(crate) enum Input {
    /// From reading transcripts.
    Report(Report),
    /// All sessions that run, of one agent's home.
    Listed { agent: AgentName, home: PathBuf, complete: bool, sessions: Vec<LiveSession> },
    /// What an agent's notifications tell.
    Status { agent: AgentName, update: LiveUpdate },
    /// Somebody asks for a change and waits for the answer.
    Request(Box<dyn FnOnce(&mut Core) + Send>),
}

/// Where problems that are not a transcript's own are kept for `doctor`.
pub(crate) type Problems = Arc<std::sync::Mutex<BTreeMap<PathBuf, String>>>;

/// The one writer.
pub(crate) struct Core {
    pub(crate) store: Store,
    announcer: Announcer,
    folds: Folds,
    running: RunningSessions,
    silences: Silences,
    workspaces: Workspaces,
    problems: Problems,
    read_again: ReadAgain,
    progress: ProgressNow,
    progress_told: Option<Timestamp>,
    clock: Clock,
    pub(crate) answers: Bell,
    changes: Arc<ChangesRoom>,
    merges_due: bool,
}

pub(crate) use self::calls::{Answered, Asked, OwnCall, REFUSED_BY_RULE, told_of, words_of};
pub(crate) use self::changes::LookedAt;
pub(crate) use self::messages::{last_report, messages_of, messages_since};
pub(crate) use self::others::{numbers_over, over_setting};
pub(crate) use self::owned::Told;
pub(crate) use self::reviews::Combined;
pub(crate) use self::sessions::view_of;
pub(crate) use self::tasks::YOU;
pub(crate) use self::trust::Undecided;
pub(crate) use self::workspaces::look_at;

/// Has a transcript read again.
pub(crate) type ReadAgain = Arc<dyn Fn(&Arc<crate::ingest::tracked::Tracked>, When) + Send + Sync>;

/// When a transcript is read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// It goes on, and what was read of it is committed.
    Now,
    /// It could not be read or kept, and is tried again then.
    At(Timestamp),
}

/// Tells how far reading history is.
pub(crate) type ProgressNow = Arc<dyn Fn() -> ImportProgress + Send + Sync>;

/// What the writer knows from the start.
pub(crate) struct Known {
    workspaces: Workspaces,
    running: RunningSessions,
    silences: Silences,
}

impl Known {
    /// As the last daemon left it.
    pub(crate) fn load(s: &Snapshot<'_>, homes: &[Home]) -> callboard_store::Result<Self> {
        Ok(Self {
            workspaces: workspaces::load(s)?,
            running: RunningSessions::new(homes),
            silences: Silences::load(s)?,
        })
    }
}

/// Whom the writer tells, and whom it asks.
pub(crate) struct Wiring {
    pub(crate) announcer: Announcer,
    pub(crate) problems: Problems,
    pub(crate) read_again: ReadAgain,
    pub(crate) progress: ProgressNow,
    pub(crate) answers: Bell,
    pub(crate) changes: Arc<ChangesRoom>,
    pub(crate) clock: Clock,
}

impl Core {
    pub(crate) fn new(store: Store, known: Known, wiring: Wiring) -> Self {
        Self {
            store,
            announcer: wiring.announcer,
            folds: Folds::default(),
            running: known.running,
            silences: known.silences,
            workspaces: known.workspaces,
            problems: wiring.problems,
            read_again: wiring.read_again,
            progress: wiring.progress,
            progress_told: None,
            clock: wiring.clock,
            answers: wiring.answers,
            changes: wiring.changes,
            // What an earlier daemon left unpacked.
            merges_due: true,
        }
    }

    /// The loop, until the inbox is closed and empty.
    pub(crate) fn run(mut self, inbox: &Inbox<Input>) {
        while !inbox.is_finished() {
            self.end_silences();
            match inbox.pop(Duration::from_secs(1)) {
                Some(input) => self.take(input, inbox),
                None => self.idle(),
            }
        }
        self.tell_progress(true);
        if let Err(error) = self.store.checkpoint() {
            tracing::warn!(%error, "the last checkpoint failed; the next start makes it");
        }
    }

    fn take(&mut self, input: Input, inbox: &Inbox<Input>) {
        match input {
            Input::Report(report) => self.take_report(report, inbox),
            Input::Listed { agent, home, complete, sessions } => {
                self.take_listed(&agent, &home, complete, sessions);
            }
            Input::Status { agent, update } => self.take_status(&agent, update),
            Input::Request(request) => request(self),
        }
    }

    fn take_report(&mut self, report: Report, inbox: &Inbox<Input>) {
        match report {
            Report::Batch(batch) => {
                self.take_batches(*batch, &mut || more_history(inbox));
                self.tell_progress(false);
            }
            Report::Failed { transcript, text, retry_at } => {
                self.note_failure(&transcript, &text, retry_at);
            }
            Report::Gone(source) => {
                self.write_or_warn("note that a transcript is gone", |w| w.set_source_gone(source));
            }
            Report::Problem { path, text } => {
                let mut problems =
                    self.problems.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if problems.len() < limits::PROBLEMS {
                    problems.insert(path, text);
                }
            }
            Report::HistoryDone { committed } => {
                committed();
                self.tell_progress(true);
                self.merges_due = true;
            }
        }
    }

    /// Nothing waits: time for what can wait.
    fn idle(&mut self) {
        self.tell_progress(false);
        if std::mem::take(&mut self.merges_due) {
            match self.write(Durability::Normal, |w| w.merge_blocks(limits::MERGES_AT_ONCE)) {
                Ok(merged) => self.merges_due = merged > 0,
                Err(error) => {
                    tracing::warn!(%error, "records could not be packed; they stay as they are")
                }
            }
            if let Err(error) = self.store.checkpoint() {
                tracing::warn!(%error, "a checkpoint failed; it is made later");
            }
        }
    }

    /// Tells readers how far reading history is, not too often.
    fn tell_progress(&mut self, now: bool) {
        if !now
            && self
                .progress_told
                .is_some_and(|told| self.now().since_ms(told) < limits::PROGRESS_EVERY_MS)
        {
            return;
        }
        let progress = (self.progress)();
        if !progress.running && !now {
            return;
        }
        self.progress_told = Some(self.now());
        let Ok(body) = serde_json::to_value(&progress) else { return };
        self.write_or_warn("tell how far reading is", |w| w.log(LOG_IMPORT, "all", &body));
    }

    /// One transaction, announced once it is committed.
    fn write<T>(
        &mut self,
        durability: Durability,
        f: impl FnOnce(&mut Write<'_>) -> callboard_store::Result<T>,
    ) -> callboard_store::Result<T> {
        let value = self.store.write(durability, (self.clock)(), f)?;
        self.announcer.announce(self.store.last_seq());
        Ok(value)
    }

    /// One transaction for something that a person did: it survives a power cut.
    fn write_for_person<T>(
        &mut self,
        f: impl FnOnce(&mut Write<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut refusal = None;
        let written = self.write(Durability::Full, |w| {
            f(w).map_err(|error| match error {
                EngineError::Store(error) => error,
                other => {
                    let text = other.to_string();
                    refusal = Some(other);
                    callboard_store::StoreError::NotFound(text)
                }
            })
        });
        match (written, refusal) {
            (_, Some(refusal)) => Err(refusal),
            (written, None) => Ok(written?),
        }
    }

    fn write_or_warn<T>(
        &mut self,
        what: &str,
        f: impl FnOnce(&mut Write<'_>) -> callboard_store::Result<T>,
    ) {
        if let Err(error) = self.write(Durability::Normal, f) {
            tracing::warn!(%error, "cannot {what}");
        }
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// The next batch of history, if nothing more urgent waits.
fn more_history(inbox: &Inbox<Input>) -> Option<crate::ingest::batch::Batch> {
    let is_batch = |input: &Input| matches!(input, Input::Report(Report::Batch(_)));
    match inbox.pop_unhurried(is_batch) {
        Some(Input::Report(Report::Batch(batch))) => Some(*batch),
        _ => None,
    }
}
