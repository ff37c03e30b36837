//! Removing a worktree: nothing lives in it, everything of it is kept, and only then it goes.

use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use callboard_git::keep::{self, Kept, keep_beside};
use callboard_git::{Checkout, Git, worktree};
use callboard_model::WorkspaceId;
use callboard_model::view::{RemoveWorktree, WorktreeRemoved};
use callboard_model::worktree::WorktreeState;
use callboard_os::disk::folder_state;
use callboard_os::process::ProcessIn;
use callboard_store::{LogKind, StoredWorktree};

use super::equipment::ToEquip;
use super::keeper::Free;
use super::list::sessions_in;
use super::{Repository, YOU, name, text_of};
use crate::{Engine, EngineError, limits};

/// What was kept of a worktree that is about to go.
pub(super) struct Safe {
    pub(super) kept: Kept,
    beside: Vec<String>,
    /// What of its equipment could not be taken back.
    remarks: Vec<String>,
    /// The folder's state once everything was kept.
    pub(super) mark: u64,
}

impl Safe {
    /// What its folder is called where removed ones lie.
    pub(super) fn trash_name(&self, row: &StoredWorktree) -> String {
        trash_name(row, &self.kept.name)
    }

    /// Whether a folder is still as it was kept, and nothing works in it.
    pub(super) fn is_of(&self, folder: &Path) -> bool {
        folder_state(folder).mark == self.mark
            && who_works_in(folder).is_none_or(|found| found.is_empty())
    }
}

/// Who works in a folder, but for git that looks at it for Callboard.
fn who_works_in(folder: &Path) -> Option<Vec<ProcessIn>> {
    let mut found = callboard_os::process::processes_in(folder)?;
    found.retain(|process| !(process.is_child && process.name == "git"));
    Some(found)
}

/// What the folder of a worktree that is kept under a name is called where removed ones lie.
pub(super) fn trash_name(row: &StoredWorktree, kept: &str) -> String {
    format!("{}-{kept}", row.id.0)
}

impl Engine {
    /// Keeps all that a worktree holds, and removes it.
    ///
    /// # Errors
    /// When something lives in it, git is in the middle of something there, it holds what cannot be kept,
    /// or it is not Callboard's: it is as it was then.
    pub fn remove_worktree(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
        how: &RemoveWorktree,
    ) -> Result<WorktreeRemoved, EngineError> {
        let (of, row) = self.own_worktree(workspace, name)?;
        match row.row.state {
            WorktreeState::Ready | WorktreeState::Parked => {}
            WorktreeState::Missing => {
                let _busy = self.keeper.claim(row.id)?;
                if self.recover_removal(&of, &row)? {
                    return Err(EngineError::Refused {
                        text: format!(
                            "a removal of {} had not ended; nothing more was removed",
                            row.row.name
                        ),
                        hint: "look at it with `callboard worktree show`; if it is back, remove it again",
                    });
                }
                return self.remove_missing(&of, &row);
            }
            state => {
                return Err(EngineError::Refused {
                    text: format!("{} is {}; nothing was changed", row.row.name, state.word()),
                    hint: "only one that can be worked in is removed",
                });
            }
        }
        let _busy = self.keeper.claim(row.id)?;
        let tree = worktree::linked(&of.git, &row.row.path)?;
        refuse_locked(&tree)?;
        // What Callboard itself started in it is no reason to stay.
        crate::equip::stop_server(self.home(), &tree.top)?;
        self.refuse_if_lived_in(&row, how.yes)?;
        if !how.yes {
            refuse_unkept(&tree.top)?;
        }
        let safe = keep_all(&of, &row, &tree)?;
        let taken = self.tear_down_kept(&of, &row, &tree, safe).and_then(|mut safe| {
            let stays = self.take(&of, &row, &tree, &safe)?;
            safe.remarks.extend(stays);
            Ok(safe)
        });
        match taken {
            Ok(safe) => self.finish_removal(&of, &row, safe, how),
            Err(error) => {
                // It stays, so it gets again what was taken back.
                if let Err(error) = self.equip_again(&of, &row) {
                    tracing::warn!(%error, worktree = row.row.name, "it lacks its equipment");
                }
                Err(error)
            }
        }
    }

    /// Has its teardown run. That takes time in which somebody may save a file, and teardown may write and delete: what
    /// is there then is kept beside what was there before, if it is not the same.
    pub(super) fn tear_down_kept(
        &self,
        of: &Repository,
        row: &StoredWorktree,
        tree: &Checkout,
        before: Safe,
    ) -> Result<Safe, EngineError> {
        let remarks = self.tear_down(of, &ToEquip::of(row))?;
        if folder_state(&tree.top).mark == before.mark {
            return Ok(Safe { remarks, ..before });
        }
        let mut safe = keep_all(of, row, tree)?;
        safe.remarks = remarks;
        let is_news = |beside: &String, known: &[String]| {
            let what = |text: &str| text.rsplit_once(" (").map(|(what, _)| what.to_owned());
            !known.iter().any(|known| what(known) == what(beside))
        };
        let name = &before.kept.name;
        if keep::is_same(&of.git, name, &safe.kept.name)
            && !safe.beside.iter().any(|beside| is_news(beside, &before.beside))
        {
            keep::forget(&of.git, &safe.kept.name)?;
            let kept = Kept { left_out: safe.kept.left_out, ..before.kept };
            return Ok(Safe { kept, beside: before.beside, ..safe });
        }
        // What was kept with the first is not found by the second.
        let of_first = before.beside.into_iter().filter(|beside| is_news(beside, &safe.beside));
        let mut of_first: Vec<String> = of_first.collect();
        of_first.push(format!("as it was before teardown ({}{name})", keep::KEPT));
        safe.beside.extend(of_first);
        Ok(safe)
    }

