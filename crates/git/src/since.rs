//! What became of a checkout since a commit that somebody knew.

use crate::limits;
use crate::locate::locate;
use crate::run::{Git, GitError};
use crate::status::status;

/// A checkout now, beside a commit that was known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// The commit that is checked out.
    pub head: String,
    /// The branch.
    pub branch: Option<String>,
    /// The commits that came since, newest first, each with its subject, as far as they are counted.
    pub commits: Vec<(String, String)>,
    /// The files that those commits changed, from the checkout's root.
    pub files: Vec<String>,
    /// Files that differ from the commit, those included that git does not know yet.
    pub dirty: usize,
}

/// What became of the checkout that `git` runs in since `known`; without it, what it is now.
///
/// # Errors
/// When git cannot be run, or there is no commit.
pub fn since(git: &Git, known: Option<&str>) -> Result<Since, GitError> {
    let head = git.text(&["rev-parse", "--verify", "HEAD"])?.trim().to_owned();
    let branch = locate(git.cwd()).and_then(|checkout| checkout.branch());
    let now = status(git)?;
    let dirty = now.changed.len() + now.unmerged.len() + now.untracked.len();
    let mut since = Since { head, branch, dirty, ..Since::default() };
    let known = known.filter(|known| !since.head.starts_with(known) && git.has_commit(known));
    if let Some(known) = known {
        let range = format!("{known}..HEAD");
        let limit = format!("--max-count={}", limits::COMMITS_SINCE);
        let commits = git.text(&["log", "--format=%H %s", &limit, &range])?;
        let commit = |line: &str| {
            let (id, subject) = line.split_once(' ').unwrap_or((line, ""));
            (id.to_owned(), subject.to_owned())
        };
        since.commits = commits.lines().map(commit).collect();
        let files = git.bytes(&["diff", "--name-only", "-z", "--no-renames", known, "HEAD"])?;
        let files = files.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        since.files = files.map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    }
    Ok(since)
}

/// How many commits `tip` has that `base` has not.
///
/// # Errors
/// When git cannot be run, or there is no such commit.
pub fn beyond(git: &Git, base: &str, tip: &str) -> Result<usize, GitError> {
    let count = git.text(&["rev-list", "--count", &format!("{base}..{tip}")])?;
    Ok(count.trim().parse().unwrap_or(0))
}
