//! Reviews as the writer keeps them.

use std::collections::BTreeMap;

use callboard_model::review::{
    CheckOutcome, CheckRun, Combination, Comment, Member, Review, ReviewState, ViewedFile,
};
use callboard_model::view::{CommentAnswer, CommentState};
use callboard_model::{ReviewId, SessionId};
use callboard_store::{Durability, LogKind, Write};
use serde_json::{Value, json};

use super::Core;
use super::changes::announce_members;
use super::others::note_over;
use crate::{EngineError, limits};

/// What members come to, merged in memory.
#[derive(Debug, Clone)]
pub(crate) struct Combined {
    /// In the order in which they land.
    pub(crate) members: Vec<Member>,
    pub(crate) combination: Result<Combination, String>,
    /// What was changed since comments were sent, by their numbers.
    pub(crate) answers: Vec<(i64, CommentAnswer)>,
}

impl Core {
    /// Opens a review.
    pub(crate) fn open_review(&mut self, review: Review) -> Result<Review, EngineError> {
        self.write_for_person(|w| {
            refuse_taken(w, &review)?;
            announce_members(w, &review)?;
            Ok(w.add_review(review)?)
        })
    }

    /// Changes a review as a person asked for; gives it as it is then.
    pub(crate) fn change_review(
        &mut self,
        id: ReviewId,
        kind: LogKind,
        about: &Value,
        change: impl FnOnce(&mut Review) -> Result<(), EngineError>,
    ) -> Result<Review, EngineError> {
        self.write_for_person(|w| {
            let mut review = found(w, id)?;
            announce_members(w, &review)?;
            change(&mut review)?;
            if matches!(review.state, ReviewState::Open | ReviewState::Landing) {
                refuse_taken(w, &review)?;
            }
            w.log(kind, &id.to_string(), about)?;
            announce_members(w, &review)?;
            Ok(w.put_review(review)?)
        })
    }

    /// Takes what the members of an open review come to now.
    pub(crate) fn take_combined(
        &mut self,
        id: ReviewId,
        combined: Combined,
    ) -> Result<(), EngineError> {
        let Combined { members, combination, answers } = combined;
        self.write(Durability::Normal, |w| {
            let Some(review) = w.view().review(id)?.filter(|r| r.state == ReviewState::Open) else {
                return Ok(());
            };
            let is_same = |member: &Member| has(&review, member);
            // It was split or joined meanwhile: it is merged anew.
            if review.members.len() != members.len() || !members.iter().all(is_same) {
                return Ok(());
            }
            let mut now = review.clone();
            match combination {
                Ok(combination) => {
                    (now.members, now.combination, now.failure) =
                        (members, Some(combination), None);
                }
                // What was merged last stays together with what it was made of.
                Err(failure) => now.failure = Some(failure),
            }
            let is_answered = answer_comments(w, id, answers)?;
            if is_answered || now != review {
                w.put_review(now)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Marks a file as looked at, or as to be looked at again.
    pub(crate) fn mark_viewed(
        &mut self,
        id: ReviewId,
        path: &str,
        (digest, viewed): (&str, bool),
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let review = found(w, id)?;
            let combination = review.combination.as_ref();
            let files = combination.map(|combination| combination.files.as_slice());
            let file = files.into_iter().flatten().find(|file| file.file.path == path);
            let tree = combination.map(|combination| combination.shown_tree().to_owned());
            let Some((file, tree)) = file.zip(tree) else {
                return Err(EngineError::NotFound {
                    what: format!("file {path} in {id}"),
                    hint: "see its files with `callboard review show`",
                });
            };
            if file.digest != digest {
                return Err(EngineError::Conflict {
                    text: format!("{path} has changed since; it is not marked"),
                    hint: "look at it again",
                });
            }
            let viewed = viewed.then(|| ViewedFile {
                path: path.to_owned(),
                digest: digest.to_owned(),
                tree,
            });
            w.put_viewed(id, path, viewed.as_ref())?;
            w.put_review(review)?;
            Ok(())
        })
    }

    /// Adds a comment; gives its number.
    pub(crate) fn add_review_comment(
        &mut self,
        id: ReviewId,
        comment: Comment,
    ) -> Result<i64, EngineError> {
        self.write_for_person(|w| {
            let review = found(w, id)?;
            let comment = w.add_review_comment(id, comment)?;
            w.put_review(review)?;
            Ok(comment.id)
        })
    }

    /// Changes a comment.
    pub(crate) fn change_review_comment(
        &mut self,
        id: ReviewId,
        number: i64,
        change: impl FnOnce(&mut Comment) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let review = found(w, id)?;
            let mut comment = found_comment(w, id, number)?;
            change(&mut comment)?;
            w.put_review_comment(&comment)?;
            if comment.state != CommentState::Draft {
                note_over(w, review.workspace, &comment)?;
            }
            w.put_review(review)?;
            Ok(())
        })
    }

