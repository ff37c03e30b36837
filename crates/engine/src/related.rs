//! What other sessions and notes hold that bears on a session's work: the same files, the same errors, the words of
//! its prompts. What few have in common weighs much; what many touch says nothing.

mod telling;
mod told;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::fact::FactBody;
use callboard_model::note::LinkKind;
use callboard_model::query::Query;
use callboard_model::view::{RelatedItem, RelatedView, SearchSubject, SessionView};
use callboard_model::{SessionFold, SessionId, Timestamp, WorkspaceId};
use callboard_store::{Note, Snapshot, StoredFact};

pub(crate) use telling::RelatedLooks;

use crate::core::view_of;
use crate::row::fold_of;
use crate::{Engine, EngineError, limits};

/// What is shared weighs so much, times how rare it is.
mod weight {
    /// A file that both wrote.
    pub(super) const WRITTEN: f64 = 1.0;
    /// A file that one wrote and the other read.
    pub(super) const READ: f64 = 0.5;
    /// An error that both met.
    pub(super) const ERROR: f64 = 2.0;
    /// A rare word of a prompt.
    pub(super) const WORD: f64 = 0.8;
    /// A file that a note names: somebody thought of it.
    pub(super) const NAMED: f64 = 1.6;
    /// A file that all work touches.
    pub(super) const COMMON: f64 = 0.15;
    /// Below it, nothing is told.
    pub(super) const LEAST: f64 = 0.95;
}

/// Files that all work touches, by the ends of their names.
const COMMON_FILES: [&str; 12] = [
    "package.json",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "Cargo.toml",
    "Cargo.lock",
    "go.mod",
    "go.sum",
    "README.md",
    "CHANGELOG.md",
    ".gitignore",
    "tsconfig.json",
];

/// What a session shares with another session or a note.
#[derive(Debug, Clone, Default)]
struct Shared {
    weight: f64,
    files: BTreeSet<String>,
    errors: BTreeSet<String>,
    words: BTreeSet<String>,
    at: Option<Timestamp>,
}

impl Engine {
    /// What other sessions and notes of the workspace hold that bears on a session's work, the most telling first: few,
    /// or none.
    ///
    /// # Errors
    /// When there is no such session, or the store fails.
    pub fn related(&self, session: SessionId) -> Result<RelatedView, EngineError> {
        let Some(own) = self.read(|s| Own::of(s, session))? else {
            return Ok(RelatedView::default());
        };
        let mut sessions = self.read(|s| own.by_files_and_errors(s))?;
        let mut notes = self.read(|s| own.by_notes(s))?;
        for word in &own.words {
            self.by_word(&own, word, &mut sessions, &mut notes)?;
        }
        let now = self.now();
        self.read(|s| {
            let mut items: Vec<RelatedItem> = Vec::new();
            for (id, shared) in ranked(sessions, |shared| shared.aged(now)) {
                items.extend(told::of_session(s, id, &shared, now)?);
            }
            for (path, shared) in ranked(notes, |shared| shared.weight) {
                items.extend(told::of_note(s, own.workspace, &path, &shared)?);
            }
            told::join(&mut items);
            items.sort_by(|one, other| other.weight.total_cmp(&one.weight));
            items.truncate(limits::RELATED_SHOWN);
            Ok(RelatedView { items })
        })
    }

