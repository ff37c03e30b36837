//! Starting an agent for an owned session, and driving one that runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use callboard_agents::drive::{Driver, Launch, Process};
use callboard_agents::{Agent, Environment};
use callboard_model::owned::{Beginning, Owned, OwnedState};
use callboard_model::{WorkspaceId, WorktreeId};
use callboard_os::command::find_program;
use callboard_os::host;

use super::channel::{Driven, Wake};
use super::journal::Journal;
use super::wire::Wire;
use super::{place, server};
use crate::{Engine, EngineError, limits};

/// Names the task to what an agent starts.
const TASK_VARIABLE: &str = "CALLBOARD_TASK";

/// The agent of an owned session, with what drives it.
pub(super) fn driver_of(
    owned: &Owned,
) -> Result<(&'static dyn Agent, &'static dyn Driver), EngineError> {
    let agent = callboard_agents::configured(owned.agent.as_str());
    agent.and_then(|agent| Some((agent, agent.driver()?))).ok_or_else(|| EngineError::Refused {
        text: format!("{} cannot be driven; nothing was started", owned.agent),
        hint: "choose another with --agent",
    })
}

/// How an agent is called: by its program on the path, or as the repository's configuration says.
#[derive(Debug, Default)]
pub(super) struct Invocation {
    pub(super) program: PathBuf,
    args: Vec<String>,
    variables: BTreeMap<String, String>,
}

/// How an agent is called in a workspace.
pub(super) fn invocation_of(
    engine: &Engine,
    workspace: WorkspaceId,
    agent: &dyn Agent,
) -> Result<Invocation, EngineError> {
    let name = agent.name();
    let is_ours = callboard_agents::all().iter().any(|known| known.name() == name);
    if !is_ours && engine.is_unapproved(workspace, agent)? {
        let root = engine.root_of(workspace)?;
        return Err(crate::trust::refusal(&root, "nothing was started"));
    }
    let project = engine.project_of(workspace)?;
    let environment = &engine.config.environment;
    let configured = project.agents.acp.get(name.as_str()).filter(|_| !is_ours);
    let Some((configured, (program, args))) =
        configured.and_then(|one| Some((one, one.command.split_first()?)))
    else {
        let program = program_of(agent, environment)?;
        return Ok(Invocation { program, ..Invocation::default() });
    };
    let found = program_at(program, &configured.environment, environment);
    let program = found.ok_or_else(|| EngineError::Refused {
        text: format!(
            "`{program}` of `[agents.acp.{name}]` is not installed where the daemon looks; nothing was started"
        ),
        hint: "install it, or start the daemon from a shell that finds it: `callboard down`, `callboard up`",
    })?;
    Ok(Invocation { program, args: args.to_vec(), variables: configured.environment.clone() })
}

/// Where a program is that a configuration names, with the variables that it sets.
pub(crate) fn program_at(
    program: &str,
    variables: &BTreeMap<String, String>,
    environment: &Environment,
) -> Option<PathBuf> {
    let path = variables.get("PATH").or_else(|| environment.vars.get("PATH"));
    find_program(program, path.map(String::as_str).unwrap_or_default().as_ref())
}

/// What its agent is started with.
pub(super) fn launch_of(
    engine: &Engine,
    owned: &Owned,
    invocation: Invocation,
) -> Result<Launch, EngineError> {
    let mut variables = match owned.worktree {
        Some(worktree) => engine.worktree_environment(WorktreeId(worktree))?,
        None => BTreeMap::new(),
    };
    if let Some(task) = owned.task {
        variables.insert(TASK_VARIABLE.to_owned(), task.to_string());
    }
    variables.extend(invocation.variables.clone());
    Ok(Launch { variables, ..launched(engine, owned, invocation) })
}

/// What its agent was started with, as far as driving it on needs that: without the variables of its worktree.
pub(super) fn launched(engine: &Engine, owned: &Owned, invocation: Invocation) -> Launch {
    Launch {
        program: invocation.program,
        args: invocation.args,
        cwd: owned.cwd.as_ref().map(PathBuf::from).unwrap_or_default(),
        beginning: owned.beginning.clone(),
        // The wish is forgotten once it is started; a start that is repeated has the same id.
        id: owned.channel["wished"].as_str().or(owned.native.as_deref()).unwrap_or_default().into(),
        model: owned.model.clone(),
        mode: owned.mode.clone(),
        environment: engine.config.environment.clone(),
        variables: invocation.variables,
        callboard: engine.owned.program.clone(),
    }
}

/// Where an agent's program is.
pub(crate) fn program_of(
    agent: &dyn Agent,
    environment: &Environment,
) -> Result<PathBuf, EngineError> {
    let path = environment.vars.get("PATH").map(String::as_str).unwrap_or_default();
    find_program(agent.program_name(), path.as_ref()).ok_or_else(|| EngineError::Refused {
        text: format!("{} is not installed where the daemon looks; nothing was started", agent.title()),
        hint: "install it, or start the daemon from a shell that finds it: `callboard down`, `callboard up`",
    })
}

