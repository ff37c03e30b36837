//! The HTTP API: one short function per request.

pub(crate) mod board;
pub(crate) mod briefs;
pub(crate) mod calls;
pub(crate) mod candidates;
pub(crate) mod changes;
pub(crate) mod doctor;
pub(crate) mod hook;
pub(crate) mod nights;
pub(crate) mod notes;
pub(crate) mod owned;
pub(crate) mod posts;
pub(crate) mod readings;
pub(crate) mod receipts;
pub(crate) mod resources;
pub(crate) mod reviews;
pub(crate) mod search;
pub(crate) mod sessions;
pub(crate) mod tasks;
pub(crate) mod trust;
pub(crate) mod worktrees;

use std::sync::Arc;

use callboard_engine::{Engine, EngineError};
use callboard_model::{CallId, SessionId, TaskId, WorkspaceId};
use serde::Deserialize;

use crate::App;
use crate::error::ApiError;

/// What a request is answered with.
pub(crate) type Answer<T> = Result<axum::Json<T>, ApiError>;

/// Asks the engine on a thread that may wait.
pub(crate) async fn ask<T: Send + 'static>(
    app: &App,
    question: impl FnOnce(&Arc<Engine>) -> Result<T, EngineError> + Send + 'static,
) -> Result<T, ApiError> {
    let engine = app.engine.clone();
    match tokio::task::spawn_blocking(move || question(&engine)).await {
        Ok(answer) => Ok(answer?),
        Err(fault) => {
            tracing::error!(%fault, "a request ended by a fault");
            Err(EngineError::Ending.into())
        }
    }
}

/// A request that may name a workspace.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InWorkspace {
    /// `W1`; not given: the one last looked at, or all.
    pub(crate) workspace: Option<String>,
}

impl InWorkspace {
    pub(crate) fn id(&self) -> Result<Option<WorkspaceId>, ApiError> {
        self.workspace.as_deref().filter(|text| !text.is_empty()).map(workspace_id).transpose()
    }
}

pub(crate) fn workspace_id(text: &str) -> Result<WorkspaceId, ApiError> {
    text.parse().map_err(|error| ApiError::bad(error, "list them with `/api/workspaces`"))
}

pub(crate) fn session_id(text: &str) -> Result<SessionId, ApiError> {
    text.parse().map_err(|error| {
        ApiError::bad(error, "list them with `callboard session list` or `/api/sessions`")
    })
}

pub(crate) fn call_id(text: &str) -> Result<CallId, ApiError> {
    text.parse().map_err(|error| {
        ApiError::bad(error, "see what waits with `callboard inbox` or `/api/calls`")
    })
}

pub(crate) fn task_id(text: &str) -> Result<TaskId, ApiError> {
    text.parse().map_err(|error| {
        ApiError::bad(error, "list them with `callboard task list` or `/api/tasks`")
    })
}
