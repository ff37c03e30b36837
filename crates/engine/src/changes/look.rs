//! Looks at what was touched: trees become changesets, and each is held against the others.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use callboard_git::base::{self, Base};
use callboard_git::changeset::Changes;
use callboard_git::tree::{LeftOut, Trees, Why, WorktreeTree};
use callboard_git::{Checkout, Git, worktree};
use callboard_model::changeset::{ChangedFile, Changeset};
use callboard_model::pair::Pair;
use callboard_model::{ChangesetKey, SessionId, Timestamp, WorkspaceId};

use super::attribute::{Attributed, Looked, attribute};
use super::checkouts::Followed;
use super::fetched::{Fetched, fetched_name, follow_fetched};
use super::hold::Held;
use super::meeting::Meeting;
use super::split::{Member, members};
use super::touched::{Part, Taken};
use super::{TREES, pairs};
use crate::reviews::held;
use crate::{Engine, EngineError, limits};

/// A changeset as it was last looked at.
pub(super) struct Seen {
    /// The checkout that it lies in; none of a fetched branch.
    pub(super) top: Option<PathBuf>,
    pub(super) member: Member,
    pub(super) changes: Changes,
    /// It has changed since it is followed.
    pub(super) is_live: bool,
}

/// A repository as it was last looked at.
pub(super) struct Repository {
    pub(super) workspace: WorkspaceId,
    pub(super) trees: Trees,
    pub(super) base: Base,
    pub(super) seen: BTreeMap<ChangesetKey, Seen>,
    /// Checkouts as they lay on the disk, by their tops.
    checkouts: BTreeMap<PathBuf, WorktreeTree>,
    /// Those that sessions work in.
    attributed: BTreeMap<PathBuf, Attributed>,
    pub(super) meeting: Meeting,
    /// Branches of remotes, as they were last fetched.
    pub(super) fetched: Fetched,
    /// What has landed: the commits of changesets that change nothing any more, though they look as if they did.
    landed: BTreeMap<String, String>,
    /// What the base has gained, by the commit at which it was left.
    pub(super) gained: BTreeMap<String, Vec<ChangedFile>>,
    /// Since its objects were tidied up.
    looks: u32,
    /// Worktrees that could not be looked at.
    failed: BTreeSet<PathBuf>,
    /// It is looked at for the first time: what is there is no news.
    pub(super) is_opening: bool,
    /// In which order all land is to be worked out anew.
    is_order_due: bool,
}

/// Starts looking at what is touched.
pub(super) fn start(engine: &Arc<Engine>) {
    let (weak, touched) = (Arc::downgrade(engine), Arc::clone(&engine.changes.touched));
    std::thread::spawn(move || {
        let (mut repositories, mut held) = (BTreeMap::new(), Held::default());
        let (mut patience, mut again) = (limits::CHANGES_SWEEP, None);
        // It is closed when the engine stops.
        while let Some(taken) = touched.take(patience) {
            let Some(engine) = weak.upgrade() else { return };
            let (began_at, is_idle) = (engine.now(), taken.is_none());
            let mut taken = taken.unwrap_or_default();
            if engine.changes.is_worked_in(&taken) {
                // What was written before a session told of it is seen with it.
                engine.changes.barrier.wait();
                taken.join(touched.more());
            }
            let ready = held.ready(&engine, taken);
            if ready != Taken::default() {
                again = look_at_all(&engine, &mut repositories, &ready, began_at);
            } else if is_idle {
                again = sweep(&engine, &mut repositories);
            }
            touched.looked_at(&ready);
            let is_order_due = repositories.values().any(|one: &Repository| one.is_order_due);
            let order = is_order_due.then_some(limits::ORDER_SETTLES);
            let due = again.into_iter().chain(held.due()).min();
            patience = order.into_iter().fold(patience_until(&engine, due), Duration::min);
        }
    });
}

fn patience_until(engine: &Engine, again: Option<Timestamp>) -> Duration {
    let left = again.map(|again| again.since_ms(engine.now()).max(0));
    let left = left.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
    left.unwrap_or(limits::CHANGES_SWEEP).min(limits::CHANGES_SWEEP)
}

