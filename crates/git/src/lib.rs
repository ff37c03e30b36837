//! Git, by its own command: repositories, worktrees, branches.
//!
//! Nothing but this crate runs git. What a file of the repository tells by itself (which repository a
//! folder belongs to, which branch is checked out) is read without starting a process.

pub mod advance;
pub mod base;
pub mod blobs;
pub mod carry;
pub mod changeset;
pub mod exclude;
pub mod fetched;
pub mod guard;
pub mod ignored;
pub mod keep;
pub mod landing;
pub mod limits;
pub mod locate;
pub mod mask;
pub mod merge;
pub mod mixed_tree;
pub mod moves;
pub mod named;
mod own;
mod paths;
pub mod plain_folder;
pub mod pushes;
pub mod remote;
mod run;
pub mod scoped_commit;
pub mod send;
pub mod shared_checkout;
pub mod shared_folders;
pub mod since;
pub mod snapshot;
pub mod status;
pub mod tree;
pub mod worktree;

pub use locate::{Checkout, locate};
pub use own::aside;
pub use run::{Git, GitError};
