//! Work that is not code: tables, and texts that rest on sources.

use callboard_git::Git;
use callboard_model::receipt::Content;

use super::sessions::Did;
use super::subject::Subject;
use crate::EngineError;

/// What of the work is not code.
///
/// # Errors
/// When git cannot be run.
pub(super) fn content_of(
    _git: Option<&Git>,
    _subject: &Subject,
    _did: &Did,
) -> Result<Content, EngineError> {
    Ok(Content::default())
}
