//! The code that changesets stand on and change: facts of files, read of git, and what couples one changeset with others.

mod index;

use std::collections::{HashMap, HashSet};

use callboard_code::{ChangeFacts, ChangesetFacts, FileChange, FileFacts, FileSide, facts, speaks};
use callboard_git::{Git, GitError, blobs};
use callboard_model::changeset::ChangedFile;

use crate::limits;

pub(crate) use index::{CodeIndex, index_of};

/// What tells a change of a file from every other: the contents' ids and the paths.
type Key = (Option<String>, Option<String>, String, Option<String>);

/// Facts of changed files, each made once.
#[derive(Debug, Default)]
pub(crate) struct ChangedCode {
    known: HashMap<Key, Option<ChangeFacts>>,
}

/// A file's content, with what it says.
struct Content {
    text: String,
    facts: FileFacts,
}

impl ChangedCode {
    /// What changesets change, by their files.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn facts_of(
        &mut self,
        git: &Git,
        files: &[ChangedFile],
    ) -> Result<ChangesetFacts, GitError> {
        let says = |file: &&ChangedFile| !file.binary && speaks(&file.path);
        let wanted = files.iter().filter(says).take(limits::CHANGED_CODE_FILES);
        let wanted: Vec<&ChangedFile> = wanted.collect();
        let new: Vec<&ChangedFile> =
            wanted.iter().copied().filter(|file| !self.known.contains_key(&key(file))).collect();
        let contents = contents_of(git, &new)?;
        for file in new {
            let old =
                side(&contents, file.old.as_deref(), file.from.as_deref().unwrap_or(&file.path));
            let now = side(&contents, file.new.as_deref(), &file.path);
            self.known.insert(key(file), FileChange { old, new: now }.facts());
        }
        let known = wanted.iter().filter_map(|file| self.known.get(&key(file))?.clone());
        Ok(ChangesetFacts::of(known.collect()))
    }

    /// Forgets all but what these files need, once it is more than so many.
    pub(crate) fn keep_below<'f>(
        &mut self,
        most: usize,
        files: impl Iterator<Item = &'f ChangedFile>,
    ) {
        if self.known.len() > most {
            self.keep_only(files);
        }
    }

    /// Forgets all but what these files need.
    pub(crate) fn keep_only<'f>(&mut self, files: impl Iterator<Item = &'f ChangedFile>) {
        let live: HashSet<Key> = files.map(key).collect();
        self.known.retain(|known, _| live.contains(known));
    }
}

fn key(file: &ChangedFile) -> Key {
    (file.old.clone(), file.new.clone(), file.path.clone(), file.from.clone())
}

fn side<'a>(
    contents: &'a HashMap<(String, String), Content>,
    id: Option<&str>,
    path: &'a str,
) -> Option<FileSide<'a>> {
    let content = contents.get(&(id?.to_owned(), path.to_owned()))?;
    Some(FileSide { path, text: &content.text, facts: &content.facts })
}

/// The contents of changed files before and after, by id and path.
fn contents_of(
    git: &Git,
    files: &[&ChangedFile],
) -> Result<HashMap<(String, String), Content>, GitError> {
    let places = files.iter().flat_map(|file| {
        let before = file.from.as_ref().unwrap_or(&file.path);
        let old = file.old.iter().map(move |id| (id.clone(), before.clone()));
        old.chain(file.new.iter().map(|id| (id.clone(), file.path.clone())))
    });
    let places: Vec<(String, String)> = places.collect();
    let ids: Vec<&str> = places.iter().map(|(id, _)| id.as_str()).collect();
    let mut contents = HashMap::new();
    blobs::read(git, &ids, |at, bytes| {
        let Some((place, text)) = places.get(at).zip(text_of(bytes)) else { return };
        if let Some(facts) = facts(&place.1, &text) {
            contents.insert(place.clone(), Content { text, facts });
        }
    })?;
    Ok(contents)
}

fn text_of(bytes: &[u8]) -> Option<String> {
    (bytes.len() <= callboard_code::limits::FILE_BYTES)
        .then(|| String::from_utf8_lossy(bytes).into_owned())
}
