//! Where the checks of a grid run: in trials of the daemon.

use std::sync::atomic::{AtomicU64, Ordering};

use callboard_agents::StopFlag;
use callboard_git::Git;
use callboard_git::carry::{carry, let_go};
use callboard_git::mixed_tree::MixedTree;
use callboard_model::WorkspaceId;

use crate::reviews::CHECKED;
use crate::trials::{Trial, TrialNews};
use crate::{Engine, EngineError, limits};

/// A place where commands are run on a commit.
pub(super) trait Ground {
    /// Runs commands on a commit, one after another, and tells of each step; those that fail some times more. Each ends
    /// exactly once. With `measures`, it is found out which lines they execute.
    ///
    /// # Errors
    /// When nothing could be run.
    fn try_on(
        &self,
        on: &MixedTree,
        commands: &[String],
        measures: bool,
        told: &mut dyn FnMut(TrialNews),
    ) -> Result<(), EngineError>;
}

/// Trials of a workspace.
pub(super) struct Trials<'a> {
    pub(super) engine: &'a Engine,
    pub(super) workspace: WorkspaceId,
    /// Git that has all commits.
    pub(super) git: &'a Git,
    pub(super) fresh: bool,
    /// Which lines are executed may be found out.
    pub(super) measures: bool,
    pub(super) stop: &'a StopFlag,
}

impl Ground for Trials<'_> {
    fn try_on(
        &self,
        on: &MixedTree,
        commands: &[String],
        measures: bool,
        told: &mut dyn FnMut(TrialNews),
    ) -> Result<(), EngineError> {
        // Two grids of the same tree each hold it for themselves.
        static HELD: AtomicU64 = AtomicU64::new(0);
        let number = HELD.fetch_add(1, Ordering::Relaxed);
        let reference = format!("{CHECKED}receipt-{number}-{}", on.commit);
        carry(self.git, &reference, &on.commit)?;
        let trial = Trial {
            workspace: self.workspace,
            commit: &on.commit,
            commands,
            fresh: self.fresh,
            measures: measures && self.measures,
            stop: self.stop,
        };
        let tried = self.engine.try_repeatedly(&trial, limits::CHECK_REPEATS, told);
        if let Err(error) = let_go(self.git, &reference) {
            tracing::warn!(%error, reference, "a commit that was checked is held on to until the next start");
        }
        tried
    }
}
