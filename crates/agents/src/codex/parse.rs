//! From a record to events. Sources: the format's own types as earlier releases published them, and
//! transcripts of versions 0.3x (bare items) to 0.169 (lines with ordinals).

use callboard_model::event::{Beginning, Compaction, Info};
use callboard_model::{Draft, EventBody, ThreadKey, Timestamp};

use super::reader::Reader;
use super::{known_fields, parse_event, parse_item};
use crate::fields::{Document, Fields, Raw};
use crate::known::Unknown;
use crate::transcript::{Parsed, RecordPosition};

/// A record while it is taken apart.
pub(super) struct Record {
    /// `o<ordinal>` where lines are numbered, else `@<offset>`.
    pub(super) key: String,
    /// Lines are numbered: items are then reported as completed, too.
    pub(super) numbered: bool,
    pub(super) thread: ThreadKey,
    pub(super) at: Option<Timestamp>,
    pub(super) drafts: Vec<Draft>,
    pub(super) unknown: Unknown,
}

impl Record {
    /// Adds an event whose key is the record's with `part` after it.
    pub(super) fn say(&mut self, part: impl std::fmt::Display, body: EventBody) {
        self.say_as(format!("{}/{part}", self.key), body);
    }

    /// Adds an event with a key of its own.
    pub(super) fn say_as(&mut self, key: String, body: EventBody) {
        self.drafts.push(Draft { thread: self.thread.clone(), key, at: self.at, body });
    }
}

pub(super) fn parse(text: &str, at: RecordPosition, reader: &mut Reader) -> Parsed {
    let document = Document::of(text);
    let fields = document.as_ref().and_then(Document::fields);
    let fields = fields.as_ref();
    let ordinal = fields.and_then(|f| f.u64("ordinal"));
    if let Some(header) = fields.filter(|_| reader.state.thread.is_none()).and_then(header) {
        reader.state.thread = header.text("id");
    }
    let moment =
        |name: &str| fields.and_then(|f| f.get(name)).and_then(|t| Timestamp::parse(&t.str()?));
    let mut record = Record {
        key: ordinal.map_or_else(|| format!("@{}", at.offset), |n| format!("o{n}")),
        numbered: ordinal.is_some(),
        thread: reader.thread(),
        at: moment("timestamp").or_else(|| moment("created_at")),
        drafts: Vec::new(),
        unknown: Unknown::default(),
    };
    let (record_type, known) = match fields {
        Some(fields) => typed(fields, &mut record, reader),
        None => ("(no object)".to_owned(), false),
    };
    if let Some(fields) = fields.filter(|_| known) {
        known_fields::count(&record_type, fields, &mut record.unknown);
        if record.at.is_none() {
            record.unknown.time(&record_type, fields, "timestamp");
        }
    } else {
        record.say("0", EventBody::Unknown { record_type: record_type.clone() });
    }
    Parsed { record_type, known, unknown: record.unknown.into_list(), drafts: record.drafts }
}

/// The fields of a header: `session_meta`, or, in the first versions, a first line without a type.
fn header<'a>(fields: &Fields<'a>) -> Option<Fields<'a>> {
    match fields.str("type").as_deref() {
        Some("session_meta") => Some(fields.fields("payload")),
        None if fields.has("id") && fields.has("timestamp") => Some(*fields),
        _ => None,
    }
}

fn typed(fields: &Fields<'_>, record: &mut Record, reader: &mut Reader) -> (String, bool) {
    if let Some(header) = header(fields) {
        let own = header.text("id").is_none_or(|id| id == record.thread.native);
        if own {
            session_facts(&header, record, reader);
        }
        return ("session_meta".to_owned(), true);
    }
    let kind = fields.text("type");
    let Some(payload) = fields.get("payload").and_then(Raw::fields) else {
        if fields.str("record_type").as_deref() == Some("state") {
            return ("state".to_owned(), true);
        }
        return parse_item::item(fields, record);
    };
    let Some(kind) = kind else { return ("(no type)".to_owned(), false) };
    let known = match kind.as_str() {
        "response_item" => {
            let (item, known) = parse_item::item(&payload, record);
            return (format!("response_item/{item}"), known);
        }
        "event_msg" => {
            let (event, known) = parse_event::event(&payload, record);
            return (format!("event_msg/{event}"), known);
        }
        "turn_context" => turn_context(&payload, record, reader),
        "compacted" => {
            compacted(&payload, record);
            true
        }
        // What they tell is in `token_count`, and in the messages that are made of it.
        "world_state" | "token_usage_record" | "inter_agent_communication_metadata" => true,
        _ => false,
    };
    (kind, known)
}

fn session_facts(header: &Fields<'_>, record: &mut Record, reader: &mut Reader) {
    let git = header.fields("git");
    let source = header.get("source");
    let spawn =
        source.and_then(Raw::fields).unwrap_or_default().fields("subagent").fields("thread_spawn");
    let base = header.fields("history_base");
    let forked_from = base.text("thread_id").or_else(|| header.text("forked_from_id"));
    let beginning = base.u64("end_byte_offset").map(Beginning::UpTo);
    let info = Info {
        cwd: header.text("cwd"),
        branch: git.text("branch"),
        commit: git.text("commit_hash"),
        remote: git.text("repository_url"),
        agent_version: header.text("cli_version"),
        entrypoint: source.and_then(Raw::str).map(Into::into).or_else(|| header.text("originator")),
        parent: header.text("parent_thread_id").or_else(|| spawn.text("parent_thread_id")),
        agent_type: header.text("agent_role").or_else(|| spawn.text("agent_role")),
        title: header.text("agent_nickname").or_else(|| spawn.text("agent_nickname")),
        forked_from,
        beginning,
        ..Info::default()
    };
    reader.state.info.cwd.clone_from(&info.cwd);
    if info != Info::default() {
        record.say("info", EventBody::Info(info));
    }
}

fn turn_context(context: &Fields<'_>, record: &mut Record, reader: &mut Reader) -> bool {
    let last = &mut reader.state.info;
    let mut info = Info::default();
    for (name, fact, last) in [
        ("cwd", &mut info.cwd, &mut last.cwd),
        ("model", &mut info.model, &mut last.model),
        ("approval_policy", &mut info.mode, &mut last.mode),
    ] {
        let now = context.text(name);
        if now.is_some() && now != *last {
            last.clone_from(&now);
            *fact = now;
        }
    }
    if info != Info::default() {
        record.say("info", EventBody::Info(info));
    }
    true
}

fn compacted(payload: &Fields<'_>, record: &mut Record) {
    let summary = payload.text("message");
    record.say(
        "0",
        EventBody::Compaction(Compaction { trigger: None, summary, tokens_before: None }),
    );
}
