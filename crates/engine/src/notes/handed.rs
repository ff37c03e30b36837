//! The decisions that a brief hands on: those of its task and sessions, or with sources in them.

use callboard_model::WorkspaceId;
use callboard_model::brief::BriefDecision;
use callboard_model::note::{self, Author, DecisionStatus, NoteKind};
use callboard_store::Note;

use super::found::beginning;
use super::links::Notes;
use super::view::{About, naming};
use crate::briefs::before;
use crate::{BriefOf, Engine, EngineError, limits};

impl Engine {
    /// The decisions that belong to what a brief is of, oldest first; those whose files cannot be read are left out.
    pub(crate) fn decisions_of(&self, of: BriefOf) -> Result<Vec<BriefDecision>, EngineError> {
        let (workspace, names) = match of {
            BriefOf::Session(id) => {
                let view = self.session(id)?;
                let task = view.task.map(|task| task.to_string());
                let line = self.read(|s| before(s, &view))?;
                let sessions = line.into_iter().chain([id]).map(|id| id.to_string());
                (view.workspace, sessions.chain(task).collect())
            }
            BriefOf::Task(id) => {
                let task = self.task(id)?;
                let sessions = task.sessions.iter().map(|link| link.session.to_string());
                let names: Vec<String> = [id.to_string()].into_iter().chain(sessions).collect();
                (Some(task.workspace), names)
            }
        };
        let Some(workspace) = workspace else { return Ok(Vec::new()) };
        self.decisions_about(workspace, &names)
    }

    fn decisions_about(
        &self,
        workspace: WorkspaceId,
        names: &[String],
    ) -> Result<Vec<BriefDecision>, EngineError> {
        let (workspace, root) = self.notes_of(Some(workspace))?;
        self.read(|s| {
            let notes = Notes::of(s, workspace, &root)?;
            let mut links = naming(s, &notes)?;
            links.retain(|(_, named)| named.is_source);
            let abouts: Vec<About> = names.iter().map(|name| About::parse(name)).collect();
            let sourced: Vec<_> = abouts.iter().map(|one| one.named_by(&notes, &links)).collect();
            let is_of = |note: &&Note| {
                note.row.kind == NoteKind::Decision
                    && (abouts.iter().any(|about| about.is_of(note))
                        || sourced.iter().any(|all| all.contains(&note.id)))
            };
            let newest = notes.all.iter().filter(is_of).take(limits::BRIEF_DECISIONS);
            let mut told: Vec<BriefDecision> =
                newest.filter_map(|note| decision(&notes, note)).collect();
            told.reverse();
            Ok(told)
        })
    }
}

/// What a decision's file says; `None` if it cannot be read.
fn decision(notes: &Notes, note: &Note) -> Option<BriefDecision> {
    let bytes = beginning(&notes.root.join(&note.row.path)).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let parsed = note::Note::parse(&text);
    let events =
        parsed.front.sources.iter().filter(|one| one.parse::<callboard_model::Cite>().is_ok());
    let mut told = BriefDecision {
        cites: [notes.name_of(note)].into_iter().chain(events.cloned()).collect(),
        by: match &note.row.facts.by {
            Some(Author::Session(session)) => Some(*session),
            _ => None,
        },
        title: note.row.title.clone(),
        why: parsed.sections.why,
        ruled_out: parsed.sections.ruled_out.into_iter().map(|one| (one.what, one.why)).collect(),
        open: parsed.sections.open,
        files: note.row.facts.files.clone(),
        is_superseded: note.row.facts.status == Some(DecisionStatus::Superseded),
    };
    // What is to be decided yet is open, and so are its reasons.
    if note.row.facts.status == Some(DecisionStatus::Open) {
        let question = std::mem::take(&mut told.title);
        told.open.insert(0, question);
    }
    Some(told)
}
