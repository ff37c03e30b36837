//! What becomes of a review that is at its remote.

use callboard_git::carry::let_go;
use callboard_git::worktree;
use callboard_model::review::{Combination, Landing, Review, ReviewState, Sent};
use callboard_model::{ReviewId, WorkspaceId};

use super::send::SENT;
use crate::pull_requests::PullRequests;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// Ends a review whose pull requests were merged: the base has all of it.
    pub(super) fn finish_sent(&self, id: ReviewId) -> Result<(), EngineError> {
        let review = self.review_row(id)?;
        let Some(sent) = review.sent.as_ref().filter(|sent| !sent.is_under_way) else {
            return Ok(());
        };
        let is_open = review.state == ReviewState::Open && review.failure.is_none();
        let Some(combination) = review.combination.as_ref().filter(|_| is_open) else {
            return Ok(());
        };
        if !self.is_in_base(&review, sent, combination)? && !self.is_merged(&review, sent)? {
            return Ok(());
        }
        let Some(_driven) = self.drive_landing(id) else { return Ok(()) };
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
            if review.sent.is_some() {
                self.finish_sent(review.id)?;
            }
        }
        Ok(())
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
    fn is_merged(&self, review: &Review, sent: &Sent) -> Result<bool, EngineError> {
        let members = review.members.iter().map(|member| &member.changeset.tree);
        if !members.eq(&sent.members) || sent.branches.is_empty() {
            return Ok(false);
        }
        let told = self.read(|s| Ok(PullRequests::of(s, review.workspace)?))?;
        let is_merged = |number: Option<u64>| number.is_some_and(|number| told.is_merged(number));
        Ok(sent.branches.iter().all(|one| one.is_pushed() && is_merged(one.number)))
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
