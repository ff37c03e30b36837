//! Worktrees made in advance, at the base's tip and on no branch: one that is asked for only has to be moved
//! and named.

use std::path::Path;

use callboard_git::Git;
use callboard_git::base::base;
use callboard_git::guard;
use callboard_git::worktree::{self, CheckOut};
use callboard_model::worktree::{WorktreeFacts, WorktreeState};
use callboard_model::{WorkspaceId, WorktreeId};
use callboard_store::{LogKind, StoredWorktree, WorktreeRow};

use super::equipment::ToEquip;
use super::keeper::Free;
use super::make::take_away;
use super::reconcile::holds_work;
use super::remove::{keep_all, refuse_unkept};
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
            self.fill_later(workspace);
        }
    }

    fn try_fill_pool(&self, workspace: WorkspaceId) -> Result<(), EngineError> {
        let of = self.repository(workspace)?;
        if self.standing(&of.root)?.holds_up() {
            return Ok(());
        }
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
            let switched = refuse_moved_on(waiting)
                .and_then(|()| Ok(worktree::switch_detached(&waiting.row.path, &base.start)?));
            if let Err(error) = switched {
                tracing::info!(%error, "a worktree of the pool could not follow the base; another is made");
                self.drop_pooled(&of, waiting, &base.start)?;
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
        let made =
            worktree::add(&of.git, &path, CheckOut::Detached(&base.start)).and_then(|made| {
                let guarded = guard::set(&made, &base.branch);
                if guarded.is_err() {
                    // Only here: what lies there when none was made is another daemon's.
                    take_away(of, &path);
                }
                Ok(guarded?)
            });
        if let Err(error) = made {
            if path.exists() {
                // Another daemon was faster to that name; there are others.
                self.fill_later(of.workspace);
            }
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
    pub(super) fn take_from_pool(&self, of: &Repository, id: WorktreeId) -> Option<StoredWorktree> {
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
            let (waiting_id, pooled) = (waiting.id, text_of(&waiting.row.path));
            let taken = self.ask(move |core| {
                core.write_worktrees(|w| {
                    // Another one may have been faster.
                    let is_there = w
                        .view()
                        .worktree(waiting_id)?
                        .is_some_and(|found| found.row.state == WorktreeState::Pooled);
                    if is_there {
                        w.drop_worktree(waiting_id).map_err(refused)?;
                        w.change_worktree(id, LogKind::WORKTREE, CALLBOARD, |row| {
                            row.facts.pooled_at = Some(pooled);
                        })
                        .map_err(refused)?;
                    }
                    Ok(is_there)
                })
            });
            match taken {
                Ok(true) => return Some(waiting),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "the pool could not be used");
                    return None;
                }
            }
        }
        None
    }

    /// Takes away what is left at `path` of a worktree that came from the pool. What somebody did there is kept.
    pub(super) fn discard_pooled(
        &self,
        of: &Repository,
        waiting: &StoredWorktree,
        (path, start): (&Path, &str),
    ) -> Result<(), EngineError> {
        let mut left = waiting.clone();
        left.row.path = path.to_owned();
        if holds_work(path, &left.row.facts.start) && holds_work(path, start) {
            self.keep_pooled(of, &left)?;
        } else {
            self.unequip_pooled(of, path);
            take_away(of, path);
        }
        self.fill_later(of.workspace);
        Ok(())
    }

    /// Takes away one that could not be brought to `start`. What somebody did there is kept.
    fn drop_pooled(
        &self,
        of: &Repository,
        waiting: &StoredWorktree,
        start: &str,
    ) -> Result<(), EngineError> {
        let (id, path) = (waiting.id, &waiting.row.path);
        if holds_work(path, &waiting.row.facts.start) && holds_work(path, start) {
            if let Err(error) = self.keep_pooled(of, waiting) {
                let why = format!("somebody worked in it while it waited in the pool: {error}");
                self.change_worktree(id, LogKind::WORKTREE_FOLLOWED, CALLBOARD, move |row| {
                    row.state = WorktreeState::Ready;
                    row.facts.note = Some(why);
                })?;
                return Ok(());
            }
            return self
                .ask(move |core| core.write_worktrees(|w| w.drop_worktree(id).map_err(refused)));
        }
        self.ask(move |core| core.write_worktrees(|w| w.drop_worktree(id).map_err(refused)))?;
        self.unequip_pooled(of, &waiting.row.path);
        take_away(of, &waiting.row.path);
        Ok(())
    }

    /// Takes away a worktree of the pool in which somebody worked, once all of it is kept.
    fn keep_pooled(&self, of: &Repository, waiting: &StoredWorktree) -> Result<(), EngineError> {
        let tree = worktree::linked(&of.git, &waiting.row.path)?;
        self.refuse_if_lived_in(waiting, false)?;
        refuse_unkept(&tree.top)?;
        let safe = keep_all(of, waiting, &tree)?;
        let safe = self.tear_down_kept(of, waiting, &tree, safe)?;
        let name = safe.trash_name(waiting);
        let trash = worktree::take_away(&of.git, &tree, &name, |folder| safe.is_of(folder))?;
        self.release(of, &ToEquip::of(waiting));
        tracing::warn!(
            kept = safe.kept.name,
            "somebody worked in a worktree of the pool: what it held is kept, for `callboard worktree restore`"
        );
        self.free_later(Free { id: None, trash, done: None });
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

/// Refuses one whose commit somebody moved: only its own log would lead to what was committed in it.
pub(super) fn refuse_moved_on(waiting: &StoredWorktree) -> Result<(), EngineError> {
    let (path, start) = (&waiting.row.path, &waiting.row.facts.start);
    if worktree::commit_of(&Git::at(path), "HEAD").is_none_or(|head| head == *start) {
        return Ok(());
    }
    Err(EngineError::Refused {
        text: format!("somebody committed in {}, which waits in the pool", path.display()),
        hint: "what it holds is kept, for `callboard worktree restore`",
    })
}
