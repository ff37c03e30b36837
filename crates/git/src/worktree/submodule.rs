//! What lies in the submodules of a worktree, whose repositories go with it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ignored;
use crate::keep::holds_what_is_made_again;
use crate::locate::Checkout;
use crate::run::{Git, GitError};

/// A submodule of the worktree with commits that are on none of its remotes, those that only its record of where it
/// was leads to included.
///
/// # Errors
/// When git cannot be run.
pub fn submodule_with_own_commits(tree: &Checkout) -> Result<Option<PathBuf>, GitError> {
    let all = tree.git_dir.join(MODULES);
    for repository in repositories(&all) {
        let git = Git::at(&repository);
        let seen = git.output(&["--git-dir=.", "log", "--walk-reflogs", "--format=%H", "HEAD"])?;
        let call = git.call(["--git-dir=.", "rev-list", "--count", "--all", "HEAD", "--stdin"]);
        let call = call.arg("--not").arg("--remotes");
        let own = call.input(format!("{}\n", seen.text())).text()?;
        if own != "0" {
            return Ok(Some(repository.strip_prefix(&all).unwrap_or(&repository).to_owned()));
        }
    }
    Ok(None)
}

/// What git ignores in the submodules of the worktree, from its root, but for what is fetched or built again.
///
/// # Errors
/// When git cannot be run.
pub(crate) fn ignored_in_submodules(tree: &Checkout) -> Result<Vec<PathBuf>, GitError> {
    let mut found = Vec::new();
    for repository in repositories(&tree.git_dir.join(MODULES)) {
        let at = Git::at(&repository).text(&["--git-dir=.", "config", "core.worktree"])?;
        // Not checked out, it holds nothing.
        let Ok(top) = repository.join(at).canonicalize() else { continue };
        let place = top.strip_prefix(&tree.top).unwrap_or(&top);
        let ignored = ignored::ignored(&Git::at(&top))?.into_iter();
        let ignored = ignored.filter(|path| !holds_what_is_made_again(&top.join(path)));
        found.extend(ignored.map(|path| place.join(path)));
    }
    Ok(found)
}

/// Where a checkout has the repositories of its submodules (gitrepository-layout(5)).
const MODULES: &str = "modules";

/// The repositories of submodules below a folder, and of theirs.
fn repositories(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![below.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if !path.is_dir() {
                continue;
            }
            if path.join("HEAD").is_file() {
                open.push(path.join(MODULES));
                found.push(path);
            } else {
                open.push(path);
            }
        }
    }
    found
}
