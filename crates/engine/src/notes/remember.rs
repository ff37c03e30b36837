//! What agents remember while they work: decisions, open questions and notes, marked as their word, and each once.

use std::path::{Path, PathBuf};

use callboard_model::fact::FactBody;
use callboard_model::note::{
    self, Author, DecisionStatus, FrontKey, FrontMatter, NoteDraft, Setting, append_section,
    set_key,
};
use callboard_model::reading::ClaimedQuote;
use callboard_model::view::{NewNote, NoteView, SessionView};
use callboard_model::{SessionId, WorkspaceId};
use callboard_store::Snapshot;

use super::history::writer;
use super::links::Notes;
use super::place::NotePath;
use super::view::no_note;
use super::write::{Written, io_error};
use crate::readings::find_quote;
use crate::{Engine, EngineError, EventsFrom, EventsWanted, limits, secrets};

/// The key that tells how many quotes of a note were dropped.
const UNPROVEN: &str = "unproven";

/// What became of something that a session remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is a new note or decision.
    New,
    /// It stands behind what the note said before.
    Added,
    /// It was there already; nothing was written.
    Before,
}

/// Something that a session remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Where it stands.
    pub note: NoteView,
    /// What became of it.
    pub kept: Kept,
    /// Tokens and keys in it that were masked.
    pub masked: u32,
    /// Quotes that were dropped: their words are not where it said.
    pub unproven: u32,
}

impl Engine {
    /// Keeps what a session remembers, with its task, the events that it quotes rightly as sources, and the last words of
    /// its user where it names none. What it said before under the same title is added to, not told twice.
    ///
    /// # Errors
    /// When it has no title, names what is not there, or its file cannot be written.
    pub fn remember_note(
        &self,
        by: SessionId,
        mut new: NewNote,
        quotes: &[ClaimedQuote],
    ) -> Result<Remembered, EngineError> {
        let view = self.session(by)?;
        let (workspace, root) = self.notes_of(new.workspace.or(view.workspace))?;
        let masked = mask(&mut new);
        new.by = Some(by);
        new.task = new.task.or(view.task);
        let tops = tops(&view, &root);
        new.files = new.files.iter().map(|file| from_top(file, &tops)).collect();
        let unproven = self.quoted(by, quotes, &mut new.sources)?;
        if new.sources.is_empty() {
            new.sources = self.last_words(by)?;
        }
        let mut draft = self.draft(&new)?;
        if unproven > 0 {
            let value = format!("quotes ({unproven} of {})", quotes.len());
            draft.front.other.push(FrontKey { key: UNPROVEN.to_owned(), value });
        }
        let (path, written, kept) = {
            let _writing = self.notes.writing();
            self.keep_notes_locked(workspace, &root)?;
            let told = self.remember_locked(workspace, &root, &new, draft)?;
            self.keep_notes_locked(workspace, &root)?;
            told
        };
        let note = self.note_at(workspace, &path.text(), written)?;
        Ok(Remembered { note, kept, masked, unproven })
    }

    /// Adds the events that are quoted rightly to the sources; gives how many quotes are wrong.
    fn quoted(
        &self,
        by: SessionId,
        quotes: &[ClaimedQuote],
        sources: &mut Vec<String>,
    ) -> Result<u32, EngineError> {
        let mut wrong = 0;
        for quote in quotes {
            let found = self.read(|s| find_quote(s, by, quote))?.map(|cite| cite.to_string());
            match found {
                Some(cite) if sources.contains(&cite) => {}
                Some(cite) => sources.push(cite),
                None => wrong += 1,
            }
        }
        Ok(wrong)
    }

