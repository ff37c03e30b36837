//! Briefs, as they are asked for.

use clap::Args as ClapArgs;

use super::Json;

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
    #[command(flatten)]
    pub(crate) json: Json,
}
