//! The test kit against the real agents.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic fails the test"
)]

mod claude;
mod codex;
mod model_server;
