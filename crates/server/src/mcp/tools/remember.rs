//! `remember`: what was decided, why, what was ruled out and what is open, kept for whoever works here next.

use callboard_engine::{EngineError, Kept, Remembered};
use callboard_model::note::{DecisionStatus, NoteKind, RuledOut};
use callboard_model::reading;
use callboard_model::view::{NewNote, NoteView};
use rmcp::model::Tool;
use serde_json::{Value, json};

use super::{Call, Said, does, string, strings, words};

pub(super) fn tools() -> [Tool; 1] {
    let what = json!({ "type": "string", "enum": ["decision", "note", "open question"] });
    let ruled_out = json!({ "type": "array", "items": { "type": "object",
        "properties": { "what": string(), "why": string() } } });
    let quotes = json!({ "type": "array", "items": { "type": "object" } });
    [does(
        "remember",
        "Keep a decision or note. quotes: {source, text}",
        &[
            ("what", what),
            ("title", string()),
            ("text", string()),
            ("why", string()),
            ("ruled_out", ruled_out),
            ("open", strings()),
            ("files", strings()),
            ("sources", strings()),
            ("quotes", quotes),
            ("into", string()),
            ("session", string()),
        ],
        &["what", "title"],
    )]
}

pub(super) fn remember(call: &Call<'_>) -> Said {
    let session = call.session()?;
    let (kind, status) = match call.needs("what")?.trim() {
        "decision" => (NoteKind::Decision, Some(DecisionStatus::Decided)),
        "open question" => (NoteKind::Decision, Some(DecisionStatus::Open)),
        "note" => (NoteKind::Note, None),
        other => {
            return Err(EngineError::Refused {
                text: format!(
                    "{} cannot be remembered; nothing was written",
                    words::line(other, 40)
                ),
                hint: "what: decision, note or open question",
            });
        }
    };
    let text = call.text("text");
    let first_line = text.and_then(|text| text.trim().lines().next());
    let title = match call.text("title").or(first_line) {
        Some(title) => title.to_owned(),
        None => call.needs("title")?.to_owned(),
    };
    let new = NewNote {
        workspace: Some(call.workspace()?),
        kind,
        title,
        body: text.map(str::to_owned),
        why: call.text("why").map(str::to_owned),
        ruled_out: ruled_out(&call.wanted["ruled_out"]),
        open: call.texts("open"),
        status,
        files: call.texts("files"),
        symbols: call.texts("symbols"),
        sources: call.texts("sources"),
        into: call.text("into").map(|into| words::unquoted(into).to_owned()),
        ..NewNote::default()
    };
    let quotes = reading::quotes(&call.wanted["quotes"]);
    Ok(told(&call.engine.remember_note(session, new, &quotes)?))
}

/// What was ruled out: objects, or texts where an agent gives no reason.
fn ruled_out(given: &Value) -> Vec<RuledOut> {
    let list = match given {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |value: &Value| match value {
        Value::Object(_) => RuledOut { what: text(&value["what"]), why: text(&value["why"]) },
        other => RuledOut { what: text(other), why: String::new() },
    };
    list.iter().map(one).filter(|one| !one.what.trim().is_empty()).collect()
}

fn told(remembered: &Remembered) -> String {
    let NoteView { row, sources, problems, .. } = &remembered.note;
    let path = words::name(&row.path);
    let name = row.id.map_or_else(|| path.clone(), |id| format!("{id} ({path})"));
    let mut text = match remembered.kept {
        Kept::New => format!("kept as {name}"),
        Kept::Added => format!("added to {name}"),
        Kept::Before => format!("{name} says that already; nothing was written"),
    };
    let missing: Vec<String> =
        sources.iter().filter(|one| one.missing).map(|one| words::name(&one.target)).collect();
    if !missing.is_empty() {
        text.push_str(&format!("; not found: {}", missing.join(", ")));
    }
    if remembered.unproven > 0 {
        let wrong = remembered.unproven;
        text.push_str(&format!("; quotes dropped, as their words are not where you said: {wrong}"));
    }
    if remembered.masked > 0 {
        text.push_str(&format!("; secrets masked in it: {}", remembered.masked));
    }
    for problem in problems {
        text.push_str(&format!("; {}", words::line(problem, crate::limits::TOOL_SNIPPET_CHARS)));
    }
    text
}
