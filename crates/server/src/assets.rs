//! The page's files, built into the program.

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use callboard_engine::Engine;
use callboard_model::WorkspaceId;
use rust_embed::Embed;

use crate::App;
use crate::error::ApiError;

#[derive(Embed)]
#[folder = "$OUT_DIR/web"]
struct Page;

/// A file of the page; for any other path the page itself, which finds its own way.
pub(crate) async fn page(State(app): State<App>, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Page::get(path).filter(|_| !path.is_empty() && path != "index.html") {
        // Built files are named for their content.
        let cache = if path.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let media_type = media_type(path);
        return ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, cache)], file.data)
            .into_response();
    }
    if path.starts_with("assets/") || path.starts_with("api/") {
        return ApiError::new(
            StatusCode::NOT_FOUND,
            format!("there is no /{path}"),
            "reload the page",
        )
        .into_response();
    }
    let Some(index) = Page::get("index.html") else {
        return ApiError::new(
            StatusCode::NOT_FOUND,
            "this build has no page",
            "build it with Node installed",
        )
        .into_response();
    };
    let index = String::from_utf8_lossy(&index.data).into_owned();
    let html = with_board(app, index, path.to_owned()).await;
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// The page with its board in it, so that the first paint needs no second request.
async fn with_board(app: App, index: String, path: String) -> String {
    let engine = app.engine.clone();
    let board =
        tokio::task::spawn_blocking(move || engine.board(workspace_of(&engine, &path))).await;
    let Ok(Ok(board)) = board else { return index };
    let Ok(json) = serde_json::to_string(&board) else { return index };
    // Within a script only `<` can end it.
    let json = json.replace('<', "\\u003c");
    let script = format!("<script type=\"application/json\" id=\"board\">{json}</script></body>");
    index.replacen("</body>", &script, 1)
}

/// The workspace of a page: `w/W1/board` names it, `s/S41` and `t/T12` belong to one.
fn workspace_of(engine: &Engine, path: &str) -> Option<WorkspaceId> {
    let mut parts = path.split('/');
    match (parts.next()?, parts.next()?) {
        ("w", id) => id.parse().ok(),
        ("s", id) => engine.session(id.parse().ok()?).ok()?.workspace,
        ("t", id) => engine.task(id.parse().ok()?).ok().map(|task| task.workspace),
        _ => None,
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" | "webmanifest" => "application/json",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "html" => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}
