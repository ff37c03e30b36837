//! Receipts, as they are kept.

use callboard_model::WorkspaceId;
use callboard_model::receipt::{Accepted, ReceiptOf};
use callboard_model::view::ReceiptGlance;
use callboard_store::{Durability, LogKind, StoredReceipt};
use serde_json::Value;

use super::Core;
use crate::EngineError;

impl Core {
    /// Keeps a receipt, and shows it on its card. Gives it with what was accepted while it was made.
    pub(crate) fn put_receipt(
        &mut self,
        mut made: StoredReceipt,
        gate: bool,
    ) -> Result<StoredReceipt, EngineError> {
        Ok(self.write(Durability::Normal, |w| {
            let accepted = w.view().accepted_cases(made.workspace)?;
            made.receipt.settle(&accepted);
            put(w, &made, gate)?;
            Ok(made)
        })?)
    }

    /// Changes a part of a receipt as it is kept now, which another may have replaced since it was last read. Gives it
    /// where `change` says that it is another one.
    pub(crate) fn change_receipt(
        &mut self,
        of: &ReceiptOf,
        gate: bool,
        change: impl FnOnce(&mut StoredReceipt) -> bool,
    ) -> Result<Option<StoredReceipt>, EngineError> {
        Ok(self.write(Durability::Normal, |w| {
            let Some(mut stored) = w.view().receipt(of)? else { return Ok(None) };
            if !change(&mut stored) {
                return Ok(None);
            }
            put(w, &stored, gate)?;
            Ok(Some(stored))
        })?)
    }

    /// Brings the receipts of a workspace up to what is accepted, and gives those that changed.
    pub(crate) fn settle_receipts(
        &mut self,
        workspace: WorkspaceId,
        gate: bool,
    ) -> Result<Vec<StoredReceipt>, EngineError> {
        Ok(self.write(Durability::Normal, |w| {
            let accepted = w.view().accepted_cases(workspace)?;
            let mut changed = Vec::new();
            for row in w.view().receipt_rows(workspace)? {
                let Some(mut stored) = w.view().receipt(&row.of)? else { continue };
                if stored.receipt.settle(&accepted) {
                    put(w, &stored, gate)?;
                    changed.push(stored);
                }
            }
            Ok(changed)
        })?)
    }

    /// Says why receipts do not speak of what is there now.
    pub(crate) fn mark_receipts_stale(
        &mut self,
        all: &[(ReceiptOf, String)],
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            for (of, why) in all {
                if w.mark_receipt_stale(of, why)? {
                    show(w, of)?;
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Has everybody who shows a receipt read it again.
    pub(crate) fn announce_receipt(&mut self, of: &ReceiptOf) -> Result<(), EngineError> {
        Ok(self.write(Durability::Normal, |w| {
            w.announce_receipt(of)?;
            show(w, of)
        })?)
    }

    pub(crate) fn accept_case(
        &mut self,
        of: (WorkspaceId, &ReceiptOf),
        key: &str,
        accepted: &Accepted,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| Ok(w.accept_case(of, key, accepted)?))
    }

    pub(crate) fn take_back_case(
        &mut self,
        of: (WorkspaceId, &ReceiptOf),
        key: &str,
        by: &str,
    ) -> Result<bool, EngineError> {
        self.write_for_person(|w| Ok(w.take_back_case(of, key, by)?))
    }
}

fn put(
    w: &mut callboard_store::Write<'_>,
    stored: &StoredReceipt,
    gate: bool,
) -> callboard_store::Result<()> {
    w.put_receipt(stored, &ReceiptGlance::of(&stored.receipt, stored.stale.is_some(), gate))?;
    show(w, &stored.receipt.of)
}

/// Announces what shows a receipt in short.
fn show(w: &mut callboard_store::Write<'_>, of: &ReceiptOf) -> callboard_store::Result<()> {
    match of {
        ReceiptOf::Task(id) => {
            w.log(LogKind::TASK_RECEIPT, &id.to_string(), &Value::Null).map(drop)
        }
        ReceiptOf::Review(id) => w.log(LogKind::REVIEW, &id.to_string(), &Value::Null).map(drop),
        ReceiptOf::Session(_) | ReceiptOf::Branch(_) => Ok(()),
    }
}
