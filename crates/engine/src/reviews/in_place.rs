//! Members that are sessions of one checkout: what they changed lies there side by side, and lands there as it lies.

use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_git::Git;
use callboard_git::advance::InPlace;
use callboard_git::landing::{Asked, Change, LANDING, ask_hooks};
use callboard_git::tree::Trees;
use callboard_model::attribution::{Overlap, Owners, SharedCheckout, parts_of};
use callboard_model::review::{Combination, LandedInPlace, Landing, Member, Review};
use callboard_model::{ChangesetKey, SessionId};
use callboard_store::Snapshot;

use crate::changes::{Shared, shown_overlap};
use crate::{Engine, EngineError, limits};

/// What of a review lies in the base's own checkout.
pub(super) struct Lying {
    pub(super) kept: LandedInPlace,
    /// The commit of all that lay there.
    pub(super) seen: String,
}

impl Engine {
    /// The commits by which members are merged one after another. That of a session holds what the sessions of its
    /// checkout before it changed, too: git itself cannot merge lines that stand side by side.
    pub(super) fn one_after_another(
        &self,
        trees: &Trees,
        members: &[Member],
    ) -> Result<Vec<String>, EngineError> {
        let mut commits: Vec<String> = Vec::with_capacity(members.len());
        for (at, member) in members.iter().enumerate() {
            let commit = member.changeset.commit.clone();
            let top = member.changeset.path.as_deref().unwrap_or_default();
            let is_beside = |one: &&Member| {
                session_of(one).is_some() && one.changeset.path.as_deref() == Some(top)
            };
            let (before, all) = (
                sessions_of(members[..at].iter().filter(is_beside)),
                sessions_of(members.iter().filter(is_beside)),
            );
            let head = member.changeset.head.as_str();
            let shared = self.changes.shared_with_disk(Path::new(top));
            let shared = shared.filter(|shared| shared.told.head.as_deref() == Some(head));
            let Some((own, Shared { told, disk })) = session_of(member).zip(shared) else {
                commits.push(commit);
                continue;
            };
            let last = members[..at].iter().rposition(|one| is_beside(&one));
            let after = last.map_or(head, |last| commits[last].as_str());
            let mut so_far = before;
            so_far.push(own);
            let parts = parts_of(&told.files, |owners| is_landed(owners, &so_far, &all));
            commits.push(trees.with_parts_after((head, after), &disk, &parts)?.commit);
        }
        Ok(commits)
    }

    /// Has the checkouts looked at that sessions of a review share, as they are now.
    pub(super) fn look_at_shared(&self, review: &Review) {
        let mut tops: Vec<PathBuf> = Vec::new();
        for member in review.members.iter().filter(|member| session_of(member).is_some()) {
            let top = member.changeset.path.as_ref().map(PathBuf::from);
            tops.extend(top.filter(|top| !tops.contains(top)));
        }
        if tops.is_empty() {
            return;
        }
        // What a session did a moment ago is told a moment later.
        std::thread::sleep(Duration::from_millis(limits::TOLD_WITHIN_MS.unsigned_abs()));
        for top in tops {
            self.changes.look_at(&top, limits::LOOK_WITHIN);
        }
    }

    /// What of a review lies in the checkout that has the branch it lands on; none where nothing does.
    ///
    /// # Errors
    /// As a conflict where that is not what was merged: it can be tried again.
    pub(super) fn lying_in_place(
        &self,
        review: &Review,
        combination: &Combination,
        branch: &str,
    ) -> Result<Option<Lying>, EngineError> {
        let is_here = |one: &Member| is_in_place(one, branch);
        let Some(last) = review.members.iter().rposition(is_here) else { return Ok(None) };
        let of = &review.members[last].changeset;
        let (top, head) = (of.path.clone().unwrap_or_default(), of.head.clone());
        let trees = self.trees_at(review.workspace)?;
        let there = self.one_after_another(&trees, &review.members)?.swap_remove(last);
        let merged = combination.steps.last().map_or("", |step| step.commit.as_str());
        let is_merged = trees.git().output(&["merge-base", "--is-ancestor", &there, merged]);
        let is_merged = is_merged.is_ok_and(|output| output.status.success());
        let shared = self.changes.shared_with_disk(Path::new(&top)).filter(|_| is_merged);
        let Some(Shared { told, disk: seen }) = shared else {
            return Err(EngineError::Conflict {
                text: format!("what lies in {top} is not what was merged; nothing was landed"),
                hint: "try again: it is looked at anew",
            });
        };
        let sessions = sessions_of(review.members.iter().filter(|one| is_here(one)));
        let words = told.overlaps_among(&sessions);
        let words = words.iter().filter_map(|overlap| landed_with(overlap, &sessions)).collect();
        Ok(Some(Lying { kept: LandedInPlace { top, head, there, words }, seen }))
    }
}

