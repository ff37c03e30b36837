//! Where an owned session works: a worktree of its own, or the checkout that is there.

use std::path::PathBuf;

use callboard_model::owned::Owned;
use callboard_model::view::NewWorktree;

use crate::{Engine, EngineError, limits};

/// Makes the place; gives it with the number of the worktree that was made.
pub(super) fn make(engine: &Engine, owned: &Owned) -> Result<(PathBuf, Option<i64>), EngineError> {
    let workspace = owned.workspace;
    let found = engine.read(|s| Ok(s.workspace(workspace)?))?;
    let found = found.ok_or_else(|| EngineError::NotFound {
        what: format!("workspace {workspace}"),
        hint: "register it with `callboard up`",
    })?;
    if owned.in_place || !found.row.is_git {
        return Ok((found.row.root, None));
    }
    let new = NewWorktree { task: owned.task, ..NewWorktree::default() };
    let mut made = engine.new_worktree(workspace, new.clone());
    // Another session has the task's own branch: this one gets a branch beside it.
    let branch = match owned.task {
        Some(task) => engine.read(|s| Ok(s.task(task)?.and_then(|task| task.branch)))?,
        None => None,
    };
    for n in 2..=limits::STARTS_AT_ONCE + 1 {
        match (&made, &branch) {
            (Err(EngineError::Refused { .. }), Some(branch)) => {
                let name = Some(format!("{}-{n}", branch.replace('/', "-")));
                made = engine.new_worktree(workspace, NewWorktree { name, ..new.clone() });
            }
            _ => break,
        }
    }
    let made = made?;
    Ok((PathBuf::from(made.path), made.id.map(|id| id.0)))
}
