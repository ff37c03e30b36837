//! What is not settled keeps a review from landing, and a task from being done by itself. A person may do both all the
//! same, by name.

use callboard_model::receipt::ReceiptOf;
use callboard_model::{ReviewId, TaskId};

use super::make::Depth;
use crate::{Engine, EngineError};

impl Engine {
    /// Brings the receipt of a review up to what is there now, before it lands.
    ///
    /// # Errors
    /// When it cannot be made, and the review is not to land `anyway`: nothing was landed then.
    pub(crate) fn receipt_to_land(&self, id: ReviewId, anyway: bool) -> Result<(), EngineError> {
        let workspace = self.read(|s| Ok(s.review(id)?.map(|review| review.workspace)))?;
        let Some(workspace) = workspace else { return Ok(()) };
        let root = self.root_of_workspace(workspace)?;
        if !self.project(&root)?.receipts.gate {
            return Ok(());
        }
        let of = ReceiptOf::Review(id);
        let kept = self.read(|s| Ok(s.receipt_glance(&of)?))?;
        self.mark_stale_of(&of)?;
        let is_current = self.read(|s| Ok(s.receipt_glance(&of)?))?.is_some_and(|one| !one.stale);
        if is_current && kept.is_some() {
            return Ok(());
        }
        match self.keep_receipt(&of, Depth::AtOnce, None) {
            Ok(_) | Err(EngineError::Ending) => Ok(()),
            Err(error) if anyway => {
                tracing::warn!(%error, review = %id, "it lands without a receipt");
                Ok(())
            }
            Err(error) => Err(EngineError::Refused {
                text: format!("its receipt cannot be made: {error}; nothing was landed"),
                hint: "see `callboard receipt`; with `--anyway` it lands all the same",
            }),
        }
    }

    /// Refuses that a task is done while something of its receipt is not settled.
    pub(crate) fn refuse_held(&self, id: TaskId) -> Result<(), EngineError> {
        let task = self.task(id)?;
        let root = self.root_of_workspace(task.workspace)?;
        if !self.project(&root)?.receipts.gate {
            return Ok(());
        }
        let of = ReceiptOf::Task(id);
        if let Ok(subject) = self.subject(&of) {
            self.look_at_work(&subject);
        }
        let view = match self.keep_receipt(&of, Depth::AtOnce, None) {
            Ok(view) => view,
            // Where git knows of no work there is nothing to be settled.
            Err(EngineError::Ending) => return Err(EngineError::Ending),
            Err(_) => return Ok(()),
        };
        match view.held_by {
            None => Ok(()),
            Some(why) => Err(EngineError::Refused {
                text: format!("the receipt of {id} holds it: {why}; its card was left where it is"),
                hint: "mend it, or say in your report what is not settled: your user may accept it by name",
            }),
        }
    }
}
