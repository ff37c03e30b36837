//! Bringing kept work back: the commit, the index and the files, byte for byte.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::{KEPT, KeepError, Kept};
use crate::paths::path_of;
use crate::run::Git;

/// A worktree that was brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where it is.
    pub path: PathBuf,
    /// The branch checked out in it; none if that moved on or is checked out elsewhere: then the same
    /// commit is, detached.
    pub branch: Option<String>,
}

/// Brings what is kept under `name` back as a worktree at `path`, which must not exist. What is kept stays
/// kept.
///
/// # Errors
/// When nothing is kept under that name, the path is taken, or git or the disk refuse; a worktree that
/// was begun is removed again then.
pub fn restore(git: &Git, name: &str, path: &Path) -> Result<Restored, KeepError> {
    let reference = format!("{KEPT}{name}");
    let body = git.text(&["log", "-1", "--format=%b", &reference, "--"]).map_err(|_| {
        KeepError::refused(
            format!("nothing is kept as {name}"),
            "`callboard worktree list --removed` tells what is",
        )
    })?;
    let kept: Kept = serde_json::from_str(body.trim()).map_err(|error| {
        KeepError::refused(
            format!("what is kept as {name} does not say what it was: {error}"),
            "its files are in that commit all the same: `git show`",
        )
    })?;
    if path.exists() {
        return Err(KeepError::refused(
            format!("{} is there already", path.display()),
            "name another folder, or move that one away",
        ));
    }
    let branch = check_out(git, &kept, path)?;
    let index_commit = if kept.head.is_some() { "^2" } else { "^1" };
    let restored = bring_back(path, &reference, &format!("{reference}{index_commit}"));
    if let Err(error) = restored {
        // Nothing of a person's is in it yet: all of it came from what is kept.
        let _ = git.call(["worktree", "remove", "--force"].map(Path::new)).arg(path).bytes();
        return Err(error);
    }
    Ok(Restored { path: path.to_owned(), branch })
}

/// Makes the worktree, without files; the branch that it is on.
fn check_out(git: &Git, kept: &Kept, path: &Path) -> Result<Option<String>, KeepError> {
    let add = |options: &[&str], what: Option<&str>| {
        let begin = ["worktree", "add", "--no-checkout", "--quiet"].into_iter();
        let call = git.call(begin.chain(options.iter().copied())).arg(path);
        match what {
            Some(what) => call.arg(Path::new(what)),
            None => call,
        }
        .bytes()
    };
    let Some(head) = kept.head.as_deref() else {
        let branch = kept.branch.as_deref().unwrap_or("restored");
        add(&["--orphan", "-b", branch], None)?;
        return Ok(Some(branch.to_owned()));
    };
    if let Some(branch) = kept.branch.as_deref() {
        let full = format!("refs/heads/{branch}");
        let now = git.text(&["rev-parse", "--verify", "--quiet", &full]).ok();
        let is_back = match now.as_deref() {
            Some(now) => now == head && add(&[], Some(branch)).is_ok(),
            None => add(&["--no-track", "-b", branch], Some(head)).is_ok(),
        };
        if is_back {
            return Ok(Some(branch.to_owned()));
        }
    }
    add(&["--detach"], Some(head))?;
    Ok(None)
}

/// Puts index and files into a worktree that has none yet.
fn bring_back(top: &Path, disk: &str, index: &str) -> Result<(), KeepError> {
    let git = Git::at(top);
    git.text(&["read-tree", index])?;
    git.call(["checkout-index", "--all", "--force", "--index"]).patient().bytes()?;
    let changes = git.bytes(&[
        "diff-tree",
        "-r",
        "-z",
        "--raw",
        "--no-renames",
        "--full-index",
        index,
        disk,
    ])?;
    replace_files(&git, top, &changes_of(&changes))
}

