//! What notes name, looked up: whether it is there, and what it is called.

use std::path::{Component, Path, PathBuf};

use callboard_model::note::{LinkKind, Named};
use callboard_model::view::NoteLink;
use callboard_model::{Cite, DecisionId, WorkspaceId};
use callboard_store::{Note, Snapshot};

use super::found::stem;
use crate::EngineError;
use crate::core::view_of;
use crate::readable::FOLDER;

/// The notes of a workspace, to be found by what names them.
pub(super) struct Notes {
    pub(super) workspace: WorkspaceId,
    pub(super) root: PathBuf,
    /// Newest first.
    pub(super) all: Vec<Note>,
}

/// How a note is named: by its number, unless an older one has it, too, or else by its path.
pub(crate) fn name_of(s: &Snapshot<'_>, note: &Note) -> Result<String, EngineError> {
    let Some(number) = note.row.number else { return Ok(note.row.path.clone()) };
    let all = s.decisions_numbered(note.row.workspace, number)?;
    let is_its = all.first().is_none_or(|oldest| oldest.id == note.id);
    Ok(if is_its { number.to_string() } else { note.row.path.clone() })
}

impl Notes {
    pub(super) fn of(
        s: &Snapshot<'_>,
        workspace: WorkspaceId,
        root: &Path,
    ) -> Result<Self, EngineError> {
        Ok(Self { workspace, root: root.to_owned(), all: s.notes(workspace)? })
    }

    /// As [`name_of`] has it.
    pub(super) fn name_of(&self, note: &Note) -> String {
        let is_its = |number: &DecisionId| {
            self.numbered(*number).is_none_or(|first| first.row.path == note.row.path)
        };
        let number = note.row.number.filter(is_its);
        number.map_or_else(|| note.row.path.clone(), |number| number.to_string())
    }

    /// The oldest decision with a number.
    pub(super) fn numbered(&self, number: DecisionId) -> Option<&Note> {
        self.all.iter().rev().find(|note| note.row.number == Some(number))
    }

    fn at(&self, path: &str) -> Option<&Note> {
        self.all.iter().find(|note| note.row.path == path)
    }

    /// The note that a text means which stands in the note at `from`.
    pub(super) fn meant(&self, from: &str, target: &str) -> Option<&Note> {
        if let Some(number) = target.starts_with('D').then(|| target.parse().ok()).flatten()
            && let Some(note) = self.numbered(number)
        {
            return Some(note);
        }
        let path = target.split(['#', '?']).next().unwrap_or_default();
        let path = path.replace("%20", " ");
        let beside = Path::new(from).parent().unwrap_or(Path::new(""));
        let by_path = [beside.join(&path), PathBuf::from(&path), Path::new(FOLDER).join(&path)];
        let found = by_path.iter().filter_map(|path| below(path)).find_map(|path| self.at(&path));
        found.or_else(|| {
            let name = target.to_lowercase();
            // The oldest: a newer note does not take another's name away.
            self.all.iter().rev().find(|note| {
                let file = note.row.path.rsplit('/').next().unwrap_or_default();
                note.row.title.to_lowercase() == name || stem(file).to_lowercase() == name
            })
        })
    }

    /// Something that a note names, as it is shown.
    pub(super) fn link(
        &self,
        s: &Snapshot<'_>,
        from: &str,
        named: &Named,
    ) -> Result<NoteLink, EngineError> {
        let target = named.target.as_str();
        let found = |title: Option<String>| (title, false);
        let is_file = matches!(named.kind, LinkKind::FilePath | LinkKind::Image | LinkKind::Note);
        let path = is_file.then(|| self.file_at(from, target)).flatten();
        let (title, missing) = match named.kind {
            LinkKind::Event => match target.parse::<Cite>() {
                Ok(cite) if s.is_event_of(cite.seq, cite.session)? => {
                    let view = view_of(s, cite.session)?;
                    found(view.and_then(|view| view.heading().map(str::to_owned)))
                }
                _ => (None, true),
            },
            LinkKind::Session => {
                let id = target.parse().ok();
                let view = id.map(|id| view_of(s, id)).transpose()?.flatten();
                view.map_or((None, true), |view| found(view.heading().map(str::to_owned)))
            }
            LinkKind::Task => {
                let id = target.parse().ok();
                let task = id.map(|id| s.task(id)).transpose()?.flatten();
                let task = task.filter(|task| task.deleted_at.is_none());
                task.map_or((None, true), |task| found(Some(task.title)))
            }
            LinkKind::Review => {
                let id = target.parse().ok();
                let review = id.map(|id| s.review(id)).transpose()?.flatten();
                review.map_or((None, true), |review| found(Some(review.title)))
            }
            LinkKind::Note => match self.meant(from, target) {
                Some(note) => found(Some(note.row.title.clone())),
                None => (None, path.is_none()),
            },
            LinkKind::FilePath | LinkKind::Image => (None, path.is_none()),
            LinkKind::Symbol | LinkKind::Address | LinkKind::Issue => found(None),
        };
        Ok(NoteLink { kind: named.kind, target: target.to_owned(), title, missing, path })
    }

    /// Where a file is that is there: beside the note, below the root or the folder of notes, or by its absolute path;
    /// `src/a.rs:12` and `src/a.rs#L12` are in `src/a.rs`. From the root, unless it is outside of that.
    fn file_at(&self, from: &str, target: &str) -> Option<String> {
        let path = target.split('#').next().unwrap_or_default().replace("%20", " ");
        let line =
            path.rsplit_once(':').filter(|(_, line)| line.bytes().all(|b| b.is_ascii_digit()));
        let whole = line.map_or(path.as_str(), |(path, _)| path);
        if Path::new(whole).is_absolute() {
            let inside = Path::new(whole).strip_prefix(&self.root).ok().and_then(below);
            return Path::new(whole).exists().then(|| inside.unwrap_or_else(|| whole.to_owned()));
        }
        let beside = Path::new(from).parent().unwrap_or(Path::new(""));
        let notes = Path::new(FOLDER).join(super::FOLDERS[0]);
        let places =
            [beside.join(whole), PathBuf::from(whole), notes.join(whole), PathBuf::from(&path)];
        places.iter().filter_map(|path| below(path)).find(|path| self.root.join(path).exists())
    }
}

/// A path without `.` and `..`; `None` if it leads out of the root.
fn below(path: &Path) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}
