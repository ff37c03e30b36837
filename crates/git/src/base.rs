//! The base branch: what work begins at and is merged into.

use crate::run::{Git, GitError};
use crate::worktree::WorktreeError;

/// A base branch, and the commit at which work on it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Its name, without a remote's.
    pub branch: String,
    /// The commit that new work begins at.
    pub start: String,
    /// Where that commit was found: `main` or `origin/main`.
    pub from: String,
    /// What its user should know of the choice.
    pub note: Option<String>,
}

/// The base branch of the repository that `git` runs in: the configured one, else what the remote's HEAD
/// names, `main`, `master`, the branch checked out here.
///
/// Work begins at the further of the local and the remote branch; where they have diverged, at the remote
/// one, which is said.
///
/// # Errors
/// When the configured branch does not exist, the repository has no commit, or git cannot be run.
pub fn base(git: &Git, configured: Option<&str>) -> Result<Base, WorktreeError> {
    let remote = remote(git)?;
    if let Some(name) = configured.map(str::trim).filter(|name| !name.is_empty()) {
        let prefix = remote.as_ref().map(|remote| format!("{remote}/"));
        let name = prefix.and_then(|prefix| name.strip_prefix(prefix.as_str())).unwrap_or(name);
        return at(git, remote.as_deref(), name)?.ok_or_else(|| {
            WorktreeError::refused(
                format!("there is no branch {name}, neither here nor on the remote"),
                "name another base, or `git fetch` it first",
            )
        });
    }
    let named = remote.as_ref().and_then(|remote| head_of(git, remote));
    let current = git.text(&["symbolic-ref", "--quiet", "--short", "HEAD"]).ok();
    for name in named.iter().map(String::as_str).chain(["main", "master"]).chain(current.as_deref())
    {
        if let Some(base) = at(git, remote.as_deref(), name)? {
            return Ok(base);
        }
    }
    let start = git.text(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).map_err(|_| {
        WorktreeError::refused(
            "the repository has no commit that work could begin at",
            "make the first commit, or name a base",
        )
    })?;
    Ok(Base { branch: "HEAD".into(), start, from: "HEAD".into(), note: None })
}

/// The remote that is usually fetched from.
fn remote(git: &Git) -> Result<Option<String>, GitError> {
    let all = git.text(&["remote"])?;
    let origin = all.lines().find(|name| *name == "origin");
    Ok(origin.or_else(|| all.lines().next()).map(str::to_owned))
}

/// The branch that a remote's HEAD names, as of the last fetch that told.
fn head_of(git: &Git, remote: &str) -> Option<String> {
    let reference = format!("refs/remotes/{remote}/HEAD");
    let target = git.text(&["symbolic-ref", "--quiet", &reference]).ok()?;
    target.strip_prefix(&format!("refs/remotes/{remote}/")).map(str::to_owned)
}

/// The branch `name`, local, remote or both; `None` if it is neither.
fn at(git: &Git, remote: Option<&str>, name: &str) -> Result<Option<Base>, GitError> {
    let local_ref = format!("refs/heads/{name}");
    let far_name = remote.map(|remote| format!("{remote}/{name}"));
    let far_ref = far_name.as_ref().map_or(String::new(), |far| format!("refs/remotes/{far}"));
    let mut args = vec!["for-each-ref", "--format=%(refname) %(objectname)", &local_ref];
    args.extend(Some(far_ref.as_str()).filter(|reference| !reference.is_empty()));
    let listing = git.text(&args)?;
    let id_of = |reference: &str| {
        let mut lines = listing.lines().filter_map(|line| line.split_once(' '));
        lines.find(|(found, _)| *found == reference).map(|(_, id)| id.to_owned())
    };
    let base = |start: String, from: &str, note: Option<String>| {
        Some(Base { branch: name.to_owned(), start, from: from.to_owned(), note })
    };
    let far_name = far_name.unwrap_or_default();
    Ok(match (id_of(&local_ref), id_of(&far_ref)) {
        (None, None) => None,
        (Some(local), None) => base(local, name, None),
        (None, Some(far)) => base(far, &far_name, None),
        (Some(local), Some(far)) if local == far => base(far, &far_name, None),
        (Some(local), Some(far)) => {
            let range = format!("{local}...{far}");
            let counts = git.text(&["rev-list", "--left-right", "--count", &range])?;
            match counts.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["0", _] => base(far, &far_name, None),
                [_, "0"] => base(local, name, None),
                [ours, theirs] => {
                    let note = format!(
                        "{name} and {far_name} have diverged ({ours} and {theirs} commits): begun at {far_name}"
                    );
                    base(far, &far_name, Some(note))
                }
                _ => base(far, &far_name, None),
            }
        }
    })
}
