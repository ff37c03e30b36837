//! Merges in memory, by git's own merge: nothing but objects is written, and those beside the user's.
//!
//! The verdict is the status that `git merge-tree` tells, and nothing else (git-merge-tree(1)).

mod conflict;
pub(crate) mod contents;
mod lines;
mod marked;
mod report;

use callboard_model::conflict::Conflict;

use crate::changeset::Changes;
use crate::run::{Git, GitError};
use crate::tree::TreeError;
use report::Report;

pub use contents::contents_at;
pub use lines::{MergedLines, merge_lines};

/// Two commits to be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The id of the one that is merged into.
    pub left: String,
    /// The id of the one that is merged.
    pub right: String,
    /// The commit or tree whose attributes are gone by; those of the folder that git runs in if not given.
    pub attributes: Option<String>,
}

impl Pair {
    /// Two commits, merged as if the left one were checked out.
    #[must_use]
    pub fn new(left: &str, right: &str) -> Self {
        Self { left: left.to_owned(), right: right.to_owned(), attributes: Some(left.to_owned()) }
    }

    /// Two changesets. Pairs whose left ones change no attributes and have one base are merged by one process.
    #[must_use]
    pub fn of(left: &Changes, right: &Changes) -> Self {
        let attributes = Some(left.attributes().to_owned());
        Self { left: left.commit.clone(), right: right.commit.clone(), attributes }
    }
}

/// What merging two commits comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The tree; with a conflict, it has markers and both sides' files.
    pub tree: String,
    /// What git cannot merge; none if it can.
    pub conflict: Option<Conflict>,
}

/// Merges each pair, all of the same attributes in one process.
///
/// One that cannot be tried (content is missing, the histories are unrelated) is an error, and the others go on.
#[must_use]
pub fn merges(git: &Git, pairs: &[Pair]) -> Vec<Result<Merge, TreeError>> {
    let reports = reports(git, pairs, None);
    let mut told = conflict::tell(git, pairs, &reports).into_iter();
    let merge = |report: Result<Report, TreeError>| {
        let conflict = told.next().flatten();
        report.map(|report| Merge { tree: report.tree, conflict })
    };
    reports.into_iter().map(merge).collect()
}

/// Merges two commits.
///
/// # Errors
/// When git cannot try it.
pub fn merge(git: &Git, pair: &Pair) -> Result<Merge, TreeError> {
    let nothing = || TreeError::refused("git said nothing of a merge", "try again");
    merges(git, std::slice::from_ref(pair)).pop().unwrap_or_else(|| Err(nothing()))
}

/// What git reports of each pair. With a `style` it marks conflicts in that one (git-config(1), `merge.conflictStyle`).
fn reports(git: &Git, pairs: &[Pair], style: Option<&str>) -> Vec<Result<Report, TreeError>> {
    let mut all: Vec<Option<Result<Report, TreeError>>> = pairs.iter().map(|_| None).collect();
    for first in 0..pairs.len() {
        if all[first].is_some() {
            continue;
        }
        let same = |at: &usize| pairs[*at].attributes == pairs[first].attributes;
        let group: Vec<usize> = (first..pairs.len()).filter(same).collect();
        let of_group: Vec<&Pair> = group.iter().map(|at| &pairs[*at]).collect();
        for (at, report) in group.iter().zip(reports_of(git, &of_group, style)) {
            all[*at] = Some(report);
        }
    }
    all.into_iter().flatten().collect()
}

/// The same for pairs of the same attributes.
fn reports_of(git: &Git, pairs: &[&Pair], style: Option<&str>) -> Vec<Result<Report, TreeError>> {
    let mut done = Vec::with_capacity(pairs.len());
    while let Some(rest) = pairs.get(done.len()..).filter(|rest| !rest.is_empty()) {
        let before = done.len();
        done.extend(together(git, rest, style).into_iter().take(rest.len()).map(Ok));
        // Git ends at the first pair that it cannot try.
        if let Some(next) = pairs.get(done.len()).filter(|_| done.len() < before + rest.len()) {
            done.push(alone(git, next, style));
        }
    }
    done
}

/// What git reports before it is done, or ends at a pair that it cannot try.
fn together(git: &Git, pairs: &[&Pair], style: Option<&str>) -> Vec<Report> {
    if !pairs.iter().all(|pair| is_id(&pair.left) && is_id(&pair.right)) {
        return Vec::new();
    }
    let lines: String = pairs.iter().map(|p| format!("{} {}\n", p.left, p.right)).collect();
    let call = configured(git, pairs[0], style).arg("--stdin").input(lines).patient();
    call.output().map_or_else(|_| Vec::new(), |output| report::all(&output.stdout))
}

fn alone(git: &Git, pair: &Pair, style: Option<&str>) -> Result<Report, TreeError> {
    let args = format!("merge-tree {} {}", pair.left, pair.right);
    let refused = |message: String| {
        TreeError::from(GitError::Refused {
            cwd: git.cwd().to_owned(),
            args: args.clone(),
            message,
        })
    };
    if !is_id(&pair.left) || !is_id(&pair.right) {
        return Err(refused("only the ids of commits can be merged".into()));
    }
    let call = configured(git, pair, style).arg("-z").arg(&pair.left).arg(&pair.right).patient();
    let output = call.output()?;
    let is_clean = match output.status.code() {
        Some(0) => true,
        Some(1) => false,
        _ => return Err(refused(output.error_text())),
    };
    report::single(is_clean, &output.stdout)
        .ok_or_else(|| refused("its answer could not be read".into()))
}

fn configured(git: &Git, pair: &Pair, style: Option<&str>) -> crate::run::Call {
    let style = style.map(|style| format!("merge.conflictStyle={style}"));
    let mut args: Vec<&str> = Vec::new();
    if let Some(style) = &style {
        args.extend(["-c", style]);
    }
    args.extend(["merge-tree", "--write-tree"]);
    let call = git.call(args);
    match &pair.attributes {
        Some(source) => call.env("GIT_ATTR_SOURCE", source),
        None => call,
    }
}

fn is_id(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
