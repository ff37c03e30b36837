//! What `callboard.toml` can do, and whether it may.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CallId, Timestamp, WorkspaceId};

/// Whether the powers of a `callboard.toml` take effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrustState {
    /// It has none, and takes nothing away that was approved.
    Nothing,
    /// They do: a person approved them.
    Approved,
    /// They do: the repository lies in a folder that `CALLBOARD_TRUST` names.
    Trusted,
    /// They do not: nobody has decided.
    Waiting,
    /// They do not: a person said so.
    Declined,
}

/// The powers of a `callboard.toml`, and what was decided about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrustView {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The file.
    pub file: String,
    /// Whether its powers take effect.
    pub state: TrustState,
    /// Names this set of powers; an approval is of it alone.
    pub fingerprint: String,
    /// What it can run, loosen or reach, a line each.
    pub powers: Vec<String>,
    /// Those that came since the last approval.
    pub added: Vec<String>,
    /// Those that went since then, and what is no longer denied.
    pub removed: Vec<String>,
    /// When powers of this workspace were last approved.
    pub approved_at: Option<Timestamp>,
    /// By whom.
    pub approved_by: Option<String>,
    /// The call that asks for it.
    pub call: Option<CallId>,
}

/// An approval of a `callboard.toml`, or its revocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApproveTrust {
    /// The set of powers that was shown.
    pub fingerprint: String,
}
