//! What `callboard.toml` can do, and whether it may.

use axum::Json;
use axum::extract::{Path, State};
use callboard_model::view::{ApproveTrust, TrustView};

use super::{Answer, ask, workspace_id};
use crate::App;
use crate::error::ApiError;

/// What the `callboard.toml` of a workspace can do, and what was decided about it.
#[utoipa::path(get, path = "/api/workspaces/{id}/trust", params(("id" = String, Path,)), responses((status = 200, body = TrustView), (status = "4XX", body = ApiError)))]
pub(crate) async fn trust(State(app): State<App>, Path(id): Path<String>) -> Answer<TrustView> {
    let workspace = workspace_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.trust(workspace)).await?))
}

/// Approves what was shown; refused if the file was changed since.
#[utoipa::path(post, path = "/api/workspaces/{id}/trust", params(("id" = String, Path,)), request_body = ApproveTrust, responses((status = 200, body = TrustView), (status = "4XX", body = ApiError)))]
pub(crate) async fn approve(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(shown): Json<ApproveTrust>,
) -> Answer<TrustView> {
    let workspace = workspace_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.approve_trust(workspace, &shown)).await?))
}

/// Takes back every approval of a workspace.
#[utoipa::path(delete, path = "/api/workspaces/{id}/trust", params(("id" = String, Path,)), responses((status = 200, body = TrustView), (status = "4XX", body = ApiError)))]
pub(crate) async fn revoke(State(app): State<App>, Path(id): Path<String>) -> Answer<TrustView> {
    let workspace = workspace_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.revoke_trust(workspace)).await?))
}
