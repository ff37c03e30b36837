//! `read`: what a citation names, in pages.

pub(super) mod note;
mod things;

use callboard_engine::{BriefOf, EngineError, EventsFrom, EventsWanted, event_text};
use callboard_model::event::Author;
use callboard_model::receipt::ReceiptOf;
use callboard_model::{Event, EventBody, ReviewId, Seq, SessionId, TaskId, quote};
use rmcp::model::Tool;
use serde_json::json;

use super::page::page_of;
use super::{Call, Said, integer, moment, reads, said, task, words};
use crate::limits;

pub(super) fn tools() -> [Tool; 1] {
    [reads(
        "read",
        "Read a citation: an event with those around it, a session, task, review, decision or note.",
        &[
            ("ref", said("S41#10234, S41, T12, R7, D9 or a note's path")),
            ("as", json!({ "type": "string", "enum": ["brief", "receipt"] })),
            ("around", integer()),
            ("page", integer()),
        ],
        &["ref"],
    )]
}

pub(super) fn read(call: &Call<'_>) -> Said {
    let name = call.needs("ref")?.trim();
    let form = call.text("as").map(str::trim);
    let (is_brief, is_receipt) = (form == Some("brief"), form == Some("receipt"));
    let told = match named(name) {
        Some(Named::Session(id)) if is_receipt => things::receipt(call, ReceiptOf::Session(id))?,
        Some(Named::Task(id)) if is_receipt => things::receipt(call, ReceiptOf::Task(id))?,
        Some(Named::Review(id)) if is_receipt => things::receipt(call, ReceiptOf::Review(id))?,
        Some(Named::Session(id)) if is_brief => things::brief(call, BriefOf::Session(id))?,
        Some(Named::Task(id)) if is_brief => things::brief(call, BriefOf::Task(id))?,
        Some(Named::Event(session, seq)) => events(call, session, seq)?,
        Some(Named::Session(id)) => things::session(call, id)?,
        Some(Named::Task(id)) => task::told(call, &call.engine.task(id)?)?,
        Some(Named::Review(id)) => things::review(call, id)?,
        None => note::told(call, name)?,
    };
    page_of(&told, call.number("page").unwrap_or(1))
}

#[derive(Debug, PartialEq, Eq)]
enum Named {
    Event(SessionId, Seq),
    Session(SessionId),
    Task(TaskId),
    Review(ReviewId),
}

/// What a citation names by its form; `None` for what can only be a note.
fn named(name: &str) -> Option<Named> {
    if let Some((session, seq)) = name.split_once('#') {
        return Some(Named::Event(session.parse().ok()?, Seq(seq.parse().ok()?)));
    }
    match name.chars().next()? {
        'S' | 's' => name.parse().ok().map(Named::Session),
        'T' | 't' => name.parse().ok().map(Named::Task),
        'R' | 'r' => name.parse().ok().map(Named::Review),
        _ => None,
    }
}

/// An event in full, between those around it.
fn events(call: &Call<'_>, session: SessionId, seq: Seq) -> Said {
    let event = call.engine.event(seq)?;
    let around = call.number("around").unwrap_or(limits::TOOL_AROUND).min(limits::TOOL_AROUND_MOST);
    let wanted = EventsWanted::all(EventsFrom::Around(seq), 2 * around + 1);
    let page = call.engine.events(session, wanted)?;
    let Some(at) = page.events.iter().position(|one| one.seq == seq) else {
        return Err(EngineError::Refused {
            text: format!("{session} has no event {}: it is of {}", seq.0, event.session),
            hint: "name it with its own session",
        });
    };
    let from = at.saturating_sub(around);
    let mut told = String::new();
    for one in page.events.iter().skip(from).take(at - from + around + 1) {
        match one.seq == seq {
            true => told.push_str(&in_full(&event)),
            false => told.push_str(&in_a_line(one)),
        }
    }
    Ok(told)
}

fn in_full(event: &Event) -> String {
    format!("{}:\n{}", heading(event), quote::block(&event_text(&event.body)))
}

fn in_a_line(event: &Event) -> String {
    let text = event_text(&event.body);
    format!("{}: {}\n", heading(event), words::line(&text, limits::TOOL_SNIPPET_CHARS))
}

/// Which event, when, and whose word it is.
fn heading(event: &Event) -> String {
    let at = event.at.map(|at| format!(", {}", moment(at))).unwrap_or_default();
    let by = match &event.body {
        EventBody::Prompt(prompt) => match prompt.author {
            Author::User | Author::Command => " of the user",
            Author::Agent => " of another agent",
            Author::Program => " of the agent's program",
        },
        _ => "",
    };
    format!("{}#{} {}{by}{at}", event.session, event.seq.0, event.body.kind().word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_are_told_apart_by_their_form() {
        assert_eq!(named("S41#10234"), Some(Named::Event(SessionId(41), Seq(10_234))));
        assert_eq!(named("s41"), Some(Named::Session(SessionId(41))));
        assert_eq!(named("T12"), Some(Named::Task(TaskId(12))));
        assert_eq!(named("R7"), Some(Named::Review(ReviewId(7))));
        for note in ["D9", "data/model.md", "Toast.md", "S41#x", "spec.md"] {
            assert_eq!(named(note), None, "{note}");
        }
    }
}
