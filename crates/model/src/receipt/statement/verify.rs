//! A statement beside what its repository says now.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Statement;
use crate::receipt::{Revision, Work};
use crate::text::short_commit;

/// What a repository says of something that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// It is there.
    Found(T),
    /// It is not.
    Missing,
    /// Nobody could ask, and why: "this folder is no repository".
    Unknown(String),
}

/// What the repository says now of what the statement names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitAnswers {
    /// The tree of the work.
    pub tree: Answer<()>,
    /// The commit of the work: its tree.
    pub commit: Answer<String>,
    /// The commit of the base: its tree.
    pub base: Answer<String>,
    /// The tip of the branch.
    pub branch: Answer<Revision>,
}

/// Something about a statement that can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// The receipt is as it was written.
    Unchanged,
    /// The statement's subjects are the work that the receipt is of.
    Subjects,
    /// The tree of the work is in the repository.
    Tree,
    /// The commit of the work is there and has that tree.
    Commit,
    /// The base is there and has the tree that it had.
    Base,
    /// The branch is still at the work.
    Branch,
}

/// What became of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PointOutcome {
    /// It is so.
    Holds,
    /// It is not.
    Fails,
    /// Nothing can tell.
    CannotTell,
}

/// A point, looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifiedPoint {
    /// Which.
    pub point: Point,
    /// What became of it.
    pub outcome: PointOutcome,
    /// What was found, in one sentence.
    pub words: String,
}

/// Holds a statement against itself and against its repository. That all points hold says that the receipt speaks of
/// this work and is as it was written; who wrote it, it does not say.
#[must_use]
pub fn verify(statement: &Statement, git: &GitAnswers) -> Vec<VerifiedPoint> {
    let work = &statement.receipt.work;
    let points = [
        (Point::Unchanged, Some(unchanged(statement))),
        (Point::Subjects, Some(subjects(statement))),
        (Point::Tree, Some(tree(work, &git.tree))),
        (Point::Commit, work.now.commit.as_deref().map(|id| commit(work, id, &git.commit))),
        (Point::Base, work.base.commit.as_deref().map(|id| base(work, id, &git.base))),
        (Point::Branch, work.branch.as_deref().map(|name| branch(work, name, &git.branch))),
    ];
    let points = points.into_iter().filter_map(|(point, found)| {
        let (outcome, words) = found?;
        Some(VerifiedPoint { point, outcome, words })
    });
    points.collect()
}

type Found = (PointOutcome, String);

fn holds(words: impl Into<String>) -> Found {
    (PointOutcome::Holds, words.into())
}

fn fails(words: impl Into<String>) -> Found {
    (PointOutcome::Fails, words.into())
}

fn cannot_tell(words: impl Into<String>) -> Found {
    (PointOutcome::CannotTell, words.into())
}

fn unchanged(statement: &Statement) -> Found {
    match statement.digests() {
        (Some(said), now) if said.eq_ignore_ascii_case(&now) => {
            holds("The receipt is as it was written.")
        }
        (Some(_), _) => fails("The receipt was changed after it was written."),
        (None, _) => {
            cannot_tell("The receipt has no digest, so nothing tells whether it was changed.")
        }
    }
}

fn subjects(statement: &Statement) -> Found {
    let work = &statement.receipt.work;
    let of = |kind: &str| {
        let ids = statement.subjects.iter().filter_map(|subject| subject.digest.get(kind));
        ids.map(String::as_str).collect::<Vec<_>>()
    };
    let (trees, commits) = (of("gitTree"), of("gitCommit"));
    let has_other_commit = match &work.now.commit {
        Some(commit) if !work.is_uncommitted => commits != [commit.as_str()],
        _ => !commits.is_empty(),
    };
    if trees != [work.now.tree.as_str()] || has_other_commit {
        return fails("The statement names other subjects than the work that its receipt is of.");
    }
    holds("The statement names the work that its receipt is of.")
}

fn tree(work: &Work, answer: &Answer<()>) -> Found {
    let id = short_commit(&work.now.tree);
    match answer {
        Answer::Found(()) => holds(format!("The tree {id} is in this repository.")),
        Answer::Missing if work.is_uncommitted => fails(format!(
            "The tree {id} is not in this repository; some of the work was not committed."
        )),
        Answer::Missing => fails(format!("The tree {id} is not in this repository.")),
        Answer::Unknown(why) => {
            cannot_tell(format!("Nothing tells whether the tree {id} is there: {why}."))
        }
    }
}

fn commit(work: &Work, id: &str, answer: &Answer<String>) -> Found {
    let short = short_commit(id);
    match answer {
        Answer::Found(tree) if *tree == work.now.tree => {
            holds(format!("The commit {short} is there and has the tree of the work."))
        }
        Answer::Found(_) if work.is_uncommitted => cannot_tell(format!(
            "The commit {short} is there; the work lies on top of it and was not committed."
        )),
        Answer::Found(tree) => {
            fails(format!("The commit {short} has another tree: {}.", short_commit(tree)))
        }
        Answer::Missing => fails(format!("The commit {short} is not in this repository.")),
        Answer::Unknown(why) => {
            cannot_tell(format!("Nothing tells whether the commit {short} is there: {why}."))
        }
    }
}

fn base(work: &Work, id: &str, answer: &Answer<String>) -> Found {
    let short = short_commit(id);
    match answer {
        Answer::Found(tree) if *tree == work.base.tree => {
            holds(format!("The base {short} is there and has the tree that it had."))
        }
        Answer::Found(tree) => {
            fails(format!("The base {short} has another tree: {}.", short_commit(tree)))
        }
        Answer::Missing => fails(format!("The base {short} is not in this repository.")),
        Answer::Unknown(why) => {
            cannot_tell(format!("Nothing tells whether the base {short} is there: {why}."))
        }
    }
}

fn branch(work: &Work, name: &str, answer: &Answer<Revision>) -> Found {
    let tip = match answer {
        Answer::Found(tip) => tip,
        Answer::Missing => return fails(format!("The branch {name} is gone.")),
        Answer::Unknown(why) => {
            return cannot_tell(format!("Nothing tells where the branch {name} is: {why}."));
        }
    };
    let at = short_commit(tip.commit.as_deref().unwrap_or(&tip.tree));
    let is_at_commit = tip.commit.is_some() && tip.commit == work.now.commit;
    match (tip.tree == work.now.tree, is_at_commit) {
        (true, true) => holds(format!("The branch {name} is still at it.")),
        (true, false) => holds(format!("The branch {name} is at {at}, which has the same tree.")),
        (false, true) if work.is_uncommitted => cannot_tell(format!(
            "The branch {name} is where it was; the work on top of it was not committed."
        )),
        (false, _) => {
            fails(format!("The branch {name} is at {at} now, of which the receipt says nothing."))
        }
    }
}
