//! Who else has what a session works on: by files and their earlier names, by errors, by symbols; and which notes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use callboard_model::fact::FactBody;
use callboard_model::note::{DecisionStatus, LinkKind};
use callboard_model::scope::Pattern;
use callboard_model::symbol::Symbol;
use callboard_model::{SessionId, Timestamp};
use callboard_store::{Snapshot, StoredFact};

use super::moved::Moved;
use super::own::{Own, path_of};
use super::shared::{Shared, Tie, focus, rarity, weight};
use super::ubiquitous;
use crate::core::view_of;
use crate::notes::tops;
use crate::{EngineError, limits};

pub(super) type Sessions = BTreeMap<SessionId, Shared>;
pub(super) type Notes = BTreeMap<String, Shared>;

/// Another session of the workspace, as far as its files are concerned.
#[derive(Debug, Clone)]
struct Other {
    /// Whom its facts speak for: itself, or the one that it works for.
    id: SessionId,
    tops: Vec<PathBuf>,
    files: u32,
    most: u32,
}

/// Looks up others, each read once.
pub(super) struct Lookup<'s, 'c> {
    s: &'s Snapshot<'c>,
    own: &'s Own,
    moved: &'s Moved,
    others: BTreeMap<SessionId, Option<Other>>,
    /// How many others wrote each of the session's files.
    writers: BTreeMap<&'s str, usize>,
    pub(super) sessions: Sessions,
}

impl<'s, 'c> Lookup<'s, 'c> {
    pub(super) fn new(s: &'s Snapshot<'c>, own: &'s Own, moved: &'s Moved) -> Self {
        let (others, writers) = (BTreeMap::new(), BTreeMap::new());
        Self { s, own, moved, others, writers, sessions: Sessions::new() }
    }

    /// A session of the same workspace that is not of the own line.
    fn other(&mut self, session: SessionId) -> Result<Option<&Other>, EngineError> {
        if !self.others.contains_key(&session) {
            let other = self.read_other(session)?;
            self.others.insert(session, other);
        }
        Ok(self.others.get(&session).and_then(Option::as_ref))
    }

    fn read_other(&self, session: SessionId) -> Result<Option<Other>, EngineError> {
        let Some(view) = view_of(self.s, session)? else { return Ok(None) };
        let id = view.parent.unwrap_or(view.id);
        if view.workspace != Some(self.own.workspace) || self.own.line.contains(&id) {
            return Ok(None);
        }
        let (files, most) = self.s.edits_of(session)?;
        Ok(Some(Other { id, tops: tops(&view, &self.own.root), files, most }))
    }

    /// Those that wrote files which the session works on, under whatever names these had.
    pub(super) fn by_files(&mut self) -> Result<(), EngineError> {
        let own = self.own;
        for (path, own_weight) in &own.files {
            let mut others: BTreeMap<SessionId, (f64, Option<Timestamp>, String)> = BTreeMap::new();
            for name in self.moved.names_of(path) {
                for (fact, is_whole) in self.written(&name)? {
                    let Some(other) = self.other(fact.session)? else { continue };
                    let FactBody::Edited { path: theirs, .. } = &fact.fact.body else { continue };
                    let theirs = path_of(theirs, &fact.fact.key, &other.tops);
                    if theirs != name && !(is_whole && theirs.starts_with('/')) {
                        continue;
                    }
                    let focus = focus(fact.times, other.files, other.most);
                    let known = others.entry(other.id).or_insert((0.0, None, name.clone()));
                    known.0 = known.0.max(focus);
                    known.1 = known.1.max(fact.fact.at);
                }
            }
            self.writers.insert(path, others.len());
            if others.len() > limits::RELATED_BY_ONE {
                continue;
            }
            let weight = own_weight * rarity(others.len()) * ubiquitous::file(path);
            for (id, (focus, at, name)) in others {
                self.sessions.entry(id).or_default().add(Tie::File(name), weight * focus, at);
            }
        }
        Ok(())
    }

    /// Facts of a file that was written, also by who began in a folder above it; and whether the key is the whole name.
    fn written(&self, name: &str) -> Result<Vec<(StoredFact, bool)>, EngineError> {
        let mut found = Vec::new();
        let mut rest = Some(name);
        let mut is_whole = true;
        while let Some(inside) = rest {
            let facts = self.s.facts_by_key(&format!("file:{inside}"))?;
            found.extend(facts.into_iter().map(|fact| (fact, is_whole)));
            rest = inside.split_once('/').map(|(_, rest)| rest);
            is_whole = false;
        }
        Ok(found)
    }

    /// Those that met the same errors.
    pub(super) fn by_errors(&mut self) -> Result<(), EngineError> {
        let own = self.own;
        for key in &own.errors {
            let mut others: BTreeMap<SessionId, (String, Option<Timestamp>)> = BTreeMap::new();
            for fact in self.s.facts_by_key(key)? {
                let Some(id) = self.other(fact.session)?.map(|other| other.id) else { continue };
                if let FactBody::Errored { line } = fact.fact.body {
                    others.entry(id).or_insert((line, fact.fact.at));
                }
            }
            if others.len() > limits::RELATED_BY_ONE {
                continue;
            }
            let weight = weight::ERROR * rarity(others.len());
            for (id, (line, at)) in others {
                self.sessions.entry(id).or_default().add(Tie::Error(line), weight, at);
            }
        }
        Ok(())
    }

