//! Receipts, as they are kept.

use callboard_model::WorkspaceId;
use callboard_model::receipt::{Accepted, ReceiptOf};
use callboard_model::view::ReceiptGlance;
use callboard_store::{Durability, LogKind, StoredReceipt};
use serde_json::Value;

use super::Core;
use crate::EngineError;

impl Core {
    /// Keeps a receipt, and shows it on its card.
    pub(crate) fn put_receipt(
        &mut self,
        stored: &StoredReceipt,
        glance: &ReceiptGlance,
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            w.put_receipt(stored, glance)?;
            show(w, &stored.receipt.of)
        })?;
        Ok(())
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
