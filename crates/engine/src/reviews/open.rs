//! Reviews are opened, changed, given up and taken up again.

use std::sync::Arc;

use callboard_model::review::{Member, Review, ReviewState};
use callboard_model::view::{ChangeReview, MarkViewed, NewReview, PairView, ReviewView};
use callboard_model::{ChangesetKey, ReviewId, WorkspaceId};
use callboard_store::LogKind;
use serde_json::json;

use crate::{Engine, EngineError, limits};

/// Why a changeset is in a review that nothing else joins to it.
const NAMED: &str = "you named it";

impl Engine {
    /// Opens a review of changesets.
    ///
    /// # Errors
    /// When one of them is not there, or in another open review.
    pub fn open_review(
        self: &Arc<Self>,
        workspace: Option<WorkspaceId>,
        new: NewReview,
    ) -> Result<ReviewView, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        if new.members.is_empty() || new.members.len() > limits::REVIEW_MEMBERS {
            return Err(EngineError::Refused {
                text: format!(
                    "a review has one to {} changesets; nothing was opened",
                    limits::REVIEW_MEMBERS
                ),
                hint: "name tasks, sessions or branches: `callboard review open T12 T13`",
            });
        }
        let members = self.members_named(workspace, &new.members, &[])?;
        let title = match new.title.map(|title| title.trim().to_owned()) {
            Some(title) if !title.is_empty() => title,
            _ => self.title_of(workspace, &members)?,
        };
        let review = Review {
            id: ReviewId(0),
            workspace,
            title,
            state: ReviewState::Open,
            members,
            combination: None,
            failure: None,
            land_by: self.project_of(workspace).map(|of| of.reviews.land_by).unwrap_or_default(),
            landing: None,
            sent: None,
            created_at: self.now(),
            revision: 0,
        };
        let id = self.ask(move |core| core.open_review(review))?.id;
        self.combine_review(id)?;
        self.look_for_pull_requests(workspace);
        self.review(id)
    }

    /// Changes a review: who is in it, its title, how it lands.
    ///
    /// # Errors
    /// When it is over, one of its members would be none, or nobody would be left.
    pub fn change_review(
        &self,
        id: ReviewId,
        change: ChangeReview,
    ) -> Result<ReviewView, EngineError> {
        let review = self.review_row(id)?;
        refuse_unless_open(&review)?;
        let leaving = change
            .split
            .iter()
            .map(|name| self.member_named(&review, name))
            .collect::<Result<Vec<_>, _>>()?;
        let joining = self.members_named(review.workspace, &change.join, &review.members)?;
        let about = json!({ "join": change.join, "split": change.split, "title": change.title, "land_by": change.land_by });
        let title = change.title.map(|title| title.trim().to_owned()).filter(|t| !t.is_empty());
        let land_by = change.land_by;
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_CHANGED, &about, |review| {
                refuse_unless_open(review)?;
                review.members.retain(|member| !leaving.contains(&member.changeset.key));
                let known = |one: &Member| {
                    review.members.iter().any(|member| member.changeset.key == one.changeset.key)
                };
                let joining: Vec<Member> = joining.into_iter().filter(|one| !known(one)).collect();
                review.members.extend(joining);
                if review.members.is_empty() || review.members.len() > limits::REVIEW_MEMBERS {
                    return Err(EngineError::Refused {
                        text: format!(
                            "a review has one to {} changesets; nothing was changed",
                            limits::REVIEW_MEMBERS
                        ),
                        hint: "give it up with `callboard review drop`",
                    });
                }
                if let Some(title) = title {
                    review.title = title;
                }
                review.land_by = land_by.unwrap_or(review.land_by);
                Ok(())
            })
        })?;
        self.combine_review(id)?;
        self.review(id)
    }

    /// Gives a review up; its changesets are as they were.
    ///
    /// # Errors
    /// When it is over, or lands just now.
    pub fn drop_review(&self, id: ReviewId) -> Result<ReviewView, EngineError> {
        // What is being sent to its remote is not let go of under who sends it.
        let _driven = self.drive_landing(id).ok_or_else(|| EngineError::lands_already(id))?;
        let about = json!({ "to": "dropped" });
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_MOVED, &about, |review| {
                refuse_unless_open(review)?;
                review.state = ReviewState::Dropped;
                Ok(())
            })
        })?;
        self.stop_checks(id);
        let review = self.review_row(id)?;
        self.let_go_of_help(&review);
        self.let_go_of_sent(&review);
        self.review(id)
    }

    /// Takes a landing back, or takes up again what was given up.
    ///
    /// # Errors
    /// When it is open, the base has moved on or was pushed since, or a member is in another review by now.
    pub fn undo_review(&self, id: ReviewId) -> Result<ReviewView, EngineError> {
        let review = self.review_row(id)?;
        match review.state {
            ReviewState::Dropped => self.reopen_dropped(&review),
            ReviewState::Landed => self.undo_landing(&review),
            _ => Err(EngineError::Refused {
                text: format!("{id} was neither landed nor given up; nothing was changed"),
                hint: "give it up with `callboard review drop`",
            }),
        }
    }

    fn reopen_dropped(&self, review: &Review) -> Result<ReviewView, EngineError> {
        let (id, about) = (review.id, json!({ "to": "open" }));
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_MOVED, &about, |review| {
                if review.state != ReviewState::Dropped {
                    return Err(EngineError::Conflict {
                        text: format!("{id} is not given up any more; nothing was changed"),
                        hint: "look at it again",
                    });
                }
                review.state = ReviewState::Open;
                Ok(())
            })
        })?;
        self.combine_review(id)?;
        self.review(id)
    }

    /// Marks a file of a review as looked at, or as to be looked at again.
    ///
    /// # Errors
    /// When it has changed since.
    pub fn mark_viewed(&self, id: ReviewId, mark: MarkViewed) -> Result<ReviewView, EngineError> {
        let MarkViewed { path, digest, viewed } = mark;
        self.ask(move |core| core.mark_viewed(id, &path, (&digest, viewed)))?;
        self.review(id)
    }

    /// The changesets that names mean, each with why it is there.
    fn members_named(
        &self,
        workspace: WorkspaceId,
        names: &[String],
        beside: &[Member],
    ) -> Result<Vec<Member>, EngineError> {
        let mut keys: Vec<String> = Vec::new();
        for name in names {
            let key = self.changeset_named(Some(workspace), name)?.changeset.key;
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let pairs = self.pairs(Some(workspace))?.pairs;
        let known = beside.iter().map(|member| member.changeset.key.to_string());
        let all: Vec<String> = keys.iter().cloned().chain(known).collect();
        let mut members = Vec::new();
        for key in keys {
            let found = ChangesetKey::from_text(&key);
            let changeset = self.read(|s| Ok(found.map(|key| s.changeset(&key)).transpose()?))?;
            let changeset = changeset.flatten().ok_or_else(|| EngineError::NotFound {
                what: format!("changeset {key} any more"),
                hint: "list them with `callboard changes`",
            })?;
            let others: Vec<&String> = all.iter().filter(|other| **other != key).collect();
            let joining = pairs.iter().filter(|pair| is_between(pair, &key, &others));
            let reason = joining.filter_map(sentence).next();
            let reason = reason.unwrap_or_else(|| NAMED.to_owned());
            members.push(Member { changeset, reason, letter: None });
        }
        Ok(members)
    }

    fn member_named(&self, review: &Review, name: &str) -> Result<ChangesetKey, EngineError> {
        let view = self.review(review.id)?;
        let is_named = |of: &callboard_model::view::ChangesetView| {
            of.changeset.name == name
                || of.changeset.key == name
                || of.branch.as_deref() == Some(name)
                || of.changeset.sessions.iter().any(|session| session.to_string() == name)
        };
        let member = view.members.iter().find(|member| is_named(&member.changeset));
        let key = member.and_then(|one| ChangesetKey::from_text(&one.changeset.changeset.key));
        key.ok_or_else(|| EngineError::NotFound {
            what: format!("changeset {name} in {}", review.id),
            hint: "see its members with `callboard review show`",
        })
    }

    /// What a review of these is called.
    fn title_of(&self, workspace: WorkspaceId, members: &[Member]) -> Result<String, EngineError> {
        let all = self.changesets(Some(workspace))?;
        let of = |member: &Member| {
            let key = member.changeset.key.to_string();
            let named = all.iter().find(|one| one.changeset.key == key)?;
            Some(named.changeset.about().to_owned())
        };
        Ok(titled(members.iter().filter_map(of)))
    }
}

