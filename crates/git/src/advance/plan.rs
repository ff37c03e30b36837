//! What a move does to each path, and what is in its way.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::error::{AdvanceError, InTheWay, Why};
use super::in_place::{InPlace, Lying};
use super::journal::{MARKER, Name, New, Old, Seat, Shift, Stamp};
use super::seat::{NO_HOOKS, copy_index, remove_index};
use crate::limits;
use crate::paths::{bytes_of, path_of};
use crate::run::{Call, Git};
use crate::scoped_commit::{Entry, differences};

/// What a tree has at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    File,
    Submodule,
}

impl Kind {
    fn of(entry: Option<&Entry>) -> Self {
        match entry {
            None => Self::Nothing,
            Some(entry) if entry.mode == "160000" => Self::Submodule,
            Some(_) => Self::File,
        }
    }
}

/// A path that differs between the two commits.
#[derive(Debug)]
struct Moved {
    path: PathBuf,
    old: Kind,
    new: Kind,
    /// The file or link that lay there before anything was looked at: whoever writes it later is found out.
    stamp: Option<Stamp>,
}

/// A move between two commits in a checkout whose index is locked.
pub(super) struct Plan<'a> {
    git: Git,
    top: PathBuf,
    seat: &'a Seat,
    token: &'a str,
    was: &'a str,
    to: &'a str,
    /// The trees from which the files go, and to which: the commits', where none of it lies there already.
    ends: (&'a str, &'a str),
    in_place: Option<InPlace<'a>>,
    moved: Vec<Moved>,
}

/// What the checkout needs for a move.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) shifts: Vec<Shift>,
    pub(super) made: Vec<Name>,
    pub(super) left: Vec<Name>,
}

/// How the way to new files is.
#[derive(Debug, Default)]
struct Way {
    in_the_way: BTreeSet<InTheWay>,
    /// Folders that are not there.
    missing: BTreeSet<PathBuf>,
    /// Empty ones that stand where files come.
    emptied: HashSet<PathBuf>,
    /// Submodules' folders that are there.
    kept: HashSet<PathBuf>,
}

impl<'a> Plan<'a> {
    /// Looks at what moves from `was` to `to`, or back. `git` reads what lies there already.
    pub(super) fn of(
        git: &Git,
        (seat, token): (&'a Seat, &'a str),
        (was, to): (&'a str, &'a str),
        (in_place, is_back): (Option<InPlace<'a>>, bool),
    ) -> Result<Self, AdvanceError> {
        let top = seat.top.path();
        let (git, ends) = match &in_place {
            Some(in_place) => (git.in_folder(&top), in_place.ends((was, to), is_back)),
            None => (Git::at(&top), (was, to)),
        };
        let mut folders = BTreeMap::new();
        let moved = differences(&git, ends.0, ends.1)?.into_iter().map(|difference| {
            let old = Kind::of(difference.old.as_ref());
            let is_old = old == Kind::File && is_reached(&top, &difference.path, &mut folders);
            let stamp = is_old.then(|| Stamp::of(&top.join(&difference.path))).flatten();
            Moved { old, new: Kind::of(difference.new.as_ref()), stamp, path: difference.path }
        });
        let moved = moved.collect();
        Ok(Self { git, top, seat, token, was, to, ends, in_place, moved })
    }

    /// Makes the index and the files of the move, beside their places; nothing of the checkout is written.
    pub(super) fn make(&self) -> Result<Made, AdvanceError> {
        let index = self.seat.index.path();
        copy_index(&self.seat.git_dir.path().join("index"), &index)?;
        let way = self.way()?;
        let mut in_the_way = way.in_the_way.clone();
        self.refuse_undecided(&index)?;
        let lying = self.in_place.map(|one| one.lying(&self.git, &index, (self.was, self.to)));
        let lying = lying.transpose()?;
        if let Some(lying) = &lying {
            in_the_way.extend(lying.in_the_way());
            lying.put_tree(&self.git, &index, self.ends.0)?;
        }
        in_the_way.extend(self.changed(&index, lying.as_ref())?);
        if !in_the_way.is_empty() {
            let mut files: BTreeMap<PathBuf, Why> = BTreeMap::new();
            for file in in_the_way {
                files.entry(file.path).or_insert(file.why);
            }
            let files = files.into_iter().map(|(path, why)| InTheWay { path, why }).collect();
            return Err(AdvanceError::InTheWay { top: self.top.clone(), files });
        }
        self.make_files(&index)?;
        let made = self.made(way, &index)?;
        if let Some(lying) = &lying {
            lying.put_staged(&self.git, &index)?;
        }
        Ok(made)
    }

    fn call<'c>(&self, args: impl IntoIterator<Item = &'c str>, index: &Path) -> Call {
        let args = NO_HOOKS.into_iter().chain(args);
        self.git.call(args).index(index).env(MARKER, self.token)
    }

