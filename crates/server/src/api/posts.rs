//! Notes and briefs that are posted to a tracker.

use axum::Json;
use axum::extract::State;
use callboard_model::view::{NewPost, PostPreview, PostView, PostWanted};

use super::{Answer, ask};
use crate::App;
use crate::error::ApiError;

/// What would be posted to an issue or pull request, to the letter, and in whose name. Nothing is posted.
#[utoipa::path(post, path = "/api/posts/preview", request_body = PostWanted, responses((status = 200, body = PostPreview), (status = "4XX", body = ApiError)))]
pub(crate) async fn preview(
    State(app): State<App>,
    Json(wanted): Json<PostWanted>,
) -> Answer<PostPreview> {
    Ok(Json(ask(&app, move |engine| engine.post_preview(&wanted)).await?))
}

/// Posts what was seen, and nothing else.
#[utoipa::path(post, path = "/api/posts", request_body = NewPost, responses((status = 200, body = PostView), (status = "4XX", body = ApiError)))]
pub(crate) async fn post(State(app): State<App>, Json(new): Json<NewPost>) -> Answer<PostView> {
    Ok(Json(ask(&app, move |engine| engine.post(&new)).await?))
}
