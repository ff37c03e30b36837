//! Rows of worktrees, what came to light in throwaway ones, and which workspace a worktree binds its sessions to.

use std::path::Path;

use callboard_model::WorkspaceId;
use callboard_model::trial::TrialResult;
use callboard_store::{TrialKey, Write};

use super::Core;
use crate::EngineError;

impl Core {
    /// Changes rows of worktrees; what is given back is committed.
    pub(crate) fn write_worktrees<T>(
        &mut self,
        f: impl FnOnce(&mut Write<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        self.write_for_person(f)
    }

    /// Keeps what a command came to in a throwaway worktree.
    pub(crate) fn keep_trial_result(
        &mut self,
        of: &TrialKey<'_>,
        result: &TrialResult,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| Ok(w.put_trial_result(of, result)?))
    }

    /// Notes a checkout of a workspace: sessions in it belong there, also once it is gone.
    pub(crate) fn note_worktree(
        &mut self,
        workspace: WorkspaceId,
        path: &Path,
        branch: Option<&str>,
    ) -> Result<(), EngineError> {
        let row = self.write_for_person(|w| {
            w.see_worktree(workspace, path, branch)?;
            Ok(w.view().workspace(workspace)?.map(|stored| stored.row))
        })?;
        if let Some(row) = row {
            let known = self.known(workspace, &row)?;
            self.workspaces.put(known);
        }
        Ok(())
    }
}
