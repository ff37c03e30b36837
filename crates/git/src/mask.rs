//! Changes to tracked files that a checkout keeps to itself: git neither shows nor commits them.
//!
//! It is the index's `skip-worktree` mark (git-update-index(1)): `add -A` and `commit -a` leave such a file
//! alone, and a merge or checkout that would change it stops rather than overwrite it.

use std::path::{Path, PathBuf};

use crate::paths::{bytes_of, path_of};
use crate::run::{Git, GitError};

/// Whether the checkout tracks `path`.
#[must_use]
pub fn is_tracked(git: &Git, path: &Path) -> bool {
    let call = git.call(["ls-files", "--error-unmatch", "--"]).arg(literal(path));
    call.output().is_ok_and(|output| output.status.success())
}

/// Whether a tracked file differs from the commit, in the index or on the disk.
///
/// # Errors
/// When git cannot be run or there is no commit.
pub fn differs(git: &Git, path: &Path) -> Result<bool, GitError> {
    let call = git.call(["diff", "--quiet", "--no-ext-diff", "HEAD", "--"]).arg(literal(path));
    let output = call.output()?;
    match output.status.code() {
        Some(0) => Ok(false),
        Some(1) => Ok(true),
        _ => Err(GitError::Refused {
            cwd: git.cwd().to_owned(),
            args: format!("diff HEAD -- {}", path.display()),
            message: output.error_text(),
        }),
    }
}

/// Keeps what differs in these tracked files out of status and commits.
///
/// # Errors
/// When git refuses; then none of them is kept out.
pub fn hide(git: &Git, paths: &[PathBuf]) -> Result<(), GitError> {
    // In a sparse checkout git takes the mark away from files that are there, unless told to expect them.
    let sparse = git.output(&["config", "--type=bool", "--get", "core.sparseCheckout"])?;
    if sparse.text() == "true" {
        git.text(&["config", "--local", "extensions.worktreeConfig", "true"])?;
        git.text(&["config", "--worktree", "sparse.expectFilesOutsideOfPatterns", "true"])?;
    }
    mark(git, "--skip-worktree", paths)
}

/// Shows again what differs in these files.
///
/// # Errors
/// When git refuses.
pub fn show(git: &Git, paths: &[PathBuf]) -> Result<(), GitError> {
    mark(git, "--no-skip-worktree", paths)
}

/// Gives tracked files the content that the index has of them.
///
/// # Errors
/// When git refuses; then they are as they were.
pub fn revert(git: &Git, paths: &[PathBuf]) -> Result<(), GitError> {
    if paths.is_empty() {
        return Ok(());
    }
    let args = [
        "checkout",
        "-q",
        "--ignore-skip-worktree-bits",
        "--pathspec-from-file=-",
        "--pathspec-file-nul",
    ];
    let paths: Vec<PathBuf> = paths.iter().map(|path| literal(path)).collect();
    git.call(args).input(listed(&paths)).bytes().map(drop)
}

/// The tracked files of which the checkout keeps changes to itself, in a sparse checkout also those that
/// are not there.
///
/// # Errors
/// When git cannot be run or this is no checkout.
pub fn hidden(git: &Git) -> Result<Vec<PathBuf>, GitError> {
    let listing = git.bytes(&["ls-files", "-z", "-t"])?;
    let entries = listing.split(|byte| *byte == 0);
    Ok(entries.filter_map(|entry| entry.strip_prefix(b"S ")).map(path_of).collect())
}

fn mark(git: &Git, how: &str, paths: &[PathBuf]) -> Result<(), GitError> {
    if paths.is_empty() {
        return Ok(());
    }
    git.call(["update-index", how, "-z", "--stdin"]).input(listed(paths)).bytes().map(drop)
}

fn listed(paths: &[PathBuf]) -> Vec<u8> {
    paths.iter().flat_map(|path| [bytes_of(path), vec![0]].concat()).collect()
}

/// A path in which no character means anything else.
fn literal(path: &Path) -> PathBuf {
    path_of(&[b":(literal)".as_slice(), &bytes_of(path)].concat())
}
