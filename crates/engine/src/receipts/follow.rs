//! Receipts follow their work: made when it lies still, stale when it goes on, checked when nobody touches it for a while.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::project::RunChecks;
use callboard_model::receipt::ReceiptOf;
use callboard_model::review::ReviewState;
use callboard_model::session::StateWord;
use callboard_model::view::{SessionView, StreamMessage};
use callboard_model::{Seq, SessionId, Timestamp};
use callboard_store::ReceiptKey;

use super::make::{Depth, key_of, order};
use crate::core::view_of;
use crate::{Engine, EngineError, limits};

/// What is to be made, and when.
#[derive(Default)]
struct Due {
    /// Receipts to be made, each with when.
    make: BTreeMap<ReceiptOf, Timestamp>,
    /// Receipts whose checks are to be run, each with when.
    check: BTreeMap<ReceiptOf, Timestamp>,
    /// Something of the changesets is another one.
    has_moved: bool,
    /// Receipts whose work has landed or is gone, each with when it is looked for again: nothing else is heard of most.
    over: BTreeMap<ReceiptOf, Timestamp>,
    seen: Option<Seq>,
}

/// Follows until told to stop.
pub(crate) fn start(engine: &Arc<Engine>) {
    let (weak, stop) = (Arc::downgrade(engine), engine.stop.clone());
    std::thread::spawn(move || {
        let mut due = Due::default();
        while !stop.stopped() {
            let Some(engine) = weak.upgrade() else { return };
            match follow(&engine, &mut due) {
                Ok(()) => {}
                Err(EngineError::Ending) => return,
                Err(error) => {
                    tracing::warn!(%error, "receipts are as they were; they follow at the next change")
                }
            }
            drop(engine);
            std::thread::sleep(limits::RECEIPT_AFTER / 2);
        }
    });
}

fn follow(engine: &Arc<Engine>, due: &mut Due) -> Result<(), EngineError> {
    let now = engine.now();
    engine.hear(due, now)?;
    if std::mem::take(&mut due.has_moved) | engine.receipts.take_moved() {
        for of in engine.mark_stale(&mut due.over, now)? {
            due.make.entry(of).or_insert(now);
        }
    }
    let is_ripe = |(_, at): &(&ReceiptOf, &Timestamp)| **at <= now;
    let ready: Vec<ReceiptOf> = due
        .make
        .iter()
        .filter(is_ripe)
        .map(|(of, _)| of.clone())
        .take(limits::RECEIPTS_AT_ONCE)
        .collect();
    for of in ready {
        due.make.remove(&of);
        match engine.make_if_wanted(&of) {
            Ok(Made::Nothing) => {}
            Ok(Made::Receipt) => {
                let at = now.plus_ms(limits::RECEIPT_CHECKS_AFTER_MS);
                due.check.entry(of).or_insert(at);
            }
            Err(EngineError::Ending) => return Err(EngineError::Ending),
            Err(error @ EngineError::Store(_)) => {
                tracing::warn!(%error, %of, "a receipt was not made; it is tried again");
                due.make.insert(of, now.plus_ms(limits::RECEIPT_AGAIN_AFTER_MS));
            }
            Err(error) => tracing::info!(%error, %of, "there is no receipt"),
        }
    }
    let ready: Vec<ReceiptOf> =
        due.check.iter().filter(is_ripe).map(|(of, _)| of.clone()).collect();
    for of in ready {
        due.check.remove(&of);
        if let Err(error) = engine.check_if_wanted(&of) {
            tracing::info!(%error, %of, "the checks of a receipt are not run");
        }
    }
    Ok(())
}

/// What became of a receipt that was due.
enum Made {
    Receipt,
    Nothing,
}

impl Engine {
    /// Hears what changed since the last time.
    fn hear(self: &Arc<Self>, due: &mut Due, now: Timestamp) -> Result<(), EngineError> {
        let newest = *self.listen().borrow();
        let Some(seen) = due.seen else {
            due.seen = Some(newest);
            due.has_moved = true;
            let workspaces = self.read(|s| Ok(s.workspaces()?))?;
            let plain = workspaces.iter().filter(|one| !one.row.is_git).map(|one| one.id);
            self.see_plain_folders(plain.collect());
            for workspace in workspaces {
                let rows = self.read(|s| Ok(s.receipt_rows(workspace.id)?))?;
                rows.iter().for_each(|row| self.settle_cells(&row.of));
            }
            return Ok(());
        };
        if seen >= newest {
            return Ok(());
        }
        let (entries, next) = self.changes_after(seen, None)?;
        due.seen = Some(next);
        let soon =
            now.plus_ms(i64::try_from(limits::RECEIPT_AFTER.as_millis()).unwrap_or_default());
        for entry in entries {
            match self.hear_one(due, entry.message, soon) {
                Ok(()) => {}
                Err(EngineError::Ending) => return Err(EngineError::Ending),
                Err(error) => {
                    tracing::warn!(%error, "what happened is not followed by a receipt; it is made when it is asked for")
                }
            }
        }
        Ok(())
    }

