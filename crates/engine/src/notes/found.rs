//! A note as its file has it now, ready to be kept.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use callboard_model::note::{self, Named, NoteKind};
use callboard_model::{DecisionId, Timestamp, WorkspaceId};
use callboard_os::file::DRAFT;
use callboard_store::{IndexText, NoteFacts, NoteFile};

use super::asides::ASIDE;
use super::place::{FOLDERS, NotePath, is_markdown};
use crate::limits;
use crate::readable::FOLDER;

/// When a file was changed, as finely as its file system tells, and its length.
pub(super) type Stamp = (Option<SystemTime>, u64);

/// The files of a workspace's notes.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Notes by their place, each as it is now.
    pub(super) notes: Vec<(NotePath, PathBuf, Stamp)>,
    /// What stands aside, or was left half written.
    pub(super) left: Vec<(NotePath, PathBuf)>,
}

impl Files {
    /// Those that are there.
    pub(super) fn of(root: &Path) -> Self {
        let mut files = Self::default();
        let top = root.join(FOLDER);
        let mut open: Vec<(PathBuf, usize)> =
            FOLDERS.iter().map(|folder| (top.join(folder), 0)).collect();
        while let Some((folder, depth)) = open.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let Ok(meta) = entry.metadata() else { continue };
                if meta.is_dir() {
                    if depth < limits::NOTES_DEPTH {
                        open.push((path, depth + 1));
                    }
                } else if meta.is_file() {
                    files.add(root, path, (meta.modified().ok(), meta.len()));
                }
            }
        }
        files
    }

    fn add(&mut self, root: &Path, path: PathBuf, stamp: Stamp) {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return };
        let is_left = name.starts_with('.') && (name.ends_with(DRAFT) || name.ends_with(ASIDE));
        let Some(from_root) = path.strip_prefix(root).ok().and_then(|path| path.to_str()) else {
            return;
        };
        if is_left && self.left.len() < limits::NOTES {
            let beside = from_root.replace(name, "x.md");
            if let Ok(place) = NotePath::parse(&beside) {
                self.left.push((place.beside(name), path));
            }
        } else if is_markdown(name)
            && self.notes.len() < limits::NOTES
            && let Ok(place) = NotePath::parse(from_root)
        {
            self.notes.push((place, path, stamp));
        }
    }
}

/// A note as its file has it now.
pub(super) struct Found {
    pub(super) file: NoteFile,
    pub(super) named: Vec<Named>,
    pub(super) text: IndexText,
    /// All of it; `None` if it is too long to be kept.
    pub(super) bytes: Option<Vec<u8>>,
}

impl Found {
    /// What a content says.
    pub(super) fn of(
        workspace: WorkspaceId,
        place: &NotePath,
        bytes: Vec<u8>,
        modified_at: Option<Timestamp>,
    ) -> Self {
        let text = String::from_utf8_lossy(&bytes);
        let parsed = note::Note::parse(&text);
        let kind = place.kind();
        let title = parsed.title.clone().unwrap_or_else(|| stem(&place.name).to_owned());
        let front = parsed.front;
        let file = NoteFile {
            workspace,
            path: place.text(),
            kind,
            number: (kind == NoteKind::Decision).then(|| number(front.id, &place.name)).flatten(),
            version: note::version_of(&bytes),
            title: title.clone(),
            at: front.at,
            modified_at,
            facts: NoteFacts {
                summary: note::summary(&text[parsed.body_at..]),
                by: front.by,
                status: front.status,
                task: front.task,
                session: front.session,
                files: front.files,
                symbols: front.symbols,
            },
        };
        let index = IndexText::of(&title, &text);
        let is_whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= limits::NOTE_BYTES);
        drop(text);
        Self { file, named: parsed.named, text: index, bytes: is_whole.then_some(bytes) }
    }

    /// The file's; `None` if it cannot be read, which is tried again when it changes.
    pub(super) fn read(
        workspace: WorkspaceId,
        place: &NotePath,
        path: &Path,
        modified_at: Option<Timestamp>,
    ) -> Option<Self> {
        let bytes = beginning(path)
            .inspect_err(|error| {
                tracing::warn!(%error, path = %path.display(), "a note could not be read");
            })
            .ok()?;
        Some(Self::of(workspace, place, bytes, modified_at))
    }
}

/// A decision's number: what it says, or else what its file's name does.
pub(super) fn number(said: Option<DecisionId>, name: &str) -> Option<DecisionId> {
    let named = || {
        let (id, _) = stem(name).split_once('-').unwrap_or((stem(name), ""));
        id.starts_with('D').then(|| id.parse().ok()).flatten()
    };
    said.or_else(named).filter(|id| id.0 <= limits::DECISION_NUMBER)
}

/// A file's name without its ending.
pub(super) fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The beginning of a file: one byte more than is kept, where it is longer.
pub(crate) fn beginning(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(limits::NOTE_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// When a file was changed, as the store keeps it.
pub(super) fn modified_at(stamp: Stamp) -> Option<Timestamp> {
    let at = Timestamp::from(stamp.0?);
    Some(Timestamp::from_millisecond(at.as_millisecond()))
}
