//! What a removal would let go beside the files: stashes made on the branch, and commits that nothing but
//! the worktree's own record of where it was leads to.

use crate::limits;
use crate::run::{Git, GitError};

use super::KEPT;

/// A commit that is kept by a reference of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCommit {
    /// The reference.
    pub reference: String,
    /// What it is, in words.
    pub what: String,
}

/// Keeps the stashes made on `branch`, and what only HEAD's log of the worktree that `git` runs in leads to,
/// beside what is kept as `name`.
///
/// # Errors
/// When git cannot be run or refuses; references that were made stay.
pub fn keep_beside(
    git: &Git,
    name: &str,
    branch: Option<&str>,
) -> Result<Vec<KeptCommit>, GitError> {
    let mut kept = Vec::new();
    let mut put = |kind: &str, number: usize, id: &str, what: String| {
        // No name of something kept ends so, and a reference cannot be a folder of others.
        let reference = format!("{KEPT}{name}.{kind}/{number}");
        git.call(["update-ref", "-m", "callboard: kept", &reference, id]).through_locks()?;
        kept.push(KeptCommit { reference, what });
        Ok::<(), GitError>(())
    };
    for (number, (id, subject)) in stashes(git, branch)?.into_iter().enumerate() {
        put("stash", number, &id, format!("stash: {subject}"))?;
    }
    for (number, id) in left_behind(git)?.into_iter().enumerate() {
        let what = format!("commit {} that no branch has", &id[..id.len().min(9)]);
        put("commit", number, &id, what)?;
    }
    Ok(kept)
}

/// The stashes that say that they were made on the branch: `WIP on B: …`, `On B: …` (git-stash(1)).
fn stashes(git: &Git, branch: Option<&str>) -> Result<Vec<(String, String)>, GitError> {
    let on = branch.unwrap_or("(no branch)");
    let listing = git.text(&["stash", "list", "--format=%H %gs"])?;
    let made_on = |subject: &str| {
        let rest = subject.strip_prefix("WIP on ").or_else(|| subject.strip_prefix("On "));
        rest.and_then(|rest| rest.strip_prefix(on)).is_some_and(|rest| rest.starts_with(':'))
    };
    let all = listing.lines().filter_map(|line| line.split_once(' '));
    let own = all.filter(|(_, subject)| made_on(subject));
    Ok(own.map(|(id, subject)| (id.to_owned(), subject.to_owned())).collect())
}

/// Commits that were checked out here and that no reference has: tips only.
fn left_behind(git: &Git) -> Result<Vec<String>, GitError> {
    let seen = git.output(&["log", "--walk-reflogs", "--format=%H", "HEAD"])?.text();
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let begin = git.call(["rev-list", "--parents", "--stdin", "--not", "--all"]);
    let own = begin.input(format!("{seen}\n")).text()?;
    let parents: std::collections::BTreeSet<&str> =
        own.lines().flat_map(|line| line.split(' ').skip(1)).collect();
    let tips = own.lines().filter_map(|line| line.split(' ').next());
    let tips = tips.filter(|id| !id.is_empty() && !parents.contains(id));
    Ok(tips.take(limits::LEFT_BEHIND).map(str::to_owned).collect())
}
