//! What can be typed about changesets and claims.

use clap::Args;

use super::Json;

/// What each session changes.
#[derive(Debug, Args)]
pub(crate) struct Changes {
    /// Only this one, with its files: `S41`, `T12`, a branch or a worktree.
    pub(crate) of: Option<String>,
    /// With its hunks; those that belong to others, too, say so.
    #[arg(long, requires = "of")]
    pub(crate) diff: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// Commit exactly what one session changed, whatever else is dirty or staged.
#[derive(Debug, Args)]
pub(crate) struct Commit {
    /// Whose changes: `S41`.
    pub(crate) session: String,
    /// The message; several are paragraphs of one.
    #[arg(short, long, required_unless_present = "dry_run")]
    pub(crate) message: Vec<String>,
    /// Who made it (`Name <mail>`), if not you.
    #[arg(long)]
    pub(crate) author: Option<String>,
    /// Take along the lines that belong to others, too.
    #[arg(long)]
    pub(crate) overlaps: bool,
    /// Do not run `pre-commit` and `commit-msg`.
    #[arg(long)]
    pub(crate) no_verify: bool,
    /// Only say what would be committed.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// What a task or a session is going to touch.
#[derive(Debug, Args)]
pub(crate) struct Claim {
    /// Paths from the repository's root, with `*`, `?` and `**`: `'src/watcher/**'`.
    #[arg(required_unless_present_any = ["list", "drop"])]
    pub(crate) paths: Vec<String>,
    /// For this task; the one whose worktree this is if not given.
    #[arg(long, conflicts_with = "session")]
    pub(crate) task: Option<String>,
    /// For this session.
    #[arg(long)]
    pub(crate) session: Option<String>,
    /// List who is about what.
    #[arg(long, conflicts_with_all = ["paths", "drop"])]
    pub(crate) list: bool,
    /// Take claims back: those of these numbers, or all of the task or session.
    #[arg(long, value_name = "NUMBER", num_args = 0.., conflicts_with = "paths")]
    pub(crate) drop: Option<Vec<i64>>,
    #[command(flatten)]
    pub(crate) json: Json,
}
