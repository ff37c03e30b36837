//! A batch becomes part of the store: records, events, folds and rows in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use callboard_model::{AgentName, SessionId, Timestamp};
use callboard_store::{Arrival, Durability, NewEvent, RecordPlace, SourceId, SourceProblem, Write};

use super::repeats::Repeats;
use super::sessions::{Held, Sessions};
use super::{Core, LOG_SESSION, When};
use crate::ingest::batch::{Batch, Prepared, ThreadEvents};
use crate::ingest::tracked::{Progress, Tracked};
use crate::limits;

/// A batch that is part of a transaction.
struct Taken {
    transcript: Arc<Tracked>,
    progress: Progress,
    is_live: bool,
    is_last: bool,
}

impl Taken {
    /// The batch, unless it is void.
    fn of(batch: &Batch) -> Option<Self> {
        batch.transcript.is_current(batch.progress.epoch).then(|| Self {
            transcript: batch.transcript.clone(),
            progress: batch.progress.clone(),
            is_live: batch.is_live,
            is_last: batch.is_last,
        })
    }
}

impl Core {
    /// Commits a batch, together with batches of history that wait while nothing urgent does: the
    /// index is written once per transaction. If that fails, their transcripts are read again from what
    /// the store has.
    pub(super) fn take_batches(&mut self, first: Batch, more: &mut dyn FnMut() -> Option<Batch>) {
        // Also what could not be begun is read again.
        let mut taken: Vec<Taken> = Taken::of(&first).into_iter().collect();
        match self.commit(first, more, &mut taken) {
            Ok(()) => {
                for batch in taken {
                    self.merges_due |= batch.is_live;
                    batch.transcript.succeeded();
                    if batch.is_last {
                        batch.transcript.settled();
                    }
                    self.forget_problem(&batch.transcript.path());
                    if batch.transcript.committed(batch.progress) {
                        (self.read_again)(&batch.transcript, When::Now);
                    }
                }
            }
            Err(error) => {
                let hint = error.hint().unwrap_or_default();
                tracing::error!(%error, hint, "cannot keep what was read; it is read again");
                self.folds.forget_all();
                let mut back: Vec<Arc<Tracked>> = Vec::new();
                for batch in taken {
                    if !back.iter().any(|known| Arc::ptr_eq(known, &batch.transcript)) {
                        back.push(batch.transcript);
                    }
                }
                for transcript in back {
                    transcript.go_back();
                    let wait = crate::ingest::retry_wait(transcript.failed()).as_millis();
                    let retry_at = self.now().plus_ms(i64::try_from(wait).unwrap_or(i64::MAX));
                    self.note_failure(&transcript, &error.to_string(), retry_at);
                }
            }
        }
    }

    /// A transcript could not be read or kept.
    pub(super) fn note_failure(
        &mut self,
        transcript: &Arc<Tracked>,
        text: &str,
        retry_at: Timestamp,
    ) {
        let path = transcript.path();
        tracing::warn!(path = %path.display(), text, "a transcript could not be read");
        let problem =
            SourceProblem { text: text.to_owned(), at: self.now(), retry_at: Some(retry_at) };
        match transcript.committed_id() {
            Some(id) => {
                self.write_or_warn("note what could not be read", |w| {
                    w.set_source_problem(id, Some(&problem))
                });
            }
            None => {
                let mut problems =
                    self.problems.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if problems.len() < limits::PROBLEMS {
                    problems.insert(path, text.to_owned());
                }
            }
        }
        (self.read_again)(transcript, When::At(retry_at));
    }

    /// A transcript could be read and kept after all.
    fn forget_problem(&self, path: &std::path::Path) {
        self.problems.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(path);
    }

    fn commit(
        &mut self,
        first: Batch,
        more: &mut dyn FnMut() -> Option<Batch>,
        taken: &mut Vec<Taken>,
    ) -> callboard_store::Result<()> {
        let now = self.now();
        let (store, mut sessions) = self.parts();
        let mut worked_in = BTreeMap::new();
        store.write(Durability::Normal, now, |w| {
            let mut touched = Touched::default();
            let mut raw_bytes = 0;
            let mut next = Some(first);
            while let Some(mut batch) = next {
                raw_bytes += batch.raw_bytes;
                if batch.transcript.is_current(batch.progress.epoch) {
                    let source = put_batch(w, &mut sessions, &mut batch, &mut touched)?;
                    if let Some(taken) = taken.last_mut() {
                        taken.progress.id = Some(source);
                    }
                }
                let is_enough = batch.is_live || raw_bytes >= limits::TRANSACTION_RAW_BYTES;
                next = if is_enough { None } else { more() };
                taken.extend(next.as_ref().and_then(Taken::of));
            }
            for (id, is_announced) in touched {
                // What belongs before events already folded waits for the end of its file.
                sessions.folds_anew = is_announced != Announced::Never;
                let view = sessions.put(w, id)?;
                let age = view.updated_at.map_or(i64::MAX, |at| now.since_ms(at));
                let is_news = match is_announced {
                    Announced::Now => true,
                    Announced::IfRecent => age < limits::ANNOUNCED_AGE_MS,
                    Announced::Never => false,
                };
                if is_news {
                    w.log(LOG_SESSION, &id.to_string(), &serde_json::Value::Null)?;
                    worked_in.extend(view.cwd.map(|folder| (id, folder)));
                }
            }
            Ok(())
        })?;
        self.announcer.announce(self.store.last_seq());
        for (session, folder) in worked_in {
            self.changes.worked_in(session, Path::new(&folder));
        }
        Ok(())
    }
}

