//! Registering repositories and folders, and noting their worktrees.

use std::path::Path;

use callboard_git::{Git, locate, worktree};
use callboard_model::{DecisionId, WorkspaceId};
use callboard_store::{Durability, Post, Snapshot, WorkspaceRow, Write};

use super::Core;
use crate::workspaces::{Known, Workspaces};
use crate::{EngineError, limits};

/// Kept out of git by the repository's own exclude file.
const EXCLUDED: &str = "/.callboard";

/// What registering a path found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) row: WorkspaceRow,
    worktrees: Vec<worktree::Worktree>,
}

/// Looks at `path`: the repository that it lies in, or the folder itself.
///
/// Runs git, so it is not for the writer's thread.
pub(crate) fn look_at(path: &Path) -> Result<Found, EngineError> {
    let real = path.canonicalize().map_err(|cause| EngineError::Refused {
        text: format!("cannot open {}: {cause}; nothing was registered", path.display()),
        hint: "name a git repository or a folder that exists",
    })?;
    if !real.is_dir() {
        return Err(EngineError::Refused {
            text: format!("{} is not a folder; nothing was registered", path.display()),
            hint: "name a git repository or a folder",
        });
    }
    let (root, common_dir, is_git) = match locate(&real) {
        Some(checkout) => (checkout.main_top(), checkout.common_dir, true),
        None => (real.clone(), real, false),
    };
    let name = root
        .file_name()
        .map_or_else(|| root.to_string_lossy().into_owned(), |n| n.to_string_lossy().into_owned());
    if is_git && let Err(cause) = callboard_git::exclude::add(&common_dir, EXCLUDED) {
        tracing::warn!(%cause, "git shows .callboard as untracked: it could not be excluded");
    }
    let mut worktrees =
        if is_git { worktree::list(&Git::at(&root)).unwrap_or_default() } else { Vec::new() };
    worktrees.retain(|tree| !crate::trials::is_throwaway(&tree.path));
    Ok(Found { row: WorkspaceRow { root, common_dir, name, is_git }, worktrees })
}

impl Core {
    /// Registers what was found, binds the sessions that belong to it, and notes that its user looks.
    pub(crate) fn register(&mut self, found: &Found) -> Result<WorkspaceId, EngineError> {
        let id = self.write_for_person(|w| {
            let (id, _) = w.put_workspace(&found.row)?;
            note_worktrees(w, id, &found.worktrees)?;
            Ok(id)
        })?;
        let known = self.known(id, &found.row)?;
        let before = self.workspaces.all().iter().find(|known| known.id == id).cloned();
        let is_news = before.is_none_or(|before| before.worktrees != known.worktrees);
        self.workspaces.put(known);
        if is_news {
            self.bind_sessions();
        }
        Ok(id)
    }

    pub(super) fn known(&self, id: WorkspaceId, row: &WorkspaceRow) -> Result<Known, EngineError> {
        let worktrees = self.store.reader()?.snapshot(|s| s.worktrees_seen(id))?;
        Ok(Known {
            id,
            root: row.root.clone(),
            common_dir: row.common_dir.clone(),
            is_git: row.is_git,
            worktrees: worktrees.into_iter().map(|seen| seen.path).collect(),
        })
    }

    /// Finds the workspace of every session that has none yet.
    fn bind_sessions(&mut self) {
        let unbound = self.store.reader().and_then(|mut r| r.snapshot(|s| s.unbound_sessions()));
        let unbound = match unbound {
            Ok(unbound) => unbound,
            Err(error) => {
                tracing::warn!(%error, "cannot look for the workspace's earlier sessions");
                return;
            }
        };
        let mut by_agent = std::collections::BTreeMap::<_, Vec<_>>::new();
        for session in unbound {
            by_agent.entry(session.agent).or_default().push(session.thread);
        }
        for (agent, threads) in by_agent {
            for some in threads.chunks(limits::BOUND_AT_ONCE) {
                self.put_rows(&agent, some);
            }
        }
    }

    /// Keeps a setting of Callboard's own.
    pub(crate) fn put_setting(
        &mut self,
        key: &str,
        value: &serde_json::Value,
    ) -> Result<(), EngineError> {
        Ok(self.write(Durability::Normal, |w| w.put_setting(key, value))?)
    }

    /// Changes what is known of notes.
    pub(crate) fn write_notes(
        &mut self,
        f: impl FnOnce(&mut Write<'_>) -> callboard_store::Result<()>,
    ) -> Result<(), EngineError> {
        Ok(self.write(Durability::Normal, f)?)
    }

    /// Remembers that a text is about to be posted: a row of it stands before anything leaves.
    pub(crate) fn begin_post(
        &mut self,
        id: WorkspaceId,
        (subject, destination): (&str, &str),
        version: &str,
    ) -> Result<i64, EngineError> {
        Ok(self.write(Durability::Full, |w| w.add_post(id, (subject, destination), version))?)
    }

    /// Remembers what became of a post.
    pub(crate) fn settle_post(
        &mut self,
        id: WorkspaceId,
        post: &Post,
        address: Option<&str>,
    ) -> Result<(), EngineError> {
        Ok(self.write(Durability::Full, |w| w.settle_post(id, post, address))?)
    }

    /// The number of the next decision; no other will have it.
    pub(crate) fn next_decision(&mut self, id: WorkspaceId) -> Result<DecisionId, EngineError> {
        Ok(self.write(Durability::Full, |w| w.next_decision(id))?)
    }

    /// Notes that the user has seen everything so far.
    pub(crate) fn look(&mut self, workspace: WorkspaceId) -> Result<(), EngineError> {
        let seq = self.store.last_seq();
        Ok(self.write(Durability::Normal, |w| w.look(workspace, seq))?)
    }
}

fn note_worktrees(
    w: &mut Write<'_>,
    id: WorkspaceId,
    worktrees: &[worktree::Worktree],
) -> callboard_store::Result<()> {
    for worktree in worktrees {
        w.see_worktree(id, &worktree.path, worktree.branch.as_deref())?;
    }
    Ok(())
}

/// The workspaces that the store knows, for binding sessions to them.
pub(crate) fn load(s: &Snapshot<'_>) -> callboard_store::Result<Workspaces> {
    let mut known = Vec::new();
    for workspace in s.workspaces()? {
        let worktrees = s.worktrees_seen(workspace.id)?;
        known.push(Known {
            id: workspace.id,
            worktrees: worktrees.into_iter().map(|seen| seen.path).collect(),
            root: workspace.row.root,
            common_dir: workspace.row.common_dir,
            is_git: workspace.row.is_git,
        });
    }
    Ok(Workspaces::new(known))
}
