//! What git ignores in a checkout.

use std::path::{Path, PathBuf};

use crate::paths::path_of;
use crate::run::{Git, GitError};

/// Files that git ignores in the checkout that `git` runs in, and folders of which all is ignored (they end
/// in `/`). It looks at no tracked file, so it takes a part of the time of a status.
///
/// # Errors
/// When git cannot be run or this is no checkout.
pub fn ignored(git: &Git) -> Result<Vec<PathBuf>, GitError> {
    let args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
    let listing = git.bytes(&args)?;
    let mut paths: Vec<&[u8]> =
        listing.split(|b| *b == 0).filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    // A folder that is not ignored itself is listed beside what is ignored in it.
    let holds_next = |at: usize| {
        let next = paths.get(at + 1).copied().unwrap_or_default();
        paths[at].ends_with(b"/") && next.starts_with(paths[at])
    };
    Ok((0..paths.len()).filter(|at| !holds_next(*at)).map(|at| path_of(paths[at])).collect())
}

/// Whether git ignores `path`, from the checkout's root, as it is there now.
#[must_use]
pub fn is_ignored(git: &Git, path: &Path) -> bool {
    let call = git.call(["check-ignore", "-q", "--"]).arg(path);
    call.output().is_ok_and(|output| output.status.success())
}