/// One line for several titles: the first, and how many follow.
pub(crate) fn titled(titles: impl Iterator<Item = String>) -> String {
    let titles: Vec<String> = titles.collect();
    match titles.as_slice() {
        [] => "Review".to_owned(),
        [one] => one.clone(),
        [one, other] => format!("{one} · {other}"),
        [one, rest @ ..] => format!("{one}, and {} more", rest.len()),
    }
}

fn is_between(pair: &PairView, key: &str, others: &[&String]) -> bool {
    let is_other = |side: &str| others.iter().any(|other| *other == side);
    (pair.left.key == key && is_other(&pair.right.key))
        || (pair.right.key == key && is_other(&pair.left.key))
}

/// What is between two, in one sentence: the first to be seen.
pub(crate) fn sentence(pair: &PairView) -> Option<String> {
    let (left, right) = (&pair.left.name, &pair.right.name);
    if let Some(conflict) = &pair.conflict {
        return Some(match conflict.files.as_slice() {
            [one] => format!("{left} and {right} conflict in {}", one.path),
            several => format!("{left} and {right} conflict in {} files", several.len()),
        });
    }
    pair.couplings.first().map(|coupling| coupling.told(left, right))
}

pub(super) fn refuse_unless_open(review: &Review) -> Result<(), EngineError> {
    let (is, hint) = match review.state {
        ReviewState::Open => return Ok(()),
        ReviewState::Landing => (
            "lands just now, or is being settled",
            "look again in a moment with `callboard review show`",
        ),
        ReviewState::Landed => ("has landed", "take it back with `callboard review undo`"),
        ReviewState::Dropped => ("was given up", "take it up again with `callboard review undo`"),
    };
    Err(EngineError::Refused { text: format!("{} {is}; nothing was changed", review.id), hint })
}