/// Makes files of a worktree what the changes say.
pub(crate) fn replace_files(git: &Git, top: &Path, changes: &[Change]) -> Result<(), KeepError> {
    // What goes makes room first: a folder may have taken a file's place.
    let (gone, changed): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.is_gone());
    for change in gone {
        remove_file(&top.join(&change.path))?;
        let folders = change.path.ancestors().skip(1).filter(|f| !f.as_os_str().is_empty());
        for folder in folders {
            // Those that held nothing else go with the last of their files.
            if fs::remove_dir(top.join(folder)).is_err() {
                break;
            }
        }
    }
    let mut wanted = Vec::new();
    for change in &changed {
        remove_file(&top.join(&change.path))?;
        wanted.extend_from_slice(format!("{}\n", change.blob).as_bytes());
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let content = Content::of(git, top, wanted)?;
    content.write(top, changed.into_iter())
}

fn remove_file(file: &Path) -> Result<(), KeepError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(KeepError::io(file)(error))
        }
        _ => Ok(()),
    }
}

/// A file that differs on the disk from the index.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) mode: String,
    blob: String,
    pub(crate) path: PathBuf,
}

impl Change {
    pub(crate) fn is_gone(&self) -> bool {
        self.mode == "000000"
    }
}

/// `:oldmode newmode old new status NUL path NUL`
pub(crate) fn changes_of(listing: &[u8]) -> Vec<Change> {
    let mut parts = listing.split(|byte| *byte == 0);
    let mut changes = Vec::new();
    while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
        let head = String::from_utf8_lossy(head);
        let mut fields = head.split(' ');
        if let (Some(mode), Some(blob)) = (fields.nth(1), fields.nth(1)) {
            changes.push(Change {
                mode: mode.to_owned(),
                blob: blob.to_owned(),
                path: path_of(path),
            });
        }
    }
    changes
}

/// The content of several blobs, one after another in a file of its own, for they may be long.
struct Content {
    file: PathBuf,
}

impl Content {
    fn of(git: &Git, top: &Path, wanted: Vec<u8>) -> Result<Self, KeepError> {
        let name = format!(".callboard-restore-{}", std::process::id());
        let content = Self { file: top.join(name) };
        let out = File::create_new(&content.file).map_err(KeepError::io(&content.file))?;
        git.call(["cat-file", "--batch"]).input(wanted).into_file(out).patient().bytes()?;
        Ok(content)
    }

    /// Writes each blob to its place. Each is headed by `<id> blob <size>` and ended by a line feed.
    fn write<'c>(
        &self,
        top: &Path,
        changes: impl Iterator<Item = &'c Change>,
    ) -> Result<(), KeepError> {
        let open = File::open(&self.file).map_err(KeepError::io(&self.file))?;
        let mut from = BufReader::new(open);
        for change in changes {
            let file = top.join(&change.path);
            let failed = || KeepError::io(&file);
            let mut head = String::new();
            from.read_line(&mut head).map_err(failed())?;
            let size: u64 =
                head.trim_end().rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(
                    || {
                        KeepError::refused(
                            format!("git has no content for {}: {}", file.display(), head.trim()),
                            "the repository may be damaged: `git fsck`",
                        )
                    },
                )?;
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder).map_err(failed())?;
            }
            write_file(&file, &change.mode, &mut (&mut from).take(size)).map_err(failed())?;
            from.read_line(&mut head).map_err(failed())?;
        }
        Ok(())
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

#[cfg(unix)]
fn write_file(file: &Path, mode: &str, content: &mut impl Read) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, symlink};
    if mode == "120000" {
        let mut target = Vec::new();
        content.read_to_end(&mut target)?;
        return symlink(path_of(&target), file);
    }
    let bits = if mode == "100755" { 0o777 } else { 0o666 };
    let mut out = File::options().write(true).create_new(true).mode(bits).open(file)?;
    std::io::copy(content, &mut out).map(|_| ())
}

#[cfg(not(unix))]
fn write_file(file: &Path, _: &str, content: &mut impl Read) -> std::io::Result<()> {
    let mut out = File::create_new(file)?;
    std::io::copy(content, &mut out).map(|_| ())
}
