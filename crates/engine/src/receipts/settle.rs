//! Cases of rules that somebody looks at and lets be, by name and with a reason.

use callboard_model::receipt::{Accepted, ReceiptOf};
use callboard_model::view::{AcceptCase, ReceiptView};

use crate::{Engine, EngineError};

impl Engine {
    /// Lets cases of a receipt be, for `by`: the case of this key, wherever in the workspace it stands.
    ///
    /// # Errors
    /// When there is no such case, or no reason is given: nothing was accepted then.
    pub fn accept_case(
        &self,
        of: &ReceiptOf,
        accept: &AcceptCase,
        by: &str,
    ) -> Result<ReceiptView, EngineError> {
        let reason = accept.reason.trim().to_owned();
        if reason.is_empty() {
            return Err(EngineError::Refused {
                text: "a case is accepted with a reason; nothing was accepted".to_owned(),
                hint: "say why it may stay: `--reason \"…\"`",
            });
        }
        let view = self.receipt(of)?;
        if !view.receipt.cases.iter().any(|case| case.key == accept.key) {
            return Err(no_case(of, &accept.key));
        }
        let workspace = self.workspace_of(of)?;
        let accepted = Accepted { by: by.to_owned(), reason, at: self.now() };
        let (subject, key) = (of.clone(), accept.key.clone());
        self.ask(move |core| core.accept_case((workspace, &subject), &key, &accepted))?;
        self.settle_receipts(of)
    }

    /// Takes back, for `by`, that a case may be.
    ///
    /// # Errors
    /// When nobody accepted it.
    pub fn take_back_case(
        &self,
        of: &ReceiptOf,
        key: &str,
        by: &str,
    ) -> Result<ReceiptView, EngineError> {
        let workspace = self.workspace_of(of)?;
        let (subject, of_case, by) = (of.clone(), key.to_owned(), by.to_owned());
        let was_accepted =
            self.ask(move |core| core.take_back_case((workspace, &subject), &of_case, &by))?;
        if !was_accepted {
            return Err(EngineError::Refused {
                text: format!("{key} of {of} is not accepted; nothing was changed"),
                hint: "see its cases with `callboard receipt`",
            });
        }
        self.settle_receipts(of)
    }

    /// Brings the receipts of a workspace up to what was accepted.
    fn settle_receipts(&self, of: &ReceiptOf) -> Result<ReceiptView, EngineError> {
        let workspace = self.workspace_of(of)?;
        let gate = self.has_gate(workspace)?;
        for settled in self.ask(move |core| core.settle_receipts(workspace, gate))? {
            self.show_receipt(settled)?;
        }
        self.receipt(of)
    }
}

fn no_case(of: &ReceiptOf, key: &str) -> EngineError {
    EngineError::NotFound {
        what: format!("case {key} of {of}"),
        hint: "see its cases with `callboard receipt`",
    }
}
