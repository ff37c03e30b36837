//! How a note or a brief is posted to a tracker.

use clap::Args;

/// Where to, and with or without a question.
#[derive(Debug, Default, Args)]
pub(crate) struct Posting {
    /// Post it as a comment: `#432` of this repository on GitHub, or the address of an issue or pull request. It is shown
    /// first.
    #[arg(long, value_name = "ISSUE")]
    pub(crate) to: Option<String>,
    /// Post it without asking.
    #[arg(long, requires = "to")]
    pub(crate) yes: bool,
    /// Show what would be posted, and post nothing.
    #[arg(long, requires = "to", conflicts_with = "yes")]
    pub(crate) print: bool,
    /// Post it though the same text was posted there before.
    #[arg(long, requires = "to")]
    pub(crate) again: bool,
}
