//! Conflicts of revisions as they are shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::LandOrderView;
use crate::conflict::Conflict;
use crate::coupling::Coupling;

/// What of a set git cannot merge, pair by pair and one after another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConflictsView {
    /// Every two of the set.
    pub pairs: Vec<ConflictPair>,
    /// What they land on; none where they have no base in common.
    pub base: Option<String>,
    /// In which order they land on it, and which do not.
    pub order: LandOrderView,
}

/// Two of a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConflictPair {
    /// The one that is merged into.
    pub left: String,
    /// The one that is merged.
    pub right: String,
    /// What git cannot merge; none if it can.
    pub conflict: Option<Conflict>,
    /// What couples them, the first to be seen first; none where they have no base in common.
    #[serde(default)]
    pub couplings: Vec<Coupling>,
    /// Why it could not be tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