    fn refuse_undecided(&self, index: &Path) -> Result<(), AdvanceError> {
        if self.call(["ls-files", "-z", "--unmerged"], index).bytes()?.is_empty() {
            return Ok(());
        }
        Err(AdvanceError::refused(
            format!("a merge left files undecided in {}", self.top.display()),
            "settle them, then `git add` them",
        ))
    }

    /// Paths of the move that are staged or changed.
    fn changed(&self, index: &Path, lying: Option<&Lying>) -> Result<Vec<InTheWay>, AdvanceError> {
        let moved: HashSet<&Path> = self.moved.iter().map(|moved| moved.path.as_path()).collect();
        let bare = self.without_marks(index, &moved)?;
        let index = bare.as_deref().unwrap_or(index);
        // It ends with 1 where a file differs.
        self.call(["update-index", "-q", "--refresh"], index).patient().output()?;
        let staged = ["diff-index", "--cached", "-z", "--name-only", "--no-renames"];
        let staged = staged.into_iter().chain(["--ignore-submodules=none", self.was]);
        let on_disk = ["diff-files", "-z", "--name-only", "--ignore-submodules=all"];
        let mut found = Vec::new();
        for (call, why) in [
            (self.call(staged, index), Why::Staged),
            (self.call(on_disk, index).patient(), Why::Changed),
        ] {
            let paths = fields(&call.bytes()?);
            let is_lying = |path: &Path| lying.is_some_and(|lying| lying.has(path));
            let is_meant = |path: &PathBuf| {
                // What is staged of those is put together with what moves.
                moved.contains(path.as_path()) && !(why == Why::Staged && is_lying(path))
            };
            let paths = paths.into_iter().filter(is_meant);
            found.extend(paths.map(|path| InTheWay { path, why }));
        }
        if let Some(bare) = bare {
            remove_index(bare);
        }
        Ok(found)
    }

    /// A copy of the index in which git looks at all files of the move, even those that it was told not to look at;
    /// none if there are none such.
    fn without_marks(
        &self,
        index: &Path,
        moved: &HashSet<&Path>,
    ) -> Result<Option<PathBuf>, AdvanceError> {
        let is_there = |path: &Path| fs::symlink_metadata(self.top.join(path)).is_ok();
        let marked = tagged(&self.call(["ls-files", "-v", "-z"], index).bytes()?);
        let marked: Vec<PathBuf> = marked
            .into_iter()
            .filter(|(tag, path)| {
                moved.contains(path.as_path())
                    && (tag.is_ascii_lowercase() || *tag == b'S' && is_there(path))
            })
            .map(|(_, path)| path)
            .collect();
        if marked.is_empty() {
            return Ok(None);
        }
        let mut bare = index.to_owned().into_os_string();
        bare.push(".bare");
        let bare = PathBuf::from(bare);
        copy_index(index, &bare)?;
        let mut list = Vec::new();
        for path in &marked {
            list.extend(bytes_of(path));
            list.push(0);
        }
        for mark in ["--no-assume-unchanged", "--no-skip-worktree"] {
            let call = self.call(["update-index", mark, "-z", "--stdin"], &bare);
            call.input(list.clone()).bytes()?;
        }
        Ok(Some(bare))
    }

    /// What stands in the way of new files, though git does not have it.
    fn way(&self) -> Result<Way, AdvanceError> {
        let leaving: HashSet<&Path> = self
            .moved
            .iter()
            .filter(|moved| moved.stamp.is_some())
            .map(|moved| moved.path.as_path())
            .collect();
        let mut way = Way::default();
        for moved in self.moved.iter().filter(|moved| moved.new != Kind::Nothing) {
            self.look_at(moved, &leaving, &mut way)?;
        }
        Ok(way)
    }

    fn look_at(
        &self,
        moved: &Moved,
        leaving: &HashSet<&Path>,
        way: &mut Way,
    ) -> Result<(), AdvanceError> {
        let untracked = |path: &Path| InTheWay { path: path.to_owned(), why: Why::Untracked };
        let mut is_missing = false;
        for folder in folders_of(&moved.path) {
            let meta = fs::symlink_metadata(self.top.join(folder)).ok();
            match meta {
                Some(meta) if !is_missing && meta.is_dir() => {}
                Some(_) if !is_missing && !leaving.contains(folder) => {
                    way.in_the_way.insert(untracked(folder));
                    return Ok(());
                }
                _ => {
                    is_missing = true;
                    way.missing.insert(folder.to_owned());
                }
            }
        }
        let file = self.top.join(&moved.path);
        let Some(meta) = fs::symlink_metadata(&file).ok().filter(|_| !is_missing) else {
            return Ok(());
        };
        if !meta.is_dir() {
            if !leaving.contains(moved.path.as_path()) {
                way.in_the_way.insert(untracked(&moved.path));
            }
            return Ok(());
        }
        if moved.new == Kind::Submodule
            && (moved.old == Kind::Submodule || file.join(".git").exists())
        {
            way.kept.insert(moved.path.clone());
            return Ok(());
        }
        let mut others = Vec::new();
        others_in(&self.top, &moved.path, leaving, &mut others)?;
        if others.is_empty() && moved.new == Kind::Submodule {
            way.kept.insert(moved.path.clone());
        } else if others.is_empty() {
            way.emptied.insert(moved.path.clone());
        }
        way.in_the_way.extend(others.iter().map(|path| untracked(path)));
        Ok(())
    }