    /// Where a word of the session's prompts stands, if few others have it.
    fn by_word(
        &self,
        own: &Own,
        word: &str,
        sessions: &mut BTreeMap<SessionId, Shared>,
        notes: &mut BTreeMap<String, Shared>,
    ) -> Result<(), EngineError> {
        let query = Query::parse(&format!("\"{word}\""));
        let limit = limits::RELATED_BY_ONE + 2;
        let found = self.search(&query, Some(own.workspace), self.now(), limit)?.hits;
        let others: Vec<_> = found
            .iter()
            .filter(|hit| hit.session.is_none_or(|id| !own.line.contains(&id)))
            .collect();
        if others.len() > limits::RELATED_BY_ONE {
            return Ok(());
        }
        let weight = weight::WORD * rarity(others.len());
        for hit in others {
            let shared = match (hit.subject, hit.session, &hit.note) {
                (SearchSubject::Event, Some(id), _) => sessions.entry(id).or_default(),
                (SearchSubject::Note, _, Some(path)) => notes.entry(path.clone()).or_default(),
                _ => continue,
            };
            shared.weight += weight;
            shared.words.insert(word.to_owned());
            shared.at = shared.at.max(hit.at);
        }
        Ok(())
    }
}

/// What a session works on, as far as others can share it.
struct Own {
    workspace: WorkspaceId,
    /// The sessions that it goes on with or works for: what they know, it knows.
    line: BTreeSet<SessionId>,
    written: BTreeSet<String>,
    read: BTreeSet<String>,
    errors: BTreeSet<String>,
    words: Vec<String>,
}

impl Own {
    /// `None` for a session of no workspace.
    fn of(s: &Snapshot<'_>, session: SessionId) -> Result<Option<Self>, EngineError> {
        let view = view_of(s, session)?.ok_or_else(|| EngineError::no_session(session))?;
        let Some(workspace) = view.workspace else { return Ok(None) };
        let mut own = Self {
            workspace,
            line: line_of(s, &view)?,
            written: BTreeSet::new(),
            read: BTreeSet::new(),
            errors: BTreeSet::new(),
            words: Vec::new(),
        };
        let fold = fold_of(s, session)?.unwrap_or_default();
        let mut said = String::new();
        for stored in s.facts(session)? {
            let key = stored.fact.key;
            match stored.fact.body {
                FactBody::Edited { .. } => drop(own.written.insert(key)),
                FactBody::Errored { .. } => drop(own.errors.insert(key)),
                FactBody::Directed { text, .. } => said = format!("{said}\n{text}"),
                _ => {}
            }
        }
        own.read = read_files(&fold).filter(|key| !own.written.contains(key)).collect();
        own.words = words::telling(&said);
        Ok(Some(own))
    }

    fn by_files_and_errors(
        &self,
        s: &Snapshot<'_>,
    ) -> Result<BTreeMap<SessionId, Shared>, EngineError> {
        let mut found: BTreeMap<SessionId, Shared> = BTreeMap::new();
        let files = self.written.iter().map(|key| (key, weight::WRITTEN));
        let files = files.chain(self.read.iter().map(|key| (key, weight::READ)));
        let all = files.chain(self.errors.iter().map(|key| (key, weight::ERROR)));
        // Whom a session's facts speak for: itself, or the one that it works for; `None` for another workspace's.
        let mut whose: BTreeMap<SessionId, Option<SessionId>> = BTreeMap::new();
        for (key, weight) in all {
            let mut others: BTreeMap<SessionId, StoredFact> = BTreeMap::new();
            for fact in s.facts_by_key(key)? {
                let id = match whose.get(&fact.session) {
                    Some(id) => *id,
                    None => {
                        let view = view_of(s, fact.session)?;
                        let here = view.filter(|view| view.workspace == Some(self.workspace));
                        let id = here.map(|view| view.parent.unwrap_or(view.id));
                        *whose.entry(fact.session).or_insert(id)
                    }
                };
                if let Some(id) = id.filter(|id| !self.line.contains(id)) {
                    others.entry(id).or_insert(fact);
                }
            }
            if others.len() > limits::RELATED_BY_ONE {
                continue;
            }
            let common = COMMON_FILES.iter().any(|name| key.ends_with(name));
            let weight = weight * rarity(others.len()) * if common { weight::COMMON } else { 1.0 };
            for (id, fact) in others {
                let shared = found.entry(id).or_default();
                shared.weight += weight;
                shared.at = shared.at.max(fact.fact.at);
                match fact.fact.body {
                    FactBody::Errored { line } => drop(shared.errors.insert(line)),
                    _ => drop(shared.files.insert(key.trim_start_matches("file:").to_owned())),
                }
            }
        }
        Ok(found)
    }

