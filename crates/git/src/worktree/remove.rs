//! Taking a worktree away: only what is verified to be one, and by a rename, which is whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use super::{WorktreeError, list};
use crate::locate::{Checkout, locate};
use crate::run::Git;

/// Where removed worktrees lie until their bytes are freed, in the repository's git directory.
const TRASH: &str = "callboard-removed";

/// The worktree at `path`, once its `.git` file, its folder in the repository and git's own list agree that
/// it is a linked one of the repository that `git` runs in.
///
/// # Errors
/// When it is anything else, above all the main checkout, or another worktree lies in it.
pub fn linked(git: &Git, path: &Path) -> Result<Checkout, WorktreeError> {
    let refused = |why: String| {
        WorktreeError::refused(
            format!("{} is not a linked worktree that may be removed: {why}", path.display()),
            "look at it and at `git worktree list`; nothing is removed on a guess",
        )
    };
    let is_folder = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
    let real = path.canonicalize().map_err(WorktreeError::io(path))?;
    if !is_folder {
        return Err(refused("it is not a folder".into()));
    }
    let is_link_file = fs::symlink_metadata(real.join(".git")).is_ok_and(|meta| meta.is_file());
    if !is_link_file {
        return Err(refused("it has no `.git` file".into()));
    }
    let found = locate(&real).filter(|found| found.top == real && found.is_linked());
    let found = found.ok_or_else(|| refused("its `.git` file leads nowhere".into()))?;
    if common_dir(git)? != found.common_dir {
        return Err(refused(format!("it belongs to {}", found.common_dir.display())));
    }
    if found.git_dir.parent() != Some(found.common_dir.join("worktrees").as_path()) {
        return Err(refused("its git directory is not one of a linked worktree".into()));
    }
    let points_back = fs::read_to_string(found.git_dir.join("gitdir")).unwrap_or_default();
    let points_back = found.git_dir.join(points_back.trim());
    if points_back.canonicalize().ok() != Some(real.join(".git")) {
        return Err(refused(format!("the repository has it at {}", points_back.display())));
    }
    let listed = list(git)?;
    let places: Vec<PathBuf> =
        listed.iter().filter_map(|tree| tree.path.canonicalize().ok()).collect();
    if !places.iter().skip(1).any(|place| *place == real) {
        return Err(refused("git does not list it".into()));
    }
    let inner = places.iter().find(|place| **place != real && place.starts_with(&real));
    if let Some(inner) = inner {
        return Err(refused(format!("the worktree {} lies in it", inner.display())));
    }
    if found.common_dir.starts_with(&real) {
        return Err(refused("the repository itself lies in it".into()));
    }
    Ok(found)
}

/// The directory that all worktrees of the repository share; that of a bare one, too.
fn common_dir(git: &Git) -> Result<PathBuf, WorktreeError> {
    let told = git.text(&["rev-parse", "--path-format=absolute", "--git-common-dir"])?;
    let path = PathBuf::from(told);
    path.canonicalize().map_err(WorktreeError::io(&path))
}

/// Takes a verified worktree away by renaming its folder, and has git forget it. Gives where the folder
/// lies now, to be deleted. `is_as_kept` is asked of the renamed folder, which nobody finds any more.
///
/// # Errors
/// When it is locked, is not as it was kept, or the disk or git refuse; then it is where it was.
pub fn take_away(
    git: &Git,
    tree: &Checkout,
    name: &str,
    is_as_kept: impl FnOnce(&Path) -> bool,
) -> Result<PathBuf, WorktreeError> {
    if let Ok(reason) = fs::read_to_string(tree.git_dir.join("locked")) {
        let why =
            if reason.trim().is_empty() { String::new() } else { format!(" ({})", reason.trim()) };
        return Err(WorktreeError::refused(
            format!("{} is locked{why}", tree.top.display()),
            "`git worktree unlock` it first",
        ));
    }
    let trash = tree.common_dir.join(TRASH);
    fs::create_dir_all(&trash).map_err(WorktreeError::io(&trash))?;
    let [within, beside] = places_in_trash(&tree.common_dir, &tree.top, name);
    let gone = match fs::rename(&tree.top, &within) {
        Ok(()) => within,
        // The repository lies on another disk.
        Err(cause) if cause.kind() == std::io::ErrorKind::CrossesDevices => {
            fs::rename(&tree.top, &beside).map_err(WorktreeError::io(&tree.top))?;
            beside
        }
        Err(cause) => return Err(WorktreeError::io(&tree.top)(cause)),
    };
    let forgotten = if is_as_kept(&gone) {
        let call = git.call(["worktree", "remove", "--force"]).arg(&tree.top);
        call.through_locks().map(|_| ()).map_err(WorktreeError::from)
    } else {
        Err(WorktreeError::refused(
            format!("something was written to {} while it was being removed", tree.top.display()),
            "see what works in it, then remove it again",
        ))
    };
    match forgotten {
        Ok(()) => Ok(gone),
        Err(error) => match fs::rename(&gone, &tree.top) {
            Ok(()) => Err(error),
            Err(cause) => Err(WorktreeError::io(&gone)(cause)),
        },
    }
}

/// Where the folder of a worktree is renamed to: in the repository, or beside it, on its own disk.
fn places_in_trash(repository: &Path, top: &Path, name: &str) -> [PathBuf; 2] {
    let beside = top.with_file_name(format!(".{name}.{TRASH}"));
    [repository.join(TRASH).join(name), beside]
}

/// Where the folder lies that [`take_away`] renamed from `top` under this name, if nobody deleted it.
#[must_use]
pub fn in_trash(git: &Git, top: &Path, name: &str) -> Option<PathBuf> {
    let places = places_in_trash(&common_dir(git).ok()?, top, name);
    places.into_iter().find(|place| place.is_dir())
}

/// Puts a folder that [`take_away`] renamed back to where it was. An empty folder there is replaced.
///
/// # Errors
/// When something is there, or the disk refuses; then nothing was changed.
pub fn put_back(trash: &Path, top: &Path) -> Result<(), WorktreeError> {
    fs::rename(trash, top).map_err(WorktreeError::io(top))
}

/// What [`take_away`] renamed under names that begin so, and nobody deleted.
#[must_use]
pub fn left_in_trash(git: &Git, begin: &str) -> Vec<PathBuf> {
    let Ok(repository) = common_dir(git) else { return Vec::new() };
    let entries = fs::read_dir(repository.join(TRASH)).into_iter().flatten().flatten();
    let is_wanted = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(begin);
    entries.filter(is_wanted).map(|entry| entry.path()).collect()
}

/// Has git forget a worktree whose folder is gone; others whose folders are gone stay known.
pub fn forget(git: &Git, path: &Path) {
    let Ok(repository) = common_dir(git) else { return };
    let all = repository.join("worktrees");
    for entry in fs::read_dir(&all).into_iter().flatten().flatten() {
        let back = fs::read_to_string(entry.path().join("gitdir")).unwrap_or_default();
        let is_its_own = Path::new(back.trim()) == path.join(".git") && !path.exists();
        if is_its_own && let Err(error) = callboard_os::remove::folder(&entry.path()) {
            tracing::warn!(%error, path = %entry.path().display(), "git still knows a worktree that is gone");
        }
    }
}
