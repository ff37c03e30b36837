//! Whose line is it, in a checkout that several sessions share.
//!
//! The engine looks at the checkout whenever a tool use ends (and before one begins, where a hook tells), when HEAD
//! moves, and when files changed with no event. What it tells of each look is what differs from the look before, and
//! who could have written meanwhile; every line that differs from the base is then one session's, several sessions'
//! (an overlap), or nobody's: *unattributed*, and never guessed to be the user's.
//!
//! - An edit that names the file, and whose told hunks match what differs, proves it. One that is told after its lines
//!   were seen claims them.
//! - What no edit explains was written by the command that ran meanwhile. Several: by any of them, an overlap. Programs
//!   that only read (`ls`, `git status`) are none.
//! - Nobody's tool ran: unattributed.
//! - A line written over another one's belongs to both. A line that is as the base has it is nobody's.
//! - Lines keep their owner as text around them changes, when a file moves, and when the base moves: what is
//!   committed is dropped. What a stash, an undo or a reset takes away is remembered, and is its writers' again when it
//!   comes back; what such a command brings that is not known is unattributed.
//!
//! ```ignore
//! let mut attribution = Attribution::default();
//! attribution.look(&Look {
//!     files: vec![FileLook { path: "src/a.rs".into(), base, old, new, ..FileLook::default() }],
//!     uses: vec![Use { session, act: Act::Edit(told), ended: true }],
//! });
//! let file = FileAttribution::of(&attribution, "src/a.rs", &head, &disk);
//! let parts = parts(&files, session)?; // what `callboard commit S41` commits, or the overlaps
//! ```
//!
//! The state holds no text, only who wrote how many lines; it is serialised with serde, bounded by
//! [`limits`](crate::limits), and the same whenever it is built of the same looks.

mod checkout;
mod command;
mod file;
mod hunks;
pub mod lines;
mod owners;
mod rebase;
mod remembered;
mod renames;
mod script;
mod told;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::SessionId;
use crate::event::FileEdit;
use crate::limits;

use command::Writes;
use file::{Traced, Writers};
use remembered::Remembered;
use told::Told;

pub use checkout::SharedCheckout;
pub use hunks::{
    Extent, FileAttribution, Overlap, OverlapReason, OwnedHunk, Part, PartHunk, parts, parts_of,
    with_hunks,
};
pub use owners::Owners;

/// What stands at a path, as git would store it (line ends and filters applied).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    #[default]
    Absent,
    /// Text.
    Text {
        /// All of it.
        text: Arc<str>,
        /// Git's mode (`0o100644`).
        mode: u32,
    },
    /// What has no lines: not text, a link, a submodule, a text above [`limits::ATTRIBUTED_BYTES`].
    Opaque {
        /// Its id.
        id: String,
        /// Git's mode.
        mode: u32,
    },
}

impl Content {
    /// A plain file of this text.
    #[must_use]
    pub fn of_text(text: impl Into<Arc<str>>) -> Self {
        Self::Text { text: text.into(), mode: 0o100_644 }
    }

    /// Its text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// A file that differs from the look before, on the disk or in the base; or that an edit of this look names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileLook {
    /// From the root of the checkout.
    pub path: String,
    /// Where it was at the look before, if it moved since. Moves that are not told are found by content.
    pub from: Option<String>,
    /// Where the base has it, if elsewhere: see [`Attribution::base_path`].
    pub base_from: Option<String>,
    /// The base's content at the look before.
    pub base: Content,
    /// The disk's content at the look before.
    pub old: Content,
    /// The disk's content now.
    pub new: Content,
    /// The base's content now, if it is another.
    pub new_base: Option<Content>,
}

/// A use of a tool that was open or ended since the look before.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    /// Whose.
    pub session: SessionId,
    /// What it does.
    pub act: Act,
    /// It ended, and well: what it tells is done. One that failed or was refused is no use.
    pub ended: bool,
}

