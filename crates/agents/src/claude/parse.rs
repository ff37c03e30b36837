//! From a record to events. The format has no description; what is here was read off transcripts of
//! versions 1.0 to 2.1.

mod facts;

use callboard_model::{Draft, EventBody, ThreadKey, Timestamp};
use xxhash_rust::xxh3::xxh3_64;

use super::reader::Reader;
use super::{known_fields, parse_message, parse_system};
use crate::fields::{Document, Fields};
use crate::known::Unknown;
use crate::transcript::{Parsed, RecordPosition};

/// A record while it is taken apart.
pub(super) struct Record<'r> {
    pub(super) fields: Fields<'r>,
    /// The record's uuid; without one, a hash of the record.
    pub(super) key: String,
    pub(super) thread: ThreadKey,
    pub(super) at: Option<Timestamp>,
    pub(super) offset: u64,
    pub(super) drafts: Vec<Draft>,
    pub(super) unknown: Unknown,
}

impl Record<'_> {
    /// Adds an event whose key is the record's with `part` after it.
    pub(super) fn say(&mut self, part: impl std::fmt::Display, body: EventBody) {
        self.say_as(format!("{}/{part}", self.key), body);
    }

    /// Adds an event with a key of its own.
    pub(super) fn say_as(&mut self, key: String, body: EventBody) {
        self.drafts.push(Draft { thread: self.thread.clone(), key, at: self.at, body });
    }

    /// Whether it belongs to a subagent or sidechain.
    pub(super) fn is_sub(&self) -> bool {
        self.thread.sub.is_some()
    }
}

pub(super) fn parse(text: &str, at: RecordPosition, reader: &mut Reader) -> Parsed {
    let document = Document::of(text);
    let Some(fields) = document.as_ref().and_then(Document::fields) else {
        return foreign(text, at, reader, "(no object)");
    };
    let Some(kind) = fields.text("type") else {
        return foreign(text, at, reader, "(no type)");
    };
    let moment = fields.get("timestamp").and_then(|t| Timestamp::parse(&t.str()?));
    let key = fields.text("uuid").unwrap_or_else(|| format!("{:016x}", xxh3_64(text.as_bytes())));
    let thread = thread(&fields, reader);
    let mut record = Record {
        fields,
        key,
        thread,
        at: moment,
        offset: at.offset,
        drafts: Vec::new(),
        unknown: Unknown::default(),
    };
    facts::session_facts(&mut record, reader);
    let (record_type, known) = match kind.as_str() {
        "user" => {
            parse_message::user(&mut record);
            (kind, true)
        }
        "assistant" => {
            parse_message::assistant(&mut record);
            (kind, true)
        }
        _ => parse_system::other(&mut record, kind),
    };
    if known {
        known_fields::count(&record_type, &fields, &mut record.unknown);
        if moment.is_none() {
            record.unknown.time(&record_type, &fields, "timestamp");
        }
    } else {
        record.say("0", EventBody::Unknown { record_type: record_type.clone() });
    }
    Parsed { record_type, known, unknown: record.unknown.into_list(), drafts: record.drafts }
}

fn foreign(text: &str, _: RecordPosition, reader: &Reader, record_type: &str) -> Parsed {
    let thread = reader.thread.clone().unwrap_or_else(|| ThreadKey::main(""));
    let key = format!("{:016x}/0", xxh3_64(text.as_bytes()));
    let record_type = record_type.to_owned();
    let body = EventBody::Unknown { record_type: record_type.clone() };
    let drafts = vec![Draft { thread, key, at: None, body }];
    Parsed { record_type, known: false, unknown: Vec::new(), drafts }
}

/// Whose record it is. Subagents' records carry their parent's session id and their own agent id;
/// before they had files of their own, only a mark and the chain of parents.
fn thread(fields: &Fields<'_>, reader: &mut Reader) -> ThreadKey {
    let file = reader.thread.as_ref();
    let session =
        fields.text("sessionId").or_else(|| file.map(|t| t.native.clone())).unwrap_or_default();
    if let Some(agent) = fields.text("agentId").filter(|_| fields.has("uuid")) {
        return ThreadKey::sub(session, agent);
    }
    if let Some(sub) = file.and_then(|t| t.sub.clone()) {
        return ThreadKey::sub(session, sub);
    }
    if fields.is_true("isSidechain") {
        let uuid = fields.str("uuid").unwrap_or_default();
        let root = reader.state.chain_root(&uuid, fields.str("parentUuid").as_deref());
        return ThreadKey::sub(session, root);
    }
    ThreadKey::main(session)
}
