//! Changesets and what is between them, as they are shown.

use std::collections::BTreeMap;
use std::path::Path;

use callboard_git::changeset::patch;
use callboard_model::changeset::Changeset;
use callboard_model::pair::Pair;
use callboard_model::review::Review;
use callboard_model::view::{
    BreakView, ChangesetRef, ChangesetView, LandOrderView, LandReason, PairView, PairsView,
    PatchView,
};
use callboard_model::worktree::WorktreeState;
use callboard_model::{ChangesetKey, SessionId, TaskId, WorkspaceId};
use callboard_store::{Result as StoreResult, SessionDirectory, Snapshot, StoredWorktree};

use crate::changes::order_setting;
use crate::core::view_of;
use crate::pull_requests::PullRequests;
use crate::revisions::naming_both;
use crate::{Engine, EngineError};

/// What changesets of one workspace are named by.
pub(crate) struct Naming {
    worktrees: Vec<StoredWorktree>,
    directories: Vec<SessionDirectory>,
    /// The tops of all checkouts: a session belongs to the innermost.
    tops: Vec<String>,
    /// Sessions with a changeset of their own.
    alone: Vec<SessionId>,
    pub(super) pull_requests: PullRequests,
}

impl Naming {
    pub(crate) fn of(
        s: &Snapshot<'_>,
        workspace: WorkspaceId,
        changesets: &[Changeset],
    ) -> StoreResult<Self> {
        let mut worktrees = s.worktrees(Some(workspace))?;
        worktrees.retain(|row| row.row.state != WorktreeState::Removed);
        let directories = s.session_directories(workspace)?;
        let tops = changesets.iter().filter_map(|changeset| changeset.path.clone()).collect();
        let alone = changesets.iter().filter_map(|changeset| match &changeset.key {
            ChangesetKey::Session(session) => Some(*session),
            _ => None,
        });
        let pull_requests = PullRequests::of(s, workspace)?;
        Ok(Self { worktrees, directories, tops, alone: alone.collect(), pull_requests })
    }

    /// The sessions that work or worked in a checkout, those that run first.
    fn sessions_in(&self, top: &str) -> Vec<SessionId> {
        let own = Path::new(top);
        let is_here = |place: &&SessionDirectory| {
            let inner = |other: &String| {
                Path::new(other).starts_with(own) && *other != top && place.cwd.starts_with(other)
            };
            let is_own = !self.alone.contains(&place.session);
            is_own && place.cwd.starts_with(own) && !self.tops.iter().any(inner)
        };
        let here: Vec<_> = self.directories.iter().filter(is_here).collect();
        let running = here.iter().filter(|place| place.live);
        running.chain(here.iter().filter(|place| !place.live)).map(|place| place.session).collect()
    }

    /// The sessions whose changes a changeset is, by its key as text, those that run first.
    pub(crate) fn sessions_of(&self, key: &str) -> Vec<SessionId> {
        match ChangesetKey::from_text(key) {
            Some(ChangesetKey::Worktree(top)) => self.sessions_in(&top),
            Some(ChangesetKey::Session(session)) => vec![session],
            Some(ChangesetKey::Branch(_) | ChangesetKey::Revision(_)) | None => Vec::new(),
        }
    }

    fn task_at(&self, top: &str) -> Option<TaskId> {
        let row = self.worktrees.iter().find(|row| row.row.path == Path::new(top));
        row.and_then(|row| row.row.task)
    }

    /// How a changeset is named: by its task, else by its session, else by its branch.
    pub(crate) fn name(
        &self,
        s: &Snapshot<'_>,
        key: &ChangesetKey,
        branch: Option<&str>,
    ) -> StoreResult<ChangesetRef> {
        let (top, mut sessions) = match key {
            ChangesetKey::Worktree(top) => (Some(top.as_str()), self.sessions_in(top)),
            ChangesetKey::Session(session) => (None, vec![*session]),
            ChangesetKey::Branch(_) | ChangesetKey::Revision(_) => (None, Vec::new()),
        };
        let first = sessions.first().copied();
        let view = first.map(|session| view_of(s, session)).transpose()?.flatten();
        let task = top.and_then(|top| self.task_at(top));
        // Of sessions that ended long ago, the worktree is no more.
        let task = task.or_else(|| view.as_ref().and_then(|view| view.task));
        sessions.truncate(crate::limits::CHANGESET_SESSIONS);
        let title = match task {
            Some(task) => s.task(task)?.map(|task| task.title),
            None => view.as_ref().and_then(|view| view.title.clone().or(view.goal.clone())),
        };
        let name = match (task, first, branch, key) {
            // Several sessions of a checkout may be of one task.
            (.., ChangesetKey::Session(session)) => session.to_string(),
            (Some(task), ..) => task.to_string(),
            (None, Some(session), ..) => session.to_string(),
            (None, None, Some(branch), _) => short(branch).to_owned(),
            (None, None, None, ChangesetKey::Worktree(top)) => last_of(top).to_owned(),
            (None, None, None, ChangesetKey::Branch(name) | ChangesetKey::Revision(name)) => {
                short(name).to_owned()
            }
        };
        let title = title.unwrap_or_default();
        Ok(ChangesetRef { key: key.to_string(), name, title, task, sessions })
    }
}

