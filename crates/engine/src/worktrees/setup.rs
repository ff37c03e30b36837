//! A worktree's setup: run again, and what it changed in tracked files.

use callboard_git::keep::KEPT;
use callboard_model::WorkspaceId;
use callboard_model::view::{SetupStep, WorktreeSetUp};
use callboard_store::{LogKind, StoredWorktree};

use super::equipment::{ToEquip, note};
use super::remove::kept_name;
use super::{YOU, text_of};
use crate::equip::{self, Equipped, Settled};
use crate::{Engine, EngineError};

impl Engine {
    /// Runs a worktree's setup again, behind; or reverts or ignores what it changed in tracked files.
    ///
    /// # Errors
    /// When it runs, changed nothing, or git refuses; nothing was changed then.
    pub fn set_up_worktree(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
        step: SetupStep,
    ) -> Result<WorktreeSetUp, EngineError> {
        let (of, row) = self.workable(workspace, name)?;
        let _busy = self.keeper.claim(row.id)?;
        let row = self.settled(&row)?;
        match step {
            SetupStep::Again => self.set_up_again(&row),
            SetupStep::Revert => {
                let kept = kept_name(&of, &row);
                let (equipped, settled) = self.with_equip(&of, &ToEquip::of(&row), |wanted| {
                    equip::revert_tracked(wanted, &kept)
                })?;
                let kept = (!settled.done.is_empty()).then(|| format!("{KEPT}{kept}"));
                self.note_settled(&row, equipped, settled, kept)
            }
            SetupStep::Ignore => {
                let (equipped, settled) =
                    self.with_equip(&of, &ToEquip::of(&row), equip::ignore_tracked)?;
                self.note_settled(&row, equipped, settled, None)
            }
        }
    }

    fn set_up_again(&self, row: &StoredWorktree) -> Result<WorktreeSetUp, EngineError> {
        equip::set_up_again(self.home(), &row.row.path)?;
        self.change_worktree(row.id, LogKind::WORKTREE, YOU, |row| {
            row.facts.setup = Some("running".into());
        })?;
        self.set_up_later(row.row.workspace, row.id);
        let worktree = self.worktree_view(row.id)?;
        Ok(WorktreeSetUp { worktree, done: Vec::new(), left: Vec::new(), kept: None })
    }

    fn note_settled(
        &self,
        row: &StoredWorktree,
        equipped: Equipped,
        settled: Settled,
        kept: Option<String>,
    ) -> Result<WorktreeSetUp, EngineError> {
        let names = |paths: Vec<std::path::PathBuf>| -> Vec<String> {
            paths.iter().map(|path| text_of(path)).collect()
        };
        let (done, left) = (names(settled.done), names(settled.left));
        if done.is_empty() {
            return Err(EngineError::Refused {
                text: nothing_to_do(&row.row.name, &left),
                hint: "`git diff` in it shows what differs",
            });
        }
        self.change_worktree(row.id, LogKind::WORKTREE, YOU, move |row| {
            note(&mut row.facts, equipped);
        })?;
        Ok(WorktreeSetUp { worktree: self.worktree_view(row.id)?, done, left, kept })
    }
}

fn nothing_to_do(name: &str, left: &[String]) -> String {
    if left.is_empty() {
        return format!("the setup of {name} changed no tracked file; nothing was done");
    }
    format!("changed again since the setup of {name}: {}; nothing was done", left.join(", "))
}
