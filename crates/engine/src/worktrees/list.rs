//! Worktrees as they are shown: what the rows say, with what git and the disk say now.

use std::path::{Path, PathBuf};

use callboard_git::worktree::{self, Worktree};
use callboard_git::{Checkout, Git, guard, locate, status};
use callboard_model::view::WorktreeView;
use callboard_model::worktree::WorktreeState;
use callboard_model::{WorkspaceId, WorktreeId};
use callboard_store::{SessionDirectory, Snapshot, StoredWorktree};

use super::serve::server_view;
use super::{Repository, text_of};
use crate::{Engine, EngineError, limits, trials};

/// Which worktrees are listed, and how much is asked of each.
#[derive(Debug, Clone, Copy, Default)]
pub struct WorktreesWanted {
    /// Those that were removed, too.
    pub removed: bool,
    /// What is not committed and not pushed: git looks at every file for it.
    pub status: bool,
}

/// A worktree that was named.
pub(super) enum Named {
    /// Callboard looks after it.
    Own(Box<StoredWorktree>),
    /// Somebody else's.
    External(Repository, Worktree),
}

impl Engine {
    /// The worktrees of a workspace, or of all: Callboard's own, and those that agents and people made.
    ///
    /// # Errors
    /// When there is no such workspace, or git cannot be run in it.
    pub fn worktrees(
        &self,
        workspace: Option<WorkspaceId>,
        wanted: WorktreesWanted,
    ) -> Result<Vec<WorktreeView>, EngineError> {
        let all = self.read(|s| Ok(s.workspaces()?))?;
        let all = all.iter().filter(|known| known.row.is_git);
        let chosen: Vec<WorkspaceId> =
            all.map(|known| known.id).filter(|id| workspace.is_none_or(|w| w == *id)).collect();
        let mut views = Vec::new();
        for id in chosen {
            let of = match self.repository(id) {
                // One that is gone hides no other.
                Ok(of) if of.root.is_dir() || workspace.is_some() => of,
                _ => continue,
            };
            views.extend(self.worktrees_of(&of, wanted)?);
        }
        if wanted.status {
            add_status(&mut views);
        }
        Ok(views)
    }

    fn worktrees_of(
        &self,
        of: &Repository,
        wanted: WorktreesWanted,
    ) -> Result<Vec<WorktreeView>, EngineError> {
        let mut listed = worktree::list(&of.git)?;
        listed.retain(|tree| !trials::is_throwaway(&tree.path));
        self.follow(of, &listed)?;
        let (rows, places) = self.read(|s| {
            Ok((s.worktrees(Some(of.workspace))?, s.session_directories(of.workspace)?))
        })?;
        let mut views = Vec::new();
        for row in &rows {
            if row.row.state == WorktreeState::Removed && !wanted.removed {
                continue;
            }
            views.push(view(row, &places, &listed));
            self.prepare_later_if_old(row);
        }
        let is_own = |tree: &&Worktree| {
            let at = |row: &StoredWorktree| row.row.path == tree.path;
            rows.iter().any(|row| row.row.state != WorktreeState::Removed && at(row))
        };
        let foreign: Vec<&Worktree> = listed.iter().skip(1).filter(|tree| !is_own(tree)).collect();
        if !foreign.is_empty() {
            let disk = self.foreign_disk_use();
            let base = self.base_of(of);
            for tree in foreign {
                let mut view = self.external_view(of, tree, &places)?;
                view.base = view.base.or_else(|| base.clone());
                view.disk = disk.get(&view.path).copied();
                self.measure_folder_later(tree.path.clone());
                views.push(view);
            }
        }
        Ok(views)
    }

    fn base_of(&self, of: &Repository) -> Option<String> {
        let settings = self.worktree_settings(&of.root).ok()?;
        Some(callboard_git::base::base(&of.git, settings.base()).ok()?.branch)
    }

    fn prepare_later_if_old(&self, row: &StoredWorktree) {
        let is_old = row
            .row
            .facts
            .disk
            .is_none_or(|disk| self.now().since_ms(disk.at) >= limits::DISK_USE_AGE_MS);
        if is_old && row.row.state != WorktreeState::Removed {
            self.measure_later(row.id);
        }
    }

