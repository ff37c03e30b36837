//! Notifications of what is touched in checkouts. Ignored folders are not watched: watches run out, and what lies in them
//! is no part of a changeset.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, Weak};

use callboard_git::{Checkout, scoped_commit};
use callboard_model::WorkspaceId;
use callboard_os::watch::{FileNotification, FileWatcher};
use ignore::WalkBuilder;

use super::checkouts::Followed;
use super::{ChangesRoom, TREES};
use crate::{Engine, limits};

/// Where files are written that tell that all notifications before them have come in.
const BARRIER: &str = "barrier";
/// Where git lists linked worktrees.
const WORKTREES: &str = "worktrees";
/// What git writes of a worktree that it makes, and takes away when it is done (builtin/worktree.c).
const MAKING: [&str; 4] = ["gitdir", "commondir", "HEAD", "locked"];
/// What of a checkout's own git directory tells that something was committed, staged or checked out.
const HEADS: [&str; 2] = ["HEAD", "index"];

/// Starts following every workspace.
pub(super) fn start(engine: &Arc<Engine>) {
    let weak = Arc::downgrade(engine);
    std::thread::spawn(move || {
        callboard_os::thread::give_way();
        let without = "changesets follow what sessions tell of, not the files";
        let notifications = FileWatcher::or_warn(without).map(|(mut watcher, notifications)| {
            if let Some(engine) = weak.upgrade() {
                let folder = engine.home().join(TREES).join(BARRIER);
                engine.changes.barrier.watch(&mut watcher, &folder);
                *engine.changes.watcher.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(watcher);
            }
            notifications
        });
        if let Some(engine) = weak.upgrade() {
            let all = engine.read(|s| Ok(s.workspaces()?)).unwrap_or_default();
            all.iter().for_each(|known| engine.changes.other_checkouts(known.id));
        }
        // The sender lives in the watcher, which is taken when the engine stops.
        while let Some(first) = notifications.as_ref().and_then(|all| all.recv().ok()) {
            let rest = notifications.iter().flat_map(|all| all.try_iter());
            let changed: Vec<FileNotification> = std::iter::once(first).chain(rest).collect();
            take(&weak, &changed);
        }
    });
}

pub(super) fn stop(room: &ChangesRoom) {
    room.watcher.lock().unwrap_or_else(PoisonError::into_inner).take();
}

impl Engine {
    /// Follows the checkouts that a workspace has now.
    pub(super) fn follow_changes(&self, workspace: WorkspaceId) {
        // Watched before they are read: what git writes after that asks for another look.
        self.watch_listing(workspace);
        let now = match self.to_follow(workspace) {
            Ok(Some(now)) => now,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "the changes of a workspace are not followed");
                return;
            }
        };
        let root = now.root.clone();
        let is_first = self.changes.all_followed().iter().all(|one| one.workspace != workspace);
        let (new, gone) = self.changes.take_followed(now);
        let mut watcher = self.changes.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watcher) = watcher.as_mut() {
            for checkout in &new {
                self.changes.note_watched(&checkout.top, watch(watcher, checkout));
            }
            gone.iter().for_each(|checkout| watcher.unwatch(&checkout.top));
        } else {
            new.iter().for_each(|checkout| self.changes.note_watched(&checkout.top, false));
        }
        drop(watcher);
        for checkout in &new {
            // What a commit left that was killed with an earlier daemon.
            if let Err(error) = scoped_commit::repair(&checkout.top) {
                let top = checkout.top.display();
                tracing::warn!(%error, %top, "a commit that was cut off is ended by the next one");
            }
            self.changes.touched.anything(&checkout.top);
        }
        if !gone.is_empty() {
            self.changes.touched.refs(workspace);
        }
        if is_first {
            // What was told while nobody knew yet whose it was is read now.
            self.changes.other_checkouts(workspace);
        }
        tracing::debug!(root = %root.display(), new = new.len(), gone = gone.len(), "changes are followed");
    }

    /// Watches what tells that there are other checkouts, or other branches.
    fn watch_listing(&self, workspace: WorkspaceId) {
        let known = self.read(|s| Ok(s.workspace(workspace)?)).ok().flatten();
        let Some(known) = known.filter(|known| known.row.is_git) else { return };
        let common_dir = known.row.common_dir;
        let mut watcher = self.changes.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(watcher) = watcher.as_mut() else { return };
        let worktrees = common_dir.join(WORKTREES);
        for (folder, is_deep) in [("", false), ("refs", true), (WORKTREES, false)] {
            // What is not there yet shows in the folder above.
            let _ = watcher.watch(&common_dir.join(folder), is_deep);
        }
        // One that git is only just making is no worktree yet: what it writes last is in here.
        for own in std::fs::read_dir(&worktrees).into_iter().flatten().flatten() {
            let _ = watcher.watch(&own.path(), false);
        }
    }
}

