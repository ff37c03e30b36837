//! Against real repositories, made by git.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic fails the test"
)]

mod guard;
mod keep;
mod mask;
