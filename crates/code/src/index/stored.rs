//! An index as bytes, so that the next process need not read a repository again.
//!
//! JSON: a list of all names, and by it the contents, each number as its distance from the one before. Names of
//! contents that are forgotten are left out. Bytes of another version of the facts are refused.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::repository::Entry;
use super::{ContentKey, History, RepositoryIndex};
use crate::facts::VERSION;

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    commit: Option<String>,
    names: Vec<Arc<str>>,
    /// Keys with what the contents have: names, definitions, imports.
    contents: Vec<(Arc<str>, [Vec<u32>; 3])>,
    /// Paths with the places of their contents.
    files: Vec<(Box<str>, u32)>,
    history: History,
}

/// Why bytes are no index that can be used.
#[derive(Debug)]
pub enum StoredError {
    /// They were written by another version.
    Version,
    /// They are no index.
    Broken(String),
}

impl fmt::Display for StoredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => f.write_str("it was written by another version"),
            Self::Broken(why) => write!(f, "it is broken: {why}"),
        }
    }
}

impl std::error::Error for StoredError {}

impl RepositoryIndex {
    /// As bytes.
    ///
    /// # Errors
    /// Of the serialiser: none is known.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StoredError> {
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut own = |number: &u32| {
            *numbers.entry(*number).or_insert_with(|| {
                names.push(Arc::clone(&self.names[*number as usize]));
                as_u32(names.len() - 1)
            })
        };
        let (mut contents, mut places) = (Vec::new(), HashMap::new());
        for (key, entry) in &self.contents {
            let lists = [&entry.names, &entry.definitions, &entry.imports];
            let lists = lists.map(|list| distances(list.iter().map(&mut own).collect()));
            places.insert(key, as_u32(contents.len()));
            contents.push((key.to_string().into(), lists));
        }
        let files = self.files.iter();
        let files = files.filter_map(|(path, (key, _))| Some((path.clone(), *places.get(key)?)));
        let files = files.collect();
        let (commit, history) = (self.commit.clone(), self.history.clone());
        let stored = Stored { version: VERSION, commit, names, contents, files, history };
        serde_json::to_vec(&stored).map_err(|error| StoredError::Broken(error.to_string()))
    }

    /// Of the bytes that [`RepositoryIndex::to_bytes`] gave.
    ///
    /// # Errors
    /// When another version wrote them, or they are no such bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoredError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let broken = |error: serde_json::Error| StoredError::Broken(error.to_string());
        let stored: Stored = match serde_json::from_slice(bytes) {
            Ok(stored) => stored,
            Err(error) => {
                let head = serde_json::from_slice::<Head>(bytes).map_err(broken)?;
                let is_other = head.version != VERSION;
                return Err(if is_other { StoredError::Version } else { broken(error) });
            }
        };
        if stored.version != VERSION {
            return Err(StoredError::Version);
        }
        let mut index = Self { commit: stored.commit, history: stored.history, ..Self::default() };
        stored.names.iter().for_each(|name| {
            index.number(name);
        });
        let count = index.names.len();
        let mut keys = Vec::with_capacity(stored.contents.len());
        for (key, [names, definitions, imports]) in stored.contents {
            let list = |list: Vec<u32>| numbers(list, count);
            let entry = Entry {
                names: list(names)?,
                definitions: list(definitions)?,
                imports: list(imports)?,
            };
            let key = ContentKey::from_text(&key);
            index.contents.insert(key.clone(), Arc::new(entry));
            keys.push(key);
        }
        for (path, at) in stored.files {
            let key = keys.get(at as usize).ok_or_else(|| no_such("content"))?;
            index.put_known(&path, key);
        }
        Ok(index)
    }
}

fn no_such(what: &str) -> StoredError {
    StoredError::Broken(format!("it speaks of a {what} that it does not have"))
}

/// Sorted numbers, each but the first as its distance from the one before.
fn distances(mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    let mut before = 0;
    for number in &mut numbers {
        (before, *number) = (*number, *number - before);
    }
    numbers
}

/// The numbers of distances, all below `count`.
fn numbers(mut distances: Vec<u32>, count: usize) -> Result<Box<[u32]>, StoredError> {
    let mut before = 0_u32;
    for number in &mut distances {
        before = before.saturating_add(*number);
        *number = before;
    }
    if before as usize >= count && !distances.is_empty() {
        return Err(no_such("name"));
    }
    Ok(distances.into())
}

fn as_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts;
    use crate::index::Index;

    #[test]
    fn an_index_comes_back_whole() {
        let mut index = RepositoryIndex::default();
        let put = |index: &mut RepositoryIndex, path: &str, id: &str, text: &str| {
            let facts = facts(path, text).expect("facts");
            index.put(path, &ContentKey::of(path, id).expect("code"), &facts);
        };
        put(&mut index, "src/gone.rs", "0", "fn gone_since() { vanished_name() }");
        put(&mut index, "src/a.rs", "1", "fn watch() { other() }");
        put(&mut index, "src/b.rs", "2", "use crate::a::watch;\nfn run() { watch() }");
        index.remove("src/gone.rs");
        index.forget_contents(0);
        index.history.count(&["src/a.rs", "src/b.rs"]);
        index.commit = Some("c".into());
        let back = RepositoryIndex::from_bytes(&index.to_bytes().expect("bytes")).expect("index");
        assert_eq!((back.files(), back.files_with("watch"), back.definitions("watch")), (2, 2, 1));
        assert_eq!(
            (back.files_with("vanished_name"), back.names.len() < index.names.len()),
            (0, true)
        );
        assert!(back.imports("src/b.rs", "src/a.rs"));
        assert!(back.has("src/a.rs", &ContentKey::of("src/a.rs", "1").expect("code")));
        assert_eq!(back.co_change("src/a.rs", "src/b.rs").together, 1);
        assert_eq!((back.commit.as_deref(), back.files_in("src")), (Some("c"), 2));
    }

    #[test]
    fn what_another_version_wrote_or_what_is_broken_is_refused() {
        let from = |text: &str| RepositoryIndex::from_bytes(text.as_bytes()).expect_err("refused");
        assert!(matches!(from(r#"{"version":0,"other":1}"#), StoredError::Version));
        assert!(matches!(from("{"), StoredError::Broken(_)));
        let broken = format!(
            r#"{{"version":{VERSION},"commit":null,"names":["a"],"contents":[["k",[[7],[],[]]]],"files":[],"history":{{"files":{{}},"next":0}}}}"#
        );
        assert!(from(&broken).to_string().contains("a name that it does not have"));
    }
}
