//! The checks of a receipt: run beside everything else, told as they go, and broken off where the work goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callboard_agents::StopFlag;
use callboard_model::receipt::{Checked, ReceiptOf};
use callboard_model::view::ReceiptView;

use super::grid::GridOutcome;
use super::make::{Depth, order};
use super::seen::SeenSessions;
use super::subject::Subject;
use crate::code::ChangedCode;
use crate::{Engine, EngineError, limits};

/// How the checks of a receipt ended.
enum Ended {
    /// With what they came to; nothing of it where the work is another one by now.
    ByItself(Option<GridOutcome>),
    BrokenOff,
}

/// The checks of receipts that go on, and whether what receipts hang on has changed without a word in the log.
#[derive(Debug, Default)]
pub(crate) struct ReceiptsRoom {
    checking: Mutex<BTreeMap<ReceiptOf, Arc<StopFlag>>>,
    moved: AtomicBool,
    files: Mutex<()>,
    /// What sessions did, as far as it was read.
    pub(super) sessions: SeenSessions,
    /// What changed files say, as far as it is known.
    pub(super) code: Mutex<ChangedCode>,
}

impl ReceiptsRoom {
    /// Has receipts looked at again: what may run is another.
    pub(crate) fn look_again(&self) {
        self.moved.store(true, Ordering::Relaxed);
    }

    /// Has the files of receipts to oneself.
    pub(super) fn write_files(&self) -> MutexGuard<'_, ()> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether that was asked for since the last time.
    pub(super) fn take_moved(&self) -> bool {
        self.moved.swap(false, Ordering::Relaxed)
    }

    /// Ends those that go on, and gives what ends those that follow.
    fn take_turn(&self, of: &ReceiptOf) -> Arc<StopFlag> {
        let stop = Arc::new(StopFlag::default());
        let mut checking = self.checking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = checking.insert(of.clone(), Arc::clone(&stop)) {
            before.stop();
        }
        stop
    }

    fn end_turn(&self, of: &ReceiptOf, stop: &Arc<StopFlag>) {
        let mut checking = self.checking.lock().unwrap_or_else(PoisonError::into_inner);
        if checking.get(of).is_some_and(|known| Arc::ptr_eq(known, stop)) {
            checking.remove(of);
        }
    }

    /// Breaks the checks of a receipt off.
    pub(super) fn stop(&self, of: &ReceiptOf) {
        let mut checking = self.checking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stop) = checking.remove(of) {
            stop.stop();
        }
    }

    /// Whether the checks of a receipt go on.
    pub(super) fn goes_on(&self, of: &ReceiptOf) -> bool {
        self.checking.lock().unwrap_or_else(PoisonError::into_inner).contains_key(of)
    }
}

/// The checkouts that folders lie in.
fn tops_of<'f>(folders: impl Iterator<Item = &'f str>) -> BTreeSet<PathBuf> {
    let found = folders.filter_map(|folder| callboard_git::locate(Path::new(folder)));
    found.map(|checkout| checkout.top).collect()
}

impl Engine {
    /// Starts the checks of a receipt, in place of those that go on. What is known of the same tree is not run again unless
    /// `fresh`.
    ///
    /// # Errors
    /// When there is no check, none may run, or nothing was changed: nothing is run then.
    pub fn check_receipt(
        self: &Arc<Self>,
        of: &ReceiptOf,
        fresh: bool,
    ) -> Result<ReceiptView, EngineError> {
        self.look_at_work(&self.subject(of)?);
        let subject = self.subject(of)?;
        let checks = self.checks_for(&subject);
        if let Some(refused) = checks.refused {
            return Err(EngineError::Refused { text: refused, hint: "" });
        }
        if checks.commands.is_empty() {
            return Err(EngineError::Refused {
                text: format!("{of} has no check; nothing was run"),
                hint: "name commands under `checks` in callboard.toml, or on a task: `callboard task edit T12 --check 'cargo test'`",
            });
        }
        let stop = StopFlag::default();
        if order(&subject, &checks.commands, &stop).is_none() {
            return Err(EngineError::Refused {
                text: format!("{of} changes nothing that git knows of; nothing was run"),
                hint: "checks run on commits of what was changed",
            });
        }
        let view = self.receipt(of)?;
        self.check_beside(of.clone(), fresh);
        Ok(ReceiptView { goes_on: true, ..view })
    }

