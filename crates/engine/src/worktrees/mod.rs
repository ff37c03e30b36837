//! Worktrees: made, listed, adopted, guarded, kept, removed, restored, collected, and followed where git,
//! the disk and the rows disagree.

mod adopt;
mod collect;
mod environment;
mod equipment;
mod jobs;
mod keeper;
mod list;
mod make;
mod name;
mod pool;
mod reconcile;
mod remove;
mod restore;
mod serve;
mod settings;
mod setup;

use std::path::{Path, PathBuf};

use callboard_git::keep::KeepError;
use callboard_git::tree::TreeError;
use callboard_git::worktree::WorktreeError;
use callboard_git::{Git, GitError};
use callboard_model::worktree::WorktreeState;
use callboard_model::{WorkspaceId, WorktreeId};
use callboard_store::{LogKind, StoredWorktree, WorktreeRow};

use crate::{Engine, EngineError};

pub(crate) use environment::link_files;
pub(crate) use keeper::{Keeper, start};
pub use list::WorktreesWanted;
pub(crate) use list::worktree_message;

/// Who is named for what a person asked for.
const YOU: &str = "you";

/// Who is named for what Callboard found out or did by itself.
const CALLBOARD: &str = "callboard";

/// A workspace that is a repository.
#[derive(Debug, Clone)]
struct Repository {
    workspace: WorkspaceId,
    /// Its main checkout.
    root: PathBuf,
    git: Git,
}

impl Engine {
    /// The repository of a workspace.
    fn repository(&self, workspace: WorkspaceId) -> Result<Repository, EngineError> {
        let row =
            self.read(|s| Ok(s.workspace(workspace)?))?.ok_or_else(|| EngineError::NotFound {
                what: format!("workspace {workspace}"),
                hint: "run `callboard up` in a repository",
            })?;
        if !row.row.is_git {
            return Err(EngineError::Refused {
                text: format!(
                    "{} is no git repository, so it has no worktrees; nothing was changed",
                    row.row.root.display()
                ),
                hint: "work in the folder itself",
            });
        }
        let git = Git::at(&row.row.root);
        Ok(Repository { workspace, root: row.row.root, git })
    }

    /// Changes the row of a worktree.
    fn change_worktree(
        &self,
        id: WorktreeId,
        kind: LogKind,
        by: &'static str,
        change: impl FnOnce(&mut WorktreeRow) + Send + 'static,
    ) -> Result<StoredWorktree, EngineError> {
        let changed = self.ask(move |core| {
            core.write_worktrees(|w| w.change_worktree(id, kind, by, change).map_err(refused))
        })?;
        // What is only noted of one makes none come or go.
        if kind != LogKind::WORKTREE {
            self.changes.other_checkouts(changed.row.workspace);
        }
        Ok(changed)
    }

    /// Says that nobody works in a worktree any more, or that somebody does; gives whether that was taken in.
    pub(crate) fn put_worktree_state(&self, id: WorktreeId, state: WorktreeState) -> bool {
        let put = self.change_worktree(id, LogKind::WORKTREE, CALLBOARD, move |row| {
            row.state = state;
        });
        if let Err(error) = &put {
            tracing::warn!(%error, worktree = id.0, "a worktree is not shown as it is");
        }
        put.is_ok()
    }

    /// Somebody works in a worktree again.
    pub(crate) fn unpark(&self, id: WorktreeId) -> Result<(), EngineError> {
        let row = self.read(|s| Ok(s.worktree(id)?))?;
        if row.is_some_and(|row| row.row.state == WorktreeState::Parked) {
            self.put_worktree_state(id, WorktreeState::Ready);
        }
        Ok(())
    }

    fn note_checkout(
        &self,
        of: &Repository,
        path: &Path,
        branch: Option<&str>,
    ) -> Result<(), EngineError> {
        let (workspace, path, branch) = (of.workspace, path.to_owned(), branch.map(str::to_owned));
        self.ask(move |core| core.note_worktree(workspace, &path, branch.as_deref()))
    }
}

fn text_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What the store refuses is the asker's affair, not a failure of the store.
fn refused(error: callboard_store::StoreError) -> EngineError {
    match error {
        callboard_store::StoreError::NotFound(what) => {
            EngineError::NotFound { what, hint: "list them with `callboard worktree list`" }
        }
        callboard_store::StoreError::Refused { text, hint } => {
            EngineError::Refused { text: format!("{text}; nothing was changed"), hint }
        }
        other => EngineError::Store(other),
    }
}

impl From<WorktreeError> for EngineError {
    fn from(error: WorktreeError) -> Self {
        Self::Refused { text: error.to_string(), hint: error.hint() }
    }
}

impl From<KeepError> for EngineError {
    fn from(error: KeepError) -> Self {
        WorktreeError::from(error).into()
    }
}

impl From<TreeError> for EngineError {
    fn from(error: TreeError) -> Self {
        Self::Refused { text: error.to_string(), hint: error.hint() }
    }
}

impl From<GitError> for EngineError {
    fn from(error: GitError) -> Self {
        WorktreeError::from(error).into()
    }
}