    /// Has git move an index of its own, and write what is new into an empty folder: with filters, line ends, links,
    /// modes and sparse checkouts as they are in the checkout itself.
    fn make_files(&self, index: &Path) -> Result<(), AdvanceError> {
        let fresh = self.seat.fresh();
        let aside = self.seat.folder.path().join("old");
        for folder in [&fresh, &aside] {
            fs::create_dir_all(folder).map_err(AdvanceError::io(folder))?;
        }
        let (old, new) = self.ends;
        let args = ["read-tree", "-m", "-u", "--no-recurse-submodules", old, new];
        self.git
            .in_folder(&fresh)
            .call(NO_HOOKS.into_iter().chain(args))
            .env("GIT_DIR", self.seat.git_dir.path())
            .env("GIT_WORK_TREE", &fresh)
            .env(MARKER, self.token)
            .index(index)
            .patient()
            .bytes()?;
        Ok(())
    }

    fn made(&self, way: Way, index: &Path) -> Result<Made, AdvanceError> {
        let fresh = self.seat.fresh();
        let listed = tagged(&self.call(["ls-files", "-t", "-z"], index).bytes()?);
        let sparse: HashSet<PathBuf> =
            listed.into_iter().filter(|(tag, _)| *tag == b'S').map(|(_, path)| path).collect();
        let mut made = Made::default();
        let mut needed: HashSet<&Path> = HashSet::new();
        for moved in &self.moved {
            let file = moved.stamp.map(Old::File);
            let folder = way.emptied.contains(&moved.path).then_some(Old::Folder);
            let written = Stamp::of(&fresh.join(&moved.path)).map(New::File);
            let new = match moved.new {
                Kind::Nothing => None,
                Kind::Submodule => (!way.kept.contains(&moved.path)).then_some(New::Folder),
                Kind::File if written.is_none() && !sparse.contains(&moved.path) => {
                    return Err(AdvanceError::refused(
                        format!("git did not write {}", self.top.join(&moved.path).display()),
                        "see whether the disk is full",
                    ));
                }
                Kind::File => written,
            };
            if moved.old == Kind::Submodule && moved.new == Kind::Nothing {
                made.left.push(Name::of(&moved.path));
            }
            let old = file.or(folder.filter(|_| new.is_some()));
            if old.is_some() || new.is_some() {
                made.shifts.push(Shift { path: Name::of(&moved.path), old, new });
            }
            if new.is_some() {
                needed.extend(folders_of(&moved.path));
            }
        }
        // In this order outer folders come before what is in them.
        let missing = way.missing.iter().filter(|folder| needed.contains(folder.as_path()));
        made.made = missing.map(|folder| Name::of(folder)).collect();
        Ok(made)
    }
}

/// The folders of a path below the root, outer ones first.
pub(super) fn folders_of(path: &Path) -> Vec<&Path> {
    let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    let mut folders: Vec<&Path> = folders.collect();
    folders.reverse();
    folders
}

/// Whether all folders of a path are folders, and no links to others.
fn is_reached(top: &Path, path: &Path, known: &mut BTreeMap<PathBuf, bool>) -> bool {
    folders_of(path).into_iter().all(|folder| {
        if let Some(known) = known.get(folder) {
            return *known;
        }
        let is_folder = fs::symlink_metadata(top.join(folder)).is_ok_and(|meta| meta.is_dir());
        known.insert(folder.to_owned(), is_folder);
        is_folder
    })
}

/// The files of a folder that do not leave with the move; not all where they are many.
fn others_in(
    top: &Path,
    folder: &Path,
    leaving: &HashSet<&Path>,
    found: &mut Vec<PathBuf>,
) -> Result<(), AdvanceError> {
    let here = top.join(folder);
    for entry in fs::read_dir(&here).map_err(AdvanceError::io(&here))? {
        let entry = entry.map_err(AdvanceError::io(&here))?;
        let path = folder.join(entry.file_name());
        if found.len() >= limits::IN_THE_WAY_NAMED {
            break;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            others_in(top, &path, leaving, found)?;
        } else if !leaving.contains(path.as_path()) {
            found.push(path);
        }
    }
    Ok(())
}

/// Paths that end with NUL.
fn fields(listing: &[u8]) -> Vec<PathBuf> {
    let paths = listing.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    paths.map(path_of).collect()
}

/// `TAG PATH`, each ended by NUL (git-ls-files(1), `-t` and `-v`).
fn tagged(listing: &[u8]) -> Vec<(u8, PathBuf)> {
    let entries = listing.split(|byte| *byte == 0).filter_map(|entry| entry.split_at_checked(2));
    entries.map(|(tag, path)| (tag[0], path_of(path))).collect()
}
