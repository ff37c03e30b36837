//! What attribution is told of a checkout that several sessions share, out of the trees that looks at it gave.
//!
//! ```ignore
//! let now = Moment { head: tree.head.as_deref(), disk: &tree.tree };
//! let files = file_looks(trees.git(), &before, &now, &attribution, &named)?;
//! attribution.look(&Look { files, uses });
//! let parts = parts(&attributions(trees.git(), &now, &attribution)?, session)?;
//! scoped_commit::commit(&top, &Request { parts: &parts, message, ..Request::default() })?;
//! ```

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use callboard_model::attribution::{Attribution, Content, FileAttribution, FileLook};
use callboard_model::limits::ATTRIBUTED_BYTES;

use crate::limits;
use crate::merge::contents::contents;
use crate::paths::path_of;
use crate::run::{Git, GitError};

/// A checkout at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment<'a> {
    /// The commit, or its tree, that changes are told against; none on a branch without commits.
    pub head: Option<&'a str>,
    /// The tree of what lies on the disk.
    pub disk: &'a str,
}

/// What differs between two looks at a checkout, for attribution; with the files that edits since then name. A path
/// that is no text is left out.
///
/// # Errors
/// When git cannot be run, or one of the trees is not there.
pub fn file_looks(
    git: &Git,
    before: &Moment<'_>,
    now: &Moment<'_>,
    attribution: &Attribution,
    named: &[String],
) -> Result<Vec<FileLook>, GitError> {
    let mut paths: BTreeSet<String> = named.iter().cloned().collect();
    paths.extend(changed(git, Some(before.disk), Some(now.disk))?);
    let moved = changed(git, before.head, now.head)?;
    // What moved on the disk is held against another path of the base.
    let known = attribution.paths().filter(|path| moved.contains(attribution.base_path(path)));
    paths.extend(known.map(str::to_owned));
    paths.extend(moved);
    let origins = paths.iter().map(|path| attribution.base_path(path).to_owned());
    let wanted: Vec<String> = paths.iter().cloned().chain(origins).collect();
    let sides = Sides {
        base: entries(git, before.head, &wanted)?,
        old: entries(git, Some(before.disk), &wanted)?,
        new: entries(git, Some(now.disk), &wanted)?,
        new_base: entries(git, now.head, &wanted)?,
    };
    let tracked: BTreeSet<&str> = attribution.paths().collect();
    let origins: BTreeSet<&str> = tracked.iter().map(|path| attribution.base_path(path)).collect();
    let looks: Vec<Look<'_>> = paths
        .iter()
        .map(|path| sides.look(path, attribution.base_path(path)))
        // What came with the base, and nobody changed, is no difference.
        .filter(|look| look.differs() || tracked.contains(look.path))
        // That a file moved away is told with the file.
        .filter(|look| {
            let is_gone = look.old.is_none() && look.new.is_none();
            !is_gone || tracked.contains(look.path) || !origins.contains(look.path)
        })
        .collect();
    let texts = Texts::read(git, looks.iter().flat_map(Look::entries))?;
    Ok(looks.iter().map(|look| look.told(&texts)).collect())
}

/// What differs from the base at a moment, and whose attribution says that it is. Files that are not as its last look
/// saw them are left out.
///
/// # Errors
/// When git cannot be run, or one of the trees is not there.
pub fn attributions(
    git: &Git,
    now: &Moment<'_>,
    attribution: &Attribution,
) -> Result<Vec<FileAttribution>, GitError> {
    let paths: Vec<String> = attribution.paths().map(str::to_owned).collect();
    let origins: Vec<String> =
        paths.iter().map(|path| attribution.base_path(path).to_owned()).collect();
    let (base, disk) = (entries(git, now.head, &origins)?, entries(git, Some(now.disk), &paths)?);
    let texts = Texts::read(git, base.values().chain(disk.values()))?;
    let of = |(path, origin): (&String, &String)| {
        let (base, disk) = (texts.content(base.get(origin)), texts.content(disk.get(path)));
        FileAttribution::of(attribution, path, &base, &disk)
    };
    Ok(paths.iter().zip(&origins).filter_map(of).collect())
}

/// What a tree has at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) mode: u32,
    pub(crate) id: String,
    /// None for a submodule.
    size: Option<u64>,
}

pub(crate) type Entries = BTreeMap<String, Entry>;

/// The paths that differ between two trees.
fn changed(git: &Git, old: Option<&str>, new: Option<&str>) -> Result<BTreeSet<String>, GitError> {
    if old == new {
        return Ok(BTreeSet::new());
    }
    let (Some(old), Some(new)) = (old, new) else {
        let Some(one) = old.or(new) else { return Ok(BTreeSet::new()) };
        return Ok(names(&git.bytes(&[
            "ls-tree",
            "-r",
            "-z",
            "--name-only",
            "--full-tree",
            one,
        ])?));
    };
    let args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new];
    Ok(names(&git.call(args).patient().bytes()?))
}

fn names(listing: &[u8]) -> BTreeSet<String> {
    let names = listing.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.filter_map(|name| text_of(&path_of(name))).collect()
}

