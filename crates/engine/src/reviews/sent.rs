//! What becomes of a review that is at its remote.

use callboard_git::carry::let_go;
use callboard_git::worktree;
use callboard_model::review::{Combination, Landing, MadeOf, Member, Review, ReviewState, Sent};
use callboard_model::{ReviewId, WorkspaceId};

use super::send::SENT;
use crate::pull_requests::PullRequests;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// Ends a review whose pull requests were merged: the base has all of it.
    pub(super) fn finish_sent(&self, id: ReviewId) -> Result<(), EngineError> {
        if !self.has_ended_there(&self.review_row(id)?)? {
            return Ok(());
        }
        let Some(_driven) = self.drive_landing(id) else { return Ok(()) };
        // Somebody else may have ended, landed or sent it a moment ago.
        let review = self.review_row(id)?;
        let (Some(sent), Some(combination)) = (&review.sent, &review.combination) else {
            return Ok(());
        };
        if !self.has_ended_there(&review)? {
            return Ok(());
        }
        let landing = Landing {
            branch: sent.base.clone(),
            from: combination.base.clone(),
            ..Landing::default()
        };
        self.finish_landing(id, landing)
    }

    /// Ends the reviews of a workspace whose pull requests are told to be merged.
    pub(crate) fn finish_merged(&self, workspace: WorkspaceId) -> Result<(), EngineError> {
        for review in self.read(|s| Ok(s.reviews_open(workspace)?))? {
            if let Err(error) = self.finish_sent(review.id) {
                tracing::warn!(%error, review = %review.id, "whether it was merged is asked again at the next change");
            }
        }
        Ok(())
    }

    /// Whether all of an open review is on its base at its remote.
    fn has_ended_there(&self, review: &Review) -> Result<bool, EngineError> {
        let is_open = review.state == ReviewState::Open && review.failure.is_none();
        let sent = review.sent.as_ref().filter(|sent| is_open && !sent.is_under_way);
        let Some((sent, combination)) = sent.zip(review.combination.as_ref()) else {
            return Ok(false);
        };
        Ok(self.is_in_base(review, sent, combination)? || self.was_merged(review, sent)?)
    }

    /// Whether the base has all that was sent, and the members nothing else.
    fn is_in_base(
        &self,
        review: &Review,
        sent: &Sent,
        combination: &Combination,
    ) -> Result<bool, EngineError> {
        let is_empty = combination.tree.is_some() && combination.files.is_empty();
        let Some(last) = sent.branches.last().filter(|_| is_empty) else { return Ok(false) };
        let git = self.trees_of(review.workspace)?;
        // Members that were emptied here change nothing, either.
        Ok(worktree::is_landed(&git, &last.to, &combination.base).unwrap_or(false))
    }

    /// Whether the remote says that all of it was merged, as the members still are: others may have changed the same
    /// lines since.
    fn was_merged(&self, review: &Review, sent: &Sent) -> Result<bool, EngineError> {
        let is_sent = |member: &Member| sent.members.contains(&MadeOf::of(&member.changeset));
        let is_whole = review.members.len() == sent.members.len();
        if !is_whole || !review.members.iter().all(is_sent) || sent.failure.is_some() {
            return Ok(false);
        }
        Ok(self.read(|s| Ok(PullRequests::of(s, review.workspace)?))?.has_merged(sent))
    }

    /// Lets go of the commits of a review that is over; what is at its remote stays there.
    pub(super) fn let_go_of_sent(&self, review: &Review) {
        if review.sent.is_none() {
            return;
        }
        let git = self.trees_of(review.workspace);
        let gone = git.and_then(|git| {
            let_go(&git, &format!("{SENT}{}", review.id))
                .map_err(|error| EngineError::Refused { text: error.to_string(), hint: "" })
        });
        if let Err(error) = gone {
            tracing::warn!(%error, review = %review.id, "what was sent is held on to");
        }
    }

    /// The branches at remotes that reviews of a workspace sent there, as references.
    pub(crate) fn sent_references(
        &self,
        workspace: WorkspaceId,
    ) -> Result<Vec<String>, EngineError> {
        let reviews = self.read(|s| {
            let mut all = s.reviews_open(workspace)?;
            all.extend(s.reviews_over(workspace, limits::REVIEWS_OVER)?);
            Ok(all)
        })?;
        let sent = reviews.into_iter().filter_map(|review| review.sent);
        let named = sent.flat_map(|sent| {
            let remote = sent.remote;
            sent.branches
                .into_iter()
                .map(move |one| format!("refs/remotes/{remote}/{}", one.branch))
        });
        Ok(named.collect())
    }
}
