//! In which order a set of changesets lands, tried by merging one after another in memory, and the commits by which
//! it does.

mod commits;
mod hooks;
mod replay;

use callboard_model::changeset::{Breaks, LandOrder, proposed};
use callboard_model::conflict::Conflict;

use crate::merge::{Pair, merge, merges};
use crate::own;
use crate::run::Git;
use crate::tree::TreeError;

pub use commits::{By, Change, PrepareError, Prepared, Request, prepare};
pub use hooks::{Asked, HookError, ask_hooks};

/// Where commits that are about to land are held in the user's repository, under the name of their review.
pub const LANDING: &str = "refs/callboard/landing/";

/// One that is to land.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What it is called.
    pub name: String,
    /// The id of its commit.
    pub commit: String,
    /// How much it changes: of two that may come next the smaller one does.
    pub size: usize,
}

/// A set that was landed in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// In which order, and what did not fit.
    pub order: LandOrder,
    /// The commit with all that fitted; the base where nothing did.
    pub commit: String,
}

/// Lands `members` onto the commit `base`, which is called `name`.
///
/// `before` are pairs, by number, of which the first should land before the second; `clashes` are pairs that are known
/// to conflict: whoever keeps fewest others out comes first.
///
/// # Errors
/// When a commit is not there, content is missing, or git cannot be run.
pub fn land(
    git: &Git,
    (name, base): (&str, &str),
    members: &[Member],
    before: &[(usize, usize)],
    clashes: &[(usize, usize)],
) -> Result<Landing, TreeError> {
    let sizes: Vec<usize> = members.iter().map(|member| member.size).collect();
    let proposed = proposed(members.len(), before, clashes, &sizes);
    let called = |number: &usize| members[*number].name.clone();
    let mut order = LandOrder { base: name.to_owned(), ..LandOrder::default() };
    order.together =
        proposed.together.iter().map(|group| group.iter().map(called).collect()).collect();
    // What is there after each step; before the first, the base.
    let mut steps = vec![base.to_owned()];
    for member in proposed.order.iter().map(|number| &members[*number]) {
        let there = steps.last().map_or(base, String::as_str);
        let merged = merge(git, &Pair::new(there, &member.commit))?;
        if merged.conflict.is_none() {
            steps.push(step(git, &merged.tree, there, &member.commit)?);
            order.lands.push(member.name.clone());
        } else {
            order.breaks.push(breaks(git, &order.lands, &steps, member)?);
        }
    }
    let commit = steps.pop().unwrap_or_default();
    Ok(Landing { order, commit })
}

/// What is there after a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// A commit of Callboard's own.
    pub commit: String,
    /// Its tree; with a conflict, it has markers and both sides' files.
    pub tree: String,
    /// What git cannot merge.
    pub conflict: Option<Conflict>,
}

/// Merges all of `commits` onto the commit `base`, one after another, those that conflict with markers.
///
/// # Errors
/// When a commit is not there, content is missing, or git cannot be run.
pub fn combine(git: &Git, base: &str, commits: &[&str]) -> Result<Vec<Step>, TreeError> {
    let mut steps: Vec<Step> = Vec::new();
    for commit in commits {
        let there = steps.last().map_or(base, |step| &step.commit);
        let merged = merge(git, &Pair::new(there, commit))?;
        let written = step(git, &merged.tree, there, commit)?;
        steps.push(Step { commit: written, tree: merged.tree, conflict: merged.conflict });
    }
    Ok(steps)
}

fn step(git: &Git, tree: &str, there: &str, commit: &str) -> Result<String, TreeError> {
    let date = own::facts_of(git, there)?.date.max(own::facts_of(git, commit)?.date);
    Ok(own::write_commit(git, tree, &[there, commit], "Landed in memory\n", date)?)
}

/// With which of those landed a member breaks: the first after which it does not fit.
fn breaks(
    git: &Git,
    lands: &[String],
    steps: &[String],
    member: &Member,
) -> Result<Breaks, TreeError> {
    let pairs: Vec<Pair> = steps.iter().map(|step| Pair::new(step, &member.commit)).collect();
    for (number, merged) in merges(git, &pairs).into_iter().enumerate() {
        if let Some(conflict) = merged?.conflict {
            let with = number.checked_sub(1).and_then(|at| lands.get(at).cloned());
            return Ok(Breaks { name: member.name.clone(), with, conflict });
        }
    }
    Err(TreeError::refused(
        format!("git called {} a conflict, and does not any more", member.name),
        "try again",
    ))
}
