//! What other sessions and notes hold that bears on a session's work: the same files, under whatever names these had,
//! the same errors, symbols and fixtures, the words of its prompts. What few have in common weighs much; what many touch
//! says nothing.

mod found;
mod moved;
mod own;
mod shared;
mod telling;
mod told;
mod ubiquitous;
mod words;

use std::collections::BTreeSet;

use callboard_model::query::{KindFilter, Query};
use callboard_model::symbol::Symbol;
use callboard_model::view::{RelatedItem, RelatedView, SearchSubject};
use callboard_model::{SessionId, Timestamp};
use callboard_store::Snapshot;

pub(crate) use moved::KnownMoves;
pub(crate) use telling::RelatedLooks;

use self::found::{Lookup, Notes, Sessions};
use self::own::Own;
use self::shared::{Tie, ranked, rarity, weight};
use crate::query::Naming;
use crate::{Engine, EngineError, limits};

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
        let moved = self.moved(&own)?;
        let (mut sessions, mut notes) = self.read(|s| {
            let mut lookup = Lookup::new(s, &own, &moved);
            lookup.by_files()?;
            lookup.by_errors()?;
            lookup.by_symbols(&coupled(s, &own)?)?;
            let notes = lookup.notes()?;
            Ok((lookup.sessions, notes))
        })?;
        for path in own.met.iter().take(limits::RELATED_WORDS) {
            // Whoever speaks of it seldom says where it lies.
            let name = path.rsplit('/').next().unwrap_or(path);
            self.by_word(&own, (name, weight::FIXTURE), &mut sessions, &mut notes)?;
        }
        for word in own.words.iter().take(limits::RELATED_WORDS) {
            self.by_word(&own, (word, weight::WORD), &mut sessions, &mut notes)?;
        }
        let now = self.now();
        self.read(|s| shown(s, &own, sessions, notes, now))
    }

    /// Where a word of the session's prompts or errors stands, if few others have it.
    fn by_word(
        &self,
        own: &Own,
        (word, weight): (&str, f64),
        sessions: &mut Sessions,
        notes: &mut Notes,
    ) -> Result<(), EngineError> {
        let mut query = Query::parse(&format!("\"{word}\""));
        // What tools gave back names all that is there.
        query.kinds = vec![KindFilter::Message, KindFilter::Note];
        let found = self.search(&query, Some(own.workspace), self.now(), limits::HITS)?.hits;
        let mut by: BTreeSet<(Option<SessionId>, Option<&String>)> = BTreeSet::new();
        for hit in found.iter().filter(|hit| hit.session.is_none_or(|id| !own.line.contains(&id))) {
            by.insert((hit.session, hit.note.as_ref()));
        }
        if by.len() > limits::RELATED_BY_ONE {
            return Ok(());
        }
        let weight = weight * rarity(by.len());
        for hit in &found {
            if hit.session.is_some_and(|id| own.line.contains(&id)) {
                continue;
            }
            let shared = match (hit.subject, hit.session, &hit.note) {
                (SearchSubject::Event, Some(id), _) => sessions.entry(id).or_default(),
                (SearchSubject::Note, _, Some(path)) => notes.entry(path.clone()).or_default(),
                _ => continue,
            };
            shared.add(Tie::Word(word.to_owned()), weight, hit.at);
        }
        Ok(())
    }
}

/// What is told of all that was found.
fn shown(
    s: &Snapshot<'_>,
    own: &Own,
    sessions: Sessions,
    notes: Notes,
    now: Timestamp,
) -> Result<RelatedView, EngineError> {
    let mut items: Vec<RelatedItem> = Vec::new();
    for (id, shared, weight) in ranked(sessions, |shared| shared.aged(now)) {
        items.extend(told::of_session(s, id, &shared, weight, now)?);
    }
    for (path, shared, weight) in ranked(notes, shared::Shared::weight) {
        items.extend(told::of_note(s, own.workspace, &path, &shared, weight)?);
    }
    told::join(&mut items);
    items.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    let most = items.first().map_or(0.0, |item| item.weight);
    items.retain(|item| item.weight >= most * weight::BESIDE);
    items.truncate(limits::RELATED_SHOWN);
    Ok(RelatedView { items })
}

/// The names of symbols by which the session's changes are coupled with those of others, which are told of as such.
fn coupled(s: &Snapshot<'_>, own: &Own) -> Result<BTreeSet<(SessionId, String)>, EngineError> {
    let mut coupled = BTreeSet::new();
    let pairs = s.pairs(own.workspace)?;
    if pairs.iter().all(|pair| pair.couplings.is_empty()) {
        return Ok(coupled);
    }
    let changesets = s.changesets(own.workspace)?;
    let naming = Naming::of(s, own.workspace, &changesets)?;
    let sessions = |key: &str| naming.sessions_of(key);
    for pair in pairs.iter().filter(|pair| !pair.couplings.is_empty()) {
        for (one, other) in [(&pair.left, &pair.right), (&pair.right, &pair.left)] {
            if !sessions(one).contains(&own.id) {
                continue;
            }
            let symbols = pair.couplings.iter().filter_map(|coupling| coupling.symbol.as_deref());
            let names: Vec<String> =
                symbols.map(|symbol| Symbol::of(symbol).name().to_owned()).collect();
            for session in sessions(other) {
                coupled.extend(names.iter().map(|name| (session, name.clone())));
            }
        }
    }
    Ok(coupled)
}
