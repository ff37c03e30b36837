//! Trees of the code of one commit with the tests of another, made in memory.
//!
//! Files stand on one side or the other by their path ([`GoesWith`]); one that holds both is put together by whoever knows
//! its language. Manifests and lock files are the new ones with the new code. With the base's code they are the new ones,
//! too, where they only gained: else new tests that need another crate could not be built, and would tell nothing. Where
//! they lost or changed something the base's code is not sure to be built with them, and has its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use callboard_model::changeset::{ChangedFile, FileKind, GoesWith, manifest_only_gains};

use crate::changeset::changed_files;
use crate::run::{Git, GitError};
use crate::tree::TreeError;
use crate::{blobs, limits, own};

/// A tree, as a commit that holds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MixedTree {
    /// The tree.
    pub tree: String,
    /// A commit of it: the base's or the work's own where it is one of theirs.
    pub commit: String,
}

/// The four combinations of code and tests. Two that are the same have the same tree and commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MixedTrees {
    /// The base as it is.
    pub base: MixedTree,
    /// The new code with the base's tests.
    pub new_code: MixedTree,
    /// The base's code with the new tests.
    pub base_code: MixedTree,
    /// The work as it is.
    pub work: MixedTree,
}

/// A file of both sides, put together both ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// The new code with the base's tests; none where it is not there.
    pub new_code: Option<String>,
    /// The base's code with the new tests; none where it is not there.
    pub base_code: Option<String>,
}

/// Puts a file together both ways, of its path, its text in the base and its text now; `None` where it goes with the code
/// as a whole.
pub type Splitting<'a> = dyn Fn(&str, Option<&str>, Option<&str>) -> Option<Split> + 'a;

impl MixedTrees {
    /// The combinations of the commits `base` and `work`. Objects go where `git` writes them, and an index that goes again
    /// into `folder`.
    ///
    /// # Errors
    /// When one of them is not there, or git or the disk refuse.
    pub fn of(
        git: &Git,
        folder: &Path,
        (base, work): (&str, &str),
        split: &Splitting<'_>,
    ) -> Result<Self, TreeError> {
        let (base, work) = (end(git, base)?, end(git, work)?);
        let sides = Sides::read(git, (&base, &work), split)?;
        let making = Making { git, folder, base: &base, work: &work };
        let new_code =
            making.tree(&work, &sides.new_code, "The new code with the base's tests\n")?;
        let base_code =
            making.tree(&base, &sides.base_code, "The base's code with the new tests\n")?;
        Ok(Self { base, new_code, base_code, work })
    }

    /// Whether the work changes nothing but tests: there is no other code to try them on.
    #[must_use]
    pub fn is_same_code(&self) -> bool {
        self.new_code.tree == self.base.tree && self.base_code.tree == self.work.tree
    }

    /// Whether the work changes no test.
    #[must_use]
    pub fn is_same_tests(&self) -> bool {
        self.new_code.tree == self.work.tree && self.base_code.tree == self.base.tree
    }
}

fn end(git: &Git, commit: &str) -> Result<MixedTree, GitError> {
    let asked = [format!("{commit}^{{commit}}"), format!("{commit}^{{tree}}")];
    let told = git.text(&["rev-parse", "--verify", &asked[0]])?;
    Ok(MixedTree { commit: told, tree: git.text(&["rev-parse", "--verify", &asked[1]])? })
}

/// What a tree has at a path: a mode (git-update-index(1), "USING --INDEX-INFO") and an object, or nothing.
type Entry = Option<(String, String)>;

/// What differs from the tree that each combination is made of.
#[derive(Debug, Default)]
struct Sides {
    /// From the work.
    new_code: BTreeMap<String, Entry>,
    /// From the base.
    base_code: BTreeMap<String, Entry>,
}

/// A path at which the two trees differ.
struct Differs {
    path: String,
    old: Entry,
    new: Entry,
}

impl Sides {
    fn read(
        git: &Git,
        (base, work): (&MixedTree, &MixedTree),
        split: &Splitting<'_>,
    ) -> Result<Self, TreeError> {
        let files = changed_files(git, &base.tree, &work.tree)?;
        let texts = Texts::read(git, &files)?;
        let only_gains = gain(&files, &texts);
        let mut sides = Self::default();
        for differs in differences(git, &base.tree, &work.tree)? {
            let Differs { path, old, new } = differs;
            match GoesWith::of(&path) {
                GoesWith::Tests => {
                    sides.new_code.insert(path.clone(), old);
                    sides.base_code.insert(path, new);
                }
                GoesWith::Dependencies if only_gains => {
                    sides.base_code.insert(path, new);
                }
                GoesWith::Dependencies | GoesWith::Code => {}
            }
        }
        for file in files.iter().filter(|file| file.kind == FileKind::Code && !file.binary) {
            sides.split(git, file, &texts, split)?;
        }
        Ok(sides)
    }

    /// Puts a file together that holds code and tests.
    fn split(
        &mut self,
        git: &Git,
        file: &ChangedFile,
        texts: &Texts,
        split: &Splitting<'_>,
    ) -> Result<(), GitError> {
        let source = file.from.as_deref().unwrap_or(&file.path);
        let goes = |path| GoesWith::of(path) == GoesWith::Code;
        if !goes(&file.path) || !goes(source) {
            return Ok(());
        }
        let (old, new) = (texts.text(file.old.as_deref()), texts.text(file.new.as_deref()));
        let is_read = old.is_some() == file.old.is_some() && new.is_some() == file.new.is_some();
        let Some(both) = split(&file.path, old, new).filter(|_| is_read) else { return Ok(()) };
        let put = |text: Option<String>, known: Option<&str>| match text {
            Some(text) if Some(text.as_str()) == known => Ok(None),
            Some(text) => git.call(["hash-object", "-w", "--stdin"]).input(text).text().map(Some),
            None => Ok(None),
        };
        if let Some(id) = put(both.new_code, new)? {
            self.new_code.insert(file.path.clone(), Some((FILE.to_owned(), id)));
        }
        if let Some(id) = put(both.base_code, old)? {
            self.base_code.insert(source.to_owned(), Some((FILE.to_owned(), id)));
        }
        Ok(())
    }
}

