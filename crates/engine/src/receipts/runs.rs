//! Cases of rules that only runs show.

use callboard_code::integrity::Candidate;
use callboard_model::check::results::compare::Comparison;
use callboard_model::receipt::{Checked, Finding};

/// What runs show of the rules.
pub(super) fn findings(
    _checked: &[Checked],
    _comparisons: &[Comparison],
    _candidates: &[Candidate],
) -> Vec<Finding> {
    Vec::new()
}
