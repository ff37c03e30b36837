//! Which repository a folder belongs to, told by the files of the repository alone.

use std::path::{Path, PathBuf};

/// A checkout of a repository: its main one, or a linked worktree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The top folder of the checkout.
    pub top: PathBuf,
    /// The checkout's own git directory.
    pub git_dir: PathBuf,
    /// The directory that all worktrees of the repository share: the identity of the repository.
    pub common_dir: PathBuf,
}

impl Checkout {
    /// Whether it is a linked worktree rather than the main checkout.
    #[must_use]
    pub fn is_linked(&self) -> bool {
        self.git_dir != self.common_dir
    }

    /// The top folder of the main checkout; for a bare repository, its git directory.
    #[must_use]
    pub fn main_top(&self) -> PathBuf {
        if !self.is_linked() {
            return self.top.clone();
        }
        match self.common_dir.file_name() {
            Some(name) if name == ".git" => {
                self.common_dir.parent().map_or_else(|| self.common_dir.clone(), Path::to_owned)
            }
            _ => self.common_dir.clone(),
        }
    }

    /// The branch checked out now; `None` when HEAD is detached or unreadable.
    #[must_use]
    pub fn branch(&self) -> Option<String> {
        let head = std::fs::read_to_string(self.git_dir.join("HEAD")).ok()?;
        head.trim().strip_prefix("ref: refs/heads/").map(str::to_owned)
    }
}

/// The checkout that `path` lies in; `None` when it lies in none.
///
/// A folder that no longer exists is located by its nearest ancestor that does.
#[must_use]
pub fn locate(path: &Path) -> Option<Checkout> {
    let start = path.ancestors().find(|p| p.is_dir())?.canonicalize().ok()?;
    start.ancestors().find_map(checkout_at)
}

fn checkout_at(top: &Path) -> Option<Checkout> {
    let dot_git = top.join(".git");
    let meta = std::fs::symlink_metadata(&dot_git).ok()?;
    if meta.is_file() {
        let link = std::fs::read_to_string(&dot_git).ok()?;
        let git_dir = top.join(link.trim().strip_prefix("gitdir:")?.trim()).canonicalize().ok()?;
        let common_dir = match std::fs::read_to_string(git_dir.join("commondir")) {
            Ok(common) => git_dir.join(common.trim()).canonicalize().ok()?,
            Err(_) => git_dir.clone(),
        };
        return Some(Checkout { top: top.to_owned(), git_dir, common_dir });
    }
    let git_dir = dot_git.canonicalize().ok()?;
    // An empty `.git` folder is litter, not a repository.
    git_dir.join("HEAD").is_file().then(|| Checkout {
        top: top.to_owned(),
        common_dir: git_dir.clone(),
        git_dir,
    })
}
