//! Receipts: what a finished piece of work can show.
//!
//! A receipt is made at once of git and of events ([`make`]) when the work lies still ([`follow`]), and once more when its
//! checks came to something ([`grid`]). What it speaks of is kept with it: where that is another, it is stale.

pub mod branch;
mod callers;
mod change;
mod content;
mod files;
mod follow;
mod gate;
mod grid;
mod make;
mod mask;
mod plain_folder;
mod run;
mod runs;
mod seen;
mod sessions;
mod settle;
mod subject;
mod verify;

use std::path::PathBuf;

use callboard_git::{Git, since};
use callboard_model::receipt::{Receipt, ReceiptOf, Work, held_by};
use callboard_model::view::{ReceiptList, ReceiptView};
use callboard_model::{SessionId, WorkspaceId};
use callboard_store::StoredReceipt;

pub(crate) use self::follow::start;
pub use self::grid::{GridOrder, GridOutcome};
use self::make::Depth;
pub(crate) use self::run::ReceiptsRoom;
pub use self::verify::verify_statement;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// A receipt as it is kept; made of what is there now, if there is none, or it is stale.
    ///
    /// # Errors
    /// When there is no such work, or git or the store cannot be read.
    pub fn receipt(&self, of: &ReceiptOf) -> Result<ReceiptView, EngineError> {
        let kept = self.receipt_of_now(of)?;
        match kept {
            Some(kept) if kept.stale.is_none() => self.receipt_view(kept),
            kept => match self.make_of_now(of) {
                Ok(made) => Ok(made),
                // What has landed, or whose worktree is gone, has the receipt that it had.
                Err(error) => match kept {
                    Some(kept) if !matches!(error, EngineError::Ending) => self.receipt_view(kept),
                    _ => Err(error),
                },
            },
        }
    }

    /// A receipt as it is kept, held against what is there now.
    fn receipt_of_now(&self, of: &ReceiptOf) -> Result<Option<StoredReceipt>, EngineError> {
        let kept = self.read(|s| Ok(s.receipt(of)?))?;
        let Some(known) = kept.as_ref().filter(|kept| kept.stale.is_none()) else {
            return Ok(kept);
        };
        self.settle_work(known.receipt.work.folder.iter().map(String::as_str));
        match self.mark_stale_of(of)? {
            true => self.read(|s| Ok(s.receipt(of)?)),
            false => Ok(kept),
        }
    }

    /// Makes a receipt of what is there now, and keeps it.
    fn make_of_now(&self, of: &ReceiptOf) -> Result<ReceiptView, EngineError> {
        self.settle_work(self.subject(of)?.folders());
        self.keep_receipt(of, Depth::AtOnce, None)
    }

    /// A receipt of what is there now, which is not kept.
    pub(crate) fn receipt_now(&self, of: &ReceiptOf) -> Result<Receipt, EngineError> {
        Ok(self.make_receipt(of, Depth::AtOnce, None)?.receipt)
    }

    /// Makes the receipt of a session that has just reported of its work.
    pub(crate) fn receipt_after_report(&self, session: SessionId) {
        let made = self.session(session).and_then(|view| {
            let of = self.receipt_of_session(&view)?;
            self.look_at_work(&self.subject(&of)?);
            self.keep_receipt(&of, Depth::AtOnce, None)
        });
        if let Err(error) = made {
            tracing::info!(%error, %session, "there is no receipt of what was reported");
        }
    }

    /// Makes a receipt and keeps it.
    fn keep_receipt(
        &self,
        of: &ReceiptOf,
        depth: Depth,
        outcome: Option<GridOutcome>,
    ) -> Result<ReceiptView, EngineError> {
        let made = self.make_receipt(of, depth, outcome)?;
        let gate = self.has_gate(made.workspace)?;
        let kept = self.ask(move |core| core.put_receipt(made, gate))?;
        self.show_receipt(kept)
    }

    /// Writes a receipt that was kept to its file, and gives it as it is shown.
    fn show_receipt(&self, kept: StoredReceipt) -> Result<ReceiptView, EngineError> {
        let root = self.root_of_workspace(kept.workspace)?;
        // Whoever writes last writes what is kept last.
        let _alone = self.receipts.write_files();
        let newest = self.read(|s| Ok(s.receipt(&kept.receipt.of)?))?.unwrap_or(kept);
        let view = self.receipt_view(newest)?;
        self.write_receipt(&root, &view);
        Ok(view)
    }

    /// Whether what is not settled keeps work from landing.
    fn has_gate(&self, workspace: WorkspaceId) -> Result<bool, EngineError> {
        Ok(self.project(&self.root_of_workspace(workspace)?)?.receipts.gate)
    }

    fn receipt_view(&self, stored: StoredReceipt) -> Result<ReceiptView, EngineError> {
        let root: PathBuf = self.root_of_workspace(stored.workspace)?;
        let StoredReceipt { workspace, stale, receipt, .. } = stored;
        let gate = self.has_gate(workspace)?;
        Ok(ReceiptView {
            stale,
            held_by: gate.then(|| held_by(&receipt)).flatten(),
            base_moved: base_moved(&Git::at(&root), &receipt.work),
            goes_on: receipt.goes_on() || self.receipts.goes_on(&receipt.of),
            file: self.receipt_file(&root, &receipt.of)?,
            receipt,
        })
    }
}