fn last_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A branch's name without what says where it is kept.
fn short(branch: &str) -> &str {
    let prefixes = ["refs/heads/", "refs/remotes/"];
    prefixes.iter().find_map(|prefix| branch.strip_prefix(prefix)).unwrap_or(branch)
}

/// A changeset as it is shown.
pub(crate) fn changeset_view(
    s: &Snapshot<'_>,
    naming: &Naming,
    of: Changeset,
) -> StoreResult<ChangesetView> {
    let mut changeset = naming.name(s, &of.key, of.branch.as_deref())?;
    if changeset.title.is_empty() {
        changeset.title = of.subject.clone().unwrap_or_default();
    }
    let pull_request = naming.pull_requests.of_changeset(&of);
    Ok(ChangesetView {
        changeset,
        workspace: of.workspace,
        path: of.path,
        branch: of.branch,
        base: of.base,
        merge_base: of.merge_base,
        head: of.head,
        tree: of.tree,
        commits: of.commits,
        uncommitted: of.uncommitted,
        added: of.files.iter().map(|file| file.added).sum(),
        removed: of.files.iter().map(|file| file.removed).sum(),
        files: of.files,
        left_out: of.left_out,
        changed_at: of.changed_at,
        pull_request,
        // Whoever has read the reviews says so.
        review: None,
    })
}

/// A pair as it is shown.
pub(crate) fn pair_view(
    s: &Snapshot<'_>,
    naming: &Naming,
    branches: &BTreeMap<String, Option<String>>,
    pair: &Pair,
) -> StoreResult<Option<PairView>> {
    let keys = (ChangesetKey::from_text(&pair.left), ChangesetKey::from_text(&pair.right));
    let (Some(left), Some(right)) = keys else { return Ok(None) };
    let branch = |key: &str| branches.get(key).and_then(|branch| branch.as_deref());
    Ok(Some(PairView {
        left: naming.name(s, &left, branch(&pair.left))?,
        right: naming.name(s, &right, branch(&pair.right))?,
        since: pair.conflicts_since(),
        conflict: pair.conflict.clone(),
        couplings: pair.couplings.clone(),
    }))
}

/// The branches of changesets, by their keys.
pub(crate) fn branches_of(changesets: &[Changeset]) -> BTreeMap<String, Option<String>> {
    changesets.iter().map(|one| (one.key.to_string(), one.branch.clone())).collect()
}

/// An order with names for keys; those that are gone since are left out.
fn named_order(
    s: &Snapshot<'_>,
    naming: &Naming,
    branches: &BTreeMap<String, Option<String>>,
    kept: LandOrderView,
) -> StoreResult<LandOrderView> {
    let name = |text: &String| -> StoreResult<Option<String>> {
        let branch = branches.get(text).and_then(|branch| branch.as_deref());
        let key = ChangesetKey::from_text(text);
        let is_base = key.as_ref().is_some_and(ChangesetKey::is_base);
        let live = key.filter(|_| is_base || branches.contains_key(text));
        live.map(|key| Ok(naming.name(s, &key, branch)?.name)).transpose()
    };
    let names = |keys: &[String]| -> StoreResult<Vec<String>> {
        keys.iter().filter_map(|key| name(key).transpose()).collect()
    };
    let order = names(&kept.order)?;
    let mut breaks = Vec::new();
    for broken in kept.breaks {
        if let Some(own) = name(&broken.name)? {
            breaks.push(BreakView { name: own, with: names(&broken.with)?, files: broken.files });
        }
    }
    let mut reasons = Vec::new();
    for one in kept.reasons {
        if let Some((first, then)) = name(&one.first)?.zip(name(&one.then)?) {
            let reason = naming_both(&one.reason, &first, &then);
            reasons.push(LandReason { first, then, reason });
        }
    }
    Ok(LandOrderView { order, breaks, reasons })
}

