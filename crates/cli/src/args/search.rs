//! What can be typed to search.

use clap::Args;

use super::Json;

/// What is searched for.
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Words, "phrases", prefix*, and filters such as file:src kind:prompt.
    #[arg(required = true)]
    pub(crate) query: Vec<String>,
    /// In all workspaces, not only in this one.
    #[arg(long, short)]
    pub(crate) all: bool,
    /// Only of this agent.
    #[arg(long)]
    pub(crate) agent: Option<String>,
    /// Only since then: `2h`, `3d`, `yesterday`, a date.
    #[arg(long)]
    pub(crate) since: Option<String>,
    /// Only about this file or folder.
    #[arg(long)]
    pub(crate) file: Option<String>,
    /// Only of this kind: `prompt`, `command`, `edit`, `result`, `task`, `decision` …
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Only of this task.
    #[arg(long)]
    pub(crate) task: Option<String>,
    /// Only of this session.
    #[arg(long)]
    pub(crate) session: Option<String>,
    /// At most so many hits.
    #[arg(long, short = 'n', default_value_t = 20)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) json: Json,
}
