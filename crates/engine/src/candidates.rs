//! Candidates of decisions: what facts of sessions offer, what became of it, and the notes that are made of it.

use std::collections::HashMap;
use std::sync::PoisonError;

use callboard_model::candidate::{Candidate, CandidateFrom, CandidateState, Told, name};
use callboard_model::fact::FactBody;
use callboard_model::note::{Author, DecisionStatus, LinkKind, NoteKind};
use callboard_model::view::{
    AcceptCandidate, CandidateList, NewNote, NoteView, SessionView, SettleCandidate,
};
use callboard_model::{Cite, SessionId, TaskId, WorkspaceId};
use callboard_store::{Note, SessionFilter, Snapshot};

use crate::core::{REFUSED_BY_RULE, view_of};
use crate::notes::{Written, mask, name_of};
use crate::query::views;
use crate::{Engine, EngineError, limits, secrets};

/// What candidates are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandidatesOf {
    /// Of one session, with what people said to its subagents.
    Session(SessionId),
    /// Of a task's sessions.
    Task(TaskId),
    /// Of all sessions of a workspace; of the one last looked at if none is named.
    Workspace(Option<WorkspaceId>),
}

impl Engine {
    /// What may be a decision, newest first: what is open, and with `all` what is settled, too.
    ///
    /// # Errors
    /// When there is no such session, task or workspace, or the store fails.
    pub fn candidates(&self, of: CandidatesOf, all: bool) -> Result<CandidateList, EngineError> {
        let of = match of {
            CandidatesOf::Workspace(id) => CandidatesOf::Workspace(Some(self.notes_of(id)?.0)),
            other => other,
        };
        self.read(|s| {
            let mut list = CandidateList::default();
            let mut recorded: HashMap<Option<WorkspaceId>, Recorded> = HashMap::new();
            for view in sessions_of(s, of)? {
                let recorded = match recorded.entry(view.workspace) {
                    std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                    std::collections::hash_map::Entry::Vacant(new) => {
                        new.insert(Recorded::in_workspace(s, view.workspace)?)
                    }
                };
                let mut found = candidates(s, &view, recorded)?;
                found.retain(|one| all || one.state == CandidateState::Open);
                list.candidates.append(&mut found);
                // Sessions come newest first: those behind had their last before.
                if matches!(of, CandidatesOf::Workspace(_))
                    && list.candidates.len() > limits::CANDIDATES_LISTED
                {
                    break;
                }
            }
            list.candidates.sort_by(|one, other| {
                (other.at, other.proof())
                    .cmp(&(one.at, one.proof()))
                    .then_with(|| one.handle.cmp(&other.handle))
            });
            list.more = list.candidates.len() > limits::CANDIDATES_LISTED;
            list.candidates.truncate(limits::CANDIDATES_LISTED);
            Ok(list)
        })
    }

    /// Makes a decision or a note of a candidate, with its events as sources; of one that was accepted already, gives
    /// what it became.
    ///
    /// # Errors
    /// When there is no such candidate, its session belongs to no workspace, or the note cannot be written.
    pub fn accept_candidate(&self, wanted: AcceptCandidate) -> Result<NoteView, EngineError> {
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        let (view, candidate) = self.candidate(wanted.session, &wanted.key)?;
        let Some(workspace) = view.workspace else {
            return Err(EngineError::Refused {
                text: format!(
                    "session {} belongs to no workspace; nothing was written",
                    wanted.session
                ),
                hint: "register its repository with `callboard up` there",
            });
        };
        let settle = |path: &str| {
            let (session, key, path) = (candidate.session, candidate.key.clone(), path.to_owned());
            self.settle(session, key, CandidateState::Accepted, Some(path))
        };
        let held_by = wanted.note.as_ref().or(candidate.note.as_ref());
        if let Some(note) = held_by {
            let note = self.note(Some(workspace), note)?;
            settle(&note.row.path)?;
            return Ok(note);
        }
        let mut new = NewNote {
            workspace: Some(workspace),
            kind: wanted.kind.unwrap_or(candidate.kind),
            title: wanted.title.unwrap_or_else(|| candidate.title.clone()),
            body: wanted.body.or_else(|| Some(candidate.body.clone())),
            why: wanted.why.or_else(|| Some(candidate.why.clone())),
            ruled_out: wanted.ruled_out.unwrap_or_else(|| candidate.ruled_out.clone()),
            task: view.task,
            session: Some(candidate.session),
            files: wanted.files,
            sources: candidate.cites.iter().map(ToString::to_string).collect(),
            by: candidate.by_agent.then_some(candidate.session),
            ..NewNote::default()
        };
        mask(&mut new);
        let note = self.new_note(new)?;
        settle(&note.row.path)?;
        self.note_at(workspace, &note.row.path, Written::default())
    }

