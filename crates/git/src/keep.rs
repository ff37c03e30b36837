//! Keeping all that a worktree holds, before its folder goes: as commits under `refs/callboard/kept/`.
//!
//! The first commit's tree is the index, the second's what lies on the disk: changed, untracked and small
//! ignored files, byte for byte, without the filters that git applies on the way in. The second commit's
//! parents are the commit that was checked out and the first; its message tells the branch, the folder
//! and what was too large to be kept. The checkout's own index and files are only read.

mod beside;
mod ignored;
mod restore;
mod scratch;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::locate::{Checkout, locate};
use crate::paths::bytes_of;
use crate::run::{Call, Git, GitError};
use crate::status::{Status, status};
use crate::worktree::ignored_in_submodules;

pub use beside::{KeptCommit, keep_beside};
pub(crate) use ignored::holds_what_is_made_again;
pub use ignored::is_made_again;
pub(crate) use restore::{Change, changes_of, replace_files};
pub use restore::{Restored, restore};
pub(crate) use scratch::{Scratch, tree_of};

/// Where kept work is found.
pub const KEPT: &str = "refs/callboard/kept/";

/// What is kept of one worktree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The name behind [`KEPT`].
    pub name: String,
    /// The folder it lay in.
    pub path: PathBuf,
    /// The branch that was checked out.
    pub branch: Option<String>,
    /// The commit that was checked out; none on a branch without commits.
    pub head: Option<String>,
    /// Ignored files and folders that were not kept: dependencies, build output, what is large.
    pub left_out: Vec<PathBuf>,
}

/// Why nothing was kept. The worktree is as it was.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// Git refused.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Something of it cannot be kept.
    #[error("{what}; nothing was changed")]
    Refused {
        /// What, and where.
        what: String,
        /// What to do.
        hint: &'static str,
    },
    /// A file could not be read or written.
    #[error("cannot read or write {}: {cause}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

impl KeepError {
    pub(crate) fn refused(what: impl Into<String>, hint: &'static str) -> Self {
        Self::Refused { what: what.into(), hint }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Io { path, cause }
    }
}

/// What git is doing in a checkout that it would not survive to be taken apart now.
#[must_use]
pub fn ongoing(checkout: &Checkout) -> Option<&'static str> {
    let has = |name: &str| checkout.git_dir.join(name).exists();
    [
        ("rebase-merge", "a rebase"),
        ("rebase-apply", "a rebase"),
        ("MERGE_HEAD", "a merge"),
        ("CHERRY_PICK_HEAD", "a cherry-pick"),
        ("REVERT_HEAD", "a revert"),
        ("BISECT_LOG", "a bisection"),
    ]
    .into_iter()
    .find_map(|(file, what)| has(file).then_some(what))
}

/// Keeps all that lies in the worktree at `top` under `name`, which must be new.
///
/// # Errors
/// When git is in the middle of something there, when it holds repositories of their own, or git or the
/// disk refuse. Nothing was changed then.
pub fn keep(top: &Path, name: &str) -> Result<Kept, KeepError> {
    let checkout = locate(top).filter(|found| found.top == top).ok_or_else(|| {
        KeepError::refused(
            format!("{} is not the top of a checkout", top.display()),
            "name the worktree's own folder",
        )
    })?;
    let git = Git::at(top);
    let found = status(&git)?;
    refuse_what_cannot_be_kept(&checkout, &found)?;
    let head = git.text(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).ok();
    let ignored = ignored::sort(top, &found.ignored);
    let to_keep = ignored.kept.clone();
    let mut left_out = ignored.left_out();
    // A tree cannot hold what lies in a submodule.
    left_out.extend(ignored_in_submodules(&checkout)?);
    let scratch = Scratch::of(&checkout, "callboard-keep")?;
    let index_tree = git.call(["write-tree"]).index(&scratch.index).text()?;
    let kept = Kept {
        name: name.to_owned(),
        path: top.to_owned(),
        branch: checkout.branch(),
        head: head.clone(),
        left_out,
    };
    let index_commit = commit(&git, &index_tree, &[head.as_deref()], "The index")?;
    put_disk_into_index(&git, &scratch, &found, &to_keep)?;
    let disk_tree = tree_of(&git, &scratch, &found)?;
    let message = message(&kept)?;
    let parents = [head.as_deref(), Some(index_commit.as_str())];
    let disk_commit = commit(&git, &disk_tree, &parents, &message)?;
    let reference = format!("{KEPT}{name}");
    // The empty old value makes git refuse a name that is taken.
    git.text(&["update-ref", "-m", "callboard: kept", &reference, &disk_commit, ""])?;
    Ok(kept)
}

