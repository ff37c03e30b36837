//! A checkout in which some of what lands lies already, among what others changed: sessions share it.
//!
//! Its files go from what they hold of the landing to what it comes to, and not from one commit to the other; where
//! both are the same, as for most, a file is neither read nor written. Only the index follows the branch there, as a
//! scoped commit brings it along: what others staged stays staged.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::error::{AdvanceError, InTheWay, Why};
use super::seat::NO_HOOKS;
use crate::run::Git;
use crate::scoped_commit::{self, Difference, differences, index_line};
use crate::shared_checkout::entries;

/// A checkout in which some of what moves lies already, not committed.
#[derive(Debug, Clone, Copy)]
pub struct InPlace<'a> {
    /// The top of the checkout.
    pub top: &'a Path,
    /// The commit that is checked out there while all of it is uncommitted.
    pub head: &'a str,
    /// The commit or tree of `head` with what moves and lies there, and nothing else that lies there.
    pub there: &'a str,
    /// The commit or tree of all that lay there when that was told. Files of what moves that are others by now are
    /// refused; without it nobody looks.
    pub seen: Option<&'a str>,
}

/// What lies there already, as the index of the move needs it.
pub(super) struct Lying {
    /// Files in which something lies there.
    paths: BTreeSet<PathBuf>,
    /// The user's index has this of them, and shall have it but for what moves; for `git update-index --index-info`.
    index: Vec<u8>,
    /// Those in which others staged the same lines in another form.
    clashes: Vec<PathBuf>,
}

impl<'a> InPlace<'a> {
    /// From which tree the files of the checkout go to which.
    pub(super) fn ends(&self, (was, to): (&'a str, &'a str), is_back: bool) -> (&'a str, &'a str) {
        if is_back { (was, self.there) } else { (self.there, to) }
    }

    /// Refuses another checkout than the one that moves with the branch, and another commit than the one it is on.
    pub(super) fn refuse_another(
        &self,
        branch: &str,
        seat: Option<&Path>,
        unlanded: Option<&str>,
    ) -> Result<(), AdvanceError> {
        let top = self.top.canonicalize().unwrap_or_else(|_| self.top.to_owned());
        if seat.is_none_or(|seat| seat.canonicalize().unwrap_or_else(|_| seat.to_owned()) != top) {
            return Err(AdvanceError::refused(
                format!("{branch} is not checked out in {}", self.top.display()),
                "switch that checkout to it; what sessions changed lies there",
            ));
        }
        if unlanded == Some(self.head) {
            return Ok(());
        }
        let (branch, expected) = (branch.to_owned(), self.head.to_owned());
        Err(AdvanceError::Moved { branch, expected, at: unlanded.map(str::to_owned) })
    }

    /// What lies there of what moves from `was` to `to`. `git` reads all trees.
    pub(super) fn lying(
        &self,
        git: &Git,
        index: &Path,
        (was, to): (&str, &str),
    ) -> Result<Lying, AdvanceError> {
        let own = differences(git, self.head, self.there)?;
        let paths: BTreeSet<PathBuf> = own.into_iter().map(|one: Difference| one.path).collect();
        if let Some(seen) = self.seen {
            self.refuse_changed(git, index, seen, &paths)?;
        }
        // What it makes of what is staged is written where the user's index finds it.
        let users = Git::at(git.cwd());
        let plan = scoped_commit::Plan::of(&users, (was, to), |path| paths.contains(path))?;
        let listed: Vec<PathBuf> = paths.iter().cloned().collect();
        let staged = scoped_commit::entries(git, Some(index), &listed)?;
        let (mut gone, mut there) = (Vec::new(), Vec::new());
        for path in &paths {
            match staged.get(path) {
                None => gone.extend(index_line(path, None)),
                entry => there.extend(index_line(path, entry)),
            }
        }
        gone.extend(there);
        gone.extend(plan.entries);
        Ok(Lying { paths, index: gone, clashes: plan.clashes })
    }

    fn refuse_changed(
        &self,
        git: &Git,
        index: &Path,
        seen: &str,
        paths: &BTreeSet<PathBuf>,
    ) -> Result<(), AdvanceError> {
        let listed: Vec<PathBuf> = paths.iter().cloned().collect();
        let names: Vec<String> =
            listed.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let then = entries(git, Some(seen), &names)?;
        let mut disk = index.to_owned().into_os_string();
        disk.push(".disk");
        let disk = PathBuf::from(disk);
        let now = scoped_commit::on_disk(git, index, &disk, &listed);
        super::seat::remove_index(disk);
        let now = now?;
        let is_other = |path: &&PathBuf| {
            let then = then.get(path.to_string_lossy().as_ref());
            let then = then.map(|one| (format!("{:o}", one.mode), one.id.as_str()));
            let now = now.get(*path).map(|one| (one.mode.clone(), one.blob.as_str()));
            then != now
        };
        let files: Vec<PathBuf> = listed.iter().filter(is_other).cloned().collect();
        if files.is_empty() {
            return Ok(());
        }
        Err(AdvanceError::Changed { top: self.top.to_owned(), files })
    }
}

impl Lying {
    /// Whether something of this file lies there.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.paths.contains(path)
    }

    /// What is in the way.
    pub(super) fn in_the_way(&self) -> impl Iterator<Item = InTheWay> {
        let clashes = self.clashes.iter().cloned();
        clashes.map(|path| InTheWay { path, why: Why::Staged })
    }

    /// Has the index hold what the tree does of these files.
    pub(super) fn put_tree(&self, git: &Git, index: &Path, tree: &str) -> Result<(), AdvanceError> {
        let names: Vec<String> =
            self.paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let entries = entries(git, Some(tree), &names)?;
        let (mut gone, mut there) = (Vec::new(), Vec::new());
        for (path, name) in self.paths.iter().zip(&names) {
            let entry = entries.get(name).map(|one| (format!("{:o}", one.mode), one.id.clone()));
            let entry = entry.map(|(mode, blob)| scoped_commit::Entry { mode, blob });
            match &entry {
                None => gone.extend(index_line(path, None)),
                entry => there.extend(index_line(path, entry.as_ref())),
            }
        }
        gone.extend(there);
        put(git, index, gone)
    }

    /// Has the index hold of these files what the user's does, with what moved.
    pub(super) fn put_staged(&self, git: &Git, index: &Path) -> Result<(), AdvanceError> {
        put(git, index, self.index.clone())
    }
}

fn put(git: &Git, index: &Path, lines: Vec<u8>) -> Result<(), AdvanceError> {
    if lines.is_empty() {
        return Ok(());
    }
    let args = ["update-index", "--add", "--replace", "-z", "--index-info"];
    git.call(NO_HOOKS.into_iter().chain(args)).index(index).input(lines).bytes()?;
    Ok(())
}
