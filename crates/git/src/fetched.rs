//! Branches of remotes, as they were last fetched.

use std::collections::BTreeMap;

use callboard_model::Timestamp;

use crate::run::{Git, GitError};

/// Where git keeps what it fetched of remotes (git-fetch(1)).
const REMOTES: &str = "refs/remotes/";

/// A branch of a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedBranch {
    /// `refs/remotes/origin/fix`.
    pub reference: String,
    /// `origin`.
    pub remote: String,
    /// What the remote calls it: `fix`.
    pub name: String,
    /// Its commit.
    pub tip: String,
    /// The tree of that.
    pub tree: String,
    /// When that was committed.
    pub committed_at: Timestamp,
    /// The first line of its message.
    pub subject: String,
}

/// The branches of all remotes that hold a commit which the commit `base` does not, the newest first.
///
/// # Errors
/// When git cannot be run, or `base` is not there.
pub fn fetched_branches(git: &Git, base: &str) -> Result<Vec<FetchedBranch>, GitError> {
    let format = "--format=%(refname)%00%(objectname)%00%(tree)%00%(committerdate:unix)%00%(symref)%00%(contents:subject)";
    let own = format!("--no-merged={base}");
    let listed = git.text(&["for-each-ref", "--sort=-committerdate", format, &own, REMOTES])?;
    if listed.is_empty() {
        return Ok(Vec::new());
    }
    let remotes = git.text(&["remote"])?;
    Ok(listed.lines().filter_map(|line| branch_of(line, &remotes)).collect())
}

/// The branches of remotes that local branches follow, by the local ones' names.
///
/// # Errors
/// When git cannot be run.
pub fn upstreams(git: &Git) -> Result<BTreeMap<String, String>, GitError> {
    let format = "--format=%(refname:lstrip=2)%00%(upstream)";
    let listed = git.text(&["for-each-ref", format, "refs/heads/"])?;
    let pairs = listed.lines().filter_map(|line| line.split_once('\0'));
    let followed = pairs.filter(|(_, upstream)| upstream.starts_with(REMOTES));
    Ok(followed.map(|(own, upstream)| (own.to_owned(), upstream.to_owned())).collect())
}

/// The remote of a reference, and what that calls the branch; a name of a remote may have slashes.
fn split<'a>(reference: &'a str, remotes: &'a str) -> Option<(&'a str, &'a str)> {
    let rest = reference.strip_prefix(REMOTES)?;
    let named = remotes
        .lines()
        .filter_map(|remote| Some((remote, rest.strip_prefix(remote)?.strip_prefix('/')?)));
    named.max_by_key(|(remote, _)| remote.len()).or_else(|| rest.split_once('/'))
}

fn branch_of(line: &str, remotes: &str) -> Option<FetchedBranch> {
    let fields: Vec<&str> = line.split('\0').collect();
    let [reference, tip, tree, seconds, symbolic, subject] = fields.as_slice() else { return None };
    if !symbolic.is_empty() {
        return None;
    }
    let (remote, name) = split(reference, remotes)?;
    let seconds: i64 = seconds.parse().ok()?;
    Some(FetchedBranch {
        reference: (*reference).to_owned(),
        remote: remote.to_owned(),
        name: name.to_owned(),
        tip: (*tip).to_owned(),
        tree: (*tree).to_owned(),
        committed_at: Timestamp::within_calendar(seconds.checked_mul(1_000)?)?,
        subject: (*subject).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_split_where_the_name_of_its_remote_ends() {
        let remotes = "origin\nteam\nteam/b";
        assert_eq!(split("refs/remotes/origin/fix/a", remotes), Some(("origin", "fix/a")));
        assert_eq!(split("refs/remotes/team/b/fix", remotes), Some(("team/b", "fix")));
        assert_eq!(split("refs/remotes/gone/fix", remotes), Some(("gone", "fix")));
        assert_eq!(split("refs/heads/fix", remotes), None);
    }
}
