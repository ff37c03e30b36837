//! Making a worktree: from the pool where one waits there, else from nothing.

use std::path::{Path, PathBuf};

use callboard_git::base::{Base, base};
use callboard_git::worktree::{self, CheckOut};
use callboard_git::{Checkout, guard};
use callboard_model::view::{NewWorktree, TaskChange, WorktreeView};
use callboard_model::worktree::{WorktreeFacts, WorktreeState};
use callboard_model::{TaskId, WorkspaceId, WorktreeId};
use callboard_store::{LogKind, StoredWorktree, Task, WorktreeRow};

use super::environment::link_files;
use super::equipment::{ToEquip, note};
use super::pool::refuse_moved_on;
use super::settings::WorktreeSettings;
use super::{CALLBOARD, Repository, YOU, name, refused, text_of};
use crate::equip::{self, Phase};
use crate::{Engine, EngineError};

/// Begins the names of folders that are deleted without being kept: nobody has worked in them.
pub(super) const UNFINISHED: &str = "unfinished-";

/// A worktree as it is to be made.
#[derive(Debug, Clone)]
struct Plan {
    name: String,
    path: PathBuf,
    branch: String,
    /// The branch is there already.
    is_branch_there: bool,
    base: Base,
    /// The commit that a new branch begins at, and where it was found.
    start: (String, String),
    task: Option<TaskId>,
}

impl Plan {
    fn to_equip(&self) -> ToEquip<'_> {
        ToEquip {
            top: &self.path,
            name: &self.name,
            branch: Some(&self.branch),
            task: self.task.map(|task| task.to_string()),
        }
    }
}

impl Engine {
    /// Makes a worktree with a branch of its own, which no push leads to the base.
    ///
    /// # Errors
    /// When its name, branch or base cannot be, or git or the disk fail: nothing of it is left then.
    pub fn new_worktree(
        &self,
        workspace: WorkspaceId,
        new: NewWorktree,
    ) -> Result<WorktreeView, EngineError> {
        let of = self.repository(workspace)?;
        let settings = self.approved_settings(&of)?;
        let task = match new.task {
            Some(id) => {
                let task = self.read(|s| Ok(s.task(id)?))?.filter(|t| t.deleted_at.is_none());
                Some(task.ok_or_else(|| EngineError::no_task(id))?)
            }
            None => None,
        };
        let (id, plan) = self.claim_name(&of, &settings, &new, task.as_ref())?;
        if let Err(error) = self.make(&of, id, &plan) {
            self.ask(move |core| core.write_worktrees(|w| w.drop_worktree(id).map_err(refused)))?;
            return Err(error);
        }
        self.note_checkout(&of, &plan.path, Some(&plan.branch))?;
        if let Some(task) = task.filter(|task| task.branch.is_none()) {
            // Sessions on the branch belong to its task.
            let branch = Some(plan.branch.clone());
            self.change_task(task.id, TaskChange { branch, ..TaskChange::default() })?;
        }
        self.fill_later(workspace);
        self.measure_later(id);
        self.worktree_view(id)
    }

