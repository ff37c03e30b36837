//! A session's transcript: in pages, by place, and its landmarks.

use callboard_model::event::{Author, Edit};
use callboard_model::view::{EventPage, Landmark, LandmarkKind};
use callboard_model::{Event, EventBody, EventKind, Ordinal, Seq, SessionId};
use callboard_store::{EventPage as StorePage, EventRow, PageFrom, Snapshot};

use crate::core::view_of;
use crate::transcript::Retelling;
use crate::{Engine, EngineError, limits};

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventsFrom {
    /// At the first event.
    Start,
    /// At the last one, backwards.
    End,
    /// Around this one.
    Around(Seq),
    /// At this place.
    At(Ordinal),
    /// Behind this one.
    After(Seq),
    /// Ahead of this one.
    Before(Seq),
}

/// Which part of a transcript.
#[derive(Debug, Clone, Copy)]
pub struct EventsWanted<'a> {
    /// Where it begins.
    pub from: EventsFrom,
    /// Of which kinds; empty for all.
    pub kinds: &'a [EventKind],
    /// About this file only, with the results of what was done to it.
    pub file: Option<&'a str>,
    /// How many events at most.
    pub limit: usize,
}

impl EventsWanted<'_> {
    /// Events of every kind and file.
    #[must_use]
    pub fn all(from: EventsFrom, limit: usize) -> Self {
        Self { from, kinds: &[], file: None, limit }
    }
}

impl Engine {
    /// A part of a session's transcript; a fork's with the beginning that it shares.
    ///
    /// # Errors
    /// When there is no such session, or no such event to begin at.
    pub fn events(
        &self,
        session: SessionId,
        wanted: EventsWanted<'_>,
    ) -> Result<EventPage, EngineError> {
        let EventsWanted { from, kinds, file, limit } = wanted;
        let limit = limit.clamp(1, limits::PAGE_EVENTS);
        self.read(|s| {
            view_of(s, session)?.ok_or_else(|| EngineError::no_session(session))?;
            let from = match from {
                EventsFrom::Start => PageFrom::Start,
                EventsFrom::End => PageFrom::End,
                EventsFrom::Around(seq) => PageFrom::Around(seq),
                EventsFrom::At(ordinal) => PageFrom::At(ordinal),
                EventsFrom::After(seq) => PageFrom::After(seq),
                EventsFrom::Before(seq) => PageFrom::Before(seq),
            };
            if let PageFrom::Around(seq) | PageFrom::After(seq) | PageFrom::Before(seq) = from {
                event_row(s, seq)?;
            }
            let rows = s.transcript(session, &StorePage { from, kinds, file, limit })?;
            let is_more = |from: Option<PageFrom>| -> Result<bool, EngineError> {
                let Some(from) = from else { return Ok(false) };
                let next = StorePage { from, kinds, file, limit: 1 };
                Ok(!s.transcript(session, &next)?.is_empty())
            };
            Ok(EventPage {
                more_before: is_more(rows.first().map(|row| PageFrom::Before(row.seq)))?,
                more_after: is_more(rows.last().map(|row| PageFrom::After(row.seq)))?,
                events: shortened(Retelling::new(s).events(&rows)?),
                total: s.transcript_count(session)?,
                shared: s.shared_beginning(session)?,
                seq: s.seq()?,
            })
        })
    }

    /// The events of a session that were committed after `seq`, in that order.
    ///
    /// # Errors
    /// When the store fails.
    pub fn events_since(
        &self,
        session: SessionId,
        seq: Seq,
        limit: usize,
    ) -> Result<Vec<Event>, EngineError> {
        self.read(|s| {
            let rows = s.events_after(seq, Some(session), limit)?;
            Ok(Retelling::new(s).events(&rows)?)
        })
    }

    /// One event.
    ///
    /// # Errors
    /// When there is none.
    pub fn event(&self, seq: Seq) -> Result<Event, EngineError> {
        self.read(|s| {
            let row = event_row(s, seq)?;
            Retelling::new(s).events(&[row])?.pop().ok_or_else(|| no_event(seq))
        })
    }

