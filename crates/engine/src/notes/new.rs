//! New notes and decisions, and sections of notes.

use std::path::Path;

use callboard_model::note::{
    Author, DecisionStatus, FrontMatter, NoteDraft, NoteKind, Setting, append_section, set_key,
    slug,
};
use callboard_model::text::one_line;
use callboard_model::view::{NewNote, NoteView};
use callboard_model::{DecisionId, Timestamp, WorkspaceId};

use super::history::writer;
use super::links::Notes;
use super::place::NotePath;
use super::view::no_note;
use super::write::{Wanted, Written, io_error, too_long};
use crate::{Engine, EngineError, limits};

impl Engine {
    /// Writes a new note or decision, or a section of a note.
    ///
    /// # Errors
    /// When it has no title, names what is not there, or its file cannot be written.
    pub fn new_note(&self, new: NewNote) -> Result<NoteView, EngineError> {
        let (workspace, root) = self.notes_of(new.workspace)?;
        let draft = self.draft(&new)?;
        let (path, written, problems) = {
            let _writing = self.notes.writing();
            self.keep_notes_locked(workspace, &root)?;
            let (place, written, problems) = match &new.into {
                Some(into) => self.append(workspace, &root, into, &new, &draft)?,
                None => self.create(workspace, &root, &new, draft)?,
            };
            self.keep_notes_locked(workspace, &root)?;
            (place.text(), written, problems)
        };
        let mut view = self.note_at(workspace, &path, written)?;
        view.problems.extend(problems);
        Ok(view)
    }

    /// What is to be written, without its number.
    pub(super) fn draft(&self, new: &NewNote) -> Result<NoteDraft, EngineError> {
        let title = one_line(&new.title);
        if title.trim_matches(['#', ' ']).is_empty() {
            return Err(EngineError::Refused {
                text: "a note needs a title; nothing was written".to_owned(),
                hint: "say in one line what it is about",
            });
        }
        if new.kind == NoteKind::Note && new.into.is_none() && new.status.is_some() {
            return Err(EngineError::Refused {
                text: "only a decision has a status; nothing was written".to_owned(),
                hint: "write a decision, or leave the status out",
            });
        }
        if let Some(task) = new.task {
            self.task(task)?;
        }
        let lists = [&new.files, &new.symbols, &new.sources].into_iter().map(Vec::len);
        if lists.sum::<usize>() + new.supersedes.len() > limits::NOTE_NAMES {
            return Err(EngineError::Refused {
                text: "it names more than a note may; nothing was written".to_owned(),
                hint: "name what it is about, not all that it touches",
            });
        }
        let lines = |all: &[String]| -> Vec<String> {
            let mut lines: Vec<String> = Vec::new();
            for line in all.iter().map(|one| one_line(one)).filter(|one| !one.is_empty()) {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
            lines
        };
        let is_decision = new.kind == NoteKind::Decision;
        let front = FrontMatter {
            id: None,
            by: Some(new.by.map_or(Author::Person, Author::Session)),
            at: Some(whole_seconds(self.now())),
            status: is_decision.then(|| new.status.unwrap_or(DecisionStatus::Decided)),
            supersedes: new.supersedes.clone(),
            task: new.task,
            session: new.session.or(new.by),
            files: lines(&new.files),
            symbols: lines(&new.symbols),
            sources: lines(&new.sources),
            other: Vec::new(),
        };
        Ok(NoteDraft {
            front,
            title,
            body: new.body.clone().unwrap_or_default(),
            why: new.why.clone().unwrap_or_default(),
            ruled_out: new
                .ruled_out
                .iter()
                .filter(|one| !one.what.trim().is_empty())
                .cloned()
                .collect(),
            open: new.open.iter().filter(|one| !one.trim().is_empty()).cloned().collect(),
        })
    }

    pub(super) fn create(
        &self,
        workspace: WorkspaceId,
        root: &Path,
        new: &NewNote,
        mut draft: NoteDraft,
    ) -> Result<(NotePath, Written, Vec<String>), EngineError> {
        for id in &new.supersedes {
            self.decision_place(workspace, root, *id)?;
        }
        let slug = Some(slug(&draft.title)).filter(|slug| !slug.is_empty());
        for attempt in 1..=limits::NOTE_NAME_TRIES {
            let name = match new.kind {
                NoteKind::Decision => {
                    let id = self.ask(move |core| core.next_decision(workspace))?;
                    draft.front.id = Some(id);
                    slug.as_ref()
                        .map_or_else(|| format!("{id}.md"), |slug| format!("{id}-{slug}.md"))
                }
                NoteKind::Note => {
                    let slug = slug.as_deref().unwrap_or("note");
                    if attempt == 1 { format!("{slug}.md") } else { format!("{slug}-{attempt}.md") }
                }
            };
            let place = NotePath::new(new.kind, &name);
            let path = place.text();
            let content = draft.text();
            if content.len() as u64 > limits::NOTE_BYTES {
                return Err(too_long(&path));
            }
            let folder = place.folder(root).map_err(|cause| io_error(&path, &cause))?;
            match folder.create_whole(&name, content.as_bytes()) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                made => made.map_err(|cause| io_error(&path, &cause))?,
            }
            self.keep_version(workspace, &place, writer(new.by), content.into_bytes())?;
            let problems = self.supersede(workspace, root, new);
            return Ok((place, Written::default(), problems));
        }
        Err(EngineError::Refused {
            text: format!(
                "there are {} notes of that name; nothing was written",
                limits::NOTE_NAME_TRIES
            ),
            hint: "give it another title",
        })
    }

