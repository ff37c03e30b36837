//! What others said on pull requests, as the writer keeps it.

use callboard_model::review::{Comment, ReviewState};
use callboard_model::view::CommentState;
use callboard_model::{ReviewId, WorkspaceId};
use callboard_store::{Durability, Write};
use serde_json::Value;

use super::Core;
use crate::{EngineError, limits};

/// Under which it is kept which comments are never brought again.
pub(crate) fn over_setting(workspace: WorkspaceId) -> String {
    format!("pull_request_comments_over.{workspace}")
}

/// GitHub's numbers of comments that were dropped, sent or resolved here, oldest first.
pub(crate) fn numbers_over(kept: Option<Value>) -> Vec<u64> {
    kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default()
}

impl Core {
    /// Takes what others said: what is new as a draft, what they changed since as long as it is one.
    pub(crate) fn take_comments_of_others(
        &mut self,
        id: ReviewId,
        drafts: Vec<Comment>,
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            let review = w.view().review(id)?.filter(|one| one.state == ReviewState::Open);
            let Some(review) = review else { return Ok(()) };
            let over = numbers_over(w.view().setting(&over_setting(review.workspace))?);
            let known = w.view().review_comments(id)?;
            let mut is_changed = false;
            for draft in drafts {
                let number = draft.from.as_ref().map(|from| from.id);
                if number.is_some_and(|number| over.contains(&number)) {
                    continue;
                }
                let same = |one: &&Comment| one.from.as_ref().map(|from| from.id) == number;
                is_changed |= take_one(w, id, known.iter().find(same), draft)?;
            }
            if is_changed {
                w.put_review(review)?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

fn take_one(
    w: &mut Write<'_>,
    id: ReviewId,
    known: Option<&Comment>,
    draft: Comment,
) -> callboard_store::Result<bool> {
    let Some(known) = known else { return w.add_review_comment(id, draft).map(|_| true) };
    if known.state != CommentState::Draft || !known.told.is_empty() {
        return Ok(false);
    }
    let failure = known.failure.clone();
    let now = Comment { id: known.id, at: known.at, failure, ..draft };
    if now == *known {
        return Ok(false);
    }
    w.put_review_comment(&now).map(|()| true)
}

/// What somebody else said is never brought again.
pub(super) fn note_over(
    w: &mut Write<'_>,
    workspace: WorkspaceId,
    comment: &Comment,
) -> callboard_store::Result<()> {
    let Some(from) = &comment.from else { return Ok(()) };
    let setting = over_setting(workspace);
    let mut over = numbers_over(w.view().setting(&setting)?);
    if over.contains(&from.id) {
        return Ok(());
    }
    over.push(from.id);
    let beyond = over.len().saturating_sub(limits::PULL_REQUEST_COMMENTS_OVER);
    over.drain(..beyond);
    w.put_setting(&setting, &serde_json::to_value(&over).unwrap_or_default())
}
