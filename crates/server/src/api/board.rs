//! The board, workspaces, and looking at them.

use axum::Json;
use axum::extract::{Query, State};
use callboard_model::query::When;
use callboard_model::view::{Board, Since, Workspace};
use callboard_model::{Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

use super::{Answer, InWorkspace, ask};
use crate::App;
use crate::error::ApiError;

/// The board of a workspace, as of one commit.
#[utoipa::path(get, path = "/api/board", params(InWorkspace), responses((status = 200, body = Board), (status = "4XX", body = ApiError)))]
pub(crate) async fn board(State(app): State<App>, Query(of): Query<InWorkspace>) -> Answer<Board> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.board(workspace)).await?))
}

/// Every workspace.
#[utoipa::path(get, path = "/api/workspaces", responses((status = 200, body = Vec<Workspace>)))]
pub(crate) async fn workspaces(State(app): State<App>) -> Answer<Vec<Workspace>> {
    Ok(Json(ask(&app, |engine| engine.workspaces()).await?))
}

/// A folder to register.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct Register {
    /// A git repository, or a path in one, or a plain folder.
    pub path: String,
}

/// Registers a workspace, and gives it.
#[utoipa::path(post, path = "/api/workspaces", request_body = Register, responses((status = 200, body = Workspace), (status = "4XX", body = ApiError)))]
pub(crate) async fn register(
    State(app): State<App>,
    Json(new): Json<Register>,
) -> Answer<Workspace> {
    let found = ask(&app, move |engine| {
        let id = engine.register(std::path::Path::new(&new.path))?;
        Ok(engine.workspaces()?.into_iter().find(|workspace| workspace.id == id))
    });
    found.await?.map(Json).ok_or_else(|| callboard_engine::EngineError::Ending.into())
}

/// The workspace that a directory belongs to.
#[utoipa::path(get, path = "/api/workspaces/at", params(("path" = String, Query,)), responses((status = 200, body = WorkspaceId), (status = "4XX", body = ApiError)))]
pub(crate) async fn workspace_at(
    State(app): State<App>,
    Query(at): Query<Register>,
) -> Answer<WorkspaceId> {
    Ok(Json(ask(&app, move |e| e.workspace_at(std::path::Path::new(&at.path))).await?))
}

/// A workspace that its user looks at.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct Look {
    /// The workspace.
    pub workspace: WorkspaceId,
}

/// Notes that the user has seen everything so far.
#[utoipa::path(post, path = "/api/look", request_body = Look, responses((status = 200)))]
pub(crate) async fn look(State(app): State<App>, Json(look): Json<Look>) -> Answer<()> {
    Ok(Json(ask(&app, move |engine| engine.look(look.workspace)).await?))
}

/// Since when.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SinceWhen {
    /// The workspace.
    workspace: Option<String>,
    /// `last` (the default), a span such as `2h` or `3d`, `today`, `yesterday`, a date, or RFC 3339.
    from: Option<String>,
}

/// What happened since the user left.
#[utoipa::path(get, path = "/api/since", params(SinceWhen), responses((status = 200, body = Since), (status = "4XX", body = ApiError)))]
pub(crate) async fn since(State(app): State<App>, Query(when): Query<SinceWhen>) -> Answer<Since> {
    let workspace = InWorkspace { workspace: when.workspace }.id()?;
    let now = callboard_os::clock::now();
    let from = since_from(when.from.as_deref().unwrap_or("last"), now)?;
    let since = ask(&app, move |engine| {
        let workspace = match workspace {
            Some(id) => id,
            None => engine.board(None)?.workspace.id,
        };
        engine.since(workspace, from, now)
    });
    Ok(Json(since.await?))
}

fn since_from(text: &str, now: Timestamp) -> Result<callboard_engine::SinceFrom, ApiError> {
    if text == "last" {
        return Ok(callboard_engine::SinceFrom::LastLook);
    }
    let moment = When::parse(text).map(|when| when.begin(now, &callboard_os::clock::zone()));
    moment.map(callboard_engine::SinceFrom::At).ok_or_else(|| {
        ApiError::bad(
            format!("`{text}` is no moment"),
            "use `last`, `2h`, `3d`, `today`, `yesterday`, a date or RFC 3339",
        )
    })
}
