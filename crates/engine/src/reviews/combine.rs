//! What the members of a review come to on the base, merged in memory.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use callboard_git::Git;
use callboard_git::base::Base;
use callboard_git::changeset::changed_files;
use callboard_git::landing::{self, combine as merge_all};
use callboard_git::tree::TreeError;
use callboard_model::ReviewId;
use callboard_model::changeset::{ChangedFile, proposed};
use callboard_model::coupling::{Changer, Coupling, precedence};
use callboard_model::pair::Pair;
use callboard_model::review::{
    Combination, CombinedFile, Member, ReadingPlace, Review, Step, give_letters, in_reading_order,
};
use callboard_model::view::{CommentAnswer, CommentOn, CommentState};
use xxhash_rust::xxh3::xxh3_64;

use crate::core::Combined;
use crate::{Engine, EngineError};

impl Engine {
    /// Merges the members of a review in memory, as they are now; nothing is written if nothing changed.
    pub(super) fn combine_review(&self, id: ReviewId) -> Result<(), EngineError> {
        let base = self.base_now(self.review_row(id)?.workspace)?;
        self.combine_on(&base, id)
    }

    /// The same, onto this base.
    pub(super) fn combine_on(&self, base: &Base, id: ReviewId) -> Result<(), EngineError> {
        // One after another: what was merged of older members never takes the place of what is newer.
        let _alone = self.combining.lock().unwrap_or_else(PoisonError::into_inner);
        let review = self.review_row(id)?;
        let (members, pairs) = self.members_now(&review)?;
        let between = digest_of(&pairs);
        let is_same = |known: &Combination| {
            known.base == base.start
                && known.between == between
                && review.members == members
                && review.failure.is_none()
        };
        if review.combination.as_ref().is_some_and(is_same) {
            return Ok(());
        }
        let trees = self.trees_at(review.workspace)?;
        let order = order(&members, &pairs);
        let mut members: Vec<Member> = order.into_iter().map(|at| members[at].clone()).collect();
        give_letters(&mut members);
        let commits = self.one_after_another(&trees, &members)?;
        let git = trees.git();
        let combination = combine(git, base, (&members, &commits), &pairs);
        let combination = combination.map_err(|error| error.to_string());
        let answers = match &combination {
            Ok(combination) => self.answers(git, id, (&members, combination))?,
            Err(_) => Vec::new(),
        };
        let combined = Combined { members, combination, answers };
        self.ask(move |core| core.take_combined(id, combined))
    }

    /// The members as they were last looked at, and what is between them.
    fn members_now(&self, review: &Review) -> Result<(Vec<Member>, Vec<Pair>), EngineError> {
        self.read(|s| {
            let mut members = review.members.clone();
            for member in &mut members {
                let known = &mut member.changeset;
                match s.changeset(&known.key)? {
                    Some(now) => *known = now,
                    // Its folder is there, and it changes nothing any more.
                    None if known
                        .path
                        .as_ref()
                        .is_some_and(|p| std::path::Path::new(p).is_dir()) =>
                    {
                        known.files = Vec::new();
                        known.commit.clone_from(&known.merge_base);
                    }
                    // What was seen of it last is kept.
                    None => {}
                }
            }
            let is_member =
                |key: &str| members.iter().any(|member| member.changeset.key.to_string() == key);
            let mut pairs = s.pairs(review.workspace)?;
            pairs.retain(|pair| is_member(&pair.left) && is_member(&pair.right));
            Ok((members, pairs))
        })
    }

    /// What was changed since comments were sent, where that is in what they are on.
    fn answers(
        &self,
        git: &Git,
        id: ReviewId,
        (members, combination): (&[Member], &Combination),
    ) -> Result<Vec<(i64, CommentAnswer)>, EngineError> {
        let comments = self.read(|s| Ok(s.review_comments(id)?))?;
        let mut answers = Vec::new();
        for comment in comments {
            let is_open = matches!(comment.state, CommentState::Sent | CommentState::Answered);
            // Others, and the base, answer nothing for whom it is for.
            let has_moved = comment.members.iter().any(|(key, sent)| {
                let now = members.iter().find(|one| one.changeset.key.to_string() == *key);
                now.is_some_and(|now| Some(&now.changeset.commit) != sent.as_ref())
            });
            let is_due = is_open && has_moved;
            let Some(from) = comment.sent_tree.filter(|_| is_due) else { continue };
            let to = combination.shown_tree();
            let files = changed_files(git, &from, to)?;
            let is_about = |file: &&ChangedFile| match &comment.on {
                CommentOn::Review => true,
                CommentOn::WholeFile { path } | CommentOn::Lines { path, .. } => {
                    file.path == *path || file.from.as_ref() == Some(path)
                }
                CommentOn::Coupling { left_at, right_at, .. } => {
                    file.path == left_at.path || file.path == right_at.path
                }
            };
            let files: Vec<String> =
                files.iter().filter(is_about).map(|file| file.path.clone()).collect();
            if !files.is_empty() {
                let answer = CommentAnswer { from_tree: from, to_tree: to.to_owned(), files };
                answers.push((comment.id, answer));
            }
        }
        Ok(answers)
    }
}

