//! The trees of worktrees as they lie on the disk: committed, staged, unstaged and untracked, without what is ignored.
//!
//! Each is written into a bare repository of Callboard's own by an index that is kept there between two looks, so that
//! a second look costs what changed. The user's index, references and objects are only read, and no lock of the
//! user's is taken. It is also a commit, whose parent is HEAD, so that git finds merge bases by itself.

mod error;
mod look;
mod parts;
mod put;
mod stamp;
mod tidy;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::locate::{Checkout, locate};
use crate::own;
use crate::run::Git;

pub use error::TreeError;
pub use parts::PartsTree;
pub use tidy::Tidied;

/// The trees of the worktrees of one repository. One process at a time has a store.
#[derive(Debug)]
pub struct Trees {
    store: PathBuf,
    common_dir: PathBuf,
    /// Reads the user's repository and writes into the store.
    git: Git,
    seats: Mutex<HashMap<PathBuf, Arc<Mutex<Option<look::Known>>>>>,
    /// Looks share it; who takes objects away has it alone.
    tidying: RwLock<()>,
}

/// A worktree as it lay on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorktreeTree {
    /// The tree.
    pub tree: String,
    /// The commit that is checked out; none on a branch without commits.
    pub head: Option<String>,
    /// A commit of the tree on top of HEAD, and of what is being merged into it; HEAD itself where nothing differs.
    /// The same tree on the same HEAD is the same commit.
    pub commit: String,
    /// What is no part of the tree, by path.
    pub left_out: Vec<LeftOut>,
}

/// Something that lies in a worktree and is no part of its tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// From the worktree's root.
    pub path: PathBuf,
    /// Why.
    pub why: Why,
}

/// Why something is no part of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It has more than [`TREE_FILE_BYTES`](crate::limits::TREE_FILE_BYTES): so many.
    TooLarge(u64),
    /// It is a repository of its own, and no submodule.
    Repository,
    /// It may not be read.
    Unreadable,
    /// It is neither a file nor a link.
    Special,
}

impl Trees {
    /// The trees of the repository that the checkout at `checkout` belongs to, in the bare repository `store`, which is
    /// made if it is not there.
    ///
    /// # Errors
    /// When it is no checkout, or git or the disk refuse.
    pub fn at(store: &Path, checkout: &Path) -> Result<Self, TreeError> {
        let checkout = checkout_at(checkout)?;
        let store = std::path::absolute(store).map_err(TreeError::io(store))?;
        let borrowed = own::make(&store, &checkout)?;
        let top = Some(checkout.main_top()).filter(|top| top.is_dir()).unwrap_or(checkout.top);
        let git = Git::at(top).writing_to(&store.join("objects"), &borrowed).alone();
        Ok(Self {
            store,
            common_dir: checkout.common_dir,
            git,
            seats: Mutex::default(),
            tidying: RwLock::default(),
        })
    }

    /// Git with the user's repository and the trees: for changesets and merges.
    #[must_use]
    pub fn git(&self) -> &Git {
        &self.git
    }

    /// Looks at the worktree at `top`.
    ///
    /// `changed` are paths of which notifications said that they changed since the last look; only these are looked
    /// at, if neither the index nor what git ignores changed. Without it the whole worktree is looked at. Where nothing
    /// is named and nothing of the repository changed, no process is started.
    ///
    /// # Errors
    /// When it is no worktree of this repository, it changes faster than it can be read, or git or the disk refuse.
    pub fn look(&self, top: &Path, changed: Option<&[PathBuf]>) -> Result<WorktreeTree, TreeError> {
        let checkout = self.own(top)?;
        let _shared = self.tidying.read().unwrap_or_else(PoisonError::into_inner);
        let seat = Arc::clone(locked(&self.seats).entry(checkout.top.clone()).or_default());
        let mut known = locked(&seat);
        let look =
            look::Look { trees: self, checkout: &checkout, folder: self.folder_of(&checkout) };
        let found = look.at(known.take(), changed)?;
        let tree = found.tree.clone();
        *known = Some(found);
        Ok(tree)
    }

    /// Forgets a worktree that is gone.
    pub fn forget(&self, top: &Path) {
        locked(&self.seats).remove(top);
    }

    /// Takes away what nothing needs any more: neither the last look at a worktree, nor a reference of the store, nor
    /// the commits and trees of `live`. What was written within the last hour stays.
    ///
    /// # Errors
    /// When git or the disk refuse. What is needed is there then, too.
    pub fn tidy_up(&self, live: &[String]) -> Result<Tidied, TreeError> {
        self.tidy_up_older(live, crate::limits::UNHELD)
    }

    /// The same, sparing what was written within `age`.
    ///
    /// # Errors
    /// As [`tidy_up`](Self::tidy_up).
    pub fn tidy_up_older(
        &self,
        live: &[String],
        age: std::time::Duration,
    ) -> Result<Tidied, TreeError> {
        let _alone = self.tidying.write().unwrap_or_else(PoisonError::into_inner);
        let mut roots = live.to_vec();
        for seat in locked(&self.seats).values() {
            roots.extend(locked(seat).iter().map(|known| known.tree.commit.clone()));
        }
        tidy::tidy_up(self, roots, age)
    }

    fn own(&self, top: &Path) -> Result<Checkout, TreeError> {
        let checkout = checkout_at(top)?;
        if checkout.common_dir == self.common_dir {
            return Ok(checkout);
        }
        Err(TreeError::refused(
            format!("{} is a checkout of another repository", top.display()),
            "look at it among the trees of its own",
        ))
    }

    /// Where the index of a worktree is kept: by git's name of it, which no other has.
    fn folder_of(&self, checkout: &Checkout) -> PathBuf {
        let name = match checkout.git_dir.file_name().filter(|_| checkout.is_linked()) {
            Some(name) => format!("linked-{}", name.to_string_lossy()),
            None => "main".to_owned(),
        };
        self.store.join("looks").join(name)
    }
}

fn checkout_at(top: &Path) -> Result<Checkout, TreeError> {
    let canonical = top.canonicalize().unwrap_or_else(|_| top.to_owned());
    locate(&canonical).filter(|found| found.top == canonical).ok_or_else(|| {
        TreeError::refused(
            format!("{} is not the top of a checkout", top.display()),
            "name the worktree's own folder",
        )
    })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
