//! What these transcripts repeat: the file before an edit, each result a second time as
//! `toolUseResult`, a subagent's messages as `progress`, a command's output so far, signatures.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::reader::State;
use crate::fields::{Document, Fields, Raw};
use crate::limits;
use crate::slim::{Cuts, Slim};
use crate::stream::StreamRule;

const BEFORE_EDIT: &str = "the file before the edit";
const SEALED: &str = "sealed reasoning";
const REPEATS_RESULT: &str = "repeats the tool's result";
const REPEATS_INPUT: &str = "repeats the tool's input";
const REPEATS_SUBAGENT: &str = "repeats a subagent's transcript";
const REPEATS_OUTPUT: &str = "repeats output so far";
const REPEATS_SNAPSHOT: &str = "repeats the last list of tracked files";
const REPEATS_INSTRUCTIONS: &str = "repeats instructions";

pub(super) const RULES: &[StreamRule] = &[
    StreamRule { key: "originalFile", why: BEFORE_EDIT },
    StreamRule { key: "originalFileContents", why: BEFORE_EDIT },
    StreamRule { key: "signature", why: SEALED },
    StreamRule { key: "normalizedMessages", why: REPEATS_SUBAGENT },
];

/// The output of a running command, as last reported.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct GrowingOutput {
    tool_use: u64,
    bytes: usize,
    hash: u64,
}

pub(super) fn slim<'l>(record: &'l str, state: &mut State) -> Slim<'l> {
    let document = Document::of(record);
    let Some(fields) = document.as_ref().and_then(Document::fields) else {
        return Slim::whole(record);
    };
    let mut cuts = Cuts::of(record);
    match fields.str("type").as_deref() {
        Some("assistant") => assistant(&fields, state, &mut cuts),
        Some("user") => user(&fields, state, &mut cuts),
        Some("progress") => progress(&fields.fields("data"), &fields, state, &mut cuts),
        Some("file-history-snapshot") => snapshot(&fields, state, &mut cuts),
        Some("attachment") => attachment(&fields, state, &mut cuts),
        Some(kind) if kind.starts_with("api-request") => {
            for (_, value) in fields.iter() {
                repeated_instructions(value, 0, state, &mut cuts);
            }
        }
        _ => {}
    }
    cuts.finish()
}

fn assistant(fields: &Fields<'_>, state: &mut State, cuts: &mut Cuts<'_>) {
    for block in fields.fields("message").items("content") {
        let Some(block) = block.fields() else { continue };
        match block.str("type").as_deref() {
            Some("thinking") => {
                block.get("signature").into_iter().for_each(|v| cuts.drop_value(v, SEALED))
            }
            Some("redacted_thinking") => {
                block.get("data").into_iter().for_each(|v| cuts.drop_value(v, SEALED))
            }
            Some("tool_use" | "server_tool_use") => {
                block.get("input").into_iter().for_each(|v| remember(v, 0, state));
            }
            _ => media(&block, cuts),
        }
    }
}

fn remember(value: Raw<'_>, depth: usize, state: &mut State) {
    if let Some(text) = value.escaped() {
        state.inputs.remember(text, limits::REMEMBERED_HASHES);
    } else if value.text().len() >= limits::REMEMBERED_INPUT_BYTES && depth < 3 {
        state.inputs.remember(value.text(), limits::REMEMBERED_HASHES);
        value
            .fields()
            .iter()
            .flat_map(Fields::iter)
            .for_each(|(_, v)| remember(v, depth + 1, state));
        value.items().into_iter().flatten().for_each(|v| remember(v, depth + 1, state));
    }
}

fn user(fields: &Fields<'_>, state: &mut State, cuts: &mut Cuts<'_>) {
    let mut told = Vec::new();
    for block in fields.fields("message").items("content") {
        let Some(block) = block.fields() else { continue };
        media(&block, cuts);
        if block.str("type").as_deref() != Some("tool_result") {
            continue;
        }
        match block.get("content") {
            Some(content) if content.escaped().is_some() => told.extend(content.escaped()),
            Some(content) => {
                for part in content.items().into_iter().flatten().filter_map(Raw::fields) {
                    media(&part, cuts);
                    told.extend(part.get("text").and_then(Raw::escaped));
                }
            }
            None => {}
        }
    }
    if let Some(result) = fields.get("toolUseResult") {
        repeated_result(result, &told, 0, state, cuts);
    }
}