/// Merges members onto the base by the commits that are given for them, and puts their files in order.
fn combine(
    git: &Git,
    base: &Base,
    (members, commits): (&[Member], &[String]),
    pairs: &[Pair],
) -> Result<Combination, TreeError> {
    let commits: Vec<&str> = commits.iter().map(String::as_str).collect();
    let steps = kept(merge_all(git, &base.start, &commits)?);
    let mut alone = Vec::new();
    if members.len() > 1 {
        for member in members {
            alone.extend(kept(merge_all(git, &base.start, &[&member.changeset.commit])?));
        }
    }
    let is_clean = steps.iter().all(|step| step.conflict.is_none());
    let tree = steps.last().filter(|_| is_clean).map(|step| step.tree.clone());
    let (base, between, files) = (base.start.clone(), digest_of(pairs), Vec::new());
    let mut combination = Combination { base, between, steps, alone, tree, files };
    combination.files = files_of(git, members, &combination)?;
    let told = pairs.iter().flat_map(|pair| pair.couplings.iter().chain(&pair.needs));
    let couplings: Vec<Coupling> = told.cloned().collect();
    in_reading_order(&mut combination.files, &couplings);
    Ok(combination)
}

fn kept(merged: Vec<landing::Step>) -> Vec<Step> {
    let step =
        |one: landing::Step| Step { commit: one.commit, tree: one.tree, conflict: one.conflict };
    merged.into_iter().map(step).collect()
}

/// In which order members land: who changes what others use before them, then who keeps fewest out.
fn order(members: &[Member], pairs: &[Pair]) -> Vec<usize> {
    let number = |key: &str| members.iter().position(|one| one.changeset.key.to_string() == key);
    let size = |member: &Member| {
        let lines = member.changeset.files.iter().map(|file| (file.added + file.removed) as usize);
        lines.sum()
    };
    let sizes: Vec<usize> = members.iter().map(size).collect();
    let (mut before, mut clashes) = (Vec::new(), Vec::new());
    for pair in pairs {
        let Some((left, right)) = number(&pair.left).zip(number(&pair.right)) else { continue };
        if pair.conflict.is_some() {
            clashes.push((left, right));
        }
        before.extend(precedence(&pair.couplings, &pair.needs).into_iter().map(|(changer, _)| {
            match changer {
                Changer::Left => (left, right),
                Changer::Right => (right, left),
            }
        }));
    }
    proposed(members.len(), &before, &clashes, &sizes).order
}

/// The files of a combination, with whose they are.
fn files_of(
    git: &Git,
    members: &[Member],
    combination: &Combination,
) -> Result<Vec<CombinedFile>, TreeError> {
    let conflicts = combination.steps.iter().filter_map(|step| step.conflict.as_ref());
    let conflicting: BTreeSet<&str> =
        conflicts.flat_map(|conflict| &conflict.files).map(|file| file.path.as_str()).collect();
    let mut all = changed_files(git, &combination.base, combination.shown())?;
    // What one takes away and another changes may be nowhere in what was merged.
    for path in &conflicting {
        let changed = members.iter().flat_map(|member| &member.changeset.files);
        let of_member = changed.rev().find(|file| file.path == **path);
        if !all.iter().any(|file| file.path == **path) {
            all.extend(of_member.cloned());
        }
    }
    let combined = |file: ChangedFile| {
        let touches = |member: &Member| {
            member.changeset.files.iter().any(|own| {
                own.path == file.path
                    || own.from.as_ref() == Some(&file.path)
                    || file.from.as_ref().is_some_and(|from| own.path == *from)
            })
        };
        let whose = members.iter().enumerate().filter(|(_, member)| touches(member));
        let whose = whose.map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX)).collect();
        let conflict = conflicting.contains(file.path.as_str());
        CombinedFile {
            digest: digest(members, &file, conflict),
            place: ReadingPlace::Rest,
            members: whose,
            conflict,
            file,
        }
    };
    Ok(all.into_iter().map(combined).collect())
}

/// Changes with what is between the members.
fn digest_of(pairs: &[Pair]) -> String {
    let told: Vec<_> = pairs
        .iter()
        .map(|pair| {
            (&pair.left, &pair.right, pair.conflict.is_some(), &pair.couplings, &pair.needs)
        })
        .collect();
    format!("{:016x}", xxh3_64(format!("{told:?}").as_bytes()))
}

/// Changes with what a file holds; of one that cannot be merged, with what the members hold: markers name commits.
fn digest(members: &[Member], file: &ChangedFile, conflict: bool) -> String {
    let of = |file: &ChangedFile| {
        format!("{:?} {:?} {:?} {:?}", file.status, file.from, file.old, file.new)
    };
    let text = match conflict {
        false => of(file),
        true => {
            let own = members.iter().flat_map(|member| &member.changeset.files);
            own.filter(|own| own.path == file.path).map(of).collect()
        }
    };
    format!("{:016x}", xxh3_64(text.as_bytes()))
}