/// What is lost with a worktree, as [`keep`] does not keep it and nothing makes it again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lost {
    /// Ignored files and folders, from the root.
    pub named: Vec<PathBuf>,
    /// How many there are besides.
    pub unnamed: usize,
}

/// The ignored files and folders that [`keep`] would not keep, but for those that are made again.
///
/// # Errors
/// When git cannot be run or this is no checkout.
pub fn too_large(top: &Path) -> Result<Lost, GitError> {
    let ignored = ignored::sort(top, &status(&Git::at(top))?.ignored);
    let mut lost = Lost { named: ignored.lost, unnamed: ignored.unnamed };
    if let Some(checkout) = locate(top) {
        lost.named.extend(ignored_in_submodules(&checkout)?);
    }
    Ok(lost)
}

fn refuse_what_cannot_be_kept(checkout: &Checkout, found: &Status) -> Result<(), KeepError> {
    if let Some(what) = ongoing(checkout) {
        return Err(KeepError::refused(
            format!("{what} is not finished in {}", checkout.top.display()),
            "finish or abort it there first",
        ));
    }
    if let Some(path) = found.unmerged.first() {
        return Err(KeepError::refused(
            format!("{} is left undecided by a merge", checkout.top.join(path).display()),
            "settle it, or `git checkout` one side",
        ));
    }
    if let Some(changed) = found.changed.iter().find(|changed| changed.submodule) {
        return Err(KeepError::refused(
            format!("the submodule {} has changes", checkout.top.join(&changed.path).display()),
            "commit and push them from there, or discard them",
        ));
    }
    let is_nested = |path: &&PathBuf| bytes_of(path).ends_with(b"/");
    if let Some(path) = found.untracked.iter().find(is_nested) {
        return Err(KeepError::refused(
            format!("{} is a repository of its own", checkout.top.join(path).display()),
            "move it out of the worktree",
        ));
    }
    Ok(())
}

/// Makes the copy of the index hold what lies on the disk.
pub(crate) fn put_disk_into_index(
    git: &Git,
    scratch: &Scratch,
    found: &Status,
    ignored: &[PathBuf],
) -> Result<(), KeepError> {
    let changed = found.changed.iter().filter(|changed| changed.on_disk).map(|c| c.path.clone());
    let mut paths: Vec<PathBuf> = changed.collect();
    paths.extend(found.untracked.iter().cloned());
    paths.extend(ignored.iter().cloned());
    paths.extend(unwatched(git)?);
    let update = git.call(PUT).index(&scratch.index);
    put_as_it_lies(git, update, &paths)
}

/// The arguments by which an index is made to hold given entries.
pub(crate) const PUT: [&str; 3] = ["update-index", "-z", "--index-info"];

/// Makes an index hold these files byte for byte, by a call of [`PUT`] on it; those that are gone go.
pub(crate) fn put_as_it_lies(git: &Git, update: Call, paths: &[PathBuf]) -> Result<(), KeepError> {
    let mut entries = Vec::new();
    for entry in on_disk(git, paths)? {
        entries.extend_from_slice(format!("{} {}\t", entry.mode, entry.blob).as_bytes());
        entries.extend(bytes_of(&entry.path));
        entries.push(0);
    }
    if !entries.is_empty() {
        update.input(entries).bytes()?;
    }
    Ok(())
}

/// Tracked files whose changes git was told not to look for.
fn unwatched(git: &Git) -> Result<Vec<PathBuf>, KeepError> {
    let listing = git.bytes(&["ls-files", "-v", "-z"])?;
    let entries = listing.split(|byte| *byte == 0).filter_map(|entry| entry.split_at_checked(2));
    let is_unwatched = |tag: &[u8]| tag[0] == b'S' || tag[0].is_ascii_lowercase();
    Ok(entries
        .filter(|(tag, _)| is_unwatched(tag))
        .map(|(_, path)| crate::paths::path_of(path))
        // What a sparse checkout leaves out is not on the disk, and not removed either.
        .filter(|path| fs::symlink_metadata(git.cwd().join(path)).is_ok())
        .collect())
}

struct Entry {
    mode: &'static str,
    blob: String,
    path: PathBuf,
}

