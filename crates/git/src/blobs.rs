//! Trees and contents, many at once: the files of a tree, what differs between two trees, and the contents of blobs.

use std::collections::{HashMap, HashSet};

use crate::limits;
use crate::run::{Git, GitError};

/// A file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// From the repository's root.
    pub path: String,
    /// The id of its content.
    pub id: String,
}

/// A file that differs between two trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeChange {
    /// Before; none for a new file.
    pub old: Option<TreeFile>,
    /// After; none for one that is gone.
    pub new: Option<TreeFile>,
}

/// The regular files of a tree, by path.
///
/// # Errors
/// When git cannot be run or knows no such tree.
pub fn files(git: &Git, tree: &str) -> Result<Vec<TreeFile>, GitError> {
    let listed = git.call(["ls-tree", "-r", "-z", "--full-tree", tree]).patient().bytes()?;
    let entries = listed.split(|byte| *byte == 0).filter_map(|entry| {
        let text = String::from_utf8_lossy(entry);
        let (about, path) = text.split_once('\t')?;
        let mut about = about.split(' ');
        let is_file = about.next()?.starts_with("100") && about.next()? == "blob";
        let id = about.next()?.to_owned();
        is_file.then(|| TreeFile { path: path.to_owned(), id })
    });
    Ok(entries.collect())
}

/// What differs between two trees or commits, moved files told as such; links and submodules are left out.
///
/// # Errors
/// When git cannot be run or knows no such trees.
pub fn changes(git: &Git, old: &str, new: &str) -> Result<Vec<TreeChange>, GitError> {
    let args = ["diff-tree", "-r", "-z", "-M", "--raw", "--no-commit-id", old, new];
    let listed = git.call(args).patient().bytes()?;
    let mut parts = listed.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let mut changes = Vec::new();
    while let Some(about) = parts.next().filter(|about| about.starts_with(':')) {
        let fields: Vec<&str> = about.trim_start_matches(':').split(' ').collect();
        let [old_mode, new_mode, old_id, new_id, status] = fields.as_slice() else { break };
        let Some(first) = parts.next() else { break };
        let moved = status.starts_with(['R', 'C']);
        let second = if moved { parts.next() } else { None };
        let new_path = second.unwrap_or_else(|| first.clone());
        let side = |mode: &str, path: &str, id: &str| {
            mode.starts_with("100").then(|| TreeFile { path: path.to_owned(), id: id.to_owned() })
        };
        let (old, new) = (side(old_mode, &first, old_id), side(new_mode, &new_path, new_id));
        // A copy leaves the first as it was.
        let old = old.filter(|_| !status.starts_with('C'));
        if old.is_some() || new.is_some() {
            changes.push(TreeChange { old, new });
        }
    }
    Ok(changes)
}

/// The files that each of these commits changed, by its id. A commit with two parents has none.
///
/// # Errors
/// When git cannot be run.
pub fn changed_by(git: &Git, commits: &[&str]) -> Result<HashMap<String, Vec<String>>, GitError> {
    let mut changed: HashMap<String, Vec<String>> = HashMap::new();
    for chunk in commits.chunks(limits::BLOBS_AT_ONCE) {
        let input = chunk.join("\n") + "\n";
        let args = ["diff-tree", "--stdin", "-r", "-z", "--root", "--name-only", "--no-renames"];
        let listed = git.call(args).input(input).patient().bytes()?;
        let ids: HashSet<&str> = chunk.iter().copied().collect();
        let mut of: Option<&mut Vec<String>> = None;
        for part in listed.split(|byte| *byte == 0).map(String::from_utf8_lossy) {
            if ids.contains(&*part) {
                of = Some(changed.entry(part.into_owned()).or_default());
            } else if let Some(of) = of.as_mut().filter(|_| !part.is_empty()) {
                of.push(part.into_owned());
            }
        }
    }
    Ok(changed)
}

/// Reads the contents of blobs in one process of git for some hundred of them, and gives each to `each` with its place in
/// `ids`. What is missing is passed over.
///
/// # Errors
/// When git cannot be run.
pub fn read(git: &Git, ids: &[&str], mut each: impl FnMut(usize, &[u8])) -> Result<(), GitError> {
    for (chunk, start) in
        ids.chunks(limits::BLOBS_AT_ONCE).zip((0..).step_by(limits::BLOBS_AT_ONCE))
    {
        let input = chunk.join("\n") + "\n";
        let output =
            git.call(["cat-file", "--batch", "--buffer"]).input(input).patient().bytes()?;
        let mut rest = output.as_slice();
        for (at, id) in chunk.iter().enumerate() {
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { break };
            let header = String::from_utf8_lossy(&rest[..end]).into_owned();
            // An output that was cut short tells nothing more.
            if !header.starts_with(id) {
                break;
            }
            rest = &rest[end + 1..];
            let size = header.rsplit_once(' ').and_then(|(_, size)| size.parse::<usize>().ok());
            let Some(size) = size else { continue };
            let Some(content) = rest.get(..size) else { break };
            each(start + at, content);
            rest = rest.get(size + 1..).unwrap_or_default();
        }
    }
    Ok(())
}
