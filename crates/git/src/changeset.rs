//! What a commit changes against its base: files with their renames and lines, and hunks where they are asked for.

mod hunks;
mod listing;

use callboard_model::changeset::{ChangedFile, DiffHunk, FileDiff, can_meet};

use crate::limits;
use crate::own;
use crate::run::{Git, GitError};
use crate::tree::TreeError;

/// Where a commit left its base branch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bases {
    /// The merge bases, the one that changes are told against first; none where the histories are unrelated.
    pub ids: Vec<String>,
    /// The commits since then; `None` if they are too many to be told.
    pub own: Option<Vec<String>>,
}

impl Bases {
    /// Where the commit `head` left the commit `base`.
    ///
    /// # Errors
    /// When one of them is not there, or git cannot be run.
    pub fn of(git: &Git, base: &str, head: &str) -> Result<Self, TreeError> {
        let output = git.output(&["merge-base", "--all", base, head])?;
        // Exit code 1 without a word says that there is none (git-merge-base(1)).
        if !output.status.success() && output.status.code() != Some(1) {
            let message = output.error_text();
            let (cwd, args) = (git.cwd().to_owned(), format!("merge-base --all {base} {head}"));
            return Err(GitError::Refused { cwd, args, message }.into());
        }
        let ids: Vec<String> = output.text().lines().map(str::to_owned).collect();
        let most = limits::OWN_COMMITS;
        let mut args =
            vec!["rev-list".to_owned(), format!("--max-count={}", most + 1), head.to_owned()];
        args.extend(ids.iter().map(|id| format!("^{id}")));
        let listed = git.call(args).text()?;
        let own: Vec<String> = listed.lines().map(str::to_owned).collect();
        Ok(Self { ids, own: (own.len() <= most).then_some(own) })
    }

    /// What changes are told against: the first merge base, or the tree that holds nothing.
    #[must_use]
    pub fn first<'a>(&'a self, commit: &str) -> &'a str {
        self.ids.first().map_or(own::empty_tree_beside(commit), String::as_str)
    }

    /// Whether the merge base of two commits that left the base branch here and there is the one merge base of both.
    fn are_of_one(&self, other: &Self) -> bool {
        let (Some(left), Some(right)) = (&self.own, &other.own) else { return false };
        let (few, many) = if left.len() < right.len() { (left, right) } else { (right, left) };
        let known: std::collections::HashSet<_> = many.iter().collect();
        self.ids.len() == 1 && self.ids == other.ids && !few.iter().any(|id| known.contains(id))
    }
}

/// What one commit changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Where it left the base.
    pub bases: Bases,
    /// The commit.
    pub commit: String,
    /// What it changes, by path.
    pub files: Vec<ChangedFile>,
}

impl Changes {
    /// What the commit `commit` changes since it left the commit `base`.
    ///
    /// # Errors
    /// When one of them is not there, content of theirs is missing, or git cannot be run.
    pub fn of(git: &Git, base: &str, commit: &str) -> Result<Self, TreeError> {
        let bases = Bases::of(git, base, commit)?;
        Self::since(git, bases, commit)
    }

    /// The same, where it is known already where the commit left its base.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn since(git: &Git, bases: Bases, commit: &str) -> Result<Self, TreeError> {
        let files = changed_files(git, bases.first(commit), commit)?;
        Ok(Self { bases, commit: commit.to_owned(), files })
    }

    /// Whether git could find a conflict between the two; where this is false it finds none.
    #[must_use]
    pub fn may_conflict_with(&self, other: &Self) -> bool {
        !self.bases.are_of_one(&other.bases) || can_meet(&self.files, &other.files)
    }

    /// The commit or tree whose attributes (gitattributes(5)) a merge into this one goes by: its own if it changes
    /// any, its base's otherwise, which it shares with others.
    #[must_use]
    pub fn attributes(&self) -> &str {
        let is_attributes = |path: &str| path.rsplit('/').next() == Some(".gitattributes");
        let changes = |file: &ChangedFile| {
            is_attributes(&file.path) || file.from.as_deref().is_some_and(is_attributes)
        };
        if self.files.iter().any(changes) { &self.commit } else { self.bases.first(&self.commit) }
    }
}

/// What changes from one commit or tree to another, by path.
///
/// # Errors
/// When one of them is not there, content of theirs is missing, or git cannot be run.
pub fn changed_files(git: &Git, from: &str, to: &str) -> Result<Vec<ChangedFile>, TreeError> {
    let args = ["diff-tree", "-r", "-z", "-M", "--raw", "--numstat", "--no-abbrev"];
    let call = git.call(args.into_iter().chain(PLAIN).chain([from, to])).patient();
    let mut files = listing::files(&call.bytes()?);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The hunks of all files that change from one commit or tree to another.
///
/// # Errors
/// As [`changed_files`].
pub fn diffs(git: &Git, from: &str, to: &str) -> Result<Vec<FileDiff>, TreeError> {
    let listed = ["diff-tree", "-r", "-z", "-M", "--raw", "--numstat", "--no-abbrev"];
    let listed = git.call(listed.into_iter().chain(PLAIN).chain([from, to])).patient();
    let files = listing::files(&listed.bytes()?);
    let patch = ["diff-tree", "-r", "-M", "-p", "-U3", "--submodule=short"];
    let patch = git.call(patch.into_iter().chain(PLAIN).chain([from, to])).patient();
    Ok(hunks::of_files(files, &patch.bytes()?))
}

/// What changes from one commit or tree to another, as a unified diff to be read: what is no UTF-8 is replaced, and of
/// binary files it says that they differ.
///
/// # Errors
/// As [`changed_files`], and when it is larger than anybody reads.
pub fn patch(git: &Git, from: &str, to: &str) -> Result<String, TreeError> {
    let args = ["diff-tree", "-r", "-M", "-p", "-U3", "--submodule=short"];
    let call = git.call(args.into_iter().chain(PLAIN).chain([from, to])).patient();
    let bytes = call.bytes()?;
    if bytes.len() > limits::PATCH_BYTES {
        return Err(TreeError::Refused {
            what: format!("the difference is larger than {} MB", limits::PATCH_BYTES >> 20),
            hint: "look at it with `git diff` in its folder, or file by file in a review",
        });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// How the hunks of a file are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// Unchanged lines around each.
    pub context: u32,
    /// White space does not count.
    pub ignores_space: bool,
}

impl Default for Telling {
    fn default() -> Self {
        Self { context: 3, ignores_space: false }
    }
}

/// The hunks of one file between two commits or trees; `source` is where it was in the first, if elsewhere.
///
/// # Errors
/// As [`changed_files`].
pub fn hunks(
    git: &Git,
    (from, to): (&str, &str),
    (path, source): (&str, Option<&str>),
    how: Telling,
) -> Result<Vec<DiffHunk>, TreeError> {
    let args = ["--literal-pathspecs", "diff-tree", "-r", "-M", "-p", "--submodule=short"];
    let mut call = git.call(args.into_iter().chain(PLAIN)).arg(format!("-U{}", how.context));
    if how.ignores_space {
        call = call.arg("--ignore-all-space");
    }
    call = call.arg(from).arg(to).arg("--").arg(path);
    if let Some(source) = source {
        call = call.arg(source);
    }
    let sections = hunks::of_patch(&call.patient().bytes()?);
    // Of a file that moved and is too unlike itself, git tells that one goes and one comes.
    Ok(sections.into_iter().flatten().collect())
}

/// Nothing that the user configured changes how a change is told.
const PLAIN: [&str; 5] =
    ["--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/"];
