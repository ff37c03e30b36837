//! What can be typed of conflicts and couplings.

use clap::Args as ClapArgs;

use super::Json;

#[derive(Debug, ClapArgs)]
pub(crate) struct Compared {
    /// Compare these revisions instead of the live changesets: two or more. Nothing has to run.
    #[arg(long, num_args = 2.., value_name = "REV")]
    pub(crate) revs: Vec<String>,
    /// What they land on; their merge base if not given.
    #[arg(long, value_name = "REV", requires = "revs")]
    pub(crate) base: Option<String>,
    /// End with 1 where there is one.
    #[arg(long)]
    pub(crate) exit_code: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}