/// Base64 of pictures and documents: `{"type":"image","source":{"type":"base64","media_type":…,"data":…}}`.
fn media(block: &Fields<'_>, cuts: &mut Cuts<'_>) {
    let source = block.fields("source");
    if let Some(data) = source.get("data") {
        let media_type =
            source.text("media_type").unwrap_or_else(|| "application/octet-stream".into());
        cuts.blob(data, &media_type);
    }
}

/// Cuts from `toolUseResult` what the result's text, or the tool's input, says too.
fn repeated_result(
    value: Raw<'_>,
    told: &[&str],
    depth: usize,
    state: &State,
    cuts: &mut Cuts<'_>,
) {
    if value.text().len() < limits::DUPLICATE_BYTES || depth > 4 {
        return;
    }
    if state.inputs.knows(value.escaped().unwrap_or(value.text())) {
        return cuts.drop_value(value, REPEATS_INPUT);
    }
    if let Some(text) = value.escaped() {
        let plain = text.strip_prefix("Error: ").unwrap_or(text);
        if told.iter().any(|told| says(told, plain)) {
            cuts.drop_value(value, REPEATS_RESULT);
        }
    } else if let Some(fields) = value.fields() {
        for (name, value) in fields.iter() {
            match &*name {
                "originalFile" | "originalFileContents" => cuts.drop_value(value, BEFORE_EDIT),
                // What the user chose stands nowhere else by itself.
                "structuredPatch" | "answers" => {}
                "base64" => cuts.blob(value, &fields.text("type").unwrap_or_default()),
                _ => repeated_result(value, told, depth + 1, state, cuts),
            }
        }
        media(&fields, cuts);
    } else if let Some(items) = value.items() {
        let lines: Option<Vec<&str>> = items.iter().map(|item| item.escaped()).collect();
        match lines {
            Some(lines) if says_lines(told, &lines) => cuts.drop_value(value, REPEATS_RESULT),
            _ => items
                .into_iter()
                .for_each(|item| repeated_result(item, told, depth + 1, state, cuts)),
        }
    }
}

fn says_lines(told: &[&str], lines: &[&str]) -> bool {
    let text = lines.join("\\n");
    told.iter().any(|told| says(told, &text))
}

/// Whether `told` holds all of `text`, as it is or with line numbers before each line.
fn says(told: &str, text: &str) -> bool {
    let text = trimmed(text);
    if text.len() > told.len() || text.len() < limits::DUPLICATE_BYTES - 16 {
        return false;
    }
    if told.starts_with(text) || says_numbered(told, text) {
        return true;
    }
    let (told, text) = (told.as_bytes(), text.as_bytes());
    let beginning = &text[..text.len().min(limits::DUPLICATE_BYTES)];
    let mut places = memchr::memmem::find_iter(told, beginning).take(limits::DUPLICATE_TRIES);
    places.any(|at| told[at..].starts_with(text))
}

/// Without escaped white space at the end.
fn trimmed(mut text: &str) -> &str {
    while let Some(shorter) = text.strip_suffix("\\n").or_else(|| text.strip_suffix(' ')) {
        if shorter.ends_with('\\') {
            break; // an escaped backslash before an `n`
        }
        text = shorter;
    }
    text
}

fn says_numbered(told: &str, text: &str) -> bool {
    if !told.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let mut told_lines = told.split("\\n");
    for line in text.split("\\n") {
        let Some(told) = told_lines.next() else { return false };
        let Some(rest) = told.trim_start().strip_prefix(|c: char| c.is_ascii_digit()) else {
            return false;
        };
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(rest) = rest.strip_prefix('→').or_else(|| rest.strip_prefix("\\t")) else {
            return false;
        };
        if rest != line {
            return false;
        }
    }
    true
}

