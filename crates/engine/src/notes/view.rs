//! Notes as they are shown: lists, and one as a whole.

use std::collections::HashSet;

use callboard_model::note::{self, Author, LinkKind, Named, NoteKind, version_of};
use callboard_model::view::{DecisionView, NoteBy, NoteLink, NoteList, NoteRow, NoteView};
use callboard_model::{Cite, DecisionId, SessionId, TaskId, WorkspaceId};
use callboard_store::{Note, Snapshot, VersionBy};

use super::found::beginning;
use super::links::Notes;
use super::place::NotePath;
use super::write::{Written, io_error};
use crate::core::view_of;
use crate::{Engine, EngineError, limits};

const ALL_KINDS: [LinkKind; 10] = [
    LinkKind::Event,
    LinkKind::Session,
    LinkKind::Task,
    LinkKind::Review,
    LinkKind::Note,
    LinkKind::FilePath,
    LinkKind::Symbol,
    LinkKind::Address,
    LinkKind::Image,
    LinkKind::Issue,
];

/// What notes are asked about.
pub(super) enum About {
    Task(TaskId),
    Session(SessionId),
    Event(Cite),
    Decision(DecisionId),
    /// A file, a folder, a symbol, an address.
    Other(String),
}

impl About {
    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim();
        let begins = |letter: char| text.starts_with([letter, letter.to_ascii_lowercase()]);
        let id = || {
            let task = || begins('T').then(|| text.parse().ok().map(Self::Task)).flatten();
            let session = || begins('S').then(|| text.parse().ok().map(Self::Session)).flatten();
            let decision = || begins('D').then(|| text.parse().ok().map(Self::Decision)).flatten();
            text.parse().ok().map(Self::Event).or_else(task).or_else(session).or_else(decision)
        };
        id().unwrap_or_else(|| Self::Other(text.trim_end_matches('/').to_owned()))
    }

    /// Whether a note that names this is about it.
    fn is_named(&self, notes: &Notes, from: &Note, named: &Named) -> bool {
        let target = named.target.as_str();
        match (self, named.kind) {
            (Self::Task(id), LinkKind::Task) => target.parse() == Ok(*id),
            (Self::Session(id), LinkKind::Session) => target.parse() == Ok(*id),
            (Self::Session(id), LinkKind::Event) => {
                target.parse::<Cite>().is_ok_and(|cite| cite.session == *id)
            }
            (Self::Event(cite), LinkKind::Event) => target.parse() == Ok(*cite),
            (Self::Decision(id), LinkKind::Note) => {
                let meant = notes.meant(&from.row.path, target);
                meant.is_some_and(|note| note.row.number == Some(*id))
            }
            (Self::Other(text), LinkKind::FilePath | LinkKind::Image | LinkKind::Note) => {
                let below = target.strip_prefix(text.as_str());
                below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':', '#']))
            }
            (Self::Other(text), _) => target == text,
            _ => false,
        }
    }

    /// The notes that name this, by their numbers in the store.
    pub(super) fn named_by(&self, notes: &Notes, links: &[(Note, Named)]) -> HashSet<i64> {
        let naming = links.iter().filter(|(from, named)| self.is_named(notes, from, named));
        naming.map(|(from, _)| from.id).collect()
    }

    /// Whether a note says that it is of this.
    pub(super) fn is_of(&self, note: &Note) -> bool {
        let facts = &note.row.facts;
        match self {
            Self::Task(id) => facts.task == Some(*id),
            Self::Session(id) => {
                facts.session == Some(*id) || facts.by == Some(Author::Session(*id))
            }
            Self::Decision(id) => note.row.number == Some(*id),
            Self::Event(_) | Self::Other(_) => false,
        }
    }
}

