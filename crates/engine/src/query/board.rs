//! Boards, workspaces and tasks.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::PoisonError;

use callboard_git::{Git, remote};
use callboard_model::receipt::ReceiptOf;
use callboard_model::session::StateWord;
use callboard_model::task::Column;
use callboard_model::view::{Board, SessionView, TaskChangeEntry, TaskDetail, TaskView, Workspace};
use callboard_model::{TaskId, Timestamp, WorkspaceId};
use callboard_store::{
    LogRow, Result as StoreResult, SessionFilter, Snapshot, StoredWorkspace, Task,
};

use super::reports::report_of;
use crate::core::view_of;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// The board of a workspace; of the one last looked at if none is named.
    ///
    /// # Errors
    /// When there is no such workspace, or none at all.
    pub fn board(&self, workspace: Option<WorkspaceId>) -> Result<Board, EngineError> {
        let (import, now) = (self.import(), self.now());
        self.read(|s| {
            let all = s.workspaces()?;
            let chosen = match workspace {
                Some(id) => all.iter().find(|w| w.id == id),
                None => last_looked_at(s, &all, now)?,
            };
            let chosen = chosen.cloned().ok_or_else(|| EngineError::NotFound {
                what: workspace.map_or("workspace yet".into(), |id| format!("workspace {id}")),
                hint: "run `callboard up` in a repository",
            })?;
            let counts = counts(s)?;
            let tasks = s.tasks(Some(chosen.id))?;
            let remote = self.remote_of(&chosen);
            let columns = columns(s)?;
            let tasks = tasks
                .into_iter()
                .map(|task| task_view(s, task, remote.as_deref(), &columns))
                .collect::<StoreResult<Vec<TaskView>>>()?;
            Ok(Board {
                sessions: board_sessions(s, chosen.id, &tasks)?,
                sessions_total: s.session_count(&SessionFilter {
                    workspace: Some(chosen.id),
                    roots_only: true,
                    ..SessionFilter::default()
                })?,
                last_look: s.last_look(chosen.id, now)?.map(|look| look.at),
                workspaces: all.iter().map(|w| workspace_view(w, &counts)).collect(),
                workspace: workspace_view(&chosen, &counts),
                tasks,
                calls: self.open_calls(s, Some(chosen.id), now)?,
                owned: s
                    .owned_in_progress()?
                    .iter()
                    .filter(|owned| owned.workspace == chosen.id)
                    .map(crate::row::owned)
                    .collect(),
                import,
                seq: s.seq()?,
            })
        })
    }

    /// Every workspace.
    ///
    /// # Errors
    /// When the store fails.
    pub fn workspaces(&self) -> Result<Vec<Workspace>, EngineError> {
        self.read(|s| {
            let counts = counts(s)?;
            Ok(s.workspaces()?.iter().map(|w| workspace_view(w, &counts)).collect())
        })
    }

    /// The workspace that a directory belongs to.
    ///
    /// # Errors
    /// When it belongs to none that is registered.
    pub fn workspace_at(&self, path: &std::path::Path) -> Result<WorkspaceId, EngineError> {
        let found = callboard_git::locate(path);
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self.read(|s| {
            let all = s.workspaces()?;
            let repository = found.and_then(|checkout| {
                all.iter().find(|w| w.row.is_git && w.row.common_dir == checkout.common_dir)
            });
            let folder = || {
                all.iter()
                    .filter(|w| !w.row.is_git && real.starts_with(&w.row.root))
                    .max_by_key(|w| w.row.root.as_os_str().len())
            };
            repository.or_else(folder).map(|w| w.id).ok_or_else(|| EngineError::NotFound {
                what: format!("workspace at {}", path.display()),
                hint: "run `callboard up` there first",
            })
        })
    }

    /// The tasks of a workspace, in the order of the board.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tasks(&self, workspace: Option<WorkspaceId>) -> Result<Vec<TaskView>, EngineError> {
        self.read(|s| {
            let columns = columns(s)?;
            let mut remotes: HashMap<WorkspaceId, Option<String>> = HashMap::new();
            for known in s.workspaces()? {
                remotes.insert(known.id, self.remote_of(&known));
            }
            let views = s.tasks(workspace)?.into_iter().map(|task| {
                let remote = remotes.get(&task.workspace).cloned().flatten();
                task_view(s, task, remote.as_deref(), &columns)
            });
            Ok(views.collect::<StoreResult<Vec<TaskView>>>()?)
        })
    }

    /// One task.
    ///
    /// # Errors
    /// When there is none.
    pub fn task(&self, id: TaskId) -> Result<TaskView, EngineError> {
        self.read(|s| {
            let task = s.task(id)?.ok_or_else(|| EngineError::no_task(id))?;
            self.view_task(s, task)
        })
    }

    /// One task with its sessions and history.
    ///
    /// # Errors
    /// When there is none.
    pub fn task_detail(&self, id: TaskId) -> Result<TaskDetail, EngineError> {
        self.read(|s| {
            let task = s.task(id)?.ok_or_else(|| EngineError::no_task(id))?;
            let (mut sessions, mut reports) = (Vec::new(), Vec::new());
            for link in &task.sessions {
                sessions.extend(view_of(s, link.session)?);
                reports.extend(report_of(s, link.session)?);
            }
            reports.sort_by_key(|report| Reverse(report.at));
            let history = s.log_of(&id.to_string(), limits::TASK_HISTORY)?;
            Ok(TaskDetail {
                task: self.view_task(s, task)?,
                sessions,
                reports,
                history: history.iter().filter(is_change).map(change_entry).collect(),
            })
        })
    }

    /// A task as it is shown.
    pub(super) fn view_task(&self, s: &Snapshot<'_>, task: Task) -> Result<TaskView, EngineError> {
        let workspace = s.workspace(task.workspace)?;
        let remote = workspace.as_ref().and_then(|w| self.remote_of(w));
        Ok(task_view(s, task, remote.as_deref(), &columns(s)?)?)
    }

    /// The address that a tracker link of a workspace leads to.
    pub(crate) fn tracker_url(
        &self,
        s: &Snapshot<'_>,
        workspace: Option<WorkspaceId>,
        tracker: Option<&str>,
    ) -> StoreResult<Option<String>> {
        let (Some(workspace), Some(tracker)) = (workspace, tracker) else { return Ok(None) };
        let workspace = s.workspace(workspace)?;
        let remote = workspace.as_ref().and_then(|workspace| self.remote_of(workspace));
        Ok(remote::tracker_url(tracker, remote.as_deref()))
    }

    /// The address of a workspace's remote; asked of git once.
    fn remote_of(&self, workspace: &StoredWorkspace) -> Option<String> {
        let mut known = self.remotes.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry(workspace.id)
            .or_insert_with(|| {
                workspace.row.is_git.then(|| remote::url(&Git::at(&workspace.row.root))).flatten()
            })
            .clone()
    }
}

