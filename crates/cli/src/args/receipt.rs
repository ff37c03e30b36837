//! What can be typed of receipts.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::Json;

#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Receipt {
    #[command(subcommand)]
    pub(crate) what: Option<What>,
    /// `T12`, `S41` (or the agent's own id or its beginning) or `R7`; the receipts there are, if not given.
    #[arg(conflicts_with = "branch")]
    pub(crate) of: Option<String>,
    #[command(flatten)]
    pub(crate) form: Form,
    /// A branch or revision that no session is known of: git and checks alone. Nothing has to run.
    #[arg(long, value_name = "REV")]
    pub(crate) branch: Option<String>,
    /// What it is to land on; the repository's base branch if not given.
    #[arg(long, value_name = "REV", requires = "branch")]
    pub(crate) base: Option<String>,
    /// A command to run on it; may be given several times.
    #[arg(long = "check", value_name = "COMMAND", requires = "branch")]
    pub(crate) checks: Vec<String>,
}

/// As what it is printed.
#[derive(Debug, Clone, Copy, ClapArgs)]
#[group(multiple = false)]
pub(crate) struct Form {
    /// As an in-toto Statement, which `verify` reads.
    #[arg(long)]
    pub(crate) json: bool,
    /// As Markdown, for a pull request.
    #[arg(long)]
    pub(crate) md: bool,
    /// As a page of its own.
    #[arg(long)]
    pub(crate) html: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// Run its checks on the base and on the work, and wait for what they come to.
    Check {
        /// `T12`, `S41` or `R7`.
        of: String,
        /// Run what is known, too.
        #[arg(long)]
        fresh: bool,
        /// Do not wait.
        #[arg(long)]
        no_wait: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Let a case of a rule be, with a reason.
    Accept {
        /// `T12`, `S41` or `R7`.
        of: String,
        /// The case, as the receipt names it: `test-skipped-1a2b3c4d`.
        case: String,
        /// Why it may stay.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        json: Json,
    },
    /// Take back that a case may be.
    TakeBack {
        /// `T12`, `S41` or `R7`.
        of: String,
        /// The case.
        case: String,
        #[command(flatten)]
        json: Json,
    },
    /// Hold a receipt that was written with `--json` against this repository: what it speaks of, and whether it was changed.
    Verify {
        /// The file; `-` for standard input.
        file: PathBuf,
        #[command(flatten)]
        json: Json,
    },
}
