//! What cannot be doubled, and who has it.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use callboard_engine::{Engine, EngineError};
use callboard_model::WorkspaceId;
use callboard_model::resource::LeaseState;
use callboard_model::view::{GiveResource, LeaseView, ResourceView, TakeResource};

use super::{Answer, InWorkspace, ask};
use crate::error::ApiError;
use crate::{App, limits};

/// The resources of a workspace, with who has them and who waits.
#[utoipa::path(get, path = "/api/resources", params(InWorkspace), responses((status = 200, body = Vec<ResourceView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn resources(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
) -> Answer<Vec<ResourceView>> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.resources(workspace)).await?))
}

/// Takes a resource, or a place in its queue. The answer waits for the turn as long as is asked, and may be
/// asked for again.
#[utoipa::path(post, path = "/api/resources/{name}/take", params(InWorkspace, ("name" = String, Path,)), request_body = TakeResource, responses((status = 200, body = LeaseView), (status = "4XX", body = ApiError)))]
pub(crate) async fn take(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<InWorkspace>,
    Json(wanted): Json<TakeResource>,
) -> Answer<LeaseView> {
    let workspace = of.id()?;
    let wait = Duration::from_millis(wanted.wait_ms).min(limits::TURN_WAIT);
    let mut commits = app.engine.listen();
    let mut lease = ask(&app, move |engine| {
        engine.take_resource(workspace_of(engine, workspace)?, &name, &wanted)
    })
    .await?;
    let is_due = tokio::time::sleep(wait);
    tokio::pin!(is_due);
    while matches!(lease.state, LeaseState::Waiting | LeaseState::Taking) {
        tokio::select! {
            () = &mut is_due => break,
            changed = commits.changed() => if changed.is_err() { break },
        }
        let id = lease.id;
        lease = ask(&app, move |engine| engine.lease(id)).await?;
    }
    Ok(Json(lease))
}

/// Gives a resource back, or a place in its queue up.
#[utoipa::path(post, path = "/api/resources/{name}/give", params(InWorkspace, ("name" = String, Path,)), request_body = GiveResource, responses((status = 200, body = LeaseView), (status = "4XX", body = ApiError)))]
pub(crate) async fn give(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(of): Query<InWorkspace>,
    Json(given): Json<GiveResource>,
) -> Answer<LeaseView> {
    let workspace = of.id()?;
    let given = ask(&app, move |engine| {
        engine.give_resource(workspace_of(engine, workspace)?, &name, given.holder.as_deref())
    });
    Ok(Json(given.await?))
}

/// The workspace that is named, or the one last looked at.
fn workspace_of(engine: &Engine, named: Option<WorkspaceId>) -> Result<WorkspaceId, EngineError> {
    named.map_or_else(|| Ok(engine.board(None)?.workspace.id), Ok)
}
