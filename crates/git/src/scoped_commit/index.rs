//! Bringing the user's index up to a commit: what was staged beside it stays staged.

use std::path::{Path, PathBuf};

use callboard_model::attribution::lines::merge;

use super::tree::{Entry, blob_of, entries, index_line, text_of};
use crate::paths::path_of;
use crate::run::{Git, GitError};

/// What the user's index needs for a commit.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// For `git update-index --index-info`.
    pub entries: Vec<u8>,
    /// Files in which the same lines are staged in another form; they are left as they are.
    pub clashes: Vec<PathBuf>,
}

/// What differs between two trees at a path.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) path: PathBuf,
    pub(crate) old: Option<Entry>,
    pub(crate) new: Option<Entry>,
}

/// The paths that differ between two trees.
pub(super) fn changed(git: &Git, old: &str, new: &str) -> Result<Vec<PathBuf>, GitError> {
    Ok(differences(git, old, new)?.into_iter().map(|difference| difference.path).collect())
}

/// `:MODE MODE ID ID STATUS`, a path behind each (git-diff-tree(1), "RAW OUTPUT FORMAT").
pub(crate) fn differences(git: &Git, old: &str, new: &str) -> Result<Vec<Difference>, GitError> {
    let shown = ["-r", "-z", "--raw", "--no-renames", "--full-index", "--ignore-submodules=none"];
    let args = [["diff-tree"].as_slice(), &shown, &[old, new]].concat();
    let listing = git.bytes(&args)?;
    let mut fields = listing.split(|byte| *byte == 0);
    let mut found = Vec::new();
    while let (Some(told), Some(path)) = (fields.next(), fields.next()) {
        let told = String::from_utf8_lossy(told).into_owned();
        let mut words = told.trim_start_matches(':').split(' ');
        let mut next = || words.next().unwrap_or_default().to_owned();
        let (old_mode, new_mode, old, new) = (next(), next(), next(), next());
        let entry = |mode: String, blob| (mode != "000000").then_some(Entry { mode, blob });
        found.push(Difference {
            path: path_of(path),
            old: entry(old_mode, old),
            new: entry(new_mode, new),
        });
    }
    Ok(found)
}

impl Plan {
    /// What the index needs for HEAD to move from one tree to another.
    pub(crate) fn make(git: &Git, old: &str, new: &str) -> Result<Self, GitError> {
        Self::of(git, (old, new), |_| true)
    }

    /// The same, of some paths only.
    pub(crate) fn of(
        git: &Git,
        (old, new): (&str, &str),
        is_wanted: impl Fn(&Path) -> bool,
    ) -> Result<Self, GitError> {
        let mut differences = differences(git, old, new)?;
        differences.retain(|difference| is_wanted(&difference.path));
        let paths: Vec<PathBuf> = differences.iter().map(|d| d.path.clone()).collect();
        let staged = entries(git, None, &paths)?;
        let (mut gone, mut there) = (Vec::new(), Vec::new());
        let mut clashes = Vec::new();
        for difference in differences {
            let own = staged.get(&difference.path);
            match settled(git, &difference, own)? {
                None => clashes.push(difference.path),
                Some(entry) if entry.as_ref() == own => {}
                Some(entry) => {
                    let line = index_line(&difference.path, entry.as_ref());
                    if entry.is_some() { there.extend(line) } else { gone.extend(line) }
                }
            }
        }
        gone.extend(there);
        Ok(Self { entries: gone, clashes })
    }
}

/// What the index has at a path behind the commit; `None` where what is staged does not fit it.
fn settled(
    git: &Git,
    difference: &Difference,
    staged: Option<&Entry>,
) -> Result<Option<Option<Entry>>, GitError> {
    let Difference { path, old, new } = difference;
    if staged == old.as_ref() || staged == new.as_ref() {
        return Ok(Some(new.clone()));
    }
    let (Some(staged), Some(new)) = (staged, new) else {
        // One removes what the other changes.
        return Ok(None);
    };
    let Some(mode) = either(old.as_ref().map(|o| &o.mode), &staged.mode, &new.mode) else {
        return Ok(None);
    };
    if let Some(blob) = either(old.as_ref().map(|o| &o.blob), &staged.blob, &new.blob) {
        return Ok(Some(Some(Entry { mode, blob })));
    }
    let is_file = |entry: &Entry| entry.mode.starts_with("100");
    if !is_file(staged) || !is_file(new) || !old.as_ref().is_none_or(is_file) {
        return Ok(None);
    }
    let base = match old {
        Some(old) => text_of(git, &old.blob)?,
        None => Some(String::new()),
    };
    let (Some(base), Some(ours), Some(theirs)) =
        (base, text_of(git, &staged.blob)?, text_of(git, &new.blob)?)
    else {
        return Ok(None);
    };
    let Some(merged) = merge(&base, &ours, &theirs, &on_disk(git.cwd(), path, &ours)) else {
        return Ok(None);
    };
    Ok(Some(Some(Entry { mode, blob: blob_of(git, &merged)? })))
}

/// What both come to, where at most one of them changed it.
fn either(old: Option<&String>, ours: &String, theirs: &String) -> Option<String> {
    if ours == theirs || old == Some(theirs) {
        return Some(ours.clone());
    }
    (old == Some(ours)).then(|| theirs.clone())
}

/// The file as it lies there, with line ends as `like` has them. It only tells an order.
fn on_disk(top: &Path, path: &Path, like: &str) -> String {
    let bytes = std::fs::read(top.join(path)).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if like.contains('\r') { text } else { text.replace("\r\n", "\n") }
}
