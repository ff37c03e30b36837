//! Which workspace a directory belongs to, even when the directory is gone.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use callboard_git::{Git, locate};
use callboard_model::WorkspaceId;

use crate::limits;

/// A workspace as far as binding sessions to it goes.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) id: WorkspaceId,
    /// The main checkout, or the folder.
    pub(crate) root: PathBuf,
    /// What all worktrees of the repository share; for a plain folder, the folder.
    pub(crate) common_dir: PathBuf,
    pub(crate) is_git: bool,
    /// Worktrees seen, present or removed.
    pub(crate) worktrees: Vec<PathBuf>,
}

/// The workspaces that are registered.
#[derive(Debug, Default)]
pub(crate) struct Workspaces {
    known: Vec<Known>,
    by_cwd: HashMap<PathBuf, Option<WorkspaceId>>,
    by_commit: HashMap<String, Option<WorkspaceId>>,
}

/// What a session tells of its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) cwd: &'a Path,
    /// The commit checked out there when it began.
    pub(crate) commit: Option<&'a str>,
}

impl Workspaces {
    pub(crate) fn new(known: Vec<Known>) -> Self {
        Self { known, ..Self::default() }
    }

    /// Adds or replaces a workspace; what was found before is found anew.
    pub(crate) fn put(&mut self, workspace: Known) {
        self.known.retain(|known| known.id != workspace.id);
        self.known.push(workspace);
        self.by_cwd.clear();
        self.by_commit.clear();
    }

    /// Every registered workspace.
    pub(crate) fn all(&self) -> &[Known] {
        &self.known
    }

    /// The workspace that a session in `place` belongs to.
    pub(crate) fn of(&mut self, place: Place<'_>) -> Option<WorkspaceId> {
        let found = match self.by_cwd.get(place.cwd) {
            Some(found) => *found,
            None => {
                let found = self.of_directory(place.cwd);
                if self.by_cwd.len() >= limits::DIRECTORIES_REMEMBERED {
                    self.by_cwd.clear();
                }
                self.by_cwd.insert(place.cwd.to_owned(), found);
                found
            }
        };
        found.or_else(|| self.of_commit(place))
    }

    fn of_directory(&self, cwd: &Path) -> Option<WorkspaceId> {
        if !cwd.is_dir()
            && let Some(id) = self.of_seen_worktree(cwd)
        {
            return Some(id);
        }
        let repository = locate(cwd).and_then(|checkout| {
            self.known.iter().find(|known| known.is_git && known.common_dir == checkout.common_dir)
        });
        repository.map(|known| known.id).or_else(|| self.of_folder(cwd))
    }

    /// A directory in a worktree that has since been removed.
    fn of_seen_worktree(&self, cwd: &Path) -> Option<WorkspaceId> {
        let within = |known: &Known| {
            known
                .worktrees
                .iter()
                .filter(|path| cwd.starts_with(path))
                .map(|p| p.as_os_str().len())
                .max()
        };
        let best = self.known.iter().filter_map(|known| Some((within(known)?, known.id)));
        best.max_by_key(|(length, _)| *length).map(|(_, id)| id)
    }

    /// A directory in a workspace that is a plain folder: the innermost one.
    fn of_folder(&self, cwd: &Path) -> Option<WorkspaceId> {
        let real = cwd.canonicalize().unwrap_or_else(|_| cwd.to_owned());
        self.known
            .iter()
            .filter(|known| !known.is_git && real.starts_with(&known.root))
            .max_by_key(|known| known.root.as_os_str().len())
            .map(|known| known.id)
    }

    /// A directory that is gone without a trace, told by the commit that was checked out in it.
    fn of_commit(&mut self, place: Place<'_>) -> Option<WorkspaceId> {
        let commit = place.commit.filter(|_| !place.cwd.is_dir())?;
        if let Some(found) = self.by_commit.get(commit) {
            return *found;
        }
        let found = self
            .known
            .iter()
            .find(|known| known.is_git && Git::at(&known.root).has_commit(commit))
            .map(|known| known.id);
        if self.by_commit.len() >= limits::DIRECTORIES_REMEMBERED {
            self.by_commit.clear();
        }
        self.by_commit.insert(commit.to_owned(), found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(id: i64, root: &Path, is_git: bool, worktrees: &[&str]) -> Known {
        Known {
            id: WorkspaceId(id),
            root: root.to_owned(),
            common_dir: if is_git { root.join(".git") } else { root.to_owned() },
            is_git,
            worktrees: worktrees.iter().map(PathBuf::from).collect(),
        }
    }

    #[test]
    fn a_removed_worktree_still_belongs_to_its_repository() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let mut workspaces = Workspaces::new(vec![
            known(1, &root, true, &["/gone/app"]),
            known(2, Path::new("/elsewhere"), true, &["/gone/app/nested"]),
        ]);
        let at = |cwd| Place { cwd: Path::new(cwd), commit: None };
        assert_eq!(workspaces.of(at("/gone/app/src")), Some(WorkspaceId(1)));
        assert_eq!(workspaces.of(at("/gone/app/nested/src")), Some(WorkspaceId(2)));
        assert_eq!(workspaces.of(at("/gone/apple")), None);
    }

    #[test]
    fn a_plain_folder_holds_what_lies_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("inner")).unwrap();
        let mut workspaces = Workspaces::new(vec![
            known(1, &root, false, &[]),
            known(2, &root.join("inner"), false, &[]),
        ]);
        let place = root.join("inner");
        assert_eq!(workspaces.of(Place { cwd: &place, commit: None }), Some(WorkspaceId(2)));
        assert_eq!(workspaces.of(Place { cwd: &root, commit: None }), Some(WorkspaceId(1)));
    }
}
