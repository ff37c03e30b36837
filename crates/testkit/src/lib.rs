//! What tests stand on: a scripted model server, hermetic homes, real git repositories and the real agents.
//!
//! Everything here panics with a full account when the machine does not deliver what a test needs: a
//! test that cannot run has failed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test support: a panic is how a test fails, and processes are started outside of the product"
)]

pub mod agents;
mod cache;
pub mod daemon;
pub mod history;
pub mod home;
mod http;
pub mod limits;
pub mod model_server;
pub mod postgres;
mod process;
pub mod repo;
pub mod tracker;
pub mod wait;

pub use agents::Agents;
pub use daemon::{Callboard, Daemon};
pub use home::HermeticHome;
pub use model_server::{ModelServer, Script, Turn};
pub use postgres::Postgres;
pub use process::Finished;
pub use repo::Repo;
pub use tracker::FakeTracker;
