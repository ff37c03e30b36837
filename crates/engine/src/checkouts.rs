//! Whose checkout a file lies in: a session that works in a worktree of Callboard's writes there and nowhere else.

use std::path::{Path, PathBuf};

use callboard_model::WorkspaceId;
use callboard_model::call::CallDetail;
use callboard_model::fold::SessionFold;
use callboard_model::worktree::WorktreeState;
use callboard_store::{Result, Snapshot};

use crate::readable::FOLDER;

/// The worktree that a session works in, and the checkouts that are not its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnCheckout {
    pub(crate) own: PathBuf,
    others: Vec<PathBuf>,
}

impl OwnCheckout {
    /// The worktree that a session which began in `cwd` works in; `None` if that is no worktree of Callboard's.
    pub(crate) fn of(s: &Snapshot<'_>, workspace: WorkspaceId, cwd: &Path) -> Result<Option<Self>> {
        let Some(known) = s.workspace(workspace)? else { return Ok(None) };
        let worktrees = s.worktrees(Some(workspace))?;
        let is_ours = |state| matches!(state, WorktreeState::Ready | WorktreeState::Parked);
        let ours = worktrees.iter().filter(|tree| is_ours(tree.row.state));
        let own = ours.map(|tree| &tree.row.path).find(|path| cwd.starts_with(path)).cloned();
        let Some(own) = own else { return Ok(None) };
        let is_there = |state| !matches!(state, WorktreeState::Removed | WorktreeState::Missing);
        let others = worktrees.into_iter().filter(|tree| is_there(tree.row.state));
        let others = others.map(|tree| tree.row.path).filter(|path| *path != own);
        Ok(Some(Self { others: std::iter::once(known.row.root).chain(others).collect(), own }))
    }

    /// The checkout that `path` lies in, if that is not the session's own.
    pub(crate) fn foreign(&self, path: &Path) -> Option<&Path> {
        if !path.is_absolute() || path.starts_with(&self.own) {
            return None;
        }
        let lies_in = |checkout: &&PathBuf| {
            // What all worktrees share lies in the main checkout.
            path.starts_with(checkout) && !path.starts_with(checkout.join(FOLDER))
        };
        let innermost = self.others.iter().filter(lies_in).max_by_key(|c| c.as_os_str().len());
        innermost.map(PathBuf::as_path)
    }

    /// The files that a request would write in checkouts that are not the session's own.
    pub(crate) fn foreign_in(&self, detail: &CallDetail) -> Vec<String> {
        match detail {
            CallDetail::Edit { files } => files
                .iter()
                .filter(|file| self.foreign(Path::new(&file.path)).is_some())
                .map(|file| file.path.clone())
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether a session wrote a file outside of the directory that it began in: only then is it worth asking whose.
pub(crate) fn writes_elsewhere(fold: &SessionFold) -> bool {
    let Some(root) = fold.facts.root.as_deref().or(fold.facts.cwd.as_deref()) else { return false };
    fold.files_used().iter().any(|(path, touch)| {
        touch.edits > 0 && path.starts_with('/') && !Path::new(path).starts_with(root)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_innermost_checkout() {
        let checkout = OwnCheckout {
            own: "/r.worktrees/t1".into(),
            others: vec!["/r".into(), "/r/.claude/worktrees/x".into(), "/r.worktrees/t12".into()],
        };
        let foreign = |path: &str| checkout.foreign(Path::new(path)).and_then(Path::to_str);
        assert_eq!(foreign("/r/src/a.rs"), Some("/r"));
        assert_eq!(foreign("/r/.claude/worktrees/x/a.rs"), Some("/r/.claude/worktrees/x"));
        assert_eq!(foreign("/r.worktrees/t12/a.rs"), Some("/r.worktrees/t12"));
        for own in ["/r.worktrees/t1/a.rs", "src/a.rs", "/tmp/a.rs", "/r/.callboard/notes/a.md"] {
            assert_eq!(foreign(own), None, "{own}");
        }
    }
}
