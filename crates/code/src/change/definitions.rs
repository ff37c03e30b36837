//! Definitions before and after: which are the same, and what became of them.

use std::collections::{HashMap, HashSet};

use super::lines::{Hunk, touches};
use super::{Change, ChangeFacts, DefinitionChange, FileChange, Requires, signature};
use crate::facts::{Definition, DefinitionKind, FileFacts};

/// What became of the definitions of a file.
pub(super) fn changes(change: &FileChange<'_>, hunks: &[Hunk]) -> Vec<DefinitionChange> {
    let empty = FileFacts::default();
    let old = change.old.map_or(&empty, |old| old.facts);
    let new = change.new.map_or(&empty, |new| new.facts);
    let pairs = pairs(&old.definitions, &new.definitions);
    let mut found = Vec::new();
    for (before, after) in &pairs {
        let (before, after) = (&old.definitions[*before], &new.definitions[*after]);
        found.extend(paired(before, after, hunks));
    }
    for (before, after) in &pairs {
        found.extend(requires((old, *before), (new, *after)));
    }
    let paired_old: HashSet<usize> = pairs.iter().map(|(old, _)| *old).collect();
    let paired_new: HashSet<usize> = pairs.iter().map(|(_, new)| *new).collect();
    let rest = |all: &'_ FileFacts, paired: &HashSet<usize>| -> Vec<usize> {
        (0..all.definitions.len()).filter(|at| !paired.contains(at)).collect()
    };
    let (gone, mut come) = (rest(old, &paired_old), rest(new, &paired_new));
    for gone in gone.into_iter().map(|at| &old.definitions[at]) {
        let renamed = come.iter().position(|at| is_renamed(gone, &new.definitions[*at], hunks));
        let renamed = renamed.map(|at| &new.definitions[come.remove(at)]);
        let change = renamed.map_or(Change::Removed, |to| Change::Renamed(to.name.clone()));
        let line = renamed.map_or(gone.line, |to| to.line);
        found.push(DefinitionChange { change, definition: gone.clone(), line, arity: None });
        found.extend(renamed.map(added));
    }
    let come = come.into_iter().map(|at| added(&new.definitions[at]));
    found.extend(come);
    found
}

fn added(definition: &Definition) -> DefinitionChange {
    let line = definition.line;
    DefinitionChange { change: Change::Added, definition: definition.clone(), line, arity: None }
}

/// The definitions that are the same before and after: by path and kind, those with the same signature first.
fn pairs(old: &[Definition], new: &[Definition]) -> Vec<(usize, usize)> {
    let mut by_path: HashMap<(&str, bool), Vec<usize>> = HashMap::new();
    let key = |definition: &'_ Definition| definition.kind.is_callable();
    for (at, definition) in new.iter().enumerate() {
        by_path.entry((&definition.path, key(definition))).or_default().push(at);
    }
    let mut pairs = Vec::new();
    let mut later = Vec::new();
    for (at, definition) in old.iter().enumerate() {
        let Some(places) = by_path.get_mut(&(&*definition.path, key(definition))) else { continue };
        let same = places.iter().position(|place| new[*place].signature == definition.signature);
        match same {
            Some(same) => pairs.push((at, places.remove(same))),
            None => later.push(at),
        }
    }
    for at in later {
        let definition = &old[at];
        let places = by_path.get_mut(&(&*definition.path, key(definition)));
        if let Some(places) = places.filter(|places| !places.is_empty()) {
            pairs.push((at, places.remove(0)));
        }
    }
    pairs
}

fn paired(before: &Definition, after: &Definition, hunks: &[Hunk]) -> Option<DefinitionChange> {
    let told = |change| {
        let arity =
            before.kind.is_callable().then(|| [signature::arity(before), signature::arity(after)]);
        Some(DefinitionChange { change, definition: before.clone(), line: after.line, arity })
    };
    let differences = signature::differences(before, after);
    if !differences.is_empty() {
        return told(Change::Signature(differences));
    }
    let same_body = before.body == after.body;
    if before.signature == after.signature && same_body {
        return None;
    }
    let is_value = matches!(before.kind, DefinitionKind::Constant | DefinitionKind::Variant);
    if is_value && !same_body {
        return told(Change::Value);
    }
    // A type's body is its members, which are told one by one.
    let tells = !same_body && !before.kind.is_container() && touches(hunks, after.line, after.end);
    if tells { told(Change::Body) } else { None }
}