    /// Offers a candidate no longer.
    ///
    /// # Errors
    /// When there is no such candidate, or it stands in a note.
    pub fn dismiss_candidate(&self, which: &SettleCandidate) -> Result<Candidate, EngineError> {
        self.settle_as(which, CandidateState::Dismissed)
    }

    /// Offers a candidate again that was dismissed.
    ///
    /// # Errors
    /// When there is no such candidate, or it stands in a note.
    pub fn reopen_candidate(&self, which: &SettleCandidate) -> Result<Candidate, EngineError> {
        self.settle_as(which, CandidateState::Open)
    }

    fn settle_as(
        &self,
        which: &SettleCandidate,
        state: CandidateState,
    ) -> Result<Candidate, EngineError> {
        let _settling = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, candidate) = self.candidate(which.session, &which.key)?;
        if candidate.state == CandidateState::Accepted {
            let note = candidate.note.as_deref().unwrap_or("a note");
            return Err(EngineError::Conflict {
                text: format!("{} stands in {note}; nothing was changed", candidate.handle),
                hint: "take that away with `callboard note remove` first",
            });
        }
        if candidate.state != state {
            self.settle(candidate.session, candidate.key.clone(), state, None)?;
        }
        Ok(Candidate { state, note: None, ..candidate })
    }

    fn settle(
        &self,
        session: SessionId,
        key: String,
        state: CandidateState,
        note: Option<String>,
    ) -> Result<(), EngineError> {
        self.ask(move |core| {
            core.write_notes(|w| w.settle_candidate(session, &key, state, note.as_deref()))
        })
    }

    /// The candidate of a session with this key or handle, whatever became of it.
    fn candidate(
        &self,
        session: SessionId,
        key: &str,
    ) -> Result<(SessionView, Candidate), EngineError> {
        self.read(|s| {
            let view = view_of(s, session)?.ok_or_else(|| EngineError::no_session(session))?;
            let recorded = Recorded::in_workspace(s, view.workspace)?;
            let mut all = candidates(s, &view, &recorded)?.into_iter();
            let found = all.find(|one| one.key == key || one.handle == key);
            let found = found.ok_or_else(|| EngineError::NotFound {
                what: format!("candidate `{}` of {session}", callboard_model::text::one_line(key)),
                hint: "list them with `callboard candidates`",
            })?;
            Ok((view, found))
        })
    }
}

/// All candidates of a session, settled or not, oldest first: whatever they come from, they are settled by their keys.
fn candidates(
    s: &Snapshot<'_>,
    view: &SessionView,
    recorded: &Recorded,
) -> Result<Vec<Candidate>, EngineError> {
    let mut all = by_facts(s, view)?;
    let reading = s.reading(view.id)?;
    let read = reading.iter().flat_map(|reading| {
        reading.statements.iter().filter_map(|one| Candidate::of_statement(one, reading))
    });
    all.extend(read);
    name(&mut all);
    recorded.tell(s, view, &mut all)?;
    // A later summary tells what an earlier one did.
    let last = all.iter().rposition(|one| one.from == CandidateFrom::Summarised);
    let mut at = 0..;
    all.retain(|one| {
        let is_last = at.next() == last;
        one.from != CandidateFrom::Summarised || one.state != CandidateState::Open || is_last
    });
    Ok(all)
}

fn by_facts(s: &Snapshot<'_>, view: &SessionView) -> Result<Vec<Candidate>, EngineError> {
    let (heading, _) = secrets::mask(view.heading().unwrap_or_default());
    let told = Told { session: view.id, heading: &heading, is_subagent: view.parent.is_some() };
    let mut all: Vec<Candidate> = Vec::new();
    for stored in s.facts_for_candidates(view.id)? {
        let cites: Vec<Cite> =
            stored.events.iter().map(|seq| Cite { session: view.id, seq: *seq }).collect();
        let mut fact = stored.fact;
        fact.body = masked(fact.body);
        let by_rule = matches!(&fact.body,
            FactBody::Refused { words, .. } | FactBody::Rejected { words, .. }
                if words.starts_with(REFUSED_BY_RULE));
        let Some(candidate) = Candidate::of_fact(&fact, &cites, told).filter(|_| !by_rule) else {
            continue;
        };
        // Several questions refused in one are refused for one reason.
        let is_told = candidate.from == CandidateFrom::Refused
            && all.last().is_some_and(|last| {
                (last.from, last.proof(), &last.title)
                    == (candidate.from, candidate.proof(), &candidate.title)
            });
        if !is_told {
            all.push(candidate);
        }
    }
    Ok(all)
}

