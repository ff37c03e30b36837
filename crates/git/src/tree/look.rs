//! One look at a worktree.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::put::{Put, Reader};
use super::stamp::{Stamp, Stamps};
use super::{LeftOut, TreeError, Trees, WorktreeTree};
use crate::limits;
use crate::locate::Checkout;
use crate::own::{self, CommitFacts};
use crate::paths::bytes_of;
use crate::run::Git;

/// What the last look found.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) tree: WorktreeTree,
    stamps: Stamps,
    /// Of the commit that was checked out.
    facts: Option<CommitFacts>,
}

/// A look at one worktree.
pub(super) struct Look<'a> {
    pub(super) trees: &'a Trees,
    pub(super) checkout: &'a Checkout,
    /// Where its index is kept.
    pub(super) folder: PathBuf,
}

/// What is looked at.
enum Scope {
    All,
    /// These alone, from the root.
    Paths(Vec<PathBuf>),
}

impl Look<'_> {
    pub(super) fn at(
        &self,
        known: Option<Known>,
        changed: Option<&[PathBuf]>,
    ) -> Result<Known, TreeError> {
        let stamps = Stamps::of(self.checkout);
        let named = changed.and_then(|paths| self.named(paths));
        let is_kept = |known: &&Known| known.stamps.reads_as(&stamps) && self.index().is_file();
        let scope = match (&known, named) {
            (Some(known), Some(paths)) if is_kept(&known) => Scope::Paths(paths),
            _ => Scope::All,
        };
        let (tree, left_out) = match (&known, &scope) {
            (Some(known), Scope::Paths(paths)) if paths.is_empty() => {
                (known.tree.tree.clone(), known.tree.left_out.clone())
            }
            (Some(known), Scope::Paths(paths)) => match self.read(&scope) {
                Ok((tree, mut left_out)) => {
                    let is_named = |at: &Path| paths.iter().any(|path| at.starts_with(path));
                    let others = known.tree.left_out.iter().filter(|out| !is_named(&out.path));
                    left_out.extend(others.cloned());
                    (tree, left_out)
                }
                Err(_) => self.read_all(&stamps)?,
            },
            _ => self.read_all(&stamps)?,
        };
        self.committed(known, stamps, tree, left_out)
    }

    /// The tree of the whole disk, whatever became of the kept index.
    fn read_all(&self, stamps: &Stamps) -> Result<(String, Vec<LeftOut>), TreeError> {
        self.begin(stamps)?;
        self.read(&Scope::All).or_else(|_| {
            // The kept index may be what is broken.
            self.copy_index(stamps)?;
            self.read(&Scope::All)
        })
    }

    /// The paths from the root; `None` if all must be looked at.
    fn named(&self, paths: &[PathBuf]) -> Option<Vec<PathBuf>> {
        let mut named: Vec<PathBuf> = Vec::new();
        let mut bytes = 0;
        for path in paths {
            let path =
                if path.is_absolute() { path.strip_prefix(&self.checkout.top).ok()? } else { path };
            let name = path.file_name()?;
            let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
            if !is_plain
                || [".gitignore", ".gitattributes", ".gitmodules"].iter().any(|n| name == *n)
            {
                return None;
            }
            if path.starts_with(".git") {
                continue;
            }
            let path = self.repository_above(path).unwrap_or_else(|| path.to_owned());
            bytes += bytes_of(&path).len() + 1;
            if !named.contains(&path) {
                named.push(path);
            }
            if named.len() > limits::NAMED_PATHS || bytes > limits::NAMED_PATH_BYTES {
                return None;
            }
        }
        Some(named)
    }

    /// The outermost repository below the root that the path lies in: a submodule is one entry of the tree.
    fn repository_above(&self, path: &Path) -> Option<PathBuf> {
        let mut folders: Vec<&Path> = path.ancestors().skip(1).collect();
        folders.retain(|folder| !folder.as_os_str().is_empty());
        let found =
            folders.into_iter().rev().find(|f| self.checkout.top.join(f).join(".git").exists());
        found.map(Path::to_owned)
    }

    fn index(&self) -> PathBuf {
        self.folder.join("index")
    }

    /// Makes the kept index one that was made of the user's as it is now.
    fn begin(&self, stamps: &Stamps) -> Result<(), TreeError> {
        // What a git that was killed left: nobody else writes here.
        let _ = fs::remove_file(self.folder.join("index.lock"));
        let seed = fs::read_to_string(self.folder.join("seed")).ok();
        if seed.is_some_and(|seed| seed == seed_of(stamps)) && self.index().is_file() {
            return Ok(());
        }
        self.copy_index(stamps)
    }

    fn copy_index(&self, stamps: &Stamps) -> Result<(), TreeError> {
        let (from, to) = (self.checkout.git_dir.join("index"), self.index());
        fs::create_dir_all(&self.folder).map_err(TreeError::io(&self.folder))?;
        let _ = fs::remove_file(self.folder.join("seed"));
        let half = self.folder.join("index.half");
        let copied = fs::File::open(&from).and_then(|mut own| {
            let mut copy = fs::File::create(&half)?;
            io::copy(&mut own, &mut copy)?;
            // A file that changed since within the index's own tick of the clock is read again only if the copy is
            // no younger (racy-git.txt).
            copy.set_modified(own.metadata()?.modified()?)?;
            fs::rename(&half, &to)
        });
        match copied {
            Ok(()) => {}
            // A checkout in which nothing was ever added has no index.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let _ = fs::remove_file(&to);
            }
            Err(error) => return Err(TreeError::io(&from)(error)),
        }
        let seed = self.folder.join("seed");
        fs::write(&seed, seed_of(stamps)).map_err(TreeError::io(&seed))
    }

    /// The tree of the disk, and what is no part of it.
    fn read(&self, scope: &Scope) -> Result<(String, Vec<LeftOut>), TreeError> {
        let objects = self.trees.store.join("objects");
        let borrowed = self.checkout.common_dir.join("objects");
        let git = Git::at(&self.checkout.top).writing_to(&objects, &borrowed).alone();
        let mut reader = Reader::new(git, self.index());
        let paths = match scope {
            Scope::All => &[][..],
            Scope::Paths(paths) => paths,
        };
        let mut tries = 0;
        loop {
            tries += 1;
            match reader.put(paths)? {
                Put::Done(left_out) => return Ok((reader.tree()?, left_out)),
                Put::Changing(message) if tries == limits::LOOK_TRIES => {
                    let top = self.checkout.top.display();
                    return Err(TreeError::refused(
                        format!("the files of {top} cannot be read: {message}"),
                        "they are looked at again when they change",
                    ));
                }
                Put::Changing(_) => {}
            }
        }
    }

    /// The commit of a tree.
    fn committed(
        &self,
        known: Option<Known>,
        stamps: Stamps,
        tree: String,
        mut left_out: Vec<LeftOut>,
    ) -> Result<Known, TreeError> {
        left_out.sort();
        left_out.dedup();
        let same_head = |known: &Known| known.stamps.head == stamps.head && !stamps.head.leads_on();
        if let Some(known) =
            known.as_ref().filter(|known| same_head(known) && known.tree.tree == tree)
        {
            let tree = WorktreeTree { left_out, ..known.tree.clone() };
            return Ok(Known { tree, stamps, facts: known.facts.clone() });
        }
        let git = self.trees.git();
        let (head, facts) = match known.filter(same_head) {
            Some(known) => (known.tree.head, known.facts),
            None => {
                let head = self.head(&stamps);
                let facts = head.as_deref().map(|head| own::facts_of(git, head)).transpose()?;
                (head, facts)
            }
        };
        let is_head = facts.as_ref().is_some_and(|facts| facts.tree == tree);
        let commit = match &head {
            Some(head) if is_head && stamps.head.merging.is_empty() => head.clone(),
            _ => {
                let merging = stamps.head.merging.iter();
                let parents: Vec<&str> = head.iter().chain(merging).map(String::as_str).collect();
                let mut date = facts.as_ref().map_or(0, |facts| facts.date);
                for parent in &stamps.head.merging {
                    date = date.max(own::facts_of(git, parent)?.date);
                }
                own::write_commit(git, &tree, &parents, "A worktree as it lay on the disk\n", date)?
            }
        };
        Ok(Known { tree: WorktreeTree { tree, head, commit, left_out }, stamps, facts })
    }

    fn head(&self, stamps: &Stamps) -> Option<String> {
        stamps.head.id().map(str::to_owned).or_else(|| {
            let git = Git::at(&self.checkout.top);
            git.text(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).ok()
        })
    }
}

fn seed_of(stamps: &Stamps) -> String {
    let index: &Option<Stamp> = &stamps.index;
    format!("{index:?}")
}
