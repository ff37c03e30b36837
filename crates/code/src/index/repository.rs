//! The index of a repository in memory, kept file by file; what contents say is kept by the ids of their blobs.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{CoChange, ContentKey, History, Index};
use crate::facts::{FileFacts, KeyKind};
use crate::language::{Language, file_name, folder};
use crate::resolve::{Lead, lead};

/// The index of a repository. A content that was read once is not read again while it is known.
#[derive(Debug, Clone, Default)]
pub struct RepositoryIndex {
    /// Which commit it stands on, if it stands on one.
    pub commit: Option<String>,
    /// Which files were changed together.
    pub history: History,
    pub(super) numbers: HashMap<Arc<str>, u32>,
    pub(super) names: Vec<Arc<str>>,
    /// By the number of a name: in how many files it occurs, and how many define it.
    pub(super) counts: Vec<(u32, u32)>,
    pub(super) contents: HashMap<ContentKey, Arc<Entry>>,
    pub(super) files: HashMap<Box<str>, (ContentKey, Arc<Entry>)>,
    pub(super) folders: HashMap<Box<str>, BTreeSet<Box<str>>>,
}

/// What counts of one content, by the numbers of names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// Each once, in order.
    pub(super) names: Box<[u32]>,
    /// Each as often as it is defined, in order.
    pub(super) definitions: Box<[u32]>,
    pub(super) imports: Box<[u32]>,
}

/// The name under which a key is counted: no identifier has a colon in it.
fn key_name(kind: KeyKind, name: &str) -> String {
    format!("{}:{name}", kind as u8)
}

impl RepositoryIndex {
    /// Puts a file in, in place of what was known of it.
    pub fn put(&mut self, path: &str, key: &ContentKey, facts: &FileFacts) {
        let mut names: Vec<u32> = facts.names.iter().map(|name| self.number(name)).collect();
        let keys = facts.keys.iter().map(|key| key_name(key.kind, &key.name));
        names.extend(keys.map(|name| self.number(&name)));
        let mut definitions: Vec<u32> = Vec::new();
        for definition in &facts.definitions {
            let number = self.number(&definition.name);
            names.push(number);
            if !definition.declaration {
                definitions.push(number);
            }
        }
        names.sort_unstable();
        names.dedup();
        definitions.sort_unstable();
        let imports = facts.imports.iter().map(|import| self.number(&import.module)).collect();
        let (names, definitions) = (names.into(), definitions.into());
        let entry = Arc::new(Entry { names, definitions, imports });
        self.contents.insert(key.clone(), entry);
        self.put_known(path, key);
    }

    /// Puts a file in whose content is known already; whether it was.
    pub fn put_known(&mut self, path: &str, key: &ContentKey) -> bool {
        let Some(entry) = self.contents.get(key).map(Arc::clone) else { return false };
        self.remove(path);
        for name in &entry.names {
            self.counts[*name as usize].0 += 1;
        }
        for name in &entry.definitions {
            self.counts[*name as usize].1 += 1;
        }
        self.folders.entry(folder(path).into()).or_default().insert(file_name(path).into());
        self.files.insert(path.into(), (key.clone(), entry));
        true
    }

    /// Takes a file out. What its content says stays known.
    pub fn remove(&mut self, path: &str) {
        let Some((_, entry)) = self.files.remove(path) else { return };
        for name in &entry.names {
            self.counts[*name as usize].0 -= 1;
        }
        for name in &entry.definitions {
            self.counts[*name as usize].1 -= 1;
        }
        if let Some(names) = self.folders.get_mut(folder(path)) {
            names.remove(file_name(path));
        }
    }

    /// Whether it knows a file with this content.
    #[must_use]
    pub fn has(&self, path: &str, key: &ContentKey) -> bool {
        self.files.get(path).is_some_and(|(known, _)| known == key)
    }

    /// Takes out all files but these.
    pub fn keep_only(&mut self, paths: &HashSet<&str>) {
        let gone = self.files.keys().filter(|path| !paths.contains(&***path));
        let gone: Vec<Box<str>> = gone.cloned().collect();
        gone.iter().for_each(|path| self.remove(path));
    }

    /// Forgets contents of no file, if there are more than `most` of them.
    pub fn forget_contents(&mut self, most: usize) {
        if self.contents.len() > self.files.len() + most {
            let used: HashSet<ContentKey> =
                self.files.values().map(|(key, _)| key.clone()).collect();
            self.contents.retain(|key, _| used.contains(key));
        }
    }

    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name: Arc<str> = name.into();
        self.numbers.insert(Arc::clone(&name), number);
        self.names.push(name);
        self.counts.push((0, 0));
        number
    }

    fn count(&self, name: &str) -> (u32, u32) {
        let number = self.numbers.get(name).and_then(|number| self.counts.get(*number as usize));
        number.copied().unwrap_or_default()
    }
}

impl Index for RepositoryIndex {
    fn files(&self) -> u32 {
        u32::try_from(self.files.len()).unwrap_or(u32::MAX)
    }

    fn files_with(&self, name: &str) -> u32 {
        self.count(name).0
    }

    fn definitions(&self, name: &str) -> u32 {
        self.count(name).1
    }

    fn files_with_key(&self, kind: KeyKind, name: &str) -> u32 {
        self.count(&key_name(kind, name)).0
    }

    fn files_in(&self, folder: &str) -> u32 {
        let count = self.folders.get(folder).map_or(0, BTreeSet::len);
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn names_in(&self, folder: &str) -> Vec<&str> {
        self.folders.get(folder).into_iter().flatten().map(AsRef::as_ref).collect()
    }

    fn imports(&self, path: &str, of: &str) -> bool {
        let Some(((_, entry), language)) = self.files.get(path).zip(Language::of(path)) else {
            return false;
        };
        let modules = entry.imports.iter().filter_map(|number| self.names.get(*number as usize));
        modules.into_iter().any(|module| lead(language, path, module, of) == Lead::Exact)
    }

    fn co_change(&self, left: &str, right: &str) -> CoChange {
        self.history.co_change(left, right)
    }
}
