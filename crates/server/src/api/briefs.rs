//! Briefs, and what is related.

use axum::Json;
use axum::extract::{Query, State};
use callboard_engine::BriefQuery;
use callboard_model::limits::BRIEF_TOKENS;
use callboard_model::view::{BriefView, RelatedView};
use serde::Deserialize;

use super::readings::named;
use super::{Answer, ask, session_id, task_id};
use crate::App;
use crate::error::ApiError;

/// Which brief.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BriefWanted {
    /// What it is of: `S41`, the agent's own id or its beginning, or `T12`.
    of: String,
    /// The task that it is made for: what touches its scope comes first.
    #[serde(rename = "for")]
    for_task: Option<String>,
    /// Tokens that it may have; 2,000 if not given.
    budget: Option<u32>,
}

/// What a session or a task hands to whoever goes on, each line with what proves it.
#[utoipa::path(get, path = "/api/brief", params(BriefWanted), responses((status = 200, body = BriefView), (status = "4XX", body = ApiError)))]
pub(crate) async fn brief(
    State(app): State<App>,
    Query(wanted): Query<BriefWanted>,
) -> Answer<BriefView> {
    let for_task = wanted.for_task.as_deref().map(task_id).transpose()?;
    let budget = wanted.budget.unwrap_or(BRIEF_TOKENS);
    let brief = ask(&app, move |engine| {
        let of = named(engine, &wanted.of)?;
        engine.brief(BriefQuery { of, for_task, budget })
    });
    Ok(Json(brief.await?))
}

/// Of which session.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RelatedTo {
    /// `S41`.
    session: String,
}

/// What other sessions and notes hold that bears on a session's work: few, or none.
#[utoipa::path(get, path = "/api/related", params(RelatedTo), responses((status = 200, body = RelatedView), (status = "4XX", body = ApiError)))]
pub(crate) async fn related(
    State(app): State<App>,
    Query(to): Query<RelatedTo>,
) -> Answer<RelatedView> {
    let session = session_id(&to.session)?;
    Ok(Json(ask(&app, move |engine| engine.related(session)).await?))
}
