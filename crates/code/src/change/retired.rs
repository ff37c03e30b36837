//! Names that a file, or a function, used and uses nowhere any more, with what came in their place: another way
//! to do a thing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::lines::Hunk;
use super::{Change, DefinitionChange, FileChange, FileSide, Retired};
use crate::facts::{Definition, FileFacts, Reference, Role};
use crate::language::Language;

/// Names below this length are counters and the like, and come again.
const LEAST_NAME: usize = 4;

/// The names that a file has no more, of what is not its own: functions, types, members and constants of others; and
/// those that functions have no more which the file still has.
pub(super) fn retired(
    change: &FileChange<'_>,
    changes: &[DefinitionChange],
    hunks: &[Hunk],
) -> Vec<Retired> {
    let (Some(old), Some(new)) = (change.old, change.new) else { return Vec::new() };
    if hunks.is_empty() {
        return Vec::new();
    }
    let is_word = Language::of(old.path).is_none();
    let left: HashSet<&str> = new.facts.names.iter().map(AsRef::as_ref).collect();
    let own: HashSet<&str> = old.facts.definitions.iter().map(|d| &*d.name).collect();
    let mut gone: Gone<'_> = BTreeMap::new();
    for reference in &old.facts.references {
        let name = old.facts.name(reference);
        if name.len() >= LEAST_NAME && !left.contains(name) && !own.contains(name) {
            gone.entry(name).or_default().push(reference);
        }
    }
    gone.retain(|name, of| of.iter().any(|reference| is_of_others(name, reference, is_word)));
    let come = come(old.facts, new.facts, hunks);
    let mut found = told(gone, None, hunks, &come);
    let edited = changes.iter().filter(|change| {
        let is_edit = matches!(change.change, Change::Body | Change::Signature(_));
        is_edit && change.definition.kind.is_callable() && !change.definition.declaration
    });
    for change in edited {
        found.extend(within(&change.definition, (old, new), hunks, &come));
    }
    found
}

/// By name: where it was.
type Gone<'a> = BTreeMap<&'a str, Vec<&'a Reference>>;

/// The names that a function has no more.
fn within(
    before: &Definition,
    (old, new): (FileSide<'_>, FileSide<'_>),
    hunks: &[Hunk],
    come: &Come<'_>,
) -> Vec<Retired> {
    let same = |d: &&Definition| d.path == before.path && d.kind == before.kind && !d.declaration;
    let Some(after) = new.facts.definitions.iter().find(same) else { return Vec::new() };
    let inside = |d: &Definition, line: u32| d.line <= line && line <= d.end;
    let now = new.facts.references.iter().filter(|reference| inside(after, reference.line));
    let mut left: HashSet<&str> = now.map(|reference| new.facts.name(reference)).collect();
    left.extend(after.parameters.iter().map(|parameter| &*parameter.name));
    let mut gone: Gone<'_> = BTreeMap::new();
    let then = old.facts.references.iter().filter(|reference| inside(before, reference.line));
    for reference in then.filter(|reference| reference.role != Role::Label) {
        let name = old.facts.name(reference);
        if !left.contains(name) && name.len() > 1 {
            gone.entry(name).or_default().push(reference);
        }
    }
    told(gone, Some(Arc::from(&*before.path)), hunks, come)
}

fn told(gone: Gone<'_>, within: Option<Arc<str>>, hunks: &[Hunk], come: &Come<'_>) -> Vec<Retired> {
    let found = gone.into_iter().map(|(name, of)| Retired {
        name: name.into(),
        within: within.clone(),
        line: of.first().map_or(1, |reference| reference.line),
        count: u32::try_from(of.len()).unwrap_or(u32::MAX),
        instead: instead(&of, hunks, come),
    });
    found.collect()
}

/// Whether a reference can mean something of another file: variables of a function do not.
fn is_of_others(name: &str, reference: &Reference, is_word: bool) -> bool {
    match reference.role {
        Role::Label => false,
        Role::Read => is_word || name.starts_with(char::is_uppercase),
        _ => true,
    }
}

/// By the number of a hunk and by part: names that are new there.
type Come<'a> = HashMap<(usize, Role), Vec<&'a str>>;

fn come<'a>(old: &FileFacts, new: &'a FileFacts, hunks: &[Hunk]) -> Come<'a> {
    let mut had: HashSet<(usize, &str)> = HashSet::new();
    for reference in &old.references {
        let at = hunks.partition_point(|hunk| hunk.old.end <= reference.line);
        had.insert((at, old.name(reference)));
    }
    let mut come: Come<'a> = HashMap::new();
    for reference in &new.references {
        let at = hunks.partition_point(|hunk| hunk.new.end <= reference.line);
        let is_new = hunks.get(at).is_some_and(|hunk| hunk.new.contains(&reference.line));
        let name = new.name(reference);
        if is_new && !had.contains(&(at, name)) {
            come.entry((at, reference.role)).or_default().push(name);
        }
    }
    come
}

/// The name that most of the hunks have in which another went: one that has no rival.
fn instead(gone: &[&Reference], hunks: &[Hunk], come: &Come<'_>) -> Option<Box<str>> {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for reference in gone {
        let at = hunks.partition_point(|hunk| hunk.old.end <= reference.line);
        let mut names = come.get(&(at, reference.role)).cloned().unwrap_or_default();
        names.sort_unstable();
        names.dedup();
        names.into_iter().for_each(|name| *votes.entry(name).or_default() += 1);
    }
    let (name, most) = votes.iter().max_by_key(|(_, count)| **count)?;
    let is_only = votes.values().filter(|count| *count == most).count() == 1;
    (is_only && most * 2 >= gone.len()).then(|| (*name).into())
}
