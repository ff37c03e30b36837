//! Worktrees: what becomes of one, and what is remembered of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// What has become of a worktree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorktreeState {
    /// It is being made; nothing works in it yet.
    Preparing,
    /// It can be worked in.
    Ready,
    /// It is made in advance, and becomes the next one that is asked for.
    Pooled,
    /// Its work has landed; it waits to be removed.
    Parked,
    /// Its folder is gone, and Callboard did not remove it.
    Missing,
    /// It was removed; what was in it is kept.
    Removed,
    /// An agent or a person made it; Callboard only looks.
    External,
}

impl WorktreeState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Preparing,
        Self::Ready,
        Self::Pooled,
        Self::Parked,
        Self::Missing,
        Self::Removed,
        Self::External,
    ];

    /// The word used everywhere.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Ready => "ready",
            Self::Pooled => "pooled",
            Self::Parked => "parked",
            Self::Missing => "missing",
            Self::Removed => "removed",
            Self::External => "external",
        }
    }

    /// The state that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// How much room a worktree takes on its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiskUse {
    /// Bytes, in whole blocks.
    pub bytes: u64,
    /// When that was counted.
    pub at: Timestamp,
}

/// The development server of a worktree, as it was last started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartedServer {
    /// The leader of its processes.
    pub pid: u32,
    /// When that started, where the system says so.
    pub start_ticks: Option<u64>,
    /// The log of what it says.
    pub log: String,
    /// It was seen to end by itself.
    pub is_over: bool,
}

/// What is remembered of a worktree beside its place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorktreeFacts {
    /// `callboard`, an agent's name, or `hand`.
    pub made_by: String,
    /// The branch that it is merged into.
    pub base: String,
    /// The commit that it began at.
    pub start: String,
    /// Where that commit was found, such as `origin/main`.
    pub from: String,
    /// The folder that git keeps of it in the repository, which stays the same when it is moved.
    pub admin: String,
    /// Where it lay in the pool, while it is being claimed.
    pub pooled_at: Option<String>,
    /// Its branch was made with it.
    pub made_branch: bool,
    /// What its user should know, in words.
    pub note: Option<String>,
    /// Under which name it is kept, once removed.
    pub kept: Option<String>,
    /// The commit that its branch was at when it was removed.
    pub tip: Option<String>,
    /// Ignored files and folders that were not kept.
    pub left_out: Vec<String>,
    /// Where its folder lies until its bytes are freed.
    pub trash: Option<String>,
    /// Bytes that its removal freed.
    pub freed: Option<u64>,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
    /// How much room it takes.
    pub disk: Option<DiskUse>,
    /// Variables for whatever runs in it.
    pub environment: BTreeMap<String, String>,
    /// Its ports, by name.
    pub ports: BTreeMap<String, u16>,
    /// Where its development server answers.
    pub url: Option<String>,
    /// How far its setup is: `running`, `done`, or why it failed.
    pub setup: Option<String>,
    /// What its setup has to say.
    pub remarks: Vec<String>,
    /// The log of its setup.
    pub log: Option<String>,
    /// Tracked files that setup changed.
    pub changed_tracked: Vec<String>,
    /// Its development server; none that was not started, or was stopped.
    pub server: Option<StartedServer>,
}
