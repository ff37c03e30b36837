//! Events read back from the store: each is told again by its record.

use std::collections::HashMap;

use callboard_agents::{Agent, Compression, RecordPosition, TranscriptFile};
use callboard_model::{Draft, Event, EventBody, Seq, SessionFold, SessionId};
use callboard_store::{
    EventKey, EventPage, EventRow, PageFrom, RecordPlace, Result, Snapshot, SourceId,
};

use crate::ingest::tracked::companion_of;
use crate::limits;

/// A source, as its events are told again.
struct Told {
    agent: &'static dyn Agent,
    file: TranscriptFile,
    /// Facts that were kept beside it.
    companion: Vec<Draft>,
}

/// Reads events back; remembers which agent wrote which source.
pub(crate) struct Retelling<'a> {
    snapshot: &'a Snapshot<'a>,
    agents: HashMap<SourceId, Option<Told>>,
}

impl<'a> Retelling<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot<'a>) -> Self {
        Self { snapshot, agents: HashMap::new() }
    }

    /// The events of these rows, in their order.
    ///
    /// One whose record can no longer be read becomes [`EventBody::Unknown`]: it is never left out.
    pub(crate) fn events(&mut self, rows: &[EventRow]) -> Result<Vec<Event>> {
        let places: Vec<RecordPlace> = rows.iter().map(|row| row.place).collect();
        let records = self.snapshot.records(&places)?;
        let mut events = Vec::with_capacity(rows.len());
        let mut told: Option<(RecordPlace, Vec<Draft>)> = None;
        for (row, record) in rows.iter().zip(records) {
            // Neighbouring events often stand in one record.
            if told.as_ref().is_none_or(|(place, _)| *place != row.place) {
                let drafts = match &record {
                    Some(record) => self.drafts(row.place, &record.text)?,
                    None => Vec::new(),
                };
                told = Some((row.place, drafts));
            }
            let drafts = told.as_mut().map(|(_, drafts)| drafts);
            let body = drafts.and_then(|drafts| take(drafts, row.key)).unwrap_or_else(|| {
                EventBody::Unknown {
                    record_type: record.map_or_else(|| "(lost)".into(), |r| r.record_type),
                }
            });
            events.push(Event {
                seq: row.seq,
                session: row.session,
                ordinal: row.ordinal,
                at: row.at,
                body,
            });
        }
        Ok(events)
    }

    /// A session's fold made of all its own events, and the last of their numbers.
    pub(crate) fn fold(&mut self, session: SessionId) -> Result<(SessionFold, Seq)> {
        let (mut fold, mut seq) = (SessionFold::anew(), Seq::default());
        self.each(session, |event| {
            fold.apply(event.ordinal, event.at, &event.body);
            seq = seq.max(event.seq);
        })?;
        Ok((fold, seq))
    }

    /// All events of a session's own in order, in pages.
    fn each(&mut self, session: SessionId, mut visit: impl FnMut(&Event)) -> Result<()> {
        let mut from = PageFrom::Start;
        loop {
            let page = EventPage { from, kinds: &[], file: None, limit: limits::PAGE_EVENTS };
            let rows = self.snapshot.events(session, &page)?;
            let Some(last) = rows.last() else { return Ok(()) };
            from = PageFrom::After(last.seq);
            for event in self.events(&rows)? {
                visit(&event);
            }
        }
    }

    fn drafts(&mut self, place: RecordPlace, text: &str) -> Result<Vec<Draft>> {
        let Some(Told { agent, file, companion }) = self.told_in(place.source)? else {
            return Ok(Vec::new());
        };
        let mut reader = agent.reader(file, None);
        let mut parsed = reader.parse(text, RecordPosition { offset: place.offset });
        if place.offset == 0 {
            parsed.drafts.extend(companion.iter().cloned());
        }
        Ok(parsed.drafts)
    }

    fn told_in(&mut self, source: SourceId) -> Result<Option<&Told>> {
        if !self.agents.contains_key(&source) {
            let found = self.snapshot.source(source)?.and_then(|source| {
                let agent = callboard_agents::configured(source.row.agent.as_str())?;
                let companion = companion_of(&source);
                let file = TranscriptFile {
                    path: source.row.path,
                    // Records are kept unpacked, whatever their file was.
                    compression: Compression::None,
                    thread: source.row.thread,
                    size: source.row.cursor.size,
                    modified: None,
                };
                Some(Told { agent, file, companion })
            });
            self.agents.insert(source, found);
        }
        Ok(self.agents.get(&source).and_then(Option::as_ref))
    }
}

fn take(drafts: &mut [Draft], key: EventKey) -> Option<EventBody> {
    let draft = drafts.iter_mut().find(|draft| EventKey::of(&draft.key) == key)?;
    let spent = EventBody::Unknown { record_type: String::new() };
    Some(std::mem::replace(&mut draft.body, spent))
}