impl ChangesRoom {
    /// Whether notifications tell of all that is written in a checkout; else its sessions do.
    fn note_watched(&self, top: &Path, is_whole: bool) {
        let mut unwatched = self.unwatched.lock().unwrap_or_else(PoisonError::into_inner);
        match is_whole {
            true => unwatched.remove(top),
            false => unwatched.insert(top.to_owned()),
        };
    }
}

/// Watches all folders of a checkout that are not ignored, and its own git directory; gives whether it could.
fn watch(watcher: &mut FileWatcher, checkout: &Checkout) -> bool {
    if checkout.is_linked() {
        let _ = watcher.watch(&checkout.git_dir, false);
    }
    watch_all(watcher, &checkout.top, folders(&checkout.top))
}

fn watch_all(
    watcher: &mut FileWatcher,
    top: &Path,
    folders: impl Iterator<Item = PathBuf>,
) -> bool {
    for (count, folder) in folders.enumerate() {
        let watched = watcher.watch(&folder, false);
        let is_exhausted = watched.is_err_and(|error| error.is_exhausted());
        if is_exhausted || count >= limits::WATCHED_FOLDERS {
            tracing::warn!(
                top = %top.display(),
                "not all folders can be watched; what is written elsewhere shows when a session tells of it"
            );
            return false;
        }
    }
    true
}

/// The folders of a checkout that may hold what is neither ignored nor git's own.
fn folders(top: &Path) -> impl Iterator<Item = PathBuf> {
    walk(top, |_| true)
}

/// A folder that is new, if it is not ignored, and those below it.
fn new_folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    // The walk begins above: where it begins is never taken for ignored.
    let (folder, above) = (folder.to_owned(), folder.parent().unwrap_or(folder).to_owned());
    let walked_from = above.clone();
    let within = move |path: &Path| path == above || path.starts_with(&folder);
    walk(&walked_from, within).skip(1)
}

fn walk(
    top: &Path,
    is_wanted: impl Fn(&Path) -> bool + Send + Sync + 'static,
) -> Box<dyn Iterator<Item = PathBuf>> {
    let is_folder = move |entry: &ignore::DirEntry| {
        entry.file_type().is_some_and(|kind| kind.is_dir())
            && entry.file_name() != ".git"
            && is_wanted(entry.path())
    };
    let mut walk = WalkBuilder::new(top);
    // As git sees it: hidden files count, files for other programs do not.
    walk.hidden(false).ignore(false).require_git(false).filter_entry(is_folder);
    Box::new(walk.build().flatten().map(ignore::DirEntry::into_path))
}

/// Finds out what notifications touched.
fn take(engine: &Weak<Engine>, changed: &[FileNotification]) {
    let Some(engine) = engine.upgrade() else { return };
    let all = engine.changes.all_followed();
    let mut again: BTreeSet<WorkspaceId> = BTreeSet::new();
    for notification in changed {
        match notification {
            FileNotification::Changed(path) if engine.changes.barrier.take(path) => {}
            FileNotification::Changed(path) => {
                again.extend(
                    all.iter().filter(|one| is_listing(one, path)).map(|one| one.workspace),
                );
                touch(&engine, &all, path);
            }
            FileNotification::Lost => {
                again.extend(all.iter().map(|one| one.workspace));
                let checkouts = all.iter().flat_map(|one| &one.checkouts);
                checkouts.for_each(|checkout| engine.changes.touched.anything(&checkout.top));
            }
        }
    }
    again.into_iter().for_each(|workspace| engine.changes.other_checkouts(workspace));
}

