//! What only a run can tell.

use super::Finding;

/// An expectation of a test that was there and is another: only a run of the old test on the new code tells what that means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The test, by its groups and its name: `tests › adds`.
    pub test: String,
    /// With the expectation before and after.
    pub finding: Finding,
}