impl Engine {
    /// The notes of a workspace, newest first: of one kind, about one thing.
    ///
    /// # Errors
    /// When there is no such workspace, or the store fails.
    pub fn notes(
        &self,
        workspace: Option<WorkspaceId>,
        kind: Option<NoteKind>,
        about: Option<&str>,
    ) -> Result<NoteList, EngineError> {
        let (workspace, root) = self.notes_of(workspace)?;
        self.read(|s| {
            let notes = Notes::of(s, workspace, &root)?;
            let about = about.map(About::parse);
            let named: Option<HashSet<i64>> = match &about {
                None => None,
                Some(about) => Some(about.named_by(&notes, &naming(s, &notes)?)),
            };
            let is_wanted = |note: &&Note| {
                kind.is_none_or(|kind| kind == note.row.kind)
                    && about.as_ref().is_none_or(|about| {
                        about.is_of(note)
                            || named.as_ref().is_some_and(|all| all.contains(&note.id))
                    })
            };
            let rows = notes.all.iter().filter(is_wanted).map(|note| row_of(s, note));
            Ok(NoteList { notes: rows.collect::<Result<_, _>>()? })
        })
    }

    /// One note or decision: `D9`, its path from the workspace's root, its title or its file's name.
    ///
    /// # Errors
    /// When there is none, or its file cannot be read.
    pub fn note(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<NoteView, EngineError> {
        let (workspace, root) = self.notes_of(workspace)?;
        let look = || self.read(|s| Ok(Notes::of(s, workspace, &root)?.meant("", name).cloned()));
        let found = match look()? {
            Some(found) => Some(found),
            None => {
                // It may have been written a moment ago.
                self.keep_notes(workspace, &root)?;
                look()?
            }
        };
        let found = found.ok_or_else(|| no_note(name))?;
        self.refuse_ambiguous(workspace, &root, name, &found)?;
        self.note_at(workspace, &found.row.path, Written::default())
    }

    /// A title that several notes have names none of them to whoever would change it.
    fn refuse_ambiguous(
        &self,
        workspace: WorkspaceId,
        root: &std::path::Path,
        name: &str,
        found: &Note,
    ) -> Result<(), EngineError> {
        let is_titled = |note: &Note| note.row.title.eq_ignore_ascii_case(name);
        if !is_titled(found) {
            return Ok(());
        }
        let names: Vec<String> = self.read(|s| {
            let notes = Notes::of(s, workspace, root)?;
            Ok(notes
                .all
                .iter()
                .filter(|note| is_titled(note))
                .map(|note| notes.name_of(note))
                .collect())
        })?;
        if names.len() < 2 {
            return Ok(());
        }
        Err(EngineError::Refused {
            text: format!(
                "{} are titled \u{201c}{name}\u{201d}; nothing was done",
                names.join(", ")
            ),
            hint: "name the one that you mean by its number or path",
        })
    }

    /// The note whose file is at a path, as it is now.
    pub(crate) fn note_at(
        &self,
        workspace: WorkspaceId,
        path: &str,
        written: Written,
    ) -> Result<NoteView, EngineError> {
        let (workspace, root) = self.notes_of(Some(workspace))?;
        let place = NotePath::parse(path)?;
        let bytes = match beginning(&root.join(place.text())) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(no_note(path));
            }
            Err(error) => return Err(io_error(path, &error)),
        };
        let version = version_of(&bytes);
        let is_known = self.read(|s| {
            Ok(s.note_at(workspace, path)?.is_some_and(|note| note.row.version == version))
        })?;
        if !is_known {
            self.keep_notes(workspace, &root)?;
        }
        self.read(|s| {
            let notes = Notes::of(s, workspace, &root)?;
            let note = s.note_at(workspace, path)?.ok_or_else(|| no_note(path))?;
            let mut view = view_of_note(s, &notes, &note, &bytes, written)?;
            view.posts = self.posts_of_note(s, &view)?;
            Ok(view)
        })
    }
}

pub(super) fn no_note(name: &str) -> EngineError {
    let name: String =
        name.chars().filter(|c| !c.is_control()).take(limits::NAME_CHARS_AT_MOST).collect();
    EngineError::NotFound {
        what: format!("note `{name}`"),
        hint: "list them with `callboard note list`",
    }
}

/// Who wrote something, as it is shown.
pub(super) fn by_of(s: &Snapshot<'_>, by: VersionBy) -> Result<NoteBy, EngineError> {
    let view = by.session.map(|session| view_of(s, session)).transpose()?.flatten();
    Ok(NoteBy { session: by.session, agent: view.map(|view| view.agent), person: by.person })
}

/// All that the notes of a workspace name, each with the note that does.
pub(super) fn naming(s: &Snapshot<'_>, notes: &Notes) -> Result<Vec<(Note, Named)>, EngineError> {
    Ok(s.note_links(notes.workspace, &ALL_KINDS)?)
}

