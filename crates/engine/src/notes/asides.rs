//! What stands aside after a note was written: an editor that has the old file open may still write to it. It is
//! looked at again a moment later, and whenever a daemon finds it left behind.

use std::path::{Path, PathBuf};

use callboard_model::note::version_of;
use callboard_model::{Timestamp, WorkspaceId};
use callboard_os::file::Content;
use callboard_store::VersionBy;

use super::place::NotePath;
use super::write::Wanted;
use crate::{Engine, EngineError, limits};

/// How the name of a file ends that stands aside.
pub(super) const ASIDE: &str = ".callboard-aside";

/// A name for what stood in a note's place: it says which note, and what was expected of it.
pub(super) fn name(note: &str, expected: &str) -> String {
    format!(".{note}.{expected}.{}{ASIDE}", callboard_store::fresh_name())
}

/// The note and the version that such a name tells.
fn told(name: &str) -> Option<(&str, &str)> {
    let (rest, _) = name.strip_prefix('.')?.strip_suffix(ASIDE)?.rsplit_once('.')?;
    rest.rsplit_once('.')
}

impl Engine {
    /// Looks at what stands aside long enough; whether some does not yet. Whoever calls it holds the writers' lock.
    pub(super) fn look_at_asides(
        &self,
        workspace: WorkspaceId,
        root: &Path,
        left: &[(NotePath, PathBuf)],
    ) -> Result<bool, EngineError> {
        let now = self.now();
        let mut waits = false;
        for (place, path) in left {
            if self.notes.stands_since(path, now) {
                waits = true;
            } else if let Err(error) = self.bring_in_aside(workspace, root, place) {
                tracing::warn!(%error, path = %path.display(), "what a note was could not be looked at");
            } else {
                self.notes.forget_aside(path);
            }
        }
        Ok(waits)
    }

    /// Brings what was written to a file that stands aside into its note, and takes it away.
    fn bring_in_aside(
        &self,
        workspace: WorkspaceId,
        root: &Path,
        place: &NotePath,
    ) -> Result<(), EngineError> {
        let io = |cause| super::write::io_error(&place.text(), &cause);
        let folder = place.folder(root).map_err(io)?;
        let Some((note, expected)) = told(&place.name) else {
            // Only half written: nobody was told that it is.
            return folder.remove(&place.name).map_err(io);
        };
        let note = place.beside(note);
        let content = match folder.read(&place.name, limits::NOTE_BYTES).map_err(io)? {
            Some(Content::Whole(content)) => content,
            None => return Ok(()),
            Some(Content::TooLong) => {
                let name = format!("{}-{}.md", super::found::stem(&note.name), "kept");
                return folder.rename(&place.name, &name).map_err(io);
            }
        };
        let version = version_of(&content);
        let (path, expected) = (note.text(), expected.to_owned());
        let (is_known, base) = self.read(|s| {
            let known = s.note_version_text(workspace, &path, &version)?.is_some();
            Ok((known, s.note_version_text(workspace, &path, &expected)?))
        })?;
        // One that was emptied and never written again says nothing.
        if !is_known && !content.is_empty() {
            let wanted = Wanted { base, content: content.clone(), by: VersionBy::default() };
            self.put_note_locked(workspace, root, &note, wanted)?;
            self.keep_version(workspace, &note, VersionBy::default(), content.clone())?;
        }
        // What is written to it meanwhile is looked at the next time.
        match folder.read(&place.name, limits::NOTE_BYTES).map_err(io)? {
            Some(Content::Whole(now)) if now == content => folder.remove(&place.name).map_err(io),
            _ => Ok(()),
        }
    }
}

impl super::NotesWatch {
    /// Whether a file stands aside for less than it has to; the first look counts.
    fn stands_since(&self, path: &Path, now: Timestamp) -> bool {
        let mut asides = self.asides();
        let since = *asides.entry(path.to_owned()).or_insert(now);
        now.since_ms(since) < limits::NOTE_ASIDE_MS
    }

    fn forget_aside(&self, path: &Path) {
        self.asides().remove(path);
    }
}