fn text_of(path: &Path) -> Option<String> {
    path.to_str().map(str::to_owned)
}

/// What a tree has at these paths (git-ls-tree(1), "OUTPUT FORMAT", long).
pub(crate) fn entries(
    git: &Git,
    tree: Option<&str>,
    paths: &[String],
) -> Result<Entries, GitError> {
    let mut found = Entries::new();
    let Some(tree) = tree else { return Ok(found) };
    for some in paths.chunks(limits::NAMED_PATHS) {
        let args = ["--literal-pathspecs", "ls-tree", "-l", "-z", "--full-tree", tree, "--"];
        let listing = git.call(args.into_iter().chain(some.iter().map(String::as_str))).bytes()?;
        for line in listing.split(|byte| *byte == 0) {
            let Some(tab) = line.iter().position(|byte| *byte == b'\t') else { continue };
            let told = String::from_utf8_lossy(&line[..tab]).into_owned();
            let mut words = told.split_whitespace();
            let mode = words.next().and_then(|mode| u32::from_str_radix(mode, 8).ok());
            let (Some(mode), Some(kind), Some(id)) = (mode, words.next(), words.next()) else {
                continue;
            };
            let size = words.next().and_then(|size| size.parse().ok());
            if kind != "tree"
                && let Some(path) = text_of(&path_of(&line[tab + 1..]))
            {
                found.insert(path, Entry { mode, id: id.to_owned(), size });
            }
        }
    }
    Ok(found)
}

struct Sides {
    base: Entries,
    old: Entries,
    new: Entries,
    new_base: Entries,
}

/// A path on all sides.
struct Look<'a> {
    path: &'a str,
    base_from: Option<&'a str>,
    base: Option<&'a Entry>,
    old: Option<&'a Entry>,
    new: Option<&'a Entry>,
    new_base: Option<&'a Entry>,
}

impl Sides {
    fn look<'a>(&'a self, path: &'a str, origin: &'a str) -> Look<'a> {
        // A move that was committed is none any more.
        let base_now = if self.new_base.contains_key(path) { path } else { origin };
        Look {
            path,
            base_from: Some(base_now).filter(|base| *base != path),
            base: self.base.get(origin),
            old: self.old.get(path),
            new: self.new.get(path),
            new_base: self.new_base.get(base_now),
        }
    }
}

impl<'a> Look<'a> {
    fn differs(&self) -> bool {
        self.base != self.old || self.new != self.new_base
    }

    fn entries(&self) -> impl Iterator<Item = &'a Entry> + use<'a> {
        [self.base, self.old, self.new, self.new_base].into_iter().flatten()
    }

    fn told(&self, texts: &Texts) -> FileLook {
        FileLook {
            path: self.path.to_owned(),
            from: None,
            base_from: self.base_from.map(str::to_owned),
            base: texts.content(self.base),
            old: texts.content(self.old),
            new: texts.content(self.new),
            new_base: (self.new_base != self.base).then(|| texts.content(self.new_base)),
        }
    }
}

/// The texts of blobs, by id; what is not among them has no lines.
pub(crate) struct Texts(HashMap<String, std::sync::Arc<str>>);

impl Texts {
    pub(crate) fn read<'a>(
        git: &Git,
        entries: impl Iterator<Item = &'a Entry>,
    ) -> Result<Self, GitError> {
        let mut wanted: BTreeMap<String, u64> = BTreeMap::new();
        for entry in entries {
            let is_file = entry.mode & 0o170_000 == 0o100_000;
            if let Some(size) = entry.size.filter(|size| is_file && *size <= ATTRIBUTED_BYTES) {
                wanted.insert(entry.id.clone(), size);
            }
        }
        let mut texts = HashMap::new();
        let mut some: Vec<(String, u64)> = Vec::new();
        let mut room = limits::CONTENT_BYTES;
        let mut take = |some: &mut Vec<(String, u64)>| -> Result<(), GitError> {
            for (id, bytes) in contents(git, some)? {
                if let Some(text) = String::from_utf8(bytes).ok().filter(|t| !t.contains('\0')) {
                    texts.insert(id, text.into());
                }
            }
            some.clear();
            Ok(())
        };
        for (id, size) in wanted {
            if size > room {
                take(&mut some)?;
                room = limits::CONTENT_BYTES;
            }
            room -= size;
            some.push((id, size));
        }
        take(&mut some)?;
        Ok(Self(texts))
    }

    /// The text of an entry, if it is a file of text.
    pub(crate) fn text(&self, entry: &Entry) -> Option<&str> {
        self.0.get(&entry.id).map(AsRef::as_ref)
    }

    fn content(&self, entry: Option<&Entry>) -> Content {
        match entry {
            None => Content::Absent,
            Some(Entry { mode, id, .. }) => match self.0.get(id) {
                Some(text) if mode & 0o170_000 == 0o100_000 => {
                    Content::Text { text: text.clone(), mode: *mode }
                }
                _ => Content::Opaque { id: id.clone(), mode: *mode },
            },
        }
    }
}
