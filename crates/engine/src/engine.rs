//! The engine as its users hold it: starts the threads, takes requests, answers questions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread::JoinHandle;

use callboard_agents::{Environment, StopFlag};
use callboard_model::view::{ImportProgress, MoveTask, NewTask, TaskChange};
use callboard_model::{Seq, SessionId, TaskId, Timestamp, WorkspaceId};
use callboard_store::{Checkpointer, Reader, Store};
use tokio::sync::watch;

use crate::EngineError;
use crate::announce::Announcer;
use crate::bell::Bell;
use crate::changes::ChangesRoom;
use crate::core::{Core, Input, Known, Problems, ReadAgain, When, Wiring, YOU};
use crate::inbox::{Inbox, Lane};
use crate::ingest::{Deliver, Ingest, Work};
use crate::limits;
use crate::live::{Home, LiveWatch};
use crate::notes::NotesWatch;
use crate::owned::OwnedRoom;

/// Where transcripts are written for agents that keep none.
pub(crate) const TRANSCRIPTS: &str = "transcripts";

/// What the engine is told at its start.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Where Callboard keeps everything.
    pub home: PathBuf,
    /// Where agents keep theirs.
    pub environment: Environment,
    /// Tells the present moment: time enters here and nowhere else.
    pub clock: Clock,
    /// Folders whose repositories' configurations need no approval.
    pub trusted: Vec<PathBuf>,
    /// The program `callboard`, whose steps confine checks ([`callboard_os::confine`]); without it, checks run as any
    /// other command.
    pub confine_by: Option<PathBuf>,
}

/// Tells the present moment.
pub type Clock = fn() -> Timestamp;

/// The running engine.
pub struct Engine {
    pub(crate) config: EngineConfig,
    inbox: Arc<Inbox<Input>>,
    announcer: Announcer,
    ingest: Arc<OnceLock<Ingest>>,
    live: LiveWatch,
    pub(crate) stop: StopFlag,
    readers: Mutex<Vec<Reader>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    pub(crate) problems: Problems,
    pub(crate) homes: Vec<Home>,
    /// Addresses of workspaces' remotes, once asked of git.
    pub(crate) remotes: Mutex<BTreeMap<WorkspaceId, Option<String>>>,
    pub(crate) notes: NotesWatch,
    /// Whoever settles a candidate has it.
    pub(crate) settling: Mutex<()>,
    pub(crate) answers: Bell,
    pub(crate) owned: OwnedRoom,
    pub(crate) pushes: crate::pushes::PushWatch,
    pub(crate) changes: Arc<ChangesRoom>,
    pub(crate) moves: crate::reviews::Remembered,
    pub(crate) checking: crate::reviews::Checking,
    pub(crate) landing: crate::reviews::LandingNow,
    /// Whoever merges the members of reviews has it.
    pub(crate) combining: Mutex<()>,
    pub(crate) asking_gh: crate::pull_requests::Asking,
    pub(crate) posting: crate::posts::Posting,
    /// Whoever sends comments has it.
    pub(crate) sending: Mutex<()>,
    pub(crate) projects: crate::project::Projects,
    pub(crate) trusts: crate::trust::Trusts,
    pub(crate) turns: crate::resources::Turns,
    pub(crate) keeper: crate::worktrees::Keeper,
    pub(crate) trials: crate::trials::TrialsRoom,
    pub(crate) notices_on_their_way: crate::hooks::OnTheirWay,
    /// How often each session was looked at for what is related to it.
    pub(crate) related_looks: crate::related::RelatedLooks,
    pub(crate) known_moves: crate::related::KnownMoves,
    pub(crate) readings: crate::readings::ReadingsRoom,
    pub(crate) receipts: crate::receipts::ReceiptsRoom,
    pub(crate) started: Timestamp,
}

