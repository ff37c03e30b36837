//! What came of a tool use: `tool_result` blocks, with what `toolUseResult` tells beyond them.

use callboard_model::EventBody;
use callboard_model::event::{Change, FileEdit, Hunk, Image, ToolResult};

use super::parse::Record;
use super::parse_message::image;
use crate::fields::{Fields, Raw};
use crate::slim::blob_of_marker;

/// How the result begins when its user refused; what rules or modes denied is no person's answer.
const REFUSED: &[&str] = &[
    "The user doesn't want to proceed with this tool use",
    "The user doesn't want to take this action right now",
    "User rejected tool use",
];

/// What precedes the words of a user who refused.
const REASONS: &[&str] = &[
    "the user said:\n",
    "To tell you how to proceed, the user said:\n",
    "reason for the rejection: ",
];

pub(super) fn result(record: &mut Record<'_>, block: &Fields<'_>) {
    let id = block.text("tool_use_id").unwrap_or_else(|| record.key.clone());
    let (text, images) = content(block);
    let failed = block.is_true("is_error");
    let mut result = ToolResult { tool_use_id: id, images, ..ToolResult::default() };
    result.ok = Some(!failed);
    result.exit_code = if failed { exit_code(&text) } else { None };
    result.refused = if failed { refusal(record, &text) } else { None };
    result.text = text;
    // One `toolUseResult` stands beside one block; in a record of several it belongs to none for certain.
    match record.fields.get("toolUseResult").map(|r| (r, r.fields())) {
        Some((_, Some(told))) => structured(&mut result, &told),
        Some((told, None)) if failed => {
            result.interrupted |= told.text().contains("interrupted by user")
        }
        _ => {}
    }
    if is_broken_off(record, &result) {
        (result.refused, result.interrupted) = (None, true);
    }
    result.interrupted |= result.text.starts_with("[Request interrupted by user")
        || (failed && result.text.contains("[Request interrupted by user for tool use]"));
    let key = format!("result:{}", result.tool_use_id);
    record.say_as(key, EventBody::Result(result));
}

fn content(block: &Fields<'_>) -> (String, Vec<Image>) {
    let Some(content) = block.get("content") else { return (String::new(), Vec::new()) };
    if let Some(text) = content.str() {
        return (text.into_owned(), Vec::new());
    }
    let (mut texts, mut images) = (Vec::new(), Vec::new());
    for part in content.items().into_iter().flatten() {
        let Some(part) = part.fields() else { continue };
        images.extend(image(&part));
        texts.extend(part.text("text").or_else(|| part.text("tool_name")));
    }
    (texts.join("\n"), images)
}

/// `Exit code 2` before the output of a failed command.
fn exit_code(text: &str) -> Option<i32> {
    text.strip_prefix("Error: ")
        .unwrap_or(text)
        .strip_prefix("Exit code ")?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

fn refusal(record: &Record<'_>, text: &str) -> Option<String> {
    let decision = record.fields.fields("permissionDecision");
    let source = decision.text("source");
    // What a program refuses that is asked in a person's place.
    let by_hook = source.as_deref() == Some("hook")
        && decision.text("decision").as_deref() == Some("reject")
        && decision
            .text("reasonCode")
            .is_some_and(|code| code.starts_with("hook:PermissionRequest"));
    let kind = record.fields.text("toolDenialKind");
    let by_user =
        kind.as_deref() == Some("user-rejected") || source.as_deref() == Some("user_reject");
    let in_set_words = REFUSED.iter().any(|beginning| text.starts_with(beginning));
    if !by_user && !by_hook && !in_set_words {
        return None;
    }
    let words = REASONS.iter().find_map(|reason| Some(text.split_once(reason)?.1));
    let words = words.unwrap_or(if in_set_words { "" } else { text });
    let words =
        words.split_once("\n\nNote: The user's next message").map_or(words, |(words, _)| words);
    Some(words.trim().to_owned())
}

/// A program that drives it refuses in words of its own: the set words without any come of breaking the turn off while
/// something waits to be allowed (2.1.329).
fn is_broken_off(record: &Record<'_>, result: &ToolResult) -> bool {
    let entrypoint = record.fields.text("entrypoint").unwrap_or_default();
    entrypoint.starts_with("sdk") && result.refused.as_deref() == Some("")
}

/// What only the structured form tells. What it repeats has been cut out of it.
fn structured(result: &mut ToolResult, told: &Fields<'_>) {
    if let Some(output) = told.text("stdout").filter(|o| o.len() > result.text.len()) {
        result.text = output;
    }
    result.stderr = told.text("stderr");
    result.interrupted |= told.is_true("interrupted");
    let task = told.fields("task");
    let code = told.get("exitCode").or_else(|| task.get("exitCode")).and_then(Raw::i64);
    result.exit_code = code.and_then(|code| code.try_into().ok()).or(result.exit_code);
    if ended_well(result, told) {
        result.exit_code = result.exit_code.or(Some(0));
    }
    result.background_id = told.text("backgroundTaskId");
    result.duration_ms = told.u64("totalDurationMs").or_else(|| told.u64("durationMs"));
    result.subagent = told.text("agentId");
    if told.is_true("isAsync") {
        result.background_id = result.background_id.take().or_else(|| told.text("agentId"));
    }
    if let Some(path) = told.text("filePath").filter(|_| told.has("structuredPatch")) {
        result.edits = vec![applied(path, told)];
    }
    for (question, answer) in told.fields("answers").iter() {
        let answer = answer.str().map_or_else(|| answer.text().to_owned(), Into::into);
        result.answers.push((question.into_owned(), answer));
    }
    let file = told.fields("file");
    let blob = file.str("base64").and_then(|d| blob_of_marker(&d).map(str::to_owned));
    if let Some(blob) = blob.filter(|blob| !result.images.iter().any(|i| i.blob == *blob)) {
        let media_type = file.text("type").unwrap_or_else(|| "application/octet-stream".into());
        result.images.push(Image { blob, media_type });
    }
}

/// A command that ended with 0: its result differs from others only by what is missing from it.
fn ended_well(result: &ToolResult, told: &Fields<'_>) -> bool {
    let of_command = told.has("stdout") && told.has("interrupted") && !result.interrupted;
    let otherwise = ["backgroundTaskId", "returnCodeInterpretation"];
    let ended_otherwise = otherwise.iter().any(|name| told.get(name).is_some());
    of_command && result.ok == Some(true) && !ended_otherwise
}

/// The edit as applied: `structuredPatch` holds unified hunks with their line numbers.
fn applied(path: String, told: &Fields<'_>) -> FileEdit {
    let patch = told.items("structuredPatch").into_iter().filter_map(Raw::fields);
    let hunks = patch.map(|hunk| Hunk {
        old_start: hunk.u32("oldStart").unwrap_or(0),
        new_start: hunk.u32("newStart").unwrap_or(0),
        lines: hunk.items("lines").into_iter().filter_map(|l| l.str().map(Into::into)).collect(),
    });
    let written = matches!(told.str("type").as_deref(), Some("create"));
    let change = if written { Change::Write } else { Change::Modify };
    FileEdit { path, change, from: None, hunks: hunks.collect() }
}