fn progress(data: &Fields<'_>, record: &Fields<'_>, state: &mut State, cuts: &mut Cuts<'_>) {
    match data.str("type").as_deref() {
        Some("agent_progress" | "skill_progress") => {
            for name in ["message", "normalizedMessages", "prompt"] {
                data.get(name).into_iter().for_each(|v| cuts.drop_value(v, REPEATS_SUBAGENT));
            }
        }
        Some("bash_progress" | "powershell_progress") => {
            let all = data.get("fullOutput").and_then(Raw::escaped).unwrap_or_default();
            if let Some(last) =
                data.get("output").filter(|v| v.escaped().is_some_and(|t| all.ends_with(t)))
            {
                cuts.drop_value(last, REPEATS_OUTPUT);
            }
            let tool_use = record.str("toolUseID").map_or(0, |id| xxh3_64(id.as_bytes()));
            repeated_output(tool_use, all, state, cuts);
        }
        _ => {}
    }
}

fn repeated_output(tool_use: u64, all: &str, state: &mut State, cuts: &mut Cuts<'_>) {
    if all.len() < limits::DUPLICATE_BYTES {
        return;
    }
    let known = state.outputs.iter().position(|o| o.tool_use == tool_use);
    let before = known.and_then(|at| state.outputs.remove(at));
    let same = before.and_then(|b| all.get(..b.bytes).filter(|s| xxh3_64(s.as_bytes()) == b.hash));
    if let Some(same) = same {
        cuts.cut(same, "", REPEATS_OUTPUT);
    }
    if state.outputs.len() >= limits::REMEMBERED_OUTPUTS {
        state.outputs.pop_front();
    }
    let output = GrowingOutput { tool_use, bytes: all.len(), hash: xxh3_64(all.as_bytes()) };
    state.outputs.push_back(output);
}

fn snapshot(fields: &Fields<'_>, state: &mut State, cuts: &mut Cuts<'_>) {
    let Some(files) = fields.fields("snapshot").get("trackedFileBackups") else { return };
    let hash = xxh3_64(files.text().as_bytes());
    if hash == state.snapshot {
        cuts.drop_value(files, REPEATS_SNAPSHOT);
    } else {
        state.snapshot = hash;
    }
}

fn attachment(record: &Fields<'_>, state: &mut State, cuts: &mut Cuts<'_>) {
    let attachment = record.fields("attachment");
    media(&attachment, cuts);
    let content = attachment.get("content");
    for part in content.and_then(Raw::items).into_iter().flatten().filter_map(Raw::fields) {
        media(&part, cuts);
    }
    if let Some(file) = content.and_then(Raw::fields).map(|c| c.fields("file")) {
        file.get("base64").into_iter().for_each(|v| cuts.blob(v, "application/octet-stream"));
    }
    let listing = ["prompt_snapshot", "skill_listing", "agent_listing_delta"];
    if attachment.str("type").is_some_and(|sort| listing.contains(&&*sort)) {
        attachment.iter().for_each(|(_, v)| repeated_instructions(v, 0, state, cuts));
    }
    // The same once more, in the words that the model was given.
    for name in ["rendered", "renderedInHumanTurn"] {
        for part in record.items(name) {
            let part = part.fields().unwrap_or_default();
            part.get("content").into_iter().for_each(|v| repeated_instructions(v, 4, state, cuts));
        }
    }
}

/// What the model is told of its task and tools is written anew with each request.
fn repeated_instructions(value: Raw<'_>, depth: usize, state: &mut State, cuts: &mut Cuts<'_>) {
    if value.text().len() < limits::REMEMBERED_INPUT_BYTES {
        return;
    }
    let text = value.escaped().unwrap_or(value.text());
    if state.instructions.knows(text) {
        return cuts.drop_value(value, REPEATS_INSTRUCTIONS);
    }
    state.instructions.remember(text, limits::REMEMBERED_INSTRUCTIONS);
    if depth < 4 {
        value
            .fields()
            .iter()
            .flat_map(Fields::iter)
            .for_each(|(_, v)| repeated_instructions(v, depth + 1, state, cuts));
        value
            .items()
            .into_iter()
            .flatten()
            .for_each(|v| repeated_instructions(v, depth + 1, state, cuts));
    }
}
