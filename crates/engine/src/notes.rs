//! Notes: the Markdown files in a workspace's `.callboard/notes/`, found by their words as they change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

use callboard_model::{Timestamp, WorkspaceId};
use callboard_os::file::Folder;
use callboard_os::watch::{FileNotification, FileWatcher};
use callboard_store::IndexText;

use crate::readable::FOLDER;
use crate::{Engine, EngineError, limits};

/// The folder of notes, beside the other files of a workspace.
const NOTES: &str = "notes";

/// Reports what becomes of notes' files; without notifications, they are read when the daemon starts.
#[derive(Default)]
pub(crate) struct NotesWatch {
    watcher: Mutex<Option<FileWatcher>>,
    /// Files as they were when they were read: two writes within a millisecond are told apart.
    read: Mutex<BTreeMap<PathBuf, Stamp>>,
}

/// When a file was changed, as finely as its file system tells, and its length.
type Stamp = (Option<SystemTime>, u64);

/// A note as its file has it now.
struct Found {
    path: String,
    title: String,
    modified_at: Option<Timestamp>,
    text: IndexText,
}

/// Reads every workspace's notes, and again whatever of them changes.
pub(crate) fn start(engine: &Arc<Engine>) {
    let engine = Arc::downgrade(engine);
    std::thread::spawn(move || {
        let notifications = match FileWatcher::new() {
            Ok((watcher, notifications)) => {
                if let Some(engine) = engine.upgrade() {
                    *engine.notes.watcher.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some(watcher);
                }
                Some(notifications)
            }
            Err(error) => {
                tracing::warn!(%error, "notes are read when the daemon starts, not as they change");
                None
            }
        };
        keep_all(&engine, |_| true);
        // The sender lives in the watcher, which ends with the engine.
        while let Some(first) = notifications.as_ref().and_then(|all| all.recv().ok()) {
            let rest = notifications.iter().flat_map(|all| all.try_iter());
            let mut changed = BTreeSet::new();
            let mut is_lost = false;
            for notification in std::iter::once(first).chain(rest) {
                match notification {
                    FileNotification::Changed(path) => {
                        changed.insert(path);
                    }
                    FileNotification::Lost => is_lost = true,
                }
            }
            keep_all(&engine, |folder| {
                is_lost || changed.iter().any(|path| path.starts_with(folder))
            });
        }
    });
}

fn keep_all(engine: &Weak<Engine>, is_wanted: impl Fn(&Path) -> bool) {
    let Some(engine) = engine.upgrade() else { return };
    let roots = engine.read(|s| {
        Ok(s.workspaces()?.into_iter().map(|known| (known.id, known.row.root)).collect::<Vec<_>>())
    });
    let kept = roots.and_then(|roots| {
        let wanted = roots.iter().filter(|(_, root)| is_wanted(&folder_of(root)));
        wanted.into_iter().try_for_each(|(id, root)| engine.keep_notes(*id, root))
    });
    if let Err(error) = kept {
        tracing::warn!(%error, "notes could not be read; they are read again when one changes");
    }
}

fn folder_of(root: &Path) -> PathBuf {
    root.join(FOLDER).join(NOTES)
}

impl Engine {
    /// Brings what is known of a workspace's notes up to date, and has their folder watched.
    pub(crate) fn keep_notes(&self, id: WorkspaceId, root: &Path) -> Result<(), EngineError> {
        let folder = folder_of(root);
        if let Err(error) = Folder::below(root, &[FOLDER, NOTES]) {
            // What is known of its notes stays; a link may lead where nobody meant them to be read.
            tracing::warn!(%error, folder = %folder.display(), "notes are not read");
            return Ok(());
        }
        if let Some(watcher) =
            &mut *self.notes.watcher.lock().unwrap_or_else(PoisonError::into_inner)
            && let Err(error) = watcher.watch(&folder, true)
        {
            tracing::warn!(%error, "notes are read when the daemon starts, not as they change");
        }
        let known = self.read(|s| Ok(s.notes(id)?))?;
        let known: BTreeMap<String, Option<Timestamp>> =
            known.into_iter().map(|note| (note.path, note.modified_at)).collect();
        let files = files_of(root, &folder);
        let news: Vec<Found> = files
            .iter()
            .filter(|(path, (file, stamp))| {
                let was_read = self.notes.was_read(file, *stamp);
                known.get(*path) != Some(&modified_at(*stamp)) || was_read == Some(false)
            })
            .filter_map(|(path, (file, stamp))| read(path, file, modified_at(*stamp)))
            .collect();
        let gone: Vec<String> =
            known.into_keys().filter(|path| !files.contains_key(path)).collect();
        if news.is_empty() && gone.is_empty() {
            return Ok(());
        }
        self.ask(move |core| {
            core.write_notes(|w| {
                for note in &news {
                    w.put_note(id, &note.path, &note.title, note.modified_at, &note.text)?;
                }
                gone.iter().try_for_each(|path| w.forget_note(id, path))
            })
        })
    }
}

impl NotesWatch {
    /// Whether the file was read as it is now, which it counts as from here on; `None` if it was not read
    /// since the start.
    fn was_read(&self, file: &Path, stamp: Stamp) -> Option<bool> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        Some(read.insert(file.to_owned(), stamp)? == stamp)
    }
}

/// The notes' files by their path from the root, each as it is now.
fn files_of(root: &Path, folder: &Path) -> BTreeMap<String, (PathBuf, Stamp)> {
    let mut files = BTreeMap::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() && depth < limits::NOTES_DEPTH {
                open.push((path, depth + 1));
            } else if meta.is_file()
                && path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("md"))
                && files.len() < limits::NOTES
                && let Ok(name) = path.strip_prefix(root)
            {
                let stamp = (meta.modified().ok(), meta.len());
                files.insert(name.to_string_lossy().into_owned(), (path, stamp));
            }
        }
    }
    files
}

/// When a file was changed, as the store keeps it.
fn modified_at(stamp: Stamp) -> Option<Timestamp> {
    let at = Timestamp::from(stamp.0?);
    Some(Timestamp::from_millisecond(at.as_millisecond()))
}

/// What can be found of a note; `None` if its file cannot be read, which is tried again when it changes.
fn read(path: &str, file: &Path, modified_at: Option<Timestamp>) -> Option<Found> {
    let text = beginning(file)
        .inspect_err(|error| tracing::warn!(%error, path, "a note could not be read"))
        .ok()?;
    let title = title_of(&text, file);
    let text = IndexText::of(&title, &text);
    Some(Found { path: path.to_owned(), title, modified_at, text })
}

/// The text at the beginning of a file.
pub(crate) fn beginning(file: &Path) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    File::open(file)?.take(limits::NOTE_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first heading, or the file's name.
fn title_of(text: &str, file: &Path) -> String {
    let heading = text.lines().find_map(|line| line.strip_prefix('#'));
    let heading = heading.map(|rest| rest.trim_start_matches('#').trim());
    let name = || file.file_stem().map(|name| name.to_string_lossy().into_owned());
    heading.filter(|title| !title.is_empty()).map(str::to_owned).or_else(name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_called_by_its_first_heading_or_its_file() {
        let file = Path::new("/r/.callboard/notes/data-model.md");
        assert_eq!(title_of("intro\n\n## The data model\n# Other\n", file), "The data model");
        assert_eq!(title_of("no heading\n", file), "data-model");
        assert_eq!(title_of("#\ntext", file), "data-model");
    }
}
