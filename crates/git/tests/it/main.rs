//! Against real repositories, made by git.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic fails the test"
)]
#![allow(clippy::disallowed_methods, reason = "tests start what agents and people would")]

mod advance;
mod advance_in_place;
mod advance_killed;
mod advance_laws;
mod advance_races;
mod blobs;
mod guard;
mod keep;
mod landing_commits;
mod lfs;
mod mask;
mod merge;
mod mixed_tree;
mod plain_folder;
mod random;
mod scoped_commit;
mod scoped_commit_killed;
mod scoped_commit_laws;
mod shared_checkout;
mod shared_folders;
mod snapshot;
mod tree;
mod tree_states;
mod worktree;
