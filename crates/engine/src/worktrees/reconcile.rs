//! Rows follow what git and the disk say. What neither says is not guessed: it is told, with what to do.

use std::path::{Path, PathBuf};

use callboard_git::worktree::{self, Worktree};
use callboard_model::WorktreeId;
use callboard_model::worktree::WorktreeState;
use callboard_os::disk::folder_state;
use callboard_store::{LogKind, StoredWorktree};

use super::equipment::{ToEquip, note};
use super::keeper::Free;
use super::list::checkout_at;
use super::make::{UNFINISHED, take_away};
use super::remove::{forget_kept, trash_name};
use super::{CALLBOARD, Repository, refused, text_of};
use crate::{Engine, EngineError};

/// What has become of a worktree since its row was written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    /// It is at another place.
    Moved(PathBuf),
    /// It has another branch checked out, or none.
    Branch(Option<String>),
    /// Its folder, or git's knowledge of it, is gone: why, and what to do.
    Gone(String),
    /// It is there again.
    Back,
    /// It was being removed when the daemon ended, and is.
    Removed,
}

impl Engine {
    /// Brings the rows of a repository's worktrees up to what git lists.
    pub(super) fn follow(&self, of: &Repository, listed: &[Worktree]) -> Result<(), EngineError> {
        let rows = self.read(|s| Ok(s.worktrees(Some(of.workspace))?))?;
        for row in &rows {
            let is_followed = matches!(
                row.row.state,
                WorktreeState::Ready | WorktreeState::Parked | WorktreeState::Missing
            );
            if !is_followed {
                continue;
            }
            for change in changes(row, listed) {
                self.follow_one(of, row.id, &row.row.path, change)?;
            }
        }
        Ok(())
    }

    fn follow_one(
        &self,
        of: &Repository,
        id: WorktreeId,
        path: &Path,
        change: Change,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let mut equipped = None;
        if let Change::Moved(to) = &change {
            crate::equip::moved(self.home(), path, to)?;
            equipped = crate::equip::load(self.home(), to)?;
            self.note_checkout(of, to, None)?;
        }
        let from = text_of(path);
        self.change_worktree(id, LogKind::WORKTREE_FOLLOWED, CALLBOARD, move |row| match change {
            Change::Moved(to) => {
                row.facts.note = Some(format!("it was moved here from {from}"));
                row.path = to;
                if let Some(equipped) = equipped {
                    note(&mut row.facts, equipped);
                }
                if row.state == WorktreeState::Missing {
                    row.state = WorktreeState::Ready;
                }
            }
            Change::Branch(branch) => {
                let word = |branch: &Option<String>| {
                    branch.clone().unwrap_or_else(|| "no branch".to_owned())
                };
                row.facts.note =
                    Some(format!("it is on {} now, was on {}", word(&branch), word(&row.branch)));
                row.branch = branch;
            }
            Change::Gone(why) => {
                row.state = WorktreeState::Missing;
                row.facts.note = Some(why);
            }
            Change::Back => {
                row.state = WorktreeState::Ready;
                row.facts.note = Some("its folder is there again".into());
            }
            Change::Removed => {
                row.state = WorktreeState::Removed;
                row.facts.removed_at = Some(now);
            }
        })?;
        Ok(())
    }

    /// Finishes or takes back what the last daemon was in the middle of.
    pub(super) fn recover_worktrees(&self) {
        let all = match self.read(|s| Ok(s.worktrees(None)?)) {
            Ok(all) => all,
            Err(error) => {
                tracing::warn!(%error, "what the last daemon left of worktrees is looked at later");
                return;
            }
        };
        let workspaces = all.iter().map(|row| row.row.workspace);
        for workspace in workspaces.collect::<std::collections::BTreeSet<_>>() {
            let Ok(of) = self.repository(workspace) else { continue };
            for trash in worktree::left_in_trash(&of.git, UNFINISHED) {
                self.free_later(Free { id: None, trash, done: None });
            }
        }
        for row in all {
            if (row.row.facts.kept.is_some() && row.row.state != WorktreeState::Removed
                || row.row.facts.kept_mark.is_some())
                && let Err(error) = self.recover_removals(&row)
            {
                tracing::warn!(%error, worktree = row.row.name, "a removal that had not ended is as it was");
            }
            if let Some(trash) = &row.row.facts.trash {
                self.free_later(Free { id: Some(row.id), trash: trash.into(), done: None });
            }
            self.follow_server(&row);
            if row.row.facts.setup.as_deref() == Some("running") {
                self.set_up_later(row.row.workspace, row.id);
            }
            let recovered = match row.row.state {
                // One that was begun since is this daemon's, and is being made.
                WorktreeState::Preparing if row.made_at < self.started => self.recover(&row),
                WorktreeState::Pooled => {
                    self.fill_later(row.row.workspace);
                    Ok(())
                }
                _ => Ok(()),
            };
            if let Err(error) = recovered {
                tracing::warn!(%error, worktree = row.row.name, "a worktree that was being made is as it was");
            }
        }
    }