/// What a tool use does to files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It edits these files, named from the root of the checkout; with the hunks as applied, where they are told.
    Edit(Vec<FileEdit>),
    /// It runs this command line, or runs one in the background.
    Command(String),
    /// It may write anything: a tool of no known kind, a subagent that is not seen.
    Anything,
}

/// One look at the checkout.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Look {
    /// What differs.
    pub files: Vec<FileLook>,
    /// Who could have written, in the order of their ends; open ones last. Of commands that are told of too late for a
    /// look, tell [`Attribution::was_running`].
    pub uses: Vec<Use>,
}

/// Whose each difference of a checkout to its base is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    looks: u64,
    files: BTreeMap<String, Traced>,
    gone: Remembered,
}

impl Attribution {
    /// Takes in what a look saw.
    pub fn look(&mut self, look: &Look) {
        self.looks += 1;
        let files = renames::found(self, &look.files);
        for file in files.iter() {
            let writers = self.writers(look, file);
            let known = match &file.from {
                Some(from) => {
                    self.files.remove(&file.path);
                    self.files.remove(from)
                }
                None => self.files.remove(&file.path),
            };
            if let Some(traced) = Traced::look(known, file, &writers, &mut self.gone)
                && self.files.len() < limits::ATTRIBUTED_FILES
            {
                self.files.insert(file.path.clone(), traced);
            }
        }
    }

    /// The number of the last look; the first is 1.
    #[must_use]
    pub fn last_look(&self) -> u64 {
        self.looks
    }

    /// Tells of a command only now that ran while what these looks saw came about: what is unattributed of it is the
    /// session's, and what other commands wrote may be.
    pub fn was_running(&mut self, session: SessionId, command: &str, looks: RangeInclusive<u64>) {
        if matches!(command::writes(command), Writes::Both | Writes::Anything) {
            self.files.values_mut().for_each(|traced| traced.was_written_by(session, &looks));
        }
    }

    /// The paths that differ from the base.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Where the base has the file that stands at `path` now.
    #[must_use]
    pub fn base_path<'a>(&'a self, path: &'a str) -> &'a str {
        self.files.get(path).and_then(|traced| traced.from.as_deref()).unwrap_or(path)
    }

    /// Whose anything of the file is; nobody's where it does not differ.
    #[must_use]
    pub fn owners(&self, path: &str) -> Owners {
        let mut owners = Owners::default();
        if let Some(traced) = self.files.get(path) {
            let script = traced.lines.script();
            script.items.iter().filter_map(|i| script.owners(*i)).for_each(|o| owners.join(&o));
            let marks = traced.whole.iter().chain(&traced.mode);
            marks.for_each(|mark| owners.join(&mark.owners()));
        }
        owners
    }

    fn traced(&self, path: &str) -> Option<&Traced> {
        self.files.get(path)
    }

    fn writers<'a>(&self, look: &'a Look, file: &FileLook) -> Writers<'a> {
        let names = |edit: &&FileEdit| {
            edit.path == file.path
                || edit.from.as_deref() == Some(&file.path)
                || file.from.as_deref() == Some(&edit.path)
        };
        let mut writers = Writers {
            told: Vec::new(),
            commands: Owners::default(),
            returns: true,
            look: self.looks,
        };
        for use_ in &look.uses {
            let writes = match &use_.act {
                Act::Edit(files) => {
                    let told = files.iter().filter(names);
                    let (session, ended) = (use_.session, use_.ended);
                    writers.told.extend(told.map(|edit| Told { session, edit, ended }));
                    continue;
                }
                Act::Command(text) => command::writes(text),
                Act::Anything => Writes::Anything,
            };
            match writes {
                Writes::Nothing => {}
                Writes::Returns => writers.commands.unknown = true,
                Writes::Both | Writes::Anything => {
                    writers.commands.add(use_.session);
                    writers.commands.unknown |= writes == Writes::Both;
                    writers.returns = false;
                }
            }
        }
        writers
    }
}