    /// The agent's own record behind an event: its type and what is kept of it.
    ///
    /// # Errors
    /// When there is no such event.
    pub fn record(&self, seq: Seq) -> Result<(String, String), EngineError> {
        self.read(|s| {
            let row = event_row(s, seq)?;
            let record = s.records(&[row.place])?.pop().flatten().ok_or_else(|| no_event(seq))?;
            Ok((record.record_type, record.text))
        })
    }

    /// The content of a blob, and what it is.
    ///
    /// # Errors
    /// When there is none.
    pub fn blob(&self, hash: &str) -> Result<(String, Vec<u8>), EngineError> {
        let no_blob =
            || EngineError::NotFound { what: format!("blob {hash}"), hint: "reload the page" };
        let media_type = self.read(|s| s.blob_media_type(hash)?.ok_or_else(no_blob))?;
        let bytes = callboard_store::BlobStore::new(self.home()).get(hash)?.ok_or_else(no_blob)?;
        Ok((media_type, bytes))
    }

    /// The places of a session worth jumping to, in order.
    ///
    /// # Errors
    /// When there is no such session.
    pub fn landmarks(&self, session: SessionId) -> Result<Vec<Landmark>, EngineError> {
        const KINDS: [EventKind; 6] = [
            EventKind::Prompt,
            EventKind::Edit,
            EventKind::Question,
            EventKind::Compaction,
            EventKind::Error,
            EventKind::Result,
        ];
        self.read(|s| {
            view_of(s, session)?.ok_or_else(|| EngineError::no_session(session))?;
            let mut retelling = Retelling::new(s);
            let mut landmarks = Vec::new();
            let mut from = PageFrom::End;
            while landmarks.len() < limits::LANDMARKS {
                let page =
                    StorePage { from, kinds: &KINDS, file: None, limit: limits::PAGE_EVENTS };
                let rows = s.transcript(session, &page)?;
                let Some(first) = rows.first() else { break };
                from = PageFrom::Before(first.seq);
                let events = retelling.events(&rows)?;
                landmarks.extend(events.iter().rev().filter_map(landmark));
            }
            landmarks.truncate(limits::LANDMARKS);
            landmarks.reverse();
            Ok(landmarks)
        })
    }
}

fn event_row(s: &Snapshot<'_>, seq: Seq) -> Result<EventRow, EngineError> {
    s.event(seq)?.ok_or_else(|| no_event(seq))
}

fn no_event(seq: Seq) -> EngineError {
    EngineError::NotFound {
        what: format!("event {}", seq.0),
        hint: "list a session's events with `callboard session events`",
    }
}

fn landmark(event: &Event) -> Option<Landmark> {
    let (kind, text) = match &event.body {
        EventBody::Prompt(prompt) if prompt.author == Author::User => {
            (LandmarkKind::Prompt, prompt.text.clone())
        }
        EventBody::Edit(Edit { files, .. }) => (LandmarkKind::Edit, files.first()?.path.clone()),
        EventBody::Question(question) => {
            (LandmarkKind::Question, question.questions.first()?.question.clone())
        }
        EventBody::Compaction(_) => (LandmarkKind::Compaction, String::new()),
        EventBody::Error(failure) => (LandmarkKind::Failure, failure.text.clone()),
        EventBody::Result(result) if result.ok == Some(false) => {
            (LandmarkKind::Failure, last_line(&result.text).to_owned())
        }
        _ => return None,
    };
    Some(Landmark {
        seq: event.seq,
        ordinal: event.ordinal,
        at: event.at,
        kind,
        text: text.chars().take(limits::SNIPPET_CHARS).collect(),
    })
}

/// The last line that says something: where most programs put what went wrong.
fn last_line(text: &str) -> &str {
    text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

/// Events without the far end of very long output, which is behind the event's own address.
fn shortened(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        if let EventBody::Result(result) = &mut event.body
            && result.text.len() > limits::PAGE_TEXT_BYTES
        {
            let cut = result.text.floor_char_boundary(limits::PAGE_TEXT_BYTES);
            let left = result.text.len() - cut;
            result.text.truncate(cut);
            result.text.push_str(&format!("\n… {left} more bytes"));
        }
    }
    events
}
