//! A turn in the OpenAI Responses format (<https://platform.openai.com/docs/api-reference/responses-streaming>).

use serde_json::{Value, json};

use super::reply::{Frame, fresh_id, text_frames};
use super::script::{ToolCall, ToolInput, Turn};

/// The whole reply as one response.
pub(crate) fn response(model: &Value, turn: &Turn) -> Value {
    completed(&open_response(model), &items(turn), turn)
}

/// The reply as a stream.
pub(crate) fn frames(model: &Value, turn: &Turn) -> Vec<Frame> {
    let opening = open_response(model);
    let items = items(turn);
    let mut frames =
        vec![Frame::Event(json!({"type": "response.created", "response": opening.clone()}))];
    for (index, item) in items.iter().enumerate() {
        frames.extend(item_frames(index, item, turn));
        frames.push(Frame::Event(
            json!({"type": "response.output_item.done", "output_index": index, "item": item}),
        ));
    }
    let response = completed(&opening, &items, turn);
    frames.push(Frame::Event(json!({"type": "response.completed", "response": response})));
    let events = frames.iter_mut().filter_map(|frame| match frame {
        Frame::Event(event) => Some(event),
        _ => None,
    });
    for (number, event) in events.enumerate() {
        event["sequence_number"] = number.into();
    }
    frames
}

fn open_response(model: &Value) -> Value {
    json!({
        "id": fresh_id("resp_"), "object": "response", "created_at": 0, "status": "in_progress",
        "model": model, "output": [], "usage": null,
    })
}

fn completed(opening: &Value, items: &[Value], turn: &Turn) -> Value {
    let mut response = opening.clone();
    let usage = turn.usage;
    response["status"] = "completed".into();
    response["output"] = items.to_vec().into();
    response["usage"] = json!({
        "input_tokens": usage.input + usage.cached,
        "input_tokens_details": {"cached_tokens": usage.cached},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.input + usage.cached + usage.output,
    });
    response
}

fn items(turn: &Turn) -> Vec<Value> {
    let mut items = Vec::new();
    if let Some(thinking) = &turn.thinking {
        items.push(json!({
            "type": "reasoning", "id": fresh_id("rs_"), "encrypted_content": "c2NyaXB0ZWQ=",
            "summary": [{"type": "summary_text", "text": thinking}],
        }));
    }
    if let Some(text) = &turn.text {
        items.push(json!({
            "type": "message", "id": fresh_id("msg_"), "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        }));
    }
    items.extend(turn.calls.iter().map(call_item));
    items
}

fn call_item(call: &ToolCall) -> Value {
    let mut item = match &call.input {
        ToolInput::Raw(text) => json!({
            "type": "custom_tool_call", "id": fresh_id("ctc_"), "input": text,
        }),
        ToolInput::Json(value) => json!({
            "type": "function_call", "id": fresh_id("fc_"), "arguments": value.to_string(),
        }),
    };
    item["call_id"] = fresh_id("call_").into();
    item["name"] = call.name.clone().into();
    item["status"] = "completed".into();
    if let Some(namespace) = &call.namespace {
        item["namespace"] = namespace.clone().into();
    }
    item
}

fn item_frames(index: usize, item: &Value, turn: &Turn) -> Vec<Frame> {
    let added = |item: Value| {
        let added =
            json!({"type": "response.output_item.added", "output_index": index, "item": item});
        Frame::Event(added)
    };
    let mut opening = item.clone();
    match item["type"].as_str() {
        Some("message") => {
            opening["status"] = "in_progress".into();
            opening["content"] = json!([]);
            let text = item["content"][0]["text"].as_str().unwrap_or_default();
            let mut frames = vec![added(opening)];
            frames.extend(text_frames(turn, text, |piece| {
                json!({
                    "type": "response.output_text.delta", "item_id": item["id"],
                    "output_index": index, "content_index": 0, "delta": piece,
                })
            }));
            frames
        }
        Some("reasoning") => {
            opening["summary"] = json!([]);
            let about = |kind: &str, key: &str, value: Value| {
                let mut event = json!({
                    "type": kind, "item_id": item["id"], "output_index": index, "summary_index": 0,
                });
                event[key] = value;
                Frame::Event(event)
            };
            vec![
                added(opening),
                about(
                    "response.reasoning_summary_part.added",
                    "part",
                    json!({"type": "summary_text", "text": ""}),
                ),
                about(
                    "response.reasoning_summary_text.delta",
                    "delta",
                    item["summary"][0]["text"].clone(),
                ),
            ]
        }
        _ => {
            opening["status"] = "in_progress".into();
            vec![added(opening)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_opened_and_done_and_numbered() {
        let turn = Turn::text("hello")
            .thinking("hm")
            .tool_in("mcp__x", "ping", json!({}))
            .custom_tool("apply_patch", "*** Begin Patch");
        let frames = frames(&json!("m"), &turn);
        let count = |kind: &str| {
            frames.iter().filter(|f| matches!(f, Frame::Event(e) if e["type"] == kind)).count()
        };
        assert_eq!(count("response.output_item.added"), 4);
        assert_eq!(count("response.output_item.done"), 4);
        let Some(Frame::Event(last)) = frames.last() else { panic!() };
        assert_eq!(last["sequence_number"], frames.len() - 1);
        assert_eq!(last["response"]["output"][2]["namespace"], "mcp__x");
        assert_eq!(response(&json!("m"), &turn)["output"][3]["input"], "*** Begin Patch");
    }
}
