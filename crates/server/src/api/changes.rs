//! Changesets, what is between them, and claims.

use axum::Json;
use axum::extract::{Path, Query, State};
use callboard_model::view::{
    ChangesetView, ClaimView, CommitView, DropClaims, NewClaim, NewCommit, OwnChangesView,
    PairsView, PatchView,
};
use serde::Deserialize;

use super::{Answer, InWorkspace, ask, session_id, workspace_id};
use crate::App;
use crate::error::ApiError;

/// Which changesets are meant.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedChangesets {
    /// `W1`; not given: the one last looked at.
    workspace: Option<String>,
    /// Only this one: `T12`, `S41`, a branch, a folder or a key.
    name: Option<String>,
}

/// What each worktree, session in a shared checkout and branch changes, the one that changed last first.
#[utoipa::path(get, path = "/api/changesets", params(WantedChangesets), responses((status = 200, body = Vec<ChangesetView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn changesets(
    State(app): State<App>,
    Query(wanted): Query<WantedChangesets>,
) -> Answer<Vec<ChangesetView>> {
    let workspace = wanted.workspace.as_deref().map(workspace_id).transpose()?;
    let found = ask(&app, move |engine| match wanted.name {
        Some(name) => Ok(vec![engine.changeset_named(workspace, &name)?]),
        None => engine.changesets(workspace),
    });
    Ok(Json(found.await?))
}

/// The changeset that is meant.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedPatch {
    /// `W1`; not given: the one last looked at.
    workspace: Option<String>,
    /// `T12`, `S41`, a branch, a folder or a key.
    name: String,
}

/// What one changeset changes against its base, line by line.
#[utoipa::path(get, path = "/api/changesets/patch", params(WantedPatch), responses((status = 200, body = PatchView), (status = "4XX", body = ApiError)))]
pub(crate) async fn patch(
    State(app): State<App>,
    Query(wanted): Query<WantedPatch>,
) -> Answer<PatchView> {
    let workspace = wanted.workspace.as_deref().map(workspace_id).transpose()?;
    let found = ask(&app, move |engine| engine.changeset_patch(workspace, &wanted.name));
    Ok(Json(found.await?))
}

/// What a session changed in its checkout, with its hunks, and what else lies there.
#[utoipa::path(get, path = "/api/sessions/{id}/changes", params(("id" = String, Path,)), responses((status = 200, body = Option<OwnChangesView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn own_changes(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Answer<Option<OwnChangesView>> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.own_changes(id)).await?))
}

/// Commits exactly what a session changed, whatever else is dirty or staged in its checkout.
#[utoipa::path(post, path = "/api/sessions/{id}/commit", params(("id" = String, Path,)), request_body = NewCommit, responses((status = 200, body = CommitView), (status = "4XX", body = ApiError)))]
pub(crate) async fn commit(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(new): Json<NewCommit>,
) -> Answer<CommitView> {
    let id = session_id(&id)?;
    Ok(Json(ask(&app, move |engine| engine.commit_session(id, &new)).await?))
}

/// The conflicts and couplings of the live changesets, and how they land.
#[utoipa::path(get, path = "/api/conflicts", params(InWorkspace), responses((status = 200, body = PairsView), (status = "4XX", body = ApiError)))]
pub(crate) async fn conflicts(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
) -> Answer<PairsView> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.pairs(workspace)).await?))
}

/// What tasks and sessions are going to touch, and whom that meets.
#[utoipa::path(get, path = "/api/claims", params(InWorkspace), responses((status = 200, body = Vec<ClaimView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn claims(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
) -> Answer<Vec<ClaimView>> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.claims(workspace)).await?))
}

/// Says what a task or a session is going to touch.
#[utoipa::path(post, path = "/api/claims", params(InWorkspace), request_body = NewClaim, responses((status = 200, body = Vec<ClaimView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn claim(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
    Json(new): Json<NewClaim>,
) -> Answer<Vec<ClaimView>> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.claim_paths(workspace, new)).await?))
}

/// Takes claims back; gives how many.
#[utoipa::path(delete, path = "/api/claims", params(InWorkspace), request_body = DropClaims, responses((status = 200, body = usize), (status = "4XX", body = ApiError)))]
pub(crate) async fn drop_claims(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
    Json(which): Json<DropClaims>,
) -> Answer<usize> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.drop_claims(workspace, which)).await?))
}