/// Nothing was touched for a while: what stands is settled, and what no notification told of is looked for.
fn sweep(
    engine: &Engine,
    repositories: &mut BTreeMap<WorkspaceId, Repository>,
) -> Option<Timestamp> {
    for top in repositories.values_mut().flat_map(|one| std::mem::take(&mut one.failed)) {
        engine.changes.touched.anything(&top);
    }
    for repository in repositories.values_mut() {
        if !std::mem::take(&mut repository.is_order_due) {
            continue;
        }
        if let Err(error) = keep_order(engine, repository) {
            tracing::warn!(%error, "in which order changesets land is worked out at the next change");
        }
    }
    let mut again = None;
    for followed in engine.changes.all_followed() {
        again = again.into_iter().chain(settle(engine, followed.workspace).ok().flatten()).min();
    }
    again
}

/// Settles what is due of the pairs of a workspace; gives when the next of it is.
fn settle(engine: &Engine, workspace: WorkspaceId) -> Result<Option<Timestamp>, EngineError> {
    let next = || -> Result<Option<Timestamp>, EngineError> {
        let pairs = engine.read(|s| Ok(s.pairs(workspace)?))?;
        Ok(pairs.iter().filter_map(Pair::settles_at).min())
    };
    if next()?.is_some_and(|due| due <= engine.now()) {
        engine.ask(move |core| core.settle_pairs(workspace))?;
    }
    next()
}

/// Looks at what was touched; gives when to look again at the latest.
fn look_at_all(
    engine: &Arc<Engine>,
    repositories: &mut BTreeMap<WorkspaceId, Repository>,
    taken: &Taken,
    began_at: Timestamp,
) -> Option<Timestamp> {
    let mut again = None;
    taken.checkouts.iter().for_each(|workspace| engine.follow_changes(*workspace));
    for followed in engine.changes.all_followed() {
        let workspace = followed.workspace;
        let looked = look_at(engine, repositories, &followed, taken, began_at);
        match looked.and_then(|()| settle(engine, workspace)) {
            Ok(next) => again = again.into_iter().chain(next).min(),
            Err(EngineError::Ending) => return None,
            Err(error) => {
                let root = followed.root.display().to_string();
                tracing::warn!(%error, root, "changes could not be looked at; they are at the next one");
            }
        }
    }
    again
}

fn look_at(
    engine: &Arc<Engine>,
    repositories: &mut BTreeMap<WorkspaceId, Repository>,
    followed: &Followed,
    taken: &Taken,
    began_at: Timestamp,
) -> Result<(), EngineError> {
    let is_moved = taken.refs.contains(&followed.workspace);
    let is_touched = |checkout: &&Checkout| taken.parts.contains_key(&checkout.top);
    let workspace = followed.workspace;
    let known = repositories.get(&workspace).map(|known| known.checkouts.keys());
    let is_gone = |top: &&PathBuf| !followed.checkouts.iter().any(|one| one.top == **top);
    let gone: Vec<PathBuf> = known.into_iter().flatten().filter(is_gone).cloned().collect();
    if !is_moved && gone.is_empty() && !followed.checkouts.iter().any(|one| is_touched(&one)) {
        return Ok(());
    }
    let repository = match repositories.entry(workspace) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => {
            let Some(opened) = open(engine, followed)? else { return Ok(()) };
            forget_unknown(engine, followed)?;
            place.insert(opened)
        }
    };
    let mut changed = BTreeSet::new();
    if is_moved && let Ok(base) = engine.base_at(&followed.root) {
        let landed = engine.landed(workspace)?;
        let is_other = base.start != repository.base.start || landed != repository.landed;
        (repository.base, repository.landed) = (base, landed);
        if is_other {
            changed.extend(follow_base(repository)?);
        }
    }
    let mut forgotten = Vec::new();
    for top in gone {
        forgotten.extend(forget(engine, repository, &top)?);
    }
    let none = BTreeSet::new();
    for checkout in followed.checkouts.iter().filter(is_touched) {
        let part = taken.parts.get(&checkout.top);
        let told_by = taken.told_by.get(&checkout.top).unwrap_or(&none);
        match see(engine, repository, &checkout.top, part, (told_by, began_at)) {
            Ok(seen) => {
                changed.extend(seen.changed);
                forgotten.extend(seen.gone);
            }
            Err(EngineError::Ending) => return Err(EngineError::Ending),
            Err(error) => {
                let top = checkout.top.display().to_string();
                tracing::warn!(%error, top, "a worktree could not be looked at; it is again in a minute");
                repository.failed.insert(checkout.top.clone());
            }
        }
    }
    let fetched = follow_fetched(engine, repository, followed, is_moved)?;
    changed.extend(fetched.changed);
    forgotten.extend(fetched.gone);
    repository.is_opening = false;
    keep(engine, repository, followed, &changed, forgotten)?;
    tidy_up(engine, repository);
    Ok(())
}

