//! A checkout that sessions work in, and whose its changes are, as it was last looked at.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FileAttribution, Overlap};
use crate::{SessionId, WorkspaceId};

/// A checkout that sessions work in, and whose each of its changes is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SharedCheckout {
    /// Its folder.
    pub path: String,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// The commit that is checked out; what is told are differences from it.
    pub head: Option<String>,
    /// The sessions that work in it, and those whose changes lie in it.
    pub sessions: Vec<SessionId>,
    /// Several do: each has a changeset of its own.
    pub is_shared: bool,
    /// What differs from the commit, by path.
    pub files: Vec<FileAttribution>,
}

impl SharedCheckout {
    /// What belongs to this session and to others, too.
    #[must_use]
    pub fn overlaps_of(&self, session: SessionId) -> Vec<Overlap> {
        let all = self.files.iter().flat_map(FileAttribution::overlaps);
        all.filter(|overlap| overlap.owners.has(session)).collect()
    }

    /// What belongs to one of these sessions, and to somebody who is none of them.
    #[must_use]
    pub fn overlaps_beyond(&self, sessions: &[SessionId]) -> Vec<Overlap> {
        let is_theirs = |one: &SessionId| sessions.contains(one);
        let all = self.files.iter().flat_map(FileAttribution::overlaps);
        all.filter(|Overlap { owners, .. }| {
            let beyond = owners.unknown || !owners.sessions.iter().all(is_theirs);
            beyond && owners.sessions.iter().any(is_theirs)
        })
        .collect()
    }

    /// What belongs to several of these sessions, and to nobody else.
    #[must_use]
    pub fn overlaps_among(&self, sessions: &[SessionId]) -> Vec<Overlap> {
        let all = self.files.iter().flat_map(FileAttribution::overlaps);
        all.filter(|Overlap { owners, .. }| {
            !owners.unknown && owners.sessions.iter().all(|one| sessions.contains(one))
        })
        .collect()
    }

    /// The files in which something belongs to another session than this one.
    pub fn of_others(&self, session: SessionId) -> impl Iterator<Item = &FileAttribution> {
        let is_others = move |file: &&FileAttribution| {
            file.owners().any(|owners| owners.sessions.iter().any(|one| *one != session))
        };
        self.files.iter().filter(is_others)
    }
}