    /// Takes a draft away.
    pub(crate) fn drop_review_comment(
        &mut self,
        id: ReviewId,
        number: i64,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let review = found(w, id)?;
            let comment = found_comment(w, id, number)?;
            if comment.state != CommentState::Draft || !comment.told.is_empty() {
                return Err(EngineError::Refused {
                    text: "what was sent stays; nothing was changed".into(),
                    hint: "resolve it",
                });
            }
            w.drop_review_comment(id, &comment)?;
            note_over(w, review.workspace, &comment)?;
            w.put_review(review)?;
            Ok(())
        })
    }

    /// A session was told these comments, or could not be.
    pub(crate) fn comments_told(
        &mut self,
        id: ReviewId,
        session: SessionId,
        numbers: &[i64],
        failure: Option<String>,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let review = found(w, id)?;
            let tree = review.combination.as_ref().map(|c| c.shown_tree().to_owned());
            for mut comment in w.view().review_comments(id)? {
                if !numbers.contains(&comment.id) {
                    continue;
                }
                if failure.is_some() {
                    comment.failure.clone_from(&failure);
                }
                if failure.is_none() && !comment.told.contains(&session) {
                    comment.told.push(session);
                    comment.sent_tree = comment.sent_tree.or_else(|| tree.clone());
                    for (key, commit) in comment.members.iter_mut().filter(|(_, c)| c.is_none()) {
                        *commit = commit_of(&review, key);
                    }
                }
                let is_draft = comment.state == CommentState::Draft;
                if is_draft && comment.to.iter().all(|session| comment.told.contains(session)) {
                    comment.failure = None;
                    comment.state = CommentState::Sent;
                }
                w.put_review_comment(&comment)?;
                if !comment.told.is_empty() {
                    note_over(w, review.workspace, &comment)?;
                }
            }
            let about = json!({ "session": session, "comments": numbers, "failure": failure });
            w.log(LogKind::REVIEW_SENT, &id.to_string(), &about)?;
            w.put_review(review)?;
            Ok(())
        })
    }

    /// Keeps runs of checks, with `replace` in place of all others; gives them with their numbers.
    pub(crate) fn put_check_runs(
        &mut self,
        id: ReviewId,
        runs: Vec<CheckRun>,
        replace: bool,
    ) -> Result<Vec<CheckRun>, EngineError> {
        Ok(self.write(Durability::Normal, |w| {
            let mut kept = Vec::new();
            for run in runs {
                kept.push(w.put_check_run(id, run)?);
            }
            if replace {
                for old in w.view().check_runs(id)? {
                    if !kept.iter().any(|run: &CheckRun| run.id == old.id) {
                        w.drop_check_run(old.id)?;
                    }
                }
            }
            if let Some(review) = w.view().review(id)? {
                w.put_review(review)?;
            }
            Ok(kept)
        })?)
    }
}

