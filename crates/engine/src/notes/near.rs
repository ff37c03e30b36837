//! The notes and decisions that a session should know of: those of its task, of itself, and of the files it touched.

use std::path::Path;

use callboard_model::SessionId;
use callboard_model::note::DecisionStatus;
use callboard_model::view::NoteRow;

use super::links::Notes;
use super::remember::{from_top, tops};
use super::view::{About, naming, row_of};
use crate::{Engine, EngineError};

/// A note that is near a session's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearNote {
    /// The note.
    pub row: NoteRow,
    /// What it is near to: `T12`, `S41` or a file.
    pub to: String,
}

impl Engine {
    /// The notes and decisions that belong to a session's task, to the tasks which that waits for, to the session or to
    /// files it touched, in this order, at most `most`. Superseded decisions are left out.
    ///
    /// # Errors
    /// When there is no such session, or the store fails.
    pub fn notes_near(
        &self,
        session: SessionId,
        most: usize,
    ) -> Result<Vec<NearNote>, EngineError> {
        let view = self.session(session)?;
        let Some(workspace) = view.workspace else { return Ok(Vec::new()) };
        let mut places: Vec<String> = Vec::new();
        if let Some(task) = view.task {
            places.push(task.to_string());
            places.extend(self.task(task)?.waits_for.iter().map(ToString::to_string));
        }
        places.push(session.to_string());
        let (workspace, root) = self.notes_of(Some(workspace))?;
        let tops = tops(&view, &root);
        let cwd = Path::new(view.cwd.as_deref().unwrap_or_default());
        let files = view.files.iter().map(|file| cwd.join(file).to_string_lossy().into_owned());
        places.extend(files.map(|file| from_top(&file, &tops)));
        self.read(|s| {
            let notes = Notes::of(s, workspace, &root)?;
            let links = naming(s, &notes)?;
            let mut near: Vec<NearNote> = Vec::new();
            for place in places {
                let about = About::parse(&place);
                let naming = about.named_by(&notes, &links);
                let found = notes.all.iter().filter(|note| {
                    note.row.facts.status != Some(DecisionStatus::Superseded)
                        && (about.is_of(note) || naming.contains(&note.id))
                });
                for note in found {
                    if near.len() >= most {
                        return Ok(near);
                    }
                    if near.iter().all(|one| one.row.path != note.row.path) {
                        near.push(NearNote { row: row_of(s, note)?, to: place.clone() });
                    }
                }
            }
            Ok(near)
        })
    }
}
