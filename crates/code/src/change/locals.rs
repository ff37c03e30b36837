//! Variables of functions that are gone, and those that are newly used: two edits of one function that git can merge.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::lines::Hunk;
use super::{Change, DefinitionChange, FileChange, LocalUse, Lost};
use crate::facts::{Definition, FileFacts, Local};

/// What functions that changed lost, and what they newly use.
pub(super) fn changes(
    change: &FileChange<'_>,
    changes: &[DefinitionChange],
    hunks: &[Hunk],
) -> (Vec<Lost>, Vec<LocalUse>) {
    let (Some(old), Some(new)) = (change.old, change.new) else { return Default::default() };
    let edited = changes.iter().filter(|change| {
        let is_edit = matches!(change.change, Change::Body | Change::Signature(_));
        is_edit && change.definition.kind.is_callable() && !change.definition.declaration
    });
    let (mut lost, mut uses) = (Vec::new(), Vec::new());
    for edit in edited {
        let before = &edit.definition;
        let is_same = |d: &&Definition| d.path == before.path && d.kind == before.kind;
        let Some(after) = new.facts.definitions.iter().find(is_same) else { continue };
        let within: Arc<str> = Arc::from(&*before.path);
        let (then, now) = (inside(old.facts, before), inside(new.facts, after));
        let bound = |all: &[&'_ Local]| -> HashSet<Box<str>> {
            all.iter().filter(|local| local.binds).map(|local| local.name.clone()).collect()
        };
        let (had, has) = (bound(&then), bound(&now));
        let mentioned: HashSet<&str> = now.iter().map(|local| &*local.name).collect();
        let is_named = |name: &str| {
            new.facts.references.iter().any(|reference| {
                (after.line..=after.end).contains(&reference.line)
                    && new.facts.name(reference) == name
            })
        };
        let mut gone: Vec<&Box<str>> = had
            .iter()
            .filter(|name| !mentioned.contains(&***name) && name.len() > 1 && !is_named(name))
            .collect();
        gone.sort_unstable();
        let come: Vec<&str> =
            has.iter().filter(|name| !had.contains(*name)).map(AsRef::as_ref).collect();
        for name in gone {
            let to = renamed(name, &then, &come, &now, hunks);
            let line = after.line;
            lost.push(Lost { name: name.clone(), within: Arc::clone(&within), line, to });
        }
        uses.extend(new_uses(&then, &now, hunks, &had).map(|local| LocalUse {
            name: local.name.clone(),
            within: Arc::clone(&within),
            line: local.line,
        }));
    }
    (lost, uses)
}

fn inside<'a>(facts: &'a FileFacts, of: &Definition) -> Vec<&'a Local> {
    let range = of.line..=of.end;
    facts.locals.iter().filter(|local| range.contains(&local.line)).collect()
}

/// The new variable that is bound in the hunk in which a variable was, and used as often.
fn renamed(
    name: &str,
    then: &[&Local],
    come: &[&str],
    now: &[&Local],
    hunks: &[Hunk],
) -> Option<Box<str>> {
    let places = then.iter().filter(|local| &*local.name == name);
    let hunk = places
        .filter(|local| local.binds)
        .find_map(|local| hunks.iter().find(|hunk| hunk.old.contains(&local.line)))?;
    let count = |all: &[&Local], name: &str| all.iter().filter(|l| &*l.name == name).count();
    let mut fitting = come.iter().filter(|new| {
        let is_here =
            now.iter().any(|l| l.binds && *l.name == ***new && hunk.new.contains(&l.line));
        is_here && count(now, new) == count(then, name)
    });
    let first = fitting.next()?;
    fitting.next().is_none().then(|| (*first).into())
}

/// Uses on new lines of what the function had before, that it does not bind anew.
fn new_uses<'a>(
    then: &[&Local],
    now: &[&'a Local],
    hunks: &[Hunk],
    had: &HashSet<Box<str>>,
) -> impl Iterator<Item = &'a Local> {
    let mut left: HashMap<(usize, &str), usize> = HashMap::new();
    for local in then.iter().filter(|local| !local.binds) {
        let at = hunks.partition_point(|hunk| hunk.old.end <= local.line);
        if hunks.get(at).is_some_and(|hunk| hunk.old.contains(&local.line)) {
            *left.entry((at, &local.name)).or_default() += 1;
        }
    }
    let is_new = |line: u32| {
        let at = hunks.partition_point(|hunk| hunk.new.end <= line);
        hunks.get(at).is_some_and(|hunk| hunk.new.contains(&line)).then_some(at)
    };
    let anew: HashSet<&str> =
        now.iter().filter(|l| l.binds && is_new(l.line).is_some()).map(|l| &*l.name).collect();
    let mut uses: BTreeMap<&str, &Local> = BTreeMap::new();
    for local in now.iter().filter(|local| !local.binds && had.contains(&local.name)) {
        let Some(at) = is_new(local.line).filter(|_| !anew.contains(&*local.name)) else {
            continue;
        };
        match left.get_mut(&(at, &*local.name)).filter(|left| **left > 0) {
            Some(left) => *left -= 1,
            None => {
                uses.entry(&local.name).or_insert(local);
            }
        }
    }
    uses.into_values().collect::<Vec<_>>().into_iter()
}