impl Engine {
    /// Opens the store and starts reading what agents do.
    ///
    /// # Errors
    /// When the store cannot be opened, or another engine has it.
    pub fn start(config: EngineConfig) -> Result<Arc<Self>, EngineError> {
        let store = Store::open(&config.home)?;
        let mut reader = store.reader()?;
        let homes = homes(&config);
        let (sources, known) = reader.snapshot(|s| Ok((s.sources()?, Known::load(s, &homes)?)))?;
        // Sessions of agents that configurations named once stay readable.
        let _known: Vec<_> = sources
            .iter()
            .filter_map(|source| callboard_agents::configured(source.row.agent.as_str()))
            .collect();
        let inbox = Arc::new(Inbox::new(limits::WAITING));
        let announcer = Announcer::new(store.last_seq());
        let problems = Problems::default();
        let ingest = Arc::new(OnceLock::new());
        let answers = Bell::default();
        let owned = OwnedRoom::new(&config.home);
        let changes = Arc::new(ChangesRoom::default());
        let (clock, started) = (config.clock, (config.clock)());
        let progress = progress_of(Arc::downgrade(&ingest), started, clock);
        let read_again = reading_again(Arc::downgrade(&ingest));
        let wiring = Wiring {
            announcer: announcer.clone(),
            problems: problems.clone(),
            read_again,
            progress,
            answers: answers.clone(),
            changes: Arc::clone(&changes),
            clock,
        };
        let core = Core::new(store, known, wiring);
        let writer = start_writer(core, &inbox)?;
        let live = watch_live(&homes, &inbox);
        let engine = Arc::new(Self {
            config,
            inbox,
            announcer,
            ingest,
            live,
            stop: StopFlag::default(),
            readers: Mutex::new(vec![reader]),
            writer: Mutex::new(Some(writer)),
            problems,
            homes,
            remotes: Mutex::default(),
            notes: NotesWatch::default(),
            settling: Mutex::default(),
            answers,
            owned,
            pushes: crate::pushes::PushWatch::default(),
            changes,
            moves: crate::reviews::Remembered::default(),
            checking: crate::reviews::Checking::default(),
            landing: crate::reviews::LandingNow::default(),
            combining: Mutex::default(),
            asking_gh: crate::pull_requests::Asking::default(),
            posting: crate::posts::Posting::default(),
            sending: Mutex::default(),
            projects: crate::project::Projects::default(),
            trusts: crate::trust::Trusts::default(),
            turns: crate::resources::Turns::default(),
            keeper: crate::worktrees::Keeper::default(),
            trials: crate::trials::TrialsRoom::default(),
            notices_on_their_way: crate::hooks::OnTheirWay::default(),
            related_looks: crate::related::RelatedLooks::default(),
            known_moves: crate::related::KnownMoves::default(),
            readings: crate::readings::ReadingsRoom::default(),
            receipts: crate::receipts::ReceiptsRoom::default(),
            started,
        });
        engine.begin_reading(sources);
        begin_beside(&engine);
        Ok(engine)
    }

    fn begin_reading(&self, sources: Vec<callboard_store::Source>) {
        let deliver: Deliver = {
            let inbox = self.inbox.clone();
            Arc::new(move |is_live, report| {
                let lane = if is_live { Lane::Live } else { Lane::Backfill };
                inbox.push(lane, Input::Report(report)).is_ok()
            })
        };
        let on_change = {
            let (live, homes) = (self.live.clone(), self.homes.clone());
            move |index: usize, path: &Path| {
                let Some(home) = homes.get(index) else { return false };
                let is_signal = path == home.path || home.agent.live_signal(&home.path, path);
                if is_signal {
                    live.trigger(index);
                }
                is_signal && path != home.path
            }
        };
        self.live.trigger_all();
        let started = Ingest::start(
            self.homes.clone(),
            sources,
            callboard_store::BlobStore::new(&self.config.home),
            self.config.clock,
            deliver,
            on_change,
        );
        // It is set once, here.
        let _ = self.ingest.set(started);
        for home in &self.homes {
            let (inbox, agent) = (self.inbox.clone(), home.agent.name());
            let report = Box::new(move |update| {
                // Refused only when the engine ends.
                let _ = inbox.push(Lane::Live, Input::Status { agent: agent.clone(), update });
            });
            home.agent.watch_status(&home.path, report, self.stop.clone());
        }
    }

    /// Ends reading, finishes what waits, and closes the store.
    pub fn stop(&self) {
        self.stop.stop();
        self.live.stop();
        self.owned.stop();
        self.changes.stop();
        self.answers.tell();
        self.trials.close();
        self.readings.stop();
        if let Some(ingest) = self.ingest.get() {
            ingest.stop();
        }
        self.inbox.close();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer
            && writer.join().is_err()
        {
            tracing::error!("the writer ended by a fault; what it had committed is kept");
        }
    }

