//! The scoped commit: exactly the given hunks of a checkout, whatever else is dirty or staged in it.
//!
//! As `git commit -- PATH` does (builtin/commit.c), but for hunks: the index is locked from before HEAD is read, an
//! index of its own is made of HEAD and the hunks, `git commit` runs on that with the user's hooks, and the user's
//! index is brought up to the commit and put in its place at once. What others had staged stays staged; files on the
//! disk are not written. The lock tells what is under way: whoever is killed leaves HEAD and index as before or
//! as after, and the next commit, or [`repair`], ends it.
//!
//! ```ignore
//! let parts = attribution::parts(&files, session)?;
//! let done = commit(&top, &Request { parts: &parts, message: "Add the watcher", ..Request::default() })?;
//! ```

mod index;
mod lock;
mod tree;
mod watched;

use std::io;
use std::path::{Path, PathBuf};

use callboard_model::attribution::Part;

use crate::keep::{KeepError, Scratch, ongoing};
use crate::limits;
use crate::locate::{Checkout, locate};
use crate::run::{Git, GitError};
use crate::status::status;

pub(crate) use index::{Difference, Plan, differences};
pub(crate) use lock::put_whole;
use lock::{IndexLock, MARKER, Taken};
pub(crate) use tree::{Entry, entries, index_line, on_disk};
use watched::Watched;

/// What is to be committed, and how.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// The hunks and files.
    pub parts: &'a [Part],
    /// The message.
    pub message: &'a str,
    /// Who made it (`Name <mail>`), if not the user.
    pub author: Option<&'a str>,
    /// `pre-commit` and `commit-msg` do not run.
    pub without_hooks: bool,
}

/// A commit that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The commit.
    pub id: String,
    /// What it changes, from the root.
    pub paths: Vec<PathBuf>,
    /// What hooks put into the commit, or took out of it.
    pub changed_by_hooks: Vec<PathBuf>,
    /// Files on the disk that hooks wrote.
    pub written_by_hooks: Vec<PathBuf>,
    /// Files whose staged content is as it was, as what hooks made of the commit does not fit it.
    pub left_staged: Vec<PathBuf>,
}

/// Why nothing was committed. HEAD, index and files are as they were, but for what hooks wrote.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Git refused.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A file could not be read or written.
    #[error("cannot read or write {}: {cause}; nothing was committed", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The checkout is in no state to be committed to.
    #[error("{what}; nothing was committed")]
    Refused {
        /// What, and where.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// The files changed since the hunks were told.
    #[error("changed since they were looked at: {}; nothing was committed", list(.0))]
    Changed(Vec<PathBuf>),
    /// Others staged the same lines in another form.
    #[error("the same lines are staged in another form: {}; nothing was committed", list(.0))]
    Staged(Vec<PathBuf>),
    /// Git, or a hook, did not commit.
    #[error("git did not commit: {said}")]
    Stopped {
        /// What it said.
        said: String,
        /// Files on the disk that hooks wrote.
        written: Vec<PathBuf>,
    },
}

impl CommitError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Refused { hint, .. } => Some(hint),
            Self::Changed(_) => Some("commit again: the files are looked at anew"),
            Self::Staged(_) => {
                Some("`git diff --cached` shows what is staged; commit or unstage it")
            }
            Self::Stopped { .. } => Some("do what the hook or git asks, then commit again"),
            Self::Git(_) | Self::Io { .. } => None,
        }
    }

    fn refused(what: impl Into<String>, hint: &'static str) -> Self {
        Self::Refused { what: what.into(), hint }
    }

    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io { path, cause }
    }
}

impl From<KeepError> for CommitError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Git(error) => Self::Git(error),
            KeepError::Refused { what, hint } => Self::Refused { what, hint },
            KeepError::Io { path, cause } => Self::Io { path, cause },
        }
    }
}

fn list(paths: &[PathBuf]) -> String {
    let names: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
    names.join(", ")
}

/// How far a commit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The index is locked.
    Locked,
    /// The commit's own index is made.
    Prepared,
    /// HEAD has moved.
    Committed,
    /// The user's index is made, beside its place.
    IndexMade,
    /// It is in its place, and still locked.
    IndexPut,
}

/// Commits exactly these parts of the checkout at `top`.
///
/// # Errors
/// When the parts are not as they were told, others staged the same lines otherwise, a merge or the like is not
/// finished, the index stays locked, or git or a hook refuse.
pub fn commit(top: &Path, request: &Request<'_>) -> Result<Committed, CommitError> {
    commit_by_steps(top, request, &|_| {})
}

/// The same, telling each step that is done.
///
/// # Errors
/// As [`commit`].
pub fn commit_by_steps(
    top: &Path,
    request: &Request<'_>,
    done: &dyn Fn(Step),
) -> Result<Committed, CommitError> {
    let place = Place::of(top)?;
    for _ in 0..limits::COMMIT_TRIES {
        if let Some(committed) = place.commit(request, done)? {
            return Ok(committed);
        }
    }
    Err(CommitError::refused(
        format!("HEAD of {} moves all the time", top.display()),
        "wait until others are done committing",
    ))
}

