//! Claude Code, by Anthropic.

mod ask;
mod connect;
mod discover;
mod drive;
mod hook;
mod known_fields;
mod live;
mod parse;
mod parse_message;
mod parse_prompt;
mod parse_result;
mod parse_system;
mod parse_tool;
mod plan;
mod read;
mod reader;
mod slim;

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use callboard_model::{AgentName, Draft};

use crate::{
    Agent, Connect, Driver, Environment, Found, Hook, Installed, LiveReport, LiveSession, Reads,
    StopFlag, TranscriptFile, TranscriptReader, WatchRoot, installed,
};

pub(crate) struct Claude;

impl Agent for Claude {
    fn name(&self) -> AgentName {
        AgentName::known("claude")
    }

    fn title(&self) -> &'static str {
        "Claude Code"
    }

    /// <https://docs.claude.com/en/docs/claude-code/settings>
    fn session_variable(&self) -> Option<&'static str> {
        Some("CLAUDE_CODE_SESSION_ID")
    }

    fn program_name(&self) -> &'static str {
        "claude"
    }

    fn project_files(&self) -> &'static [&'static str] {
        &["CLAUDE.md", ".claude/**", ".mcp.json"]
    }

    fn homes(&self, environment: &Environment) -> Vec<PathBuf> {
        discover::homes(environment)
    }

    fn private(&self, home: &Path) -> Vec<PathBuf> {
        // Beside the usual home; in one that was chosen, it lies within.
        vec![home.to_owned(), home.with_extension("json")]
    }

    fn transcripts(&self, home: &Path, found: &mut dyn FnMut(Found)) {
        discover::transcripts(home, found);
    }

    fn transcript_at(&self, home: &Path, path: &Path) -> Option<TranscriptFile> {
        discover::transcript_at(home, path)
    }

    fn watch_roots(&self, home: &Path) -> Vec<WatchRoot> {
        vec![
            WatchRoot { path: home.join(discover::PROJECTS), recursive: true },
            WatchRoot { path: home.join(live::SESSIONS), recursive: false },
        ]
    }

    fn reader(&self, file: &TranscriptFile, state: Option<&str>) -> Box<dyn TranscriptReader> {
        Box::new(reader::Reader::new(file, state))
    }

    fn live(&self, home: &Path) -> Vec<LiveSession> {
        live::sessions(home)
    }

    fn lists_all(&self, home: &Path) -> bool {
        home.join(live::SESSIONS).is_dir()
    }

    fn live_signal(&self, home: &Path, path: &Path) -> bool {
        live::is_signal(home, path)
    }

    fn watch_status(&self, _: &Path, _: LiveReport, _: StopFlag) -> Option<JoinHandle<()>> {
        None
    }

    fn installed(&self, environment: &Environment) -> Option<Installed> {
        installed::program(self.program_name(), environment)
    }

    // `claude --worktree` makes them there (code.claude.com/docs/en/worktrees).
    fn made_worktree(&self, _: &Path, root: &Path, path: &Path) -> bool {
        path.starts_with(root.join(".claude/worktrees"))
    }

    fn same_record(&self, one: &str, other: &str) -> bool {
        reader::same_record(one, other)
    }

    fn driver(&self) -> Option<&'static dyn Driver> {
        Some(&drive::ClaudeDriver)
    }

    fn hook(&self) -> Option<&'static dyn Hook> {
        Some(&hook::Hooks)
    }

    fn reads(&self) -> Option<&'static dyn Reads> {
        Some(&read::Read)
    }

    fn connection(&self) -> Option<&'static dyn Connect> {
        Some(&connect::Plugin)
    }

    fn companion(&self, file: &TranscriptFile) -> Vec<Draft> {
        discover::companion(file)
    }
}