    fn remember_locked(
        &self,
        workspace: WorkspaceId,
        root: &Path,
        new: &NewNote,
        draft: NoteDraft,
    ) -> Result<(NotePath, Written, Kept), EngineError> {
        let found = self.read(|s| {
            let notes = Notes::of(s, workspace, root)?;
            Ok(said_before(&notes, new, &draft))
        })?;
        let Some((path, status)) = found else {
            if let Some(into) = &new.into {
                return Err(no_note(into));
            }
            let (place, written, _) = self.create(workspace, root, new, draft)?;
            return Ok((place, written, Kept::New));
        };
        let place = NotePath::parse(&path)?;
        let folder = place.folder(root).map_err(|cause| io_error(&path, &cause))?;
        let current = self.current(&folder, &place)?.ok_or_else(|| no_note(&path))?;
        let text = String::from_utf8_lossy(&current);
        let is_decided =
            status == Some(DecisionStatus::Open) && new.status == Some(DecisionStatus::Decided);
        let section = match &new.into {
            Some(_) => (!has_section(&text, &draft)).then(|| draft.section()),
            None => further(draft, &text).map(|draft| draft.section()),
        };
        if section.is_none() && !is_decided {
            return Ok((place, Written::default(), Kept::Before));
        }
        let status = Setting::Text(DecisionStatus::Decided.word().to_owned());
        let change = |text: &str| {
            let text = if is_decided { set_key(text, "status", &status)? } else { text.to_owned() };
            Ok(section.as_ref().map_or(text.clone(), |section| append_section(&text, section)))
        };
        let written = self.change_locked(workspace, root, &place, writer(new.by), change)?;
        Ok((place, written, Kept::Added))
    }

    /// The events by which a session's user last said what it is to do; its last event where there are none.
    fn last_words(&self, by: SessionId) -> Result<Vec<String>, EngineError> {
        let events = self.read(|s| user_words(s, by))?;
        if !events.is_empty() {
            return Ok(events);
        }
        let last = self.events(by, EventsWanted::all(EventsFrom::End, 1))?.events.pop();
        Ok(last.map(|event| format!("{by}#{}", event.seq.0)).into_iter().collect())
    }
}

/// The file that it is about, and how far that decision is: the note that it names, or the first that says the same of
/// the same session.
fn said_before(
    notes: &Notes,
    new: &NewNote,
    draft: &NoteDraft,
) -> Option<(String, Option<DecisionStatus>)> {
    let found = match &new.into {
        Some(into) => notes.meant("", into),
        None => {
            let title = note::Note::parse(&draft.text()).title?.to_lowercase();
            let author = new.by.map(Author::Session);
            notes.all.iter().rev().find(|note| {
                note.row.kind == new.kind
                    && note.row.facts.by == author
                    && note.row.title.to_lowercase() == title
            })
        }
    };
    found.map(|note| (note.row.path.clone(), note.row.facts.status))
}

/// What a draft says that a note does not say yet, as a section of it; `None` if it says all of it.
fn further(mut draft: NoteDraft, text: &str) -> Option<NoteDraft> {
    let is_new = |part: &str| !part.trim().is_empty() && !has_lines(text, part);
    let keep = |part: &mut String| {
        if !is_new(part) {
            part.clear();
        }
    };
    keep(&mut draft.body);
    keep(&mut draft.why);
    let item = |bare: NoteDraft| bare.section().lines().last().unwrap_or_default().to_owned();
    draft.ruled_out.retain(|one| {
        is_new(&item(NoteDraft { ruled_out: vec![one.clone()], ..NoteDraft::default() }))
    });
    draft
        .open
        .retain(|one| is_new(&item(NoteDraft { open: vec![one.clone()], ..NoteDraft::default() })));
    draft.title = AGAIN.to_owned();
    let says_nothing = draft.body.is_empty()
        && draft.why.is_empty()
        && draft.ruled_out.is_empty()
        && draft.open.is_empty();
    (!says_nothing && !has_section(text, &draft)).then_some(draft)
}

/// Whether a text has these lines as lines of its own, one behind the other.
fn has_lines(text: &str, lines: &str) -> bool {
    let (all, wanted): (Vec<&str>, Vec<&str>) =
        (text.lines().collect(), lines.trim().lines().collect());
    all.windows(wanted.len()).any(|window| window == wanted)
}

/// The heading of what a session adds to what it said before.
const AGAIN: &str = "Said again";

