//! Snapshots of a worktree's files, and going back to one.
//!
//! They are written into a bare repository of Callboard's own that borrows the objects of the user's: neither
//! the user's index nor the user's objects are written. Ignored files are no part of them.

use std::path::{Path, PathBuf};

use crate::keep::{
    Change, KeepError, Scratch, changes_of, commit, put_disk_into_index, replace_files, tree_of,
};
use crate::locate::{Checkout, locate};
use crate::own;
use crate::paths::bytes_of;
use crate::run::Git;
use crate::status::{Status, status};

/// Where snapshots are found in their own repository.
const SNAPSHOTS: &str = "refs/callboard/snapshots/";

/// What going back changed, from the worktree's root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that have another content, or are there again.
    pub written: Vec<PathBuf>,
    /// Files that were made since.
    pub removed: Vec<PathBuf>,
}

impl Changes {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }

    fn of(changes: &[Change]) -> Self {
        let (gone, there): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.is_gone());
        let paths = |list: Vec<&Change>| list.into_iter().map(|c| c.path.clone()).collect();
        Self { written: paths(there), removed: paths(gone) }
    }
}

/// Takes a snapshot of the worktree at `top` into `store` (made if it is not there), under `name`. One that is
/// there under that name stays.
///
/// # Errors
/// When it is no checkout, or git or the disk refuse. Nothing of the worktree was changed.
pub fn take(top: &Path, store: &Path, name: &str) -> Result<(), KeepError> {
    let place = Place::of(top, store)?;
    let reference = format!("{SNAPSHOTS}{name}");
    if place.commit_of(&reference).is_some() {
        return Ok(());
    }
    let tree = place.tree_of_disk()?;
    let snapshot = commit(&place.git, &tree, &[], &format!("Snapshot of {}\n", top.display()))?;
    place.own.text(&["update-ref", &reference, &snapshot])?;
    Ok(())
}

/// What going back to a snapshot would change.
///
/// # Errors
/// When there is no such snapshot, or git or the disk refuse.
pub fn compare(top: &Path, store: &Path, name: &str) -> Result<Changes, KeepError> {
    let place = Place::of(top, store)?;
    Ok(Changes::of(&place.changes_to(name)?))
}

/// Goes back to a snapshot: tracked and untracked files are as they were, files made since are gone. Index, HEAD and
/// ignored files stay. What is replaced must be kept before.
///
/// # Errors
/// When there is no such snapshot, or git or the disk refuse.
pub fn go_back(top: &Path, store: &Path, name: &str) -> Result<Changes, KeepError> {
    let place = Place::of(top, store)?;
    let changes = place.changes_to(name)?;
    replace_files(&place.git, top, &changes)?;
    Ok(Changes::of(&changes))
}

/// A worktree, and the repository of its snapshots.
struct Place {
    checkout: Checkout,
    /// In the worktree, writing its objects into the repository of the snapshots.
    git: Git,
    /// In the repository of the snapshots.
    own: Git,
}

impl Place {
    fn of(top: &Path, store: &Path) -> Result<Self, KeepError> {
        let checkout = locate(top).filter(|found| found.top == top).ok_or_else(|| {
            KeepError::refused(
                format!("{} is not the top of a checkout", top.display()),
                "it has no snapshots",
            )
        })?;
        let borrowed = own::make(store, &checkout)?;
        let git = Git::at(top).writing_to(&store.join("objects"), &borrowed);
        Ok(Self { checkout, git, own: Git::at(store) })
    }

    fn commit_of(&self, reference: &str) -> Option<String> {
        self.own.text(&["rev-parse", "--verify", "--quiet", &format!("{reference}^{{tree}}")]).ok()
    }

    /// The tree of all that is tracked or untracked, as it lies on the disk.
    fn tree_of_disk(&self) -> Result<String, KeepError> {
        let mut found: Status = status(&Git::at(&self.checkout.top))?;
        // Repositories of their own have their own history.
        found.untracked.retain(|path| !bytes_of(path).ends_with(b"/"));
        found.changed.retain(|changed| !changed.submodule);
        let scratch = Scratch::of(&self.checkout, "callboard-snapshot")?;
        put_disk_into_index(&self.git, &scratch, &found, &[])?;
        tree_of(&self.git, &scratch, &found)
    }

    /// What has to change for the disk to be as the snapshot.
    fn changes_to(&self, name: &str) -> Result<Vec<Change>, KeepError> {
        let reference = format!("{SNAPSHOTS}{name}");
        let wanted = self.commit_of(&reference).ok_or_else(|| {
            KeepError::refused("there is no such snapshot", "name another prompt")
        })?;
        let now = self.tree_of_disk()?;
        let diff = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index"];
        let diff = self.git.call(diff.into_iter().chain([now.as_str(), wanted.as_str()]));
        let mut changes = changes_of(&diff.bytes()?);
        changes.retain(|change| change.mode != "160000");
        Ok(changes)
    }
}
