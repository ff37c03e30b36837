//! What is on record of a piece of work: what commands came to, what changed, what was run again.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Verb;
use crate::changeset::FileStatus;
use crate::check::CheckKind;
use crate::receipt::{Content, Spot};
use crate::{Cite, Ordinal};

/// What is on record. Where a part of it is not known, it says so, and claims about it are not checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The commands of the session and its subagents, in order; none where no session is known.
    pub commands: Option<Vec<Command>>,
    /// When code was first edited; none where it never was.
    pub first_edit: Option<Ordinal>,
    /// When code was last edited; scratch files that are gone again do not count.
    pub last_edit: Option<Ordinal>,
    /// The tree that the work leaves, where it is known.
    pub tree: Option<String>,
    /// The checkout that the work is in, absolute.
    pub root: Option<String>,
    /// The files of the changeset; none where it is not known.
    pub files: Option<Vec<TouchedFile>>,
    /// Checks that were run again in clean checkouts.
    pub reruns: Vec<Rerun>,
    /// New or changed tests that fail on the base and pass on the work.
    pub proving: Vec<String>,
    /// What is known of other uses of symbols.
    pub uses: Vec<Uses>,
    /// Users of changed symbols that the session never opened.
    pub unopened: Vec<Unopened>,
    /// Pictures that were taken, and pages that were looked at.
    pub sights: Vec<Sight>,
    /// Commits that the branch holds, abbreviated or whole; none where they are not known.
    pub history: Option<Vec<String>>,
    /// What of the work is not code: tables before and after, a folder that was tidied.
    pub content: Content,
}

/// A command that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its line, as it was typed.
    pub line: String,
    /// Where it ran, absolute, where that is known.
    pub cwd: Option<String>,
    /// Its exit code, where it was seen. An agent that tells only of success tells of 0.
    pub exit_code: Option<i32>,
    /// What it printed, or the end of that.
    pub output: String,
    /// Its place in the session, on the same scale as the edits'.
    pub ordinal: Ordinal,
    /// The event of its result.
    pub cite: Cite,
    /// The tree as it ran, where that is known.
    pub tree: Option<String>,
}

/// A file of the changeset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchedFile {
    /// From the repository's root.
    pub path: String,
    /// What it was called before, where it moved.
    pub from: Option<String>,
    /// What became of it.
    pub status: FileStatus,
    /// Its symbols that changed; empty where its language is not known.
    pub symbols: Vec<Touched>,
    /// The words of its changed lines, lowercase: identifiers whole. None where they were not read.
    pub words: Option<Vec<String>>,
}

/// A symbol that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Its name, qualified or not.
    pub name: String,
    /// What became of it.
    pub verb: Verb,
}

/// A check that was run again: on the base with the base's tests, and on the work as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerun {
    /// The command.
    pub command: String,
    /// What it checks.
    pub check: CheckKind,
    /// What it came to on the base.
    pub base: Ending,
    /// What it came to on the work.
    pub work: Ending,
}

/// What a check came to that was run again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "ended", rename_all = "snake_case")]
pub enum Ending {
    /// It could not be run.
    #[default]
    Unknown,
    /// Only its exit code is known.
    Code {
        /// The exit code.
        code: i32,
    },
    /// Its tests are known by name.
    Named {
        /// Tests that failed, flaky ones left out.
        failed: Vec<String>,
        /// How many passed.
        passed: u32,
    },
}

/// What is known of the uses of a symbol, other than the work's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uses {
    /// The symbol.
    pub symbol: String,
    /// Its uses outside of what the work changes.
    pub elsewhere: Vec<Spot>,
}

/// Something that uses what was changed, and that the session never looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unopened {
    /// The changed symbol.
    pub symbol: String,
    /// Who uses it.
    pub spot: Spot,
}

/// A picture that was taken, or a page that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Its place in the session.
    pub ordinal: Ordinal,
    /// Its event.
    pub cite: Cite,
}

impl Evidence {
    /// Whether what ran at this place, on this tree, ran on the work as it is left.
    #[must_use]
    pub fn is_after_last_edit(&self, ordinal: Ordinal, tree: Option<&str>) -> bool {
        match (tree, self.tree.as_deref()) {
            (Some(then), Some(now)) => then == now,
            _ => self.last_edit.is_none_or(|edit| edit < ordinal),
        }
    }
}

impl Rerun {
    /// What fails on the work and did not on the base; none where that cannot be told.
    #[must_use]
    pub fn new_failures(&self) -> Option<Vec<&str>> {
        match (&self.base, &self.work) {
            (_, Ending::Code { code: 0 }) => Some(Vec::new()),
            (Ending::Code { code: 0 }, Ending::Code { .. }) => Some(vec![&self.command]),
            (Ending::Named { failed: before, .. }, Ending::Named { failed, .. }) => {
                let is_new = |name: &&str| !before.iter().any(|old| old == name);
                Some(failed.iter().map(String::as_str).filter(is_new).collect())
            }
            (Ending::Code { code: 0 }, Ending::Named { failed, .. }) => {
                Some(failed.iter().map(String::as_str).collect())
            }
            (_, Ending::Named { failed, .. }) if failed.is_empty() => Some(Vec::new()),
            _ => None,
        }
    }

    /// Whether nothing failed on the work.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        match &self.work {
            Ending::Code { code } => *code == 0,
            Ending::Named { failed, passed } => failed.is_empty() && *passed > 0,
            Ending::Unknown => false,
        }
    }
}
