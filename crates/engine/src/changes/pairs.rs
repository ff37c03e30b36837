//! What is between changesets: merged in memory, pair by pair.

use std::collections::{BTreeMap, BTreeSet};

use callboard_code::Met;
use callboard_git::base::Base;
use callboard_git::changeset::{Changes, changed_files};
use callboard_git::landing::{Member, land};
use callboard_git::merge::{Pair, merges};
use callboard_model::ChangesetKey;
use callboard_model::conflict::Conflict;
use callboard_model::coupling::Coupling;
use callboard_model::pair::Between;
use callboard_model::view::LandOrderView;

use super::look::{Repository, Seen};
use crate::EngineError;
use crate::core::LookedAt;
use crate::revisions::{Before, shown};

/// Two changesets, and the merge that tells what is between them, if one must be tried.
struct Both {
    keys: (ChangesetKey, ChangesetKey),
    trees: (String, String),
    merge: Option<Pair>,
    /// What belongs to both, where they are of one checkout.
    overlap: Option<Conflict>,
    met: Met,
    is_live: bool,
}

/// Looks at every pair of which one side has changed, and at each of those with the base.
pub(super) fn look(
    repository: &mut Repository,
    changed: &BTreeSet<ChangesetKey>,
) -> Result<Vec<LookedAt>, EngineError> {
    follow_code(repository, changed)?;
    follow_base(repository, changed)?;
    let live: Vec<(&ChangesetKey, &Seen)> =
        repository.seen.iter().filter(|(_, seen)| !seen.changes.files.is_empty()).collect();
    let mut met = met_by(repository, changed);
    let mut all = Vec::new();
    for (at, (key, left)) in live.iter().enumerate() {
        for (other, right) in &live[at + 1..] {
            if changed.contains(*key) || changed.contains(*other) {
                let found = met.remove(&((*key).clone(), (*other).clone()));
                all.push(Both { met: found.unwrap_or_default(), ..both(left, right) });
            }
        }
        if changed.contains(*key) {
            all.push(with_base(repository, left));
        }
    }
    let to_try: Vec<Pair> = all.iter().filter_map(|both| both.merge.clone()).collect();
    let mut tried = merges(repository.trees.git(), &to_try).into_iter();
    let mut looks = Vec::new();
    for Both { keys: (left, right), trees, merge, overlap, met, is_live } in all {
        let conflict = match merge.and_then(|_| tried.next()) {
            Some(Ok(merge)) => merge.conflict,
            Some(Err(error)) => {
                tracing::warn!(%error, %left, %right, "two changesets could not be merged in memory");
                continue;
            }
            None => overlap,
        };
        let between = Between { conflict, couplings: met.couplings, needs: met.needs };
        looks.push(LookedAt { left, right, trees, between, is_live });
    }
    Ok(looks)
}

/// In which order all land, by their keys.
pub(super) fn order(
    repository: &Repository,
    known: &[callboard_model::pair::Pair],
) -> Result<LandOrderView, EngineError> {
    let live: Vec<&Seen> =
        repository.seen.values().filter(|seen| !seen.changes.files.is_empty()).collect();
    let number = |key: &str| live.iter().position(|seen| seen.member.key.to_string() == key);
    let clashing = known.iter().filter(|pair| pair.conflict.is_some());
    let clashes = clashing.filter_map(|pair| Some((number(&pair.left)?, number(&pair.right)?)));
    let clashes: Vec<(usize, usize)> = clashes.collect();
    let member = |seen: &&Seen| Member {
        name: seen.member.key.to_string(),
        commit: seen.changes.commit.clone(),
        size: seen.changes.files.iter().map(|file| (file.added + file.removed) as usize).sum(),
    };
    let members: Vec<Member> = live.iter().map(member).collect();
    let base = &repository.base;
    let name = base_key(base).to_string();
    let mut before = Before::default();
    for pair in known {
        if let Some(sides) = number(&pair.left).zip(number(&pair.right)) {
            before.put(sides, (&pair.couplings, &pair.needs));
        }
    }
    let git = repository.trees.git();
    let landed = land(git, (&name, &base.start), &members, &before.pairs(&clashes), &clashes)?;
    let mut order = shown(landed.order);
    order.reasons = before.reasons(&order.order, |at| members[at].name.clone());
    Ok(order)
}

