//! Reviews that are open follow their changesets: what changed is merged anew, in the background.

use std::sync::Arc;

use callboard_git::base::Base;
use callboard_model::WorkspaceId;
use callboard_model::review::{Review, ReviewState};
use callboard_store::{Result as StoreResult, Snapshot};

use crate::{Engine, EngineError, limits};

/// Starts following.
pub(crate) fn start(engine: &Arc<Engine>) {
    let (weak, stop, news) =
        (Arc::downgrade(engine), engine.stop.clone(), engine.changes.news.clone());
    std::thread::spawn(move || {
        if let Some(engine) = weak.upgrade() {
            engine.let_go_of_checked();
            if let Err(error) = engine.settle_sending() {
                tracing::warn!(%error, "what was being sent stays as it is");
            }
            let ended = engine.ask(|core| core.end_check_runs());
            if let Err(error) = ended {
                tracing::warn!(%error, "what an earlier daemon did to reviews is shown as if it went on");
            }
        }
        while !stop.stopped() {
            let Some(engine) = weak.upgrade() else { return };
            let rung = news.rung();
            match follow(&engine) {
                Ok(()) => {}
                Err(EngineError::Ending) => return,
                Err(error) => {
                    tracing::warn!(%error, "reviews are as they were; they follow at the next change");
                }
            }
            drop(engine);
            news.wait(rung, limits::CHANGES_SWEEP);
        }
    });
}

/// Merges the open reviews anew whose changesets are others now, and settles landings that nobody drives.
fn follow(engine: &Engine) -> Result<(), EngineError> {
    for workspace in engine.read(|s| Ok(s.workspaces()?))? {
        let mut base = None;
        for review in engine.read(|s| Ok(s.reviews_open(workspace.id)?))? {
            let followed = match (review.state, &base) {
                (ReviewState::Landing, _) => engine.settle_landing(review.id),
                (_, Some(base)) => engine.follow_on(base, &review),
                (_, None) => engine.base_at(&workspace.row.root).and_then(|found| {
                    let found = base.insert(found);
                    engine.follow_on(found, &review)
                }),
            };
            match followed {
                Err(EngineError::Ending) => return Err(EngineError::Ending),
                Err(error) => {
                    tracing::warn!(%error, review = %review.id, "a review is as it was; it follows at the next change");
                }
                Ok(()) => {}
            }
        }
    }
    Ok(())
}

impl Engine {
    /// Merges a review anew, and ends it if its pull requests were merged.
    fn follow_on(&self, base: &Base, review: &Review) -> Result<(), EngineError> {
        self.combine_on(base, review.id)?;
        if review.sent.is_some() { self.finish_sent(review.id) } else { Ok(()) }
    }
}

/// The commits and trees that the reviews of a workspace need.
pub(crate) fn held(s: &Snapshot<'_>, workspace: WorkspaceId) -> StoreResult<Vec<String>> {
    let mut held = Vec::new();
    let over = s.reviews_over(workspace, limits::REVIEWS_OVER)?;
    for review in s.reviews_open(workspace)?.into_iter().chain(over) {
        held.extend(s.viewed_files(review.id)?.into_iter().map(|viewed| viewed.tree));
        for comment in s.review_comments(review.id)? {
            held.extend(comment.sent_tree);
            held.extend(comment.answer.map(|answer| answer.to_tree));
        }
        held.extend(commits_of(review));
    }
    Ok(held)
}

fn commits_of(review: Review) -> impl Iterator<Item = String> {
    let in_place = review.landing.and_then(|landing| landing.in_place);
    let combination = review.combination.into_iter();
    let steps = combination.flat_map(|one| one.steps.into_iter().chain(one.alone));
    let own = review.members.into_iter().map(|member| member.changeset.commit);
    own.chain(steps.map(|step| step.commit)).chain(in_place.map(|lay| lay.there))
}