/// Ends what a commit left that was killed: finishes it if HEAD had moved, else takes its lock away. Whether there was
/// anything.
///
/// # Errors
/// When git or the disk refuse.
pub fn repair(top: &Path) -> Result<bool, CommitError> {
    Place::of(top)?.repair()
}

struct Place {
    checkout: Checkout,
    git: Git,
}

/// What a try came to, with what the next steps need.
struct Tried {
    /// The commit that HEAD was at.
    head: Option<String>,
    /// The tree that was to be committed.
    tree: String,
    watched: Watched,
}

impl Place {
    fn of(top: &Path) -> Result<Self, CommitError> {
        let checkout = locate(top).filter(|found| found.top == top).ok_or_else(|| {
            CommitError::refused(
                format!("{} is not the top of a checkout", top.display()),
                "name the checkout's own folder",
            )
        })?;
        Ok(Self { checkout, git: Git::at(top) })
    }

    fn head(&self) -> Option<String> {
        self.git.text(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).ok()
    }

    /// The tree of a commit; the empty one where there is none.
    fn tree_of(&self, commit: Option<&str>) -> Result<String, GitError> {
        match commit {
            Some(commit) => {
                self.git.text(&["rev-parse", "--verify", &format!("{commit}^{{tree}}")])
            }
            None => self.git.text(&["hash-object", "-w", "-t", "tree", "--stdin"]),
        }
    }

    /// One try; `None` where HEAD moved meanwhile.
    fn commit(
        &self,
        request: &Request<'_>,
        done: &dyn Fn(Step),
    ) -> Result<Option<Committed>, CommitError> {
        let Some((lock, head)) = self.locked()? else { return Ok(None) };
        done(Step::Locked);
        self.refuse_what_is_not_finished()?;
        let private = self.copy_of_index("callboard-commit")?;
        self.read_tree(&private, head.as_deref())?;
        tree::put_parts(&self.git, &self.checkout, &private, request.parts)?;
        let tree = self.git.call(["write-tree"]).index(&private.index).text()?;
        let before = self.tree_of(head.as_deref())?;
        if tree == before {
            return Err(CommitError::refused(
                "nothing of it differs from HEAD",
                "it may be committed already: `git log -1`",
            ));
        }
        let plan = Plan::make(&self.git, &before, &tree)?;
        if !plan.clashes.is_empty() {
            return Err(CommitError::Staged(plan.clashes));
        }
        let paths = request.parts.iter().flat_map(|part| part.from.iter().chain([&part.path]));
        let watched = Watched::of(&self.git, paths.map(PathBuf::from))?;
        done(Step::Prepared);
        let said = self.run(request, &private, &lock)?;
        let tried = Tried { head, tree, watched };
        self.finish(said, tried, done)
    }

    /// The lock of the index, and HEAD as it is behind it.
    fn locked(&self) -> Result<Option<(IndexLock, Option<String>)>, CommitError> {
        let head = self.head();
        for _ in 0..limits::LOCK_TRIES {
            match IndexLock::take(&self.checkout.git_dir, head.as_deref())? {
                Taken::Own(lock) => {
                    // Only who has the lock may say where HEAD is.
                    return Ok((self.head() == head).then_some((lock, head)));
                }
                Taken::LeftBehind => {
                    self.repair()?;
                }
                Taken::Held => std::thread::sleep(limits::LOCK_PAUSE),
            }
        }
        Err(CommitError::refused(
            format!("another git holds {}", self.checkout.git_dir.join("index.lock").display()),
            "wait for it; if none runs, remove that file",
        ))
    }

    fn refuse_what_is_not_finished(&self) -> Result<(), CommitError> {
        let top = self.checkout.top.display();
        if let Some(what) = ongoing(&self.checkout) {
            return Err(CommitError::refused(
                format!("{what} is not finished in {top}"),
                "finish or abort it there first",
            ));
        }
        let unmerged = self.git.bytes(&["ls-files", "-z", "--unmerged"])?;
        if !unmerged.is_empty() {
            return Err(CommitError::refused(
                format!("a merge left files undecided in {top}"),
                "settle them, then `git add` them",
            ));
        }
        Ok(())
    }

    /// A copy of the index, as old as it is: git looks again at files that are younger than their index.
    fn copy_of_index(&self, purpose: &str) -> Result<Scratch, CommitError> {
        let scratch = Scratch::of(&self.checkout, purpose)?;
        let own = self.checkout.git_dir.join("index");
        if let Ok(modified) = own.metadata().and_then(|meta| meta.modified())
            && let Ok(copy) = std::fs::File::options().write(true).open(&scratch.index)
        {
            copy.set_modified(modified).map_err(CommitError::io(&scratch.index))?;
        }
        Ok(scratch)
    }