fn base_key(base: &Base) -> ChangesetKey {
    ChangesetKey::Branch(format!("refs/heads/{}", base.branch))
}

/// Takes what the code of changed checkouts says now.
fn follow_code(
    repository: &mut Repository,
    changed: &BTreeSet<ChangesetKey>,
) -> Result<(), EngineError> {
    let Repository { seen, meeting, trees, .. } = repository;
    for key in changed {
        match seen.get(key).map(|seen| &seen.changes.files).filter(|files| !files.is_empty()) {
            Some(files) => meeting.put(trees.git(), key, files)?,
            None => meeting.remove(key),
        }
    }
    meeting.keep_only(seen.values().flat_map(|seen| &seen.changes.files));
    Ok(())
}

/// What is between those that changed and all, by their keys in order.
fn met_by(
    repository: &Repository,
    changed: &BTreeSet<ChangesetKey>,
) -> BTreeMap<(ChangesetKey, ChangesetKey), Met> {
    let mut all = BTreeMap::new();
    for key in changed {
        for (other, met) in repository.meeting.met_by(key) {
            let (one, other) = (key.clone(), other.clone());
            if one < other {
                all.insert((one, other), met);
            } else {
                let turned = |all: Vec<Coupling>| all.into_iter().map(Coupling::turned).collect();
                let (couplings, needs) = (turned(met.couplings), turned(met.needs));
                all.insert((other, one), Met { couplings, needs });
            }
        }
    }
    all
}

fn both(left: &Seen, right: &Seen) -> Both {
    // One checkout holds both: what they change does not merge, it is there.
    let is_one = left.top.is_some() && left.top == right.top;
    let merge = !is_one && left.changes.may_conflict_with(&right.changes);
    Both {
        keys: (left.member.key.clone(), right.member.key.clone()),
        trees: (left.changes.commit.clone(), right.changes.commit.clone()),
        merge: merge.then(|| Pair::of(&left.changes, &right.changes)),
        overlap: left.member.overlaps.get(&right.member.key).cloned().filter(|_| is_one),
        met: Met::default(),
        is_live: left.is_live || right.is_live,
    }
}

/// Finds out what the base has gained since each of these left it, once for all that left it at one commit.
fn follow_base(
    repository: &mut Repository,
    changed: &BTreeSet<ChangesetKey>,
) -> Result<(), EngineError> {
    let Repository { seen, gained, trees, base, .. } = repository;
    for changes in changed.iter().filter_map(|key| Some(&seen.get(key)?.changes)) {
        let since = changes.bases.first(&changes.commit);
        if since != base.start && !gained.contains_key(since) {
            gained.insert(since.to_owned(), changed_files(trees.git(), since, &base.start)?);
        }
    }
    Ok(())
}

/// A changeset, and what its base has gained since.
fn with_base(repository: &Repository, left: &Seen) -> Both {
    let (base, changes) = (&repository.base, &left.changes);
    let files = repository.gained.get(changes.bases.first(&changes.commit));
    let merge = files.and_then(|files| {
        let mut bases = changes.bases.clone();
        bases.own = Some(Vec::new());
        let gained = Changes { bases, commit: base.start.clone(), files: files.clone() };
        changes.may_conflict_with(&gained).then(|| Pair::of(changes, &gained))
    });
    Both {
        keys: (left.member.key.clone(), base_key(base)),
        trees: (changes.commit.clone(), base.start.clone()),
        merge,
        overlap: None,
        met: Met::default(),
        is_live: left.is_live,
    }
}
