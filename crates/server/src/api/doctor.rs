//! The state of Callboard, and ending it.

use axum::Json;
use axum::extract::State;
use callboard_model::view::DoctorReport;

use super::{Answer, ask};
use crate::App;

/// The state of Callboard and of what it reads.
#[utoipa::path(get, path = "/api/doctor", responses((status = 200, body = DoctorReport)))]
pub(crate) async fn doctor(State(app): State<App>) -> Answer<DoctorReport> {
    Ok(Json(ask(&app, |engine| engine.doctor()).await?))
}

/// The document that describes this API.
pub(crate) async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(crate::document())
}

/// Ends the daemon. Only the socket has this request.
pub(crate) async fn shut_down(State(app): State<App>) -> Json<()> {
    app.shutdown.send_replace(true);
    Json(())
}
