//! What a worktree is given so that it runs: first what an agent needs, the rest while it works.

use std::path::Path;
use std::sync::Arc;

use callboard_model::WorktreeId;
use callboard_model::project::Project;
use callboard_model::view::WorktreeView;
use callboard_model::worktree::{StartedServer, WorktreeFacts};
use callboard_store::{LogKind, StoredWorktree};

use super::{CALLBOARD, Repository, YOU, text_of};
use crate::equip::{self, Equip, Equipped, Phase};
use crate::{Engine, EngineError};

/// A worktree to equip.
pub(super) struct ToEquip<'a> {
    pub(super) top: &'a Path,
    pub(super) name: &'a str,
    pub(super) branch: Option<&'a str>,
    pub(super) task: Option<String>,
}

impl<'a> ToEquip<'a> {
    pub(super) fn of(row: &'a StoredWorktree) -> Self {
        Self {
            top: &row.row.path,
            name: &row.row.name,
            branch: row.row.branch.as_deref(),
            task: row.row.task.map(|task| task.to_string()),
        }
    }
}

impl Engine {
    /// Equips a worktree with one part of what it needs.
    pub(super) fn equip(
        &self,
        of: &Repository,
        what: &ToEquip<'_>,
        phase: Phase,
    ) -> Result<Equipped, EngineError> {
        self.with_equip(of, what, |wanted| equip::equip(wanted, phase, &mut |_| {}))
    }

    /// Takes back what a worktree was given outside of its folder; what could not be done and does no harm.
    pub(super) fn unequip(
        &self,
        of: &Repository,
        what: &ToEquip<'_>,
    ) -> Result<Vec<String>, EngineError> {
        let project = self.project_to_unequip(of, what)?;
        self.equip_by(&project, of, what, |wanted| equip::unequip(wanted, &mut |_| {}))
    }

    /// Has a worktree's teardown run; what it has outside of its folder stays until [`Self::release`].
    pub(super) fn tear_down(
        &self,
        of: &Repository,
        what: &ToEquip<'_>,
    ) -> Result<Vec<String>, EngineError> {
        let project = self.project_to_unequip(of, what)?;
        self.equip_by(&project, of, what, |wanted| equip::tear_down(wanted, &mut |_| {}))
    }

    /// Gives back what a worktree had outside of its folder, once that is gone; gives what stays. No line of
    /// `callboard.toml` is run.
    pub(super) fn release(&self, of: &Repository, what: &ToEquip<'_>) -> Vec<String> {
        let released = self
            .standing(&of.root)
            .and_then(|standing| self.equip_by(&standing.effective(), of, what, equip::release));
        released.unwrap_or_else(|error| {
            tracing::warn!(%error, "what a worktree was given stays given");
            vec![format!("what it was given stays given: {error}")]
        })
    }

    /// Without its teardown, or what drops its database, a worktree would leave things behind that nobody knows of.
    fn project_to_unequip(
        &self,
        of: &Repository,
        what: &ToEquip<'_>,
    ) -> Result<Arc<Project>, EngineError> {
        let standing = self.standing(&of.root)?;
        let written = &standing.written;
        let takes_back = !written.worktrees.teardown.is_empty() || written.database.is_some();
        let is_equipped = equip::load(self.home(), what.top)?.is_some();
        if takes_back && is_equipped {
            return self.approved_project(of.workspace, &of.root, "the worktree was left as it is");
        }
        Ok(standing.effective())
    }

