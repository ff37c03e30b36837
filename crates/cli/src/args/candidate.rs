//! What can be typed about candidates of decisions.

use clap::{Args, Subcommand};

use super::Json;

/// Which are listed.
#[derive(Debug, Args)]
pub(crate) struct Listed {
    /// `S41`, the agent's own id or its beginning, or `T12`; those of the whole workspace if not given.
    pub(crate) of: Option<String>,
    /// Those that were accepted or dismissed, too.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// What is done to candidates.
#[derive(Debug, Subcommand)]
pub(crate) enum Candidate {
    /// List them, newest first.
    #[command(visible_alias = "ls")]
    List(Listed),
    /// Show one as it would be written.
    Show {
        /// As it is listed: `S41#123`.
        candidate: String,
        #[command(flatten)]
        json: Json,
    },
    /// Make it a decision, or a note: with its events as sources.
    Accept(Accept),
    /// Offer it no longer.
    Dismiss(Settled),
    /// Offer it again.
    Reopen(Settled),
}

/// A candidate that becomes a decision or a note.
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// As it is listed: `S41#123`.
    pub(crate) candidate: String,
    /// What was decided, in one line, in your words.
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Why; Markdown, or `-` for standard input.
    #[arg(long)]
    pub(crate) why: Option<String>,
    /// What was ruled out, and why: `one fixture: hides which watcher it tests`; may be given again.
    #[arg(long = "ruled-out", value_name = "WHAT: WHY")]
    pub(crate) ruled_out: Vec<String>,
    /// A file it is about; several may follow, and it may be given again.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) files: Vec<String>,
    /// Make it a note, and no decision.
    #[arg(long, conflicts_with = "decision")]
    pub(crate) note: bool,
    /// Make it a decision, and no note.
    #[arg(long)]
    pub(crate) decision: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// Candidates that are settled, or not any more.
#[derive(Debug, Args)]
pub(crate) struct Settled {
    /// As they are listed: `S41#123`.
    #[arg(required = true)]
    pub(crate) candidates: Vec<String>,
    #[command(flatten)]
    pub(crate) json: Json,
}
