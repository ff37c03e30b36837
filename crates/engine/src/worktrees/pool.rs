//! Worktrees made in advance, at the base's tip and on no branch: one that is asked for only has to be moved
//! and named.

use std::path::{Path, PathBuf};

use callboard_git::base::base;
use callboard_git::guard;
use callboard_git::worktree::{self, CheckOut};
use callboard_model::worktree::{WorktreeFacts, WorktreeState};
use callboard_model::{WorkspaceId, WorktreeId};
use callboard_store::{LogKind, StoredWorktree, WorktreeRow};

use super::equipment::ToEquip;
use super::keeper::Prepare;
use super::make::take_away;
use super::settings::WorktreeSettings;
use super::{CALLBOARD, Repository, name, refused, text_of};
use crate::equip::Phase;
use crate::{Engine, EngineError, limits};

/// The name of a worktree of the pool; hidden, for nobody works there.
const POOLED: &str = ".pool";

impl Engine {
    /// Makes worktrees in advance until there are as many as there should be, and brings those that wait to
    /// the base's tip.
    pub(super) fn fill_pool(&self, workspace: WorkspaceId) {
        if let Err(error) = self.try_fill_pool(workspace) {
            tracing::warn!(%error, %workspace, "no worktree was made in advance");
        }
    }

    /// Has those that wait in the pool brought to where the base is now. None is made where none waits: nobody asked
    /// for a worktree there yet.
    pub(crate) fn follow_base(&self, workspace: WorkspaceId, start: &str) {
        let is_behind = |waiting: &StoredWorktree| waiting.row.facts.start != start;
        if self.pooled(workspace).is_ok_and(|pooled| pooled.iter().any(is_behind)) {
            self.prepare_later(Prepare::Fill(workspace));
        }
    }

    fn try_fill_pool(&self, workspace: WorkspaceId) -> Result<(), EngineError> {
        let of = self.repository(workspace)?;
        let settings = self.worktree_settings(&of.root)?;
        let base = base(&of.git, settings.base())?;
        let pooled = self.pooled(workspace)?;
        for waiting in pooled.iter().filter(|waiting| waiting.row.facts.start != base.start) {
            // Whoever claims it waits meanwhile: two gits in one checkout would leave it on either's commit.
            let Ok(_busy) = self.keeper.claim(waiting.id) else { continue };
            let found = self.read(|s| Ok(s.worktree(waiting.id)?))?;
            if found.is_none_or(|found| found.row.state != WorktreeState::Pooled) {
                continue;
            }
            if let Err(error) = worktree::switch_detached(&waiting.row.path, &base.start) {
                tracing::info!(%error, "a worktree of the pool could not follow the base; another is made");
                self.drop_pooled(&of, waiting)?;
                continue;
            }
            let start = base.start.clone();
            self.change_worktree(waiting.id, LogKind::WORKTREE, CALLBOARD, move |row| {
                row.facts.start = start;
            })?;
        }
        for _ in self.pooled(workspace)?.len()..settings.pool {
            self.make_pooled(&of, &settings, &base)?;
        }
        Ok(())
    }

