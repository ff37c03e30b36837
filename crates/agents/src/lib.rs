//! Coding agents: where they keep their conversations, and what those say, in one vocabulary.
//!
//! One folder per agent; nothing outside it knows a word of that agent's. Nothing here writes to an agent's home.

mod acp;
mod ask;
mod claude;
mod codex;
mod connect;
pub mod drive;
mod fields;
mod hook;
mod installed;
pub mod instructions;
mod json_edit;
mod known;
pub mod limits;
mod live;
mod read;
mod slim;
mod split;
mod stream;
mod transcript;
mod walk;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use callboard_model::call::{Ask, CallAnswer};
use callboard_model::{AgentName, Draft, ThreadKey};
use serde_json::Value;

pub use callboard_os::stop::StopFlag;
pub use connect::{Connect, ConnectError, ConnectPlan, Connected, FileChange, HookCommand};
pub use drive::Driver;
pub use hook::{Hook, HookEvent, HookReport};
pub use live::{Installed, LiveSession, LiveUpdate, WatchRoot};
pub use read::{READING_FOLDER, Reads};
pub use slim::{BlobDraft, Dropped, Slim, content_hash};
pub use split::split_objects;
pub use stream::{BlobSink, StreamRule, StreamedRecord, slim_stream};
pub use transcript::{
    Compression, Found, Parsed, RecordPosition, TranscriptFile, TranscriptReader,
};

/// Every agent that Callboard reads.
#[must_use]
pub fn all() -> &'static [&'static dyn Agent] {
    &[&claude::Claude, &codex::Codex]
}

/// Those, and what configurations have named by now.
#[must_use]
pub fn known() -> Vec<&'static dyn Agent> {
    all().iter().copied().chain(acp::known()).collect()
}

/// The known agent of this short name.
#[must_use]
pub fn named(name: &str) -> Option<&'static dyn Agent> {
    known().into_iter().find(|agent| agent.name().as_str() == name)
}

/// The agent of this short name, which a configuration or a kept session names: known from now on. None
/// if there are too many.
#[must_use]
pub fn configured(name: &str) -> Option<&'static dyn Agent> {
    named(name).or_else(|| acp::configured(name).map(|agent| agent as &dyn Agent))
}

/// Whoever reads the transcripts that are written for agents that keep none.
#[must_use]
pub fn written() -> &'static dyn Agent {
    &acp::ANY
}

/// The environment that agents are looked for in; given, never read from the process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// The user's home directory.
    pub home: PathBuf,
    /// Environment variables.
    pub vars: BTreeMap<String, String>,
}

impl Environment {
    /// A variable that is set to something.
    fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Takes what a status source reports.
pub type LiveReport = Box<dyn Fn(LiveUpdate) + Send>;

/// A coding agent.
pub trait Agent: Send + Sync {
    /// Its short name.
    fn name(&self) -> AgentName;

    /// Its name as its makers write it.
    fn title(&self) -> &'static str;

    /// The name of its program.
    fn program_name(&self) -> &'static str;

    /// The variable that it sets for what it starts, to its own id of the session; none if it sets none.
    fn session_variable(&self) -> Option<&'static str> {
        None
    }

    /// Its own id of the session that calls a tool, of what it says with the call (`_meta` of the Model Context Protocol).
    fn session_of_call(&self, _meta: &Value) -> Option<String> {
        None
    }

    /// Files of a repository by which it is configured and instructed there, as patterns of paths.
    fn project_files(&self) -> &'static [&'static str] {
        &[]
    }

    /// The folders it keeps its files in, whether or not they exist.
    fn homes(&self, environment: &Environment) -> Vec<PathBuf>;

    /// What of a home nobody but the agent should read: keys, and what was said.
    fn private(&self, home: &Path) -> Vec<PathBuf> {
        vec![home.to_owned()]
    }

    /// Reports every transcript below a home, and what could not be looked at.
    fn transcripts(&self, home: &Path, found: &mut dyn FnMut(Found));

    /// The transcript at a path, if one is there.
    fn transcript_at(&self, home: &Path, path: &Path) -> Option<TranscriptFile>;

    /// Whose transcript it is, where several agents share a home.
    fn agent_of(&self, _file: &TranscriptFile) -> Option<&'static dyn Agent> {
        None
    }

    /// The folders in which transcripts and the live registry change.
    fn watch_roots(&self, home: &Path) -> Vec<WatchRoot>;

    /// A reader for a transcript. `state` is what the reader before it gave; one that cannot be read counts as none.
    fn reader(&self, file: &TranscriptFile, state: Option<&str>) -> Box<dyn TranscriptReader>;

    /// The sessions that run now, as far as can be known.
    fn live(&self, home: &Path) -> Vec<LiveSession>;

    /// Whether [`live`](Self::live) lists every session that runs, so that one it does not list has ended.
    fn lists_all(&self, home: &Path) -> bool;

    /// Whether a change at this path means that [`live`](Self::live) should be asked again.
    fn live_signal(&self, home: &Path, path: &Path) -> bool;

    /// Follows the agent's own status notifications until told to stop, if it has any. Only observes; answers nothing.
    fn watch_status(
        &self,
        home: &Path,
        report: LiveReport,
        stop: StopFlag,
    ) -> Option<JoinHandle<()>>;

    /// The agent's program, if it is installed.
    fn installed(&self, environment: &Environment) -> Option<Installed>;

    /// What drives it, if it can be driven.
    fn driver(&self) -> Option<&'static dyn Driver> {
        None
    }

    /// Its hooks, if it has such that tell what its files do not.
    fn hook(&self) -> Option<&'static dyn Hook> {
        None
    }

    /// How it is asked once, if its program can.
    fn reads(&self) -> Option<&'static dyn Reads> {
        None
    }

    /// How it is connected, if it has hooks.
    fn connection(&self) -> Option<&'static dyn Connect> {
        None
    }

    /// Whether the agent's own server has this conversation, so that any client may answer what it asks.
    fn serves(&self, _home: &Path, _thread: &ThreadKey) -> bool {
        false
    }

    /// Gives an answer through the agent's own server, taking the conversation only for that.
    ///
    /// # Errors
    /// Says why the agent did not take it; it goes on waiting then.
    fn answer_by_server(
        &self,
        _home: &Path,
        _thread: &ThreadKey,
        _ask: &Ask,
        _answer: &CallAnswer,
    ) -> Result<(), String> {
        Err("this agent has no server".into())
    }

    /// Whether the agent itself made the worktree at `path` of the repository whose main checkout is `root`.
    fn made_worktree(&self, _home: &Path, _root: &Path, _path: &Path) -> bool {
        false
    }

    /// Whether two slim records say the same, whichever session's transcripts they stand in.
    fn same_record(&self, one: &str, other: &str) -> bool {
        one == other
    }

    /// Facts that the agent keeps beside a transcript.
    fn companion(&self, file: &TranscriptFile) -> Vec<Draft>;
}
