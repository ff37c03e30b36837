//! The index of what a repository's code says, brought to the commit that changesets stand on, and kept on the disk.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use callboard_code::{ContentKey, History, RepositoryIndex, facts};
use callboard_git::{Git, GitError, blobs};

use super::text_of;
use crate::limits;

/// An index with its place on the disk, if it has one.
#[derive(Debug, Default)]
pub(crate) struct CodeIndex {
    file: Option<PathBuf>,
    index: RepositoryIndex,
    /// Contents that were read since it was last written.
    unsaved: usize,
}

impl CodeIndex {
    /// The index that is kept at `file`; an empty one where that has none, or one that cannot be used.
    pub(crate) fn kept_at(file: &Path) -> Self {
        let read = || -> Option<RepositoryIndex> {
            let bytes = zstd::decode_all(&*fs::read(file).ok()?).ok()?;
            RepositoryIndex::from_bytes(&bytes)
                .inspect_err(|why| tracing::info!(%why, file = %file.display(), "the index of the code is made anew"))
                .ok()
        };
        let index = read().unwrap_or_default();
        Self { file: Some(file.to_owned()), index, unsaved: 0 }
    }

    pub(crate) fn get(&self) -> &RepositoryIndex {
        &self.index
    }

    /// Brings it to what a commit holds: what is known is not read again.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn stand_on(&mut self, git: &Git, commit: &str) -> Result<(), GitError> {
        let from = self.index.commit.take();
        if from.as_deref() == Some(commit) {
            self.index.commit = from;
            return Ok(());
        }
        self.follow_files(git, from.as_deref(), commit)?;
        if let Err(error) = self.follow_history(git, from.as_deref(), commit) {
            tracing::warn!(%error, "which files change together is not known");
        }
        self.index.forget_contents(limits::IDLE_CONTENTS);
        self.index.commit = Some(commit.to_owned());
        if self.unsaved >= limits::UNSAVED_CONTENTS || from.is_none() {
            self.save();
        }
        Ok(())
    }

    fn follow_files(
        &mut self,
        git: &Git,
        from: Option<&str>,
        commit: &str,
    ) -> Result<(), GitError> {
        // A commit that is gone tells no difference.
        let changes = from.and_then(|from| blobs::changes(git, from, commit).ok());
        let files = match changes {
            Some(changes) => {
                let gone = changes.iter().filter_map(|change| change.old.as_ref());
                gone.for_each(|file| self.index.remove(&file.path));
                changes.into_iter().filter_map(|change| change.new).collect()
            }
            None => {
                let files = blobs::files(git, commit)?;
                let paths: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
                self.index.keep_only(&paths);
                files
            }
        };
        let keyed = files.into_iter().filter_map(|file| {
            let key = ContentKey::of(&file.path, &file.id)?;
            Some((file, key))
        });
        let index = &mut self.index;
        let unknown = keyed
            .take(limits::INDEXED_FILES)
            .filter(|(file, key)| !index.has(&file.path, key) && !index.put_known(&file.path, key));
        let unknown: Vec<(blobs::TreeFile, ContentKey)> = unknown.collect();
        let ids: Vec<&str> = unknown.iter().map(|(file, _)| file.id.as_str()).collect();
        blobs::read(git, &ids, |at, bytes| {
            let Some((file, key)) = unknown.get(at) else { return };
            // What says nothing is known, too.
            let facts = text_of(bytes).and_then(|text| facts(&file.path, &text));
            index.put(&file.path, key, &facts.unwrap_or_default());
        })?;
        self.unsaved += unknown.len();
        Ok(())
    }

    /// Counts the commits since `from`, or the latest ones.
    fn follow_history(
        &mut self,
        git: &Git,
        from: Option<&str>,
        commit: &str,
    ) -> Result<(), GitError> {
        let range = from.map(|from| format!("{from}..{commit}"));
        let most = format!("--max-count={}", callboard_code::limits::HISTORY_COMMITS);
        let list = |what: &str| {
            git.text(&["rev-list", "--no-merges", "--reverse", &most, "--end-of-options", what])
        };
        let commits = match range.and_then(|range| list(&range).ok()) {
            Some(commits) => commits,
            None => {
                self.index.history = History::default();
                list(commit)?
            }
        };
        let commits: Vec<&str> = commits.lines().collect();
        let changed = blobs::changed_by(git, &commits)?;
        for id in commits {
            let paths = changed.get(id).map_or(&[][..], Vec::as_slice);
            self.index.history.count(&paths.iter().map(String::as_str).collect::<Vec<_>>());
        }
        Ok(())
    }

    /// Writes it, whole or not at all. The next process reads the repository again where the disk refuses.
    fn save(&mut self) {
        let Some(file) = &self.file else { return };
        let write = || -> Result<(), String> {
            let bytes = self.index.to_bytes().map_err(|error| error.to_string())?;
            let bytes = zstd::encode_all(&*bytes, 1).map_err(|error| error.to_string())?;
            let beside = file.with_extension("new");
            fs::write(&beside, bytes).map_err(|error| error.to_string())?;
            fs::rename(&beside, file).map_err(|error| error.to_string())
        };
        match write() {
            Ok(()) => self.unsaved = 0,
            Err(error) => {
                tracing::warn!(error, file = %file.display(), "the index of the code is not kept");
            }
        }
    }
}

/// The index of all that a commit holds, in memory alone.
///
/// # Errors
/// When git cannot be run.
pub(crate) fn index_of(git: &Git, commit: &str) -> Result<RepositoryIndex, GitError> {
    let mut index = CodeIndex::default();
    index.stand_on(git, commit)?;
    Ok(index.index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use callboard_code::Index;
    use callboard_testkit::{HermeticHome, Repo};

    #[test]
    fn the_next_process_reads_what_changed() {
        let home = HermeticHome::new();
        let repo = Repo::new(&home);
        let git = Git::at(repo.path());
        let kept = tempfile::tempdir().unwrap();
        let file = kept.path().join("7.code");
        let first = repo.commit("two", &[("a.py", "def watch(): pass\n"), ("b.py", "import a\n")]);
        let mut index = CodeIndex::kept_at(&file);
        index.stand_on(&git, &first).unwrap();
        assert_eq!(index.get().definitions("watch"), 1);

        let second = repo.commit("rename", &[("a.py", "def follow(): pass\n")]);
        let mut next = CodeIndex::kept_at(&file);
        next.stand_on(&git, &second).unwrap();
        let (index, unsaved) = (next.get(), next.unsaved);
        assert_eq!((unsaved, index.definitions("watch"), index.definitions("follow")), (1, 0, 1));
        assert_eq!(index.co_change("a.py", "b.py").together, 1);
        assert_eq!(index.co_change("a.py", "b.py").left, 2);

        next.stand_on(&git, &first).unwrap();
        assert_eq!((next.unsaved, next.get().definitions("watch")), (1, 1), "it is known still");
        fs::write(&file, "nothing that can be read").unwrap();
        assert_eq!(CodeIndex::kept_at(&file).get().files(), 0);
    }
}
