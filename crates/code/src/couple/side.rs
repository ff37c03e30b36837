//! One side of a pair, ready to be asked; and many sides, joined by the names that they share.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use callboard_model::coupling::Coupling;

use super::register::{folders, may_list};
use super::{between, needed};
use crate::change::{Change, ChangeFacts, ChangesetFacts, DefinitionChange, KeyChange, Use};
use crate::facts::KeyKind;
use crate::index::Index;
use crate::language::folder;

/// A changeset, ready to be asked by name.
pub(super) struct Side<'a> {
    pub(super) facts: &'a ChangesetFacts,
    /// By name: who newly uses it.
    pub(super) uses: HashMap<&'a str, Vec<(&'a ChangeFacts, &'a Use)>>,
    /// By name: who newly defines it.
    pub(super) added: HashMap<&'a str, Vec<(&'a ChangeFacts, &'a DefinitionChange)>>,
    /// By kind and name: which keys are new.
    pub(super) keys: HashMap<(KeyKind, &'a str), Vec<(&'a ChangeFacts, &'a KeyChange)>>,
}

impl<'a> Side<'a> {
    pub(super) fn of(facts: &'a ChangesetFacts) -> Self {
        let mut side =
            Self { facts, uses: HashMap::new(), added: HashMap::new(), keys: HashMap::new() };
        for file in &facts.files {
            for used in &file.uses {
                side.uses.entry(&used.name).or_default().push((file, used));
            }
            for change in &file.definitions {
                let name: &str = match &change.change {
                    Change::Added => &change.definition.name,
                    _ => continue,
                };
                side.added.entry(name).or_default().push((file, change));
            }
            for key in file.keys.iter().filter(|key| !key.gone) {
                side.keys.entry((key.kind, &key.name)).or_default().push((file, key));
            }
        }
        side
    }

    /// The definitions that changed, with their files; new ones aside.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&'a ChangeFacts, &'a DefinitionChange)> {
        let all = self.facts.files.iter();
        let all = all.flat_map(|file| file.definitions.iter().map(move |change| (file, change)));
        all.filter(|(_, change)| change.change != Change::Added)
    }

    /// The files that are, or were, at this path.
    pub(super) fn at(&self, path: &str) -> Option<&'a ChangeFacts> {
        self.facts.files.iter().find(|file| file.paths().any(|other| other == path))
    }
}

/// The name by which others use what a definition defines: a constructor is used by its type's.
pub(super) fn used_name(change: &DefinitionChange) -> &str {
    let definition = &change.definition;
    if matches!(&*definition.name, "constructor" | "__init__") {
        owner(change).unwrap_or(&definition.name)
    } else {
        &definition.name
    }
}

/// The type that a definition is a member of.
pub(super) fn owner(change: &DefinitionChange) -> Option<&str> {
    let definition = &change.definition;
    let before = definition.path.strip_suffix(&*definition.name)?;
    let before = before.trim_end_matches(['.', ':']);
    let name = before.rsplit(['.', ':']).next()?;
    (!name.is_empty()).then_some(name)
}

/// What a changeset touches: the words by which it can meet another.
fn words(facts: &ChangesetFacts) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut changed, mut used) = (BTreeSet::new(), BTreeSet::new());
    for file in &facts.files {
        for path in file.paths() {
            changed.insert(format!("/{path}"));
            used.insert(format!("/{path}"));
        }
        for change in &file.definitions {
            changed.insert(used_name(change).to_owned());
            if let Change::Renamed(to) = &change.change {
                changed.extend(to.rsplit(['.', ':']).next().map(str::to_owned));
            }
            changed.extend(owner(change).map(str::to_owned));
            if change.change == Change::Added {
                used.insert(change.definition.name.to_string());
            }
            if let Change::Requires(requires) = &change.change {
                changed.extend(requires.before.iter().map(ToString::to_string));
            }
        }
        changed.extend(file.dropped.iter().map(|(name, _)| name.to_string()));
        changed.extend(file.retired.iter().map(|retired| retired.name.to_string()));
        changed.extend(file.unsaid.iter().map(|(text, _)| format!("\"{text}")));
        used.extend(file.said.iter().map(|(text, _)| format!("\"{text}")));
        changed.extend(file.replaced.iter().map(|replaced| replaced.from.to_string()));
        let written = file.touched.iter().filter(|touched| touched.come > touched.gone);
        used.extend(written.map(|touched| touched.word.to_string()));
        let names = file.said.iter().filter(|(text, _)| !text.contains(' '));
        used.extend(names.map(|(name, _)| name.to_string()));
        if file.added {
            used.extend(folders(&file.path).map(|folder| format!("/beside {folder}")));
        }
        if may_list(file) {
            changed.insert(format!("/beside {}", folder(&file.path)));
        }
        used.extend(file.uses.iter().map(|used| used.name.to_string()));
        for key in &file.keys {
            let name = format!("{:?}:{}", key.kind, key.name);
            changed.insert(name.clone());
            used.insert(name);
        }
        changed.extend(file.requirements.iter().map(|_| "/packages".to_owned()));
        if !file.new_imports.is_empty() {
            used.insert("/packages".to_owned());
        }
        if file.gone || file.from.is_some() {
            changed.insert("/imports".to_owned());
        }
        if !file.new_imports.is_empty() {
            used.insert("/imports".to_owned());
        }
    }
    (changed, used)
}

