//! The names that files had, and have now: work on one goes on under another name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use callboard_git::moves::{Move, moves};
use callboard_git::{Git, GitError};
use callboard_model::{Timestamp, WorkspaceId};

use super::own::Own;
use crate::{Engine, EngineError, limits};

/// The files of a repository that were moved, by either name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Moved(BTreeMap<String, BTreeSet<String>>);

impl Moved {
    fn add(&mut self, from: &str, to: &str) {
        for (one, other) in [(from, to), (to, from)] {
            self.0.entry(one.to_owned()).or_default().insert(other.to_owned());
        }
    }

    /// A file's path with those that it had before and came to have.
    pub(super) fn names_of(&self, path: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut open = vec![path.to_owned()];
        while let Some(name) = open.pop() {
            if names.len() < limits::RELATED_NAMES && names.insert(name.clone()) {
                open.extend(self.0.get(&name).into_iter().flatten().cloned());
            }
        }
        names
    }
}

/// What was moved by the commits of each workspace.
#[derive(Default)]
pub(crate) struct KnownMoves(Mutex<BTreeMap<WorkspaceId, Known>>);

/// What was moved by commits, as it was last looked at.
#[derive(Clone, Default)]
struct Known {
    /// The commit up to which that is; empty before the first look.
    head: String,
    moved: Arc<Moved>,
    looked_at: Timestamp,
}

impl Engine {
    /// What was moved in the session's repository: by commits, and by what is under way.
    pub(super) fn moved(&self, own: &Own) -> Result<Moved, EngineError> {
        let mut moved = (*self.moved_by_commits(own)).clone();
        for changeset in self.read(|s| Ok(s.changesets(own.workspace)?))? {
            for file in &changeset.files {
                if let Some(from) = &file.from {
                    moved.add(from, &file.path);
                }
            }
        }
        Ok(moved)
    }

    fn moved_by_commits(&self, own: &Own) -> Arc<Moved> {
        let known = self.known_moves.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.get(&own.workspace).cloned().unwrap_or_default();
        drop(known);
        let now = self.now();
        if now.since_ms(before.looked_at) < limits::RELATED_MOVES_EVERY_MS {
            return before.moved;
        }
        let found = moves_since(own, &before.head);
        let (head, moved) = found.unwrap_or_else(|error| {
            tracing::debug!(%error, "files that were moved are known by their present names only");
            (before.head.clone(), Vec::new())
        });
        let mut all = (*before.moved).clone();
        moved.iter().for_each(|one| all.add(&one.from, &one.to));
        let now_known = Known { head, moved: Arc::new(all), looked_at: now };
        let moved = Arc::clone(&now_known.moved);
        let mut known = self.known_moves.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(own.workspace, now_known);
        moved
    }
}

/// What was moved since a commit, and the commit up to which that is.
fn moves_since(own: &Own, since: &str) -> Result<(String, Vec<Move>), GitError> {
    // Without a repository, names are what they are.
    let Some(checkout) = callboard_git::locate(&own.root) else { return Ok(Default::default()) };
    let git = Git::at(&checkout.top);
    let head = git.text(&["rev-parse", "--verify", "--quiet", "HEAD"])?.trim().to_owned();
    if head == since {
        return Ok((head, Vec::new()));
    }
    let since = Some(since).filter(|since| !since.is_empty() && git.has_commit(since));
    Ok((head, moves(&git, since)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_all_its_names() {
        let mut moved = Moved::default();
        moved.add("src/watch.rs", "src/watcher.rs");
        moved.add("src/watcher.rs", "src/watcher/mod.rs");
        let names = moved.names_of("src/watcher/mod.rs");
        assert_eq!(names.len(), 3);
        assert!(names.contains("src/watch.rs"));
        assert_eq!(moved.names_of("a.rs").len(), 1);
    }
}