/// Whether a definition that is gone has only another name.
fn is_renamed(gone: &Definition, come: &Definition, hunks: &[Hunk]) -> bool {
    let owner = |definition: &Definition| definition.path.len() - definition.name.len();
    let same_owner = gone.path[..owner(gone)] == come.path[..owner(come)];
    if gone.kind != come.kind || !same_owner {
        return false;
    }
    let empty = crate::normal::hash("");
    let same_body = gone.body == come.body && gone.body != empty;
    if same_body && gone.unnamed == come.unnamed {
        return true;
    }
    // Without a body to know it by, one stands where the other stood.
    let in_place =
        hunks.iter().any(|hunk| hunk.old.contains(&gone.line) && hunk.new.contains(&come.line));
    in_place && (same_body || gone.unnamed == come.unnamed || alike(&gone.name, &come.name))
}

/// Whether two names share most of their letters, at the beginning or the end.
fn alike(one: &str, two: &str) -> bool {
    let begin = one.bytes().zip(two.bytes()).take_while(|(a, b)| a == b).count();
    let end = one.bytes().rev().zip(two.bytes().rev()).take_while(|(a, b)| a == b).count();
    begin.max(end) * 2 >= one.len().max(two.len())
}

/// What a type needs that it did not need before.
fn requires(
    (old, before): (&FileFacts, usize),
    (new, after): (&FileFacts, usize),
) -> Option<DefinitionChange> {
    let definition = &old.definitions[before];
    let has_members = definition.kind.is_container() || definition.kind == DefinitionKind::Variant;
    if !has_members {
        return None;
    }
    let is_enum = definition.kind == DefinitionKind::Enum;
    let needed = |member: &Definition| {
        if is_enum { member.kind == DefinitionKind::Variant } else { member.required }
    };
    let had: Vec<&Definition> = old.members(before).collect();
    let needs: Vec<&Definition> = new.members(after).filter(|member| needed(member)).collect();
    let is_new =
        |member: &&&Definition| !had.iter().any(|had| had.name == member.name && needed(had));
    let members: Vec<&Definition> = needs.iter().filter(is_new).copied().collect();
    let first = members.first()?;
    // A renamed member is told as such.
    let replaced = had
        .iter()
        .filter(|had| needed(had) && !needs.iter().any(|member| member.name == had.name))
        .count();
    if members.len() <= replaced && definition.kind == DefinitionKind::Enum {
        return None;
    }
    let requires = Requires {
        members: members.iter().map(|member| member.name.clone()).collect(),
        before: had.iter().map(|member| member.name.clone()).collect(),
        total: u8::try_from(needs.len()).unwrap_or(u8::MAX),
    };
    let (line, definition) = (first.line, definition.clone());
    Some(DefinitionChange { change: Change::Requires(requires), definition, line, arity: None })
}

/// What is gone in one file and new in another, by the same name and signature, moved.
pub(super) fn moves(files: &mut [ChangeFacts]) {
    let mut come: HashMap<(Box<str>, u64), Box<str>> = HashMap::new();
    for file in files.iter() {
        for change in file.definitions.iter().filter(|change| change.change == Change::Added) {
            let key = (change.definition.name.clone(), change.definition.signature);
            come.insert(key, file.path.clone());
        }
    }
    for file in files.iter_mut() {
        let path = file.path.clone();
        for change in file.definitions.iter_mut().filter(|change| change.change == Change::Removed)
        {
            let key = (change.definition.name.clone(), change.definition.signature);
            if let Some(to) = come.get(&key).filter(|to| **to != path) {
                change.change = Change::Moved(to.clone());
            }
        }
    }
}
