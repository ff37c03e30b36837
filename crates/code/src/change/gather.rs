//! What is newly used: references, imports, keys and packages on lines that are new, less what the lines before had.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::lines::{Hunk, at, is_new, touches};
use super::{
    DefinitionChange, FileChange, FileSide, KeyChange, RequirementChange, Use, UseRole, result,
};
use crate::facts::{FileFacts, Import, Key, KeyRole, Reference, Role};
use crate::language::is_test;

/// The names that are newly used.
pub(super) fn uses(change: &FileChange<'_>, new: FileSide<'_>, hunks: &[Hunk]) -> Vec<Use> {
    let mut before: HashMap<(u32, &str, Option<u8>), u32> = HashMap::new();
    let by_old = |line: u32| hunks.iter().find(|hunk| hunk.old.contains(&line));
    for (old, reference) in change
        .old
        .iter()
        .flat_map(|old| old.facts.references.iter().map(move |reference| (old.facts, reference)))
    {
        if let Some(hunk) = by_old(reference.line) {
            let key = (hunk.new.start, old.name(reference), reference.arguments);
            *before.entry(key).or_default() += 1;
        }
    }
    let facts = new.facts;
    let in_test_file = is_test(new.path);
    let mut paths: HashMap<&str, Arc<str>> = HashMap::new();
    let lines: Vec<&str> = new.text.lines().collect();
    let line_of = |reference: &Reference| lines.get((reference.line as usize).saturating_sub(1));
    let mut uses = Vec::new();
    for (number, reference) in facts.references.iter().enumerate() {
        let Some(hunk) = at(hunks, reference.line) else { continue };
        let key = (hunk.new.start, facts.name(reference), reference.arguments);
        if let Some(left) = before.get_mut(&key).filter(|left| **left > 0) {
            *left -= 1;
            continue;
        }
        let test = in_test_file || facts.innermost(reference.line).is_some_and(|d| d.test);
        let within = facts.callable_at(reference.line).map(|function| {
            Arc::clone(paths.entry(&function.path).or_insert_with(|| Arc::from(&*function.path)))
        });
        let line = line_of(reference).filter(|_| reference.role == Role::Call);
        let kept_in = line.and_then(|line| result::kept_in(line, facts.name(reference)));
        let has_labels = matches!(reference.role, Role::Call | Role::Construct);
        uses.push(Use {
            name: facts.name(reference).into(),
            qualifier: facts.qualifier(reference).map(Into::into),
            role: reference.role.into(),
            line: reference.line,
            arguments: reference.arguments,
            open: reference.open,
            labels: if has_labels { labels(facts, number, reference) } else { Vec::new() },
            kept_in: kept_in.map(Into::into),
            test,
            within,
        });
    }
    uses.extend(imported(change, facts, hunks, in_test_file));
    uses
}

/// The names that functions of the program use less often than before: what tests may still expect.
pub(super) fn dropped(change: &FileChange<'_>, hunks: &[Hunk]) -> Vec<(Box<str>, u32)> {
    let (Some(old), Some(new)) = (change.old, change.new) else { return Vec::new() };
    if is_test(old.path) {
        return Vec::new();
    }
    let counts = |facts: &'_ FileFacts| -> HashMap<String, u32> {
        let mut counts = HashMap::new();
        for reference in &facts.references {
            *counts.entry(facts.name(reference).to_owned()).or_default() += 1;
        }
        counts
    };
    let (before, after) = (counts(old.facts), counts(new.facts));
    let is_value = |role: Role| matches!(role, Role::Read | Role::Member);
    let gone = old.facts.references.iter().filter(|reference| {
        let name = old.facts.name(reference);
        is_value(reference.role) && after.get(name).copied().unwrap_or(0) < before[name]
    });
    let on_old_line = |line: u32| hunks.iter().any(|hunk| hunk.old.contains(&line));
    let mut told: HashSet<&str> = HashSet::new();
    gone.filter(|reference| on_old_line(reference.line))
        .map(|reference| (old.facts.name(reference), reference.line))
        .filter(|(name, _)| told.insert(name))
        .map(|(name, line)| (name.into(), line))
        .collect()
}

/// The labels that a call or a construction gives: up to the next of the same name.
fn labels(facts: &FileFacts, number: usize, of: &Reference) -> Vec<Box<str>> {
    let after = facts.references[number + 1..].iter();
    let until = after.take_while(|next| next.name != of.name || next.role != of.role).take(400);
    let given = until.filter(|next| next.role == Role::Label && next.qualifier == Some(of.name));
    given.map(|label| facts.name(label).into()).collect()
}

fn imported(change: &FileChange<'_>, facts: &FileFacts, hunks: &[Hunk], test: bool) -> Vec<Use> {
    let of = |import: &Import, name: &str| Use {
        name: name.into(),
        qualifier: None,
        role: UseRole::Import,
        line: import.line,
        arguments: None,
        open: false,
        labels: Vec::new(),
        kept_in: None,
        test,
        within: None,
    };
    let new = imports(change, facts, hunks);
    let names = new.iter().flat_map(|import| import.names.iter().map(move |name| (import, name)));
    names
        .filter(|(_, name)| !matches!(&***name, "*" | "default"))
        .map(|(import, name)| of(import, name))
        .collect()
}

