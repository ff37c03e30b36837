//! What these transcripts repeat: history after a compaction, sealed reasoning, each text once more as
//! a notification, the unchanged context of each turn.

use xxhash_rust::xxh3::xxh3_64;

use super::reader::State;
use crate::fields::{Document, Fields, Raw};
use crate::limits;
use crate::slim::{Cuts, Slim};
use crate::stream::StreamRule;

const SEALED: &str = "sealed reasoning";
const REPLAYED: &str = "replayed history";
const REPEATS_TEXT: &str = "repeats a text of the conversation";
const REPEATS_CONTEXT: &str = "repeats the last turn's context";
const REPEATS_WORLD: &str = "repeats the last world state";

pub(super) const RULES: &[StreamRule] = &[
    StreamRule { key: "replacement_history", why: REPLAYED },
    StreamRule { key: "encrypted_content", why: SEALED },
];

pub(super) fn slim<'l>(record: &'l str, state: &mut State) -> Slim<'l> {
    let document = Document::of(record);
    let Some(fields) = document.as_ref().and_then(Document::fields) else {
        return Slim::whole(record);
    };
    let mut cuts = Cuts::of(record);
    let payload = fields.get("payload").filter(|p| p.type_name() == "object");
    let body = payload.and_then(Raw::fields);
    match (fields.str("type").as_deref(), &body) {
        (Some("response_item"), Some(item)) => response_item(item, state, &mut cuts),
        (Some("event_msg"), Some(event)) => notification(event, state, &mut cuts),
        (Some("compacted"), Some(compacted)) => replayed(compacted, &mut cuts),
        (Some("turn_context"), Some(context)) => {
            if let (Some(payload), true) = (payload, is_repeated(context, &mut state.turn_context))
            {
                let marker = match context.str("turn_id") {
                    Some(id) if !id.contains(['"', '\\']) => format!(r#"{{"turn_id":"{id}"}}"#),
                    _ => "{}".to_owned(),
                };
                cuts.cut(payload.text(), marker, REPEATS_CONTEXT);
            }
        }
        (Some("world_state"), Some(world)) => {
            if let Some(now) = world.get("state") {
                let hash = xxh3_64(now.text().as_bytes());
                if hash == state.world_state {
                    cuts.drop_value(now, REPEATS_WORLD);
                }
                state.world_state = hash;
            }
        }
        (_, None) => response_item(&fields, state, &mut cuts),
        _ => {}
    }
    cuts.finish()
}

fn response_item(item: &Fields<'_>, state: &mut State, cuts: &mut Cuts<'_>) {
    if let Some(sealed) = item.get("encrypted_content") {
        cuts.drop_value(sealed, SEALED);
    }
    for list in ["content", "summary", "output"] {
        for part in item.items(list) {
            let Some(part) = part.fields() else { continue };
            if let Some(text) = part.get("text").and_then(Raw::escaped) {
                state.texts.remember(text, limits::REMEMBERED_HASHES);
            }
            for name in ["image_url", "data"] {
                part.get(name).into_iter().for_each(|v| cuts.blob(v, "application/octet-stream"));
            }
            part.get("encrypted_content").into_iter().for_each(|v| cuts.drop_value(v, SEALED));
        }
    }
    if let Some(output) = item.get("output").and_then(Raw::escaped) {
        state.texts.remember(output, limits::REMEMBERED_HASHES);
    }
    // A picture that was generated.
    item.get("result").into_iter().for_each(|v| cuts.blob(v, "image/png"));
}

/// Notifications carry texts that the conversation's own items carry too: what was seen there is cut here.
fn notification(event: &Fields<'_>, state: &State, cuts: &mut Cuts<'_>) {
    for name in ["message", "text", "last_agent_message"] {
        repeated_text(event.get(name), state, cuts);
    }
    for image in event.items("images") {
        cuts.blob(image, "application/octet-stream");
    }
    let item = event.fields("item");
    for list in ["content", "summary_text", "raw_content"] {
        for part in item.items(list) {
            repeated_text(Some(part), state, cuts);
            let part = part.fields().unwrap_or_default();
            repeated_text(part.get("text"), state, cuts);
            for name in ["image_url", "url", "data"] {
                part.get(name).into_iter().for_each(|v| cuts.blob(v, "application/octet-stream"));
            }
        }
    }
}

fn repeated_text(text: Option<Raw<'_>>, state: &State, cuts: &mut Cuts<'_>) {
    if let Some(text) = text.filter(|t| t.escaped().is_some_and(|t| state.texts.knows(t))) {
        cuts.drop_value(text, REPEATS_TEXT);
    }
}

/// The history that replaces what was said so far repeats it, but for the summary.
fn replayed(compacted: &Fields<'_>, cuts: &mut Cuts<'_>) {
    let Some(history) = compacted.get("replacement_history") else { return };
    if compacted.text("message").is_some() {
        return cuts.drop_value(history, REPLAYED);
    }
    let items = history.items().unwrap_or_default();
    for item in &items {
        let fields = item.fields().unwrap_or_default();
        match fields.str("type").as_deref() {
            Some("compaction" | "compaction_summary" | "context_compaction") => {
                fields
                    .get("encrypted_content")
                    .into_iter()
                    .for_each(|v| cuts.drop_value(v, SEALED));
            }
            _ => cuts.drop_value(*item, REPLAYED),
        }
    }
}

/// Whether the context says what the last one said, but for the turn it belongs to.
fn is_repeated(context: &Fields<'_>, last: &mut u64) -> bool {
    let mut hash = xxhash_rust::xxh3::Xxh3Default::new();
    for (name, value) in
        context.iter().filter(|(name, _)| !matches!(&**name, "turn_id" | "root_turn_id"))
    {
        hash.update(name.as_bytes());
        hash.update(value.text().as_bytes());
    }
    let hash = hash.digest();
    std::mem::replace(last, hash) == hash
}
