//! From a record to events. The records are those of `drive/compose.rs`; what they hold of the protocol
//! (v1, schema 1.15) stands there as the agent said it.

use callboard_model::event::{
    Author, Compaction, Failure, Info, Plan, PlanChange, PlanStep, Prompt, StepStatus, ToolUse,
    Turn, TurnPhase, Usage,
};
use callboard_model::{Draft, EventBody, ThreadKey, Timestamp};
use serde_json::Value;

use super::parse_tool;
use crate::transcript::{Parsed, RecordPosition};

pub(super) fn parse(text: &str, at: RecordPosition, thread: &ThreadKey) -> Parsed {
    let record: Value = serde_json::from_str(text).unwrap_or_default();
    let record_type = word(&record, "type").unwrap_or_else(|| "(no type)".to_owned());
    let bodies = bodies(&record_type, &record);
    let known = bodies.is_some();
    let unknown = || {
        let of_agent = word(&record["update"], "sessionUpdate");
        vec![EventBody::Unknown { record_type: of_agent.unwrap_or_else(|| record_type.clone()) }]
    };
    let key = word(&record, "id").unwrap_or_else(|| format!("@{}", at.offset));
    let moment = record["at"].as_i64().and_then(Timestamp::within_calendar);
    let drafts = bodies.unwrap_or_else(unknown).into_iter().enumerate().map(|(n, body)| Draft {
        thread: thread.clone(),
        key: format!("{key}/{n}"),
        at: moment,
        body,
    });
    let drafts = drafts.collect();
    Parsed { record_type, known, unknown: Vec::new(), drafts }
}

/// A text that is not empty.
pub(super) fn word(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// What a record tells; `None` if its type is not known.
fn bodies(record_type: &str, record: &Value) -> Option<Vec<EventBody>> {
    let text = || record["text"].as_str().unwrap_or_default().to_owned();
    Some(match record_type {
        "session" => vec![EventBody::Info(info(record))],
        "prompt" => vec![
            EventBody::Turn(Turn { phase: TurnPhase::Started, duration_ms: None }),
            EventBody::Prompt(Prompt { text: text(), author: Author::User, images: Vec::new() }),
        ],
        "message" => vec![EventBody::Text { text: text() }],
        "thought" => vec![EventBody::Thinking { text: text() }],
        "tool_use" => vec![parse_tool::tool_use(&record["call"])],
        "tool_result" => vec![EventBody::Result(parse_tool::result(&record["call"]))],
        "plan" => vec![EventBody::Plan(plan(record))],
        "usage" => vec![EventBody::Usage(usage(record))],
        "stop" => stop(record),
        "compaction" => vec![EventBody::Compaction(Compaction {
            trigger: None,
            summary: word(record, "text"),
            tokens_before: None,
        })],
        "notice" => vec![EventBody::Notice {
            topic: word(record, "topic").unwrap_or_default(),
            text: text(),
        }],
        _ => return None,
    })
}

fn info(record: &Value) -> Info {
    Info {
        cwd: word(record, "cwd"),
        agent_version: word(record, "version"),
        model: word(record, "model"),
        mode: word(record, "mode"),
        title: word(record, "title"),
        ..Info::default()
    }
}

/// `plan{entries[]{content,status}}`: the whole plan each time.
fn plan(record: &Value) -> Plan {
    let steps = record["entries"].as_array().into_iter().flatten().map(|entry| PlanStep {
        id: None,
        text: word(entry, "content").unwrap_or_default(),
        status: Some(match entry["status"].as_str() {
            Some("completed") => StepStatus::Completed,
            Some("in_progress") => StepStatus::InProgress,
            _ => StepStatus::Pending,
        }),
    });
    Plan {
        tool_use: ToolUse { tool_use_id: String::new(), tool: "plan".to_owned() },
        change: PlanChange::Replace,
        steps: steps.collect(),
        proposal: None,
    }
}

/// `usage_update{used,size,cost}`; the cost is what was added. The tokens that `session/prompt` may answer
/// with are not counted: agents mean the last reply, the turn or the session by them.
fn usage(record: &Value) -> Usage {
    Usage {
        cost_usd: record["cost_usd"].as_f64(),
        context_used: record["used"].as_u64(),
        context_window: record["size"].as_u64(),
        ..Usage::default()
    }
}

fn stop(record: &Value) -> Vec<EventBody> {
    let turn = |phase| EventBody::Turn(Turn { phase, duration_ms: None });
    let failed = |text: String| {
        let failure = Failure { text, will_retry: false, status: None };
        vec![EventBody::Error(failure), turn(TurnPhase::Failed)]
    };
    match (word(record, "error"), record["reason"].as_str()) {
        (Some(error), _) => failed(error),
        (None, Some("cancelled")) => vec![turn(TurnPhase::Interrupted)],
        (None, Some("end_turn") | None) => vec![turn(TurnPhase::Completed)],
        (None, Some(reason)) => failed(super::drive::stopped_by(reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies_of(record: &str) -> Vec<EventBody> {
        let parsed = parse(record, RecordPosition { offset: 7 }, &ThreadKey::main("s"));
        parsed.drafts.into_iter().map(|draft| draft.body).collect()
    }

    #[test]
    fn a_turn_begins_with_its_prompt_and_ends_as_it_was_stopped() {
        let begun = bodies_of(r#"{"at":1000,"id":"p1","type":"prompt","text":"Go"}"#);
        assert!(matches!(&begun[1], EventBody::Prompt(prompt) if prompt.text == "Go"));
        let phase = |record: &str| match bodies_of(record).pop() {
            Some(EventBody::Turn(turn)) => turn.phase,
            other => panic!("{other:?}"),
        };
        assert_eq!(phase(r#"{"type":"stop","reason":"end_turn"}"#), TurnPhase::Completed);
        assert_eq!(phase(r#"{"type":"stop","reason":"cancelled"}"#), TurnPhase::Interrupted);
        assert_eq!(phase(r#"{"type":"stop","reason":"max_tokens"}"#), TurnPhase::Failed);
        assert_eq!(phase(r#"{"type":"stop","error":"It broke."}"#), TurnPhase::Failed);
    }

    #[test]
    fn what_is_not_known_is_kept_by_its_own_name() {
        let record = r#"{"id":"p/3","type":"other","update":{"sessionUpdate":"new_thing"}}"#;
        let parsed = parse(record, RecordPosition { offset: 0 }, &ThreadKey::main("s"));
        assert!(!parsed.known);
        assert_eq!(parsed.drafts[0].body, EventBody::Unknown { record_type: "new_thing".into() });
        assert_eq!(parsed.drafts[0].key, "p/3/0");
        assert!(!parse("garbage", RecordPosition { offset: 0 }, &ThreadKey::main("s")).known);
    }
}
