//! Against real repositories, made by git.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic fails the test"
)]
#![allow(clippy::disallowed_methods, reason = "tests start what agents and people would")]

mod guard;
mod keep;
mod mask;
mod snapshot;
mod worktree;
