//! The worktrees that a repository knows of.

use std::path::PathBuf;

use crate::run::{Git, GitError};

/// A worktree as git lists it; its folder may be gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worktree {
    /// Its folder.
    pub path: PathBuf,
    /// The branch checked out in it.
    pub branch: Option<String>,
    /// The commit checked out in it.
    pub head: Option<String>,
}

/// The worktrees of the repository that `git` runs in, the main checkout first.
///
/// # Errors
/// When git cannot be run or this is no repository.
pub fn list(git: &Git) -> Result<Vec<Worktree>, GitError> {
    let listing = git.text(&["worktree", "list", "--porcelain", "-z"])?;
    Ok(parse(&listing))
}

/// Reads the porcelain format of `git worktree list -z`: attributes end with NUL, entries with an empty one.
fn parse(listing: &str) -> Vec<Worktree> {
    let mut found: Vec<Worktree> = Vec::new();
    for attribute in listing.split('\0') {
        let (key, value) = attribute.split_once(' ').unwrap_or((attribute, ""));
        match (key, found.last_mut()) {
            ("worktree", _) => {
                found.push(Worktree { path: value.into(), branch: None, head: None });
            }
            ("HEAD", Some(last)) => last.head = Some(value.to_owned()),
            ("branch", Some(last)) => {
                last.branch = Some(value.strip_prefix("refs/heads/").unwrap_or(value).to_owned());
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_porcelain_listing_is_read() {
        let listing = "worktree /repo\0HEAD abc\0branch refs/heads/main\0\0worktree /wt with space\0HEAD def\0detached\0\0";
        let found = parse(listing);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].branch.as_deref(), Some("main"));
        assert_eq!(found[1].path, PathBuf::from("/wt with space"));
        assert_eq!(found[1].branch, None);
    }
}
