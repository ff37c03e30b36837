//! Notes and decisions: the Markdown files in a workspace's `.callboard/`, kept up with as they change.

mod asides;
mod found;
mod handed;
mod history;
mod images;
mod links;
mod near;
mod new;
mod place;
mod remember;
mod share;
mod stale;
mod view;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use callboard_model::{Timestamp, WorkspaceId};
use callboard_os::file::Folder;
use callboard_os::watch::{FileNotification, FileWatcher};
use callboard_store::VersionBy;

use self::found::{Files, Found, Stamp};
pub(crate) use self::place::FOLDERS;
use crate::readable::FOLDER;
use crate::{Engine, EngineError, limits};

pub(crate) use self::found::beginning;
pub(crate) use self::links::name_of;
pub use self::near::NearNote;
pub(crate) use self::remember::mask;
pub use self::remember::{Kept, Remembered};
pub(crate) use self::remember::{from_top, tops};
pub(crate) use self::write::Written;

/// Reports what becomes of notes' files.
#[derive(Default)]
pub(crate) struct NotesWatch {
    watcher: Mutex<Option<FileWatcher>>,
    /// Files as they were when they were read: two writes within a millisecond are told apart.
    read: Mutex<BTreeMap<PathBuf, Stamp>>,
    /// What stands aside, each with since when that is known.
    asides: Mutex<BTreeMap<PathBuf, Timestamp>>,
    /// Whoever writes notes, or keeps what is there, has it.
    writing: Mutex<()>,
}

/// Reads every workspace's notes, and again whatever of them changes.
pub(crate) fn start(engine: &Arc<Engine>) {
    let engine = Arc::downgrade(engine);
    std::thread::spawn(move || {
        let (watcher, notifications) = FileWatcher::new();
        let Some(held) = engine.upgrade() else { return };
        *held.notes.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher);
        drop(held);
        let mut waits = keep_all(&engine, |_| true);
        // The sender lives in the watcher, which ends with the engine.
        loop {
            let first = if waits {
                let aside = u64::try_from(limits::NOTE_ASIDE_MS).unwrap_or(0);
                match notifications.recv_timeout(Duration::from_millis(aside)) {
                    Ok(first) => Some(first),
                    Err(std::sync::mpsc::RecvTimeoutError::Timeout) => None,
                    Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return,
                }
            } else {
                match notifications.recv() {
                    Ok(first) => Some(first),
                    Err(_) => return,
                }
            };
            let is_time = first.is_none();
            let mut changed = BTreeSet::new();
            let mut is_lost = false;
            for notification in first.into_iter().chain(notifications.try_iter()) {
                match notification {
                    FileNotification::Changed(path) => {
                        changed.insert(path);
                    }
                    FileNotification::Lost => is_lost = true,
                }
            }
            waits = keep_all(&engine, |folder| {
                is_time || waits || is_lost || changed.iter().any(|path| path.starts_with(folder))
            });
        }
    });
}

/// Keeps up with the notes of some workspaces; whether any is to be looked at again.
fn keep_all(engine: &Weak<Engine>, is_wanted: impl Fn(&Path) -> bool) -> bool {
    let Some(engine) = engine.upgrade() else { return false };
    let roots = engine.read(|s| {
        Ok(s.workspaces()?.into_iter().map(|known| (known.id, known.row.root)).collect::<Vec<_>>())
    });
    let kept = roots.and_then(|roots| {
        let wanted = roots.iter().filter(|(_, root)| is_wanted(&root.join(FOLDER)));
        let mut waits = false;
        for (id, root) in wanted {
            waits |= engine.keep_notes(*id, root)?;
        }
        Ok(waits)
    });
    kept.unwrap_or_else(|error| {
        tracing::warn!(%error, "notes could not be read; they are read again when one changes");
        false
    })
}

impl Engine {
    /// Brings what is known of a workspace's notes up to date, and has their folders watched; whether something stands
    /// aside that is to be looked at again.
    pub(crate) fn keep_notes(&self, id: WorkspaceId, root: &Path) -> Result<bool, EngineError> {
        let _writing = self.notes.writing();
        self.keep_notes_locked(id, root)
    }

    /// The same by whoever holds the writers' lock.
    fn keep_notes_locked(&self, id: WorkspaceId, root: &Path) -> Result<bool, EngineError> {
        for name in FOLDERS {
            let folder = root.join(FOLDER).join(name);
            if let Err(error) = Folder::below(root, &[FOLDER, name]) {
                // What is known of its notes stays; a link may lead where nobody meant them to be read.
                tracing::warn!(%error, folder = %folder.display(), "notes are not read");
                return Ok(false);
            }
            if let Some(watcher) =
                &mut *self.notes.watcher.lock().unwrap_or_else(PoisonError::into_inner)
                && let Err(error) = watcher.watch(&folder, true)
            {
                tracing::warn!(%error, "notes are read when the daemon starts, not as they change");
            }
        }
        let waits = self.look_at_asides(id, root, &Files::of(root).left)?;
        self.keep_files(id, root, Files::of(root))?;
        Ok(waits)
    }

    fn keep_files(&self, id: WorkspaceId, root: &Path, files: Files) -> Result<(), EngineError> {
        let known = self.read(|s| Ok(s.notes(id)?))?;
        let mut known: BTreeMap<String, (Option<Timestamp>, bool)> = known
            .into_iter()
            .map(|note| (note.row.path, (note.row.modified_at, note.row.version.is_empty())))
            .collect();
        let mut news = Vec::new();
        for (place, path, stamp) in files.notes {
            let modified_at = found::modified_at(stamp);
            let was_read = self.notes.was_read(&path, stamp);
            let as_known = known.remove(&place.text()) == Some((modified_at, false));
            if !as_known || was_read == Some(false) {
                let mut found = Found::read(id, &place, &path, modified_at);
                if let Some(bytes) = found.as_ref().and_then(|found| found.bytes.as_deref())
                    && self.merge_what_was_overwritten(id, root, &place, bytes)?
                {
                    found = Found::read(id, &place, &path, modified_at);
                }
                news.extend(found);
            }
        }
        let gone: Vec<String> = known.into_keys().collect();
        if news.is_empty() && gone.is_empty() {
            return Ok(());
        }
        self.ask(move |core| {
            core.write_notes(|w| {
                for Found { file, named, text, bytes } in &news {
                    w.put_note(file, named, text)?;
                    if let Some(bytes) = bytes {
                        let by = VersionBy::default();
                        w.put_note_version(id, &file.path, &file.version, by, bytes)?;
                    }
                }
                gone.iter().try_for_each(|path| w.forget_note(id, path))
            })
        })
    }

    /// A workspace that was named, or the one last looked at, with its root.
    pub(crate) fn notes_of(
        &self,
        workspace: Option<WorkspaceId>,
    ) -> Result<(WorkspaceId, PathBuf), EngineError> {
        let id = self.workspace_or_last(workspace)?;
        let root = self.read(|s| Ok(s.workspace(id)?.map(|known| known.row.root)))?;
        let root = root.ok_or_else(|| EngineError::NotFound {
            what: format!("workspace {id}"),
            hint: "register one with `callboard init`",
        })?;
        Ok((id, root))
    }
}

impl NotesWatch {
    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asides(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Timestamp>> {
        self.asides.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the file was read as it is now, which it counts as from here on; `None` if it was not read
    /// since the start.
    fn was_read(&self, file: &Path, stamp: Stamp) -> Option<bool> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        Some(read.insert(file.to_owned(), stamp)? == stamp)
    }
}
