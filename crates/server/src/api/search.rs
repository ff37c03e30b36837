//! Search.

use axum::Json;
use axum::extract::{Query, State};
use callboard_model::query;
use callboard_model::view::SearchResults;
use serde::Deserialize;

use super::{Answer, InWorkspace, ask};
use crate::error::ApiError;
use crate::{App, limits};

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchFor {
    /// Words, `"phrases"`, `prefix*` and filters such as `file:src kind:prompt since:2d agent:codex`.
    q: String,
    /// The workspace; not given: all.
    workspace: Option<String>,
    /// How many hits at most.
    limit: Option<usize>,
    /// The last word is still being typed.
    typing: Option<bool>,
}

/// What is found, best first.
#[utoipa::path(get, path = "/api/search", params(SearchFor), responses((status = 200, body = SearchResults), (status = "4XX", body = ApiError)))]
pub(crate) async fn search(
    State(app): State<App>,
    Query(wanted): Query<SearchFor>,
) -> Answer<SearchResults> {
    let workspace = InWorkspace { workspace: wanted.workspace }.id()?;
    let parsed = if wanted.typing == Some(true) {
        query::Query::parse_typing(&wanted.q)
    } else {
        query::Query::parse(&wanted.q)
    };
    let limit = wanted.limit.unwrap_or(limits::HITS);
    let now = callboard_os::clock::now();
    let results = ask(&app, move |engine| {
        let parsed = parsed.resolved(now, &callboard_os::clock::zone());
        engine.search(&parsed, workspace, now, limit)
    });
    Ok(Json(results.await?))
}