/// The mode of a file; one that holds tests is not executed.
const FILE: &str = "100644";

/// Whether all manifests only gained, so that the base's code can be built with them.
fn gain(files: &[ChangedFile], texts: &Texts) -> bool {
    let manifests = files.iter().filter(|file| {
        file.kind == FileKind::Manifest && GoesWith::of(&file.path) == GoesWith::Dependencies
    });
    let mut gained = manifests.map(|file| {
        let (old, new) = (texts.text(file.old.as_deref()), texts.text(file.new.as_deref()));
        old.zip(new).is_some_and(|(old, new)| file.from.is_none() && manifest_only_gains(old, new))
    });
    gained.all(|gained| gained)
}

/// Texts of changed files, by their ids.
struct Texts(BTreeMap<String, String>);

impl Texts {
    fn read(git: &Git, files: &[ChangedFile]) -> Result<Self, GitError> {
        let is_read = |file: &&ChangedFile| {
            !file.binary && matches!(file.kind, FileKind::Code | FileKind::Manifest)
        };
        let ids: Vec<&str> = files
            .iter()
            .filter(is_read)
            .flat_map(|file| [file.old.as_deref(), file.new.as_deref()])
            .flatten()
            .collect();
        let mut texts = BTreeMap::new();
        blobs::read(git, &ids, |at, content| {
            if let Ok(text) = std::str::from_utf8(content)
                && text.len() <= limits::MIXED_FILE_BYTES
            {
                texts.insert(ids[at].to_owned(), text.to_owned());
            }
        })?;
        Ok(Self(texts))
    }

    fn text(&self, id: Option<&str>) -> Option<&str> {
        self.0.get(id?).map(String::as_str)
    }
}

/// The paths at which two trees differ, a move as two of them.
fn differences(git: &Git, old: &str, new: &str) -> Result<Vec<Differs>, GitError> {
    let args = ["diff-tree", "-r", "-z", "--no-renames", "--raw", "--no-abbrev", old, new];
    let listed = git.call(args).patient().bytes()?;
    let mut fields = listed.split(|byte| *byte == 0);
    let mut all = Vec::new();
    while let (Some(about), Some(path)) = (fields.next(), fields.next()) {
        let about = String::from_utf8_lossy(about);
        let words: Vec<&str> = about.trim_start_matches(':').split(' ').collect();
        let [old_mode, new_mode, old_id, new_id, _] = words.as_slice() else { break };
        let entry =
            |mode: &str, id: &str| (mode != "000000").then(|| (mode.to_owned(), id.to_owned()));
        let (old, new) = (entry(old_mode, old_id), entry(new_mode, new_id));
        // A path that is no text stays as it is: nothing tells on which side it stands.
        if let Ok(path) = std::str::from_utf8(path) {
            all.push(Differs { path: path.to_owned(), old, new });
        }
    }
    Ok(all)
}

struct Making<'a> {
    git: &'a Git,
    folder: &'a Path,
    base: &'a MixedTree,
    work: &'a MixedTree,
}

impl Making<'_> {
    /// The tree of `from` with these entries.
    fn tree(
        &self,
        from: &MixedTree,
        entries: &BTreeMap<String, Entry>,
        message: &str,
    ) -> Result<MixedTree, TreeError> {
        if entries.is_empty() {
            return Ok(from.clone());
        }
        fs::create_dir_all(self.folder).map_err(TreeError::io(self.folder))?;
        let index = Passing::below(self.folder);
        self.git.call(["read-tree", &from.tree]).index(&index.0).patient().bytes()?;
        let update = ["update-index", "--add", "--replace", "-z", "--index-info"];
        let lines = lines(entries, from.tree.len());
        self.git.call(update).index(&index.0).input(lines).bytes()?;
        let write = ["write-tree", "--missing-ok"];
        let tree = self.git.call(write).index(&index.0).patient().text()?;
        if let Some(known) = [self.base, self.work].into_iter().find(|one| one.tree == tree) {
            return Ok(known.clone());
        }
        let date = own::facts_of(self.git, &self.work.commit)?.date;
        let commit = own::write_commit(self.git, &tree, &[&self.base.commit], message, date)?;
        Ok(MixedTree { tree, commit })
    }
}

/// What goes makes room first: a folder may take a file's place.
fn lines(entries: &BTreeMap<String, Entry>, id_length: usize) -> Vec<u8> {
    let (mut gone, mut there) = (Vec::new(), Vec::new());
    for (path, entry) in entries {
        match entry {
            Some((mode, id)) => there.extend(format!("{mode} {id}\t{path}\0").into_bytes()),
            None => gone.extend(format!("0 {}\t{path}\0", "0".repeat(id_length)).into_bytes()),
        }
    }
    gone.extend(there);
    gone
}

/// An index that goes when this is dropped.
struct Passing(PathBuf);

impl Passing {
    fn below(folder: &Path) -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        Self(folder.join(format!("mixed-{}-{number}", std::process::id())))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
