//! One repository, merge after merge: its index at the base, both sides' changes, and what was repaired.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use callboard_code::language::Language;
use callboard_code::{
    ChangesetFacts, ContentKey, FileChange, FileFacts, FileSide, History, Index, RepositoryIndex,
    couple, facts, limits,
};
use callboard_git::Git;
use callboard_git::blobs::{self, TreeChange, TreeFile};
use callboard_model::coupling::Coupling;

use super::truth::Row;

/// A repository whose merges are replayed.
pub(super) struct Replay {
    git: Git,
    /// A repository that borrows the other's objects, for what merges write.
    scratch: Scratch,
    index: RepositoryIndex,
    /// Which files a commit changed.
    commits: HashMap<String, Vec<String>>,
    /// Where the contents that were read are kept for the next run.
    kept: PathBuf,
}

/// What the two sides of a merge change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides {
    /// Files of both.
    pub(super) files: usize,
    /// Each changes a file of a language whose syntax is known.
    pub(super) both_code: bool,
}

struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// By id and path: the text, and what it says.
type Known<'a> = HashMap<(&'a str, &'a str), (String, FileFacts)>;

impl Replay {
    pub(super) fn new(path: &Path, kept: &Path) -> Result<Self, String> {
        let git = Git::at(path);
        let told = |error: &dyn std::fmt::Display| error.to_string();
        let folder =
            std::env::temp_dir().join(format!("callboard-coupling-{}", std::process::id()));
        let scratch = Scratch(folder.clone());
        fs::create_dir_all(&folder).map_err(|e| told(&e))?;
        Git::at(&folder).text(&["init", "-q", "--bare"]).map_err(|e| told(&e))?;
        let objects = git.text(&["rev-parse", "--path-format=absolute", "--git-path", "objects"]);
        let objects = objects.map_err(|e| told(&e))?;
        fs::write(folder.join("objects/info/alternates"), objects + "\n").map_err(|e| told(&e))?;
        let place = std::path::absolute(path).map_err(|e| told(&e))?;
        let name: String = place.to_string_lossy().replace('/', "+");
        let kept = kept.join(name + ".json.zst");
        let bytes = fs::read(&kept).ok().and_then(|bytes| zstd::decode_all(&*bytes).ok());
        let index = bytes.and_then(|bytes| RepositoryIndex::from_bytes(&bytes).ok());
        let index = index.unwrap_or_default();
        Ok(Self { git, scratch, index, commits: HashMap::new(), kept })
    }