impl Engine {
    /// The changesets of a workspace, the one that changed last first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn changesets(
        &self,
        workspace: Option<WorkspaceId>,
    ) -> Result<Vec<ChangesetView>, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        self.read(|s| {
            let all = s.changesets(workspace)?;
            let naming = Naming::of(s, workspace, &all)?;
            let open = s.reviews_open(workspace)?;
            let sent = naming.pull_requests.of_reviews(&open);
            let mut views = Vec::new();
            for one in all {
                let has = |review: &&Review| {
                    review.members.iter().any(|member| member.changeset.key == one.key)
                };
                let review = open.iter().find(has).map(|review| review.id);
                let mut view = changeset_view(s, &naming, one)?;
                view.review = review;
                let of_review = || sent.iter().find(|(key, _)| *key == view.changeset.key);
                view.pull_request =
                    view.pull_request.or_else(|| of_review().map(|(_, pull)| pull.clone()));
                views.push(view);
            }
            Ok(views)
        })
    }

    /// What the changeset that is named so changes, line by line.
    ///
    /// # Errors
    /// When there is none, or several, or git cannot be run.
    pub fn changeset_patch(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<PatchView, EngineError> {
        let key = self.changeset_named(workspace, name)?.changeset.key;
        let of = ChangesetKey::from_text(&key);
        let of = of.map(|key| self.read(|s| Ok(s.changeset(&key)?))).transpose()?.flatten();
        let of = of.ok_or_else(|| EngineError::NotFound {
            what: format!("changeset of {name}"),
            hint: "it has just gone; list them with `callboard changes`",
        })?;
        let patch = patch(&self.trees_of(of.workspace)?, &of.merge_base, &of.commit)?;
        Ok(PatchView { changeset: key, from: of.merge_base, patch })
    }

    /// The changeset that a task, a session, a branch, a worktree or a key names.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn changeset_named(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<ChangesetView, EngineError> {
        let all = self.changesets(workspace)?;
        // A session that shares a checkout has its own, though it works in that of all.
        let own = |one: &&ChangesetView| one.changeset.name == name || one.changeset.key == name;
        if let [one] = all.iter().filter(own).collect::<Vec<_>>().as_slice() {
            return Ok((*one).clone());
        }
        let is_named = |one: &&ChangesetView| {
            let of = &one.changeset;
            of.key == name
                || of.name == name
                || of.task.is_some_and(|task| task.to_string() == name)
                || of.sessions.iter().any(|session| session.to_string() == name)
                || one.branch.as_deref() == Some(name)
                || one.path.as_deref().is_some_and(|path| path == name || last_of(path) == name)
        };
        let fit: Vec<&ChangesetView> = all.iter().filter(is_named).collect();
        match fit.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(EngineError::NotFound {
                what: format!("changeset of {name}"),
                hint: "list them with `callboard changes`",
            }),
            [first, second, ..] => Err(EngineError::Refused {
                text: format!(
                    "{name} names several changesets, such as {} and {}",
                    first.changeset.key, second.changeset.key
                ),
                hint: "name its folder, or its branch",
            }),
        }
    }

    /// The conflicts and couplings of the live changesets of a workspace, and how they land.
    ///
    /// # Errors
    /// When the store fails, or git cannot be run.
    pub fn pairs(&self, workspace: Option<WorkspaceId>) -> Result<PairsView, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        self.read(|s| {
            let changesets = s.changesets(workspace)?;
            let naming = Naming::of(s, workspace, &changesets)?;
            let branches = branches_of(&changesets);
            let mut pairs = Vec::new();
            for pair in s.pairs(workspace)?.into_iter().filter(|one| !one.has_nothing_to_see()) {
                pairs.extend(pair_view(s, &naming, &branches, &pair)?);
            }
            let kept = s.setting(&order_setting(workspace))?;
            let kept = kept.and_then(|kept| serde_json::from_value(kept).ok());
            let order = named_order(s, &naming, &branches, kept.unwrap_or_default())?;
            let base = changesets.into_iter().next().map(|changeset| changeset.base);
            Ok(PairsView { pairs, base, order })
        })
    }
}