/// Takes away the trees of earlier looks, now and then: what is known of every changeset stays.
fn tidy_up(engine: &Engine, repository: &mut Repository) {
    repository.looks += 1;
    if repository.looks < limits::LOOKS_TIDIED_UP {
        return;
    }
    repository.looks = 0;
    let workspace = repository.workspace;
    let tidied = engine.read(|s| Ok(s.changesets(workspace)?)).and_then(|known| {
        let mut live: Vec<String> = known.into_iter().map(|changeset| changeset.commit).collect();
        // What shared checkouts are held against by their next look.
        live.extend(repository.checkouts.values().map(|tree| tree.commit.clone()));
        live.extend(engine.read(|s| Ok(held(s, workspace)?))?);
        Ok(repository.trees.tidy_up(&live)?)
    });
    match tidied {
        Ok(tidied) => tracing::debug!(?tidied, "trees of earlier looks were taken away"),
        Err(error) => tracing::warn!(%error, "trees of earlier looks stay until the next time"),
    }
}

fn open(engine: &Engine, followed: &Followed) -> Result<Option<Repository>, EngineError> {
    let Ok(base) = engine.base_at(&followed.root) else { return Ok(None) };
    let store = engine.trees_store(followed.workspace);
    let trees = Trees::at(&store, &followed.root)?;
    Ok(Some(Repository {
        workspace: followed.workspace,
        trees,
        base,
        seen: BTreeMap::new(),
        checkouts: BTreeMap::new(),
        attributed: BTreeMap::new(),
        meeting: Meeting::default(),
        fetched: Fetched::default(),
        landed: engine.landed(followed.workspace)?,
        gained: BTreeMap::new(),
        looks: 0,
        failed: BTreeSet::new(),
        is_opening: true,
        is_order_due: false,
    }))
}

/// Holds every changeset against a base that has moved; gives their keys.
fn follow_base(repository: &mut Repository) -> Result<Vec<ChangesetKey>, EngineError> {
    repository.gained.clear();
    let mut all = std::mem::take(&mut repository.seen);
    let held = all.values_mut().try_for_each(|seen| -> Result<(), EngineError> {
        seen.changes = changes_of(repository, &seen.member)?;
        Ok(())
    });
    // What is known stays known, also where one cannot be read.
    repository.seen = all;
    held?;
    Ok(repository.seen.keys().cloned().collect())
}

/// What a changeset changes; nothing, if it has landed as it is.
pub(super) fn changes_of(repository: &Repository, member: &Member) -> Result<Changes, EngineError> {
    let (git, base) = (repository.trees.git(), repository.base.start.as_str());
    let mut changes = member.changes(git, base)?;
    let landed = repository.landed.get(&member.key.to_string());
    let is_landed = landed.is_some_and(|landed| *landed == member.commit);
    // A branch that its service merged as one commit is often left where it is.
    if is_landed || (member.key.is_fetched() && worktree::is_landed(git, &member.commit, base)?) {
        changes.files.clear();
    }
    Ok(changes)
}

impl Engine {
    /// The base of the repository whose main checkout this is.
    ///
    /// # Errors
    /// When it has no commit yet, or git cannot be run.
    pub(crate) fn base_at(&self, root: &Path) -> Result<Base, EngineError> {
        let configured = self.project(root).ok().and_then(|project| project.base.clone());
        Ok(base::base(&Git::at(root), configured.as_deref())?)
    }

    /// Where the trees of the changesets of a workspace are written to.
    pub(crate) fn trees_store(&self, workspace: WorkspaceId) -> PathBuf {
        self.home().join(TREES).join(format!("{workspace}.git"))
    }
}

/// Forgets what an earlier daemon knew of checkouts that are gone.
fn forget_unknown(engine: &Engine, followed: &Followed) -> Result<(), EngineError> {
    let workspace = followed.workspace;
    let known = engine.read(|s| Ok(s.changesets(workspace)?))?;
    let is_gone = |one: &Changeset| {
        let is_there = |top: &str| followed.checkouts.iter().any(|c| c.top == Path::new(top));
        one.path.as_deref().is_some_and(|path| !is_there(path))
    };
    let gone = known.into_iter().filter(is_gone).map(|one| one.key).collect();
    engine.ask(move |core| core.take_changesets(Vec::new(), gone))
}

