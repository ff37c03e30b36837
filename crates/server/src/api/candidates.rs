//! Candidates of decisions.

use axum::Json;
use axum::extract::{Query, State};
use callboard_engine::CandidatesOf;
use callboard_model::Candidate;
use callboard_model::view::{AcceptCandidate, CandidateList, NoteView, SettleCandidate};
use serde::Deserialize;

use super::{Answer, ask, task_id, workspace_id};
use crate::App;
use crate::error::ApiError;

/// Of what.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedCandidates {
    /// Of this session, with what people said to its subagents: `S41`, the agent's own id or its beginning.
    session: Option<String>,
    /// Of this task's sessions: `T12`.
    task: Option<String>,
    /// Of all sessions of a workspace: `W1`; not given: the one last looked at.
    workspace: Option<String>,
    /// What was accepted or dismissed, too.
    #[serde(default)]
    all: bool,
}

/// What may be a decision, by the structure of what sessions did, newest first.
#[utoipa::path(get, path = "/api/candidates", params(WantedCandidates), responses((status = 200, body = CandidateList), (status = "4XX", body = ApiError)))]
pub(crate) async fn candidates(
    State(app): State<App>,
    Query(wanted): Query<WantedCandidates>,
) -> Answer<CandidateList> {
    let task = wanted.task.as_deref().map(task_id).transpose()?;
    let workspace = wanted.workspace.as_deref().map(workspace_id).transpose()?;
    let found = ask(&app, move |engine| {
        let of = match (&wanted.session, task) {
            (Some(session), _) => CandidatesOf::Session(engine.session_named(session)?),
            (None, Some(task)) => CandidatesOf::Task(task),
            (None, None) => CandidatesOf::Workspace(workspace),
        };
        engine.candidates(of, wanted.all)
    });
    Ok(Json(found.await?))
}

/// Makes a decision or a note of a candidate; of one that was accepted already, gives what it became.
#[utoipa::path(post, path = "/api/candidates/accept", request_body = AcceptCandidate, responses((status = 200, body = NoteView), (status = "4XX", body = ApiError)))]
pub(crate) async fn accept(
    State(app): State<App>,
    Json(wanted): Json<AcceptCandidate>,
) -> Answer<NoteView> {
    Ok(Json(ask(&app, move |engine| engine.accept_candidate(wanted)).await?))
}

/// Offers a candidate no longer.
#[utoipa::path(post, path = "/api/candidates/dismiss", request_body = SettleCandidate, responses((status = 200, body = Candidate), (status = "4XX", body = ApiError)))]
pub(crate) async fn dismiss(
    State(app): State<App>,
    Json(which): Json<SettleCandidate>,
) -> Answer<Candidate> {
    Ok(Json(ask(&app, move |engine| engine.dismiss_candidate(&which)).await?))
}

/// Offers a candidate again that was dismissed.
#[utoipa::path(post, path = "/api/candidates/reopen", request_body = SettleCandidate, responses((status = 200, body = Candidate), (status = "4XX", body = ApiError)))]
pub(crate) async fn reopen(
    State(app): State<App>,
    Json(which): Json<SettleCandidate>,
) -> Answer<Candidate> {
    Ok(Json(ask(&app, move |engine| engine.reopen_candidate(&which)).await?))
}