    /// Where Callboard keeps everything.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.config.home
    }

    /// Announces the order of each commit.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<Seq> {
        self.announcer.listen()
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Timestamp {
        (self.config.clock)()
    }

    /// How far reading history is.
    #[must_use]
    pub fn import(&self) -> ImportProgress {
        progress_of(Arc::downgrade(&self.ingest), self.started, self.config.clock)()
    }

    /// What was read from agents' files since the start.
    #[must_use]
    pub fn work(&self) -> Work {
        self.ingest.get().map(Ingest::work).unwrap_or_default()
    }

    /// Registers the repository that `path` lies in, or the folder itself, as a workspace.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn register(self: &Arc<Self>, path: &Path) -> Result<WorkspaceId, EngineError> {
        let found = crate::core::look_at(path)?;
        let root = found.row.root.clone();
        let common_dir = found.row.is_git.then(|| found.row.common_dir.clone());
        let id = self.ask(move |core| core.register(&found))?;
        self.keep_notes(id, &root)?;
        self.see_to_trust(id, &root);
        if let Some(common_dir) = common_dir {
            self.follow_pushes(id, &root, &common_dir);
            self.changes.other_checkouts(id);
        } else {
            self.see_plain_folders(vec![id]);
        }
        Ok(id)
    }

    /// Notes that the user has looked at a workspace now.
    ///
    /// # Errors
    /// When the store fails.
    pub fn look(&self, workspace: WorkspaceId) -> Result<(), EngineError> {
        self.ask(move |core| core.look(workspace))
    }

    /// Makes a task.
    ///
    /// # Errors
    /// When it has no title, or names things that do not exist.
    pub fn create_task(&self, workspace: WorkspaceId, new: NewTask) -> Result<TaskId, EngineError> {
        self.ask(move |core| core.create_task(workspace, &new, YOU))
    }

    /// Makes a task of a session.
    ///
    /// # Errors
    /// When the session has one, or belongs to no workspace.
    pub fn task_of_session(&self, session: SessionId) -> Result<TaskId, EngineError> {
        self.ask(move |core| core.task_of_session(session))
    }

    /// Changes a task.
    ///
    /// # Errors
    /// When there is none, or it was changed meanwhile.
    pub fn change_task(&self, id: TaskId, change: TaskChange) -> Result<TaskId, EngineError> {
        self.ask(move |core| core.change_task(id, &change, YOU))
            .inspect(|_| self.owned.look_at_queue())
    }

    /// Moves a task's card.
    ///
    /// # Errors
    /// When there is none.
    pub fn move_task(&self, id: TaskId, to: MoveTask) -> Result<TaskId, EngineError> {
        self.ask(move |core| core.move_task(id, &to, YOU)).inspect(|_| self.owned.look_at_queue())
    }

    /// Removes a task.
    ///
    /// # Errors
    /// When there is none.
    pub fn delete_task(&self, id: TaskId) -> Result<TaskId, EngineError> {
        self.ask(move |core| core.delete_task(id))
    }

    /// Brings a removed task back.
    ///
    /// # Errors
    /// When there is none.
    pub fn restore_task(&self, id: TaskId) -> Result<TaskId, EngineError> {
        self.ask(move |core| core.restore_task(id))
    }

    /// Links a session to a task.
    ///
    /// # Errors
    /// When either does not exist.
    pub fn link_session(&self, id: TaskId, session: SessionId) -> Result<TaskId, EngineError> {
        self.ask(move |core| core.link_session(id, session))
    }

    /// Unlinks a session from a task.
    ///
    /// # Errors
    /// When there is no such task.
    pub fn unlink_session(&self, id: TaskId, session: SessionId) -> Result<TaskId, EngineError> {
        self.ask(move |core| core.unlink_session(id, session))
    }

    /// Has the writer do something, and waits for it.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Core) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let (answer, answered) = sync_channel(1);
        let request = Box::new(move |core: &mut Core| {
            // Nobody waits any more only if the asker is gone.
            let _ = answer.send(f(core));
        });
        self.inbox.push(Lane::Request, Input::Request(request)).map_err(|_| EngineError::Ending)?;
        answered.recv().map_err(|_| EngineError::Ending)?
    }

    /// Reads from the store, as of one moment.
    pub(crate) fn read<T>(
        &self,
        f: impl FnOnce(&callboard_store::Snapshot<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.config.home)?,
        };
        let mut refusal = None;
        let value = reader.snapshot(|snapshot| match f(snapshot) {
            Ok(value) => Ok(Some(value)),
            Err(EngineError::Store(error)) => Err(error),
            Err(other) => {
                refusal = Some(other);
                Ok(None)
            }
        });
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < limits::IDLE_READERS {
            readers.push(reader);
        }
        drop(readers);
        match (value?, refusal) {
            (Some(value), _) => Ok(value),
            (None, Some(refusal)) => Err(refusal),
            (None, None) => Err(EngineError::Ending),
        }
    }
}

fn start_writer(core: Core, inbox: &Arc<Inbox<Input>>) -> Result<JoinHandle<()>, EngineError> {
    let inbox = inbox.clone();
    std::thread::Builder::new().name("writer".into()).spawn(move || core.run(&inbox)).map_err(
        |cause| EngineError::Refused {
            text: format!("cannot start a thread: {cause}"),
            hint: "end other programs or raise the limit of threads",
        },
    )
}

