//! Bringing a removed worktree back: folder, branch, index and files, as they were.

use std::path::PathBuf;

use callboard_git::{Checkout, guard, keep, worktree};
use callboard_model::WorkspaceId;
use callboard_model::view::{RestoreWorktree, WorktreeView};
use callboard_model::worktree::{WorktreeFacts, WorktreeState};
use callboard_store::{LogKind, StoredWorktree, WorktreeRow};

use super::environment::link_files;
use super::list::{Named, checkout_at, name_of};
use super::{CALLBOARD, Repository, YOU, refused};
use crate::{Engine, EngineError};

impl Engine {
    /// Brings a removed worktree back. What is kept of it stays kept.
    ///
    /// # Errors
    /// When nothing is kept by that name, its place or name is taken, or git or the disk fail: nothing of it
    /// is there then.
    pub fn restore_worktree(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
        to: &RestoreWorktree,
    ) -> Result<WorktreeView, EngineError> {
        match self.named_worktree(workspace, name) {
            Ok(Named::Own(row)) => self.restore_row(&row, to),
            Ok(Named::External(_, tree)) => Err(EngineError::Refused {
                text: format!("{} is there; nothing was changed", tree.path.display()),
                hint: "only what was removed is restored",
            }),
            Err(error @ EngineError::NotFound { .. }) => {
                self.restore_kept(workspace, name, to).unwrap_or(Err(error))
            }
            Err(error) => Err(error),
        }
    }

    fn restore_row(
        &self,
        row: &StoredWorktree,
        to: &RestoreWorktree,
    ) -> Result<WorktreeView, EngineError> {
        let kept = row.row.facts.kept.clone();
        let (WorktreeState::Removed, Some(kept)) = (row.row.state, kept) else {
            return Err(EngineError::Refused {
                text: format!(
                    "{} is {}, and nothing is kept of it; nothing was changed",
                    row.row.name,
                    row.row.state.word()
                ),
                hint: "only what Callboard removed is restored",
            });
        };
        let _busy = self.keeper.claim(row.id)?;
        let of = self.repository(row.row.workspace)?;
        let path = to.path.as_ref().map_or_else(|| row.row.path.clone(), PathBuf::from);
        self.refuse_taken_name(row)?;
        let (made, branch) = bring_back(&of, &kept, &path, &row.row.facts.base)?;
        self.note_checkout(&of, &path, branch.as_deref())?;
        let admin = admin_of(&made);
        let note = note(branch.as_deref(), row.row.branch.as_deref());
        self.change_worktree(row.id, LogKind::WORKTREE_RESTORED, YOU, move |row| {
            row.state = WorktreeState::Ready;
            row.path = path;
            row.branch = branch;
            row.facts.note = note;
            row.facts.kept = None;
            row.facts.kept_mark = None;
            row.facts.admin = admin;
        })?;
        self.equip_again(&of, row)
    }

    fn refuse_taken_name(&self, row: &StoredWorktree) -> Result<(), EngineError> {
        let all = self.read(|s| Ok(s.worktrees(Some(row.row.workspace))?))?;
        let is_taken = all.iter().any(|other| {
            other.row.state != WorktreeState::Removed && other.row.name == row.row.name
        });
        if !is_taken {
            return Ok(());
        }
        Err(EngineError::Refused {
            text: format!("there is another worktree {} now; nothing was changed", row.row.name),
            hint: "remove or rename that one first",
        })
    }

    /// What is kept in the repository, though no row tells of it: the refs outlive the database.
    fn restore_kept(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
        to: &RestoreWorktree,
    ) -> Option<Result<WorktreeView, EngineError>> {
        let all = self.read(|s| Ok(s.workspaces()?)).ok()?;
        let all = all.iter().filter(|k| k.row.is_git && workspace.is_none_or(|w| w == k.id));
        let found = all.filter_map(|known| self.repository(known.id).ok()).find_map(|of| {
            let kept = keep::list(&of.git).ok()?.into_iter().find(|kept| kept.name == name)?;
            Some((of, kept))
        });
        let (of, kept) = found?;
        Some(self.restore_found(&of, &kept, to))
    }

    fn restore_found(
        &self,
        of: &Repository,
        kept: &keep::Kept,
        to: &RestoreWorktree,
    ) -> Result<WorktreeView, EngineError> {
        let path = to.path.as_ref().map_or_else(|| kept.path.clone(), PathBuf::from);
        let settings = self.worktree_settings(&of.root)?;
        let base = callboard_git::base::base(&of.git, settings.base())?;
        let (made, branch) = bring_back(of, &kept.name, &path, &base.branch)?;
        self.note_checkout(of, &path, branch.as_deref())?;
        let row = WorktreeRow {
            workspace: of.workspace,
            name: name_of(&path),
            path,
            task: None,
            state: WorktreeState::Ready,
            facts: WorktreeFacts {
                made_by: CALLBOARD.into(),
                base: base.branch,
                admin: admin_of(&made),
                note: note(branch.as_deref(), kept.branch.as_deref()),
                ..WorktreeFacts::default()
            },
            branch,
        };
        let id = self.ask(move |core| {
            core.write_worktrees(|w| {
                w.add_worktree(&row, LogKind::WORKTREE_RESTORED, YOU).map_err(refused)
            })
        })?;
        self.equip_and_set_up(of, id)
    }
}

/// Brings back what is kept, and guards it again.
fn bring_back(
    of: &Repository,
    kept: &str,
    path: &std::path::Path,
    base: &str,
) -> Result<(Checkout, Option<String>), EngineError> {
    // A folder deleted by hand may still stand in git's list, and its branch with it.
    worktree::forget(&of.git, path);
    let restored = keep::restore(&of.git, kept, path)?;
    let made = checkout_at(&restored.path).ok_or_else(|| EngineError::Refused {
        text: format!("git restored nothing at {}", path.display()),
        hint: "try again with another folder",
    })?;
    if !base.is_empty() {
        guard::set(&made, base)?;
    }
    link_files(&of.root, &made.top);
    Ok((made, restored.branch))
}

pub(super) fn admin_of(made: &Checkout) -> String {
    made.git_dir.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn note(now: Option<&str>, was: Option<&str>) -> Option<String> {
    match (now, was) {
        (None, Some(was)) => Some(format!(
            "{was} moved on or is checked out elsewhere: the commit that it was at is checked out here"
        )),
        _ => None,
    }
}