/// Many changesets, joined by the names that some change and others newly use: each costs its own facts, and only pairs
/// that meet are looked at.
#[derive(Debug, Clone, Default)]
pub struct Join {
    sets: BTreeMap<u32, Entry>,
    changed: HashMap<String, HashSet<u32>>,
    used: HashMap<String, HashSet<u32>>,
}

/// What is between two changesets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Met {
    /// What couples them, the first to be seen first.
    pub couplings: Vec<Coupling>,
    /// What one uses as the other makes it: that one lands first.
    pub needs: Vec<Coupling>,
}

impl Met {
    fn of(left: &Side<'_>, right: &Side<'_>, index: &dyn Index) -> Self {
        Self { couplings: between(left, right, index), needs: needed(left, right, index) }
    }
}

#[derive(Debug, Clone)]
struct Entry {
    facts: ChangesetFacts,
    changed: BTreeSet<String>,
    used: BTreeSet<String>,
}

impl Join {
    /// Puts a changeset in, in place of the one of this number.
    pub fn put(&mut self, number: u32, facts: ChangesetFacts) {
        self.remove(number);
        let (changed, used) = words(&facts);
        for word in &changed {
            self.changed.entry(word.clone()).or_default().insert(number);
        }
        for word in &used {
            self.used.entry(word.clone()).or_default().insert(number);
        }
        self.sets.insert(number, Entry { facts, changed, used });
    }

    /// Takes a changeset out.
    pub fn remove(&mut self, number: u32) {
        let Some(entry) = self.sets.remove(&number) else { return };
        for (words, map) in [(&entry.changed, &mut self.changed), (&entry.used, &mut self.used)] {
            for word in words {
                if let Some(numbers) = map.get_mut(word) {
                    numbers.remove(&number);
                    if numbers.is_empty() {
                        map.remove(word);
                    }
                }
            }
        }
    }

    /// The changesets that share a word with this one.
    #[must_use]
    pub fn meets(&self, number: u32) -> BTreeSet<u32> {
        let Some(entry) = self.sets.get(&number) else { return BTreeSet::new() };
        let used = entry.changed.iter().filter_map(|word| self.used.get(word));
        let changed = entry.used.iter().filter_map(|word| self.changed.get(word));
        let others = used.chain(changed).flatten().copied();
        others.filter(|other| *other != number).collect()
    }

    /// What is between this changeset, as the left one, and each other.
    #[must_use]
    pub fn met_by(&self, number: u32, index: &dyn Index) -> Vec<(u32, Met)> {
        let Some(entry) = self.sets.get(&number) else { return Vec::new() };
        let left = Side::of(&entry.facts);
        let others = self.meets(number).into_iter().filter_map(|other| {
            let right = Side::of(&self.sets.get(&other)?.facts);
            let met = Met::of(&left, &right, index);
            (met != Met::default()).then_some((other, met))
        });
        others.collect()
    }

    /// What couples this changeset, as the left one, with each other.
    #[must_use]
    pub fn couplings_of(&self, number: u32, index: &dyn Index) -> Vec<(u32, Vec<Coupling>)> {
        let met = self.met_by(number, index).into_iter();
        let coupled = met.filter(|(_, met)| !met.couplings.is_empty());
        coupled.map(|(other, met)| (other, met.couplings)).collect()
    }

    /// What couples all pairs that meet, the lower number left.
    #[must_use]
    pub fn couplings(&self, index: &dyn Index) -> Vec<(u32, u32, Vec<Coupling>)> {
        let met = self.met(index).into_iter();
        let coupled = met.filter(|(_, _, met)| !met.couplings.is_empty());
        coupled.map(|(left, right, met)| (left, right, met.couplings)).collect()
    }

    /// What is between all pairs that meet, the lower number left.
    #[must_use]
    pub fn met(&self, index: &dyn Index) -> Vec<(u32, u32, Met)> {
        let sides: BTreeMap<u32, Side<'_>> =
            self.sets.iter().map(|(number, entry)| (*number, Side::of(&entry.facts))).collect();
        let mut found = Vec::new();
        for (number, left) in &sides {
            for other in self.meets(*number).range(number + 1..) {
                let Some(right) = sides.get(other) else { continue };
                let met = Met::of(left, right, index);
                if met != Met::default() {
                    found.push((*number, *other, met));
                }
            }
        }
        found
    }
}
