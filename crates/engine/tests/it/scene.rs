//! An engine over a hermetic home.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use callboard_engine::{
    Clock, Engine, EngineConfig, Environment, EventsFrom, EventsWanted, SessionQuery,
};
use callboard_model::view::{SessionView, StreamMessage};
use callboard_model::{Event, EventBody, SessionId, WorkspaceId};
use callboard_store::Reader;
use callboard_testkit::{HermeticHome, Repo, limits};

/// What no commit announces (a file that is gone, a problem) is looked for this often.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A running engine; it is stopped when dropped.
pub(crate) struct Running {
    pub(crate) engine: Arc<Engine>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

impl Running {
    /// Starts an engine and waits until history is read.
    pub(crate) fn start(home: &HermeticHome) -> Self {
        Self::start_at(home, callboard_os::clock::now)
    }

    /// As [`Self::start`], by this clock.
    pub(crate) fn start_at(home: &HermeticHome, clock: Clock) -> Self {
        Self::start_with(home, clock, None)
    }

    /// As [`Self::start`], with checks confined by the built `callboard`.
    #[cfg(target_os = "linux")]
    pub(crate) fn start_confining(home: &HermeticHome) -> Self {
        let program = callboard_testkit::daemon::binary();
        Self::start_with(home, callboard_os::clock::now, Some(program))
    }

    fn start_with(home: &HermeticHome, clock: Clock, confine_by: Option<PathBuf>) -> Self {
        let vars: BTreeMap<String, String> = home
            .variables()
            .into_iter()
            .map(|(name, value)| (name.into_string().unwrap(), value.into_string().unwrap()))
            .collect();
        let trusted = vars.get("CALLBOARD_TRUST").into_iter().map(Into::into).collect();
        let environment = Environment { home: home.user_home(), vars };
        let config =
            EngineConfig { home: home.callboard_home(), environment, clock, trusted, confine_by };
        let reader = Reader::open(&home.callboard_home());
        let before = reader.and_then(|mut r| r.snapshot(|s| s.seq())).unwrap_or_default();
        let running = Self { engine: Engine::start(config).unwrap() };
        // Announced once all that was read is committed.
        running.wait("read history", |engine| {
            let (told, _) = engine.changes_after(before, None).unwrap();
            let is_end = |message: &StreamMessage| matches!(message, StreamMessage::Import { import } if !import.running);
            told.iter().any(|entry| is_end(&entry.message)).then_some(())
        });
        running
    }

    /// Waits for commits until `look` finds something.
    pub(crate) fn wait<T>(&self, what: &str, look: impl Fn(&Engine) -> Option<T>) -> T {
        let mut commits = self.engine.listen();
        let end = Instant::now() + limits::WAIT;
        loop {
            commits.mark_unchanged();
            if let Some(found) = look(&self.engine) {
                return found;
            }
            assert!(Instant::now() < end, "no {what}: {:#?}", self.engine.doctor());
            let woken = Waker::from(Arc::new(Unpark(std::thread::current())));
            let mut changed = pin!(commits.changed());
            if changed.as_mut().poll(&mut Context::from_waker(&woken)).is_pending() {
                std::thread::park_timeout(LOOK_AGAIN);
            }
        }
    }

    /// The session with this id of its agent, once it is there.
    pub(crate) fn session(&self, native: &str) -> SessionView {
        self.wait(&format!("session {native}"), |engine| {
            sessions(engine)
                .into_iter()
                .find(|s| s.agent_session_id == native && s.subagent_id.is_none())
        })
    }

    /// Waits until these words are the last of what was said in a session.
    pub(crate) fn wait_for_words(&self, native: &str, last: &str) -> SessionId {
        let id = self.session(native).id;
        self.wait(&format!("`{last}` in {native}"), |engine| {
            (words(engine, id).last().map(String::as_str) == Some(last)).then_some(id)
        })
    }

    /// Waits until a session runs this command.
    pub(crate) fn wait_for_command(&self, native: &str, command: &str) {
        let id = self.session(native).id;
        self.wait(&format!("`{command}` in {native}"), |engine| {
            let ran =
                |event: Event| matches!(event.body, EventBody::Command(c) if c.command == command);
            events(engine, id).into_iter().any(ran).then_some(())
        });
    }

    /// Everything that was said in a session, in order.
    pub(crate) fn words(&self, native: &str) -> Vec<String> {
        words(&self.engine, self.session(native).id)
    }

    pub(crate) fn register(&self, repo: &Repo<'_>) -> WorkspaceId {
        self.engine.register(repo.path()).unwrap()
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Every session.
pub(crate) fn sessions(engine: &Engine) -> Vec<SessionView> {
    engine.sessions(&SessionQuery::default()).unwrap().sessions
}

/// Every event of a session, in order.
pub(crate) fn events(engine: &Engine, id: SessionId) -> Vec<Event> {
    let page = engine.events(id, EventsWanted::all(EventsFrom::Start, 500)).unwrap();
    assert!(!page.more_after, "more than a page");
    page.events
}

fn words(engine: &Engine, id: SessionId) -> Vec<String> {
    let said = events(engine, id).into_iter().filter_map(|event| match event.body {
        EventBody::Prompt(prompt) => Some(prompt.text),
        EventBody::Text { text } => Some(text),
        _ => None,
    });
    said.collect()
}
