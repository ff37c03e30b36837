//! What a receipt is of: its task, its sessions, and the changeset that they made.

use std::path::{Path, PathBuf};

use callboard_git::changeset::changed_files;
use callboard_git::plain_folder::PlainFolder;
use callboard_git::{Git, locate, worktree};
use callboard_model::changeset::Changeset;
use callboard_model::receipt::{ReceiptOf, Request, Revision, Work};
use callboard_model::review::Review;
use callboard_model::view::SessionView;
use callboard_model::worktree::WorktreeState;
use callboard_model::{ReviewId, SessionId, TaskId, WorkspaceId};
use callboard_store::{Snapshot, StoredWorktree, Task};

use crate::core::view_of;
use crate::query::Naming;
use crate::row::fold_of;
use crate::{Engine, EngineError, limits};

/// A session of the work, and who leads it.
#[derive(Debug, Clone)]
pub(super) struct Worker {
    pub(super) view: SessionView,
    pub(super) led_by: Option<SessionId>,
    /// It works on a task of its own, in a place of its own.
    pub(super) is_apart: bool,
}

/// What a receipt is made of.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub(super) of: ReceiptOf,
    pub(super) workspace: WorkspaceId,
    pub(super) title: String,
    pub(super) request: Option<Request>,
    pub(super) tasks: Vec<TaskId>,
    /// Leads before those that they lead.
    pub(super) workers: Vec<Worker>,
    /// Paths that its tasks are about.
    pub(super) scope: Vec<String>,
    pub(super) work: Work,
    /// Its worktrees, and where else its changeset lies.
    pub(super) places: Vec<String>,
    /// The commit of the tree that the work leaves; none where there is none.
    pub(super) commit: Option<String>,
    /// Parts of the work that are not in this receipt, by name.
    pub(super) beside: Vec<String>,
    /// It lies in a repository, where checks can be run.
    pub(super) is_repository: bool,
}

impl Subject {
    /// Where its sessions work, its worktrees, and where its changeset lies.
    pub(super) fn folders(&self) -> impl Iterator<Item = &str> {
        let workers = self.workers.iter().filter_map(|worker| worker.view.cwd.as_deref());
        workers.chain(self.places.iter().map(String::as_str))
    }
}

/// What the store tells of it.
struct Known {
    title: String,
    request: Option<Request>,
    tasks: Vec<Task>,
    sessions: Vec<SessionView>,
    changeset: Option<Changeset>,
    beside: Vec<String>,
    review: Option<Review>,
    workspace: WorkspaceId,
}

impl Engine {
    /// What a receipt of this is made of, as it is now.
    ///
    /// # Errors
    /// When there is no such thing, it belongs to no workspace, or git cannot be read.
    pub(super) fn subject(&self, of: &ReceiptOf) -> Result<Subject, EngineError> {
        let known = self.read(|s| match of {
            ReceiptOf::Task(id) => of_task(s, *id),
            ReceiptOf::Session(id) => of_session(s, *id),
            ReceiptOf::Review(id) => of_review(s, *id),
            ReceiptOf::Branch(name) => Err(EngineError::NotFound {
                what: format!("session of branch {name}"),
                hint: "`callboard receipt --branch` makes one of git alone",
            }),
        })?;
        let workers = self.read(|s| workers(s, &known.sessions))?;
        let places = self.read(|s| places(s, &known))?;
        let plain = self.plain_folder(known.workspace)?;
        let (work, commit) = self.work_now(&known, plain.as_ref())?;
        Ok(Subject {
            of: of.clone(),
            workspace: known.workspace,
            title: known.title,
            request: known.request,
            scope: known.tasks.iter().flat_map(|task| task.scope.clone()).collect(),
            tasks: known.tasks.iter().map(|task| task.id).collect(),
            workers,
            work,
            places,
            commit,
            beside: known.beside,
            is_repository: plain.is_none(),
        })
    }

    /// What git knows of the work, and the commit of its tree; `folder` is where it lies, if that is no repository.
    fn work_now(
        &self,
        known: &Known,
        folder: Option<&PlainFolder>,
    ) -> Result<(Work, Option<String>), EngineError> {
        if let Some(review) = &known.review {
            return self.work_of_review(review);
        }
        if let Some(folder) = folder {
            return Ok((self.work_in_folder(folder, &known.sessions, known.workspace)?, None));
        }
        let is_its_own = |one: &&Changeset| !one.files.is_empty();
        if let Some(changeset) = known.changeset.as_ref().filter(is_its_own) {
            let git = self.trees_of(known.workspace)?;
            return Ok((work_of(&git, changeset)?, Some(changeset.commit.clone())));
        }
        // What was committed onto the base itself differs from nothing: it is told since the session began.
        let begun = self.read(|s| began_at(s, &known.sessions))?;
        match begun {
            Some((folder, begun)) => self.work_since(known.workspace, &folder, &begun),
            None => Ok((Work::default(), None)),
        }
    }

