//! Whether hooks wrote files of the checkout.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::run::{Git, GitError};
use crate::status::status;

/// How a file looks from outside: length and time of its last change; nothing if it is not there.
type Look = Option<(u64, Option<SystemTime>)>;

/// The files that differ from HEAD, and those that are committed, as they were before.
#[derive(Debug)]
pub(super) struct Watched(BTreeMap<PathBuf, Look>);

impl Watched {
    pub(super) fn of(git: &Git, paths: impl Iterator<Item = PathBuf>) -> Result<Self, GitError> {
        let paths = differing(git)?.into_iter().chain(paths);
        Ok(Self(paths.map(|path| (path.clone(), look(git.cwd(), &path))).collect()))
    }

    /// The files that were written since.
    pub(super) fn written(&self, git: &Git) -> Result<Vec<PathBuf>, GitError> {
        let other = self.0.iter().filter(|(path, was)| look(git.cwd(), path) != **was);
        let mut written: Vec<PathBuf> = other.map(|(path, _)| path.clone()).collect();
        written.extend(differing(git)?.into_iter().filter(|path| !self.0.contains_key(path)));
        Ok(written)
    }
}

fn differing(git: &Git) -> Result<Vec<PathBuf>, GitError> {
    let found = status(git)?;
    Ok(found.changed.into_iter().map(|changed| changed.path).chain(found.untracked).collect())
}

fn look(top: &Path, path: &Path) -> Look {
    let meta = fs::symlink_metadata(top.join(path)).ok()?;
    Some((meta.len(), meta.modified().ok()))
}
