//! Where changesets meet in what their code says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use callboard_code::change::Change;
use callboard_code::{ChangesetFacts, Join, Met};
use callboard_git::tree::Trees;
use callboard_git::{Git, GitError};
use callboard_model::ChangesetKey;
use callboard_model::changeset::ChangedFile;

use crate::code::{ChangedCode, CodeIndex};
use crate::limits;

/// The changesets of a repository, joined by what they change and newly use.
#[derive(Default)]
pub(super) struct Meeting {
    code: ChangedCode,
    join: Join,
    numbers: BTreeMap<ChangesetKey, u32>,
    next: u32,
    /// What they stand on, once it was read.
    index: Option<CodeIndex>,
    symbols: BTreeMap<ChangesetKey, Symbols>,
}

/// Symbols that a changeset changes, each behind its file.
pub(crate) type Symbols = BTreeSet<(String, String)>;

impl Meeting {
    /// Takes what a changeset changes now.
    pub(super) fn put(
        &mut self,
        git: &Git,
        key: &ChangesetKey,
        files: &[ChangedFile],
    ) -> Result<(), GitError> {
        let facts = self.code.facts_of(git, files)?;
        let next = &mut self.next;
        let number = *self.numbers.entry(key.clone()).or_insert_with(|| {
            *next += 1;
            *next
        });
        let symbols = symbols_of(&facts);
        self.join.put(number, facts);
        self.symbols.insert(key.clone(), symbols);
        Ok(())
    }

    /// The symbols of the changesets that were put since the last time.
    pub(super) fn take_symbols(&mut self) -> Vec<(ChangesetKey, Symbols)> {
        let new = std::mem::take(&mut self.symbols).into_iter();
        new.filter(|(key, symbols)| !symbols.is_empty() && !key.is_fetched()).collect()
    }

    /// Forgets a changeset.
    pub(super) fn remove(&mut self, key: &ChangesetKey) {
        if let Some(number) = self.numbers.remove(key) {
            self.join.remove(number);
        }
    }

    /// Forgets what no changeset changes any more.
    pub(super) fn keep_only<'f>(&mut self, files: impl Iterator<Item = &'f ChangedFile>) {
        self.code.keep_only(files);
    }

    /// Reads what all stand on, where that was not done; gives whether it was done now. It is kept at `file`.
    pub(super) fn read_repository(
        &mut self,
        trees: &Trees,
        base: &str,
        file: &Path,
    ) -> Result<bool, GitError> {
        if let Some(index) = &mut self.index {
            index.stand_on(trees.git(), base)?;
            return Ok(false);
        }
        // One changeset alone meets nobody.
        if self.numbers.len() < 2 {
            return Ok(false);
        }
        let mut index = CodeIndex::kept_at(file);
        index.stand_on(trees.git(), base)?;
        self.index = Some(index);
        Ok(true)
    }

    /// What is between a changeset, as the left one, and each other.
    pub(super) fn met_by(&self, key: &ChangesetKey) -> BTreeMap<&ChangesetKey, Met> {
        let (Some(number), Some(index)) = (self.numbers.get(key), &self.index) else {
            return BTreeMap::new();
        };
        let keys: BTreeMap<u32, &ChangesetKey> =
            self.numbers.iter().map(|(key, number)| (*number, key)).collect();
        let all = self.join.met_by(*number, index.get()).into_iter();
        let named = all.filter_map(|(other, mut met)| {
            met.couplings.truncate(limits::COUPLINGS);
            Some((*keys.get(&other)?, met))
        });
        named.collect()
    }
}

/// What is defined and changed, the innermost only: a function rather than the type around it.
fn symbols_of(facts: &ChangesetFacts) -> Symbols {
    let mut symbols = Symbols::new();
    for file in &facts.files {
        let changed: Vec<_> = file.definitions.iter().filter(|one| !one.definition.test).collect();
        for one in &changed {
            let around = format!("{}::", one.definition.path);
            let is_around = changed.iter().any(|other| other.definition.path.starts_with(&around));
            let is_only_around = is_around && matches!(one.change, Change::Body);
            if !is_only_around && symbols.len() < limits::CHANGED_SYMBOLS {
                symbols.insert((file.path.to_string(), one.definition.path.to_string()));
            }
        }
    }
    symbols
}