    /// Those that changed the same symbols, where the couplings between changesets do not tell so: `coupled` are the
    /// symbols that they do tell of, with whom.
    pub(super) fn by_symbols(
        &mut self,
        coupled: &BTreeSet<(SessionId, String)>,
    ) -> Result<(), EngineError> {
        let own = self.own;
        let named = own.words.iter().filter(|word| is_symbol(word)).map(|word| (word, None));
        let changed = own.symbols.iter().map(|(symbol, path)| (symbol, Some(path)));
        let all: Vec<(&String, Option<&String>)> = changed.chain(named).collect();
        for (written, path) in all {
            let symbol = Symbol::of(written);
            let mut others: BTreeMap<SessionId, Option<Timestamp>> = BTreeMap::new();
            for theirs in self.s.symbols_called(own.workspace, symbol.name())? {
                let is_there = path.is_some_and(|path| *path == theirs.path);
                if !is_same(&symbol, &Symbol::of(&theirs.symbol), is_there) {
                    continue;
                }
                let Some(id) = self.other(theirs.session)?.map(|other| other.id) else { continue };
                if !coupled.contains(&(id, symbol.name().to_owned())) {
                    let at = others.entry(id).or_default();
                    *at = (*at).max(Some(theirs.at));
                }
            }
            if others.len() > limits::RELATED_BY_ONE {
                continue;
            }
            let weight = weight::SYMBOL * rarity(others.len());
            for (id, at) in others {
                let shared = self.sessions.entry(id).or_default();
                let written = written.clone();
                let tie = if path.is_some() { Tie::Changes(written) } else { Tie::Names(written) };
                shared.add(tie, weight, at);
            }
        }
        Ok(())
    }

    /// Notes about the files and symbols that the session works on.
    pub(super) fn notes(&self) -> Result<Notes, EngineError> {
        let mut found = Notes::new();
        let kinds = [LinkKind::FilePath, LinkKind::Symbol];
        let links = self.s.note_links(self.own.workspace, &kinds)?;
        for (note, named) in links {
            let is_over = note.row.facts.status == Some(DecisionStatus::Superseded);
            if is_over || self.own.is_own(&note) {
                continue;
            }
            let tie = match named.kind {
                LinkKind::Symbol => self.symbol_named(&named.target),
                _ => self.file_named(&named.target),
            };
            if let Some((tie, weight)) = tie {
                let at = note.row.at.or(note.row.modified_at);
                found.entry(note.row.path.clone()).or_default().add(tie, weight, at);
            }
        }
        Ok(found)
    }

    fn file_named(&self, target: &str) -> Option<(Tie, f64)> {
        let is_pattern = target.contains(['*', '?']);
        let pattern = Pattern::of(target);
        let is_meant = |path: &String| match is_pattern {
            true => pattern.covers(path),
            false => self.moved.names_of(path).contains(target),
        };
        // A pattern that covers whole folders says little of each file.
        let broad = if target.contains("**") { 0.4 } else { 1.0 };
        let own = self.own;
        let worked = own.files.iter().filter(|(path, _)| is_meant(path));
        let weights = worked.map(|(path, weight)| {
            let writers = self.writers.get(path.as_str()).copied().unwrap_or_default();
            (path, weight * ubiquitous::file(path) * crowd(writers))
        });
        let met = own.met.iter().filter(|path| is_meant(path) || same_file(path, target));
        let all = weights.chain(met.map(|path| (path, weight::WRITTEN)));
        let (path, best) = all.max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        Some((Tie::File(path.clone()), weight::NAMED * broad * best))
    }

    fn symbol_named(&self, target: &str) -> Option<(Tie, f64)> {
        let meant = Symbol::of(target);
        let is_meant = |own: &&String| is_same(&Symbol::of(own), &meant, false);
        let mut changed = self.own.symbols.iter().map(|(symbol, _)| symbol);
        let mut named = self.own.words.iter().filter(|word| is_symbol(word));
        let tie = match (changed.find(is_meant), named.find(is_meant)) {
            (Some(symbol), _) => Tie::Changes(symbol.clone()),
            (None, Some(symbol)) => Tie::Names(symbol.clone()),
            (None, None) => return None,
        };
        Some((tie, weight::SYMBOL * rarity(1)))
    }
}

/// How much it says that a note is about a file that so many others write, too.
fn crowd(writers: usize) -> f64 {
    match writers {
        0..=2 => 1.0,
        3..=limits::RELATED_BY_ONE => 0.7,
        _ => 0.3,
    }
}

/// Whether two names mean the same symbol, as far as names tell; `is_there` where both stand in one file.
fn is_same(one: &Symbol<'_>, other: &Symbol<'_>, is_there: bool) -> bool {
    let is_sure = is_there || (one.is_qualified() && other.is_qualified());
    one.may_be(other) && (is_sure || !ubiquitous::is_common_symbol(one.name()))
}

/// Whether a word of a prompt names a symbol.
fn is_symbol(word: &str) -> bool {
    let is_path = word.contains('/') || word.starts_with('.');
    !is_path
        && (word.contains("::") || word.chars().all(|c| c.is_alphanumeric() || "_.#".contains(c)))
}

/// Whether a path as an error names it ends as a file's path does, whatever stands before.
fn same_file(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    long.strip_suffix(short).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_is_the_same_only_where_more_says_so() {
        let same =
            |one: &str, other: &str, there| is_same(&Symbol::of(one), &Symbol::of(other), there);
        assert!(same("Watcher::poll", "Watcher.poll()", false));
        assert!(same("read_events", "Watcher::read_events", false));
        assert!(!same("new", "Watcher::new", false) && same("new", "new", true));
        assert!(!same("Reader::new", "Watcher::new", true));
        assert!(same_file("fixtures/watch-3.json", "watch-3.json"));
        assert!(!same_file("fixtures/rewatch-3.json", "watch-3.json"));
    }
}
