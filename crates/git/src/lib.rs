//! Git, by its own command: repositories, worktrees, branches.
//!
//! Nothing but this crate runs git. What a file of the repository tells by itself (which repository a
//! folder belongs to, which branch is checked out) is read without starting a process.

pub mod base;
pub mod exclude;
pub mod guard;
pub mod ignored;
pub mod keep;
pub mod limits;
pub mod locate;
pub mod mask;
mod paths;
pub mod pushes;
pub mod remote;
mod run;
pub mod snapshot;
pub mod status;
pub mod worktree;

pub use locate::{Checkout, locate};
pub use run::{Git, GitError};