/// Starts the agent of what waits in the queue; what goes wrong is kept with it.
pub(super) fn begin(engine: &Arc<Engine>, id: i64) {
    let begun = prepare(engine, id).and_then(|owned| start(engine, owned));
    let Err(error) = begun else { return };
    if matches!(error, EngineError::Ending) {
        return;
    }
    let text = match error.hint() {
        Some(hint) => format!("{error}. {hint}"),
        None => error.to_string(),
    };
    tracing::warn!(%error, owned = id, "an owned session could not be started");
    let failed = engine.change_owned(id, |owned, _| {
        let goes_on = !owned.state.is_over();
        if goes_on && !owned.end_if_stopped() {
            (owned.state, owned.failure, owned.waits) = (OwnedState::Failed, Some(text), None);
        }
        goes_on
    });
    if let Err(error) = failed {
        tracing::warn!(%error, "that a session could not be started is not kept");
    }
}

/// Makes the place it works in.
fn prepare(engine: &Arc<Engine>, id: i64) -> Result<Owned, EngineError> {
    let owned = engine.change_owned(id, |owned, now| {
        let is_due = matches!(owned.state, OwnedState::Queued | OwnedState::Preparing);
        if is_due && !owned.end_if_stopped() {
            (owned.state, owned.waits) = (OwnedState::Preparing, None);
            owned.started_at = Some(now);
        }
        is_due
    })?;
    let mut owned = still(owned, OwnedState::Preparing)?;
    if owned.has_usual_mode {
        let mode = usual_mode(engine, &owned)?;
        owned = engine.change_owned(id, |owned, _| {
            owned.mode = mode;
            true
        })?;
        owned = still(owned, OwnedState::Preparing)?;
    }
    if let (Some(task), Beginning::New, false) = (owned.task, &owned.beginning, owned.is_briefed)
        && owned.follows.is_none()
        && let [first] = owned.prompts.as_slice()
    {
        let words = engine.with_briefs(task, first.text.clone())?;
        owned = engine.change_owned(id, move |owned, _| {
            owned.is_briefed = true;
            if let Some(first) = owned.prompts.first_mut() {
                first.text.clone_from(&words);
            }
            true
        })?;
        owned = still(owned, OwnedState::Preparing)?;
    }
    if let Some(native) = resumed(&owned) {
        super::resume::refuse_second_writer(engine, &owned.agent, native)?;
    }
    let (cwd, worktree) = match &owned.cwd {
        Some(cwd) if Path::new(cwd).is_dir() => (PathBuf::from(cwd), owned.worktree),
        Some(cwd) => {
            return Err(EngineError::Refused {
                text: format!("{cwd} is not there any more; nothing was started"),
                hint: "`callboard worktree restore` brings a removed worktree back",
            });
        }
        None => place::make(engine, &owned)?,
    };
    if let Some(worktree) = worktree {
        engine.unpark(WorktreeId(worktree))?;
    }
    let cwd = cwd.to_string_lossy().into_owned();
    let owned = engine.change_owned(id, move |owned, _| {
        (owned.cwd, owned.worktree) = (Some(cwd), worktree);
        owned.end_if_stopped();
        true
    })?;
    still(owned, OwnedState::Preparing)
}

/// The mode that `callboard.toml` has for its agent, as far as that is approved now.
fn usual_mode(engine: &Engine, owned: &Owned) -> Result<Option<String>, EngineError> {
    let project = engine.project_of(owned.workspace)?;
    let usual = &project.agents;
    let is_for_it = usual.default.as_deref().is_none_or(|name| name == owned.agent.as_str());
    Ok(usual.mode.clone().filter(|_| is_for_it))
}

/// It, if it stands where it was left: one that was told to end meanwhile is over, and nothing is to be started.
fn still(owned: Owned, state: OwnedState) -> Result<Owned, EngineError> {
    if owned.state == state { Ok(owned) } else { Err(EngineError::Ending) }
}

/// The conversation that goes on, by the agent's id.
pub(super) fn resumed(owned: &Owned) -> Option<&str> {
    match &owned.beginning {
        Beginning::Resume(id) | Beginning::ResumeAt { id, .. } => Some(id),
        _ => None,
    }
}

/// Starts the agent, or has its server take the conversation, and drives it.
fn start(engine: &Arc<Engine>, owned: Owned) -> Result<(), EngineError> {
    let (agent, driver) = driver_of(&owned)?;
    let invocation = invocation_of(engine, owned.workspace, agent)?;
    let launch = launch_of(engine, &owned, invocation)?;
    let id = owned.id;
    let name = callboard_store::fresh_name();
    let dir = engine.owned.hosts.join(&name);
    let native = resumed(&owned).map(str::to_owned);
    let native = native.or_else(|| driver.takes_id().then(|| launch.id.clone()));
    match driver.process(&launch, &dir) {
        Process::Pipes(spec) => {
            let owned = starting(engine, id, native, (name, None))?;
            let (sender, wakes) = sync_channel(limits::WAITING_WAKES);
            std::fs::create_dir_all(&dir).map_err(|cause| cannot(&dir, &cause))?;
            engine.owned.journals.follow(&dir, sender.clone());
            host::start(&engine.owned.program, &dir, &spec).map_err(refused)?;
            wait_for_host(engine, &dir, &wakes);
            let journal = Journal::of(&dir, 0);
            drive(engine, owned, driver, &launch, Wire::Pipes { dir, journal }, (sender, wakes));
        }
        Process::Server { .. } => {
            let server = server::running(engine, agent, driver, &launch)?;
            let socket = server.socket.to_string_lossy().into_owned();
            let host = server.name.clone();
            let owned = starting(engine, id, native, (host, Some(socket)))
                .inspect_err(|_| server::let_go(engine, &agent.name(), &server.name))?;
            connect(engine, owned, driver, &launch, &server)?;
        }
    }
    Ok(())
}

