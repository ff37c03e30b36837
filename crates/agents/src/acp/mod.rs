//! Agents that speak the Agent Client Protocol, named in `callboard.toml`.
//!
//! Where they keep their conversations is their own affair: what they say while they are driven is written
//! down as their transcript, in Callboard's own home.

mod diff;
mod discover;
mod drive;
mod parse;
mod parse_tool;
mod reader;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use callboard_model::{AgentName, Draft};

use crate::{
    Agent, Driver, Environment, Found, Installed, LiveReport, LiveSession, StopFlag,
    TranscriptFile, TranscriptReader, WatchRoot, limits,
};

/// One agent of this kind; without a name, all of them.
pub(crate) struct Acp {
    name: &'static str,
    driver: drive::AcpDriver,
}

/// Reads the transcripts of all of them.
pub(crate) static ANY: Acp = Acp { name: "acp", driver: drive::AcpDriver { name: "acp" } };

/// Those that somebody named. They live as long as the program: sessions refer to them.
static NAMED: Mutex<BTreeMap<&'static str, &'static Acp>> = Mutex::new(BTreeMap::new());

/// The agent of this name, known from now on.
pub(crate) fn configured(name: &str) -> Option<&'static Acp> {
    let mut named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(agent) = named.get(name) {
        return Some(agent);
    }
    if named.len() >= limits::CONFIGURED_AGENTS || !discover::is_name(name) {
        return None;
    }
    let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
    let agent = Box::leak(Box::new(Acp { name, driver: drive::AcpDriver { name } }));
    named.insert(name, agent);
    Some(agent)
}

/// The agents that are known by now.
pub(crate) fn known() -> Vec<&'static dyn Agent> {
    let named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
    named.values().map(|agent| *agent as &dyn Agent).collect()
}

impl Agent for Acp {
    fn name(&self) -> AgentName {
        AgentName::known(self.name)
    }

    fn title(&self) -> &'static str {
        self.name
    }

    fn program_name(&self) -> &'static str {
        self.name
    }

    fn homes(&self, _: &Environment) -> Vec<PathBuf> {
        Vec::new()
    }

    fn transcripts(&self, home: &Path, found: &mut dyn FnMut(Found)) {
        discover::transcripts(home, found);
    }

    fn transcript_at(&self, home: &Path, path: &Path) -> Option<TranscriptFile> {
        discover::transcript_at(home, path)
    }

    fn agent_of(&self, file: &TranscriptFile) -> Option<&'static dyn Agent> {
        configured(&discover::agent_of(&file.path)?).map(|agent| agent as &dyn Agent)
    }

    fn watch_roots(&self, home: &Path) -> Vec<WatchRoot> {
        vec![WatchRoot { path: home.to_owned(), recursive: true }]
    }

    fn reader(&self, file: &TranscriptFile, _: Option<&str>) -> Box<dyn TranscriptReader> {
        Box::new(reader::Reader::new(file))
    }

    // They run where they are driven, and whoever drives them knows.
    fn live(&self, _: &Path) -> Vec<LiveSession> {
        Vec::new()
    }

    fn lists_all(&self, _: &Path) -> bool {
        false
    }

    fn live_signal(&self, _: &Path, _: &Path) -> bool {
        false
    }

    fn watch_status(&self, _: &Path, _: LiveReport, _: StopFlag) -> Option<JoinHandle<()>> {
        None
    }

    // Its command is the repository's to say.
    fn installed(&self, _: &Environment) -> Option<Installed> {
        None
    }

    fn driver(&self) -> Option<&'static dyn Driver> {
        configured(self.name).map(|agent| &agent.driver as &dyn Driver)
    }

    fn companion(&self, _: &TranscriptFile) -> Vec<Draft> {
        Vec::new()
    }
}