/// What a look at a checkout, or at fetched branches, came to.
#[derive(Default)]
pub(super) struct Sights {
    pub(super) changed: Vec<ChangesetKey>,
    pub(super) gone: Vec<ChangesetKey>,
}

/// Looks at a worktree, of which sessions may have told something.
fn see(
    engine: &Engine,
    repository: &mut Repository,
    top: &Path,
    part: Option<&Part>,
    (told_by, began_at): (&BTreeSet<SessionId>, Timestamp),
) -> Result<Sights, EngineError> {
    let paths: Option<Vec<PathBuf>> = match part {
        Some(Part::Paths(paths)) => Some(paths.iter().cloned().collect()),
        Some(Part::Anything) | None => None,
    };
    let tree = repository.trees.look(top, paths.as_deref())?;
    let before = repository.checkouts.insert(top.to_owned(), tree.clone());
    let is_same = before.as_ref() == Some(&tree);
    if is_same && told_by.is_empty() {
        return Ok(Sights::default());
    }
    let looked = Looked { workspace: repository.workspace, top, tree: &tree, began_at, told_by };
    let known = repository.attributed.remove(top);
    let mut is_other = false;
    if let Some((now, is_news)) = attribute(engine, &repository.trees, known, &looked)? {
        engine.changes.share(top, Some((now.told.clone(), tree.commit.clone())));
        repository.attributed.insert(top.to_owned(), now);
        is_other = is_news;
    }
    if is_same && !is_other {
        return Ok(Sights::default());
    }
    split(engine, repository, top, &tree, before.is_some())
}

/// Brings the changesets of a checkout up to what it is now.
fn split(
    engine: &Engine,
    repository: &mut Repository,
    top: &Path,
    tree: &WorktreeTree,
    was_seen: bool,
) -> Result<Sights, EngineError> {
    let told = repository.attributed.get(top).map(|one| &one.told);
    let members = members(&repository.trees, top, tree, told)?;
    let is_here = |key: &ChangesetKey| members.iter().any(|member| member.key == *key);
    let known = repository.seen.iter().filter(|(_, seen)| seen.top.as_deref() == Some(top));
    let mut gone: Vec<ChangesetKey> = known.map(|(key, _)| key.clone()).collect();
    if !was_seen {
        let workspace = repository.workspace;
        let kept = engine.read(|s| Ok(s.changesets(workspace)?))?;
        let kept = kept.into_iter().filter(|one| one.path.as_deref().map(Path::new) == Some(top));
        gone.extend(kept.map(|one| one.key));
    }
    gone.retain(|key| !is_here(key));
    for key in &gone {
        repository.seen.remove(key);
        repository.meeting.remove(key);
    }
    let mut changed = Vec::new();
    for member in members {
        let known = repository.seen.get(&member.key);
        if known.is_some_and(|seen| seen.member == member) {
            continue;
        }
        let changes = changes_of(repository, &member)?;
        let is_live = !repository.is_opening || known.is_some();
        let key = member.key.clone();
        let top = Some(top.to_owned());
        repository.seen.insert(key.clone(), Seen { top, member, changes, is_live });
        changed.push(key);
    }
    Ok(Sights { changed, gone })
}

/// Forgets a checkout that is gone; gives the changesets that it had.
fn forget(
    engine: &Engine,
    repository: &mut Repository,
    top: &Path,
) -> Result<Vec<ChangesetKey>, EngineError> {
    repository.trees.forget(top);
    repository.checkouts.remove(top);
    if repository.attributed.remove(top).is_some() {
        engine.changes.share(top, None);
        let path = top.to_string_lossy().into_owned();
        engine.ask(move |core| core.forget_attribution(&path))?;
    }
    let known = repository.seen.iter().filter(|(_, seen)| seen.top.as_deref() == Some(top));
    let gone: Vec<ChangesetKey> = known.map(|(key, _)| key.clone()).collect();
    for key in &gone {
        repository.seen.remove(key);
        repository.meeting.remove(key);
    }
    Ok(gone)
}