/// What is newly imported: the modules, with the names that are new.
pub(super) fn imports(change: &FileChange<'_>, facts: &FileFacts, hunks: &[Hunk]) -> Vec<Import> {
    let old = change.old.map_or(&[][..], |old| &old.facts.imports);
    let had: HashSet<(&str, &str)> = old
        .iter()
        .flat_map(|import| {
            let names = import.names.iter().map(|name| (&*import.module, &**name));
            names.chain(std::iter::once((&*import.module, "")))
        })
        .collect();
    let new =
        facts.imports.iter().filter(|import| change.old.is_none() || is_new(hunks, import.line));
    new.filter_map(|import| {
        let names: Vec<Box<str>> = import
            .names
            .iter()
            .filter(|name| !had.contains(&(&*import.module, &***name)))
            .cloned()
            .collect();
        let is_new = !names.is_empty() || !had.contains(&(&*import.module, ""));
        is_new.then(|| Import { names, ..import.clone() })
    })
    .collect()
}

/// What the file imported and imports no more: the modules, with the names that are gone.
pub(super) fn lost_imports(change: &FileChange<'_>, facts: &FileFacts) -> Vec<Import> {
    let old = change.old.map_or(&[][..], |old| &old.facts.imports);
    let has = |module: &str, name: Option<&str>| {
        let of = facts.imports.iter().filter(|import| *import.module == *module);
        of.into_iter()
            .any(|import| name.is_none_or(|name| import.names.iter().any(|known| **known == *name)))
    };
    let lost = old.iter().filter_map(|import| {
        let names = import.names.iter().filter(|name| !has(&import.module, Some(name)));
        let names: Vec<Box<str>> = names.cloned().collect();
        let is_lost = !names.is_empty() || !has(&import.module, None);
        is_lost.then(|| Import { names, ..import.clone() })
    });
    lost.collect()
}

/// Names that edited functions use on lines that stay.
pub(super) fn context(
    facts: &FileFacts,
    changes: &[DefinitionChange],
    hunks: &[Hunk],
) -> Vec<Box<str>> {
    let edited: HashSet<&str> = changes.iter().map(|change| &*change.definition.path).collect();
    let mut names: HashSet<&str> = HashSet::new();
    let callables = facts.definitions.iter().filter(|d| d.kind.is_callable());
    for definition in
        callables.filter(|d| edited.contains(&*d.path) && touches(hunks, d.line, d.end))
    {
        let inside = facts
            .references
            .iter()
            .filter(|r| (definition.line..=definition.end).contains(&r.line));
        names.extend(inside.filter(|r| !is_new(hunks, r.line)).map(|r| facts.name(r)));
    }
    super::sorted(names.into_iter().map(Into::into))
}

/// Keys that are new on lines that are new, and keys that the file has no more.
pub(super) fn keys(change: &FileChange<'_>, hunks: &[Hunk]) -> Vec<KeyChange> {
    let old = change.old.map_or(&[][..], |old| &old.facts.keys);
    let new = change.new.map_or(&[][..], |new| &new.facts.keys);
    let of = |key: &Key, gone: bool| KeyChange {
        kind: key.kind,
        name: key.name.clone(),
        role: key.role,
        line: key.line,
        gone,
        columns: key.columns.clone(),
    };
    let has: HashSet<_> = new.iter().map(|key| (key.kind, &key.name, key.role)).collect();
    let gone = old.iter().filter(|key| !has.contains(&(key.kind, &key.name, key.role)));
    let mut told: HashSet<_> = HashSet::new();
    let mut changes: Vec<KeyChange> = gone
        .filter(|key| told.insert((key.kind, &key.name, key.role)))
        .map(|key| of(key, true))
        .collect();
    let mut before: HashMap<_, u32> = HashMap::new();
    for key in old {
        if let Some(hunk) = hunks.iter().find(|hunk| hunk.old.contains(&key.line)) {
            *before
                .entry((hunk.new.start, key.kind, &key.name, key.role, &key.columns))
                .or_default() += 1;
        }
    }
    for key in new {
        // A statement that begins on a line that stays may go on where it changed.
        let hunk = at(hunks, key.line).map(|hunk| hunk.new.start);
        let is_same = |old: &Key| {
            (old.kind, &old.name, old.role, &old.columns)
                == (key.kind, &key.name, key.role, &key.columns)
        };
        let is_changed = key.role == KeyRole::Insert && !old.iter().any(is_same);
        let Some(hunk) = hunk.or(is_changed.then_some(0)) else { continue };
        let left = before.get_mut(&(hunk, key.kind, &key.name, key.role, &key.columns));
        match left.filter(|left| **left > 0) {
            Some(left) => *left -= 1,
            None => changes.push(of(key, false)),
        }
    }
    changes
}

/// Packages whose required versions changed.
pub(super) fn requirements(change: &FileChange<'_>) -> Vec<RequirementChange> {
    let old = change.old.map_or(&[][..], |old| &old.facts.requirements);
    let new = change.new.map_or(&[][..], |new| &new.facts.requirements);
    let mut changes = Vec::new();
    for requirement in new {
        let was = old.iter().find(|old| old.package == requirement.package);
        if was.is_none_or(|was| was.version != requirement.version) {
            changes.push(RequirementChange {
                package: requirement.package.clone(),
                from: was.map(|was| was.version.clone()),
                to: Some(requirement.version.clone()),
                line: requirement.line,
            });
        }
    }
    let gone = old.iter().filter(|old| !new.iter().any(|new| new.package == old.package));
    changes.extend(gone.map(|old| RequirementChange {
        package: old.package.clone(),
        from: Some(old.version.clone()),
        to: None,
        line: old.line,
    }));
    changes
}
