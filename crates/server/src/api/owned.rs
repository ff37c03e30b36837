//! Sessions that Callboard starts: asked for, prompted, broken off, ended, and going on.

use axum::Json;
use axum::extract::{Path, Query, State};
use callboard_model::view::{
    Attached, GoOn, HandOff, HandedOff, NewPrompt, NewStart, OwnedView, RewindTo, Rewound, TurnView,
};

use super::{Answer, InWorkspace, ask, session_id};
use crate::App;
use crate::error::ApiError;

fn owned_id(text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| {
        ApiError::bad(format!("`{text}` is no owned session"), "list them with `/api/owned`")
    })
}

/// Owned sessions that are not over, oldest first, and the last that are.
#[utoipa::path(get, path = "/api/owned", responses((status = 200, body = Vec<OwnedView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn list(State(app): State<App>) -> Answer<Vec<OwnedView>> {
    Ok(Json(ask(&app, |engine| engine.owned_sessions()).await?))
}

/// Asks for sessions on a task, or on a prompt that a task is made of. They start when their turn comes.
#[utoipa::path(post, path = "/api/owned", params(InWorkspace), request_body = NewStart, responses((status = 200, body = Vec<OwnedView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn start(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
    Json(new): Json<NewStart>,
) -> Answer<Vec<OwnedView>> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.start_sessions(workspace, new)).await?))
}

/// An owned session.
#[utoipa::path(get, path = "/api/owned/{id}", params(("id" = i64, Path,)), responses((status = 200, body = OwnedView), (status = "4XX", body = ApiError)))]
pub(crate) async fn owned(State(app): State<App>, Path(id): Path<String>) -> Answer<OwnedView> {
    let id = owned_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.owned_session(id)).await?))
}

/// Starts a session that waits for its turn, whatever else runs or waits for a review.
#[utoipa::path(post, path = "/api/owned/{id}/start", params(("id" = i64, Path,)), responses((status = 200, body = OwnedView), (status = "4XX", body = ApiError)))]
pub(crate) async fn start_at_once(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Answer<OwnedView> {
    let id = owned_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.start_at_once(id)).await?))
}

/// Ends an owned session, or takes it out of the queue.
#[utoipa::path(delete, path = "/api/owned/{id}", params(("id" = i64, Path,)), responses((status = 200, body = OwnedView), (status = "4XX", body = ApiError)))]
pub(crate) async fn cancel(State(app): State<App>, Path(id): Path<String>) -> Answer<OwnedView> {
    let id = owned_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.stop_owned(id)).await?))
}

/// Gives an owned session a prompt: into the turn that goes on, or behind it, as its agent can.
#[utoipa::path(post, path = "/api/sessions/{id}/send", params(("id" = String, Path,)), request_body = NewPrompt, responses((status = 200, body = OwnedView), (status = "4XX", body = ApiError)))]
pub(crate) async fn send(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(prompt): Json<NewPrompt>,
) -> Answer<OwnedView> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.send(id, prompt.text)).await?))
}

/// Breaks the turn of an owned session off.
#[utoipa::path(post, path = "/api/sessions/{id}/interrupt", params(("id" = String, Path,)), responses((status = 200, body = OwnedView), (status = "4XX", body = ApiError)))]
pub(crate) async fn interrupt(State(app): State<App>, Path(id): Path<String>) -> Answer<OwnedView> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.interrupt(id)).await?))
}

/// Ends what drives a session, and waits until it is over.
#[utoipa::path(post, path = "/api/sessions/{id}/stop", params(("id" = String, Path,)), responses((status = 200, body = OwnedView), (status = "4XX", body = ApiError)))]
pub(crate) async fn stop(State(app): State<App>, Path(id): Path<String>) -> Answer<OwnedView> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.stop_session(id)).await?))
}

/// Has a session that is over go on, as an owned one.
#[utoipa::path(post, path = "/api/sessions/{id}/resume", params(("id" = String, Path,)), request_body = GoOn, responses((status = 200, body = OwnedView), (status = "4XX", body = ApiError)))]
pub(crate) async fn resume(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(on): Json<GoOn>,
) -> Answer<OwnedView> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.resume(id, on)).await?))
}

/// Has a session go on a second time from where it is, as an owned one.
#[utoipa::path(post, path = "/api/sessions/{id}/fork", params(("id" = String, Path,)), request_body = GoOn, responses((status = 200, body = OwnedView), (status = "4XX", body = ApiError)))]
pub(crate) async fn fork(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(on): Json<GoOn>,
) -> Answer<OwnedView> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.fork(id, on)).await?))
}

/// Parks a session and has another one go on with its work in the same folder, told by its brief.
#[utoipa::path(post, path = "/api/sessions/{id}/handoff", params(("id" = String, Path,)), request_body = HandOff, responses((status = 200, body = HandedOff), (status = "4XX", body = ApiError)))]
pub(crate) async fn hand_off(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(to): Json<HandOff>,
) -> Answer<HandedOff> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.hand_off(id, to)).await?))
}

/// How the agent's own program shows a session. One that cannot be shown while it is driven is ended first.
#[utoipa::path(post, path = "/api/sessions/{id}/attach", params(("id" = String, Path,)), responses((status = 200, body = Attached), (status = "4XX", body = ApiError)))]
pub(crate) async fn attach(State(app): State<App>, Path(id): Path<String>) -> Answer<Attached> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.attach(id)).await?))
}

/// The turns of an owned session that it can go back to, oldest first.
#[utoipa::path(get, path = "/api/sessions/{id}/turns", params(("id" = String, Path,)), responses((status = 200, body = Vec<TurnView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn turns(State(app): State<App>, Path(id): Path<String>) -> Answer<Vec<TurnView>> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.turns(id)).await?))
}

/// Restores an owned session's files to what they were before a prompt, keeping what that replaces, and has its
/// conversation go on from there, where its agent can.
#[utoipa::path(post, path = "/api/sessions/{id}/rewind", params(("id" = String, Path,)), request_body = RewindTo, responses((status = 200, body = Rewound), (status = "4XX", body = ApiError)))]
pub(crate) async fn rewind(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(to): Json<RewindTo>,
) -> Answer<Rewound> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.rewind(id, &to)).await?))
}