/// The workspace that its user looked at last; else the newest.
fn last_looked_at<'a>(
    s: &Snapshot<'_>,
    all: &'a [StoredWorkspace],
    now: Timestamp,
) -> StoreResult<Option<&'a StoredWorkspace>> {
    let mut best = None;
    for workspace in all {
        let look = s.last_look(workspace.id, now)?;
        let at = look.map(|look| look.at).max(Some(workspace.registered_at));
        if best.as_ref().is_none_or(|(best_at, _)| at > *best_at) {
            best = Some((at, workspace));
        }
    }
    Ok(best.map(|(_, workspace)| workspace))
}

/// Sessions that need a person and that work, per workspace.
type Counts = BTreeMap<WorkspaceId, (u32, u32)>;

fn counts(s: &Snapshot<'_>) -> StoreResult<Counts> {
    let mut counts = Counts::new();
    let live = SessionFilter { live_only: true, ..SessionFilter::default() };
    for view in views(s, &live)? {
        let Some(workspace) = view.workspace else { continue };
        let (needs_you, working) = counts.entry(workspace).or_default();
        match view.state {
            StateWord::NeedsYou => *needs_you += 1,
            StateWord::Working => *working += 1,
            _ => {}
        }
    }
    Ok(counts)
}

fn workspace_view(workspace: &StoredWorkspace, counts: &Counts) -> Workspace {
    let (needs_you, working) = counts.get(&workspace.id).copied().unwrap_or_default();
    Workspace {
        id: workspace.id,
        name: workspace.row.name.clone(),
        root: workspace.row.root.to_string_lossy().into_owned(),
        is_git: workspace.row.is_git,
        needs_you,
        working,
    }
}

/// The rows that a filter picks, newest first.
pub(crate) fn views(s: &Snapshot<'_>, filter: &SessionFilter) -> StoreResult<Vec<SessionView>> {
    let rows = s.sessions(filter)?;
    Ok(rows.iter().filter_map(|row| crate::row::stored(row.id, &row.row)).collect())
}