    fn work_of_review(&self, review: &Review) -> Result<(Work, Option<String>), EngineError> {
        let Some(combination) = &review.combination else { return Ok((Work::default(), None)) };
        let git = self.trees_of(review.workspace)?;
        let base = revision(&git, &combination.base)?;
        let now = Revision {
            commit: Some(combination.shown().to_owned()),
            tree: combination.shown_tree().to_owned(),
        };
        let work = Work {
            branch: None,
            onto: review.members.first().map(|member| member.changeset.base.clone()),
            files: changed_files(&git, &combination.base, combination.shown())?,
            is_uncommitted: review.members.iter().any(|one| one.changeset.uncommitted),
            left_out: review.members.iter().flat_map(|m| m.changeset.left_out.clone()).collect(),
            folder: None,
            base,
            now,
        };
        Ok((work, Some(combination.shown().to_owned())))
    }

    fn work_since(
        &self,
        workspace: WorkspaceId,
        folder: &Path,
        begun: &str,
    ) -> Result<(Work, Option<String>), EngineError> {
        let Some(checkout) = locate(folder) else { return Ok((Work::default(), None)) };
        let git = self.trees_of(workspace)?;
        let here = Git::at(&checkout.top);
        let head = worktree::commit_of(&here, "HEAD");
        let (Some(head), Some(begun)) = (head, worktree::commit_of(&here, begun)) else {
            return Ok((Work::default(), None));
        };
        let work = Work {
            folder: Some(checkout.top.to_string_lossy().into_owned()),
            branch: checkout.branch(),
            onto: checkout.branch(),
            base: revision(&git, &begun)?,
            now: revision(&git, &head)?,
            files: changed_files(&git, &begun, &head)?,
            ..Work::default()
        };
        Ok((work, Some(head)))
    }
}

fn work_of(git: &Git, changeset: &Changeset) -> Result<Work, EngineError> {
    Ok(Work {
        folder: changeset.path.clone(),
        branch: changeset.branch.clone(),
        onto: Some(changeset.base.clone()),
        base: revision(git, &changeset.merge_base)?,
        now: Revision { commit: Some(changeset.head.clone()), tree: changeset.tree.clone() },
        is_uncommitted: changeset.uncommitted,
        files: changeset.files.clone(),
        left_out: changeset.left_out.clone(),
    })
}

/// A commit with its tree; a tree with none.
pub(super) fn revision(git: &Git, id: &str) -> Result<Revision, EngineError> {
    let tree = git.text(&["rev-parse", &format!("{id}^{{tree}}")])?;
    let commit = (tree != id).then(|| id.to_owned());
    Ok(Revision { commit, tree })
}

fn of_task(s: &Snapshot<'_>, id: TaskId) -> Result<Known, EngineError> {
    let task = s.task(id)?.ok_or_else(|| EngineError::no_task(id))?;
    let mut sessions = Vec::new();
    for link in &task.sessions {
        sessions.extend(view_of(s, link.session)?);
    }
    let is_of = |named: Option<TaskId>, workers: &[SessionId]| {
        named == Some(id) || workers.iter().any(|one| sessions.iter().any(|s| s.id == *one))
    };
    let (changeset, beside) = changeset_of(s, task.workspace, is_of)?;
    let words = match task.body.trim() {
        "" => task.title.clone(),
        body => body.to_owned(),
    };
    Ok(Known {
        title: task.title.clone(),
        request: Some(Request { words, cite: None }),
        workspace: task.workspace,
        tasks: vec![task],
        sessions,
        changeset,
        beside,
        review: None,
    })
}

fn of_session(s: &Snapshot<'_>, id: SessionId) -> Result<Known, EngineError> {
    let view = view_of(s, id)?.ok_or_else(|| EngineError::no_session(id))?;
    let workspace = view.workspace.ok_or_else(|| EngineError::Refused {
        text: format!("{id} belongs to no registered workspace; nothing was changed"),
        hint: "run `callboard up` in its repository first",
    })?;
    let (changeset, beside) =
        changeset_of(s, workspace, |_, workers: &[SessionId]| workers.contains(&id))?;
    let goal = fold_of(s, id)?.and_then(|fold| fold.goal);
    let request = goal.map(|goal| Request { words: goal.full, cite: None });
    let task = view.task.map(|task| s.task(task)).transpose()?.flatten();
    Ok(Known {
        title: view.heading().unwrap_or_default().to_owned(),
        request,
        workspace,
        tasks: task.into_iter().collect(),
        sessions: vec![view],
        changeset,
        beside,
        review: None,
    })
}