    /// One worktree, with what is not committed and not pushed.
    ///
    /// # Errors
    /// When there is none by that name, number or path, or several.
    pub fn worktree(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<WorktreeView, EngineError> {
        let mut view = match self.named_worktree(workspace, name)? {
            Named::Own(row) => self.worktree_view(row.id)?,
            Named::External(of, tree) => {
                let places = self.read(|s| Ok(s.session_directories(of.workspace)?))?;
                let mut view = self.external_view(&of, &tree, &places)?;
                view.base = view.base.or_else(|| self.base_of(&of));
                view.disk = self.foreign_disk_use().get(&view.path).copied();
                view
            }
        };
        add_status(std::slice::from_mut(&mut view));
        Ok(view)
    }

    /// The worktree that a name, a number or a path leads to; those that were removed last.
    pub(super) fn named_worktree(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
    ) -> Result<Named, EngineError> {
        let path = Path::new(name);
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let rows = self.read(|s| Ok(s.worktrees(workspace)?))?;
        let is_named = |row: &&StoredWorktree| {
            row.row.name == name
                || row.row.facts.kept.as_deref() == Some(name)
                || (path.is_absolute() && (row.row.path == path || row.row.path == real))
        };
        let mut fit: Vec<&StoredWorktree> = rows.iter().filter(is_named).collect();
        if fit.iter().any(|row| row.row.state != WorktreeState::Removed) {
            fit.retain(|row| row.row.state != WorktreeState::Removed);
        } else {
            // The same name may have been used and removed several times: the last is meant.
            fit.truncate(1);
        }
        match fit.as_slice() {
            [row] => return Ok(Named::Own(Box::new((*row).clone()))),
            [] => {}
            [first, second, ..] => {
                return Err(EngineError::Refused {
                    text: format!(
                        "{name} is both {} and {}; nothing was changed",
                        first.row.path.display(),
                        second.row.path.display()
                    ),
                    hint: "name its folder",
                });
            }
        }
        if let Some(row) =
            name.parse().ok().and_then(|n| rows.iter().find(|r| r.id == WorktreeId(n)))
        {
            return Ok(Named::Own(Box::new(row.clone())));
        }
        if let Some(row) = only_for(&rows, name)? {
            return Ok(Named::Own(Box::new(row.clone())));
        }
        self.external_named(workspace, name, &real)
    }

    fn external_named(
        &self,
        workspace: Option<WorkspaceId>,
        name: &str,
        real: &Path,
    ) -> Result<Named, EngineError> {
        let all = self.read(|s| Ok(s.workspaces()?))?;
        let mut fit = Vec::new();
        for known in all.iter().filter(|k| k.row.is_git && workspace.is_none_or(|w| w == k.id)) {
            let Ok(of) = self.repository(known.id) else { continue };
            for tree in worktree::list(&of.git).unwrap_or_default().into_iter().skip(1) {
                let is_meant = tree.path == real || name_of(&tree.path) == name;
                if is_meant && !trials::is_throwaway(&tree.path) {
                    fit.push((of.clone(), tree));
                }
            }
        }
        match (fit.pop(), fit.is_empty()) {
            (Some((of, tree)), true) => Ok(Named::External(of, tree)),
            (None, _) => Err(EngineError::NotFound {
                what: format!("worktree {name}"),
                hint: "list them with `callboard worktree list`",
            }),
            (Some(_), false) => Err(EngineError::Refused {
                text: format!("several worktrees are called {name}; nothing was changed"),
                hint: "name its folder",
            }),
        }
    }

    /// A worktree of Callboard's own, without what git would have to look at every file for.
    pub(super) fn worktree_view(&self, id: WorktreeId) -> Result<WorktreeView, EngineError> {
        self.read(|s| {
            worktree_message(s, id)?.ok_or_else(|| EngineError::NotFound {
                what: id.to_string(),
                hint: "list them with `callboard worktree list`",
            })
        })
    }

    fn external_view(
        &self,
        of: &Repository,
        tree: &Worktree,
        places: &[SessionDirectory],
    ) -> Result<WorktreeView, EngineError> {
        let tasks = match tree.branch.as_deref() {
            Some(branch) => self.read(|s| Ok(s.tasks_on_branch(of.workspace, branch)?))?,
            None => Vec::new(),
        };
        let maker = self
            .homes
            .iter()
            .find(|home| home.agent.made_worktree(&home.path, &of.root, &tree.path));
        let is_there = tree.path.is_dir();
        let checkout = checkout_at(&tree.path);
        let (sessions, running, used_at) = sessions_in(&tree.path, places);
        Ok(WorktreeView {
            id: None,
            workspace: of.workspace,
            name: name_of(&tree.path),
            path: text_of(&tree.path),
            branch: tree.branch.clone(),
            head: tree.head.clone(),
            base: checkout.as_ref().and_then(guard::base_of),
            from: None,
            task: tasks.first().filter(|_| tasks.len() == 1).copied(),
            sessions,
            running,
            state: if is_there { WorktreeState::External } else { WorktreeState::Missing },
            made_by: maker.map_or_else(|| "hand".into(), |home| home.agent.name().0.to_string()),
            guarded: checkout.as_ref().and_then(guard::base_of).is_some(),
            locked: tree.locked.clone(),
            dirty: None,
            unpushed: None,
            disk: None,
            made_at: None,
            used_at,
            environment: std::collections::BTreeMap::new(),
            ports: std::collections::BTreeMap::new(),
            url: None,
            server: None,
            setup: None,
            remarks: Vec::new(),
            log: None,
            changed_tracked: Vec::new(),
            kept: None,
            freed: None,
            note: tree.prunable.clone(),
        })
    }
}

/// The one worktree on a branch or of a task that `name` names; of those that were removed, the last.
fn only_for<'r>(
    rows: &'r [StoredWorktree],
    name: &str,
) -> Result<Option<&'r StoredWorktree>, EngineError> {
    let task = name.strip_prefix('T').and_then(|n| n.parse::<u32>().ok()).map(|n| format!("T{n}"));
    let is_meant = |row: &&StoredWorktree| {
        row.row.branch.as_deref() == Some(name)
            || (task.is_some() && row.row.task.map(|task| task.to_string()) == task)
    };
    let fit: Vec<&StoredWorktree> = rows.iter().filter(is_meant).collect();
    let there: Vec<&StoredWorktree> =
        fit.iter().copied().filter(|row| row.row.state != WorktreeState::Removed).collect();
    match there.as_slice() {
        [] => Ok(fit.first().copied()),
        [row] => Ok(Some(row)),
        [first, second, ..] => Err(EngineError::Refused {
            text: format!(
                "{name} has several worktrees, such as {} and {}; nothing was changed",
                first.row.name, second.row.name
            ),
            hint: "name one of them",
        }),
    }
}

