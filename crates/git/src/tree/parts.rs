//! The tree of a commit with some of what lies on the disk: one session's changes in a checkout that several share.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use callboard_model::attribution::{Extent, Part, PartHunk, with_hunks};

use super::{TreeError, Trees};
use crate::own;
use crate::run::{Git, GitError};
use crate::shared_checkout::{Entries, Entry, Texts, entries};

/// A commit with some of what lies on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartsTree {
    /// The tree.
    pub tree: String,
    /// A commit of it on top of the other; that one itself where the parts change nothing.
    pub commit: String,
}

impl Trees {
    /// The commit `head` with these parts of `disk`, a look's commit or tree. A part that does not fit either is left
    /// out: the look is of the past, and the next one tells it anew.
    ///
    /// # Errors
    /// When one of them is not there, or git or the disk refuse.
    pub fn with_parts(
        &self,
        head: &str,
        disk: &str,
        parts: &[Part],
    ) -> Result<PartsTree, TreeError> {
        self.with_parts_after((head, head), disk, parts)
    }

    /// The same, as a commit on top of `after`: that holds some of the parts already, or none.
    ///
    /// # Errors
    /// As [`with_parts`](Self::with_parts).
    pub fn with_parts_after(
        &self,
        (head, after): (&str, &str),
        disk: &str,
        parts: &[Part],
    ) -> Result<PartsTree, TreeError> {
        let _shared = self.tidying.read().unwrap_or_else(PoisonError::into_inner);
        let git = self.git();
        let facts = own::facts_of(git, after)?;
        let lines = lines_of(git, head, disk, parts)?;
        if lines.is_empty() {
            return Ok(PartsTree { tree: facts.tree, commit: after.to_owned() });
        }
        let index = self.index_of(head)?;
        let update = ["update-index", "--add", "--replace", "-z", "--index-info"];
        git.call(update).index(&index.0).input(lines).bytes()?;
        let tree = git.call(["write-tree", "--missing-ok"]).index(&index.0).patient().text()?;
        if tree == facts.tree {
            return Ok(PartsTree { tree, commit: after.to_owned() });
        }
        let commit = own::write_commit(git, &tree, &[after], "A session's changes\n", facts.date)?;
        Ok(PartsTree { tree, commit })
    }

    /// An index that holds the commit, to be changed: a copy of one that is kept.
    fn index_of(&self, head: &str) -> Result<Copied, TreeError> {
        // Whoever looks at a checkout and whoever merges a review may want another commit's.
        static MADE: Mutex<()> = Mutex::new(());
        let _alone = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.store.join("looks").join("parts");
        let (kept, of) = (folder.join("index"), folder.join("head"));
        if !kept.is_file() || fs::read_to_string(&of).ok().as_deref() != Some(head) {
            fs::create_dir_all(&folder).map_err(TreeError::io(&folder))?;
            let _ = fs::remove_file(&of);
            let _ = fs::remove_file(folder.join("index.lock"));
            self.git().call(["read-tree", head]).index(&kept).patient().bytes()?;
            fs::write(&of, head).map_err(TreeError::io(&of))?;
        }
        let copy = Copied(folder.join(format!("copy-{:?}", std::thread::current().id())));
        fs::copy(&kept, &copy.0).map_err(TreeError::io(&copy.0))?;
        Ok(copy)
    }
}

/// It goes when this is dropped.
struct Copied(PathBuf);

impl Drop for Copied {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// What the parts make of the commit's index, as `git update-index --index-info` reads it.
fn lines_of(git: &Git, head: &str, disk: &str, parts: &[Part]) -> Result<Vec<u8>, GitError> {
    let mut paths: Vec<String> =
        parts.iter().flat_map(|part| part.from.iter().chain([&part.path])).cloned().collect();
    paths.sort();
    paths.dedup();
    let (base, now) = (entries(git, Some(head), &paths)?, entries(git, Some(disk), &paths)?);
    let texts = Texts::read(git, base.values().chain(now.values()))?;
    let sides = Sides { git, base, now, texts };
    // What goes makes room first: a folder may take a file's place.
    let (mut gone, mut there) = (Vec::new(), Vec::new());
    for part in parts {
        for (path, entry) in sides.part(part)? {
            match entry {
                Some((mode, id)) => there.extend(line(path, mode, &id)),
                None => gone.extend(line(path, 0, &"0".repeat(head.len()))),
            }
        }
    }
    gone.extend(there);
    Ok(gone)
}

fn line(path: &str, mode: u32, id: &str) -> Vec<u8> {
    format!("{mode:o} {id}\t{path}\0").into_bytes()
}

struct Sides<'a> {
    git: &'a Git,
    base: Entries,
    now: Entries,
    texts: Texts,
}

type Put<'p> = (&'p str, Option<(u32, String)>);

impl Sides<'_> {
    fn part<'p>(&self, part: &'p Part) -> Result<Vec<Put<'p>>, GitError> {
        let (path, origin) = (part.path.as_str(), part.from.as_deref().unwrap_or(&part.path));
        let now = self.now.get(path);
        let mut all = Vec::new();
        match &part.extent {
            Extent::Whole => {
                if origin != path {
                    all.push((origin, None));
                }
                all.push((path, now.map(|now| (now.mode, now.id.clone()))));
            }
            Extent::Hunks { hunks, mode, moves } => {
                let base = self.base.get(origin);
                let Some(now) = now else { return Ok(all) };
                let Some(id) = self.content(base, now, hunks)? else { return Ok(all) };
                let own = base.filter(|_| !mode).map_or(now.mode, |base| base.mode);
                if *moves && origin != path {
                    all.push((origin, None));
                    all.push((path, Some((own, id))));
                } else {
                    all.push((origin, Some((own, id))));
                }
            }
        }
        Ok(all)
    }

    /// The base's content with the hunks; `None` where it does not have what they replace.
    fn content(
        &self,
        base: Option<&Entry>,
        now: &Entry,
        hunks: &[PartHunk],
    ) -> Result<Option<String>, GitError> {
        if hunks.is_empty() {
            return Ok(Some(base.unwrap_or(now).id.clone()));
        }
        let text = match base {
            Some(base) => self.texts.text(base),
            None => Some(""),
        };
        let Some(made) = text.and_then(|text| with_hunks(text, hunks)) else { return Ok(None) };
        if self.texts.text(now) == Some(made.as_str()) {
            return Ok(Some(now.id.clone()));
        }
        self.git.call(["hash-object", "-w", "--stdin"]).input(made).text().map(Some)
    }
}
