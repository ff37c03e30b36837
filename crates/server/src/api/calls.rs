//! Calls: what waits for a person, and the answer.

use axum::Json;
use axum::extract::{Path, Query, State};
use callboard_model::view::{AnswerCall, CallView, Inbox};

use super::{Answer, InWorkspace, ask, call_id};
use crate::App;
use crate::error::ApiError;

/// The calls that wait for a person, most urgent first.
#[utoipa::path(get, path = "/api/calls", params(InWorkspace), responses((status = 200, body = Inbox), (status = "4XX", body = ApiError)))]
pub(crate) async fn calls(State(app): State<App>, Query(of): Query<InWorkspace>) -> Answer<Inbox> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.inbox(workspace)).await?))
}

/// A call.
#[utoipa::path(get, path = "/api/calls/{id}", params(("id" = String, Path,)), responses((status = 200, body = CallView), (status = "4XX", body = ApiError)))]
pub(crate) async fn call(State(app): State<App>, Path(id): Path<String>) -> Answer<CallView> {
    let id = call_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.call(id)).await?))
}

/// Answers a call. One answer wins; a late or stale one is refused and nothing is sent.
#[utoipa::path(post, path = "/api/calls/{id}/answer", params(("id" = String, Path,)), request_body = AnswerCall, responses((status = 200, body = CallView), (status = "4XX", body = ApiError)))]
pub(crate) async fn answer(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(given): Json<AnswerCall>,
) -> Answer<CallView> {
    let id = call_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.answer(id, given)).await?))
}