/// Commits that the branch has on which work is to land, and that its base has not.
fn base_moved(git: &Git, work: &Work) -> u32 {
    let onto = work.onto.as_deref().filter(|onto| work.branch.as_deref() != Some(onto));
    let (Some(base), Some(onto)) = (work.base.commit.as_deref(), onto) else { return 0 };
    // A branch that is gone has not moved.
    since::beyond(git, base, onto).ok().and_then(|count| count.try_into().ok()).unwrap_or(0)
}

impl Engine {
    /// The workspace that something belongs to.
    fn workspace_of(&self, of: &ReceiptOf) -> Result<WorkspaceId, EngineError> {
        if let Some(kept) = self.read(|s| Ok(s.receipt(of)?))? {
            return Ok(kept.workspace);
        }
        Ok(self.subject(of)?.workspace)
    }
}

impl Engine {
    /// The newest receipts of a workspace in short.
    ///
    /// # Errors
    /// When the store fails.
    pub fn receipts_of(&self, workspace: Option<WorkspaceId>) -> Result<ReceiptList, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        let receipts = self.read(|s| Ok(s.receipt_glances(workspace, limits::RECEIPTS_LISTED)?))?;
        Ok(ReceiptList { receipts })
    }

    /// What a text names that a receipt can be of: `T12`, `R7`, `S41`, an agent's own id of a session or its beginning.
    ///
    /// # Errors
    /// When it names nothing.
    pub fn receipt_named(&self, text: &str) -> Result<ReceiptOf, EngineError> {
        match text.parse() {
            Ok(of) => Ok(of),
            Err(_) => Ok(ReceiptOf::Session(self.session_named(text)?)),
        }
    }

    /// What the log of a run of a receipt's checks says from a byte on, and whether it may say more.
    ///
    /// # Errors
    /// When none of its runs has that log.
    pub fn receipt_log(
        &self,
        of: &ReceiptOf,
        name: &str,
        from: u64,
    ) -> Result<(crate::TrialLogPart, bool), EngineError> {
        let kept = self.read(|s| Ok(s.receipt(of)?))?;
        let cells = kept.iter().flat_map(|kept| &kept.receipt.checks).flat_map(|c| c.cells.each());
        let cell = cells.into_iter().find(|cell| cell.log.as_deref() == Some(name));
        let cell = cell.ok_or_else(|| EngineError::NotFound {
            what: format!("log {name} of {of}"),
            hint: "see its checks with `callboard receipt`",
        })?;
        let goes_on = cell.outcome == Some(callboard_model::review::CheckOutcome::Running);
        Ok((self.trial_log(name, from)?, goes_on))
    }
}
