//! Files that list their neighbours: who adds a file beside, and who changes the list.

use std::collections::HashSet;

use callboard_model::coupling::{CouplingKind, Strength};

use super::side::Side;
use super::{Found, place};
use crate::change::ChangeFacts;
use crate::facts::Import;
use crate::index::Index;
use crate::language::{Language, file_name, folder, is_test};

/// Files of a folder that a list must name, and the share of them in per cent, to be their list.
const LISTED: (usize, usize) = (3, 60);
/// Names of a file beyond which it is a program, and names everything.
const NAMES: usize = 4_000;

/// Files that `adder` adds and that no list has, which `lister` makes or changes.
pub(super) fn unlisted(lister: &Side<'_>, adder: &Side<'_>, index: &dyn Index) -> Vec<Found> {
    let new = adder.facts.files.iter().filter(|file| file.added);
    let new: Vec<&ChangeFacts> = new.filter(|file| !parts(&file.path).is_empty()).collect();
    let mut found = Vec::new();
    if new.is_empty() {
        return found;
    }
    for list in lister.facts.files.iter().filter(|file| file.names.len() < NAMES) {
        if !may_list(list) {
            continue;
        }
        // Who adds to the list as well knows of it; what git cannot merge is a conflict.
        if adder.at(&list.path).is_some() || is_test(&list.path) {
            continue;
        }
        let names = names(list);
        for file in new.iter().filter(|file| is_beside(&list.path, &file.path)) {
            let (listed, all) = listed(list, file, &names, index);
            let is_list = listed >= LISTED.0 && listed * 100 >= all * LISTED.1;
            if !is_list || is_named(&file.path, &names) || !touches(list, file, index) {
                continue;
            }
            let (at, used_at) = (place(&list.path, 1), place(&file.path, 1));
            let how = if list.added { "newly makes" } else { "changes" };
            let (path, of) = (&file.path, &list.path);
            let told = format!(
                "{{user}} adds {path}, which is not in {of}: {{changer}} {how} that list of {listed} files beside it"
            );
            found.push(Found {
                kind: CouplingKind::Registration,
                score: if list.added { 0.65 } else { 0.45 },
                most: if list.added { Strength::Warn } else { Strength::Review },
                symbol: of.to_string(),
                reason: told,
                changed_at: at,
                used_at,
                test: false,
            });
            break;
        }
    }
    found
}

/// Names of files that hold a folder together.
const LISTS: &[&str] = &["__init__", "index", "lib", "main", "mod"];
/// Imports from which a file may be a list of what it imports.
const IMPORTS: usize = 3;

/// Whether a file may be a list of its neighbours: of no programming language, named so, or a run of imports.
pub(super) fn may_list(file: &ChangeFacts) -> bool {
    let stem = file_name(&file.path).split('.').next().unwrap_or_default();
    let names_any = !file.names.is_empty() || !file.imports.is_empty();
    let is_code = Language::of(&file.path).is_some();
    let is_like = !is_code || LISTS.contains(&stem) || file.imports.len() >= IMPORTS;
    !file.gone && names_any && is_like
}

/// A folder and all above it, the root last.
pub(super) fn folders(path: &str) -> impl Iterator<Item = &str> {
    let first = Some(folder(path));
    std::iter::successors(first, |inner| (!inner.is_empty()).then(|| folder(inner)))
}

/// All that a file names: what it refers to, defines and imports.
fn names(file: &ChangeFacts) -> HashSet<&str> {
    let imported = file.imports.iter().flat_map(named_by);
    let own = file.names.iter().chain(&file.defines).map(AsRef::as_ref);
    own.chain(imported).collect()
}

/// The names of an import: of its module, and of what it takes from it.
fn named_by(import: &Import) -> impl Iterator<Item = &str> {
    words(&import.module).chain(import.names.iter().map(AsRef::as_ref))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c: char| !part(c)).filter(|word| word.len() > 2)
}

/// The words of a file's name, without its extension.
fn parts(path: &str) -> Vec<&str> {
    let name = file_name(path);
    words(name.rsplit_once('.').map_or(name, |(stem, _)| stem)).collect()
}

fn is_named(path: &str, names: &HashSet<&str>) -> bool {
    let parts = parts(path);
    !parts.is_empty() && parts.iter().all(|part| names.contains(part))
}

/// A list stands in the folder of what it lists, or above it.
fn is_beside(list: &str, file: &str) -> bool {
    folders(file).any(|above| above == folder(list))
}

fn extension(path: &str) -> &str {
    file_name(path).rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// How many of the files beside a new one a list names, of how many.
fn listed(
    list: &ChangeFacts,
    file: &ChangeFacts,
    names: &HashSet<&str>,
    index: &dyn Index,
) -> (usize, usize) {
    let beside = index.names_in(folder(&file.path));
    let beside = beside.into_iter().filter(|name| {
        extension(name) == extension(&file.path) && **name != *file_name(&list.path)
    });
    let all: Vec<&str> = beside.filter(|name| !parts(name).is_empty()).collect();
    (all.iter().filter(|name| is_named(name, names)).count(), all.len())
}

/// Whether the change of a list is about what it lists: it is new, or other files beside come or go in it.
fn touches(list: &ChangeFacts, file: &ChangeFacts, index: &dyn Index) -> bool {
    if list.added || list.from.is_some() {
        return true;
    }
    let new = list.uses.iter().map(|used| &*used.name);
    let new = new.chain(list.new_imports.iter().flat_map(named_by));
    let gone = list.retired.iter().map(|retired| &*retired.name);
    let changed: HashSet<&str> = new.chain(gone).collect();
    let beside = index.names_in(folder(&file.path));
    beside.into_iter().any(|name| is_named(name, &changed))
}
