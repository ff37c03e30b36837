//! Taking away objects of looks that are over.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{TreeError, Trees};
use crate::run::Git;

/// What tidying up came to, in bytes of objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Before.
    pub bytes_before: u64,
    /// Now.
    pub bytes: u64,
    /// Objects and packs that went.
    pub removed: usize,
}

/// Packs what can be reached from `roots` and the store's references, and removes all else that is older than `age`.
///
/// Objects that are borrowed from the user are not walked: what HEAD and the other parents of looks lead to is theirs.
pub(super) fn tidy_up(
    trees: &Trees,
    mut roots: Vec<String>,
    age: Duration,
) -> Result<Tidied, TreeError> {
    let objects = trees.store.join("objects");
    let before = files_of(&objects);
    let refs = Git::at(&trees.store).text(&["for-each-ref", "--format=%(objectname)"])?;
    roots.extend(refs.lines().map(str::to_owned));
    let own = own_objects(trees, &objects)?;
    let held = held(trees, &roots, &own)?;
    let pack = pack(trees, &objects, &held)?;
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let mut removed = 0;
    for file in &before {
        let is_old = file.modified + age <= now;
        let is_packed = file.object.as_ref().is_some_and(|id| held.contains(id));
        let is_current =
            pack.as_ref().is_some_and(|name| file.path.to_string_lossy().contains(name.as_str()));
        // A pack that git touched holds what somebody has just written again.
        if !is_current && (is_packed || is_old) && fs::remove_file(&file.path).is_ok() {
            removed += 1;
        }
    }
    let bytes = |files: &[ObjectFile]| files.iter().map(|file| file.bytes).sum();
    Ok(Tidied { bytes_before: bytes(&before), bytes: bytes(&files_of(&objects)), removed })
}

/// A file of the object store.
struct ObjectFile {
    path: PathBuf,
    /// The object, where it is one by itself.
    object: Option<String>,
    bytes: u64,
    /// Since 1970.
    modified: Duration,
}

fn files_of(objects: &Path) -> Vec<ObjectFile> {
    let mut found = Vec::new();
    for folder in fs::read_dir(objects).into_iter().flatten().flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        let is_fan = name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_fan && name != "pack" {
            continue;
        }
        for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            let Ok(meta) = file.metadata() else { continue };
            let rest = file.file_name().to_string_lossy().into_owned();
            let object = (is_fan && !rest.starts_with("tmp_")).then(|| format!("{name}{rest}"));
            let modified = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let modified = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            found.push(ObjectFile { path: file.path(), object, bytes: meta.len(), modified });
        }
    }
    found
}

/// The objects that are in the store itself.
fn own_objects(trees: &Trees, objects: &Path) -> Result<HashSet<String>, TreeError> {
    let mut all: HashSet<String> =
        files_of(objects).into_iter().filter_map(|file| file.object).collect();
    for pack in fs::read_dir(objects.join("pack")).into_iter().flatten().flatten() {
        let path = pack.path();
        if path.extension().is_some_and(|ending| ending == "idx") {
            let index = fs::read(&path).map_err(TreeError::io(&path))?;
            let listed = trees.git().call(["show-index"]).input(index).text()?;
            all.extend(listed.lines().filter_map(|line| Some(line.split(' ').nth(1)?.to_owned())));
        }
    }
    Ok(all)
}

/// Those of the store's own objects that the roots lead to.
fn held(
    trees: &Trees,
    roots: &[String],
    own: &HashSet<String>,
) -> Result<HashSet<String>, TreeError> {
    let mut held = HashSet::new();
    // Commits of the store are walked; their trees are read whole, however much of them is borrowed.
    let mut open: Vec<String> = roots.iter().filter(|root| own.contains(*root)).cloned().collect();
    let mut trees_of: Vec<String> = Vec::new();
    while let Some(id) = open.pop() {
        if !held.insert(id.clone()) {
            continue;
        }
        let kind = trees.git().text(&["cat-file", "-t", &id])?;
        if kind == "commit" {
            let text = trees.git().text(&["cat-file", "commit", &id])?;
            for line in text.lines().take_while(|line| !line.is_empty()) {
                match line.split_once(' ') {
                    Some(("tree", tree)) => trees_of.push(tree.to_owned()),
                    Some(("parent", parent)) if own.contains(parent) => {
                        open.push(parent.to_owned())
                    }
                    _ => {}
                }
            }
        } else if kind == "tree" {
            trees_of.push(id);
        }
    }
    trees_of.sort();
    trees_of.dedup();
    for tree in trees_of.iter().filter(|tree| own.contains(*tree)) {
        held.insert(tree.clone());
        let listed = trees.git().call(["ls-tree", "-r", "-t", "-z", tree]).patient().bytes()?;
        for entry in listed.split(|byte| *byte == 0) {
            let entry = String::from_utf8_lossy(entry);
            let id = entry.split(['\t', ' ']).nth(2).unwrap_or_default();
            if own.contains(id) {
                held.insert(id.to_owned());
            }
        }
    }
    Ok(held)
}

/// Writes these objects into one pack; its name.
fn pack(
    trees: &Trees,
    objects: &Path,
    held: &HashSet<String>,
) -> Result<Option<String>, TreeError> {
    if held.is_empty() {
        return Ok(None);
    }
    let folder = objects.join("pack");
    fs::create_dir_all(&folder).map_err(TreeError::io(&folder))?;
    let mut ids: Vec<&str> = held.iter().map(String::as_str).collect();
    ids.sort_unstable();
    let input: String = ids.iter().map(|id| format!("{id}\n")).collect();
    let call = trees.git().call(["pack-objects", "--quiet", "--window=0"]).arg(folder.join("pack"));
    let name = call.input(input).patient().text()?;
    let pack = folder.join(format!("pack-{name}.pack"));
    match pack.is_file() {
        true => Ok(Some(name)),
        false => Err(TreeError::io(&pack)(io::Error::from(io::ErrorKind::NotFound))),
    }
}
