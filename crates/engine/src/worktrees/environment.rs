//! What is started in a worktree is given, and what lies in it beside the checkout.

use std::collections::BTreeMap;
use std::path::Path;

use callboard_git::{guard, locate};
use callboard_model::WorktreeId;

use crate::readable::FOLDER;
use crate::{Engine, EngineError};

/// Tells git how many settings are given in the environment.
const GIT_SETTINGS: &str = "GIT_CONFIG_COUNT";

impl Engine {
    /// Variables for whatever Callboard starts in a worktree: the guard's settings of git, the names of its
    /// task and of itself, and what its setup gave.
    ///
    /// # Errors
    /// When there is no such worktree, or its folder is gone.
    pub fn worktree_environment(
        &self,
        id: WorktreeId,
    ) -> Result<BTreeMap<String, String>, EngineError> {
        let found = self.read(|s| Ok(s.worktree(id)?))?.ok_or_else(|| EngineError::NotFound {
            what: id.to_string(),
            hint: "list them with `callboard worktree list`",
        })?;
        let path = &found.row.path;
        let checkout = locate(path).filter(|checkout| checkout.top == *path).ok_or_else(|| {
            EngineError::Refused {
                text: format!("{} is not there any more; nothing was started", path.display()),
                hint: "`callboard worktree show` tells what became of it",
            }
        })?;
        let given = &self.config.environment.vars;
        let before = given.get(GIT_SETTINGS).and_then(|count| count.parse().ok()).unwrap_or(0);
        let mut variables = found.row.facts.environment.clone();
        variables.extend(guard::environment(&checkout, before));
        variables.insert("CALLBOARD_WORKTREE".into(), found.row.name.clone());
        if let Some(task) = found.row.task {
            variables.insert("CALLBOARD_TASK".into(), task.to_string());
        }
        Ok(variables)
    }
}

/// Lets a worktree see the workspace's files at the path that they have in the main checkout.
pub(super) fn link_files(root: &Path, top: &Path) {
    let (files, link) = (root.join(FOLDER), top.join(FOLDER));
    if !files.is_dir() || std::fs::symlink_metadata(&link).is_ok() {
        return;
    }
    #[cfg(unix)]
    if let Err(error) = std::os::unix::fs::symlink(&files, &link) {
        tracing::warn!(%error, path = %link.display(), "the worktree does not see the workspace's files");
    }
}
