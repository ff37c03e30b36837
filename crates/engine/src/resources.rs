//! What cannot be doubled is taken in turn: leases, their queue, and the hooks that run when one is taken
//! and given back.
//!
//! Requests only put rows; a thread of its own looks at what they ask for, so that a hook that takes minutes
//! keeps nobody waiting. What a daemon left half-done the next one goes on with: hooks may run twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use callboard_model::owned::Owned;
use callboard_model::project::Resource;
use callboard_model::resource::LeaseState;
use callboard_model::session::Alive;
use callboard_model::view::{LeaseView, ResourceView, TakeResource};
use callboard_model::{WorkspaceId, WorktreeId};
use callboard_os::script::Script;
use callboard_store::{Lease, NewLease, Snapshot};

use crate::core::view_of;
use crate::{Engine, EngineError, equip, limits};

/// Who takes a resource from outside of every worktree.
const YOU: &str = "you";

/// Rings when there is something to do, and knows which hooks run.
pub(crate) struct Turns {
    bell: SyncSender<()>,
    heard: Mutex<Option<Receiver<()>>>,
    running: Mutex<BTreeSet<i64>>,
}

impl Default for Turns {
    fn default() -> Self {
        // One ring is as good as many.
        let (bell, heard) = sync_channel(1);
        Self { bell, heard: Mutex::new(Some(heard)), running: Mutex::default() }
    }
}

impl Turns {
    pub(crate) fn ring(&self) {
        // A full bell is ringing.
        let _ = self.bell.try_send(());
    }
}