/// A worktree as a row of the store tells it, as of one moment.
pub(crate) fn worktree_message(
    s: &Snapshot<'_>,
    id: WorktreeId,
) -> callboard_store::Result<Option<WorktreeView>> {
    let Some(row) = s.worktree(id)? else { return Ok(None) };
    let places = s.session_directories(row.row.workspace)?;
    Ok(Some(view(&row, &places, &[])))
}

fn view(row: &StoredWorktree, places: &[SessionDirectory], listed: &[Worktree]) -> WorktreeView {
    let (what, facts) = (&row.row, &row.row.facts);
    let tree = listed.iter().find(|tree| tree.path == what.path);
    let is_there = !matches!(what.state, WorktreeState::Removed | WorktreeState::Missing);
    let checkout = is_there.then(|| checkout_at(&what.path)).flatten();
    let (sessions, running, last) = sessions_in(&what.path, places);
    WorktreeView {
        id: Some(row.id),
        workspace: what.workspace,
        name: what.name.clone(),
        path: text_of(&what.path),
        branch: what.branch.clone(),
        head: tree.and_then(|tree| tree.head.clone()),
        base: Some(facts.base.clone()).filter(|base| !base.is_empty()),
        from: Some(facts.from.clone()).filter(|from| !from.is_empty()),
        task: what.task,
        sessions,
        running,
        state: what.state,
        made_by: facts.made_by.clone(),
        guarded: checkout.as_ref().is_some_and(|found| guard::base_of(found).is_some()),
        locked: tree.and_then(|tree| tree.locked.clone()),
        dirty: None,
        unpushed: None,
        disk: facts.disk,
        made_at: Some(row.made_at),
        used_at: last.max(Some(row.used_at)),
        environment: facts.environment.clone(),
        ports: facts.ports.clone(),
        url: facts.url.clone(),
        server: facts.server.as_ref().map(server_view),
        setup: facts.setup.clone(),
        remarks: facts.remarks.clone(),
        log: facts.log.clone(),
        changed_tracked: facts.changed_tracked.clone(),
        kept: facts.kept.clone(),
        freed: facts.freed,
        note: facts.note.clone(),
    }
}

/// The sessions that work or worked in a folder, those that run, and when something last happened in one.
pub(super) fn sessions_in(
    folder: &Path,
    places: &[SessionDirectory],
) -> (
    Vec<callboard_model::SessionId>,
    Vec<callboard_model::SessionId>,
    Option<callboard_model::Timestamp>,
) {
    let inside: Vec<&SessionDirectory> =
        places.iter().filter(|place| place.cwd.starts_with(folder)).collect();
    let running = inside.iter().filter(|place| place.live).map(|place| place.session).collect();
    let last = inside.iter().filter_map(|place| place.updated_at).max();
    (inside.iter().map(|place| place.session).collect(), running, last)
}

pub(super) fn checkout_at(path: &Path) -> Option<Checkout> {
    locate(path).filter(|checkout| checkout.top == *path)
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| text_of(path), |name| name.to_string_lossy().into_owned())
}

/// Asks git what is not committed and not pushed, of several at once.
fn add_status(views: &mut [WorktreeView]) {
    let share = views.len().div_ceil(limits::STATUS_AT_ONCE).max(1);
    std::thread::scope(|scope| {
        for some in views.chunks_mut(share) {
            scope.spawn(|| some.iter_mut().for_each(add_status_of));
        }
    });
}

fn add_status_of(view: &mut WorktreeView) {
    let is_worked_in = matches!(
        view.state,
        WorktreeState::Ready | WorktreeState::Parked | WorktreeState::External
    );
    let path = PathBuf::from(&view.path);
    if !is_worked_in || !path.is_dir() {
        return;
    }
    let git = Git::at(&path);
    if let Ok(found) = status::status(&git) {
        let files = found.changed.len() + found.unmerged.len() + found.untracked.len();
        view.dirty = Some(files as u64);
    }
    view.head = worktree::commit_of(&git, "HEAD");
    let base = view.base.clone().unwrap_or_default();
    let local = format!("refs/heads/{base}");
    let is_base = !base.is_empty() && worktree::commit_of(&git, &local).is_some();
    let others: &[&str] = if is_base { &[&local] } else { &[] };
    view.unpushed = worktree::own_commits(&git, "HEAD", others).ok();
}