/// Sessions that run, belong to a task, or are among the newest; with the children of those that run.
fn board_sessions(
    s: &Snapshot<'_>,
    workspace: WorkspaceId,
    tasks: &[TaskView],
) -> StoreResult<Vec<SessionView>> {
    let of = |filter: SessionFilter| SessionFilter { workspace: Some(workspace), ..filter };
    let mut found = views(
        s,
        &of(SessionFilter {
            roots_only: true,
            limit: limits::BOARD_RECENT_SESSIONS,
            ..SessionFilter::default()
        }),
    )?;
    found.extend(views(s, &of(SessionFilter { live_only: true, ..SessionFilter::default() }))?);
    for link in tasks.iter().flat_map(|task| &task.sessions) {
        found.extend(view_of(s, link.session)?);
    }
    let mut seen = HashSet::new();
    found.retain(|view| seen.insert(view.id));
    found.sort_by_key(|view| std::cmp::Reverse((view.updated_at, view.id)));
    Ok(found)
}

/// The column of every task, to tell which of those waited for are done.
fn columns(s: &Snapshot<'_>) -> StoreResult<HashMap<TaskId, Column>> {
    Ok(s.tasks(None)?.into_iter().map(|task| (task.id, task.column)).collect())
}

fn task_view(
    s: &Snapshot<'_>,
    task: Task,
    remote: Option<&str>,
    columns: &HashMap<TaskId, Column>,
) -> StoreResult<TaskView> {
    let is_open = |id: &&TaskId| columns.get(*id).is_some_and(|column| *column != Column::Done);
    Ok(TaskView {
        receipt: s.receipt_glance(&ReceiptOf::Task(task.id))?.map(Box::new),
        blocked_by: task.waits_for.iter().filter(is_open).copied().collect(),
        tracker_url: task.tracker.as_deref().and_then(|t| remote::tracker_url(t, remote)),
        id: task.id,
        workspace: task.workspace,
        title: task.title,
        body: task.body,
        column: task.column,
        position: task.position,
        moved_by_hand: task.held_at.is_some(),
        priority: task.priority,
        labels: task.labels,
        checks: task.checks,
        scope: task.scope,
        tracker: task.tracker,
        branch: task.branch,
        waits_for: task.waits_for,
        sessions: task.sessions,
        created_at: task.created_at,
        updated_at: task.updated_at,
        revision: task.revision,
    })
}

/// The sessions that one side of a change has and the other has not.
fn sessions_of(one: &serde_json::Value, other: &serde_json::Value) -> String {
    let ids = |side: &serde_json::Value| -> Vec<String> {
        let links = side["sessions"].as_array().into_iter().flatten();
        links.filter_map(|link| link["session"].as_str().map(ToOwned::to_owned)).collect()
    };
    let others = ids(other);
    ids(one).into_iter().filter(|id| !others.contains(id)).collect::<Vec<_>>().join(", ")
}

/// Whether somebody did it: what only others are announced by left the task as it was.
fn is_change(row: &&LogRow) -> bool {
    row.body["by"].is_string()
}

/// A change of a task, in words.
fn change_entry(row: &LogRow) -> TaskChangeEntry {
    let (before, after) = (&row.body["before"], &row.body["after"]);
    let column = after["column"].as_str().and_then(Column::from_word);
    let text = match row.kind.as_str() {
        "task.created" => "made it".to_owned(),
        "task.deleted" => "removed it".to_owned(),
        "task.restored" => "brought it back".to_owned(),
        "task.moved" => match column {
            Some(column) => format!("moved it to {}", column.title()),
            None => "moved it within its column".to_owned(),
        },
        "task.linked" => format!("linked {}", sessions_of(after, before)),
        "task.unlinked" => format!("unlinked {}", sessions_of(before, after)),
        _ => {
            let fields: Vec<_> = after
                .as_object()
                .into_iter()
                .flat_map(serde_json::Map::keys)
                .filter(|key| !matches!(key.as_str(), "revision" | "updated_at"))
                .map(|key| key.replace('_', " "))
                .collect();
            format!("changed {}", fields.join(", "))
        }
    };
    TaskChangeEntry {
        seq: row.seq,
        at: row.at,
        by: row.body["by"].as_str().unwrap_or("you").to_owned(),
        text,
    }
}