/// Goes on with leases as they are asked for, until the engine is gone.
pub(crate) fn start(engine: &Arc<Engine>) {
    let heard = engine.turns.heard.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(heard) = heard else { return };
    let engine = Arc::downgrade(engine);
    std::thread::spawn(move || {
        loop {
            {
                let Some(engine) = engine.upgrade() else { return };
                if let Err(error) = engine.give_back_abandoned().and_then(|()| engine.go_on()) {
                    if matches!(error, EngineError::Ending) {
                        return;
                    }
                    tracing::warn!(%error, "turns with resources are gone on with later");
                }
            }
            match heard.recv_timeout(limits::RESOURCE_SWEEP) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    });
}

impl Engine {
    /// The resources of a workspace, or of all.
    ///
    /// # Errors
    /// When the store fails, or a `callboard.toml` means nothing.
    pub fn resources(
        &self,
        workspace: Option<WorkspaceId>,
    ) -> Result<Vec<ResourceView>, EngineError> {
        let (workspaces, leases) = self.read(|s| Ok((s.workspaces()?, s.open_leases()?)))?;
        let mut views = Vec::new();
        for of in workspaces.iter().filter(|of| workspace.is_none_or(|id| id == of.id)) {
            let project = self.standing(&of.row.root)?.written;
            let own = leases.iter().filter(|lease| lease.workspace == of.id);
            let names: BTreeSet<&String> =
                project.resources.keys().chain(own.map(|lease| &lease.resource)).collect();
            views.extend(names.into_iter().map(|name| {
                let capacity = project.resources.get(name).map_or(0, |resource| resource.capacity);
                view(of.id, name, capacity, &leases)
            }));
        }
        Ok(views)
    }

    /// One resource, as the stream tells it.
    pub(crate) fn resource_view(
        &self,
        s: &Snapshot<'_>,
        workspace: WorkspaceId,
        name: &str,
    ) -> Result<ResourceView, EngineError> {
        let root = s.workspace(workspace)?.map(|of| of.row.root).unwrap_or_default();
        let project = self.standing(&root).ok().map(|standing| standing.written);
        let capacity = project.and_then(|p| p.resources.get(name).map(|r| r.capacity));
        Ok(view(workspace, name, capacity.unwrap_or(0), &s.open_leases()?))
    }

    /// Takes a resource, or a place in its queue; whoever has it already keeps it.
    ///
    /// # Errors
    /// When `callboard.toml` names no such resource, or others have it and no place in the queue is wanted.
    pub fn take_resource(
        &self,
        workspace: WorkspaceId,
        name: &str,
        wanted: &TakeResource,
    ) -> Result<LeaseView, EngineError> {
        let capacity = self.resource(workspace, name)?.capacity;
        let new = NewLease {
            resource: name.to_owned(),
            holder: wanted.holder.clone().unwrap_or_else(|| YOU.into()),
            folder: wanted.folder.clone(),
            session: wanted.session,
            task: wanted.task,
        };
        let queue = wanted.queue;
        let lease = self.ask(move |core| core.take_resource(workspace, &new, capacity, queue))?;
        self.turns.ring();
        self.lease(lease.id)
    }

    /// A lease, as it stands now.
    ///
    /// # Errors
    /// When there is none.
    pub fn lease(&self, id: i64) -> Result<LeaseView, EngineError> {
        self.read(|s| {
            let lease = s.lease(id)?.ok_or_else(|| no_lease(format!("lease {id}")))?;
            Ok(lease_view(&lease, &s.open_leases()?))
        })
    }

    /// Gives a resource back, or a place in its queue up.
    ///
    /// # Errors
    /// When the holder has neither, or is only just taking it.
    pub fn give_resource(
        &self,
        workspace: WorkspaceId,
        name: &str,
        holder: Option<&str>,
    ) -> Result<LeaseView, EngineError> {
        let holder = holder.unwrap_or(YOU);
        let lease = self.read(|s| Ok(s.open_lease(workspace, name, holder)?))?;
        let lease = lease.ok_or_else(|| EngineError::Refused {
            text: match holder {
                YOU => format!("you neither have {name} nor wait for it; nothing was changed"),
                holder => {
                    format!("{holder} neither has {name} nor waits for it; nothing was changed")
                }
            },
            hint: "see who does with `callboard resource list`",
        })?;
        let id = lease.id;
        self.ask(move |core| core.give_back(id, None))?;
        self.turns.ring();
        self.lease(id)
    }

    /// Gives back all that a worktree has and waits for; gives how many. For when it is removed.
    ///
    /// # Errors
    /// When the store fails.
    pub fn give_back_all(
        &self,
        workspace: WorkspaceId,
        holder: &str,
    ) -> Result<usize, EngineError> {
        let is_its = |lease: &Lease| lease.workspace == workspace && lease.holder == holder;
        self.give_back_where(&is_its, "its worktree was removed")
    }

    /// Gives back what an owned session has that is over, and what its worktree has if nobody else works there.
    pub(crate) fn give_back_of(&self, over: &Owned) -> Result<(), EngineError> {
        let Some(id) = over.worktree.map(WorktreeId) else { return Ok(()) };
        let name = self.read(|s| {
            let Some(found) = s.worktree(id)? else { return Ok(None) };
            let others = s.session_directories(over.workspace)?.into_iter().any(|place| {
                place.live
                    && Some(place.session) != over.session
                    && place.cwd.starts_with(&found.row.path)
            });
            Ok((!others).then_some(found.row.name))
        })?;
        let is_its = |lease: &Lease| {
            lease.workspace == over.workspace
                && ((lease.session.is_some() && lease.session == over.session)
                    || name.as_ref() == Some(&lease.holder))
        };
        self.give_back_where(&is_its, "its session is over").map(drop)
    }

    /// Gives back what is held for a session that ended, or in a folder that is gone.
    fn give_back_abandoned(&self) -> Result<(), EngineError> {
        let ended = self.read(|s| {
            let mut ended = BTreeSet::new();
            for session in s.open_leases()?.iter().filter_map(|lease| lease.session) {
                let view = view_of(s, session)?;
                if view.is_some_and(|view| view.facts.alive.is == Alive::No) {
                    ended.insert(session);
                }
            }
            Ok(ended)
        })?;
        let has_ended = |lease: &Lease| lease.session.is_some_and(|id| ended.contains(&id));
        self.give_back_where(&has_ended, "its session ended")?;
        let is_gone =
            |lease: &Lease| lease.folder.as_ref().is_some_and(|path| !Path::new(path).is_dir());
        self.give_back_where(&is_gone, "its worktree is gone")?;
        Ok(())
    }

    fn give_back_where(
        &self,
        which: &dyn Fn(&Lease) -> bool,
        why: &'static str,
    ) -> Result<usize, EngineError> {
        let leases = self.read(|s| Ok(s.open_leases()?))?;
        let mut count = 0;
        for lease in leases.iter().filter(|lease| which(lease)) {
            // What is only just being taken or given is looked at again.
            if matches!(lease.state, LeaseState::Waiting | LeaseState::Held) {
                let id = lease.id;
                self.ask(move |core| core.give_back(id, Some(why)))?;
                count += 1;
            }
        }
        if count > 0 {
            self.turns.ring();
        }
        Ok(count)
    }

    /// Gives turns to those who come next, and runs the hooks that are due.
    fn go_on(self: &Arc<Self>) -> Result<(), EngineError> {
        let leases = self.read(|s| Ok(s.open_leases()?))?;
        let mut taken: BTreeMap<(WorkspaceId, &str), u32> = BTreeMap::new();
        for lease in leases.iter().filter(|lease| lease.state.occupies()) {
            *taken.entry((lease.workspace, &lease.resource)).or_default() += 1;
        }
        for lease in &leases {
            match lease.state {
                LeaseState::Taking | LeaseState::Giving => self.begin_hook(lease),
                LeaseState::Waiting => {
                    let count = taken.entry((lease.workspace, &lease.resource)).or_default();
                    let capacity = self.resource(lease.workspace, &lease.resource);
                    if capacity.is_ok_and(|resource| *count < resource.capacity) {
                        *count += 1;
                        let id = lease.id;
                        let lease =
                            self.ask(move |core| core.move_lease(id, LeaseState::Taking, None))?;
                        self.begin_hook(&lease);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Runs a lease's hook on a thread of its own, unless it runs.
    fn begin_hook(self: &Arc<Self>, lease: &Lease) {
        let is_new =
            self.turns.running.lock().unwrap_or_else(PoisonError::into_inner).insert(lease.id);
        if is_new {
            let (engine, lease) = (Arc::downgrade(self), lease.clone());
            std::thread::spawn(move || hook(&engine, &lease));
        }
    }

    fn resource(&self, workspace: WorkspaceId, name: &str) -> Result<Resource, EngineError> {
        let root = self.root_of(workspace)?;
        let standing = self.standing(&root)?;
        if let Some(resource) = standing.effective().resources.get(name) {
            return Ok(resource.clone());
        }
        if standing.written.resources.contains_key(name) {
            self.see_to_trust(workspace, &root);
            return Err(crate::trust::refusal(&root, &format!("`{name}` was left as it is")));
        }
        Err(EngineError::NotFound {
            what: format!("resource `{name}` in callboard.toml"),
            hint: "list them with `callboard resource list`",
        })
    }

    pub(crate) fn root_of(&self, workspace: WorkspaceId) -> Result<PathBuf, EngineError> {
        let found = self.read(|s| Ok(s.workspace(workspace)?))?;
        found.map(|of| of.row.root).ok_or_else(|| EngineError::NotFound {
            what: format!("workspace {workspace}"),
            hint: "run `callboard up` in its repository",
        })
    }

    /// Runs the command lines of a lease's hook; gives what went wrong.
    fn run_hook(&self, lease: &Lease) -> Result<(), String> {
        let root = self.root_of(lease.workspace).map_err(|error| error.to_string())?;
        // One that `callboard.toml` names no more has no hooks.
        let resource = match self.resource(lease.workspace, &lease.resource) {
            Ok(resource) => resource,
            Err(EngineError::NotFound { .. }) => Resource::default(),
            Err(error) => return Err(error.to_string()),
        };
        let is_taking = lease.state == LeaseState::Taking;
        let lines = if is_taking { &resource.take } else { &resource.give };
        let folder = lease.folder.as_ref().map(PathBuf::from).filter(|folder| folder.is_dir());
        let mut variables = self.config.environment.vars.clone();
        if let Some(folder) = &folder
            && let Ok(Some(equipped)) = equip::load(&self.config.home, folder)
        {
            variables.extend(equipped.environment);
        }
        variables.insert("CALLBOARD_WORKTREE".into(), lease.holder.clone());
        variables.insert("CALLBOARD_RESOURCE".into(), lease.resource.clone());
        let logs = self.config.home.join("resources");
        std::fs::create_dir_all(&logs).map_err(|error| error.to_string())?;
        let log = logs.join(format!("{}-{}.log", lease.workspace, lease.resource));
        for line in lines {
            Script::new(line, folder.as_ref().unwrap_or(&root), &log)
                .envs(&variables)
                .time(Duration::from_secs(resource.seconds))
                .run(&mut |_| {})
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

fn hook(engine: &Weak<Engine>, lease: &Lease) {
    let Some(engine) = engine.upgrade() else { return };
    let ran = engine.run_hook(lease);
    let (state, note) = match (lease.state, ran) {
        (LeaseState::Taking, Ok(())) => (LeaseState::Held, None),
        (LeaseState::Taking, Err(text)) => (LeaseState::Failed, Some(text)),
        // Who comes next must not wait for ever.
        (_, ran) => (LeaseState::Given, ran.err()),
    };
    let id = lease.id;
    let moved = engine.ask(move |core| core.move_lease(id, state, note.as_deref()));
    engine.turns.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    match moved {
        Ok(_) => engine.turns.ring(),
        Err(error) => tracing::warn!(%error, "a turn with a resource is gone on with later"),
    }
}

fn no_lease(what: String) -> EngineError {
    EngineError::NotFound { what, hint: "see who has what with `callboard resource list`" }
}

fn view(workspace: WorkspaceId, name: &str, capacity: u32, leases: &[Lease]) -> ResourceView {
    let own = leases.iter().filter(|lease| lease.workspace == workspace && lease.resource == name);
    let (held, queue) = own.partition::<Vec<_>, _>(|lease| lease.state.occupies());
    let views = |some: Vec<&Lease>| some.into_iter().map(|l| lease_view(l, leases)).collect();
    ResourceView {
        name: name.to_owned(),
        workspace,
        capacity,
        held: views(held),
        queue: views(queue),
    }
}

fn lease_view(lease: &Lease, open: &[Lease]) -> LeaseView {
    let is_before = |other: &&Lease| {
        other.workspace == lease.workspace
            && other.resource == lease.resource
            && other.state == LeaseState::Waiting
            && other.id < lease.id
    };
    let waits = lease.state == LeaseState::Waiting;
    LeaseView {
        id: lease.id,
        resource: lease.resource.clone(),
        holder: lease.holder.clone(),
        session: lease.session,
        task: lease.task,
        state: lease.state,
        position: if waits { open.iter().filter(is_before).count() } else { 0 },
        asked_at: lease.asked_at,
        taken_at: lease.taken_at,
        note: lease.note.clone(),
    }
}
