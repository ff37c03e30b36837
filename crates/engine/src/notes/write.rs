//! Writing a note's file so that nothing that anybody else writes to it is lost: by the version that was read, merged
//! line by line with what changed since, exchanged with what is there, and looked at once more.

use std::path::Path;
use std::time::Duration;

use callboard_git::merge::merge_lines;
use callboard_model::WorkspaceId;
use callboard_model::note::version_of;
use callboard_os::file::{Content, Folder};
use callboard_store::VersionBy;

use super::asides;
use super::place::NotePath;
use crate::{Engine, EngineError, limits};

/// What a note is to be.
pub(super) struct Wanted {
    /// The text that it was made on; `None` if that is not kept.
    pub(super) base: Option<Vec<u8>>,
    pub(super) content: Vec<u8>,
    pub(super) by: VersionBy,
}

/// What became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Others had changed it, too.
    pub(super) is_merged: bool,
    /// In the same lines.
    pub(super) overlaps: bool,
}

/// What is told where a file cannot be read or written.
pub(super) fn io_error(path: &str, cause: &std::io::Error) -> EngineError {
    EngineError::Refused {
        text: format!("cannot read or write {path}: {cause}; it was left as it is"),
        hint: "see what is there, and whether you may write to it",
    }
}

impl Engine {
    /// Writes a note. Whoever calls it holds the writers' lock.
    pub(super) fn put_note_locked(
        &self,
        workspace: WorkspaceId,
        root: &Path,
        place: &NotePath,
        wanted: Wanted,
    ) -> Result<Written, EngineError> {
        let path = place.text();
        let io = |cause: std::io::Error| io_error(&path, &cause);
        let folder = place.folder(root).map_err(io)?;
        let Wanted { base, content, by } = wanted;
        let (mut base, mut content) = (base.unwrap_or_default(), content);
        let mut written = Written::default();
        for _ in 0..limits::NOTE_TRIES {
            let Some(current) = self.current(&folder, place)? else {
                match folder.create_whole(&place.name, &content) {
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                    made => made.map_err(io)?,
                }
                self.keep_version(workspace, place, by, content)?;
                return Ok(Written { is_merged: true, ..written });
            };
            let mut next = content.clone();
            if current != base && current != content {
                let merged = self.merged(&base, &current, &content)?;
                written.is_merged = true;
                written.overlaps |= merged.overlaps;
                next = merged.text;
            }
            if next == current {
                return Ok(written);
            }
            // What is put aside must be found again.
            self.keep_version(workspace, place, VersionBy::default(), current.clone())?;
            let aside = asides::name(&place.name, &version_of(&current));
            match folder.exchange(&place.name, &next, &aside) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                exchanged => exchanged.map_err(io)?,
            }
            self.keep_version(workspace, place, by, next)?;
            let Some(taken) = settled(&folder, &aside, &current).map_err(io)? else {
                return Ok(written);
            };
            // It was written between the look and the exchange.
            self.keep_version(workspace, place, VersionBy::default(), taken.clone())?;
            (base, content) = (current, taken);
            written.is_merged = true;
        }
        Err(EngineError::Conflict {
            text: format!("{path} is being written all the time; what you wrote is in its history"),
            hint: "try again when it is quiet: `callboard note history` lists its versions",
        })
    }

    /// A note's text as it is on the disk; `None` if there is none.
    pub(super) fn current(
        &self,
        folder: &Folder,
        place: &NotePath,
    ) -> Result<Option<Vec<u8>>, EngineError> {
        let path = place.text();
        match folder.read(&place.name, limits::NOTE_BYTES).map_err(|c| io_error(&path, &c))? {
            None => Ok(None),
            Some(Content::Whole(bytes)) if std::str::from_utf8(&bytes).is_ok() => Ok(Some(bytes)),
            Some(Content::Whole(_)) => Err(EngineError::Refused {
                text: format!("{path} is not UTF-8; it was left as it is"),
                hint: "save it as UTF-8 with the editor that made it",
            }),
            Some(Content::TooLong) => Err(too_long(&path)),
        }
    }

    /// Keeps a text that a note has or had.
    pub(super) fn keep_version(
        &self,
        workspace: WorkspaceId,
        place: &NotePath,
        by: VersionBy,
        content: Vec<u8>,
    ) -> Result<(), EngineError> {
        let path = place.text();
        self.ask(move |core| {
            core.write_notes(|w| {
                w.put_note_version(workspace, &path, &version_of(&content), by, &content).map(drop)
            })
        })
    }

    fn merged(
        &self,
        base: &[u8],
        ours: &[u8],
        theirs: &[u8],
    ) -> Result<callboard_git::merge::MergedLines, EngineError> {
        let scratch =
            self.home().join("run").join(format!("merge-{}", callboard_store::fresh_name()));
        let failed = |cause: &dyn std::fmt::Display| EngineError::Refused {
            text: format!(
                "two changes of a note could not be merged: {cause}; nothing was written"
            ),
            hint: "open it again, and make the change anew",
        };
        std::fs::create_dir_all(&scratch).map_err(|cause| failed(&cause))?;
        let merged = merge_lines(&scratch, base, ours, theirs);
        // It holds copies only.
        let _ = std::fs::remove_dir_all(&scratch);
        merged.map_err(|cause| failed(&cause))
    }
}

/// What was put aside, if it is not what was expected, once nobody writes to it any more.
fn settled(folder: &Folder, aside: &str, expected: &[u8]) -> std::io::Result<Option<Vec<u8>>> {
    let read = || -> std::io::Result<Option<Vec<u8>>> {
        Ok(match folder.read(aside, limits::NOTE_BYTES)? {
            Some(Content::Whole(content)) => Some(content),
            // It stays, and is looked at later.
            Some(Content::TooLong) | None => None,
        })
    };
    let mut last = read()?;
    for _ in 0..limits::NOTE_SETTLES {
        match &last {
            Some(content) if content.as_slice() != expected => {}
            _ => return Ok(None),
        }
        std::thread::sleep(Duration::from_millis(limits::NOTE_SETTLE_MS));
        let now = read()?;
        // An editor that writes in place empties the file first.
        if now == last && now.as_ref().is_some_and(|content| !content.is_empty()) {
            break;
        }
        last = now;
    }
    // One that is empty still is looked at later.
    Ok(last.filter(|content| content.as_slice() != expected && !content.is_empty()))
}

pub(super) fn too_long(path: &str) -> EngineError {
    EngineError::Refused {
        text: format!(
            "{path} is longer than {} MiB; it was left as it is",
            limits::NOTE_BYTES >> 20
        ),
        hint: "edit it with an editor of yours, or divide it",
    }
}