fn of_review(s: &Snapshot<'_>, id: ReviewId) -> Result<Known, EngineError> {
    let review = s.review(id)?.ok_or_else(|| EngineError::no_review(id))?;
    let changesets: Vec<Changeset> =
        review.members.iter().map(|member| member.changeset.clone()).collect();
    let naming = Naming::of(s, review.workspace, &changesets)?;
    let (mut tasks, mut sessions): (Vec<Task>, Vec<SessionView>) = (Vec::new(), Vec::new());
    for changeset in &changesets {
        let named = naming.name(s, &changeset.key, changeset.branch.as_deref())?;
        if let Some(task) = named.task.map(|task| s.task(task)).transpose()?.flatten() {
            tasks.push(task);
        }
        for session in named.sessions {
            sessions.extend(view_of(s, session)?);
        }
    }
    let words: Vec<String> =
        tasks.iter().map(|task| format!("{}\n\n{}", task.title, task.body)).collect();
    let request = (!words.is_empty()).then(|| Request { words: words.join("\n\n"), cite: None });
    Ok(Known {
        title: review.title.clone(),
        request,
        workspace: review.workspace,
        tasks,
        sessions,
        changeset: None,
        beside: Vec::new(),
        review: Some(review),
    })
}

/// Worktrees of its tasks, and where its changeset lies.
fn places(s: &Snapshot<'_>, known: &Known) -> Result<Vec<String>, EngineError> {
    let is_its_own = |one: &StoredWorktree| {
        let task = one.row.task.filter(|_| one.row.state == WorktreeState::Ready);
        task.is_some_and(|task| known.tasks.iter().any(|known| known.id == task))
    };
    let worktrees = s.worktrees(Some(known.workspace))?.into_iter().filter(is_its_own);
    let worktrees = worktrees.map(|one| one.row.path.to_string_lossy().into_owned());
    let changesets = known.changeset.iter().chain(members(known));
    let changesets = changesets.filter_map(|one| one.path.clone());
    Ok(worktrees.chain(changesets).collect())
}

/// The changesets that are reviewed, if it is a review.
fn members(known: &Known) -> impl Iterator<Item = &Changeset> {
    known.review.iter().flat_map(|review| &review.members).map(|member| &member.changeset)
}

/// The changeset that is somebody's, and the names of others that are theirs, too. One of a task alone comes before one
/// that others share, and the newest before older ones.
fn changeset_of(
    s: &Snapshot<'_>,
    workspace: WorkspaceId,
    is_of: impl Fn(Option<TaskId>, &[SessionId]) -> bool,
) -> Result<(Option<Changeset>, Vec<String>), EngineError> {
    let all = s.changesets(workspace)?;
    let naming = Naming::of(s, workspace, &all)?;
    let mut found: Vec<(String, Changeset)> = Vec::new();
    for changeset in all {
        let named = naming.name(s, &changeset.key, changeset.branch.as_deref())?;
        let workers = naming.sessions_of(&named.key);
        if is_of(named.task, &workers) {
            found.push((changeset.branch.clone().unwrap_or(named.name), changeset));
        }
    }
    // What changes something tells more than what does not.
    found.sort_by_key(|(_, changeset)| changeset.files.is_empty());
    let mut found = found.into_iter();
    let first = found.next().map(|(_, changeset)| changeset);
    let beside = found.filter(|(_, one)| !one.files.is_empty()).map(|(name, _)| name).collect();
    Ok((first, beside))
}

/// Where the first of the sessions works, and the commit at which it began.
fn began_at(
    s: &Snapshot<'_>,
    sessions: &[SessionView],
) -> Result<Option<(PathBuf, String)>, EngineError> {
    for view in sessions {
        let Some(fold) = fold_of(s, view.id)? else { continue };
        if let (Some(cwd), Some(commit)) = (fold.facts.cwd, fold.facts.commit) {
            return Ok(Some((PathBuf::from(cwd), commit)));
        }
    }
    Ok(None)
}

/// The sessions with those that they lead: subagents, and sessions that they started.
fn workers(s: &Snapshot<'_>, roots: &[SessionView]) -> Result<Vec<Worker>, EngineError> {
    let mut out: Vec<Worker> = roots
        .iter()
        .map(|view| Worker { view: view.clone(), led_by: None, is_apart: false })
        .collect();
    let mut at = 0;
    while at < out.len() && out.len() < limits::RECEIPT_SESSIONS {
        let lead = out[at].view.id;
        for child in s.children(lead)?.into_iter().take(limits::BRIEF_SUBAGENTS) {
            if let Some(known) = out.iter_mut().find(|one| one.view.id == child) {
                known.led_by = Some(lead);
            } else if let Some(view) = view_of(s, child)? {
                out.push(Worker { view, led_by: Some(lead), is_apart: false });
            }
        }
        for session in started_by(s, lead)? {
            if out.iter().all(|one| one.view.id != session)
                && let Some(view) = view_of(s, session)?
            {
                out.push(Worker { view, led_by: Some(lead), is_apart: true });
            }
        }
        at += 1;
    }
    Ok(out)
}

/// The sessions of tasks that a session made: those that it had others work on.
fn started_by(s: &Snapshot<'_>, lead: SessionId) -> Result<Vec<SessionId>, EngineError> {
    let mut sessions = Vec::new();
    for id in s.tasks_made_by(&lead.to_string())?.into_iter().take(limits::BRIEF_SUBAGENTS) {
        let task = s.task(id)?;
        sessions.extend(task.iter().flat_map(|task| &task.sessions).map(|link| link.session));
    }
    Ok(sessions)
}
