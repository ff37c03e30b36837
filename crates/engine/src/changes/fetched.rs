//! Branches of remotes as changesets: a colleague's, or those of an agent that works elsewhere. Nothing is fetched here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use callboard_git::Git;
use callboard_git::fetched::{FetchedBranch, fetched_branches, upstreams};
use callboard_model::ChangesetKey;

use super::checkouts::Followed;
use super::look::{Repository, Seen, Sights, changes_of};
use super::split::Member;
use crate::{Engine, EngineError, limits};

/// Branches of remotes, as they were last fetched.
#[derive(Default)]
pub(super) struct Fetched {
    branches: Vec<FetchedBranch>,
    /// All branches that hold a commit which the base has not, before any are left out, with their commits.
    tips: Vec<(String, String)>,
    /// Those that local branches follow, by the local ones' names.
    upstreams: BTreeMap<String, String>,
    /// Whether a branch is no more than what a checkout here has or had, by the commits of both.
    of_here: BTreeMap<(String, String), bool>,
}

/// Brings the changesets of fetched branches up to what they are now.
pub(super) fn follow_fetched(
    engine: &Arc<Engine>,
    repository: &mut Repository,
    followed: &Followed,
    is_moved: bool,
) -> Result<Sights, EngineError> {
    let mut sights = Sights::default();
    let is_opening = repository.is_opening;
    if is_moved || is_opening {
        let now = read(engine, repository)?;
        let before = std::mem::replace(&mut repository.fetched, now);
        // Somebody fetched or pushed: what is said of it there may be something else, too.
        if !is_opening && before.tips != repository.fetched.tips {
            engine.look_for_pull_requests(repository.workspace);
        }
    }
    let here = worked_on_here(repository, followed);
    let fetched = repository.fetched.branches.iter();
    let members: Vec<Member> =
        fetched.filter(|one| !here.contains(&one.reference)).map(member_of).collect();
    let known = repository.seen.keys().filter(|key| key.is_fetched());
    sights.gone = known.cloned().collect();
    if is_opening {
        let kept = engine.read(|s| Ok(s.changesets(repository.workspace)?))?;
        sights.gone.extend(kept.into_iter().map(|one| one.key).filter(ChangesetKey::is_fetched));
    }
    sights.gone.retain(|key| !members.iter().any(|member| member.key == *key));
    for key in &sights.gone {
        repository.seen.remove(key);
        repository.meeting.remove(key);
    }
    for member in members {
        let known = repository.seen.get(&member.key);
        if known.is_some_and(|seen| seen.member == member) {
            continue;
        }
        let changes = match changes_of(repository, &member) {
            Ok(changes) => changes,
            Err(EngineError::Ending) => return Err(EngineError::Ending),
            Err(error) => {
                let branch = member.key.to_string();
                tracing::warn!(%error, branch, "a fetched branch cannot be read; it is again when it moves");
                repository.fetched.branches.retain(|one| key_of(one) != member.key);
                continue;
            }
        };
        let is_live = !is_opening || known.is_some();
        let key = member.key.clone();
        repository.seen.insert(key.clone(), Seen { top: None, member, changes, is_live });
        sights.changed.push(key);
    }
    Ok(sights)
}

/// The branches of remotes that somebody may be working on.
fn read(engine: &Engine, repository: &Repository) -> Result<Fetched, EngineError> {
    let git = repository.trees.git();
    let mut branches = fetched_branches(git, &repository.base.start)?;
    let tip = |one: &FetchedBranch| (one.reference.clone(), one.tip.clone());
    let tips = branches.iter().map(tip).collect();
    let sent = engine.sent_references(repository.workspace)?;
    branches.retain(|one| one.name != repository.base.branch && !sent.contains(&one.reference));
    if branches.is_empty() {
        return Ok(Fetched { tips, ..Fetched::default() });
    }
    let open = engine.read(|s| Ok(s.reviews_open(repository.workspace)?))?;
    let reviewed = |one: &FetchedBranch| {
        let key = key_of(one);
        open.iter().flat_map(|review| &review.members).any(|of| of.changeset.key == key)
    };
    let (now, mut others) = (engine.now(), 0);
    branches.retain(|one| {
        if reviewed(one) {
            return true;
        }
        others += 1;
        let age = now.since_ms(one.committed_at);
        others <= limits::FETCHED_BRANCHES && age <= limits::FETCHED_BRANCH_AGE_MS
    });
    Ok(Fetched { branches, tips, upstreams: upstreams(git)?, ..Fetched::default() })
}

/// The remotes' branches of which a worktree here has the work, and tells what it changes.
fn worked_on_here(repository: &mut Repository, followed: &Followed) -> BTreeSet<String> {
    let fetched = &mut repository.fetched;
    let git = repository.trees.git();
    let mut here = BTreeSet::new();
    for checkout in &followed.checkouts {
        let is_of = |seen: &&Seen| seen.top.as_ref() == Some(&checkout.top);
        let changes = repository.seen.values().filter(is_of);
        let seen = changes.into_iter().find(|seen| !seen.changes.files.is_empty());
        let head = seen.and_then(|seen| seen.member.head.clone());
        let Some((branch, head)) = checkout.branch().zip(head) else { continue };
        let upstream = fetched.upstreams.get(&branch);
        for one in &fetched.branches {
            // Pushed without being told to follow it, it has the same name there.
            let is_its = one.name == branch || upstream == Some(&one.reference);
            // What somebody else has added there is not here.
            let both = (one.tip.clone(), head.clone());
            if is_its && *fetched.of_here.entry(both).or_insert_with(|| is_of_here(git, &head, one))
            {
                here.insert(one.reference.clone());
            }
        }
    }
    here
}

/// Whether a branch holds nothing that `head` has not, or was pushed from here, before `head` was written anew.
fn is_of_here(git: &Git, head: &str, branch: &FetchedBranch) -> bool {
    let is_in = || {
        let asked = git.output(&["merge-base", "--is-ancestor", &branch.tip, head]);
        asked.is_ok_and(|output| output.status.success())
    };
    // What git notes of its own push (transport.c).
    let last = || git.text(&["log", "-g", "-1", "--format=%gs", &branch.reference]);
    branch.tip == head || is_in() || last().is_ok_and(|told| told == "update by push")
}

fn key_of(branch: &FetchedBranch) -> ChangesetKey {
    ChangesetKey::Branch(branch.reference.clone())
}

fn member_of(branch: &FetchedBranch) -> Member {
    Member {
        key: key_of(branch),
        tree: branch.tree.clone(),
        commit: branch.tip.clone(),
        head: Some(branch.tip.clone()),
        subject: Some(branch.subject.clone()).filter(|subject| !subject.is_empty()),
        left_out: Vec::new(),
        is_part: false,
        overlaps: BTreeMap::new(),
    }
}

/// What a fetched branch is called: `origin/fix`.
pub(crate) fn fetched_name(key: &ChangesetKey) -> Option<String> {
    let ChangesetKey::Branch(reference) = key else { return None };
    reference.strip_prefix("refs/remotes/").map(str::to_owned)
}
