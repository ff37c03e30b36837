//! What can be typed about worktrees.

use clap::{Args, Subcommand};

use super::Json;

/// What is to be done about a setup.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
pub(crate) struct SetupFlags {
    /// Run it again, also where it came to a good end.
    #[arg(long)]
    pub(crate) again: bool,
    /// Give the tracked files that it changed the content that they had.
    #[arg(long)]
    pub(crate) revert: bool,
    /// Keep what it changed in tracked files out of status and commits.
    #[arg(long)]
    pub(crate) ignore: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Worktree {
    /// Make a worktree with a branch of its own.
    New {
        /// The task that is worked on in it (`T12`), or a name.
        #[arg(required_unless_present = "branch")]
        what: Option<String>,
        /// What it is called, if not by its task.
        #[arg(long)]
        name: Option<String>,
        /// Its branch; checked out if it is there, else made.
        #[arg(long, short)]
        branch: Option<String>,
        /// The branch that it is merged into.
        #[arg(long)]
        base: Option<String>,
        /// The branch, tag or commit that it begins at; its base if not given.
        #[arg(long)]
        from: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// List worktrees, also those that agents and people made.
    #[command(visible_alias = "ls")]
    List {
        /// Of all workspaces, not only of this one.
        #[arg(long, short)]
        all: bool,
        /// With those that were removed.
        #[arg(long)]
        removed: bool,
        /// Do not ask git what is not committed and not pushed.
        #[arg(long)]
        fast: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Show one worktree.
    Show {
        /// Its name, folder, branch or task (`T12`); this one if not given.
        worktree: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Print a worktree's variables as a shell reads them: `eval "$(callboard worktree env)"`.
    Env {
        /// Its name, folder, branch or task (`T12`); this one if not given.
        worktree: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Start a worktree's development server; it goes on by itself.
    Serve {
        /// Its name, folder, branch or task (`T12`); this one if not given.
        worktree: Option<String>,
        /// Stop it.
        #[arg(long)]
        stop: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Say how far a worktree's setup is, and what it changed in tracked files.
    Setup {
        /// Its name, folder, branch or task (`T12`); this one if not given.
        worktree: Option<String>,
        #[command(flatten)]
        step: SetupFlags,
        #[command(flatten)]
        json: Json,
    },
    /// Look after a worktree that an agent or a person made.
    Adopt {
        /// Its name or folder; this one if not given.
        worktree: Option<String>,
        /// What it is called from now on: its folder is moved and renamed.
        #[arg(long)]
        name: Option<String>,
        /// What its branch is called from now on.
        #[arg(long, short)]
        branch: Option<String>,
        /// The task that is worked on in it.
        #[arg(long)]
        task: Option<String>,
        /// Give it what it lacks to run: env files, ports, a database, setup. No file that is there is written over.
        #[arg(long, short)]
        equip: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Keep all that a worktree holds, and remove it; it can be restored.
    #[command(visible_alias = "rm")]
    Remove {
        /// Its name, folder, branch or task (`T12`).
        worktree: String,
        /// Although ignored files in it are too large to be kept.
        #[arg(long, short)]
        yes: bool,
        /// Delete its branch even if it has commits of its own; they are kept.
        #[arg(long)]
        delete_branch: bool,
        /// Do not wait until its bytes are freed.
        #[arg(long)]
        no_wait: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Bring a removed worktree back: folder, branch, index and files.
    Restore {
        /// Its name, or the name under which it is kept.
        worktree: String,
        /// Where to; where it was if not given.
        #[arg(long)]
        path: Option<std::path::PathBuf>,
        #[command(flatten)]
        json: Json,
    },
    /// Say which worktrees may go and why; remove them with --yes.
    Gc {
        /// These only; all that may go if none is given.
        worktrees: Vec<String>,
        /// Remove them.
        #[arg(long, short)]
        yes: bool,
        /// Also those whose work has not landed, once nothing happened in them for so many days.
        #[arg(long)]
        idle: Option<u32>,
        /// Of all workspaces, not only of this one.
        #[arg(long, short)]
        all: bool,
        #[command(flatten)]
        json: Json,
    },
}