/// Whether readers are told of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Announced {
    Never,
    IfRecent,
    Now,
}

/// The sessions that a transaction changes.
type Touched = BTreeMap<SessionId, Announced>;

fn put_batch(
    w: &mut Write<'_>,
    sessions: &mut Sessions<'_>,
    batch: &mut Batch,
    touched: &mut Touched,
) -> callboard_store::Result<SourceId> {
    let agent = batch.transcript.agent.name();
    let source = w.put_source(&batch.progress.row(batch.transcript.agent, &batch.file))?;
    let announced = match (batch.is_live, batch.is_last) {
        (true, _) => Announced::Now,
        (false, true) => Announced::IfRecent,
        (false, false) => Announced::Never,
    };
    let mut changed = put_events(w, sessions, &agent, source, batch)?;
    if batch.is_last {
        changed.sessions.append(&mut batch.transcript.unsettled());
    } else if announced == Announced::Never {
        batch.transcript.unsettle(&changed.sessions);
    }
    for id in changed.sessions {
        let known = touched.entry(id).or_insert(announced);
        *known = announced.max(*known);
    }
    for id in changed.forks {
        sessions.fold_again(w, id)?;
        let known = touched.entry(id).or_insert(Announced::IfRecent);
        *known = Announced::IfRecent.max(*known);
    }
    changed.repeats.leave_out(w, batch)?;
    put_records(w, &agent, source, batch)?;
    Ok(source)
}

fn put_records(
    w: &mut Write<'_>,
    agent: &AgentName,
    source: SourceId,
    batch: &Batch,
) -> callboard_store::Result<()> {
    let generation = batch.progress.generation;
    let mut is_news = false;
    for block in &batch.blocks {
        is_news |= w.put_block(source, generation, block)?;
    }
    // What was read before a crash and again after it counts once.
    if is_news {
        let mut counts = batch.counts.clone();
        for (what, offset) in &batch.unknown {
            counts.add_unknown(what, RecordPlace { source, generation, offset: *offset });
        }
        w.count_records(agent, &counts)?;
    }
    for (blob, media_type) in &batch.blobs {
        w.put_blob(blob, media_type)?;
    }
    Ok(())
}

/// What a batch's events change.
#[derive(Default)]
struct Changed {
    /// The sessions that they belong to.
    sessions: BTreeSet<SessionId>,
    /// Sessions whose shared beginning turned out to be another's.
    forks: BTreeSet<SessionId>,
    repeats: Repeats,
}

/// Appends the batch's events and folds those that are news.
fn put_events(
    w: &mut Write<'_>,
    sessions: &mut Sessions<'_>,
    agent: &AgentName,
    source: SourceId,
    batch: &mut Batch,
) -> callboard_store::Result<Changed> {
    let arrival = if batch.is_live { Arrival::Live } else { Arrival::Backfill };
    let mut changed = Changed::default();
    for ThreadEvents { thread, events } in &mut batch.threads {
        let (id, _) = w.session_of(agent, thread)?;
        changed.forks.append(&mut super::forks::note(w, agent, id, events)?);
        let generation = batch.progress.generation;
        let texts: Vec<_> = events.iter_mut().map(|event| event.text.take()).collect();
        let paths: Vec<Vec<&str>> =
            events.iter().map(|e| e.paths.iter().map(String::as_str).collect()).collect();
        let new: Vec<NewEvent<'_>> = events
            .iter()
            .zip(&paths)
            .zip(texts)
            .map(|((event, paths), text)| NewEvent {
                text,
                ..new_event(event, paths, source, generation)
            })
            .collect();
        let mut appended = w.append_events(id, &new, arrival)?;
        let held = sessions.hold(w, id, agent, thread)?;
        for (event, stored) in events.iter().zip(appended.stored) {
            let place = RecordPlace { source, generation, offset: event.offset };
            changed.repeats.note(place, stored);
            if let Some(seq) = stored.news() {
                fold(held, event);
                held.seq = seq.max(held.seq);
            }
        }
        changed.sessions.insert(id);
        changed.forks.append(&mut appended.forks);
    }
    Ok(changed)
}

fn new_event<'a>(
    event: &'a Prepared,
    paths: &'a [&'a str],
    source: SourceId,
    generation: u32,
) -> NewEvent<'a> {
    NewEvent {
        ordinal: event.ordinal,
        at: event.draft.at,
        kind: event.draft.body.kind(),
        key: &event.draft.key,
        place: RecordPlace { source, generation, offset: event.offset },
        text: None,
        own: event.is_own,
        paths,
    }
}

fn fold(held: &mut Held, event: &Prepared) {
    if event.ordinal < held.fold.last {
        // Another file of the same session was read first: only folding anew gets the order right.
        held.is_out_of_order = true;
    } else {
        held.fold.apply(event.ordinal, event.draft.at, &event.draft.body);
    }
}
