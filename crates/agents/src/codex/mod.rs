//! Codex, by OpenAI.

mod connect;
#[cfg(unix)]
mod daemon;
mod discover;
#[cfg(unix)]
mod drive;
#[cfg(unix)]
mod handshake;
mod hook;
mod known_fields;
mod live;
mod parse;
mod parse_call;
mod parse_event;
mod parse_item;
mod parse_output;
mod patch;
mod read;
mod reader;
mod server;
mod slim;
mod trust;

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use callboard_model::call::{Ask, CallAnswer};
use callboard_model::{AgentName, Draft, ThreadKey};
use serde_json::Value;

use crate::{
    Agent, Connect, Driver, Environment, Found, Hook, Installed, LiveReport, LiveSession, Reads,
    StopFlag, TranscriptFile, TranscriptReader, WatchRoot, installed,
};

pub(crate) struct Codex;

impl Agent for Codex {
    fn name(&self) -> AgentName {
        AgentName::known("codex")
    }

    fn title(&self) -> &'static str {
        "Codex"
    }

    /// Named (openai/codex#18093), or in what it says of its turn (0.169).
    fn session_of_call(&self, meta: &Value) -> Option<String> {
        let turn = &meta["x-codex-turn-metadata"];
        let turn = match turn.as_str() {
            Some(text) => serde_json::from_str(text).unwrap_or_default(),
            None => turn.clone(),
        };
        let named = [&meta["threadId"], &turn["thread_id"], &turn["session_id"]];
        named.into_iter().find_map(|id| id.as_str().map(str::to_owned))
    }

    fn program_name(&self) -> &'static str {
        "codex"
    }

    fn project_files(&self) -> &'static [&'static str] {
        &["AGENTS.md", ".codex/**"]
    }

    fn homes(&self, environment: &Environment) -> Vec<PathBuf> {
        discover::homes(environment)
    }

    fn transcripts(&self, home: &Path, found: &mut dyn FnMut(Found)) {
        discover::transcripts(home, found);
    }

    fn transcript_at(&self, home: &Path, path: &Path) -> Option<TranscriptFile> {
        discover::transcript_at(home, path)
    }

    fn watch_roots(&self, home: &Path) -> Vec<WatchRoot> {
        let transcripts = discover::FOLDERS.iter();
        let transcripts =
            transcripts.map(|folder| WatchRoot { path: home.join(folder), recursive: true });
        let locks = WatchRoot { path: home.join(live::LOCKS), recursive: false };
        transcripts.chain([locks]).collect()
    }

    fn reader(&self, file: &TranscriptFile, state: Option<&str>) -> Box<dyn TranscriptReader> {
        Box::new(reader::Reader::new(file, state))
    }

    fn live(&self, home: &Path) -> Vec<LiveSession> {
        live::sessions(home)
    }

    fn lists_all(&self, _: &Path) -> bool {
        // A process that closed its transcript may still run.
        false
    }

    fn live_signal(&self, home: &Path, path: &Path) -> bool {
        live::is_signal(home, path)
    }

    #[cfg(unix)]
    fn watch_status(
        &self,
        home: &Path,
        report: LiveReport,
        stop: StopFlag,
    ) -> Option<JoinHandle<()>> {
        daemon::watch(home, report, stop)
    }

    #[cfg(not(unix))]
    fn watch_status(&self, _: &Path, _: LiveReport, _: StopFlag) -> Option<JoinHandle<()>> {
        None
    }

    fn installed(&self, environment: &Environment) -> Option<Installed> {
        installed::program(self.program_name(), environment)
    }

    #[cfg(unix)]
    fn driver(&self) -> Option<&'static dyn Driver> {
        Some(&drive::CodexDriver)
    }

    fn hook(&self) -> Option<&'static dyn Hook> {
        Some(&hook::Hooks)
    }

    fn reads(&self) -> Option<&'static dyn Reads> {
        Some(&read::Read)
    }

    fn connection(&self) -> Option<&'static dyn Connect> {
        Some(&connect::HooksFile)
    }

    #[cfg(unix)]
    fn serves(&self, home: &Path, thread: &ThreadKey) -> bool {
        daemon::serves(home, thread)
    }

    #[cfg(unix)]
    fn answer_by_server(
        &self,
        home: &Path,
        thread: &ThreadKey,
        ask: &Ask,
        answer: &CallAnswer,
    ) -> Result<(), String> {
        daemon::answer(home, thread, ask, answer)
    }

    // Its app makes them there, detached (developers.openai.com/codex/app/worktrees).
    fn made_worktree(&self, home: &Path, _: &Path, path: &Path) -> bool {
        path.starts_with(home.join("worktrees"))
    }

    fn companion(&self, file: &TranscriptFile) -> Vec<Draft> {
        discover::companion(file)
    }
}
