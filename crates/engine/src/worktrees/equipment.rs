//! What a worktree is given so that it runs: first what an agent needs, the rest while it works.

use std::path::Path;

use callboard_model::WorktreeId;
use callboard_model::worktree::{StartedServer, WorktreeFacts};
use callboard_store::{LogKind, StoredWorktree};

use super::{CALLBOARD, Repository, text_of};
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
        self.with_equip(of, what, |wanted| equip::unequip(wanted, &mut |_| {}))
    }

    pub(super) fn with_equip<T>(
        &self,
        of: &Repository,
        what: &ToEquip<'_>,
        f: impl FnOnce(&Equip<'_>) -> Result<T, equip::EquipError>,
    ) -> Result<T, EngineError> {
        let project = self.project(&of.root)?;
        Ok(f(&Equip {
            home: self.home(),
            root: &of.root,
            top: what.top,
            name: what.name,
            branch: what.branch,
            task: what.task.as_deref(),
            project: &project,
            variables: &self.config.environment.vars,
        })?)
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
