//! Nights: queues that are worked unattended.

use axum::Json;
use axum::extract::{Path, Query, State};
use callboard_model::view::{NewNight, NightView};

use super::{Answer, InWorkspace, ask};
use crate::App;
use crate::error::ApiError;

/// The night that goes on in a workspace, else the last one.
#[utoipa::path(get, path = "/api/night", params(InWorkspace), responses((status = 200, body = Option<NightView>), (status = "4XX", body = ApiError)))]
pub(crate) async fn last(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
) -> Answer<Option<NightView>> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.last_night(workspace)).await?))
}

/// Begins a night.
#[utoipa::path(post, path = "/api/night", params(InWorkspace), request_body = NewNight, responses((status = 200, body = NightView), (status = "4XX", body = ApiError)))]
pub(crate) async fn begin(
    State(app): State<App>,
    Query(of): Query<InWorkspace>,
    Json(new): Json<NewNight>,
) -> Answer<NightView> {
    let workspace = of.id()?;
    Ok(Json(ask(&app, move |engine| engine.begin_night(workspace, new)).await?))
}

/// Has nothing more started in a night; it is over when what is worked on is, or when this is asked again.
#[utoipa::path(delete, path = "/api/night/{id}", params(("id" = i64, Path,)), responses((status = 200, body = NightView), (status = "4XX", body = ApiError)))]
pub(crate) async fn end(State(app): State<App>, Path(id): Path<String>) -> Answer<NightView> {
    let id = id.parse().map_err(|_| {
        ApiError::bad(format!("`{id}` is no night"), "see the last one with `/api/night`")
    })?;
    Ok(Json(ask(&app, move |engine| engine.end_night(id)).await?))
}