/// Starts what goes on beside requests.
fn begin_beside(engine: &Arc<Engine>) {
    crate::readable::start(engine, engine.stop.clone());
    crate::notes::start(engine);
    crate::owned::start(engine);
    crate::reviews::start(engine);
    crate::pushes::start(engine);
    crate::changes::start(engine);
    crate::hooks::start(engine, engine.stop.clone());
    crate::worktrees::start(engine, &engine.stop);
    crate::trials::start(engine);
    crate::resources::start(engine);
    crate::refold::start(engine, engine.stop.clone());
    crate::receipts::start(engine);
    std::thread::spawn(|| {
        callboard_os::thread::give_way();
        crate::secrets::prepare();
    });
    checkpoint_beside(engine);
}

/// Has transcripts read again.
fn reading_again(ingest: Weak<OnceLock<Ingest>>) -> ReadAgain {
    Arc::new(move |transcript, when| {
        // Batches may come before whoever starts the reading has set it.
        let Some(ingest) = ingest.upgrade() else { return };
        match when {
            When::Now => ingest.wait().read_on(transcript),
            When::At(due) => ingest.wait().retry_at(transcript, due),
        }
    })
}

/// Checkpoints the store now and then, beside the writer.
fn checkpoint_beside(engine: &Arc<Engine>) {
    let (stop, home) = (engine.stop.clone(), engine.config.home.clone());
    let mut commits = engine.listen();
    std::thread::spawn(move || {
        let checkpointer = match Checkpointer::open(&home) {
            Ok(checkpointer) => checkpointer,
            Err(error) => {
                tracing::warn!(%error, "the writer makes checkpoints itself");
                return;
            }
        };
        let mut is_due = true;
        while !stop.stopped() {
            std::thread::sleep(limits::CHECKPOINT_EVERY);
            let is_busy = commits.has_changed().unwrap_or(false);
            commits.mark_unchanged();
            is_due |= is_busy;
            if !is_due {
                continue;
            }
            match checkpointer.run(is_busy) {
                Ok(_) => is_due = is_busy,
                Err(error) => tracing::warn!(%error, "a checkpoint failed; it is made later"),
            }
        }
    });
}

/// Every folder that a known agent may keep its history in.
fn homes(config: &EngineConfig) -> Vec<Home> {
    let written = config.home.join(TRANSCRIPTS);
    // In place of a folder that is missing, all of Callboard's own would be watched.
    if let Err(error) = std::fs::create_dir_all(&written) {
        tracing::warn!(%error, "transcripts of agents that keep none cannot be written");
    }
    let mut homes: BTreeMap<PathBuf, Home> = BTreeMap::new();
    for agent in callboard_agents::all().iter().chain([&callboard_agents::written()]) {
        let paths = agent.homes(&config.environment);
        let ours = (agent.name() == callboard_agents::written().name()).then(|| written.clone());
        for path in paths.into_iter().chain(ours) {
            // One folder by two names is read once.
            let path = path.canonicalize().unwrap_or(path);
            homes.entry(path.clone()).or_insert(Home { agent: *agent, path });
        }
    }
    homes.into_values().collect()
}

fn watch_live(homes: &[Home], inbox: &Arc<Inbox<Input>>) -> LiveWatch {
    let inbox = inbox.clone();
    LiveWatch::start(homes.to_vec(), move |home, sessions| {
        let input = Input::Listed {
            agent: home.agent.name(),
            home: home.path.clone(),
            // Nothing runs from a home that is not there.
            complete: home.agent.lists_all(&home.path) || !home.path.exists(),
            sessions,
        };
        // Refused only when the engine ends.
        let _ = inbox.push(Lane::Live, input);
    })
}

/// Tells how far reading history is, with the time left at the rate so far.
fn progress_of(
    ingest: Weak<OnceLock<Ingest>>,
    started: Timestamp,
    clock: Clock,
) -> Arc<dyn Fn() -> ImportProgress + Send + Sync> {
    Arc::new(move || {
        // The end of a short history may come before whoever starts the reading has set it, and is told once.
        let history = ingest.upgrade().map(|ingest| ingest.wait().history()).unwrap_or_default();
        let elapsed_ms = u64::try_from(clock().since_ms(started)).unwrap_or(u64::MAX);
        let left = history.bytes_total.saturating_sub(history.bytes_done);
        let left_ms = (history.running && history.bytes_done > 0)
            .then(|| elapsed_ms.saturating_mul(left) / history.bytes_done);
        ImportProgress {
            running: history.running,
            bytes_done: history.bytes_done,
            bytes_total: history.bytes_total,
            files_done: history.files_done,
            files_total: history.files_total,
            sessions: 0,
            left_ms,
        }
    })
}
