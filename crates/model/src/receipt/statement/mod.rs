//! Receipts as in-toto Statements, which other programs can read, keep and sign.
//!
//! Format: <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>, digests by their names in
//! <https://github.com/in-toto/attestation/blob/main/spec/v1/digest_set.md>. A statement is not signed here: a signature
//! says who recorded something, not that it is so. Whoever needs one puts the file into an envelope of their own.

mod canonical;
mod subject;
mod verify;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub use verify::{Answer, GitAnswers, Point, PointOutcome, VerifiedPoint, verify};

use super::Receipt;

/// What a statement says that it is.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// What its predicate is: a receipt. `docs/receipts.md` documents it.
pub const PREDICATE_TYPE: &str = "https://callboard.dev/receipt/v1";

/// The field of the predicate that has the digest of all its others.
const DIGEST: &str = "digest";

/// Something that a statement speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What it is called: the repository's address and the branch, as far as they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its ids, by the names of their kinds: `gitCommit`, `gitTree`.
    #[serde(default)]
    pub digest: BTreeMap<String, String>,
}

/// A receipt with what it speaks of.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The tree of the work, and the commit that has it, if one does.
    pub subjects: Vec<Subject>,
    /// The receipt.
    pub receipt: Receipt,
    /// The receipt as it stands in the file, fields that are not known here included.
    predicate: Value,
}

/// Why a text is no statement of a receipt.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// It is no JSON.
    #[error(
        "this is no JSON ({0}); `callboard receipt --json` writes the file that can be verified"
    )]
    NotJson(serde_json::Error),
    /// It is JSON of something else.
    #[error(
        "this is no in-toto Statement: its `_type` is {0}; `callboard receipt --json` writes one"
    )]
    NotStatement(String),
    /// It is an envelope around one.
    #[error(
        "this is a signed envelope; decode its `payload` (Base64) into a file, and verify that"
    )]
    Envelope,
    /// It is a statement of something else.
    #[error(
        "this Statement is no receipt: its `predicateType` is {0}, and a receipt's is {PREDICATE_TYPE}"
    )]
    OtherPredicate(String),
    /// Its receipt cannot be read.
    #[error(
        "the receipt in this Statement cannot be read: {0}; a newer Callboard may have written it"
    )]
    NoReceipt(serde_json::Error),
}

impl Statement {
    /// The statement of `receipt`; `repository` is the address of its remote, from which names and passwords are left
    /// out. Costs are kept to a millionth of a dollar, so that every program writes them alike.
    ///
    /// # Errors
    ///
    /// [`StatementError::NoReceipt`] where the receipt cannot be written as JSON.
    pub fn of(receipt: &Receipt, repository: Option<&str>) -> Result<Self, StatementError> {
        let mut predicate = serde_json::to_value(receipt).map_err(StatementError::NoReceipt)?;
        canonical::round(&mut predicate);
        let digest = digest_of(&predicate);
        if let Value::Object(fields) = &mut predicate {
            fields.insert(DIGEST.to_owned(), json!({ "sha256": digest }));
        }
        let receipt = Receipt::deserialize(&predicate).map_err(StatementError::NoReceipt)?;
        Ok(Self { subjects: subject::of(&receipt, repository), receipt, predicate })
    }

    /// The statement that a file holds; fields that are not known are passed over.
    ///
    /// # Errors
    ///
    /// Why the text is none.
    pub fn from_json(text: &str) -> Result<Self, StatementError> {
        let mut value: Value = serde_json::from_str(text).map_err(StatementError::NotJson)?;
        let named = |field: &str| match value.get(field) {
            Some(Value::String(text)) => text.clone(),
            _ => "missing".to_owned(),
        };
        if value.get("payloadType").is_some() && value.get("payload").is_some() {
            return Err(StatementError::Envelope);
        }
        let is_statement = named("_type");
        if is_statement != STATEMENT_TYPE {
            return Err(StatementError::NotStatement(is_statement));
        }
        let predicate_type = named("predicateType");
        if predicate_type != PREDICATE_TYPE {
            return Err(StatementError::OtherPredicate(predicate_type));
        }
        let subjects = value.get_mut("subject").map(Value::take).unwrap_or_default();
        let predicate = value.get_mut("predicate").map(Value::take).unwrap_or_default();
        let receipt = Receipt::deserialize(&predicate).map_err(StatementError::NoReceipt)?;
        // A subject that cannot be read is told as one that is missing.
        let subjects = Vec::<Subject>::deserialize(subjects).unwrap_or_default();
        Ok(Self { subjects, receipt, predicate })
    }

    /// Its text, as it is written into a file.
    #[must_use]
    pub fn to_json(&self) -> String {
        let value = json!({
            "_type": STATEMENT_TYPE,
            "subject": self.subjects,
            "predicateType": PREDICATE_TYPE,
            "predicate": self.predicate,
        });
        format!("{value:#}\n")
    }

    /// The digest that the predicate says it has, and the one that it has.
    fn digests(&self) -> (Option<&str>, String) {
        let said = self.predicate.get(DIGEST).and_then(|digest| digest.get("sha256"));
        (said.and_then(Value::as_str), digest_of(&self.predicate))
    }
}

/// SHA-256, in lowercase hex, of the predicate without its digest, in the form of RFC 8785.
fn digest_of(predicate: &Value) -> String {
    let mut text = String::new();
    canonical::write(predicate, Some(DIGEST), &mut text);
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
