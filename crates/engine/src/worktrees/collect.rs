//! Which worktrees may go, why, and what removing them frees.

use callboard_git::worktree;
use callboard_model::view::{
    CollectProposal, CollectWorktrees, Collected, RemoveWorktree, WorktreeView,
};
use callboard_model::worktree::WorktreeState;
use callboard_model::{Timestamp, WorkspaceId};

use super::Repository;
use super::list::WorktreesWanted;
use crate::{Engine, EngineError, limits};

const DAY_MS: i64 = 24 * 3600 * 1000;

impl Engine {
    /// Proposes the worktrees whose work has landed, in which nothing was done, or whose folder is gone; and
    /// removes them, each as [`Engine::remove_worktree`] does, unless it is only asked.
    ///
    /// # Errors
    /// When there is no such workspace, or git cannot be run in it. One that cannot be removed says why.
    pub fn collect_worktrees(
        &self,
        workspace: Option<WorkspaceId>,
        how: &CollectWorktrees,
    ) -> Result<Collected, EngineError> {
        let wanted = WorktreesWanted { removed: false, status: true };
        let mut views = self.worktrees(workspace, wanted)?;
        views.retain(|view| {
            view.id.is_some()
                && !matches!(view.state, WorktreeState::Pooled | WorktreeState::Preparing)
                && (how.names.is_empty() || how.names.contains(&view.name))
        });
        if let Some(name) = how.names.iter().find(|name| !views.iter().any(|v| v.name == **name)) {
            return Err(EngineError::NotFound {
                what: format!("worktree {name} that could be collected"),
                hint: "list them with `callboard worktree list`",
            });
        }
        views.sort_by_key(|view| std::cmp::Reverse(view.disk.map_or(0, |disk| disk.bytes)));
        let mut collected = Collected { worktrees: Vec::new(), freed: 0 };
        for view in views {
            let proposal = self.proposal(view, how);
            let proposal = if how.dry_run { proposal } else { self.collect(proposal) };
            collected.freed += proposal.removed.as_ref().and_then(|r| r.freed).unwrap_or(0);
            collected.worktrees.push(proposal);
        }
        Ok(collected)
    }

    fn proposal(&self, view: WorktreeView, how: &CollectWorktrees) -> CollectProposal {
        let why = self.repository(view.workspace).and_then(|of| self.why(&of, &view, how));
        let (why, stays) = match why {
            Ok(Ok(why)) => (Some(why), None),
            Ok(Err(stays)) => (None, Some(stays)),
            Err(error) => (None, Some(error.to_string())),
        };
        CollectProposal { worktree: view, why, stays, removed: None }
    }

    /// Why a worktree may go, or else why it stays.
    fn why(
        &self,
        of: &Repository,
        view: &WorktreeView,
        how: &CollectWorktrees,
    ) -> Result<Result<String, String>, EngineError> {
        if view.state == WorktreeState::Missing {
            return Ok(Ok("its folder is gone".into()));
        }
        if !view.running.is_empty() {
            let names: Vec<String> = view.running.iter().map(ToString::to_string).collect();
            return Ok(Err(format!("{} runs in it", names.join(", "))));
        }
        if view.locked.is_some() {
            return Ok(Err("it is locked".into()));
        }
        let days = idle_days(view.used_at, self.now());
        if !how.names.is_empty() {
            return Ok(Ok("it was named".into()));
        }
        let is_long_idle = how.idle_days.is_some_and(|limit| days >= i64::from(limit));
        if is_long_idle {
            return Ok(Ok(format!("nothing happened in it for {days} days")));
        }
        let dirty = view.dirty.unwrap_or(u64::MAX);
        if dirty > 0 {
            return Ok(Err(match dirty {
                1 => "1 file in it is not committed".into(),
                n => format!("{n} files in it are not committed"),
            }));
        }
        let Some(row) = view.id.map(|id| self.read(|s| Ok(s.worktree(id)?))).transpose()?.flatten()
        else {
            return Ok(Err("it is not Callboard's".into()));
        };
        let (Some(tip), base) = (&view.head, &row.row.facts.base) else {
            return Ok(Err("it has no commit".into()));
        };
        if *tip == row.row.facts.start {
            let is_old = days >= i64::from(limits::IDLE_DAYS);
            let what = format!("nothing was done in it for {days} days");
            return Ok(if is_old { Ok(what) } else { Err("it was made lately".into()) });
        }
        for base in [format!("refs/heads/{base}"), format!("refs/remotes/origin/{base}")] {
            if worktree::commit_of(&of.git, &base).is_some()
                && worktree::is_landed(&of.git, tip, &base)?
            {
                let name =
                    base.trim_start_matches("refs/heads/").trim_start_matches("refs/remotes/");
                return Ok(Ok(format!("its work is in {name}")));
            }
        }
        Ok(Err(format!("its work is not in {base}")))
    }

    fn collect(&self, mut proposal: CollectProposal) -> CollectProposal {
        if proposal.why.is_none() {
            return proposal;
        }
        let how = RemoveWorktree { wait: true, ..RemoveWorktree::default() };
        let view = &proposal.worktree;
        match self.remove_worktree(Some(view.workspace), &view.name, &how) {
            Ok(removed) => proposal.removed = Some(removed),
            Err(error) => {
                let hint = error.hint().map_or_else(String::new, |hint| format!(" ({hint})"));
                proposal.stays = Some(format!("{error}{hint}"));
            }
        }
        proposal
    }
}

fn idle_days(used_at: Option<Timestamp>, now: Timestamp) -> i64 {
    used_at.map_or(0, |at| now.since_ms(at) / DAY_MS)
}