/// Whether a text has a draft's section, whoever wrote it and when.
fn has_section(text: &str, draft: &NoteDraft) -> bool {
    let bare = NoteDraft { front: FrontMatter::default(), ..draft.clone() };
    let section = bare.section();
    let section = section.trim_end();
    text.match_indices(section).any(|(at, _)| {
        let rest = &text[at + section.len()..];
        (at == 0 || text[..at].ends_with('\n')) && (rest.is_empty() || rest.starts_with('\n'))
    })
}

/// Masks the tokens and keys of what is to be kept: it leaves its session. Gives how many there were.
pub(crate) fn mask(new: &mut NewNote) -> u32 {
    let mut masked = 0;
    let ruled_out = new.ruled_out.iter_mut().flat_map(|one| [&mut one.what, &mut one.why]);
    let texts = [&mut new.title].into_iter().chain(&mut new.body).chain(&mut new.why);
    let lists = [&mut new.open, &mut new.files, &mut new.symbols, &mut new.sources];
    for text in texts.chain(ruled_out).chain(lists.into_iter().flatten()) {
        let (safe, found) = secrets::mask(text);
        *text = safe;
        masked += found;
    }
    masked
}

/// The folders that a session's paths may begin with: its checkout, and the workspace.
pub(crate) fn tops(view: &SessionView, root: &Path) -> Vec<PathBuf> {
    let cwd = view.cwd.as_deref().map(Path::new);
    let checkout = cwd.and_then(callboard_git::locate).map(|checkout| checkout.top);
    checkout.into_iter().chain([root.to_owned()]).collect()
}

/// A path as it is from the workspace's root, where it lies in it.
pub(crate) fn from_top(file: &str, tops: &[PathBuf]) -> String {
    let inside = tops.iter().find_map(|top| Path::new(file).strip_prefix(top).ok()?.to_str());
    let inside = inside.filter(|inside| !inside.is_empty()).unwrap_or(file);
    inside.trim_start_matches("./").to_owned()
}

fn user_words(s: &Snapshot<'_>, by: SessionId) -> Result<Vec<String>, EngineError> {
    let mut facts = s.facts(by)?;
    facts.retain(|fact| {
        matches!(
            fact.fact.body,
            FactBody::Directed { .. }
                | FactBody::Answered { .. }
                | FactBody::Approved { .. }
                | FactBody::Rejected { .. }
                | FactBody::Refused { .. }
        )
    });
    facts.sort_by_key(callboard_store::StoredFact::last);
    let mut last: Vec<_> = facts.iter().filter_map(|fact| fact.events.last()).collect();
    // One result may answer several questions.
    last.dedup();
    let from = last.len().saturating_sub(limits::REMEMBERED_SOURCES);
    Ok(last[from..].iter().map(|seq| format!("{by}#{}", seq.0)).collect())
}

#[cfg(test)]
mod tests {
    use callboard_model::note::RuledOut;

    use super::*;

    fn draft() -> NoteDraft {
        NoteDraft {
            title: "Ids are text".to_owned(),
            why: "A customer has letters in them.".to_owned(),
            ruled_out: vec![RuledOut { what: "Numbers".to_owned(), why: "too short".to_owned() }],
            ..NoteDraft::default()
        }
    }

    #[test]
    fn what_is_said_again_is_only_what_is_new() {
        let text = draft().text();
        assert_eq!(further(draft(), &text), None);
        let more = NoteDraft { open: vec!["How long?".to_owned()], ..draft() };
        let new = further(more.clone(), &text).unwrap();
        assert_eq!((new.why.as_str(), new.ruled_out.len(), new.open.len()), ("", 0, 1));
        let text = append_section(&text, &new.section());
        assert!(text.ends_with("## Said again\n\n### Open\n- How long?\n"), "{text}");
        assert_eq!(further(more, &text), None);
    }

    #[test]
    fn a_section_is_known_again_by_what_it_says() {
        let text = append_section("# Model\n", &draft().section());
        assert!(has_section(&text, &draft()));
        let longer = NoteDraft { why: "A customer has letters".to_owned(), ..draft() };
        assert!(!has_section(&text, &longer));
    }
}
