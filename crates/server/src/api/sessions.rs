//! Sessions and their transcripts.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use callboard_engine::{
    EventsFrom, EventsWanted as Wanted, SessionList, SessionPlace, SessionQuery,
};
use callboard_model::session::StateWord;
use callboard_model::view::{EventPage, Landmark, SessionDetail};
use callboard_model::{AgentName, Event, EventKind, Ordinal, Seq};
use serde::{Deserialize, Serialize};

use super::{Answer, InWorkspace, ask, session_id, task_id};
use crate::error::ApiError;
use crate::{App, limits};

/// Which sessions.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionsWanted {
    /// Of this workspace; not given: of all.
    workspace: Option<String>,
    /// Of this agent.
    agent: Option<String>,
    /// In this state.
    #[param(value_type = Option<StateWord>)]
    state: Option<String>,
    /// Linked to this task.
    task: Option<String>,
    /// With these words in title, goal, activity, branch or directory.
    q: Option<String>,
    /// `1`: without subagents and sidechains.
    parents_only: Option<String>,
    /// `1`: that run now.
    live_only: Option<String>,
    /// Behind this place: `next` of the list before.
    before: Option<String>,
    /// At most so many; 0 for all.
    limit: Option<usize>,
}

/// Sessions, newest first.
#[utoipa::path(get, path = "/api/sessions", params(SessionsWanted), responses((status = 200, body = SessionList), (status = "4XX", body = ApiError)))]
pub(crate) async fn sessions(
    State(app): State<App>,
    Query(wanted): Query<SessionsWanted>,
) -> Answer<SessionList> {
    let is_set = |flag: &Option<String>| matches!(flag.as_deref(), Some("1" | "true"));
    let query = SessionQuery {
        parents_only: is_set(&wanted.parents_only),
        live_only: is_set(&wanted.live_only),
        workspace: InWorkspace { workspace: wanted.workspace }.id()?,
        agent: wanted.agent.filter(|a| !a.is_empty()).map(|a| AgentName(a.into())),
        state: wanted.state.filter(|s| !s.is_empty()).as_deref().map(state).transpose()?,
        task: wanted.task.filter(|t| !t.is_empty()).as_deref().map(task_id).transpose()?,
        words: wanted.q.filter(|q| !q.trim().is_empty()),
        after: wanted.before.as_deref().map(place).transpose()?,
        limit: wanted.limit.unwrap_or(limits::SESSIONS),
    };
    Ok(Json(ask(&app, move |engine| engine.sessions(&query)).await?))
}

fn place(text: &str) -> Result<SessionPlace, ApiError> {
    text.parse().map_err(|()| {
        ApiError::bad(
            format!("`{text}` is no place in a list of sessions"),
            "give what a list before told as `next`",
        )
    })
}

fn state(word: &str) -> Result<StateWord, ApiError> {
    StateWord::from_word(word).ok_or_else(|| {
        let all: Vec<_> =
            StateWord::ALL.iter().map(|state| state.word().replace(' ', "-")).collect();
        ApiError::bad(format!("`{word}` is no state"), &format!("use {}", all.join(", ")))
    })
}

/// A session with all that its page shows. `id` is `S41`, or the agent's own id or its beginning.
#[utoipa::path(get, path = "/api/sessions/{id}", params(("id" = String, Path,)), responses((status = 200, body = SessionDetail), (status = "4XX", body = ApiError)))]
pub(crate) async fn session(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Answer<SessionDetail> {
    let detail = ask(&app, move |engine| {
        let id = engine.session_named(&id)?;
        engine.session_detail(id)
    });
    Ok(Json(detail.await?))
}

/// Which part of a transcript.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsWanted {
    /// `start`, `end` (the default), `around:SEQ`, `after:SEQ`, `before:SEQ` or `at:ORDINAL`.
    from: Option<String>,
    /// Kinds, separated by commas; not given: all.
    kinds: Option<String>,
    /// About this file only, with the results of what was done to it.
    file: Option<String>,
    /// At most so many.
    limit: Option<usize>,
}

/// A part of a session's transcript.
#[utoipa::path(get, path = "/api/sessions/{id}/events", params(("id" = String, Path,), EventsWanted), responses((status = 200, body = EventPage), (status = "4XX", body = ApiError)))]
pub(crate) async fn events(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(wanted): Query<EventsWanted>,
) -> Answer<EventPage> {
    let id = session_id(&id)?;
    let from = events_from(wanted.from.as_deref().unwrap_or("end"))?;
    let kinds = kinds(wanted.kinds.as_deref().unwrap_or_default())?;
    let limit = wanted.limit.unwrap_or(limits::PAGE_EVENTS);
    let page = ask(&app, move |engine| {
        let file = wanted.file.as_deref().filter(|file| !file.is_empty());
        engine.events(id, Wanted { from, kinds: &kinds, file, limit })
    });
    Ok(Json(page.await?))
}