/// Keeps what changed, and what that is to the others.
fn keep(
    engine: &Arc<Engine>,
    repository: &mut Repository,
    followed: &Followed,
    changed: &BTreeSet<ChangesetKey>,
    mut gone: Vec<ChangesetKey>,
) -> Result<(), EngineError> {
    let mut now = Vec::new();
    for key in changed {
        let Some(seen) = repository.seen.get(key) else { continue };
        if seen.changes.files.is_empty() {
            gone.push(key.clone());
            continue;
        }
        let checkout = followed.checkouts.iter().find(|one| Some(&one.top) == seen.top.as_ref());
        now.push(changeset_of(engine, repository.workspace, &repository.base, seen, checkout));
    }
    if !now.is_empty() || !gone.is_empty() {
        engine.ask(move |core| core.take_changesets(now, gone))?;
    }
    look_at_pairs(engine, repository, changed)?;
    // What couples them is told of all, once the repository is known: that takes its time.
    let file = engine.home().join(TREES).join(format!("{}.code", repository.workspace));
    if repository.meeting.read_repository(&repository.trees, &repository.base.start, &file)? {
        let all = repository.seen.keys().cloned().collect();
        look_at_pairs(engine, repository, &all)?;
    }
    Ok(())
}

fn look_at_pairs(
    engine: &Arc<Engine>,
    repository: &mut Repository,
    changed: &BTreeSet<ChangesetKey>,
) -> Result<(), EngineError> {
    let (looks, workspace) = (pairs::look(repository, changed)?, repository.workspace);
    let symbols = repository.meeting.take_symbols();
    if !symbols.is_empty() {
        engine.ask(move |core| core.take_symbols(workspace, &symbols))?;
    }
    if looks.is_empty() {
        return Ok(());
    }
    repository.is_order_due = true;
    engine.ask(move |core| core.take_looks(workspace, looks))
}

/// Works out in which order all land: a merge for each, once nobody writes.
fn keep_order(engine: &Engine, repository: &Repository) -> Result<(), EngineError> {
    let workspace = repository.workspace;
    let known = engine.read(|s| Ok(s.pairs(workspace)?))?;
    let order = pairs::order(repository, &known)?;
    let order = serde_json::to_value(&order).unwrap_or_default();
    engine.ask(move |core| core.put_setting(&order_setting(workspace), &order))
}

/// Under which it is kept in which order the changesets of a workspace land.
pub(crate) fn order_setting(workspace: WorkspaceId) -> String {
    format!("landing.{workspace}")
}

fn changeset_of(
    engine: &Engine,
    workspace: WorkspaceId,
    base: &Base,
    seen: &Seen,
    checkout: Option<&Checkout>,
) -> Changeset {
    let (member, changes) = (&seen.member, &seen.changes);
    let head = member.head.clone().unwrap_or_default();
    let uncommitted = member.commit != head;
    let merge_base = changes.bases.first(&member.commit);
    // What is not committed is a commit of Callboard's own.
    let own = changes.bases.own.as_ref().map_or(callboard_git::limits::OWN_COMMITS, Vec::len);
    let commits = own.saturating_sub(usize::from(uncommitted));
    Changeset {
        key: member.key.clone(),
        workspace,
        path: checkout.map(|checkout| checkout.top.to_string_lossy().into_owned()),
        branch: checkout.and_then(Checkout::branch).or_else(|| fetched_name(&member.key)),
        base: base.branch.clone(),
        // What a session changes in a shared checkout stands on what is committed there.
        merge_base: if member.is_part { head.clone() } else { merge_base.to_owned() },
        head,
        commit: member.commit.clone(),
        tree: member.tree.clone(),
        commits: if member.is_part { 0 } else { u32::try_from(commits).unwrap_or(u32::MAX) },
        uncommitted,
        files: changes.files.clone(),
        left_out: member.left_out.iter().map(left_out).collect(),
        changed_at: engine.now(),
        subject: member.subject.clone(),
    }
}

fn left_out(one: &LeftOut) -> String {
    let why = match one.why {
        Why::TooLarge(bytes) => format!("{} MB", bytes >> 20),
        Why::Repository => "a repository of its own".to_owned(),
        Why::Unreadable => "not readable".to_owned(),
        Why::Special => "neither a file nor a link".to_owned(),
    };
    format!("{} ({why})", one.path.display())
}
