//! Records of the conversation: `user` (prompts and results of tools) and `assistant`.

use callboard_model::EventBody;
use callboard_model::event::{Compaction, Failure, Image, Turn, TurnPhase, Usage};

use super::parse::Record;
use super::{parse_prompt, parse_result, parse_tool};
use crate::fields::{Fields, Raw};
use crate::slim::blob_of_marker;

pub(super) fn user(record: &mut Record<'_>) {
    let content =
        record.fields.fields("message").get("content").or_else(|| record.fields.get("message"));
    let Some(content) = content else { return };
    if record.fields.is_true("isCompactSummary") {
        return summary(record, content);
    }
    if let Some(text) = content.str() {
        return parse_prompt::prompt(record, 0, &text, Vec::new());
    }
    let blocks: Vec<Fields<'_>> =
        content.items().into_iter().flatten().filter_map(Raw::fields).collect();
    let images: Vec<Image> = blocks.iter().filter_map(image).collect();
    let mut images = Some(images);
    let mut said = false;
    for (index, block) in blocks.iter().enumerate() {
        match block.str("type").as_deref() {
            Some("text") => {
                let text = block.str("text").unwrap_or_default();
                let own = parse_prompt::is_own_words(record, &text);
                let images = if own { images.take().unwrap_or_default() } else { Vec::new() };
                said |= own;
                parse_prompt::prompt(record, index, &text, images);
            }
            Some("tool_result") => parse_result::result(record, block),
            Some("image" | "document") => {}
            other => {
                record.unknown.note(format!("user.content.type={}", other.unwrap_or("(none)")))
            }
        }
    }
    if let Some(images) = images.filter(|images| !said && !images.is_empty()) {
        parse_prompt::prompt(record, blocks.len(), "", images);
    }
}

fn summary(record: &mut Record<'_>, content: Raw<'_>) {
    let text = content.str().map(std::borrow::Cow::into_owned).or_else(|| {
        let parts = content.items()?;
        Some(
            parts
                .into_iter()
                .filter_map(|p| p.fields()?.text("text"))
                .collect::<Vec<_>>()
                .join("\n"),
        )
    });
    record.say(
        "0",
        EventBody::Compaction(Compaction { trigger: None, summary: text, tokens_before: None }),
    );
}

/// A picture or document that slimming made a blob.
pub(super) fn image(block: &Fields<'_>) -> Option<Image> {
    let source = block.fields("source");
    let blob = blob_of_marker(&source.str("data")?)?.to_owned();
    Some(Image { blob, media_type: source.text("media_type").unwrap_or_default() })
}

pub(super) fn assistant(record: &mut Record<'_>) {
    let message = record.fields.fields("message");
    if record.fields.is_true("isApiErrorMessage") {
        return api_error(record, &message);
    }
    let mut last = None;
    if let Some(text) = message.str("content").filter(|t| !t.is_empty()) {
        record.say("0", EventBody::Text { text: text.into_owned() });
        last = Some("text".to_owned());
    }
    for (index, block) in message.items("content").into_iter().enumerate() {
        let Some(block) = block.fields() else { continue };
        let kind = block.text("type").unwrap_or_default();
        match kind.as_str() {
            "text" => {
                let text = block.text("text").unwrap_or_default();
                if !text.trim().is_empty() {
                    record.say(index, EventBody::Text { text });
                }
            }
            "thinking" => {
                record.say(
                    index,
                    EventBody::Thinking { text: block.text("thinking").unwrap_or_default() },
                );
            }
            "redacted_thinking" => record.say(index, EventBody::Thinking { text: String::new() }),
            "tool_use" | "server_tool_use" | "mcp_tool_use" => parse_tool::tool_use(record, &block),
            "tool_result"
            | "web_search_tool_result"
            | "mcp_tool_result"
            | "web_fetch_tool_result" => {
                parse_result::result(record, &block);
            }
            "fallback" => {
                record.say(
                    index,
                    EventBody::Notice {
                        topic: kind.clone(),
                        text: block.text("text").unwrap_or_default(),
                    },
                );
            }
            _ => {
                record.unknown.note(format!("assistant.content.type={kind}"));
                record.say(
                    index,
                    EventBody::Unknown { record_type: format!("assistant.content.{kind}") },
                );
            }
        }
        last = Some(kind);
    }
    usage(record, &message);
    // Every block's record repeats the reason; the turn ends with the words that end the reply.
    let ended = matches!(
        message.str("stop_reason").as_deref(),
        Some("end_turn" | "stop_sequence" | "refusal")
    );
    if ended && last.as_deref() == Some("text") {
        record
            .say("turn", EventBody::Turn(Turn { phase: TurnPhase::Completed, duration_ms: None }));
    }
}

fn api_error(record: &mut Record<'_>, message: &Fields<'_>) {
    let parts = message.items("content").into_iter().filter_map(|b| b.fields()?.text("text"));
    let text = parts.collect::<Vec<_>>().join("\n");
    let status = record.fields.u64("apiErrorStatus").and_then(|s| s.try_into().ok());
    record.say("0", EventBody::Error(Failure { text, will_retry: false, status }));
    record.say("turn", EventBody::Turn(Turn { phase: TurnPhase::Failed, duration_ms: None }));
}

fn usage(record: &mut Record<'_>, message: &Fields<'_>) {
    let usage = message.fields("usage");
    if usage.is_empty() || message.str("model").as_deref() == Some("<synthetic>") {
        return;
    }
    let count = |name: &str| usage.u64(name).unwrap_or(0);
    let (input, cache_read) = (count("input_tokens"), count("cache_read_input_tokens"));
    let (cache_write, output) = (count("cache_creation_input_tokens"), count("output_tokens"));
    let usage = Usage {
        message_id: message.text("id"),
        model: message.text("model"),
        input,
        cache_read,
        cache_write,
        output,
        cumulative: false,
        cost_usd: record.fields.get("costUSD").and_then(Raw::f64),
        context_used: Some(input + cache_read + cache_write + output),
        context_window: None,
    };
    record.say("usage", EventBody::Usage(usage));
}