    fn make_pooled(
        &self,
        of: &Repository,
        settings: &WorktreeSettings,
        base: &callboard_git::base::Base,
    ) -> Result<(), EngineError> {
        let free = name::candidates(POOLED).find(|name| !settings.folder.join(name).exists());
        let Some(name) = free else { return Ok(()) };
        let row = WorktreeRow {
            workspace: of.workspace,
            path: settings.folder.join(&name),
            name: name.clone(),
            branch: None,
            task: None,
            state: WorktreeState::Preparing,
            facts: WorktreeFacts {
                made_by: CALLBOARD.into(),
                base: base.branch.clone(),
                start: base.start.clone(),
                from: base.from.clone(),
                ..WorktreeFacts::default()
            },
        };
        let path = row.path.clone();
        let id = self.ask(move |core| {
            core.write_worktrees(|w| {
                w.add_worktree(&row, LogKind::WORKTREE, CALLBOARD).map_err(refused)
            })
        })?;
        let made = worktree::add(&of.git, &path, CheckOut::Detached(&base.start))
            .and_then(|made| Ok(guard::set(&made, &base.branch)?));
        if let Err(error) = made {
            take_away(of, &path);
            self.ask(move |core| core.write_worktrees(|w| w.drop_worktree(id).map_err(refused)))?;
            return Err(error.into());
        }
        let to_equip = ToEquip { top: &path, name: &name, branch: None, task: None };
        let equipped = self
            .equip(of, &to_equip, Phase::First)
            .and_then(|_| self.equip(of, &to_equip, Phase::Rest));
        if let Err(error) = equipped {
            // Whoever gets it goes on with its setup, and is told what is wrong with it.
            tracing::info!(%error, "a worktree of the pool is not set up");
        }
        self.change_worktree(id, LogKind::WORKTREE, CALLBOARD, |row| {
            row.state = WorktreeState::Pooled;
        })?;
        Ok(())
    }

    /// Takes a worktree out of the pool for the one that is being made; gives where it lies.
    pub(super) fn take_from_pool(&self, of: &Repository, id: WorktreeId) -> Option<PathBuf> {
        for _ in 0..limits::POOL_TRIES {
            let pooled = self.pooled(of.workspace).ok()?;
            if pooled.is_empty() {
                return None;
            }
            let free = |waiting: StoredWorktree| {
                let busy = self.keeper.claim(waiting.id).ok()?;
                Some((waiting, busy))
            };
            let Some((waiting, _busy)) = pooled.into_iter().find_map(free) else {
                // It is being brought to the base's tip.
                std::thread::sleep(limits::POOL_TRY_EVERY);
                continue;
            };
            let (path, pooled) = (waiting.row.path.clone(), text_of(&waiting.row.path));
            let taken = self.ask(move |core| {
                core.write_worktrees(|w| {
                    // Another one may have been faster.
                    let is_there = w
                        .view()
                        .worktree(waiting.id)?
                        .is_some_and(|found| found.row.state == WorktreeState::Pooled);
                    if is_there {
                        w.drop_worktree(waiting.id).map_err(refused)?;
                        w.change_worktree(id, LogKind::WORKTREE, CALLBOARD, |row| {
                            row.facts.pooled_at = Some(pooled);
                        })
                        .map_err(refused)?;
                    }
                    Ok(is_there)
                })
            });
            match taken {
                Ok(true) => return Some(path),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "the pool could not be used");
                    return None;
                }
            }
        }
        None
    }

    /// Takes away what is left of a worktree that came from the pool.
    pub(super) fn discard_pooled(&self, of: &Repository, path: &Path) {
        self.unequip_pooled(of, path);
        take_away(of, path);
        self.prepare_later(Prepare::Fill(of.workspace));
    }

    fn drop_pooled(&self, of: &Repository, waiting: &StoredWorktree) -> Result<(), EngineError> {
        let id = waiting.id;
        self.ask(move |core| core.write_worktrees(|w| w.drop_worktree(id).map_err(refused)))?;
        self.unequip_pooled(of, &waiting.row.path);
        take_away(of, &waiting.row.path);
        Ok(())
    }

    fn unequip_pooled(&self, of: &Repository, path: &Path) {
        let to_equip = ToEquip { top: path, name: POOLED, branch: None, task: None };
        if let Err(error) = self.unequip(of, &to_equip) {
            tracing::warn!(%error, "what a worktree of the pool was given stays given");
        }
    }

    fn pooled(&self, workspace: WorkspaceId) -> Result<Vec<StoredWorktree>, EngineError> {
        let mut all = self.read(|s| Ok(s.worktrees(Some(workspace))?))?;
        all.retain(|found| found.row.state == WorktreeState::Pooled && found.row.path.is_dir());
        Ok(all)
    }
}
