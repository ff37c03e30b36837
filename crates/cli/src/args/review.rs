//! What can be typed about reviews.

use callboard_model::review::LandBy;
use clap::{Args, Subcommand, ValueEnum};

use super::Json;

/// Changesets that are looked at, checked and landed as one.
#[derive(Debug, Args)]
pub(crate) struct Review {
    #[command(subcommand)]
    pub(crate) what: Option<What>,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// What is done to a review.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum What {
    /// Open a review of changesets.
    Open {
        /// `T12`, `S41`, branches or worktrees.
        #[arg(required = true)]
        members: Vec<String>,
        /// One line; made of its members if not given.
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Who is in a review, what is between them, its files, checks and comments.
    Show {
        /// `R7`; the newest that is open if not given.
        review: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// What all of them change together, in the order in which it is read.
    Diff {
        /// `R7`.
        review: String,
        /// Only these files.
        paths: Vec<String>,
        /// Only what this member changes: `T12`.
        #[arg(long)]
        of: Option<String>,
        /// White space does not count.
        #[arg(short = 'w', long)]
        ignore_space: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Take changesets into a review.
    Join(Members),
    /// Take changesets out of a review.
    Split(Members),
    /// Comment on a review, a file or lines of it: kept as a draft until it is sent.
    Comment {
        /// `R7`.
        review: String,
        /// On what, unless it is the whole review: `src/watcher.rs`, `src/watcher.rs:42` or `src/watcher.rs:42-47`.
        #[arg(long, value_name = "PLACE")]
        on: Option<String>,
        /// What should be otherwise; Markdown.
        text: String,
        /// Send it, and all drafts, at once.
        #[arg(long)]
        send: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Send drafts: one message to each session that wrote what they are on. What others said on GitHub is sent one by one.
    Send {
        /// `R7`.
        review: String,
        /// Only the comment of this number, as `show` tells it.
        #[arg(long, value_name = "NUMBER")]
        comment: Option<i64>,
        #[command(flatten)]
        json: Json,
    },
    /// Run the checks on all of them together, and on each alone.
    Check {
        /// `R7`.
        review: String,
        /// Run those again whose result is known.
        #[arg(long)]
        fresh: bool,
        /// Do not wait for the results.
        #[arg(long)]
        no_wait: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Put them onto the base, all or nothing, in the order that `show` tells; or send them as pull requests.
    Land {
        /// `R7`.
        review: String,
        /// Onto the base here, or to its remote: as one pull request, or as a stack of one for each.
        #[arg(long = "as", value_enum, default_value_t = As::Here)]
        land_as: As,
        /// Send it to the remote without asking.
        #[arg(long)]
        yes: bool,
        /// How each is put there; as the review says if not given.
        #[arg(long, value_enum)]
        by: Option<By>,
        /// Land though a check failed or has not ended.
        #[arg(long)]
        anyway: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Ask GitHub what has become of its pull requests, and of its members'.
    Refresh(Which),
    /// Have an agent merge what git cannot merge: both changesets and both goals, as a task in a worktree of its own.
    Help {
        /// `R7`.
        review: String,
        /// The agent; the first that is installed if not given.
        #[arg(long)]
        agent: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Give a review up; its changesets are as they were.
    Drop(Which),
    /// Take a landing back, or take up again what was given up.
    Undo(Which),
}

/// One review.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// `R7`.
    pub(crate) review: String,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// One review, and some changesets.
#[derive(Debug, Args)]
pub(crate) struct Members {
    /// `R7`.
    pub(crate) review: String,
    /// `T12`, `S41`, branches or worktrees.
    #[arg(required = true)]
    pub(crate) members: Vec<String>,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// Where a review lands, and as what.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum As {
    /// Onto the base branch, here.
    Here,
    /// One pull request of all members.
    Pr,
    /// A pull request for each member, each on top of the one before.
    Stack,
}

/// How a member is put onto the base.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum By {
    /// One commit for each changeset.
    Squash,
    /// A merge commit for each.
    Merge,
    /// Its commits, on top of the base.
    Rebase,
}

impl From<By> for LandBy {
    fn from(by: By) -> Self {
        match by {
            By::Squash => Self::Squash,
            By::Merge => Self::Merge,
            By::Rebase => Self::Rebase,
        }
    }
}