    fn read_tree(&self, index: &Scratch, head: Option<&str>) -> Result<(), GitError> {
        let args = match head {
            Some(head) => vec!["read-tree", "--reset", head],
            None => vec!["read-tree", "--empty"],
        };
        self.git.call(args).index(&index.index).bytes().map(drop)
    }

    /// Has git commit the private index; what it said, if it did not.
    fn run(
        &self,
        request: &Request<'_>,
        private: &Scratch,
        lock: &IndexLock,
    ) -> Result<Option<String>, CommitError> {
        let mut call = self.git.call(["commit", "--quiet", "--file=-"]);
        if request.without_hooks {
            call = call.arg("--no-verify");
        }
        if let Some(author) = request.author {
            call = call.arg(format!("--author={author}"));
        }
        let call = call.index(&private.index).env(MARKER, lock.token()).patient();
        let output = call.input(request.message).output()?;
        Ok((!output.status.success()).then(|| {
            let said = [output.error_text(), output.text()];
            said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
        }))
    }

    /// What git made of it.
    fn finish(
        &self,
        said: Option<String>,
        tried: Tried,
        done: &dyn Fn(Step),
    ) -> Result<Option<Committed>, CommitError> {
        let Tried { head, tree, watched } = tried;
        let now = self.head();
        if now == head {
            let said = said.unwrap_or_else(|| "it moved nothing".to_owned());
            return Err(CommitError::Stopped { said, written: watched.written(&self.git)? });
        }
        let Some(id) = now.filter(|_| said.is_none()) else { return Ok(None) };
        if !self.is_on(&id, head.as_deref()) {
            // Somebody moved HEAD past the lock, before git read it: this commit would take that back.
            self.take_back(&id)?;
            return Ok(None);
        }
        done(Step::Committed);
        let made = self.tree_of(Some(&id))?;
        let before = self.tree_of(head.as_deref())?;
        let plan = Plan::make(&self.git, &before, &made)?;
        self.put_index(&plan, done)?;
        let changed = index::changed(&self.git, &tree, &made)?;
        Ok(Some(Committed {
            id,
            paths: index::changed(&self.git, &before, &made)?,
            changed_by_hooks: changed,
            written_by_hooks: watched.written(&self.git)?,
            left_staged: plan.clashes,
        }))
    }

    /// Whether the commit's first parent is `head`.
    fn is_on(&self, id: &str, head: Option<&str>) -> bool {
        let parent = self.git.text(&["rev-parse", "--verify", "--quiet", &format!("{id}^1")]).ok();
        parent.as_deref() == head
    }

    fn take_back(&self, id: &str) -> Result<(), GitError> {
        let parent = self.git.text(&["rev-parse", "--verify", &format!("{id}^1")])?;
        let why = "callboard: HEAD moved meanwhile";
        self.git.call(["update-ref", "-m", why, "HEAD", &parent, id]).through_locks().map(drop)
    }

    /// Brings the user's index up to the commit. The lock is held.
    fn put_index(&self, plan: &Plan, done: &dyn Fn(Step)) -> Result<(), CommitError> {
        let next = self.copy_of_index("callboard-index")?;
        if !plan.entries.is_empty() {
            let call = self.git.call(["update-index", "-z", "--index-info"]).index(&next.index);
            call.input(plan.entries.clone()).bytes()?;
            // Only so that the next git has less to look at.
            let refresh = self.git.call(["update-index", "-q", "--refresh"]).index(&next.index);
            let _ = refresh.output()?;
        }
        done(Step::IndexMade);
        let own = self.checkout.git_dir.join("index");
        std::fs::rename(&next.index, &own).map_err(CommitError::io(&own))?;
        done(Step::IndexPut);
        Ok(())
    }

    fn repair(&self) -> Result<bool, CommitError> {
        let Some(left) = lock::left_behind(&self.checkout.git_dir)? else { return Ok(false) };
        let now = self.head();
        if now != left.head
            && let Some(id) = now.filter(|id| self.is_on(id, left.head.as_deref()))
        {
            let before = self.tree_of(left.head.as_deref())?;
            let made = self.tree_of(Some(&id))?;
            let plan = Plan::make(&self.git, &before, &made)?;
            self.put_index(&plan, &|_| {})?;
        }
        left.remove()?;
        Ok(true)
    }
}

/// Whether anything of the checkout is staged or undecided: what a plain `git commit` there would take along.
///
/// # Errors
/// When git cannot be run.
pub fn staged(top: &Path) -> Result<Vec<PathBuf>, GitError> {
    let found = status(&Git::at(top))?;
    let staged = found.changed.into_iter().filter(|changed| changed.staged);
    Ok(staged.map(|changed| changed.path).chain(found.unmerged).collect())
}