/// Refuses where files would be written though all that lands lies there already.
pub(super) fn refuse_written(
    git: &Git,
    review: &Review,
    landing: &Landing,
    tip: &str,
) -> Result<(), EngineError> {
    let Some(lay) = &landing.in_place else { return Ok(()) };
    let is_there = |one: &Member| one.changeset.path.as_deref() == Some(lay.top.as_str());
    if lay.head != landing.from || !review.members.iter().all(is_there) {
        return Ok(());
    }
    let tree = |commit: &str| git.text(&["rev-parse", &format!("{commit}^{{tree}}")]);
    if tree(&lay.there)? == tree(tip)? {
        return Ok(());
    }
    Err(EngineError::Conflict {
        text: format!("what lies in {} is not what was merged; nothing was landed", lay.top),
        hint: "try again: it is looked at anew",
    })
}

/// Asks the user's hooks about what lies in the base's checkout: they see it as `git commit` would show it to them, and may
/// change its message or refuse it. Nothing has moved yet.
pub(super) fn ask_hooks_of(
    git: &Git,
    review: &Review,
    landing: &Landing,
    changes: &mut [Change],
) -> Result<(), EngineError> {
    let Some(lay) = &landing.in_place else { return Ok(()) };
    let reference = format!("{LANDING}{}", review.id);
    let members = review.members.iter().zip(changes);
    for (member, change) in members.filter(|(member, _)| is_in_place(member, &landing.branch)) {
        let (top, commit) = (Path::new(&lay.top), member.changeset.commit.as_str());
        let asked = Asked { top, commit, reference: &reference, message: &change.title };
        let message = ask_hooks(git, &asked).map_err(|error| EngineError::Refused {
            text: format!("{}: {error}", member.changeset.key),
            hint: error.hint(),
        })?;
        let (title, body) = message.split_once('\n').unwrap_or((&message, ""));
        (change.title, change.body) = (title.to_owned(), body.trim().to_owned());
    }
    Ok(())
}

/// As the base's checkout is moved with its branch.
pub(super) fn in_place<'a>(lay: &'a LandedInPlace, seen: Option<&'a str>) -> InPlace<'a> {
    InPlace { top: Path::new(&lay.top), head: &lay.head, there: &lay.there, seen }
}

/// `a.rs:42 is of S41 and S42, and lands with S42`; the later one is the last of those that wrote it.
fn landed_with(overlap: &Overlap, sessions: &[SessionId]) -> Option<String> {
    let last = sessions.iter().rfind(|one| overlap.owners.has(**one))?;
    let line = overlap.line.map(|line| format!(":{line}")).unwrap_or_default();
    let all: Vec<String> = overlap.owners.sessions.iter().map(ToString::to_string).collect();
    Some(format!("{}{line} is of {}, and lands with {last}", overlap.path, all.join(" and ")))
}

/// Whether a member is what a session changed in the checkout of this branch.
pub(super) fn is_in_place(member: &Member, branch: &str) -> bool {
    session_of(member).is_some() && member.changeset.branch.as_deref() == Some(branch)
}

/// Whether something has landed with these of all sessions: what belongs to several lands with the last of them.
fn is_landed(owners: &Owners, so_far: &[SessionId], all: &[SessionId]) -> bool {
    let is_due = |one: &SessionId| so_far.contains(one) || !all.contains(one);
    owners.sessions.iter().any(|one| so_far.contains(one)) && owners.sessions.iter().all(is_due)
}

fn session_of(member: &Member) -> Option<SessionId> {
    match &member.changeset.key {
        ChangesetKey::Session(session) => Some(*session),
        _ => None,
    }
}

fn sessions_of<'m>(members: impl Iterator<Item = &'m Member>) -> Vec<SessionId> {
    members.filter_map(session_of).collect()
}

/// Lines of members that others wrote, too, who are no members: `a.rs:42, with S42`.
pub(crate) fn shared_with_others(
    s: &Snapshot<'_>,
    review: &Review,
) -> callboard_store::Result<Vec<String>> {
    let sessions = sessions_of(review.members.iter());
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let checkouts: Vec<SharedCheckout> = s.shared_checkouts(review.workspace)?;
    let mut told = Vec::new();
    for overlap in checkouts.iter().flat_map(|one| one.overlaps_beyond(&sessions)) {
        let own = sessions.iter().find(|one| overlap.owners.has(**one));
        told.extend(own.map(|own| format!("{own} in {}", shown_overlap(&overlap, *own))));
    }
    Ok(told)
}
