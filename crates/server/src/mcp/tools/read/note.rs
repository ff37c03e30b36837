//! Notes and decisions as agents read them: quoted, with whose word they are and where that was said.

use callboard_model::Cite;
use callboard_model::view::{NoteBy, NoteLink, NoteRow};

use super::super::{Call, Said, moment, words};
use super::in_a_line;
use crate::limits;

/// A note or a decision in full.
pub(super) fn told(call: &Call<'_>, name: &str) -> Said {
    let view = call.engine.note(Some(call.workspace()?), words::unquoted(name))?;
    let mut text = format!("{}\n", heading(&view.row));
    if view.row.id.is_some() {
        text.push_str(&format!("file: {}\n", words::name(&view.row.path)));
    }
    let mut add = |name: &str, told: Vec<String>| {
        if !told.is_empty() {
            text.push_str(&format!("{name}: {}\n", told.join(", ")));
        }
    };
    let names = |all: &[String]| all.iter().map(|one| words::name(one)).collect();
    add("files", names(&view.row.files));
    add("symbols", names(&view.row.symbols));
    add("named by", view.linked_from.iter().map(link).collect());
    let other = view.other.iter();
    add("also says", other.map(|key| short(&format!("{}: {}", key.key, key.value))).collect());
    add("problems", view.problems.iter().map(|problem| short(problem)).collect());
    if !view.sources.is_empty() {
        let sources: String = view.sources.iter().map(|one| source(call, one)).collect();
        text.push_str(&format!("sources:\n{sources}"));
    }
    text.push_str(&callboard_model::quote::block(view.body.trim_start()));
    Ok(text)
}

/// What it is, what it is called and whose word it is, in a line.
pub(in super::super) fn heading(row: &NoteRow) -> String {
    let name = row.id.map_or_else(|| words::name(&row.path), |id| id.to_string());
    let title = words::line(&row.title, limits::TOOL_TITLE_CHARS);
    let mut text = format!("{name} {} {title}", row.kind.word());
    for part in [row.status.map(|status| status.word().to_owned()), Some(by(&row.by))] {
        text.push_str(&part.map(|part| format!(", {part}")).unwrap_or_default());
    }
    text.push_str(&row.task.map(|task| format!(", of {task}")).unwrap_or_default());
    text.push_str(&row.at.map(|at| format!(", {}", moment(at))).unwrap_or_default());
    text
}

/// Whose word it is.
fn by(by: &NoteBy) -> String {
    match (by.session, &by.agent, by.person) {
        (Some(session), Some(agent), _) => format!("by {session} ({agent}), an agent"),
        (Some(session), None, _) => format!("by {session}, an agent"),
        (None, _, true) => "by the user".to_owned(),
        (None, _, false) => "by nobody known".to_owned(),
    }
}

/// Where it was said, with the words of an event.
fn source(call: &Call<'_>, one: &NoteLink) -> String {
    let cite = one.target.parse::<Cite>().ok().filter(|_| !one.missing);
    let event = cite.and_then(|cite| call.engine.event(cite.seq).ok());
    match event {
        Some(event) => format!("- {}", in_a_line(&event)),
        None => format!("- {}\n", link(one)),
    }
}

fn link(link: &NoteLink) -> String {
    let title = link.title.as_ref().map(|title| format!(" {}", short(title))).unwrap_or_default();
    let missing = if link.missing { " (not found)" } else { "" };
    format!("{}{title}{missing}", words::name(&link.target))
}

fn short(text: &str) -> String {
    words::line(text, limits::TOOL_TITLE_CHARS)
}
