//! A copy of a checkout's index, to be changed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::KeepError;
use crate::limits;
use crate::locate::Checkout;
use crate::own;
use crate::run::Git;
use crate::status::Status;

/// Ends the name of every copy.
const SUFFIX: &str = ".index";

/// A copy of the checkout's index, nobody else's; it goes when this is dropped.
pub(crate) struct Scratch {
    pub(crate) index: PathBuf,
}

impl Scratch {
    pub(crate) fn of(checkout: &Checkout, purpose: &str) -> Result<Self, KeepError> {
        // Without its index file git takes it for empty, so no two may share a name.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let begin = format!("{purpose}-");
        remove_left_behind(&checkout.git_dir, &begin);
        let name = format!("{begin}{}-{number}{SUFFIX}", std::process::id());
        let scratch = Self { index: checkout.git_dir.join(name) };
        let own = checkout.git_dir.join("index");
        // Not `fs::copy`: where that clones the file, the copy is as old as what it is made of.
        let copied = fs::File::open(&own)
            .and_then(|mut own| io::copy(&mut own, &mut fs::File::create(&scratch.index)?));
        match copied {
            Ok(_) => {}
            // A checkout in which nothing was ever added has no index.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(KeepError::io(&own)(error)),
        }
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.index);
        let mut lock = self.index.clone().into_os_string();
        lock.push(".lock");
        let _ = fs::remove_file(lock);
    }
}

/// Removes copies that a process left behind when it was killed, by their age: it may run on another machine.
fn remove_left_behind(git_dir: &Path, begin: &str) {
    for entry in fs::read_dir(git_dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_copy = name.to_str().is_some_and(|n| n.starts_with(begin) && n.contains(SUFFIX));
        let since = |at: SystemTime| at.elapsed().unwrap_or_default();
        if is_copy
            && entry.metadata().is_ok_and(|meta| {
                meta.is_file()
                    && meta.modified().is_ok_and(|at| since(at) > limits::SCRATCH_LEFT_BEHIND)
            })
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The tree of what [`put_disk_into_index`](super::put_disk_into_index) put into the copy.
///
/// # Errors
/// When git refuses, or the tree is empty though files are there.
pub(crate) fn tree_of(git: &Git, scratch: &Scratch, found: &Status) -> Result<String, KeepError> {
    let tree = git.call(["write-tree"]).index(&scratch.index).text()?;
    if !own::is_empty_tree(&tree) {
        return Ok(tree);
    }
    let tracked = git.bytes(&["ls-files", "-z"])?;
    let tracked = tracked.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    let is_there =
        |path: &Path| fs::symlink_metadata(git.cwd().join(path)).is_ok_and(|meta| !meta.is_dir());
    let mut all = tracked.map(crate::paths::path_of).chain(found.untracked.iter().cloned());
    match all.find(|path| is_there(path)) {
        None => Ok(tree),
        Some(path) => Err(KeepError::refused(
            format!("git took {} for empty, and {} is there", git.cwd().display(), path.display()),
            "see whether something deletes files in the checkout's git directory, then try again",
        )),
    }
}

#[cfg(test)]
mod tests {
    use callboard_testkit::{HermeticHome, Repo};

    use super::*;
    use crate::locate::locate;
    use crate::status::status;

    #[test]
    fn copies_of_one_index_are_apart_and_an_empty_tree_is_one_of_no_files() {
        let home = HermeticHome::new();
        let repo = Repo::new(&home);
        let checkout = locate(repo.path()).unwrap();
        let git = Git::at(repo.path());
        let (one, other) =
            (Scratch::of(&checkout, "test").unwrap(), Scratch::of(&checkout, "test").unwrap());
        drop(one);
        let found = status(&git).unwrap();
        assert_eq!(tree_of(&git, &other, &found).unwrap(), repo.git(&["rev-parse", "HEAD^{tree}"]));

        fs::remove_file(&other.index).unwrap();
        let refused = tree_of(&git, &other, &found).unwrap_err().to_string();
        assert!(refused.contains("README.md is there"), "{refused}");
        repo.remove("README.md");
        let found = status(&git).unwrap();
        assert_eq!(tree_of(&git, &other, &found).unwrap(), own::empty_tree_beside(""));
    }

    #[test]
    fn copies_that_were_left_behind_go_with_time() {
        let home = HermeticHome::new();
        let repo = Repo::new(&home);
        let checkout = locate(repo.path()).unwrap();
        let [old, new] = ["test-1-0.index", "test-1-1.index"].map(|n| checkout.git_dir.join(n));
        fs::File::create(&old).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        fs::File::create(&new).unwrap();
        Scratch::of(&checkout, "test").unwrap();
        assert!(!old.exists() && new.exists());
    }
}
