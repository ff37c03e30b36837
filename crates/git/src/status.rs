//! What differs in a checkout from the commit that it is at.

use std::path::PathBuf;

use crate::paths::path_of;
use crate::run::{Git, GitError};

/// What a checkout holds beside its commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Tracked files that differ, in the index or on the disk.
    pub changed: Vec<Changed>,
    /// Tracked files that a merge left undecided.
    pub unmerged: Vec<PathBuf>,
    /// Files that are neither tracked nor ignored. A folder that is a repository of its own ends in `/`.
    pub untracked: Vec<PathBuf>,
    /// Ignored files, and folders of which all is ignored (they end in `/`).
    pub ignored: Vec<PathBuf>,
}

/// A tracked file that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// From the checkout's root.
    pub path: PathBuf,
    /// The index differs from the commit.
    pub staged: bool,
    /// The disk differs from the index.
    pub on_disk: bool,
    /// It is a submodule, with changes of its own or another commit.
    pub submodule: bool,
}

impl Status {
    /// Whether nothing but ignored files is beside the commit.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.changed.is_empty() && self.unmerged.is_empty() && self.untracked.is_empty()
    }
}

/// The status of the checkout that `git` runs in, ignored files included.
///
/// # Errors
/// When git cannot be run or this is no checkout.
pub fn status(git: &Git) -> Result<Status, GitError> {
    let listing = git.bytes(&[
        "status",
        "--porcelain=v2",
        "-z",
        "--no-renames",
        "--untracked-files=all",
        "--ignored=matching",
        "--ignore-submodules=none",
    ])?;
    Ok(parse(&listing))
}

/// The tracked files of the checkout that `git` runs in that differ from its commit.
///
/// # Errors
/// When git cannot be run or this is no checkout.
pub fn tracked(git: &Git) -> Result<Vec<Changed>, GitError> {
    let listing = git.bytes(&[
        "status",
        "--porcelain=v2",
        "-z",
        "--no-renames",
        "--untracked-files=no",
        "--ignore-submodules=none",
    ])?;
    Ok(parse(&listing).changed)
}

/// Reads the porcelain format 2 of `git status -z` (git-status(1)).
pub(crate) fn parse(listing: &[u8]) -> Status {
    let mut status = Status::default();
    for entry in listing.split(|byte| *byte == 0) {
        let mut fields = entry.splitn(2, |byte| *byte == b' ');
        let (kind, rest) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        match kind {
            b"1" => status.changed.extend(changed(rest)),
            // XY sub m1 m2 m3 mW h1 h2 h3 path
            b"u" => status.unmerged.extend(rest.splitn(10, |b| *b == b' ').nth(9).map(path_of)),
            b"?" => status.untracked.push(path_of(rest)),
            b"!" => status.ignored.push(path_of(rest)),
            _ => {}
        }
    }
    status
}

/// `XY sub mH mI mW hH hI path`
fn changed(entry: &[u8]) -> Option<Changed> {
    let mut fields = entry.splitn(8, |byte| *byte == b' ');
    let [staged, on_disk] = fields.next()? else { return None };
    let submodule = fields.next()?.starts_with(b"S");
    let path = path_of(fields.nth(5)?);
    Some(Changed { path, staged: *staged != b'.', on_disk: *on_disk != b'.', submodule })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_porcelain_listing_is_read() {
        let listing = b"1 .M N... 100644 100644 100644 aa bb a file.rs\x001 A. N... 000000 100644 100644 00 bb new.rs\x00\
            1 .M S.M. 160000 160000 160000 aa aa lib\0u UU N... 100644 100644 100644 100644 a b c both ways.rs\0? notes/x\0! target/\0";
        let found = parse(listing);
        let brief: Vec<_> = found
            .changed
            .iter()
            .map(|c| (c.path.to_str().unwrap(), c.staged, c.on_disk, c.submodule))
            .collect();
        assert_eq!(
            brief,
            [
                ("a file.rs", false, true, false),
                ("new.rs", true, false, false),
                ("lib", false, true, true)
            ]
        );
        assert_eq!(found.unmerged, [PathBuf::from("both ways.rs")]);
        assert_eq!(found.untracked, [PathBuf::from("notes/x")]);
        assert_eq!(found.ignored, [PathBuf::from("target/")]);
    }
}
