//! Errors as JSON: what happened, and what to do.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use callboard_engine::EngineError;
use serde::{Deserialize, Serialize};

/// What a refused request is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ApiError {
    /// What happened, and what was left untouched.
    pub error: String,
    /// What to do.
    pub hint: Option<String>,
    #[serde(skip)]
    pub(crate) status: u16,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>, hint: &str) -> Self {
        Self {
            error: error.into(),
            hint: Some(hint.to_owned()).filter(|hint| !hint.is_empty()),
            status: status.as_u16(),
        }
    }

    /// A value in a request that means nothing.
    pub(crate) fn bad(error: impl std::fmt::Display, hint: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.to_string(), hint)
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        let status = match &error {
            EngineError::NotFound { .. } => StatusCode::NOT_FOUND,
            EngineError::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            EngineError::Conflict { .. } => StatusCode::CONFLICT,
            EngineError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
            EngineError::Ending => StatusCode::SERVICE_UNAVAILABLE,
        };
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(%error, "a request failed");
        }
        Self::new(status, error.to_string(), error.hint().unwrap_or_default())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self)).into_response()
    }
}