    fn by_notes(&self, s: &Snapshot<'_>) -> Result<BTreeMap<String, Shared>, EngineError> {
        let mut found: BTreeMap<String, Shared> = BTreeMap::new();
        let links = s.note_links(self.workspace, &[LinkKind::FilePath])?;
        for (note, named) in links {
            let key = format!("file:{}", named.target);
            let weight = match (self.written.contains(&key), self.read.contains(&key)) {
                (true, _) => weight::NAMED,
                (_, true) => weight::NAMED * weight::READ,
                _ => continue,
            };
            if self.is_own(&note) {
                continue;
            }
            let shared = found.entry(note.row.path.clone()).or_default();
            shared.weight += weight;
            shared.files.insert(named.target);
            shared.at = note.row.at.or(note.row.modified_at);
        }
        Ok(found)
    }

    /// Whether a note was written by the session itself, or one whose work it goes on with.
    fn is_own(&self, note: &Note) -> bool {
        note.row.facts.session.is_some_and(|session| self.line.contains(&session))
    }
}

/// The session, those that it works for, shares a beginning with, or took over from, and those that took over from it.
fn line_of(s: &Snapshot<'_>, view: &SessionView) -> Result<BTreeSet<SessionId>, EngineError> {
    let mut line = BTreeSet::new();
    let mut open = vec![view.id];
    while let Some(id) = open.pop() {
        if line.len() >= limits::FORK_LINE || !line.insert(id) {
            continue;
        }
        if let Some(view) = view_of(s, id)? {
            let follows = view.owned.as_deref().and_then(|owned| owned.follows);
            open.extend([view.parent, view.forked_from, follows].into_iter().flatten());
        }
        open.extend(s.successors(id)?);
    }
    Ok(line)
}

/// The keys of the files that a session read.
fn read_files(fold: &SessionFold) -> impl Iterator<Item = String> {
    let root = fold.facts.root.clone();
    let read: Vec<String> = fold
        .files_used()
        .iter()
        .filter(|(_, file)| file.reads > 0)
        .map(|(path, _)| path.clone())
        .collect();
    read.into_iter().map(move |path| callboard_model::fact::file_key(&path, root.as_deref()))
}

/// How much it says that so many others have the same.
fn rarity(others: usize) -> f64 {
    match u32::try_from(others) {
        Ok(others) if others > 0 => (1.0 + 6.0 / f64::from(others)).ln(),
        _ => 0.0,
    }
}

impl Shared {
    /// What is long ago weighs less, to a half at the least.
    fn aged(&self, now: Timestamp) -> f64 {
        let Some(at) = self.at else { return self.weight * 0.5 };
        let days = now.since_ms(at).max(0) / (24 * 60 * 60 * 1000);
        let days = f64::from(u32::try_from(days).unwrap_or(u32::MAX));
        self.weight * (0.5 + 0.5 * 0.5_f64.powf(days / limits::RELATED_HALF_LIFE_DAYS))
    }
}

/// What weighs enough, the heaviest first.
fn ranked<K: Ord>(found: BTreeMap<K, Shared>, weigh: impl Fn(&Shared) -> f64) -> Vec<(K, Shared)> {
    let mut all: Vec<(K, Shared)> = found
        .into_iter()
        .map(|(key, shared)| (key, Shared { weight: weigh(&shared), ..shared }))
        .filter(|(_, shared)| shared.weight >= weight::LEAST)
        .collect();
    all.sort_by(|(_, one), (_, other)| other.weight.total_cmp(&one.weight));
    all.truncate(limits::RELATED_SHOWN);
    all
}
