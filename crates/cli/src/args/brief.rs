//! Briefs and hand-offs, as they are asked for.

use clap::Args as ClapArgs;

use super::Json;
use super::post::Posting;

#[derive(Debug, ClapArgs)]
pub(crate) struct Brief {
    /// `S41`, the agent's own id or its beginning, or `T12` for a task and all of its sessions.
    pub(crate) of: String,
    /// The task that it is made for: what touches its scope comes first.
    #[arg(long = "for", value_name = "TASK")]
    pub(crate) for_task: Option<String>,
    /// Tokens that it may have, about.
    #[arg(long, default_value_t = callboard_model::limits::BRIEF_TOKENS)]
    pub(crate) budget: u32,
    /// Have your own agent (`claude`, `codex`) read first what was said there, once for each session; each of its quotes
    /// is checked. It costs what a prompt of that length costs.
    #[arg(long, value_name = "AGENT")]
    pub(crate) with: Option<String>,
    /// Read again where nothing was said since the last time.
    #[arg(long, requires = "with")]
    pub(crate) fresh: bool,
    #[command(flatten)]
    pub(crate) post: Posting,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Handoff {
    /// `S41`, or the agent's own id or its beginning.
    pub(crate) session: String,
    /// The agent that takes over; another one that is installed if not given.
    #[arg(long, value_name = "AGENT")]
    pub(crate) to: Option<String>,
    /// What it is told beside the brief.
    #[arg(long)]
    pub(crate) prompt: Option<String>,
    /// The model, in the agent's words.
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// The permission mode, in the agent's words.
    #[arg(long)]
    pub(crate) mode: Option<String>,
    /// Tokens of the brief, about.
    #[arg(long, default_value_t = callboard_model::limits::BRIEF_TOKENS)]
    pub(crate) budget: u32,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Related {
    /// `S41`, or the agent's own id or its beginning.
    pub(crate) session: String,
    #[command(flatten)]
    pub(crate) json: Json,
}