/// Whether a notification tells that there may be other worktrees.
fn is_listing(followed: &Followed, path: &Path) -> bool {
    let worktrees = followed.common_dir.join(WORKTREES);
    let above = path.parent();
    if path == worktrees || above == Some(&worktrees) {
        return true;
    }
    let is_known = || followed.checkouts.iter().any(|one| above == Some(&one.git_dir));
    let is_of_one = above.and_then(Path::parent) == Some(&worktrees);
    let is_told = path.file_name().is_some_and(|name| MAKING.iter().any(|one| name == *one));
    is_of_one && is_told && !is_known()
}

fn touch(engine: &Engine, all: &[Followed], path: &Path) {
    let touched = &engine.changes.touched;
    // The innermost git directory first: those of worktrees lie below the one that they share.
    let checkouts = || all.iter().flat_map(|one| &one.checkouts);
    if let Some(own) = checkouts().find(|checkout| path.parent() == Some(&checkout.git_dir)) {
        let is_head = path.file_name().is_some_and(|name| HEADS.iter().any(|head| name == *head));
        if is_head {
            touched.head(&own.top);
        }
        if !own.is_linked() && path.file_name().is_some_and(|name| name == "packed-refs") {
            refs_moved(engine, all, &own.git_dir);
        }
        return;
    }
    if let Some(one) = all.iter().find(|one| path.starts_with(&one.common_dir)) {
        if path.starts_with(one.common_dir.join("refs")) {
            refs_moved(engine, all, &one.common_dir);
        }
        return;
    }
    let Some(top) = engine.changes.checkout_of(path) else { return };
    if path.file_name().is_some_and(|name| name == ".git") {
        return;
    }
    let is_folder = path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
    if !is_folder {
        if let Ok(inside) = path.strip_prefix(&top) {
            touched.path(&top, inside.to_owned());
        }
        return;
    }
    // What was written into it before it was watched was told to nobody.
    touched.anything(&top);
    let mut watcher = engine.changes.watcher.lock().unwrap_or_else(PoisonError::into_inner);
    let is_whole = watcher.as_mut().is_none_or(|w| watch_all(w, &top, new_folders(path)));
    drop(watcher);
    if !is_whole {
        engine.changes.note_watched(&top, false);
    }
}

/// A branch moved, and it may be the base of each.
fn refs_moved(engine: &Engine, all: &[Followed], common_dir: &Path) {
    for followed in all.iter().filter(|one| one.common_dir == *common_dir) {
        engine.changes.touched.refs(followed.workspace);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_folders_are_not_watched_also_where_they_are_new() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().canonicalize().unwrap();
        for folder in [".git/objects", "src/deep", "target/debug", ".config", "lib/node_modules/x"]
        {
            std::fs::create_dir_all(top.join(folder)).unwrap();
        }
        std::fs::write(top.join(".gitignore"), "target/\nnode_modules\n").unwrap();
        let below = |all: Vec<PathBuf>| {
            let mut all: Vec<String> = all
                .iter()
                .map(|path| path.strip_prefix(&top).unwrap().to_str().unwrap().to_owned())
                .collect();
            all.sort();
            all
        };
        assert_eq!(below(folders(&top).collect()), ["", ".config", "lib", "src", "src/deep"]);
        assert_eq!(below(new_folders(&top.join("src")).collect()), ["src", "src/deep"]);
        assert!(new_folders(&top.join("target")).next().is_none());
        assert!(new_folders(&top.join("lib/node_modules")).next().is_none());
    }
}
