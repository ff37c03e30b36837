//! Which checkouts are followed: the main one of every workspace, and its linked worktrees but those of the pool.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use callboard_git::{Checkout, Git, locate, worktree};
use callboard_model::WorkspaceId;
use callboard_model::worktree::WorktreeState;
use callboard_store::StoredWorktree;

use super::ChangesRoom;
use crate::{Engine, EngineError};

/// A repository whose checkouts are followed.
#[derive(Debug, Clone)]
pub(super) struct Followed {
    pub(super) workspace: WorkspaceId,
    /// Its main checkout.
    pub(super) root: PathBuf,
    /// What all its checkouts share.
    pub(super) common_dir: PathBuf,
    pub(super) checkouts: Vec<Checkout>,
}

impl ChangesRoom {
    /// The top of the followed checkout that a path lies in: the innermost.
    pub(crate) fn checkout_of(&self, path: &Path) -> Option<PathBuf> {
        let followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let tops = followed.iter().flat_map(|one| &one.checkouts).map(|checkout| &checkout.top);
        let around = tops.filter(|top| path.starts_with(top));
        around.max_by_key(|top| top.as_os_str().len()).cloned()
    }

    /// The repositories that are followed.
    pub(super) fn all_followed(&self) -> Vec<Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes what is followed of a repository now; gives the checkouts that are new, and those that are gone.
    pub(super) fn take_followed(&self, now: Followed) -> (Vec<Checkout>, Vec<Checkout>) {
        let mut all = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.iter().position(|one| one.workspace == now.workspace);
        let before = known.map(|at| all.swap_remove(at).checkouts).unwrap_or_default();
        let new = now.checkouts.iter().filter(|one| !before.contains(one)).cloned().collect();
        let gone = before.into_iter().filter(|one| !now.checkouts.contains(one)).collect();
        all.push(now);
        (new, gone)
    }
}

impl Engine {
    /// The checkouts of a workspace that are to be followed; `None` if it is no repository, or is gone.
    pub(super) fn to_follow(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Option<Followed>, EngineError> {
        let known = self.read(|s| Ok(s.workspace(workspace)?))?;
        let Some(known) = known.filter(|known| known.row.is_git && known.row.root.is_dir()) else {
            return Ok(None);
        };
        let root = known.row.root;
        let rows = self.read(|s| Ok(s.worktrees(Some(workspace))?))?;
        let listed = worktree::list(&Git::at(&root))?;
        let is_there = |path: &PathBuf| {
            let row = rows.iter().find(|row: &&StoredWorktree| row.row.path == *path);
            row.is_none_or(|row| is_worked_in(row.row.state))
        };
        let paths = listed.into_iter().filter(|tree| tree.prunable.is_none()).map(|tree| tree.path);
        let paths = paths.filter(|path| !crate::trials::is_throwaway(path));
        let checkouts = paths.filter(is_there).filter_map(|path| {
            let path = path.canonicalize().ok()?;
            locate(&path).filter(|found| found.top == path)
        });
        let checkouts = checkouts.collect();
        Ok(Some(Followed { workspace, root, common_dir: known.row.common_dir, checkouts }))
    }
}

fn is_worked_in(state: WorktreeState) -> bool {
    matches!(state, WorktreeState::Ready | WorktreeState::Parked | WorktreeState::External)
}