    /// Decides what it is called, and claims that name for it.
    fn claim_name(
        &self,
        of: &Repository,
        settings: &WorktreeSettings,
        new: &NewWorktree,
        task: Option<&Task>,
    ) -> Result<(WorktreeId, Plan), EngineError> {
        let base = base(&of.git, new.base.as_deref().or(settings.base()))?;
        let start = match new.from.as_deref() {
            Some(from) => {
                let id =
                    worktree::commit_of(&of.git, from).ok_or_else(|| EngineError::Refused {
                        text: format!("there is no commit {from}; nothing was made"),
                        hint: "name a branch, a tag or a commit, or `git fetch` it first",
                    })?;
                (id, from.to_owned())
            }
            None => (base.start.clone(), base.from.clone()),
        };
        let wanted = wanted_name(settings, new, task)?;
        // What was named is not renamed; what was made up is, until it is free.
        let is_named = new.name.is_some();
        let mut last = None;
        for name in name::candidates(&wanted) {
            let branch = new.branch.clone().or_else(|| own_branch(task, is_named));
            let branch = branch.unwrap_or_else(|| name.clone());
            let plan = Plan {
                path: settings.folder.join(&name),
                is_branch_there: worktree::commit_of(&of.git, &format!("refs/heads/{branch}"))
                    .is_some(),
                name,
                branch,
                base: base.clone(),
                start: start.clone(),
                task: task.map(|task| task.id),
            };
            match self.claim(
                of,
                &plan,
                new.branch.is_some() || task.is_some_and(|t| t.branch.is_some()),
            ) {
                Ok(id) => return Ok((id, plan)),
                Err(error @ EngineError::Refused { .. }) if !is_named => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or(EngineError::Ending))
    }

    fn claim(
        &self,
        of: &Repository,
        plan: &Plan,
        is_branch_named: bool,
    ) -> Result<WorktreeId, EngineError> {
        check_branch(of, plan, is_branch_named)?;
        if plan.path.exists() {
            return Err(EngineError::Refused {
                text: format!("{} is there already; nothing was made", plan.path.display()),
                hint: "choose another name, or move that folder away",
            });
        }
        let row = row_of(of, plan);
        self.ask(move |core| {
            core.write_worktrees(|w| w.add_worktree(&row, LogKind::WORKTREE, YOU).map_err(refused))
        })
    }

    fn make(&self, of: &Repository, id: WorktreeId, plan: &Plan) -> Result<(), EngineError> {
        let (made, pooled) = match self.claim_from_pool(of, id, plan) {
            Some((made, pooled)) => (made, Some(pooled)),
            None => (make_cold(of, plan)?, None),
        };
        let phase = if pooled.is_some() { Phase::Renamed } else { Phase::First };
        if let Err(error) = self.equip_and_finish(of, id, plan, (&made, phase)) {
            self.discard(of, plan, (&made, pooled.as_ref()));
            return Err(error);
        }
        self.set_up_later(of.workspace, id);
        Ok(())
    }

    /// A worktree of the pool, moved to its place and on its branch; `None` if none is free or fit.
    fn claim_from_pool(
        &self,
        of: &Repository,
        id: WorktreeId,
        plan: &Plan,
    ) -> Option<(Checkout, StoredWorktree)> {
        if plan.is_branch_there {
            return None;
        }
        let waiting = self.take_from_pool(of, id)?;
        let pooled = waiting.row.path.clone();
        let moved = refuse_moved_on(&waiting)
            .and_then(|()| Ok(worktree::rename(&of.git, &pooled, &plan.path)?))
            .and_then(|()| Ok(equip::moved(self.home(), &pooled, &plan.path)?))
            .and_then(|()| Ok(worktree::switch_to_new(&plan.path, &plan.branch, &plan.start.0)?));
        let made = callboard_git::locate(&plan.path).filter(|made| made.top == plan.path);
        match (moved, made) {
            (Ok(()), Some(made)) => Some((made, waiting)),
            (error, made) => {
                tracing::warn!(
                    ?error,
                    "a worktree of the pool could not be used; another one is made"
                );
                let left = made.map_or(pooled, |made| made.top);
                self.discard_claimed(of, &waiting, (&left, &plan.start.0));
                delete_unfinished(of, plan);
                None
            }
        }
    }

    fn discard_claimed(&self, of: &Repository, waiting: &StoredWorktree, left: (&Path, &str)) {
        if let Err(error) = self.discard_pooled(of, waiting, left) {
            tracing::warn!(%error, path = %left.0.display(), "somebody worked in it; it stays");
        }
    }

    /// Takes away a worktree that could not be finished. Nobody has worked in a new one; in one of the pool somebody
    /// may have.
    fn discard(
        &self,
        of: &Repository,
        plan: &Plan,
        (made, pooled): (&Checkout, Option<&StoredWorktree>),
    ) {
        if let Some(waiting) = pooled {
            self.discard_claimed(of, waiting, (&made.top, &plan.start.0));
        } else {
            if let Err(error) = self.unequip(of, &plan.to_equip()) {
                tracing::warn!(%error, "what a worktree was given stays given");
            }
            take_away(of, &made.top);
        }
        delete_unfinished(of, plan);
    }

    /// Guards it, lets it see the workspace's files, and says that it is ready.
    fn equip_and_finish(
        &self,
        of: &Repository,
        id: WorktreeId,
        plan: &Plan,
        (made, phase): (&Checkout, Phase),
    ) -> Result<(), EngineError> {
        guard::set(made, &plan.base.branch)?;
        link_files(&of.root, &made.top);
        let equipped = self.equip(of, &plan.to_equip(), phase)?;
        let admin = made.git_dir.file_name().map(|name| name.to_string_lossy().into_owned());
        self.change_worktree(id, LogKind::WORKTREE_MADE, YOU, move |row| {
            row.state = WorktreeState::Ready;
            row.facts.admin = admin.unwrap_or_default();
            row.facts.pooled_at = None;
            row.facts.setup = Some("running".into());
            note(&mut row.facts, equipped);
        })?;
        Ok(())
    }
}

/// The name that task, branch or user give.
fn wanted_name(
    settings: &WorktreeSettings,
    new: &NewWorktree,
    task: Option<&Task>,
) -> Result<String, EngineError> {
    let given = new.name.as_deref().or(if task.is_none() { new.branch.as_deref() } else { None });
    let made_up = || {
        let id = task.map(|task| task.id.to_string());
        settings.name(id.as_deref(), task.map_or("", |task| &task.title))
    };
    let wanted = given.map_or_else(made_up, |given| Ok(given.to_owned()))?;
    name::folder_name(&wanted).ok_or_else(|| EngineError::Refused {
        text: "the worktree has no name; nothing was made".into(),
        hint: "give a task (`T12`), a name, or a branch",
    })
}

/// The branch that its task has already.
fn own_branch(task: Option<&Task>, is_named: bool) -> Option<String> {
    task.filter(|_| !is_named).and_then(|task| task.branch.clone())
}

fn check_branch(of: &Repository, plan: &Plan, is_branch_named: bool) -> Result<(), EngineError> {
    let refused = |text: String, hint: &'static str| Err(EngineError::Refused { text, hint });
    if !worktree::is_branch_name(&of.git, &plan.branch)? {
        return refused(
            format!("`{}` cannot be the name of a branch; nothing was made", plan.branch),
            "see git-check-ref-format(1), or give one with --branch",
        );
    }
    if plan.branch == plan.base.branch {
        return refused(
            format!("{} is the base itself; nothing was made", plan.branch),
            "work on a branch of its own: name another one",
        );
    }
    if !plan.is_branch_there {
        return Ok(());
    }
    if !is_branch_named {
        return refused(
            format!("there is a branch {} already; nothing was made", plan.branch),
            "name the branch with --branch to check it out, or choose another name",
        );
    }
    let listed = worktree::list(&of.git)?;
    let elsewhere = listed.iter().find(|tree| tree.branch.as_deref() == Some(&plan.branch));
    elsewhere.map_or(Ok(()), |tree| {
        refused(
            format!("{} is checked out at {}; nothing was made", plan.branch, tree.path.display()),
            "work there, or choose another branch",
        )
    })
}

/// Deletes the branch of a worktree that could not be finished, as long as it is where it began.
fn delete_unfinished(of: &Repository, plan: &Plan) {
    if !plan.is_branch_there
        && let Err(error) = worktree::delete_branch(&of.git, &plan.branch, &plan.start.0)
    {
        tracing::warn!(%error, branch = plan.branch, "a branch that was not finished stays");
    }
}

fn row_of(of: &Repository, plan: &Plan) -> WorktreeRow {
    WorktreeRow {
        workspace: of.workspace,
        name: plan.name.clone(),
        path: plan.path.clone(),
        branch: Some(plan.branch.clone()),
        task: plan.task,
        state: WorktreeState::Preparing,
        facts: WorktreeFacts {
            made_by: CALLBOARD.into(),
            base: plan.base.branch.clone(),
            start: plan.start.0.clone(),
            from: plan.start.1.clone(),
            made_branch: !plan.is_branch_there,
            note: plan.base.note.clone(),
            ..WorktreeFacts::default()
        },
    }
}

fn make_cold(of: &Repository, plan: &Plan) -> Result<Checkout, EngineError> {
    let what = if plan.is_branch_there {
        CheckOut::Branch(&plan.branch)
    } else {
        CheckOut::NewBranch { branch: &plan.branch, at: &plan.start.0 }
    };
    Ok(worktree::add(&of.git, &plan.path, what)?)
}

/// Takes away a worktree that nobody has worked in.
pub(super) fn take_away(of: &Repository, path: &Path) {
    let taken = worktree::linked(&of.git, path).and_then(|tree| {
        let name = format!("{UNFINISHED}{}", tree_name(path));
        worktree::take_away(&of.git, &tree, &name, |_| true)
    });
    let freed = taken.map_err(|error| error.to_string()).and_then(|trash| {
        callboard_os::remove::folder(&trash)
            .map_err(|error| format!("{}: {error}", text_of(&trash)))
    });
    if let Err(error) = freed {
        tracing::warn!(error, "what is left of a worktree could not be removed");
    }
}

fn tree_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
