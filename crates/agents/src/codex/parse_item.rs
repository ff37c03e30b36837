//! Items of the conversation as the model's service knows them: `response_item`, bare in the first versions.

use callboard_model::EventBody;
use callboard_model::event::{Author, Image, Prompt};

use super::parse::Record;
use super::{parse_call, parse_output};
use crate::fields::{Fields, Raw};
use crate::slim::{blob_of_marker, data_address, media_type_of};

/// How messages in the user's role begin that the program put in.
const PROGRAM: &[&str] = &[
    "<environment_context>",
    "<user_instructions>",
    "<permissions instructions>",
    "# AGENTS.md instructions",
    "<INSTRUCTIONS>",
    "<skill>",
    "<skills_instructions>",
    "<apps_instructions>",
    "<collaboration_mode>",
    "<turn_aborted>",
    "<user_shell_command>",
    "<subagent_notification>",
    "<model_switch>",
    "<personality_spec>",
    "<plugins_instructions>",
    "<tools>",
    "<user_action>",
    "<recommended_plugins>",
    "<hook_prompt",
    "<goal_context>",
    "<agents_md>",
    "<token_budget>",
];

/// Returns the item's type, and whether it is known.
pub(super) fn item(item: &Fields<'_>, record: &mut Record) -> (String, bool) {
    let kind = item.text("type").or_else(|| item.has("role").then(|| "message".to_owned()));
    let kind = kind.unwrap_or_else(|| "(no type)".to_owned());
    match kind.as_str() {
        "message" => message(item, record),
        "agent_message" => {
            let text = texts(item);
            let prompt = Prompt { text, author: Author::Agent, images: Vec::new() };
            record.say("0", EventBody::Prompt(prompt));
        }
        "reasoning" => reasoning(item, record),
        "function_call"
        | "custom_tool_call"
        | "local_shell_call"
        | "web_search_call"
        | "tool_call"
        | "tool_search_call"
        | "image_generation_call"
        | "mcp_tool_call" => parse_call::call(&kind, item, record),
        "function_call_output"
        | "custom_tool_call_output"
        | "tool_search_output"
        | "tool_result"
        | "function_result"
        | "mcp_tool_call_output"
        | "local_shell_call_output" => {
            parse_output::output(item, record);
        }
        // Restoring points of the working tree, and what the model is told of its tools.
        "ghost_snapshot" | "additional_tools" | "compaction" | "compaction_summary"
        | "compaction_trigger" | "context_compaction" => {}
        _ => return (kind, false),
    }
    (kind, true)
}

fn message(item: &Fields<'_>, record: &mut Record) {
    let role = item.text("role").unwrap_or_default();
    if role == "assistant" {
        let text = texts(item);
        if !text.trim().is_empty() {
            record.say("0", EventBody::Text { text });
        }
        return;
    }
    for part in item.items("content").into_iter().filter_map(Raw::fields) {
        let kind = part.text("type").unwrap_or_default();
        if !["", "text", "input_text", "output_text", "input_image"].contains(&kind.as_str()) {
            record.unknown.note(format!("message.content.type={kind}"));
        }
    }
    let mut images: Vec<Image> = item.items("content").into_iter().filter_map(image).collect();
    let mut said = 0;
    let parts = parts(item);
    for (index, text) in parts.iter().enumerate() {
        let (author, text) = author(&role, text);
        if text.trim().is_empty() || is_image_tag(text) {
            continue;
        }
        said += 1;
        let images = if author == Author::User { std::mem::take(&mut images) } else { Vec::new() };
        record.say(index, EventBody::Prompt(Prompt { text: text.to_owned(), author, images }));
    }
    if said == 0 && !images.is_empty() {
        let prompt = Prompt { text: String::new(), author: Author::User, images };
        record.say(parts.len(), EventBody::Prompt(prompt));
    }
}

/// Marks around a picture.
fn is_image_tag(text: &str) -> bool {
    let text = text.trim();
    text == "</image>"
        || (text.starts_with("<image") && text.ends_with('>') && !text.contains('\n'))
}

fn author<'t>(role: &str, text: &'t str) -> (Author, &'t str) {
    let trimmed = text.trim_start();
    if role != "user" || PROGRAM.iter().any(|beginning| trimmed.starts_with(beginning)) {
        return (Author::Program, text);
    }
    // Editors put the open files before the words.
    if let Some((_, words)) = text.split_once("## My request for Codex:") {
        return (Author::User, words.trim());
    }
    (Author::User, text)
}

fn parts(item: &Fields<'_>) -> Vec<String> {
    if let Some(text) = item.text("content") {
        return vec![text];
    }
    let parts = item.items("content").into_iter().filter_map(Raw::fields);
    parts.map(|part| part.text("text").unwrap_or_default()).collect()
}

fn texts(item: &Fields<'_>) -> String {
    parts(item).into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n")
}

/// A picture that slimming made a blob: `data:image/png;base64,blob:…`.
pub(super) fn image(part: Raw<'_>) -> Option<Image> {
    let address = part.fields()?.str("image_url")?;
    let (prefix, content) = data_address(&address)?;
    let media_type = media_type_of(prefix).unwrap_or_default().to_owned();
    Some(Image { blob: blob_of_marker(content)?.to_owned(), media_type })
}

fn reasoning(item: &Fields<'_>, record: &mut Record) {
    let summary = item.items("summary").into_iter().chain(item.items("content"));
    let texts: Vec<String> = summary.filter_map(|part| part.fields()?.text("text")).collect();
    let text =
        if texts.is_empty() { item.text("text").unwrap_or_default() } else { texts.join("\n\n") };
    record.say("0", EventBody::Thinking { text });
}
