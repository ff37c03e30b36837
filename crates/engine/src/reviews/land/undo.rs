//! Taking a landing back: the base, tasks and worktrees are where they were.

use std::path::Path;

use callboard_git::advance::{Retreat, retreat_in_place};
use callboard_model::ReviewId;
use callboard_model::review::{Landing, Review, ReviewState};
use callboard_model::text::short_commit;
use callboard_model::view::ReviewView;
use callboard_model::worktree::WorktreeState;
use callboard_store::LogKind;
use serde_json::json;

use super::Landed;
use crate::reviews::in_place::in_place;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// Takes a landing back: the base goes to where it was.
    pub(in crate::reviews) fn undo_landing(
        &self,
        review: &Review,
    ) -> Result<ReviewView, EngineError> {
        let (id, about) = (review.id, json!({ "to": "landing", "back": true }));
        let _driven = self.drive_landing(id).ok_or_else(|| EngineError::lands_already(id))?;
        let landing = review.landing.clone().unwrap_or_default();
        let landed = landing.to.clone().ok_or_else(|| EngineError::Refused {
            text: format!("{id} landed at its remote; nothing was taken back"),
            hint: "revert it there, and fetch",
        })?;
        let git = self.trees_of(review.workspace)?;
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_MOVED, &about, |review| {
                if review.state != ReviewState::Landed {
                    return Err(EngineError::Conflict {
                        text: format!("{id} is taken back already"),
                        hint: "look at it again",
                    });
                }
                review.state = ReviewState::Landing;
                if let Some(landing) = &mut review.landing {
                    landing.is_back = true;
                    landing.words = format!("It is taken back from {}", landing.branch);
                }
                Ok(())
            })
        })?;
        let why = format!("callboard: {id} taken back");
        let back = Retreat {
            branch: &landing.branch,
            landed: &landed,
            begun: &landing.from,
            was: landing.was.as_deref(),
            why: &why,
        };
        let journal = self.journal_of(id)?;
        let lay = landing.in_place.as_ref().map(|lay| in_place(lay, None));
        match retreat_in_place(&git, &back, lay, &journal).map_err(Landed::from) {
            Ok(moved) => {
                for (was, now) in moved.set_aside {
                    let (was, now) = (was.display(), now.display());
                    tracing::warn!(%was, %now, "written while a landing was taken back: that version is kept");
                }
                self.finish_undo(id, &landing)?;
                self.look_at_members(review);
            }
            Err(Landed::Unfinished(error)) => return Err(error),
            Err(refused) => {
                self.stay_landed(id, landing)?;
                return Err(refused.into());
            }
        }
        self.review(id)
    }

    /// Has the members looked at on a base that has just moved: whoever asks next is told of what is there now.
    pub(super) fn look_at_members(&self, review: &Review) {
        self.changes.look_again(review.workspace);
        let mut paths = review.members.iter().filter_map(|one| one.changeset.path.as_deref());
        if let Some(path) = paths.next() {
            self.changes.look_at(Path::new(path), limits::LOOK_WITHIN);
        }
    }

    pub(super) fn finish_undo(&self, id: ReviewId, landing: &Landing) -> Result<(), EngineError> {
        for (task, column) in &landing.tasks {
            self.move_card(*task, *column);
        }
        for parked in &landing.parked {
            self.put_worktree_state(*parked, WorktreeState::Ready);
        }
        self.note_landed(&self.review_row(id)?, false)?;
        // What it comes to is what it was, until the changesets are seen again.
        let was = landing.was.as_ref().unwrap_or(&landing.from);
        let back = format!("{}, which is at {} again", landing.branch, short_commit(was));
        let about =
            json!({ "to": "open", "back": true, "because": format!("taken back from {back}") });
        let words = format!("Taken back from {back}");
        self.give_landing_up(id, about, Some(words))
    }

    pub(super) fn stay_landed(&self, id: ReviewId, landing: Landing) -> Result<(), EngineError> {
        let about = json!({ "to": "landed" });
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_MOVED, &about, |review| {
                (review.state, review.landing) = (ReviewState::Landed, Some(landing));
                Ok(())
            })
        })
        .map(|_| ())
    }
}