pub(super) fn row_of(s: &Snapshot<'_>, note: &Note) -> Result<NoteRow, EngineError> {
    let row = note.row.clone();
    let by = match row.facts.by {
        Some(Author::Person) => VersionBy { person: true, session: None },
        Some(Author::Session(session)) => VersionBy { person: false, session: Some(session) },
        Some(Author::Other(_)) | None => VersionBy::default(),
    };
    Ok(NoteRow {
        workspace: row.workspace,
        path: row.path,
        kind: row.kind,
        id: row.number,
        title: row.title,
        summary: row.facts.summary,
        by: by_of(s, by)?,
        status: row.facts.status,
        task: row.facts.task,
        session: row.facts.session,
        files: row.facts.files,
        symbols: row.facts.symbols,
        at: row.at,
        modified_at: row.modified_at,
    })
}

fn view_of_note(
    s: &Snapshot<'_>,
    notes: &Notes,
    note: &Note,
    bytes: &[u8],
    written: Written,
) -> Result<NoteView, EngineError> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let parsed = note::Note::parse(&text);
    let path = note.row.path.as_str();
    let (mut sources, mut links) = (Vec::new(), Vec::new());
    for named in &parsed.named {
        let link = notes.link(s, path, named)?;
        // A word that looks like an id is one only where there is such a thing.
        if named.is_source {
            sources.push(link);
        } else if named.is_told || !link.missing {
            links.push(link);
        }
    }
    let sections = parsed.sections;
    let decision = (note.row.kind == NoteKind::Decision).then_some(DecisionView {
        why: sections.why,
        ruled_out: sections.ruled_out,
        open: sections.open,
    });
    let mut problems = parsed.problems;
    problems.extend(problems_of(notes, note, bytes));
    Ok(NoteView {
        row: row_of(s, note)?,
        body: text[parsed.body_at..].to_owned(),
        text,
        version: version_of(bytes),
        decision,
        sources,
        links,
        linked_from: linked_from(s, notes, note)?,
        other: parsed.front.other,
        posts: Vec::new(),
        problems,
        is_merged: written.is_merged,
        overlaps: written.overlaps,
    })
}

/// The notes that name a note, each once.
fn linked_from(s: &Snapshot<'_>, notes: &Notes, note: &Note) -> Result<Vec<NoteLink>, EngineError> {
    let mut found: Vec<NoteLink> = Vec::new();
    let mut last = note.id;
    for (from, named) in s.note_links(notes.workspace, &[LinkKind::Note])? {
        if from.id == last || from.id == note.id {
            continue;
        }
        if notes.meant(&from.row.path, &named.target).is_some_and(|meant| meant.id == note.id) {
            last = from.id;
            found.push(NoteLink {
                kind: LinkKind::Note,
                target: notes.name_of(&from),
                title: Some(from.row.title),
                missing: false,
                path: None,
            });
        }
    }
    Ok(found)
}

/// What is wrong with a note beside what its text tells.
fn problems_of(notes: &Notes, note: &Note, bytes: &[u8]) -> Vec<String> {
    let mut problems = Vec::new();
    if std::str::from_utf8(bytes).is_err() {
        problems.push(
            "it is not UTF-8: it is shown as far as that goes, and cannot be edited here"
                .to_owned(),
        );
    }
    if bytes.len() > usize::try_from(limits::NOTE_BYTES).unwrap_or(usize::MAX) {
        let most = limits::NOTE_BYTES >> 20;
        problems.push(format!("it is longer than {most} MiB: only its beginning is shown, and it cannot be edited here"));
    }
    if note.row.kind == NoteKind::Decision && note.row.number.is_none() {
        problems.push("it has no number: `id: D9` in its front matter gives it one".to_owned());
    }
    if let Some(number) = note.row.number {
        let same = notes.all.iter().filter(|other| other.row.number == Some(number));
        let others: Vec<&str> =
            same.filter(|other| other.id != note.id).map(|other| other.row.path.as_str()).collect();
        if !others.is_empty() {
            let means = notes.numbered(number).map_or("", |meant| meant.row.path.as_str());
            let others = others.join(", ");
            problems
                .push(format!("{number} is the number of {others}, too; {number} means {means}"));
        }
    }
    problems
}