    pub(super) fn with_equip<T>(
        &self,
        of: &Repository,
        what: &ToEquip<'_>,
        f: impl FnOnce(&Equip<'_>) -> Result<T, equip::EquipError>,
    ) -> Result<T, EngineError> {
        let left = "nothing of it was run";
        let project = self.approved_project(of.workspace, &of.root, left)?;
        self.equip_by(&project, of, what, f)
    }

    fn equip_by<T>(
        &self,
        project: &Project,
        of: &Repository,
        what: &ToEquip<'_>,
        f: impl FnOnce(&Equip<'_>) -> Result<T, equip::EquipError>,
    ) -> Result<T, EngineError> {
        Ok(f(&Equip {
            home: self.home(),
            root: &of.root,
            top: what.top,
            name: what.name,
            branch: what.branch,
            task: what.task.as_deref(),
            project,
            variables: &self.config.environment.vars,
            log: None,
            stop: None,
        })?)
    }

    /// Gives a worktree that is there what an agent needs, and the rest behind. What cannot be done is noted.
    pub(super) fn equip_and_set_up(
        &self,
        of: &Repository,
        id: WorktreeId,
    ) -> Result<WorktreeView, EngineError> {
        let row = self.read(|s| Ok(s.worktree(id)?))?.ok_or(EngineError::Ending)?;
        let equipped = self.equip(of, &ToEquip::of(&row), Phase::First);
        self.change_worktree(id, LogKind::WORKTREE, YOU, move |row| match equipped {
            Ok(equipped) => {
                row.facts.setup = Some("running".into());
                note(&mut row.facts, equipped);
            }
            // It is there all the same.
            Err(error) => row.facts.setup = Some(error.to_string()),
        })?;
        self.set_up_later(of.workspace, id);
        self.worktree_view(id)
    }

    /// Gives a worktree again what its removal took back, and one that was adopted no more than it had.
    pub(super) fn equip_again(
        &self,
        of: &Repository,
        row: &StoredWorktree,
    ) -> Result<WorktreeView, EngineError> {
        if row.row.facts.setup.is_some() {
            return self.equip_and_set_up(of, row.id);
        }
        if !row.row.facts.environment.is_empty() {
            let row = self.read(|s| Ok(s.worktree(row.id)?))?.ok_or(EngineError::Ending)?;
            let equipped = self.equip(of, &ToEquip::of(&row), Phase::First)?;
            self.change_worktree(row.id, LogKind::WORKTREE, YOU, |row| {
                note(&mut row.facts, equipped);
            })?;
        }
        self.worktree_view(row.id)
    }

    /// Goes on with a worktree's setup: dependencies, database, scripts.
    pub(super) fn set_up(&self, id: WorktreeId) {
        let Ok(Some(row)) = self.read(|s| Ok(s.worktree(id)?)) else { return };
        let equipped = self.repository(row.row.workspace).and_then(|of| {
            // Files to bring may have come since it was prepared.
            self.equip(&of, &ToEquip::of(&row), Phase::First)?;
            self.equip(&of, &ToEquip::of(&row), Phase::Rest)
        });
        let noted =
            self.change_worktree(id, LogKind::WORKTREE, CALLBOARD, move |row| match equipped {
                Ok(equipped) => {
                    note(&mut row.facts, equipped);
                    row.facts.setup = Some("done".into());
                }
                Err(error) => {
                    let hint = error.hint().map_or_else(String::new, |hint| format!("; {hint}"));
                    row.facts.setup = Some(format!("{error}{hint}"));
                }
            });
        if let Err(error) = noted {
            tracing::warn!(%error, "how far a worktree's setup is could not be noted");
        }
    }
}

/// Remembers what a worktree was given.
pub(super) fn note(facts: &mut WorktreeFacts, equipped: Equipped) {
    let server_log = text_of(&equipped.server_log());
    facts.environment = equipped.environment;
    facts.ports = equipped.ports;
    facts.url = equipped.url;
    facts.log = Some(text_of(&equipped.log)).filter(|log| Path::new(log).is_file());
    facts.changed_tracked = equipped.changed_tracked.iter().map(|path| text_of(path)).collect();
    facts.server = equipped.server.map(|server| StartedServer {
        pid: server.pid,
        start_ticks: server.start_ticks,
        log: server_log,
        is_over: false,
    });
    facts.remarks = equipped.remarks;
}
