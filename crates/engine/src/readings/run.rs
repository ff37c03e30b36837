//! Readings that go on: each is one run of the user's own agent, one after another.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use callboard_agents::{Agent, READING_FOLDER, Reads, StopFlag};
use callboard_model::reading::{Reading, Said, parse, prompt, prove};
use callboard_model::view::{ReadingNow, ReadingsView, SessionReading};
use callboard_model::{Cite, Seq, SessionId};
use callboard_os::command::{Command, CommandError};
use callboard_store::Snapshot;

use super::conversation::conversation;
use super::quotes::find;
use crate::core::view_of;
use crate::owned::program_of;
use crate::{BriefOf, Engine, EngineError, limits, secrets};

/// Readings that wait or go on. They end with the daemon, and are begun again by whoever asked.
#[derive(Default)]
pub(crate) struct ReadingsRoom {
    running: Mutex<BTreeMap<SessionId, Running>>,
    /// One agent reads at a time.
    turn: Mutex<()>,
}

struct Running {
    now: ReadingNow,
    stop: StopFlag,
}

/// An agent that can read.
#[derive(Clone, Copy)]
struct Reader {
    agent: &'static dyn Agent,
    reads: &'static dyn Reads,
}

impl ReadingsRoom {
    fn running(&self) -> std::sync::MutexGuard<'_, BTreeMap<SessionId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all.
    pub(crate) fn stop(&self) {
        self.running().values().for_each(|one| one.stop.stop());
    }
}

impl Engine {
    /// Has the user's own agent read what was said in a session, or in the sessions of a task: those that have new words
    /// since they were read last, or all if `anew`. Gives what goes on now; it ends by itself.
    ///
    /// # Errors
    /// When there is no such session, task or agent, or the agent cannot read.
    pub fn start_readings(
        self: &Arc<Self>,
        of: BriefOf,
        agent: &str,
        anew: bool,
    ) -> Result<ReadingsView, EngineError> {
        let reader = reader_named(agent)?;
        program_of(reader.agent, &self.config.environment)?;
        let by = reader.agent.name();
        let mut wanted = Vec::new();
        for one in self.readings(of)?.sessions {
            let last = one.reading.filter(|last| last.problem.is_none() && last.by == by);
            let is_read = last.is_some() && !one.has_new_words && !anew;
            if !is_read && one.now.is_none() {
                wanted.push(one.session);
            }
        }
        for session in &wanted {
            let now = ReadingNow { by: by.clone(), since: self.now() };
            let running = Running { now, stop: StopFlag::default() };
            self.readings.running().insert(*session, running);
        }
        let engine = self.clone();
        if !wanted.is_empty() {
            std::thread::spawn(move || {
                for session in wanted {
                    if let Err(error) = engine.read_session(session, reader) {
                        tracing::warn!(%error, %session, "a reading was not kept");
                    }
                }
            });
        }
        self.readings(of)
    }

    /// What agents read in these sessions, and what they are reading now.
    ///
    /// # Errors
    /// When there is no such session or task, or the store fails.
    pub fn readings(&self, of: BriefOf) -> Result<ReadingsView, EngineError> {
        let mut sessions = self.read(|s| {
            let row = |session| {
                let reading = s.reading(session)?;
                let upto = reading.as_ref().map_or(Seq::default(), |last| last.upto);
                let has_new_words = super::conversation::last_words(s, session)? > upto;
                Ok(SessionReading { session, reading, now: None, has_new_words })
            };
            sessions_of(s, of)?.into_iter().map(row).collect::<Result<Vec<_>, EngineError>>()
        })?;
        let running = self.readings.running();
        for one in &mut sessions {
            one.now = running.get(&one.session).map(|running| running.now.clone());
        }
        Ok(ReadingsView { sessions })
    }

    /// Ends what goes on of these sessions' readings; what was read before stays.
    ///
    /// # Errors
    /// When there is no such session or task, or the store fails.
    pub fn cancel_readings(&self, of: BriefOf) -> Result<ReadingsView, EngineError> {
        let sessions = self.read(|s| sessions_of(s, of))?;
        for (session, running) in self.readings.running().iter() {
            if sessions.contains(session) {
                running.stop.stop();
            }
        }
        self.readings(of)
    }

    fn read_session(&self, session: SessionId, reader: Reader) -> Result<(), EngineError> {
        self.ask(move |core| core.reading_changed(session))?;
        let turn = self.readings.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let stop = self.readings.running().get(&session).map(|one| one.stop.clone());
        let stop = stop.unwrap_or_default();
        let read = self.read_with(session, reader, &stop);
        drop(turn);
        let reading = match read {
            Ok(reading) => Some(reading),
            // Whoever broke it off knows.
            Err(_) if stop.stopped() => None,
            Err(error) => {
                let last = self.read(|s| Ok(s.reading(session)?))?;
                let problem = Some(error.to_string());
                Some(Reading { problem, ..last.unwrap_or_else(|| self.unread(session, reader)) })
            }
        };
        self.readings.running().remove(&session);
        self.ask(move |core| match reading {
            Some(reading) => core.put_reading(&reading),
            None => core.reading_changed(session),
        })
    }