/// Keeps where its agent is going to run, before it does.
fn starting(
    engine: &Engine,
    id: i64,
    native: Option<String>,
    (host, socket): (String, Option<String>),
) -> Result<Owned, EngineError> {
    let owned = engine.change_owned(id, |owned, _| {
        let is_due = owned.state == OwnedState::Preparing;
        if is_due && !owned.end_if_stopped() {
            (owned.host, owned.socket) = (Some(host), socket);
            (owned.state, owned.native) = (OwnedState::Starting, native);
            (owned.channel, owned.cursor) = (serde_json::Value::Null, 0);
        }
        is_due
    })?;
    still(owned, OwnedState::Starting)
}

/// Drives a conversation by a connection to its server.
pub(super) fn connect(
    engine: &Arc<Engine>,
    owned: Owned,
    driver: &'static dyn Driver,
    launch: &Launch,
    server: &server::Server,
) -> Result<(), EngineError> {
    let (sender, wakes) = sync_channel(limits::WAITING_WAKES);
    let lines = sender.clone();
    let take = Box::new(move |line| lines.send(Wake::Line(line)).is_ok());
    let connection =
        driver.connect(&server.socket, take).map_err(|cause| EngineError::Refused {
            text: format!("cannot reach {}: {cause}; nothing was started", server.socket.display()),
            hint: "try again: it is started anew",
        })?;
    let wire = Wire::Socket { connection, dir: Some(engine.owned.hosts.join(&server.name)) };
    drive(engine, owned, driver, launch, wire, (sender, wakes));
    Ok(())
}

/// Starts the thread that drives it.
pub(super) fn drive(
    engine: &Arc<Engine>,
    owned: Owned,
    driver: &'static dyn Driver,
    launch: &Launch,
    wire: Wire,
    (sender, wakes): (SyncSender<Wake>, Receiver<Wake>),
) {
    let channel = driver.channel(launch, Some(&owned.channel));
    engine.owned.enter(owned.id, sender);
    if let Wire::Pipes { dir, .. } = &wire {
        await_end(engine, owned.id, dir);
    }
    let name = format!("owned-{}", owned.id);
    let committed = owned.cursor;
    let driven = Driven {
        engine: engine.clone(),
        owned,
        driver,
        channel,
        wire,
        wakes,
        early: Vec::new(),
        ending: None,
        is_ready: false,
        closed: None,
        taken: Vec::new(),
        committed,
    };
    if let Err(error) = std::thread::Builder::new().name(name).spawn(move || driven.run()) {
        tracing::error!(%error, "an owned session is not driven until the daemon starts anew");
    }
}

/// A host that is killed writes nothing of its end: its process tells. One thread waits for it, however often its
/// session is driven anew.
fn await_end(engine: &Arc<Engine>, id: i64, dir: &Path) {
    let Ok(host::HostState::Running(started)) = host::state(dir) else { return };
    if !engine.owned.begins_to_await(started.host) {
        return;
    }
    let engine = Arc::downgrade(engine);
    std::thread::spawn(move || {
        let is_told = callboard_os::process::wait_for_end(started.host.pid);
        let Some(engine) = engine.upgrade() else { return };
        engine.owned.awaits_no_more(started.host);
        if let Some(channel) = engine.owned.channel(id).filter(|_| is_told) {
            // One that is full looks at its host anyway.
            let _ = channel.try_send(Wake::Grown);
        }
    });
}

/// Its socket is there a moment after it was started, and then a file in its folder says so.
fn wait_for_host(engine: &Engine, dir: &Path, wakes: &Receiver<Wake>) {
    let begun = engine.now();
    while engine.now().since_ms(begun) < limits::HOST_AWAITED_MS {
        if !matches!(host::state(dir), Ok(host::HostState::Starting)) {
            return;
        }
        // Nobody has the way to its channel yet: what comes is of its folder. The look itself is the repair.
        let _ = wakes.recv_timeout(limits::HOST_LOOK_EVERY);
    }
}

pub(super) fn refused(error: host::HostError) -> EngineError {
    EngineError::Refused {
        text: format!("{error}; nothing was started"),
        hint: "see `callboard doctor`",
    }
}

fn cannot(dir: &Path, cause: &std::io::Error) -> EngineError {
    EngineError::Refused {
        text: format!("cannot make {}: {cause}; nothing was started", dir.display()),
        hint: "make room on the disk, or the folder writable",
    }
}

#[cfg(test)]
pub(super) mod tests;
