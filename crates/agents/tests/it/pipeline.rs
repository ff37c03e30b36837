//! What every reader promises, whatever it reads.

use callboard_agents::{
    Agent, Compression, Parsed, RecordPosition, TranscriptFile, TranscriptReader, split_objects,
};
use callboard_model::event::EventBody;
use callboard_model::{Draft, ThreadKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::agent;

pub(crate) fn file() -> TranscriptFile {
    TranscriptFile {
        path: "/home/u/t.jsonl".into(),
        compression: Compression::None,
        thread: Some(ThreadKey::main("s1")),
        size: 0,
        modified: None,
    }
}

/// Reads lines as ingest does, and holds each promise on the way.
pub(crate) fn read(agent: &dyn Agent, lines: &str) -> Vec<Parsed> {
    let mut reader = agent.reader(&file(), None);
    let (mut offset, mut all) = (0, Vec::new());
    for line in lines.split_inclusive('\n') {
        for (begin, piece) in split_objects(line) {
            let at = RecordPosition { offset: offset + begin as u64 };
            all.extend(read_piece(agent, &mut *reader, piece, at));
        }
        offset += line.len() as u64;
    }
    let again = agent.reader(&file(), Some(&reader.state()));
    assert_eq!(again.state(), reader.state());
    all
}

fn read_piece(
    agent: &dyn Agent,
    reader: &mut dyn TranscriptReader,
    piece: &str,
    at: RecordPosition,
) -> Option<Parsed> {
    let slim = reader.slim(piece);
    let dropped: usize = slim.dropped.iter().map(|d| d.bytes).sum();
    assert_eq!(slim.kept.len() - slim.added + dropped, piece.len(), "bytes of {piece}");
    if slim.kept.is_empty() {
        return None;
    }
    assert_eq!(agent.reader(&file(), None).slim(&slim.kept).kept, slim.kept, "slim is slim");
    let parsed = reader.parse(&slim.kept, at);
    let fresh = agent.reader(&file(), None).parse(&slim.kept, at);
    assert_eq!(lasting(&parsed), lasting(&fresh), "events of {piece}");
    Some(parsed)
}

/// What a fresh reader must find too.
fn lasting(parsed: &Parsed) -> Vec<(String, EventBody)> {
    let lasts = |draft: &&Draft| !matches!(draft.body, EventBody::Info(_));
    parsed.drafts.iter().filter(lasts).map(|d| (d.key.clone(), d.body.clone())).collect()
}

/// Words that readers look for.
const WORDS: &[&str] = &[
    "user",
    "assistant",
    "system",
    "progress",
    "attachment",
    "response_item",
    "event_msg",
    "message",
    "tool_use",
    "tool_result",
    "text",
    "thinking",
    "Bash",
    "Edit",
    "function_call",
    "item_completed",
    "token_count",
    "compacted",
    "session_meta",
    "turn_context",
    "image",
    "base64",
    "*** Begin Patch",
    "FileChange",
    "bash_progress",
    "exec-1",
    "Exit code 3",
    "@@ -1 +1 @@\n-a\n+b",
    "[Request interrupted by user]",
];

/// Keys that readers look for.
const KEYS: &[&str] = &[
    "type",
    "message",
    "content",
    "uuid",
    "parentUuid",
    "sessionId",
    "isSidechain",
    "toolUseResult",
    "stdout",
    "payload",
    "item",
    "output",
    "arguments",
    "input",
    "name",
    "call_id",
    "id",
    "text",
    "structuredPatch",
    "lines",
    "originalFile",
    "data",
    "fullOutput",
    "toolUseID",
    "source",
    "changes",
    "status",
    "info",
    "summary",
    "role",
    "subtype",
    "ordinal",
    "timestamp",
    "cwd",
    "file",
    "questions",
    "plan",
    "usage",
    "todos",
    "error",
];

/// JSON of the shape of records: the agents' own keys around any values.
fn record() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(WORDS);
    let key = prop::sample::select(KEYS);
    let leaf = prop_oneof![
        4 => word.prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => "[a-z \\n\"]{40,90}".prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(json!("2026-01-01T00:00:00Z")),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(5, 80, 8, move |inner| {
        let key = key.clone().prop_map(str::to_owned);
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            3 => prop::collection::vec((key, inner), 0..9)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn records_of_any_content_are_kept_and_accounted_for(
        records in prop::collection::vec(record(), 1..6),
    ) {
        let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
        for name in ["claude", "codex"] {
            read(agent(name), &lines);
        }
    }

    #[test]
    fn bytes_of_any_kind_are_kept_and_accounted_for(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        structure in r#"[{}\[\]":,\\ntu0a ]{0,60}"#,
    ) {
        let lines = format!("{}\n{structure}", String::from_utf8_lossy(&bytes));
        for name in ["claude", "codex"] {
            read(agent(name), &lines);
        }
    }

    #[test]
    fn a_state_that_cannot_be_read_is_none(state in ".*") {
        for name in ["claude", "codex"] {
            agent(name).reader(&file(), Some(&state)).state();
        }
    }
}

#[test]
fn a_record_that_is_no_object_is_kept_as_unknown() {
    for name in ["claude", "codex"] {
        let parsed = read(agent(name), "{\"type\":\"user\n[1]\n{\"type\":\"brand-new\",\"x\":1}\n");
        assert!(parsed.iter().all(|p| !p.known && p.drafts.len() == 1), "{parsed:?}");
        let EventBody::Unknown { record_type } = &parsed[2].drafts[0].body else {
            panic!("{parsed:?}")
        };
        assert!(record_type.contains("brand-new"));
    }
}
