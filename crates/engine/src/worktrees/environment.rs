//! What is started in a worktree is given, and what lies in it beside the checkout.

use std::collections::BTreeMap;
use std::path::Path;

use callboard_git::{Checkout, guard, locate};
use callboard_model::{WorkspaceId, WorktreeId};
use callboard_store::StoredWorktree;

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
        let mut variables = own_variables(&found);
        variables.extend(self.guard_environment(&checkout));
        Ok(variables)
    }

    /// The guard's settings of git, for whatever Callboard starts in a checkout.
    pub(crate) fn guard_environment(&self, checkout: &Checkout) -> Vec<(String, String)> {
        let given = &self.config.environment.vars;
        let before = given.get(GIT_SETTINGS).and_then(|count| count.parse().ok()).unwrap_or(0);
        guard::environment(checkout, before)
    }

    /// Variables for a person's shell in a worktree. The guard's settings are not among them: git has them
    /// from the worktree itself.
    ///
    /// # Errors
    /// When there is no worktree by that name, or it is not Callboard's.
    pub fn shell_environment(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<BTreeMap<String, String>, EngineError> {
        Ok(own_variables(&self.own_worktree(workspace, name)?.1))
    }
}

/// What its setup gave, and the names of itself and its task.
fn own_variables(of: &StoredWorktree) -> BTreeMap<String, String> {
    let mut variables = of.row.facts.environment.clone();
    variables.insert("CALLBOARD_WORKTREE".into(), of.row.name.clone());
    if let Some(task) = of.row.task {
        variables.insert("CALLBOARD_TASK".into(), task.to_string());
    }
    variables
}

/// Lets a worktree see the workspace's files at the path that they have in the main checkout.
pub(crate) fn link_files(root: &Path, top: &Path) {
    let (files, link) = (root.join(FOLDER), top.join(FOLDER));
    if !files.is_dir() {
        return;
    }
    match std::fs::symlink_metadata(&link) {
        Err(_) => link_to(&files, &link),
        // A branch brings notes along, as its own files: what git does not have is seen beside them.
        Ok(meta) if meta.is_dir() && root != top => {
            for entry in std::fs::read_dir(&files).into_iter().flatten().flatten() {
                let beside = link.join(entry.file_name());
                let is_own = crate::notes::FOLDERS.iter().any(|name| entry.file_name() == *name);
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder && !is_own && std::fs::symlink_metadata(&beside).is_err() {
                    link_to(&entry.path(), &beside);
                }
            }
        }
        Ok(_) => {}
    }
}

fn link_to(target: &Path, link: &Path) {
    #[cfg(unix)]
    if let Err(error) = std::os::unix::fs::symlink(target, link) {
        tracing::warn!(%error, path = %link.display(), "the worktree does not see the workspace's files");
    }
}
