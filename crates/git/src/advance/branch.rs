//! The branch itself: where it is, where it may go, and its move.

use super::error::AdvanceError;
use super::journal::MARKER;
use super::{Advance, Change, Retreat};
use crate::run::{Git, GitError};

/// The commit of a reference; none if there is none such.
pub(super) fn at(git: &Git, reference: &str) -> Result<Option<String>, GitError> {
    let format = "--format=%(refname) %(objectname)";
    let listing = git.text(&["for-each-ref", format, reference])?;
    let mut lines = listing.lines().filter_map(|line| line.split_once(' '));
    Ok(lines.find(|(name, _)| *name == reference).map(|(_, id)| id.to_owned()))
}

fn full(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

/// Whether all of `older` is in `newer`.
///
/// # Errors
/// When one of them is no commit here.
pub(super) fn has_all_of(git: &Git, newer: &str, older: &str) -> Result<bool, GitError> {
    let range = format!("{newer}..{older}");
    Ok(git.text(&["rev-list", "--count", "--max-count=1", &range])? == "0")
}

/// What is to be done for a move on.
pub(super) fn to_advance<'a>(git: &Git, request: &Advance<'a>) -> Result<Change<'a>, AdvanceError> {
    let Advance { branch, from, found_at, to, why } = *request;
    if branch == "HEAD" {
        let what = "the base is a commit that no branch is at";
        return Err(AdvanceError::refused(what, "name a branch as the base in callboard.toml"));
    }
    let was = at(git, &full(branch))?;
    let moved = |branch: &str, at: Option<String>| AdvanceError::Moved {
        branch: branch.to_owned(),
        expected: from.to_owned(),
        at,
    };
    let remote = (found_at != branch).then_some((found_at, from));
    if let Some((name, _)) = remote {
        let there = at(git, &format!("refs/remotes/{name}"))?;
        if there.as_deref() != Some(from) {
            return Err(moved(name, there));
        }
    }
    if was.as_deref() != Some(from) {
        let is_behind = match &was {
            None => true,
            Some(was) => has_all_of(git, from, was)?,
        };
        if remote.is_none() || !is_behind {
            return Err(moved(branch, was));
        }
    }
    refuse_unless_on_top(git, to, from)?;
    Ok(Change { branch, was, to: Some(to.to_owned()), is_back: false, why, remote, in_place: None })
}

/// Where a move that was killed is at is told by what is on top of what.
fn refuse_unless_on_top(git: &Git, newer: &str, older: &str) -> Result<(), AdvanceError> {
    if has_all_of(git, newer, older)? {
        return Ok(());
    }
    let what = format!("{newer} is not on top of {older}");
    Err(AdvanceError::refused(what, "make the commits anew on top of the branch"))
}

/// What is to be done for a move back.
pub(super) fn to_retreat<'a>(git: &Git, request: &Retreat<'a>) -> Result<Change<'a>, AdvanceError> {
    let Retreat { branch, landed, begun, was, why } = *request;
    let now = at(git, &full(branch))?;
    if now.as_deref() != Some(landed) {
        return Err(AdvanceError::MovedOn { branch: branch.to_owned(), at: now });
    }
    if let Some(was) = was {
        refuse_unless_on_top(git, landed, was)?;
    }
    // The commits that were made for the base are those that the branch went along; the others are branches' own.
    let range = format!("{begun}..{landed}");
    let made = |beside: &[&str]| {
        let args = ["rev-list", "--first-parent", "--count", &range];
        git.text(&[args.as_slice(), beside].concat())
    };
    let all = made(&[])?;
    let mut is_of_remote = false;
    for name in upstreams(git, branch)? {
        is_of_remote |= has_all_of(git, &name, begun)?;
        if made(&["--not", &name])? != all {
            let on = name.strip_prefix("refs/remotes/").unwrap_or(&name).to_owned();
            return Err(AdvanceError::Pushed { branch: branch.to_owned(), on });
        }
    }
    if was.is_none() && !is_of_remote {
        // One that was made was made of a remote's; another would be lost.
        let what = format!("where {branch} was is not known");
        return Err(AdvanceError::refused(what, "`git reflog` of the branch tells; `git revert`"));
    }
    let to = was.map(str::to_owned);
    Ok(Change { branch, was: now, to, is_back: true, why, remote: None, in_place: None })
}

/// The remotes' branches that this one is pushed to: its upstream, and those of its name.
fn upstreams(git: &Git, branch: &str) -> Result<Vec<String>, GitError> {
    let told = git.text(&["for-each-ref", "--format=%(upstream)%0a%(push)", &full(branch)])?;
    let mut found: Vec<String> = told.lines().map(str::to_owned).collect();
    for remote in git.text(&["remote"])?.lines() {
        found.push(format!("refs/remotes/{remote}/{branch}"));
    }
    found.sort_unstable();
    found.dedup();
    let mut there = Vec::new();
    for name in found.into_iter().filter(|name| !name.is_empty()) {
        if at(git, &name)?.is_some() {
            there.push(name);
        }
    }
    Ok(there)
}

/// Moves the branch, in one transaction; nothing else of the repository moves with it.
pub(super) fn move_it(git: &Git, change: &Change<'_>, token: &str) -> Result<(), AdvanceError> {
    let branch = full(change.branch);
    // Git takes a value of zeros for "there is none".
    let none = "0".repeat(change.was.as_ref().or(change.to.as_ref()).map_or(40, String::len));
    let was = change.was.as_deref().unwrap_or(&none);
    let mut lines = match &change.to {
        Some(to) => format!("update {branch} {to} {was}\n"),
        None => format!("delete {branch} {was}\n"),
    };
    if let Some((name, commit)) = change.remote {
        lines.push_str(&format!("verify refs/remotes/{name} {commit}\n"));
    }
    let call = git.call(["update-ref", "-m", change.why, "--stdin"]).env(MARKER, token);
    let Err(error) = call.input(lines).through_locks() else { return Ok(()) };
    let is_elsewhere = |reference: &str, expected: Option<&str>| {
        let at = at(git, reference).ok()?;
        (at.as_deref() != expected).then_some(at)
    };
    if let Some(at) = is_elsewhere(&branch, change.was.as_deref()) {
        let (branch, expected) = (change.branch.to_owned(), was.to_owned());
        return Err(match change.is_back {
            true => AdvanceError::MovedOn { branch, at },
            false => AdvanceError::Moved { branch, expected, at },
        });
    }
    if let Some((name, commit)) = change.remote
        && let Some(at) = is_elsewhere(&format!("refs/remotes/{name}"), Some(commit))
    {
        let (branch, expected) = (name.to_owned(), commit.to_owned());
        return Err(AdvanceError::Moved { branch, expected, at });
    }
    Err(error.into())
}

/// Has a branch that was made follow the remote's that it was made of, as `git switch` would; nothing depends on it.
pub(super) fn follow(git: &Git, change: &Change<'_>) {
    if let Some((name, _)) = change.remote {
        let upstream = format!("--set-upstream-to={name}");
        let _ = git.call(["branch", "--quiet", &upstream, change.branch]).through_locks();
    }
}