fn events_from(text: &str) -> Result<EventsFrom, ApiError> {
    let number = |text: &str| text.parse::<i64>().ok();
    let found = match text.split_once(':') {
        None if text == "start" => Some(EventsFrom::Start),
        None if text == "end" => Some(EventsFrom::End),
        Some(("around", seq)) => number(seq).map(|n| EventsFrom::Around(Seq(n))),
        Some(("after", seq)) => number(seq).map(|n| EventsFrom::After(Seq(n))),
        Some(("before", seq)) => number(seq).map(|n| EventsFrom::Before(Seq(n))),
        Some(("at", place)) => number(place).map(|n| EventsFrom::At(Ordinal(n))),
        _ => None,
    };
    found.ok_or_else(|| {
        ApiError::bad(
            format!("`{text}` is no place in a transcript"),
            "use start, end, around:SEQ, after:SEQ, before:SEQ or at:ORDINAL",
        )
    })
}

fn kinds(text: &str) -> Result<Vec<EventKind>, ApiError> {
    text.split(',')
        .filter(|word| !word.is_empty())
        .map(|word| {
            EventKind::from_word(word).ok_or_else(|| {
                let all: Vec<_> = EventKind::ALL.iter().map(|kind| kind.word()).collect();
                ApiError::bad(
                    format!("`{word}` is no kind of event"),
                    &format!("use {}", all.join(", ")),
                )
            })
        })
        .collect()
}

/// The places of a session worth jumping to.
#[utoipa::path(get, path = "/api/sessions/{id}/landmarks", params(("id" = String, Path,)), responses((status = 200, body = Vec<Landmark>), (status = "4XX", body = ApiError)))]
pub(crate) async fn landmarks(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Answer<Vec<Landmark>> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.landmarks(id)).await?))
}

/// One event: a lasting link.
#[utoipa::path(get, path = "/api/events/{seq}", params(("seq" = i64, Path,)), responses((status = 200, body = Event), (status = "4XX", body = ApiError)))]
pub(crate) async fn event(State(app): State<App>, Path(seq): Path<i64>) -> Answer<Event> {
    Ok(Json(ask(&app, move |engine| engine.event(Seq(seq))).await?))
}

/// The agent's own record behind an event.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct RecordBehind {
    /// The agent's name for its type.
    pub record_type: String,
    /// What is kept of it.
    pub text: String,
}

/// The agent's own record behind an event, without what repeats elsewhere.
#[utoipa::path(get, path = "/api/events/{seq}/record", params(("seq" = i64, Path,)), responses((status = 200, body = RecordBehind), (status = "4XX", body = ApiError)))]
pub(crate) async fn record(State(app): State<App>, Path(seq): Path<i64>) -> Answer<RecordBehind> {
    let (record_type, text) = ask(&app, move |engine| engine.record(Seq(seq))).await?;
    Ok(Json(RecordBehind { record_type, text }))
}

/// A picture or other large content.
pub(crate) async fn blob(
    State(app): State<App>,
    Path(hash): Path<String>,
) -> Result<Response, ApiError> {
    let (media_type, bytes) = ask(&app, move |engine| engine.blob(&hash)).await?;
    // Whatever an agent was given is shown as a picture or not at all.
    let is_picture =
        matches!(media_type.as_str(), "image/png" | "image/jpeg" | "image/gif" | "image/webp");
    let media_type = if is_picture { media_type } else { "application/octet-stream".to_owned() };
    let cache = "private, max-age=31536000, immutable".to_owned();
    Ok(([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, cache)], bytes)
        .into_response())
}

/// A file to open.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct Open {
    /// The session whose directory the path is seen from.
    pub session: Option<String>,
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: Option<u32>,
}

/// Opens a file in the user's editor.
#[utoipa::path(post, path = "/api/open", request_body = Open, responses((status = 200), (status = "4XX", body = ApiError)))]
pub(crate) async fn open(State(app): State<App>, Json(open): Json<Open>) -> Answer<()> {
    let session = open.session.as_deref().map(session_id).transpose()?;
    let config = app.config.clone();
    let opened = ask(&app, move |engine| {
        engine.open_file(session, &open.path, open.line, config.editor.as_deref())
    });
    Ok(Json(opened.await?))
}