/// A fact's body without tokens and keys: it leaves its session, and titles are cut out of it.
fn masked(body: FactBody) -> FactBody {
    let mask = |text: String| secrets::mask(&text).0;
    match body {
        FactBody::Directed { text, by_agent, after_interruption } => {
            FactBody::Directed { text: mask(text), by_agent, after_interruption }
        }
        FactBody::Answered { question, answer } => {
            FactBody::Answered { question: mask(question), answer: mask(answer) }
        }
        FactBody::Approved { plan } => FactBody::Approved { plan: mask(plan) },
        FactBody::Rejected { plan, words } => {
            FactBody::Rejected { plan: mask(plan), words: mask(words) }
        }
        FactBody::Refused { what, words } => {
            FactBody::Refused { what: mask(what), words: mask(words) }
        }
        FactBody::Summarised { text } => FactBody::Summarised { text: mask(text) },
        other => other,
    }
}

fn sessions_of(s: &Snapshot<'_>, of: CandidatesOf) -> Result<Vec<SessionView>, EngineError> {
    let mut found = Vec::new();
    match of {
        CandidatesOf::Workspace(id) => {
            let Some(id) = id else { return Ok(found) };
            for session in s.sessions_with_candidates(id, limits::CANDIDATE_SESSIONS)? {
                found.extend(view_of(s, session)?);
            }
            return Ok(found);
        }
        CandidatesOf::Session(id) => {
            found.push(view_of(s, id)?.ok_or_else(|| EngineError::no_session(id))?);
        }
        CandidatesOf::Task(id) => {
            let task = s.task(id)?.ok_or_else(|| EngineError::no_task(id))?;
            for link in &task.sessions {
                found.extend(view_of(s, link.session)?);
            }
        }
    }
    for at in 0..found.len() {
        let filter = SessionFilter {
            parent: Some(found[at].id),
            limit: limits::BRIEF_SUBAGENTS,
            ..SessionFilter::default()
        };
        found.extend(views(s, &filter)?);
    }
    let mut known = std::collections::HashSet::new();
    found.retain(|view| known.insert(view.id));
    Ok(found)
}

/// The notes that cite events as their sources.
#[derive(Default)]
struct Recorded(HashMap<Cite, Vec<Note>>);

impl Recorded {
    fn in_workspace(s: &Snapshot<'_>, id: Option<WorkspaceId>) -> Result<Self, EngineError> {
        let mut citing: Vec<(Cite, Note)> = Vec::new();
        let links = id.map(|id| s.note_links(id, &[LinkKind::Event])).transpose()?;
        for (note, named) in links.unwrap_or_default() {
            let Some(cite) = named.target.parse::<Cite>().ok().filter(|_| named.is_source) else {
                continue;
            };
            // An agent cites what its user said lately; what it remembers came of the last of it.
            let by_agent = matches!(note.row.facts.by, Some(Author::Session(_)));
            if let Some((last, _)) =
                citing.last_mut().filter(|(_, last)| by_agent && last.id == note.id)
            {
                *last = cite.max(*last);
            } else {
                citing.push((cite, note));
            }
        }
        let mut recorded = Self::default();
        for (cite, note) in citing {
            recorded.0.entry(cite).or_default().push(note);
        }
        Ok(recorded)
    }

    /// Tells of each candidate of a session what became of it.
    fn tell(
        &self,
        s: &Snapshot<'_>,
        view: &SessionView,
        all: &mut [Candidate],
    ) -> Result<(), EngineError> {
        let settled = s.settled_candidates(view.id)?;
        for at in 0..all.len() {
            let row = settled.iter().find(|row| row.key == all[at].key);
            let own = match (row.and_then(|row| row.note.as_deref()), view.workspace) {
                (Some(path), Some(workspace)) => s.note_at(workspace, path)?,
                _ => None,
            };
            let note = own.as_ref().or_else(|| self.noted(all, at));
            all[at].note = note.map(|note| name_of(s, note)).transpose()?;
            all[at].state = match (note, row) {
                (Some(_), _) => CandidateState::Accepted,
                // Its note is gone: nobody wants it.
                (None, Some(_)) => CandidateState::Dismissed,
                (None, None) => CandidateState::Open,
            };
        }
        Ok(())
    }

    /// The note that cites what proves a candidate; of several that one event proves, the one of its name.
    fn noted(&self, all: &[Candidate], at: usize) -> Option<&Note> {
        let candidate = all.get(at)?;
        let proof = candidate.proof()?;
        let is_alone = all.iter().filter(|one| one.proof() == Some(proof)).count() == 1;
        let is_kept = |note: &&Note| {
            let is_kind = note.row.kind == NoteKind::Decision || candidate.kind == NoteKind::Note;
            is_kind && (is_alone || note.row.title == candidate.title) && may_hold(note, candidate)
        };
        self.0.get(&proof)?.iter().find(is_kept)
    }
}

/// Whether a note that cites a candidate's proof may say it. What a person cites is theirs to know; an agent is given its
/// user's last words as the source of whatever it remembers.
fn may_hold(note: &Note, candidate: &Candidate) -> bool {
    let facts = &note.row.facts;
    !matches!(facts.by, Some(Author::Session(_)))
        || facts.status != Some(DecisionStatus::Open)
            && candidate.may_stand_in(&format!("{} {}", note.row.title, facts.summary))
}