    fn hear_one(
        &self,
        due: &mut Due,
        message: StreamMessage,
        soon: Timestamp,
    ) -> Result<(), EngineError> {
        match message {
            StreamMessage::Session { session } => self.hear_session(due, &session, soon)?,
            StreamMessage::Task { task } => {
                due.over.remove(&ReceiptOf::Task(task.id));
                due.has_moved = true;
            }
            StreamMessage::Changes => due.has_moved = true,
            StreamMessage::Reset => {
                due.over.clear();
                due.has_moved = true;
            }
            StreamMessage::Review { id, .. } => {
                let review = self.read(|s| Ok(s.review(id)?))?;
                if review.is_some_and(|review| review.state == ReviewState::Open) {
                    due.over.remove(&ReceiptOf::Review(id));
                    due.has_moved = true;
                    due.make.entry(ReceiptOf::Review(id)).or_insert(soon);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A session that lies still has a receipt; one that works has none that lasts.
    fn hear_session(
        &self,
        due: &mut Due,
        session: &SessionView,
        soon: Timestamp,
    ) -> Result<(), EngineError> {
        // History is not live: of what ended before this daemon, receipts are made when they are asked for.
        let is_live = session.updated_at.is_some_and(|at| at >= self.started.plus_ms(-60_000));
        if session.workspace.is_none() || !is_live {
            return Ok(());
        }
        let of = self.receipt_of_session(session)?;
        due.over.remove(&of);
        if is_still(session.state) {
            due.make.insert(of, soon);
        } else {
            due.make.remove(&of);
            due.check.remove(&of);
            if session.state == StateWord::Working {
                self.receipts.stop(&of);
            }
            self.see_begin(session)?;
        }
        Ok(())
    }

    /// What a session's work is shown by: its task, else the session that leads it.
    pub(super) fn receipt_of_session(
        &self,
        session: &SessionView,
    ) -> Result<ReceiptOf, EngineError> {
        let mut top = session.clone();
        let mut line: Vec<SessionId> = vec![top.id];
        while let Some(parent) = top.parent.filter(|parent| !line.contains(parent)) {
            let Some(view) = self.read(|s| Ok(view_of(s, parent)?))? else { break };
            line.push(parent);
            top = view;
        }
        Ok(top.task.map_or(ReceiptOf::Session(top.id), ReceiptOf::Task))
    }

    /// Makes a receipt where there is work to be shown that the last one does not show.
    fn make_if_wanted(&self, of: &ReceiptOf) -> Result<Made, EngineError> {
        let subject = self.subject(of)?;
        // What checks of the same work come to is kept with its receipt as they go.
        if self.receipts.goes_on(of) {
            let kept = self.read(|s| Ok(s.receipt(of)?))?;
            if kept.is_some_and(|kept| kept.key.tree == subject.work.now.tree) {
                return Ok(Made::Nothing);
            }
            self.receipts.stop(of);
        }
        let works = subject.workers.iter().any(|worker| worker.view.state == StateWord::Working);
        let is_review = matches!(of, ReceiptOf::Review(_));
        let has_work = !subject.work.files.is_empty()
            || subject.workers.iter().any(|worker| worker.view.files_changed > 0);
        if !has_work || (works && !is_review) || (is_review && self.is_current(of)?) {
            return Ok(Made::Nothing);
        }
        self.make_of_now(of)?;
        Ok(Made::Receipt)
    }

    /// Whether there is a receipt that speaks of what is there now.
    fn is_current(&self, of: &ReceiptOf) -> Result<bool, EngineError> {
        let Some(kept) = self.read(|s| Ok(s.receipt(of)?))? else { return Ok(false) };
        Ok(kept.stale.is_none()
            && matches!(self.receipt_standing(of, &kept.key)?, Standing::Current))
    }

    /// Runs the checks of a receipt where its project wants that, and completes it in any case.
    fn check_if_wanted(self: &Arc<Self>, of: &ReceiptOf) -> Result<(), EngineError> {
        if self.receipts.goes_on(of) {
            return Ok(());
        }
        let subject = self.subject(of)?;
        let root = self.root_of_workspace(subject.workspace)?;
        let project = self.project(&root)?;
        let checks = self.checks_for(&subject);
        let stop = callboard_agents::StopFlag::default();
        let may_run = checks.refused.is_none()
            && !checks.commands.is_empty()
            && order(&subject, &checks.commands, &stop).is_some();
        if may_run && project.receipts.checks == RunChecks::AtFinish {
            self.check_beside(of.clone(), false);
        } else {
            self.keep_receipt(of, Depth::Whole, None)?;
        }
        Ok(())
    }

    /// Marks receipts that do not speak of what is there now, and gives them. Those of work that is `over` are not looked at.
    fn mark_stale(
        &self,
        over: &mut BTreeMap<ReceiptOf, Timestamp>,
        now: Timestamp,
    ) -> Result<Vec<ReceiptOf>, EngineError> {
        let mut marked = Vec::new();
        for workspace in self.read(|s| Ok(s.workspaces()?))? {
            // In a folder that nobody watches, receipts are held against it when they are asked for.
            if !workspace.row.is_git {
                continue;
            }
            let rows = self.read(|s| Ok(s.receipt_rows(workspace.id)?))?;
            for row in rows {
                if row.is_stale || over.get(&row.of).is_some_and(|again| *again > now) {
                    continue;
                }
                match self.receipt_standing(&row.of, &row.key)? {
                    Standing::Current => {}
                    Standing::Over => {
                        over.insert(row.of, now.plus_ms(limits::RECEIPT_OVER_AGAIN_AFTER_MS));
                    }
                    Standing::Stale(why) => {
                        self.mark(&row.of, why)?;
                        marked.push(row.of);
                    }
                }
            }
        }
        Ok(marked)
    }

    /// Marks one receipt, if it does not speak of what is there now; gives whether it was marked.
    pub(super) fn mark_stale_of(&self, of: &ReceiptOf) -> Result<bool, EngineError> {
        let Some(kept) = self.read(|s| Ok(s.receipt(of)?))? else { return Ok(false) };
        match self.receipt_standing(of, &kept.key)? {
            Standing::Stale(why) if kept.stale.is_none() => self.mark(of, why).map(|()| true),
            _ => Ok(false),
        }
    }

    /// Says in a receipt, and in its file, why it is stale.
    fn mark(&self, of: &ReceiptOf, why: &str) -> Result<(), EngineError> {
        let marked = vec![(of.clone(), why.to_owned())];
        self.ask(move |core| core.mark_receipts_stale(&marked))?;
        match self.read(|s| Ok(s.receipt(of)?))? {
            Some(kept) => self.show_receipt(kept).map(drop),
            None => Ok(()),
        }
    }

    /// Whether a receipt speaks of what is there now. What has landed or is gone keeps the one that it had.
    fn receipt_standing(&self, of: &ReceiptOf, kept: &ReceiptKey) -> Result<Standing, EngineError> {
        let subject = match self.subject(of) {
            Ok(subject) if !subject.work.now.tree.is_empty() => subject,
            Err(EngineError::Ending) => return Err(EngineError::Ending),
            // What has nothing to show yet is not over.
            _ if kept.tree.is_empty() => return Ok(Standing::Current),
            _ => return Ok(Standing::Over),
        };
        let root = self.root_of_workspace(subject.workspace)?;
        let project = self.project(&root)?;
        let now = key_of(&subject, &self.checks_for(&subject), &project);
        Ok(if now.tree != kept.tree {
            Standing::Stale("the work has changed since")
        } else if now.base != kept.base {
            Standing::Stale("the base has changed since")
        } else if now.given != kept.given {
            Standing::Stale("its checks, its rules or what was asked for have changed since")
        } else {
            Standing::Current
        })
    }
}

/// How a kept receipt stands to what is there now.
enum Standing {
    Current,
    /// It speaks of something else, and why.
    Stale(&'static str),
    /// Its work has landed, or is gone.
    Over,
}

/// Whether a session has come to an end for now.
fn is_still(state: StateWord) -> bool {
    matches!(state, StateWord::Ready | StateWord::Ended | StateWord::Interrupted)
}