/// The files as they lie on the disk, written into the repository's objects; those that are gone have
/// mode 0.
fn on_disk(git: &Git, paths: &[PathBuf]) -> Result<Vec<Entry>, KeepError> {
    let mut entries = Vec::with_capacity(paths.len());
    let mut plain: Vec<(&PathBuf, &'static str)> = Vec::new();
    for path in paths {
        let file = git.cwd().join(path);
        let meta = match fs::symlink_metadata(&file) {
            // A file may have made room for a folder, and a folder for a file.
            Ok(meta) if !meta.is_dir() => meta,
            Err(error) if !is_gone(&error) => return Err(KeepError::io(&file)(error)),
            _ => {
                let blob = "0".repeat(40);
                entries.push(Entry { mode: "0", blob, path: path.clone() });
                continue;
            }
        };
        if meta.is_symlink() {
            let target = fs::read_link(&file).map_err(KeepError::io(&file))?;
            let call = git.call(["hash-object", "-w", "--stdin"]).input(bytes_of(&target));
            entries.push(Entry { mode: "120000", blob: call.text()?, path: path.clone() });
        } else if meta.is_file() {
            plain.push((path, if is_executable(&meta) { "100755" } else { "100644" }));
        } else {
            return Err(KeepError::refused(
                format!("{} is neither a file nor a link", file.display()),
                "remove it, or move it out of the worktree",
            ));
        }
    }
    let by_list = |path: &Path| !bytes_of(path).contains(&b'\n');
    let (listed, single): (Vec<_>, Vec<_>) = plain.into_iter().partition(|(p, _)| by_list(p));
    let list: Vec<u8> =
        listed.iter().flat_map(|(path, _)| [bytes_of(path), vec![b'\n']].concat()).collect();
    if !list.is_empty() {
        let call = git.call(["hash-object", "-w", "--no-filters", "--stdin-paths"]).input(list);
        let blobs = call.patient().text()?;
        for ((path, mode), blob) in listed.into_iter().zip(blobs.lines()) {
            entries.push(Entry { mode, blob: blob.to_owned(), path: path.clone() });
        }
    }
    for (path, mode) in single {
        let call = git.call(["hash-object", "-w", "--no-filters", "--"].map(Path::new));
        let blob = call.arg(path).patient().text()?;
        entries.push(Entry { mode, blob, path: path.clone() });
    }
    Ok(entries)
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(unix)]
fn is_executable(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

pub(crate) fn commit(
    git: &Git,
    tree: &str,
    parents: &[Option<&str>],
    message: &str,
) -> Result<String, GitError> {
    let mut args = vec!["commit-tree", tree];
    for parent in parents.iter().flatten() {
        args.extend(["-p", parent]);
    }
    let mut call = git.call(args).input(message);
    for who in ["AUTHOR", "COMMITTER"] {
        call = call.env(&format!("GIT_{who}_NAME"), "Callboard");
        call = call.env(&format!("GIT_{who}_EMAIL"), "callboard@localhost");
    }
    call.text()
}

fn message(kept: &Kept) -> Result<String, KeepError> {
    let told = serde_json::to_string(kept).map_err(|error| {
        KeepError::refused(
            format!("the name of a file cannot be written down: {error}"),
            "rename files whose names are not UTF-8",
        )
    })?;
    Ok(format!("Kept {}\n\n{told}\n", kept.path.display()))
}

/// Whether the same is kept under two names: files, index and commit.
#[must_use]
pub fn is_same(git: &Git, one: &str, other: &str) -> bool {
    let read = |name: &str| {
        // The commit of the index is the last parent; before it is the commit that was checked out, if there was one.
        let reference = format!("{KEPT}{name}");
        let said = git.text(&["show", "-s", "--format=%T%n%P", &reference]).ok()?;
        let (tree, parents) = said.split_once('\n')?;
        let (head, index) = parents.rsplit_once(' ').unwrap_or(("", parents));
        let index = git.text(&["rev-parse", "--verify", &format!("{index}^{{tree}}")]).ok()?;
        Some((tree.to_owned(), head.to_owned(), index))
    };
    read(one).is_some_and(|first| read(other) == Some(first))
}

/// Forgets what is kept under a name, and what is kept beside it. Only for what is kept under another name, too.
///
/// # Errors
/// When git refuses.
pub fn forget(git: &Git, name: &str) -> Result<(), GitError> {
    let own = format!("{KEPT}{name}");
    let beside = ["commit", "stash"].map(|kind| format!("{own}.{kind}/"));
    let listed =
        git.text(&["for-each-ref", "--format=%(refname)", &own, &beside[0], &beside[1]])?;
    for reference in listed.lines() {
        git.call(["update-ref", "-d", reference]).through_locks()?;
    }
    Ok(())
}

/// What is kept in the repository that `git` runs in, by name.
///
/// # Errors
/// When git cannot be run or this is no repository.
pub fn list(git: &Git) -> Result<Vec<Kept>, GitError> {
    let listing = git.text(&["for-each-ref", "--format=%(contents:body)", KEPT])?;
    Ok(listing.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}