    fn append(
        &self,
        workspace: WorkspaceId,
        root: &Path,
        into: &str,
        new: &NewNote,
        draft: &NoteDraft,
    ) -> Result<(NotePath, Written, Vec<String>), EngineError> {
        let found = self.read(|s| {
            let notes = Notes::of(s, workspace, root)?;
            Ok(notes.meant("", into).map(|note| note.row.path.clone()))
        })?;
        let place = NotePath::parse(&found.ok_or_else(|| no_note(into))?)?;
        let section = draft.section();
        let change = |text: &str| Ok(append_section(text, &section));
        let written = self.change_locked(workspace, root, &place, writer(new.by), change)?;
        Ok((place, written, Vec::new()))
    }

    /// Marks what a decision takes the place of; what could not be marked, in words.
    fn supersede(&self, workspace: WorkspaceId, root: &Path, new: &NewNote) -> Vec<String> {
        let mut problems = Vec::new();
        let status = Setting::Text(DecisionStatus::Superseded.word().to_owned());
        for id in &new.supersedes {
            let marked = self.decision_place(workspace, root, *id).and_then(|place| {
                let change = |text: &str| set_key(text, "status", &status);
                self.change_locked(workspace, root, &place, writer(new.by), change)
            });
            if let Err(error) = marked {
                problems.push(format!("{id} could not be marked as superseded: {error}"));
            }
        }
        problems
    }

    fn decision_place(
        &self,
        workspace: WorkspaceId,
        root: &Path,
        id: DecisionId,
    ) -> Result<NotePath, EngineError> {
        let path = self.read(|s| {
            let notes = Notes::of(s, workspace, root)?;
            Ok(notes.numbered(id).map(|note| note.row.path.clone()))
        })?;
        let path = path.ok_or_else(|| EngineError::NotFound {
            what: format!("decision {id}; nothing was written"),
            hint: "list them with `callboard decision list`",
        })?;
        NotePath::parse(&path)
    }

    /// Changes a note's text as it is now. Whoever calls it holds the writers' lock.
    pub(super) fn change_locked(
        &self,
        workspace: WorkspaceId,
        root: &Path,
        place: &NotePath,
        by: callboard_store::VersionBy,
        change: impl Fn(&str) -> Result<String, String>,
    ) -> Result<Written, EngineError> {
        let path = place.text();
        let folder = place.folder(root).map_err(|cause| io_error(&path, &cause))?;
        let current = self.current(&folder, place)?.ok_or_else(|| no_note(&path))?;
        let text = String::from_utf8_lossy(&current);
        let changed = change(&text).map_err(|wrong| EngineError::Refused {
            text: format!("{path}: {wrong}; it was left as it is"),
            hint: "mend its front matter with an editor",
        })?;
        if changed.len() as u64 > limits::NOTE_BYTES {
            return Err(too_long(&path));
        }
        let wanted = Wanted { base: Some(current.clone()), content: changed.into_bytes(), by };
        self.put_note_locked(workspace, root, place, wanted)
    }
}

fn whole_seconds(at: Timestamp) -> Timestamp {
    let ms = at.as_millisecond();
    Timestamp::from_millisecond(ms - ms.rem_euclid(1_000))
}
