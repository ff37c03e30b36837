//! Cases of rules that only runs show, and lines that none of them executed.

use callboard_code::coverage::{gaps, unproven};
use callboard_model::check::executed::Executed;
use callboard_model::check::results::compare::Comparison;
use callboard_model::receipt::{Checked, Finding, RunsToJudge, Unproven, findings_of_runs};

use super::change::ReadChange;

/// What runs of checks show of a change, beside what it shows itself.
pub(super) fn findings(
    checked: &[Checked],
    comparisons: &[Comparison],
    change: &ReadChange,
) -> Vec<Finding> {
    let files: Vec<(&str, &str)> =
        change.texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    findings_of_runs(&RunsToJudge {
        checked,
        comparisons,
        candidates: &change.candidates,
        of_change: &change.findings,
        files: &files,
    })
}

/// Lines of a change that no check ran; nothing where none was measured.
pub(super) fn not_run(executed: Option<&Executed>, change: &ReadChange) -> Vec<Unproven> {
    executed.map(|executed| unproven(&gaps(&change.code, executed))).unwrap_or_default()
}