    /// Refuses while a session or a process is in it.
    pub(super) fn refuse_if_lived_in(
        &self,
        row: &StoredWorktree,
        is_insisted: bool,
    ) -> Result<(), EngineError> {
        let stays = |what: String, hint: &'static str| {
            Err(EngineError::Refused {
                text: format!("{what} in {}; it was left as it is", row.row.path.display()),
                hint,
            })
        };
        let places = self.read(|s| Ok(s.session_directories(row.row.workspace)?))?;
        let (_, running, _) = sessions_in(&row.row.path, &places);
        if !running.is_empty() {
            let names: Vec<String> = running.iter().map(ToString::to_string).collect();
            let verb = if running.len() == 1 { "runs" } else { "run" };
            return stays(format!("{} {verb}", names.join(", ")), "end it first");
        }
        let Some(found) = who_works_in(&row.row.path) else {
            return if is_insisted {
                Ok(())
            } else {
                stays(
                    "this system does not tell which processes work".into(),
                    "make sure that none does, and say so with `--yes`",
                )
            };
        };
        if found.is_empty() {
            return Ok(());
        }
        let named = found.iter().take(limits::PROCESSES_NAMED);
        let mut names: Vec<String> = named.map(|p| format!("{} ({})", p.name, p.pid)).collect();
        if found.len() > names.len() {
            names.push(format!("{} more", found.len() - names.len()));
        }
        let verb = if found.len() == 1 { "works" } else { "work" };
        stays(format!("{} {verb}", names.join(", ")), "end it, or close its terminal, first")
    }

    /// Takes its folder away, unless something was written to it since it was kept, and then what it has besides. Gives
    /// what of that stays.
    fn take(
        &self,
        of: &Repository,
        row: &StoredWorktree,
        tree: &Checkout,
        safe: &Safe,
    ) -> Result<Vec<String>, EngineError> {
        let (kept, tip, left_out) = (
            safe.kept.name.clone(),
            safe.kept.head.clone(),
            safe.kept.left_out.iter().map(|path| text_of(path)).collect::<Vec<_>>(),
        );
        let mark = safe.mark;
        // Said first: whoever finds the folder gone after a crash knows that it is kept, and as what.
        self.change_worktree(row.id, LogKind::WORKTREE, YOU, move |row| {
            row.facts.kept = Some(kept);
            row.facts.kept_mark = Some(mark);
            row.facts.tip = tip;
            row.facts.left_out = left_out;
        })?;
        let name = safe.trash_name(row);
        let trash = match worktree::take_away(&of.git, tree, &name, |folder| safe.is_of(folder)) {
            Ok(trash) => trash,
            Err(error) => {
                // If it could not be put back, the next daemon finds it by what it is kept as.
                if tree.top.is_dir() {
                    self.change_worktree(row.id, LogKind::WORKTREE, YOU, forget_kept)?;
                }
                return Err(error.into());
            }
        };
        let stays = self.release(of, &ToEquip::of(row));
        let (now, trash) = (self.now(), text_of(&trash));
        self.change_worktree(row.id, LogKind::WORKTREE_REMOVED, YOU, move |row| {
            row.state = WorktreeState::Removed;
            row.facts.trash = Some(trash);
            row.facts.kept_mark = None;
            row.facts.freed = None;
            row.facts.removed_at = Some(now);
            row.facts.disk = None;
            row.facts.server = None;
        })?;
        Ok(stays)
    }

    fn finish_removal(
        &self,
        of: &Repository,
        row: &StoredWorktree,
        safe: Safe,
        how: &RemoveWorktree,
    ) -> Result<WorktreeRemoved, EngineError> {
        self.give_back_all(of.workspace, &row.row.name)?;
        let branch_deleted = delete_branch(of, row, &safe.kept, how)?;
        let stored = self.read(|s| Ok(s.worktree(row.id)?))?;
        let trash = stored.and_then(|stored| stored.row.facts.trash).map(PathBuf::from);
        let (done, freed) = sync_channel(1);
        let mut bytes = None;
        if let Some(trash) = trash {
            self.free_later(Free { id: Some(row.id), trash, done: how.wait.then_some(done) });
            if how.wait {
                // The engine may end meanwhile; the next one goes on.
                bytes = freed.recv().ok().and_then(Result::ok);
            }
        }
        Ok(WorktreeRemoved {
            worktree: self.worktree_view(row.id)?,
            kept: safe.kept.name,
            kept_beside: safe.beside,
            remarks: safe.remarks,
            branch_deleted,
            left_out: safe.kept.left_out.iter().map(|path| text_of(path)).collect(),
            freed: bytes,
        })
    }

    /// Forgets a worktree whose folder is gone; its commits are kept.
    fn remove_missing(
        &self,
        of: &Repository,
        row: &StoredWorktree,
    ) -> Result<WorktreeRemoved, EngineError> {
        if row.row.path.exists() {
            return Err(EngineError::Refused {
                text: format!(
                    "git does not know {} any more, so what is in it cannot be kept; it was left as it is",
                    row.row.path.display()
                ),
                hint: "`git worktree repair` it, or look at its files and delete it yourself",
            });
        }
        worktree::forget(&of.git, &row.row.path);
        self.give_back_all(of.workspace, &row.row.name)?;
        let now = self.now();
        self.change_worktree(row.id, LogKind::WORKTREE_REMOVED, YOU, move |row| {
            row.state = WorktreeState::Removed;
            row.facts.removed_at = Some(now);
            row.facts.freed = Some(0);
        })?;
        Ok(WorktreeRemoved {
            worktree: self.worktree_view(row.id)?,
            kept: String::new(),
            kept_beside: Vec::new(),
            remarks: Vec::new(),
            branch_deleted: false,
            left_out: Vec::new(),
            freed: Some(0),
        })
    }
}

