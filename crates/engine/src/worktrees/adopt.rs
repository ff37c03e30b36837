//! Looking after a worktree that an agent or a person made.

use std::path::Path;

use callboard_git::{base, guard, worktree};
use callboard_model::view::{AdoptWorktree, TaskChange, WorktreeView};
use callboard_model::worktree::{WorktreeFacts, WorktreeState};
use callboard_model::{WorkspaceId, WorktreeId};
use callboard_store::{LogKind, StoredWorktree, WorktreeRow};

use super::environment::link_files;
use super::list::{Named, name_of};
use super::restore::admin_of;
use super::{Repository, YOU, name, refused};
use crate::{Engine, EngineError};

impl Engine {
    /// Adopts a worktree: it is guarded, and removed, kept and collected like Callboard's own from now on.
    /// Its folder and branch stay, unless a name is given for them. It is given what it lacks to run if that is asked
    /// for; what of that cannot be done is noted, and it is adopted all the same.
    ///
    /// # Errors
    /// When it is no linked worktree, is Callboard's already, a name is taken, or, for a new name of its
    /// folder, something lives in it: it is as it was then.
    pub fn adopt_worktree(
        &self,
        workspace: Option<WorkspaceId>,
        adopt: &AdoptWorktree,
    ) -> Result<WorktreeView, EngineError> {
        let (of, found) = match self.named_worktree(workspace, &adopt.worktree)? {
            Named::External(of, found) => (of, found),
            Named::Own(row) => {
                return Err(EngineError::Refused {
                    text: format!("{} is looked after already; nothing was changed", row.row.name),
                    hint: "`callboard worktree show` tells of it",
                });
            }
        };
        let tree = worktree::linked(&of.git, &found.path)?;
        if let Some(task) = adopt.task {
            self.task(task)?;
        }
        let name = wanted_name(adopt, &found.path)?;
        let id = self.claim_adopted(&of, adopt, &found, name.clone())?;
        let renamed = self.rename_adopted(&of, id, adopt, &name).and_then(|row| {
            let tree = worktree::linked(&of.git, &row.row.path)?;
            guard::set(&tree, &row.row.facts.base)?;
            link_files(&of.root, &tree.top);
            Ok(row)
        });
        let row = match renamed {
            Ok(row) => row,
            Err(error) => {
                self.ask(move |core| {
                    core.write_worktrees(|w| w.drop_worktree(id).map_err(refused))
                })?;
                return Err(error);
            }
        };
        let admin = admin_of(&tree);
        self.change_worktree(id, LogKind::WORKTREE_ADOPTED, YOU, move |row| {
            row.state = WorktreeState::Ready;
            row.facts.admin = admin;
        })?;
        self.note_checkout(&of, &row.row.path, row.row.branch.as_deref())?;
        if let (Some(task), Some(branch)) = (adopt.task, &row.row.branch)
            && self.task(task)?.branch.is_none()
        {
            let branch = Some(branch.clone());
            self.change_task(task, TaskChange { branch, ..TaskChange::default() })?;
        }
        self.measure_later(id);
        if adopt.equip { self.equip_and_set_up(&of, id) } else { self.worktree_view(id) }
    }

    fn claim_adopted(
        &self,
        of: &Repository,
        adopt: &AdoptWorktree,
        found: &worktree::Worktree,
        name: String,
    ) -> Result<WorktreeId, EngineError> {
        let settings = self.worktree_settings(&of.root)?;
        let base = base::base(&of.git, settings.base())?;
        let maker = self
            .homes
            .iter()
            .find(|home| home.agent.made_worktree(&home.path, &of.root, &found.path))
            .map_or_else(|| "hand".to_owned(), |home| home.agent.name().0.to_string());
        let row = WorktreeRow {
            workspace: of.workspace,
            name,
            path: found.path.clone(),
            branch: found.branch.clone(),
            task: adopt.task,
            state: WorktreeState::Ready,
            facts: WorktreeFacts {
                made_by: maker,
                base: base.branch,
                start: found.head.clone().unwrap_or_default(),
                ..WorktreeFacts::default()
            },
        };
        self.ask(move |core| {
            core.write_worktrees(|w| w.add_worktree(&row, LogKind::WORKTREE, YOU).map_err(refused))
        })
    }

    /// Renames what is to be renamed: folder and branch, or neither.
    fn rename_adopted(
        &self,
        of: &Repository,
        id: WorktreeId,
        adopt: &AdoptWorktree,
        name: &str,
    ) -> Result<StoredWorktree, EngineError> {
        let row = self.read(|s| Ok(s.worktree(id)?))?.ok_or(EngineError::Ending)?;
        let was = row.row.path.clone();
        let wanted = adopt.branch.clone().filter(|branch| Some(branch) != row.row.branch.as_ref());
        if let Some(wanted) = &wanted {
            refuse_branch(of, wanted)?;
        }
        let mut path = was.clone();
        if adopt.name.is_some() && name_of(&path) != name {
            self.refuse_if_lived_in(&row, false)?;
            path = self.worktree_settings(&of.root)?.folder.join(name);
            worktree::rename(&of.git, &was, &path)?;
        }
        if let Some(wanted) = &wanted
            && let Err(error) = worktree::name_branch(&path, wanted)
        {
            if path != was {
                worktree::rename(&of.git, &path, &was)?;
            }
            return Err(error.into());
        }
        let branch = wanted.or(row.row.branch);
        self.change_worktree(id, LogKind::WORKTREE, YOU, move |row| {
            row.path = path;
            row.branch = branch;
        })
    }
}

fn refuse_branch(of: &Repository, branch: &str) -> Result<(), EngineError> {
    if !worktree::is_branch_name(&of.git, branch)? {
        return Err(EngineError::Refused {
            text: format!("`{branch}` cannot be the name of a branch; nothing was changed"),
            hint: "see git-check-ref-format(1)",
        });
    }
    if worktree::commit_of(&of.git, &format!("refs/heads/{branch}")).is_some() {
        return Err(EngineError::Refused {
            text: format!("there is a branch {branch} already; nothing was changed"),
            hint: "choose another name",
        });
    }
    Ok(())
}

fn wanted_name(adopt: &AdoptWorktree, path: &Path) -> Result<String, EngineError> {
    let wanted = adopt.name.clone().unwrap_or_else(|| name_of(path));
    if adopt.name.is_none() {
        return Ok(wanted);
    }
    name::folder_name(&wanted).ok_or_else(|| EngineError::Refused {
        text: format!("`{wanted}` cannot be the name of a folder; nothing was changed"),
        hint: "use letters, digits and `-`",
    })
}
