//! The test kit against itself and the real agents.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic fails the test"
)]

mod history;
mod model_server;
mod real_agents;
