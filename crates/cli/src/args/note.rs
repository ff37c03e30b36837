//! What can be typed about notes and decisions.

use clap::{Args, Subcommand};

use super::Json;
use super::post::Posting;

/// A decision to be recorded.
#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// What was decided, in one line.
    pub(crate) title: String,
    /// Why; Markdown, or `-` for standard input.
    #[arg(long)]
    pub(crate) why: Option<String>,
    /// What was ruled out, and why: `one fixture: hides which watcher it tests`; may be given again.
    #[arg(long = "ruled-out", value_name = "WHAT: WHY")]
    pub(crate) ruled_out: Vec<String>,
    /// What is still open; may be given again.
    #[arg(long, value_name = "QUESTION")]
    pub(crate) open: Vec<String>,
    /// It is still to be made.
    #[arg(long)]
    pub(crate) undecided: bool,
    /// A decision whose place it takes: `D3`; may be given again.
    #[arg(long, value_name = "D3")]
    pub(crate) supersedes: Vec<String>,
    #[command(flatten)]
    pub(crate) about: About,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// What a note or decision is about, and where that was said.
#[derive(Debug, Default, Args)]
pub(crate) struct About {
    /// A file it is about; several may follow, and it may be given again.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) files: Vec<String>,
    /// A symbol it is about; may be given again.
    #[arg(long = "symbol", value_name = "NAME")]
    pub(crate) symbols: Vec<String>,
    /// Where it was said: `S41#10234`, an address, an image or a text file, or `-` for a mail on standard input; may be
    /// given again.
    #[arg(long = "source", value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// The task it belongs to; the task of this shell (`CALLBOARD_TASK`) if not given.
    #[arg(long)]
    pub(crate) task: Option<String>,
    /// The session it came about in: `S41`, or the agent's own id.
    #[arg(long)]
    pub(crate) session: Option<String>,
}

/// Which are listed.
#[derive(Debug, Args)]
pub(crate) struct Listed {
    /// Only those about this: `T12`, `S41`, `D9`, a file, a folder, a symbol or an address.
    #[arg(long)]
    pub(crate) about: Option<String>,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// A decision, or what is done to decisions.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(crate) struct Decision {
    #[command(subcommand)]
    pub(crate) what: Option<WhatDecision>,
    /// `D9`, its title or its path: it is shown.
    pub(crate) decision: Option<String>,
    #[command(flatten)]
    pub(crate) post: Posting,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// What is done to decisions.
#[derive(Debug, Subcommand)]
pub(crate) enum WhatDecision {
    /// List decisions, newest first.
    #[command(visible_alias = "ls")]
    List(Listed),
    /// Show one.
    Show(Named),
    /// Edit its file, in your editor.
    Edit {
        /// `D9`, its title or its path.
        decision: String,
    },
}

/// One note or decision.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// `D9`, its title, its file's name or its path.
    pub(crate) note: String,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// A note to be written, or what is done to notes.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(crate) struct Note {
    #[command(subcommand)]
    pub(crate) what: Option<What>,
    #[command(flatten)]
    pub(crate) new: NewNote,
    #[command(flatten)]
    pub(crate) post: Posting,
}

/// What a new note says.
#[derive(Debug, Args)]
pub(crate) struct NewNote {
    /// What it is about, in one line; with `--to`, the note that is posted: `D9`, its title or its path.
    pub(crate) title: Option<String>,
    /// Markdown; `-` for standard input.
    #[arg(long, requires = "title")]
    pub(crate) body: Option<String>,
    /// Make it a section of this note: its path, title or id.
    #[arg(long, value_name = "NOTE", requires = "title")]
    pub(crate) into: Option<String>,
    #[command(flatten)]
    pub(crate) about: About,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// What is done to notes.
#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// Write a note: the same as `callboard note "…"`, whatever its title.
    New(NewNote),
    /// List notes and decisions, newest first.
    #[command(visible_alias = "ls")]
    List(Listed),
    /// Show one.
    Show(Named),
    /// Edit its file, in your editor.
    Edit {
        /// `D9`, its title, its file's name or its path.
        note: String,
    },
    /// The texts that it had, newest first; with a version, that text.
    History {
        /// `D9`, its title, its file's name or its path; of one that is gone, its path.
        note: String,
        /// The version, or its beginning.
        version: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Make an earlier text its text again; one that is gone comes back.
    Restore {
        /// `D9`, its title, its file's name or its path; of one that is gone, its path.
        note: String,
        /// The version, or its beginning; the last that differs if not given.
        version: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Take its file away; its texts stay in its history.
    #[command(visible_alias = "rm")]
    Remove {
        /// `D9`, its title, its file's name or its path.
        note: String,
    },
}

/// How notes and decisions are shared.
#[derive(Debug, Args)]
pub(crate) struct Share {
    /// The commit's message.
    #[arg(long, short)]
    pub(crate) message: Option<String>,
    /// Commit without asking.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Commit them also where tokens or keys stand in them.
    #[arg(long)]
    pub(crate) with_secrets: bool,
    /// Show what would be committed, and commit nothing.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) print: bool,
    /// Have git see them no longer; what is committed stays committed.
    #[arg(long, conflicts_with_all = ["yes", "print", "message"])]
    pub(crate) unshare: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}
