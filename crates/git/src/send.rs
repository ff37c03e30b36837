//! Pushing branches to a remote, with the user's own git: its keys, its helpers, its hooks.

use std::collections::BTreeMap;

use crate::run::{Git, GitError};

/// Where a repository keeps its branches.
const HEADS: &str = "refs/heads/";

/// A branch to be pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToPush {
    /// What it is called at the remote.
    pub branch: String,
    /// The commit that it is to be at.
    pub to: String,
    /// The commit that it must be at now; none where there must be no such branch.
    pub expected: Option<String>,
}

/// What became of a branch that was to be pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// It is there.
    There,
    /// Somebody else has moved or made it, or the remote refused it: what git said.
    Refused(String),
}

/// Where a branch of this name is fetched from and pushed to: the remote that is configured for it, else the usual one.
///
/// # Errors
/// When git cannot be run.
pub fn remote_of(git: &Git, branch: &str) -> Result<Option<String>, GitError> {
    let all = git.text(&["remote"])?;
    let configured = git.text(&["config", &format!("branch.{branch}.remote")]).ok();
    let is_known = |name: &String| all.lines().any(|known| known == name);
    if let Some(name) = configured.filter(is_known) {
        return Ok(Some(name));
    }
    let origin = all.lines().find(|name| *name == "origin");
    Ok(origin.or_else(|| all.lines().next()).map(str::to_owned))
}

/// The address that a remote is fetched from; `None` if it has none.
#[must_use]
pub fn address_of(git: &Git, remote: &str) -> Option<String> {
    git.text(&["remote", "get-url", remote]).ok().filter(|address| !address.is_empty())
}

/// How many commits `commit` has that the remote's branch had not when it was last fetched; `None` if it never was.
///
/// # Errors
/// When git cannot be run.
pub fn commits_ahead(
    git: &Git,
    (remote, branch): (&str, &str),
    commit: &str,
) -> Result<Option<u64>, GitError> {
    let reference = format!("refs/remotes/{remote}/{branch}");
    if git.text(&["rev-parse", "--verify", "--quiet", &reference]).is_err() {
        return Ok(None);
    }
    let range = format!("{reference}..{commit}");
    Ok(git.text(&["rev-list", "--count", &range])?.parse().ok())
}

/// The addresses that a remote is pushed to: configuration may name another one than it is fetched from, or several.
#[must_use]
pub fn push_addresses_of(git: &Git, remote: &str) -> Vec<String> {
    let told = git.text(&["remote", "get-url", "--push", "--all", remote]).unwrap_or_default();
    told.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The commits that branches are at in a remote now, by their names; those that are not there are left out.
///
/// # Errors
/// When the remote cannot be reached, or git cannot be run.
pub fn commits_at(
    git: &Git,
    remote: &str,
    branches: &[String],
) -> Result<BTreeMap<String, String>, GitError> {
    let references = branches.iter().map(|branch| format!("{HEADS}{branch}"));
    let args = ["ls-remote".to_owned(), remote.to_owned()].into_iter().chain(references);
    let told = git.call(args).patient().text()?;
    let of = told.lines().filter_map(|line| line.split_once('\t'));
    let named = of.filter_map(|(commit, name)| Some((name.strip_prefix(HEADS)?, commit)));
    // A pattern fits the ends of names, too.
    let wanted = named.filter(|(name, _)| branches.iter().any(|branch| branch == name));
    Ok(wanted.map(|(name, commit)| (name.to_owned(), commit.to_owned())).collect())
}

/// Pushes branches, each only if it is at the remote as expected; gives what became of each.
///
/// # Errors
/// When the remote cannot be reached, or git cannot be run.
pub fn push(git: &Git, remote: &str, branches: &[ToPush]) -> Result<Vec<Pushed>, GitError> {
    let leases = branches.iter().map(|one| {
        let expected = one.expected.as_deref().unwrap_or_default();
        format!("--force-with-lease=refs/heads/{}:{expected}", one.branch)
    });
    let specs = branches.iter().map(|one| format!("{}:refs/heads/{}", one.to, one.branch));
    // Nothing goes anywhere but what was named.
    let begin = ["push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no"];
    let begin = begin.map(str::to_owned);
    let args = begin.into_iter().chain(leases).chain([remote.to_owned()]).chain(specs);
    let args: Vec<String> = args.collect();
    let output = git.call(&args).patient().output()?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let found: Vec<Option<Pushed>> =
        branches.iter().map(|one| told_of(&told, &one.branch)).collect();
    // Exit code 1 says that a branch was refused; without a word on any, the remote was not reached.
    if !output.status.success() && found.iter().all(Option::is_none) {
        let (cwd, args) = (git.cwd().to_owned(), format!("push {remote}"));
        return Err(GitError::Refused { cwd, args, message: output.error_text() });
    }
    let refused = || Pushed::Refused(output.error_text());
    Ok(found.into_iter().map(|one| one.unwrap_or_else(refused)).collect())
}

/// What git says of a branch: `flag TAB from:to TAB summary` (git-push(1), `--porcelain`).
fn told_of(told: &str, branch: &str) -> Option<Pushed> {
    let to = format!(":refs/heads/{branch}");
    let lines = told.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    // One for each address that is pushed to.
    let of: Vec<_> = lines.filter(|fields| fields.len() > 1 && fields[1].ends_with(&to)).collect();
    let refused = of.iter().find(|fields| fields[0] == "!");
    Some(match (of.first()?, refused) {
        (_, Some(line)) => Pushed::Refused(line.get(2).copied().unwrap_or_default().to_owned()),
        (_, None) => Pushed::There,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_says_of_each_branch_is_read() {
        let told = "To /r.git\n*\tabc:refs/heads/callboard/R1-a\t[new branch]\n!\tdef:refs/heads/a\t[rejected] (stale info)\n=\tabc:refs/heads/b\t[up to date]\nDone\n";
        assert_eq!(told_of(told, "callboard/R1-a"), Some(Pushed::There));
        assert_eq!(told_of(told, "a"), Some(Pushed::Refused("[rejected] (stale info)".into())));
        assert_eq!(told_of(told, "b"), Some(Pushed::There));
        assert_eq!(told_of(told, "c"), None);
        let twice = "To /r.git\n*\tabc:refs/heads/a\t[new branch]\nTo /s.git\n!\tabc:refs/heads/a\t[remote rejected]\n";
        assert_eq!(told_of(twice, "a"), Some(Pushed::Refused("[remote rejected]".into())));
    }
}