    /// Has the checkouts of a piece of work looked at: what was written a moment ago belongs to it.
    pub(super) fn look_at_work(&self, subject: &Subject) {
        for top in tops_of(subject.folders()) {
            self.changes.look_at(&top, limits::LOOK_WITHIN);
        }
    }

    /// Waits until what is known to be touched in the checkouts of these folders was looked at.
    pub(super) fn settle_work<'f>(&self, folders: impl Iterator<Item = &'f str>) {
        for top in tops_of(folders) {
            self.changes.settle(&top, limits::LOOK_WITHIN);
        }
    }

    /// Runs the checks of a receipt on a thread of its own.
    pub(super) fn check_beside(self: &Arc<Self>, of: ReceiptOf, fresh: bool) {
        let stop = self.receipts.take_turn(&of);
        let engine = Arc::clone(self);
        std::thread::spawn(move || {
            let ran = engine.run_checks_of(&of, fresh, &stop);
            let kept = ran.and_then(|ended| match ended {
                Ended::ByItself(outcome) => {
                    engine.keep_receipt(&of, Depth::Whole, outcome).map(drop)
                }
                Ended::BrokenOff => Ok(()),
            });
            engine.receipts.end_turn(&of, &stop);
            engine.settle_cells(&of);
            // Whoever waits for it hears that it is over, and finds all of it.
            let over = of.clone();
            let told = engine.ask(move |core| core.announce_receipt(&over));
            match kept.and(told) {
                Ok(()) | Err(EngineError::Ending) => {}
                Err(error) => {
                    tracing::warn!(%error, %of, "the checks of a receipt could not be run")
                }
            }
        });
    }

    fn run_checks_of(
        &self,
        of: &ReceiptOf,
        fresh: bool,
        stop: &StopFlag,
    ) -> Result<Ended, EngineError> {
        let subject = self.subject(of)?;
        let commands = self.checks_for(&subject).commands;
        let Some(mut wanted) = order(&subject, &commands, stop) else {
            return Ok(Ended::BrokenOff);
        };
        wanted.fresh = fresh;
        let outcome = self.run_grid(&wanted, &mut |checked| {
            if !stop.stopped() {
                self.tell_checks(of, &subject.work.now.tree, checked);
            }
        })?;
        if stop.stopped() {
            return Ok(Ended::BrokenOff);
        }
        // What the work became meanwhile is not what was checked.
        let is_same = |now: &Subject| now.work.now.tree == subject.work.now.tree;
        let outcome = Some(outcome).filter(|_| self.subject(of).as_ref().is_ok_and(is_same));
        Ok(Ended::ByItself(outcome))
    }

    /// Takes back that checks wait or run where none does any more: they failed to begin, or were broken off.
    pub(super) fn settle_cells(&self, of: &ReceiptOf) {
        let goes_on = self.read(|s| Ok(s.receipt(of)?)).map(|kept| {
            kept.is_some_and(|kept| kept.receipt.goes_on()) && !self.receipts.goes_on(of)
        });
        if let Ok(true) = goes_on
            && let Err(error) = self.keep_receipt(of, Depth::AtOnce, None)
        {
            tracing::warn!(%error, %of, "checks that are over are shown as if they went on");
        }
    }

    /// Shows how far the checks of a receipt are.
    fn tell_checks(&self, of: &ReceiptOf, tree: &str, checked: &[Checked]) {
        let (of_checks, tree, checked) = (of.clone(), tree.to_owned(), checked.to_vec());
        let shown = self.workspace_of(of).and_then(|workspace| {
            let gate = self.has_gate(workspace)?;
            let told = self.ask(move |core| {
                core.change_receipt(&of_checks, gate, |kept| {
                    // What the work became meanwhile has a receipt of its own.
                    let is_same = kept.key.tree == tree && kept.receipt.checks != checked;
                    if is_same {
                        kept.receipt.checks = checked;
                    }
                    is_same
                })
            })?;
            told.map_or(Ok(()), |told| self.show_receipt(told).map(drop))
        });
        if let Err(error) = shown {
            tracing::debug!(%error, %of, "how far checks are is not shown");
        }
    }
}
