//! The program as its users run it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic fails the test"
)]

mod candidates;
mod colour;
mod conflicts;
mod connect;
mod crash;
mod daemon;
mod errors;
mod full_disk;
mod help;
mod host;
mod mcp;
mod notes;
mod owned;
mod pools;
mod posts;
mod reading;
mod real_agents;
mod real_browser;
mod resources;
mod scene;
mod sending;
mod tail;
mod transcripts;
mod trust;
mod worktrees;