    fn recover_removals(&self, row: &StoredWorktree) -> Result<(), EngineError> {
        let of = self.repository(row.row.workspace)?;
        // Claimed, it is this daemon that removes it.
        let Ok(_busy) = self.keeper.claim(row.id) else { return Ok(()) };
        let Some(row) = self.read(|s| Ok(s.worktree(row.id)?))? else { return Ok(()) };
        self.recover_removal(&of, &row).map(|_| ())
    }

    /// A worktree that was being removed: while git knows it, it is put back, else its bytes go if they are what
    /// was kept. Gives whether its folder was found where removed ones lie. Its caller has claimed it.
    pub(super) fn recover_removal(
        &self,
        of: &Repository,
        row: &StoredWorktree,
    ) -> Result<bool, EngineError> {
        let facts = &row.row.facts;
        let (Some(kept), None) = (&facts.kept, &facts.trash) else {
            return Ok(false);
        };
        let path = &row.row.path;
        let Some(trash) = worktree::in_trash(&of.git, path, &trash_name(row, kept)) else {
            if row.row.state != WorktreeState::Removed {
                // It ended before anything was removed: whoever removes it by hand did not have it kept.
                self.change_worktree(row.id, LogKind::WORKTREE_FOLLOWED, CALLBOARD, forget_kept)?;
            }
            return Ok(false);
        };
        if worktree::list(&of.git)?.iter().any(|tree| tree.path == *path) {
            worktree::put_back(&trash, path)?;
            self.change_worktree(row.id, LogKind::WORKTREE_FOLLOWED, CALLBOARD, |row| {
                forget_kept(row);
                row.state = WorktreeState::Ready;
                row.facts.note =
                    Some("Callboard ended while it was removed: it is back as it was".into());
            })?;
            self.equip_again(of, row)?;
            return Ok(true);
        }
        self.release(of, &ToEquip::of(row));
        let is_as_kept = facts.kept_mark == Some(folder_state(&trash).mark);
        let (now, place) = (self.now(), text_of(&trash));
        self.change_worktree(row.id, LogKind::WORKTREE_REMOVED, CALLBOARD, move |row| {
            row.state = WorktreeState::Removed;
            row.facts.removed_at.get_or_insert(now);
            row.facts.disk = None;
            row.facts.server = None;
            row.facts.kept_mark = None;
            if is_as_kept {
                row.facts.trash = Some(place);
            } else {
                row.facts.note =
                    Some(format!("what was written to it after it was kept lies in {place}"));
            }
        })?;
        self.give_back_all(of.workspace, &row.row.name)?;
        if is_as_kept {
            self.free_later(Free { id: Some(row.id), trash, done: None });
        }
        Ok(true)
    }