/// Notes that it was not removed after all.
pub(super) fn forget_kept(row: &mut callboard_store::WorktreeRow) {
    row.facts.kept = None;
    row.facts.kept_mark = None;
}

fn refuse_locked(tree: &Checkout) -> Result<(), EngineError> {
    if !tree.git_dir.join("locked").exists() {
        return Ok(());
    }
    Err(EngineError::Refused {
        text: format!("{} is locked; it was left as it is", tree.top.display()),
        hint: "`git worktree list --verbose` tells why; `git worktree unlock` it first",
    })
}

pub(super) fn refuse_unkept(top: &Path) -> Result<(), EngineError> {
    let lost = keep::too_large(top)?;
    if lost.named.is_empty() {
        return Ok(());
    }
    let names: Vec<String> =
        lost.named.iter().take(limits::PROCESSES_NAMED).map(|p| text_of(p)).collect();
    let more = lost.named.len() - names.len() + lost.unnamed;
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Err(EngineError::Refused {
        text: format!(
            "ignored by git, in a submodule or too large to be kept: {}{more}; nothing was removed",
            names.join(", ")
        ),
        hint: "move away what you need of them, then remove it with `--yes`",
    })
}

/// Keeps files, index, stashes and commits.
pub(super) fn keep_all(
    of: &Repository,
    row: &StoredWorktree,
    tree: &Checkout,
) -> Result<Safe, EngineError> {
    if let Some(submodule) = worktree::submodule_with_own_commits(tree)? {
        return Err(EngineError::Refused {
            text: format!(
                "the submodule {} has commits that are on no remote; nothing was changed",
                submodule.display()
            ),
            hint: "push them from there first",
        });
    }
    let before = folder_state(&tree.top).mark;
    let name = kept_name(of, row);
    let kept = keep::keep(&tree.top, &name)?;
    let mark = folder_state(&tree.top).mark;
    if mark != before {
        return Err(EngineError::Refused {
            text: format!(
                "something was written to {} while it was being kept; it was left as it is",
                tree.top.display()
            ),
            hint: "see what works in it, then remove it again",
        });
    }
    let beside = keep_beside(&Git::at(&tree.top), &name, kept.branch.as_deref())?;
    let beside = beside.into_iter().map(|kept| format!("{} ({})", kept.what, kept.reference));
    Ok(Safe { kept, beside: beside.collect(), remarks: Vec::new(), mark })
}

/// A name under which nothing is kept yet.
pub(super) fn kept_name(of: &Repository, row: &StoredWorktree) -> String {
    let own = name::slug(&row.row.name);
    let own = if own.is_empty() { "worktree".to_owned() } else { own };
    let begin = format!("{own}-{}", row.id.0);
    let is_free =
        |name: &String| worktree::commit_of(&of.git, &format!("{}{name}", keep::KEPT)).is_none();
    name::candidates(&begin).find(is_free).unwrap_or(begin)
}

/// Deletes the branch that was made with it if all of it is in the base, or that is asked for.
fn delete_branch(
    of: &Repository,
    row: &StoredWorktree,
    kept: &Kept,
    how: &RemoveWorktree,
) -> Result<bool, EngineError> {
    let (Some(branch), Some(tip)) = (&kept.branch, &kept.head) else { return Ok(false) };
    let base = &row.row.facts.base;
    let known = [format!("refs/heads/{base}"), format!("refs/remotes/origin/{base}")];
    let is_in_base = row.row.facts.made_branch
        && known
            .iter()
            .filter(|base| worktree::commit_of(&of.git, base).is_some())
            .any(|base| worktree::is_landed(&of.git, tip, base).unwrap_or(false));
    if branch == base || !(is_in_base || how.delete_branch) {
        return Ok(false);
    }
    Ok(worktree::delete_branch(&of.git, branch, tip)?)
}
