//! What each member of a review is to be as commits.

use callboard_git::landing::{By, Change};
use callboard_model::review::{Combination, LandBy, Review};

use super::in_place::is_in_place;
use crate::{Engine, EngineError};

impl Engine {
    /// The members of a review on the base `branch`, in the order in which they land.
    pub(super) fn changes_to_land(
        &self,
        review: &Review,
        combination: &Combination,
        (by, branch): (LandBy, &str),
    ) -> Result<Vec<Change>, EngineError> {
        let view = self.review(review.id)?;
        let titles = view.members.iter().map(|member| {
            let title = member.changeset.changeset.about();
            callboard_model::text::plain(title).lines().next().unwrap_or_default().to_owned()
        });
        let members = review.members.iter().zip(&combination.steps).zip(titles);
        let change = members.map(|((member, step), title)| Change {
            head: member.changeset.head.clone(),
            commit: member.changeset.commit.clone(),
            tree: step.tree.clone(),
            title,
            body: String::new(),
            by: match by {
                // It has no commits of its own, and git may not merge lines that stand side by side.
                LandBy::Rebase if is_in_place(member, branch) => By::Squash,
                LandBy::Squash => By::Squash,
                LandBy::Merge => By::Merge,
                LandBy::Rebase => By::Rebase,
            },
        });
        Ok(change.collect())
    }
}