    /// A worktree that was being made: if somebody works in it already it stays, else nothing of it does.
    fn recover(&self, row: &StoredWorktree) -> Result<(), EngineError> {
        let of = self.repository(row.row.workspace)?;
        let path = &row.row.path;
        let pooled = row.row.facts.pooled_at.as_ref().map(PathBuf::from);
        let places = std::iter::once(path).chain(pooled.as_ref());
        for place in places.filter(|place| place.is_dir()) {
            // Git may outlive the daemon that started it.
            let is_in_use =
                callboard_os::process::processes_in(place).is_none_or(|found| !found.is_empty());
            let has_work = checkout_at(place).is_some() && holds_work(place, &row.row.facts.start);
            if is_in_use || has_work {
                self.change_worktree(row.id, LogKind::WORKTREE_FOLLOWED, CALLBOARD, |row| {
                    row.state = WorktreeState::Ready;
                    row.facts.note =
                        Some("Callboard ended while it was made: look whether it is whole".into());
                })?;
                return Ok(());
            }
            if checkout_at(place).is_some_and(|found| found.is_linked()) {
                take_away(&of, place);
            } else {
                // Claimed, and git had not begun: only an empty folder goes.
                let _ = std::fs::remove_dir(place);
            }
        }
        worktree::forget(&of.git, path);
        if let (true, Some(branch)) = (row.row.facts.made_branch, row.row.branch.as_deref()) {
            worktree::delete_branch(&of.git, branch, &row.row.facts.start)?;
        }
        let id = row.id;
        self.ask(move |core| core.write_worktrees(|w| w.drop_worktree(id).map_err(refused)))
    }
}

/// Whether a checkout holds anything that a checkout in the making does not: files changed or added, or
/// another commit. Files that are not there yet are none.
pub(super) fn holds_work(top: &Path, start: &str) -> bool {
    let git = callboard_git::Git::at(top);
    let Ok(found) = callboard_git::status::status(&git) else { return true };
    if worktree::commit_of(&git, "HEAD").is_some_and(|head| head != start) {
        return true;
    }
    let is_written = |path: &PathBuf| top.join(path).exists();
    found.untracked.iter().any(|path| !path.starts_with(crate::readable::FOLDER))
        || found.changed.iter().any(|changed| changed.on_disk && is_written(&changed.path))
        || !found.unmerged.is_empty()
}

/// What has become of a worktree, as git and the disk tell.
fn changes(row: &StoredWorktree, listed: &[Worktree]) -> Vec<Change> {
    let (path, facts) = (&row.row.path, &row.row.facts);
    let is_missing = row.row.state == WorktreeState::Missing;
    let here = listed.iter().find(|tree| tree.path == *path);
    let mut changes = Vec::new();
    let tree = match here {
        Some(tree) if path.is_dir() => {
            if is_missing {
                changes.push(Change::Back);
            }
            tree
        }
        _ => match moved(row, listed) {
            Some(tree) => {
                changes.push(Change::Moved(tree.path.clone()));
                tree
            }
            None if facts.kept.is_some() && !path.exists() && here.is_none() => {
                return vec![Change::Removed];
            }
            None => {
                let why = gone(row, here.is_some());
                let is_news = !is_missing || facts.note.as_deref() != Some(&why);
                return is_news.then_some(Change::Gone(why)).into_iter().collect();
            }
        },
    };
    if tree.branch != row.row.branch {
        changes.push(Change::Branch(tree.branch.clone()));
    }
    changes
}

/// Where a worktree was moved by git, which keeps the same folder of it in the repository.
fn moved<'l>(row: &StoredWorktree, listed: &'l [Worktree]) -> Option<&'l Worktree> {
    let admin = &row.row.facts.admin;
    listed.iter().skip(1).filter(|_| !admin.is_empty()).find(|tree| {
        tree.path != row.row.path
            && checkout_at(&tree.path)
                .and_then(|found| found.git_dir.file_name().map(|name| name == admin.as_str()))
                .unwrap_or(false)
    })
}

fn gone(row: &StoredWorktree, is_listed: bool) -> String {
    let branch = row
        .row
        .branch
        .as_ref()
        .map_or_else(String::new, |branch| format!("; what was committed is on {branch}"));
    let path = row.row.path.display();
    match (row.row.path.is_dir(), is_listed) {
        (true, _) => format!(
            "git no longer lists it, but its folder is there: `git worktree repair '{path}'` lets git know it again"
        ),
        (false, true) => format!(
            "its folder is gone, and not by Callboard{branch}; if it was moved, `git worktree repair NEW-PLACE` tells git"
        ),
        (false, false) => format!("its folder is gone, and git has forgotten it{branch}"),
    }
}
