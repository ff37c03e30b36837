//! A turn in the Anthropic Messages format (<https://docs.anthropic.com/en/api/messages-streaming>).

use serde_json::{Value, json};

use super::reply::{Frame, fresh_id, pieces, text_frames};
use super::script::{ToolInput, Turn};

/// Bytes of a tool's input in one streamed piece.
const INPUT_PIECE: usize = 200;

/// The whole reply as one message.
pub(crate) fn message(model: &Value, turn: &Turn) -> Value {
    let mut message = open_message(model, turn);
    message["content"] = blocks(turn).into();
    message["stop_reason"] = stop_reason(turn).into();
    message["usage"] = usage(turn);
    message
}

/// The reply as a stream.
pub(crate) fn frames(model: &Value, turn: &Turn) -> Vec<Frame> {
    let mut opening = open_message(model, turn);
    opening["usage"]["output_tokens"] = 1.into();
    let mut frames = vec![Frame::Event(json!({"type": "message_start", "message": opening}))];
    for (index, block) in blocks(turn).iter().enumerate() {
        frames.extend(block_frames(index, block, turn));
        frames.push(Frame::Event(json!({"type": "content_block_stop", "index": index})));
    }
    frames.push(Frame::Event(json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason(turn), "stop_sequence": null},
        "usage": usage(turn),
    })));
    frames.push(Frame::Event(json!({"type": "message_stop"})));
    frames
}

fn open_message(model: &Value, turn: &Turn) -> Value {
    json!({
        "id": fresh_id("msg_"), "type": "message", "role": "assistant", "model": model,
        "content": [], "stop_reason": null, "stop_sequence": null, "usage": usage(turn),
    })
}

fn blocks(turn: &Turn) -> Vec<Value> {
    let mut blocks = Vec::new();
    if let Some(thinking) = &turn.thinking {
        blocks.push(json!({"type": "thinking", "thinking": thinking, "signature": "c2NyaXB0ZWQ="}));
    }
    if let Some(text) = &turn.text {
        blocks.push(json!({"type": "text", "text": text}));
    }
    for call in &turn.calls {
        let input = match &call.input {
            ToolInput::Json(value) => value.clone(),
            ToolInput::Raw(text) => json!({"input": text}),
        };
        blocks.push(json!({
            "type": "tool_use", "id": fresh_id("toolu_"), "name": call.name, "input": input,
        }));
    }
    if blocks.is_empty() {
        blocks.push(json!({"type": "text", "text": ""}));
    }
    blocks
}

fn block_frames(index: usize, block: &Value, turn: &Turn) -> Vec<Frame> {
    let start = |content: Value| {
        let start =
            json!({"type": "content_block_start", "index": index, "content_block": content});
        Frame::Event(start)
    };
    let delta =
        |delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
    match block["type"].as_str() {
        Some("text") => {
            let text = block["text"].as_str().unwrap_or_default();
            let mut frames = vec![start(json!({"type": "text", "text": ""}))];
            frames.extend(text_frames(turn, text, |piece| {
                delta(json!({"type": "text_delta", "text": piece}))
            }));
            frames
        }
        Some("thinking") => {
            let said = delta(json!({"type": "thinking_delta", "thinking": block["thinking"]}));
            let sealed = delta(json!({"type": "signature_delta", "signature": block["signature"]}));
            let opening = json!({"type": "thinking", "thinking": "", "signature": ""});
            vec![start(opening), Frame::Event(said), Frame::Event(sealed)]
        }
        _ => {
            let mut opening = block.clone();
            opening["input"] = json!({});
            let input = block["input"].to_string();
            let parts = pieces(&input, INPUT_PIECE);
            let parts = parts.into_iter().map(|piece| {
                Frame::Event(delta(json!({"type": "input_json_delta", "partial_json": piece})))
            });
            std::iter::once(start(opening)).chain(parts).collect()
        }
    }
}

fn stop_reason(turn: &Turn) -> &str {
    let usual = if turn.calls.is_empty() { "end_turn" } else { "tool_use" };
    turn.stop_reason.as_deref().unwrap_or(usual)
}

fn usage(turn: &Turn) -> Value {
    json!({
        "input_tokens": turn.usage.input,
        "cache_read_input_tokens": turn.usage.cached,
        "cache_creation_input_tokens": turn.usage.cache_write,
        "output_tokens": turn.usage.output,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_tells_what_the_message_tells() {
        let turn = Turn::text("Looking around the house.")
            .thinking("hm")
            .tool("Bash", json!({"command": "ls"}));
        let frames = frames(&json!("m"), &turn);
        let deltas = |field: &str| -> String {
            frames
                .iter()
                .filter_map(|f| match f {
                    Frame::Event(event) => event["delta"][field].as_str(),
                    _ => None,
                })
                .collect()
        };
        assert_eq!(deltas("text"), "Looking around the house.");
        assert_eq!(deltas("thinking"), "hm");
        assert_eq!(deltas("partial_json"), r#"{"command":"ls"}"#);
        assert_eq!(message(&json!("m"), &turn)["stop_reason"], "tool_use");
    }
}
