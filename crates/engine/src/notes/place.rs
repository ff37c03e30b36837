//! Where a note's file is: a path below the two folders of notes, and nowhere else.

use std::io;
use std::path::Path;

use callboard_model::note::NoteKind;
use callboard_os::file::Folder;

use crate::readable::FOLDER;
use crate::{EngineError, limits};

/// The folder of notes, beside the other files of a workspace.
const NOTES: &str = "notes";

/// The folder of decisions.
const DECISIONS: &str = "decisions";

/// Both folders, below the workspace's own.
pub(crate) const FOLDERS: [&str; 2] = [NOTES, DECISIONS];

/// Where a note's file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotePath {
    /// The folders from the workspace's root.
    folders: Vec<String>,
    /// The file.
    pub(super) name: String,
}

impl NotePath {
    /// The place that a path from the workspace's root names.
    pub(super) fn parse(path: &str) -> Result<Self, EngineError> {
        let mut parts: Vec<&str> = path.split('/').filter(|part| *part != ".").collect();
        let name = parts.pop().unwrap_or_default();
        let is_below = parts.first() == Some(&FOLDER)
            && parts.get(1).is_some_and(|folder| FOLDERS.contains(folder))
            && parts.len() <= limits::NOTES_DEPTH + 2;
        let is_plain =
            |part: &&str| !part.is_empty() && !part.starts_with('.') && !part.contains('\0');
        if !is_below || !parts[1..].iter().all(is_plain) || !is_plain(&name) || !is_markdown(name) {
            return Err(EngineError::Refused {
                text: format!("`{path}` is no place of a note; nothing was written"),
                hint: "notes are Markdown files such as `.callboard/notes/limits.md`",
            });
        }
        Ok(Self { folders: parts.into_iter().map(str::to_owned).collect(), name: name.to_owned() })
    }

    /// A file in the folder of this kind.
    pub(super) fn new(kind: NoteKind, name: &str) -> Self {
        let folder = match kind {
            NoteKind::Note => NOTES,
            NoteKind::Decision => DECISIONS,
        };
        Self { folders: vec![FOLDER.to_owned(), folder.to_owned()], name: name.to_owned() }
    }

    /// The same folder, another file.
    pub(super) fn beside(&self, name: &str) -> Self {
        Self { folders: self.folders.clone(), name: name.to_owned() }
    }

    /// Whether its folder is that of decisions.
    pub(super) fn kind(&self) -> NoteKind {
        match self.folders.get(1).is_some_and(|folder| folder == DECISIONS) {
            true => NoteKind::Decision,
            false => NoteKind::Note,
        }
    }

    /// Its path from the workspace's root.
    pub(super) fn text(&self) -> String {
        format!("{}/{}", self.folders.join("/"), self.name)
    }

    /// Its folder, made if missing.
    pub(super) fn folder(&self, root: &Path) -> io::Result<Folder> {
        let names: Vec<&str> = self.folders.iter().map(String::as_str).collect();
        Folder::below(root, &names)
    }
}

pub(super) fn is_markdown(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("md"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_lies_below_its_folders() {
        let path = ".callboard/decisions/deep/D9-a.md";
        let place = NotePath::parse(path).unwrap();
        assert_eq!((place.text().as_str(), place.kind()), (path, NoteKind::Decision));
        for wrong in [
            "notes/a.md",
            ".callboard/a.md",
            ".callboard/sessions/S1.md",
            ".callboard/notes/../../a.md",
            ".callboard/notes/.a.md",
            ".callboard/notes//a.md",
            ".callboard/notes/a.txt",
            "/etc/.callboard/notes/a.md",
            ".callboard/notes/a\0.md",
            "",
        ] {
            assert!(NotePath::parse(wrong).is_err(), "{wrong}");
        }
    }
}