impl Core {
    /// Checks that an earlier daemon was in the middle of have ended with it.
    pub(crate) fn end_check_runs(&mut self) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            for workspace in w.view().workspaces()? {
                let over = w.view().reviews_over(workspace.id, limits::REVIEWS_OVER)?;
                for review in w.view().reviews_open(workspace.id)?.into_iter().chain(over) {
                    end_runs_of(w, review, "the daemon ended meanwhile")?;
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// The checks of a review that go on were broken off.
    pub(crate) fn stop_check_runs(
        &mut self,
        id: ReviewId,
        because: &str,
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| match w.view().review(id)? {
            Some(review) => end_runs_of(w, review, because),
            None => Ok(()),
        })?;
        Ok(())
    }

    /// Keeps under a name which changesets have landed, by their keys and commits, or have not any more; forgets those
    /// that are `gone`.
    pub(crate) fn note_landed(
        &mut self,
        name: &str,
        (commits, gone): (BTreeMap<String, String>, Vec<String>),
        is_landed: bool,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let kept = w.view().setting(name)?;
            let mut landed: BTreeMap<String, String> =
                kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default();
            landed.retain(|key, _| !gone.contains(key));
            for (key, commit) in commits {
                match is_landed {
                    true => landed.insert(key, commit),
                    false => landed.remove(&key),
                };
            }
            Ok(w.put_setting(name, &json!(landed))?)
        })
    }
}

fn end_runs_of(w: &mut Write<'_>, review: Review, because: &str) -> callboard_store::Result<()> {
    let mut runs = w.view().check_runs(review.id)?;
    runs.retain(|run| !run.outcome.is_over());
    if runs.is_empty() {
        return Ok(());
    }
    for run in runs {
        let words = Some(because.to_owned());
        w.put_check_run(review.id, CheckRun { outcome: CheckOutcome::Stopped, words, ..run })?;
    }
    w.put_review(review).map(|_| ())
}

fn commit_of(review: &Review, key: &str) -> Option<String> {
    let members = review.members.iter().map(|member| &member.changeset);
    let mut of_key = members.filter(|changeset| changeset.key.to_string() == key);
    of_key.next().map(|changeset| changeset.commit.clone())
}

/// A changeset is in one review at a time.
fn refuse_taken(w: &Write<'_>, review: &Review) -> Result<(), EngineError> {
    for open in w.view().reviews_open(review.workspace)? {
        let taken = review.members.iter().find(|member| has(&open, member));
        if let Some(taken) = taken.filter(|_| open.id != review.id) {
            return Err(EngineError::Conflict {
                text: format!(
                    "{} is in {} already; nothing was changed",
                    taken.changeset.branch.as_deref().unwrap_or("one of them"),
                    open.id
                ),
                hint: "look at that one, add yours to it with `callboard review join`, or split it off there first",
            });
        }
    }
    Ok(())
}

fn has(review: &Review, member: &Member) -> bool {
    review.members.iter().any(|known| known.changeset.key == member.changeset.key)
}

fn found(w: &Write<'_>, id: ReviewId) -> Result<Review, EngineError> {
    w.view().review(id)?.ok_or_else(|| EngineError::no_review(id))
}

fn found_comment(w: &Write<'_>, id: ReviewId, number: i64) -> Result<Comment, EngineError> {
    let known = w.view().review_comments(id)?.into_iter().find(|one| one.id == number);
    known.ok_or_else(|| EngineError::NotFound {
        what: format!("comment {number} on {id}"),
        hint: "see them with `callboard review show`",
    })
}

/// Takes note of what was changed since comments were sent; gives whether any is another one now.
fn answer_comments(
    w: &mut Write<'_>,
    id: ReviewId,
    answers: Vec<(i64, CommentAnswer)>,
) -> callboard_store::Result<bool> {
    let mut is_changed = false;
    let comments = w.view().review_comments(id)?;
    for (number, answer) in answers {
        let Some(comment) = comments.iter().find(|comment| comment.id == number) else { continue };
        let state = match comment.state {
            CommentState::Sent => CommentState::Answered,
            other => other,
        };
        let now = Comment { state, answer: Some(answer), ..comment.clone() };
        if now != *comment {
            w.put_review_comment(&now)?;
            is_changed = true;
        }
    }
    Ok(is_changed)
}