    fn unread(&self, session: SessionId, reader: Reader) -> Reading {
        Reading {
            session,
            by: reader.agent.name(),
            at: self.now(),
            upto: Seq::default(),
            statements: Vec::new(),
            unproven: 0,
            wrong_quotes: 0,
            unknown: 0,
            problem: None,
        }
    }

    fn read_with(
        &self,
        session: SessionId,
        reader: Reader,
        stop: &StopFlag,
    ) -> Result<Reading, EngineError> {
        let said = self.read(|s| conversation(s, session))?;
        let mut reading = self.unread(session, reader);
        let Some(last) = said.iter().map(|one| one.cite.seq).max() else { return Ok(reading) };
        let answer = self.answer_of(reader, &said, stop)?;
        let title = reader.agent.title();
        let answer = parse(&answer).ok_or_else(|| EngineError::Refused {
            text: format!("{title} read {session}, and its answer holds no statements"),
            hint: "try again with `--fresh`",
        })?;
        // Two events of one session are written in whatever order: the last that was there counts.
        reading.upto = last;
        reading.unknown = answer.unknown;
        let proven = self.read(|s| {
            let mut problem = None;
            // What it was not shown it did not read, however it came to it.
            let was_shown = |cite: &Cite| said.iter().any(|one| one.cite == *cite);
            let proven = prove(answer.claims, |quote| match find(s, session, quote) {
                Ok(found) => found.filter(was_shown),
                Err(error) => {
                    problem = Some(error);
                    None
                }
            });
            problem.map_or(Ok(proven), Err)
        })?;
        (reading.unproven, reading.wrong_quotes) = (proven.unproven, proven.wrong_quotes);
        reading.statements = proven.statements;
        for one in &mut reading.statements {
            let quotes = one.quotes.iter_mut().map(|quote| &mut quote.text);
            for text in [&mut one.text, &mut one.why].into_iter().chain(quotes) {
                *text = secrets::mask(text).0;
            }
        }
        Ok(reading)
    }

    /// Runs the agent in an empty folder of ours; gives what it says.
    fn answer_of(
        &self,
        reader: Reader,
        said: &[Said],
        stop: &StopFlag,
    ) -> Result<String, EngineError> {
        let title = reader.agent.title();
        let refused = |why: &str| EngineError::Refused {
            text: format!("{title} could not read it: {why}"),
            hint: "the brief tells what is known without it",
        };
        let environment = &self.config.environment;
        let program = program_of(reader.agent, environment)?;
        let folder = self.home().join("run").join(READING_FOLDER);
        std::fs::create_dir_all(&folder).map_err(|error| refused(&error.to_string()))?;
        let command = Command::new(&program, &folder)
            .args(reader.reads.arguments())
            .env_clear()
            .input(prompt(said))
            .time(limits::READING_TIME)
            .unless(stop.clone());
        let vars = environment.vars.iter();
        let command = vars.fold(command, |command, (name, value)| command.env(name, value));
        let output = command.output().map_err(|error| match error {
            CommandError::Stopped { .. } => refused("it was broken off"),
            other => refused(&other.to_string()),
        })?;
        let said = reader.reads.answer(&output.text());
        said.map_err(|why| {
            let told = output.error_text();
            let why = if told.is_empty() || output.status.success() { why } else { told };
            refused(&callboard_model::text::clip(&secrets::mask(&why).0, limits::READING_WHY_CHARS))
        })
    }
}

fn reader_named(name: &str) -> Result<Reader, EngineError> {
    let found = callboard_agents::named(name).and_then(|agent| {
        let reads = agent.reads()?;
        Some(Reader { agent, reads })
    });
    found.ok_or_else(|| EngineError::Refused {
        text: format!("`{name}` is no agent that can read a session; nothing was started"),
        hint: "name an agent that is installed: see `callboard doctor`",
    })
}

/// A session, or the newest of a task's.
fn sessions_of(s: &Snapshot<'_>, of: BriefOf) -> Result<Vec<SessionId>, EngineError> {
    match of {
        BriefOf::Session(id) => {
            Ok(vec![view_of(s, id)?.ok_or_else(|| EngineError::no_session(id))?.id])
        }
        BriefOf::Task(id) => {
            let task = s.task(id)?.ok_or_else(|| EngineError::no_task(id))?;
            let mut sessions: Vec<_> = task.sessions.iter().map(|link| link.session).collect();
            sessions.sort_unstable();
            let from = sessions.len().saturating_sub(limits::READING_SESSIONS);
            Ok(sessions.split_off(from))
        }
    }
}
