//! How worktrees of a workspace are made, by its `callboard.toml`.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use callboard_model::project::Project;

use super::Repository;
use super::name::slug;
use crate::equip::render;
use crate::{Engine, EngineError};

/// How worktrees of a workspace are made.
#[derive(Debug, Clone)]
pub(super) struct WorktreeSettings {
    /// The folder that they are made in.
    pub(super) folder: PathBuf,
    /// How many are made in advance.
    pub(super) pool: usize,
    /// All that is configured.
    pub(super) project: Arc<Project>,
}

impl Engine {
    /// The settings of the workspace whose main checkout is `root`.
    pub(super) fn worktree_settings(&self, root: &Path) -> Result<WorktreeSettings, EngineError> {
        settings_of(root, self.project(root)?)
    }

    /// The folder that worktrees of the workspace whose main checkout is `root` are made in.
    pub(crate) fn worktrees_folder(&self, root: &Path) -> Result<PathBuf, EngineError> {
        Ok(self.worktree_settings(root)?.folder)
    }

    /// The same for what is made by them: refused until they are approved.
    pub(super) fn approved_settings(
        &self,
        of: &Repository,
    ) -> Result<WorktreeSettings, EngineError> {
        let project = self.approved_project(of.workspace, &of.root, "no worktree was made")?;
        settings_of(&of.root, project)
    }
}

fn settings_of(root: &Path, project: Arc<Project>) -> Result<WorktreeSettings, EngineError> {
    let folder = folder_of(root, &project.worktrees.folder)?;
    Ok(WorktreeSettings { folder, pool: project.worktrees.pool as usize, project })
}

impl WorktreeSettings {
    /// The base branch, if it is configured.
    pub(super) fn base(&self) -> Option<&str> {
        self.project.base.as_deref()
    }

    /// The name of a task's branch and folder; what is missing takes its separator along.
    pub(super) fn name(&self, task: Option<&str>, title: &str) -> Result<String, EngineError> {
        let slug = slug(title);
        let value = |name: &str| match name {
            "task" => Some(task.unwrap_or_default().to_owned()),
            "title" | "slug" => Some(slug.clone()),
            _ => None,
        };
        let name = render(&self.project.worktrees.branch, value).map_err(|unknown| {
            EngineError::Refused {
                text: format!("`worktrees.branch` has {unknown}; nothing was made"),
                hint: "docs/configuration.md lists what can stand in it",
            }
        })?;
        Ok(name.trim_matches(['-', '_', '/', '.']).to_owned())
    }
}

fn folder_of(root: &Path, pattern: &str) -> Result<PathBuf, EngineError> {
    let repo = root.file_name().map_or_else(|| "repository".into(), |n| n.to_string_lossy());
    let folder = render(pattern, |name| (name == "repo").then(|| repo.to_string()));
    let folder = folder.map_err(|unknown| EngineError::Refused {
        text: format!("`worktrees.folder` has {unknown}; nothing was made"),
        hint: "docs/configuration.md lists what can stand in it",
    })?;
    Ok(plain(&root.join(folder)))
}

/// The path without `..`: the folder need not exist yet.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worktrees_lie_beside_the_repository_and_are_named_like_their_task() {
        let root = Path::new("/home/a b/app");
        let folder = |pattern| folder_of(root, pattern).unwrap();
        assert_eq!(folder("../{{repo}}.worktrees"), Path::new("/home/a b/app.worktrees"));
        assert_eq!(folder("/elsewhere/./{{repo}}"), Path::new("/elsewhere/app"));
        assert!(folder_of(root, "{{user}}").is_err());
        let project = Arc::new(Project::default());
        let settings = WorktreeSettings { folder: PathBuf::new(), pool: 1, project };
        let name = |task, title| settings.name(task, title).unwrap();
        assert_eq!(name(Some("T12"), "Fix it"), "T12-fix-it");
        assert_eq!((name(None, "Fix it"), name(Some("T3"), "")), ("fix-it".into(), "T3".into()));
    }
}