    /// Keeps the contents that were read for the next run.
    pub(super) fn keep(&self) -> Result<(), String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        let bytes = self.index.to_bytes().map_err(|e| told(&e))?;
        let bytes = zstd::encode_all(&*bytes, 1).map_err(|e| told(&e))?;
        fs::create_dir_all(self.kept.parent().unwrap_or(Path::new("."))).map_err(|e| told(&e))?;
        fs::write(&self.kept, bytes).map_err(|e| told(&e))
    }

    /// What couples the two sides of a merge, and what they change.
    pub(super) fn couplings(&mut self, row: &Row) -> Result<(Vec<Coupling>, Sides), String> {
        self.stand_on(&row.base)?;
        self.remember(&row.base)?;
        let side =
            |commit: &str| blobs::changes(&self.git, &row.base, commit).map_err(|e| e.to_string());
        let (left, right) = (side(&row.left)?, side(&row.right)?);
        let files = left.len() + right.len();
        let has_code = |changes: &[TreeChange]| {
            let paths = changes.iter().flat_map(|change| change.old.iter().chain(&change.new));
            paths.into_iter().any(|file| Language::of(&file.path).is_some())
        };
        let both_code = has_code(&left) && has_code(&right);
        let (left, right) = (self.facts_of(&left)?, self.facts_of(&right)?);
        Ok((couple(&left, &right, &self.index), Sides { files, both_code }))
    }

    /// Brings the index to the tree of a commit: only contents that no row before had are read.
    pub(super) fn stand_on(&mut self, commit: &str) -> Result<(), String> {
        let files = blobs::files(&self.git, commit).map_err(|e| e.to_string())?;
        let keyed =
            files.iter().filter_map(|file| Some((file, ContentKey::of(&file.path, &file.id)?)));
        let keyed: Vec<(&TreeFile, ContentKey)> = keyed.collect();
        let index = &mut self.index;
        index.keep_only(&keyed.iter().map(|(file, _)| file.path.as_str()).collect());
        let other = keyed
            .into_iter()
            .filter(|(file, key)| !index.has(&file.path, key) && !index.put_known(&file.path, key));
        let other: Vec<(&TreeFile, ContentKey)> = other.collect();
        let ids: Vec<&str> = other.iter().map(|(file, _)| file.id.as_str()).collect();
        blobs::read(&self.git, &ids, |at, content| {
            let (file, key) = &other[at];
            let text = std::str::from_utf8(content).unwrap_or_default();
            // What says nothing is known, too.
            let facts = facts(&file.path, text).unwrap_or_default();
            index.put(&file.path, key, &facts);
        })
        .map_err(|e| e.to_string())
    }

    /// How many files the index has, and how many bytes it takes on the disk.
    pub(super) fn size(&self) -> (u32, u64) {
        (self.index.files(), fs::metadata(&self.kept).map_or(0, |kept| kept.len()))
    }

    /// Counts the commits before one, the latest last.
    pub(super) fn remember(&mut self, commit: &str) -> Result<(), String> {
        let most = format!("--max-count={}", limits::HISTORY_COMMITS);
        let args = ["rev-list", "--no-merges", &most, commit];
        let commits = self.git.text(&args).map_err(|e| e.to_string())?;
        let commits: Vec<&str> = commits.lines().collect();
        let new = commits.iter().filter(|id| !self.commits.contains_key(**id)).copied();
        let new: Vec<&str> = new.collect();
        let found = blobs::changed_by(&self.git, &new).map_err(|e| e.to_string())?;
        self.commits.extend(found);
        self.index.history = History::default();
        for id in commits.iter().rev() {
            let paths = self.commits.get(*id).map_or(&[][..], Vec::as_slice);
            self.index.history.count(&paths.iter().map(String::as_str).collect::<Vec<_>>());
        }
        Ok(())
    }

    fn facts_of(&self, changes: &[TreeChange]) -> Result<ChangesetFacts, String> {
        let sides = changes.iter().flat_map(|change| change.old.iter().chain(&change.new));
        let wanted: BTreeMap<(&str, &str), &TreeFile> =
            sides.map(|file| ((file.id.as_str(), file.path.as_str()), file)).collect();
        let wanted: Vec<&TreeFile> = wanted.into_values().collect();
        let ids: Vec<&str> = wanted.iter().map(|file| file.id.as_str()).collect();
        let mut known: Known<'_> = HashMap::new();
        blobs::read(&self.git, &ids, |at, content| {
            let file = wanted[at];
            let text = std::str::from_utf8(content).ok();
            if let Some((text, facts)) =
                text.and_then(|text| Some((text, facts(&file.path, text)?)))
            {
                known.insert((&file.id, &file.path), (text.to_owned(), facts));
            }
        })
        .map_err(|e| e.to_string())?;
        let files = changes.iter().filter_map(|change| {
            let (old, new) = (side(change.old.as_ref(), &known), side(change.new.as_ref(), &known));
            FileChange { old, new }.facts()
        });
        Ok(ChangesetFacts::of(files.collect()))
    }

    /// The words on lines that somebody changed after git had merged.
    pub(super) fn repaired(&self, row: &Row) -> BTreeSet<String> {
        let scratch = Git::at(&self.scratch.0);
        let merged = scratch.output(&["merge-tree", "--write-tree", &row.left, &row.right]);
        let tree = merged.ok().and_then(|output| output.text().lines().next().map(str::to_owned));
        tree.map(|tree| changed_words(&scratch, &tree, &row.merge)).unwrap_or_default()
    }

    /// Whether both sides changed lines with a word that was repaired: what others brought in, none of them could tell.
    pub(super) fn both_touch(&self, row: &Row, repaired: &BTreeSet<String>) -> bool {
        let of = |side: &str| changed_words(&self.git, &row.base, side);
        let (left, right) = (of(&row.left), of(&row.right));
        repaired.iter().any(|word| left.contains(word) && right.contains(word))
    }
}

/// The names on lines that differ.
fn changed_words(git: &Git, from: &str, to: &str) -> BTreeSet<String> {
    let args = ["diff-tree", "-r", "-p", "-U0", "-w", "--no-commit-id", from, to];
    let diff = git.text(&args).unwrap_or_default();
    let lines = diff.lines().filter(|line| {
        line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---")
    });
    let words = lines.flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_')));
    let is_name =
        |word: &&str| word.len() > 2 && word.starts_with(|c: char| c.is_alphabetic() || c == '_');
    words.filter(is_name).map(str::to_owned).collect()
}

fn side<'a>(file: Option<&'a TreeFile>, known: &'a Known<'a>) -> Option<FileSide<'a>> {
    let file = file?;
    let (text, facts) = known.get(&(file.id.as_str(), file.path.as_str()))?;
    Some(FileSide { path: &file.path, text, facts })
}
