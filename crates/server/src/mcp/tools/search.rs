//! `search`: what sessions of all agents said and did, tasks and notes, each hit with its citation.

use callboard_engine::EngineError;
use callboard_model::query::Query;
use callboard_model::view::{SearchHit, SearchSubject};
use callboard_model::{EventKind, SessionId};
use rmcp::model::Tool;

use super::{Call, Said, boolean, integer, moment, reads, said, string, words};
use crate::limits;

pub(super) fn tools() -> [Tool; 1] {
    [reads(
        "search",
        "Find what sessions of all agents here said and did, tasks, notes and decisions; each hit cites its place.",
        &[
            (
                "query",
                said("words, \"a phrase\", file:src kind:prompt since:2d agent:NAME session:S41"),
            ),
            ("limit", integer()),
            ("page", integer()),
            ("own", boolean()),
            ("session", string()),
        ],
        &["query"],
    )]
}

pub(super) fn search(call: &Call<'_>) -> Said {
    let query = Query::parse(call.needs("query")?);
    let limit = call.number("limit").unwrap_or(limits::TOOL_HITS).clamp(1, limits::TOOL_HITS_MOST);
    let page = call.number("page").unwrap_or(1).max(1);
    let skipped = limit * (page - 1);
    // The caller's own sessions take places that are left out.
    let wanted = skipped + limit + limits::TOOL_HITS_MOST;
    let now = callboard_os::clock::now();
    let found = call.engine.search(&query, Some(call.workspace()?), now, wanted)?;
    let own = call.session.filter(|own| !call.is_true("own") && !query.sessions.contains(own));
    let mut hits = Vec::new();
    for hit in &found.hits {
        if !is_own(call, hit.session, own)? {
            hits.push(hit);
        }
    }
    let notes: String = found.notes.iter().map(|note| format!("({note})\n")).collect();
    let shown = hits.iter().skip(skipped).take(limit);
    let lines: String = shown.map(line).collect();
    if lines.is_empty() {
        return Ok(format!("{notes}nothing more was found"));
    }
    let more = match hits.len() > skipped + limit {
        true => format!("(more with page: {})", page + 1),
        false => String::new(),
    };
    Ok(format!("{notes}{lines}{more}"))
}

/// Whether a hit is in the caller's own session, or in one that it started.
fn is_own(
    call: &Call<'_>,
    session: Option<SessionId>,
    own: Option<SessionId>,
) -> Result<bool, EngineError> {
    let (Some(session), Some(own)) = (session, own) else { return Ok(false) };
    Ok(session == own || call.engine.session(session)?.parent == Some(own))
}

/// What names a note, and what it is.
fn note(hit: &SearchHit) -> (String, &'static str) {
    let path = || words::name(hit.note.as_deref().unwrap_or_default());
    let name = hit.decision.map_or_else(path, |id| id.to_string());
    (name, hit.note_kind.unwrap_or_default().word())
}

fn line(hit: &&SearchHit) -> String {
    let (place, kind) = match hit.subject {
        SearchSubject::Event => {
            let session = hit.session.map(|session| session.to_string()).unwrap_or_default();
            let place = hit.seq.map(|seq| format!("{session}#{}", seq.0)).unwrap_or(session);
            (place, hit.kind.map_or("", EventKind::word))
        }
        SearchSubject::Task => (hit.task.map(|task| task.to_string()).unwrap_or_default(), "task"),
        SearchSubject::Note => note(hit),
    };
    let at = hit.at.map(|at| format!(", {}", moment(at))).unwrap_or_default();
    let of = match (hit.subject, hit.task) {
        (SearchSubject::Event, Some(task)) => format!(" for {task}"),
        _ => String::new(),
    };
    let title = words::line(&hit.title, limits::TOOL_TITLE_CHARS);
    let text = words::line(&hit.text, limits::TOOL_SNIPPET_CHARS);
    let more = match hit.more_in_session {
        0 => String::new(),
        more => format!(" (+{more} there)"),
    };
    format!("- {place} {kind}{at}, in {title}{of}: {text}{more}\n")
}
