//! The index of a scoped commit: HEAD, with its parts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use callboard_model::attribution::{Extent, Part, PartHunk, lines, with_hunks};

use super::CommitError;
use crate::keep::Scratch;
use crate::locate::Checkout;
use crate::paths::{bytes_of, path_of};
use crate::run::{Git, GitError};

/// What an index has at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) mode: String,
    pub(crate) blob: String,
}

/// What an index has at these paths.
pub(crate) fn entries(
    git: &Git,
    index: Option<&Path>,
    paths: &[PathBuf],
) -> Result<BTreeMap<PathBuf, Entry>, GitError> {
    let mut found = BTreeMap::new();
    // A command line has room for some thousand paths.
    for some in paths.chunks(500) {
        let mut call = git.call(["--literal-pathspecs", "ls-files", "--stage", "-z", "--"]);
        for path in some {
            call = call.arg(path);
        }
        let call = match index {
            Some(index) => call.index(index),
            None => call,
        };
        for line in call.bytes()?.split(|byte| *byte == 0) {
            let Some(tab) = line.iter().position(|byte| *byte == b'\t') else { continue };
            let told = String::from_utf8_lossy(&line[..tab]).into_owned();
            let mut fields = told.split(' ');
            let (Some(mode), Some(blob)) = (fields.next(), fields.next()) else { continue };
            let entry = Entry { mode: mode.to_owned(), blob: blob.to_owned() };
            found.insert(path_of(&line[tab + 1..]), entry);
        }
    }
    found.retain(|path, _| paths.contains(path));
    Ok(found)
}

/// A line for `git update-index --index-info`; without an entry the path goes.
pub(crate) fn index_line(path: &Path, entry: Option<&Entry>) -> Vec<u8> {
    let nothing = "0".repeat(40);
    let (mode, blob) = entry.map_or(("0", nothing.as_str()), |e| (&e.mode, &e.blob));
    let mut line = format!("{mode} {blob}\t").into_bytes();
    line.extend(bytes_of(path));
    line.push(0);
    line
}

/// The text of a blob, if it is text.
pub(super) fn text_of(git: &Git, blob: &str) -> Result<Option<String>, GitError> {
    Ok(String::from_utf8(git.bytes(&["cat-file", "blob", blob])?).ok())
}

/// The blob of a text, written into the repository.
pub(super) fn blob_of(git: &Git, text: &str) -> Result<String, GitError> {
    git.call(["hash-object", "-w", "--stdin"]).input(text).text()
}

/// Puts the parts into the index, which is as HEAD.
pub(super) fn put_parts(
    git: &Git,
    checkout: &Checkout,
    index: &Scratch,
    parts: &[Part],
) -> Result<(), CommitError> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for part in parts {
        paths.extend([&part.path].into_iter().chain(&part.from).map(PathBuf::from));
    }
    paths.sort();
    paths.dedup();
    let head = entries(git, Some(&index.index), &paths)?;
    let scratch = Scratch::of(checkout, "callboard-disk")?;
    let disk = on_disk(git, &index.index, &scratch.index, &paths)?;
    let sides = Sides { git, head: &head, disk: &disk };
    // What goes makes room first: a folder may take a file's place.
    let (mut gone, mut there, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match sides.part(part)? {
            Some(entries) => {
                for (path, entry) in entries {
                    let line = index_line(&path, entry.as_ref());
                    if entry.is_some() { there.extend(line) } else { gone.extend(line) }
                }
            }
            None => changed.push(PathBuf::from(&part.path)),
        }
    }
    if !changed.is_empty() {
        return Err(CommitError::Changed(changed));
    }
    gone.extend(there);
    if !gone.is_empty() {
        let call = git.call(["update-index", "-z", "--index-info"]).index(&index.index);
        call.input(gone).bytes()?;
    }
    Ok(())
}

/// What lies on the disk at these paths, as git stores it: with its line ends and filters, as `git add` does. `scratch`
/// is where a copy of the index is made, which stays.
pub(crate) fn on_disk(
    git: &Git,
    index: &Path,
    scratch: &Path,
    paths: &[PathBuf],
) -> Result<BTreeMap<PathBuf, Entry>, CommitError> {
    std::fs::copy(index, scratch).map_err(CommitError::io(scratch))?;
    let args = ["update-index", "--add", "--remove", "--replace", "-z", "--stdin"];
    let list: Vec<u8> = paths.iter().flat_map(|p| [bytes_of(p), vec![0]].concat()).collect();
    if !list.is_empty() {
        git.call(args).index(scratch).input(list).patient().bytes()?;
    }
    Ok(entries(git, Some(scratch), paths)?)
}

struct Sides<'a> {
    git: &'a Git,
    head: &'a BTreeMap<PathBuf, Entry>,
    disk: &'a BTreeMap<PathBuf, Entry>,
}

type Entries = Vec<(PathBuf, Option<Entry>)>;

impl Sides<'_> {
    /// What the index shall have; `None` where the file is not as it was told.
    fn part(&self, part: &Part) -> Result<Option<Entries>, CommitError> {
        let path = PathBuf::from(&part.path);
        let origin = part.from.as_ref().map_or_else(|| path.clone(), PathBuf::from);
        let mut entries: Entries = Vec::new();
        match &part.extent {
            Extent::Whole => {
                if origin != path {
                    entries.push((origin, None));
                }
                entries.push((path.clone(), self.disk.get(&path).cloned()));
            }
            Extent::Hunks { hunks, mode, moves } => {
                let Some(disk) = self.disk.get(&path) else { return Ok(None) };
                let head = self.head.get(&origin);
                let Some(blob) = self.blob(hunks, head, disk)? else { return Ok(None) };
                let kept = head.filter(|_| !mode).map(|head| head.mode.clone());
                let entry = Entry { mode: kept.unwrap_or_else(|| disk.mode.clone()), blob };
                if *moves && origin != path {
                    entries.push((origin, None));
                    entries.push((path, Some(entry)));
                } else {
                    entries.push((origin, Some(entry)));
                }
            }
        }
        Ok(Some(entries))
    }

    /// The blob of HEAD's content with the hunks, which must stand on the disk.
    fn blob(
        &self,
        hunks: &[PartHunk],
        head: Option<&Entry>,
        disk: &Entry,
    ) -> Result<Option<String>, CommitError> {
        if hunks.is_empty() {
            return Ok(Some(head.unwrap_or(disk).blob.clone()));
        }
        let base = match head {
            Some(head) => text_of(self.git, &head.blob)?,
            None => Some(String::new()),
        };
        let (Some(base), Some(text)) = (base, text_of(self.git, &disk.blob)?) else {
            return Ok(None);
        };
        let all = lines::lines(&text);
        let stands = |hunk: &PartHunk| {
            let start = (hunk.new_start as usize).wrapping_sub(1);
            let there = all.get(start..start.wrapping_add(hunk.added.len()));
            there.is_some_and(|there| there.iter().zip(&hunk.added).all(|(a, b)| a == b))
        };
        if !hunks.iter().all(stands) {
            return Ok(None);
        }
        let Some(made) = with_hunks(&base, hunks) else { return Ok(None) };
        Ok(Some(blob_of(self.git, &made)?))
    }
}
