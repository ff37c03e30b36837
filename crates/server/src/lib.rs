//! The engine over HTTP: JSON and a stream for the page, on loopback with a cookie; the same for the
//! command line, on a socket that only its user can open.
//!
//! Holds no state that a restart would lose.

mod api;
mod assets;
mod error;
mod gate;
pub mod limits;
#[cfg(unix)]
mod mcp;
mod openapi;
mod peers;
mod serve;
mod stream;

pub use error::ApiError;
pub use gate::HOST;
#[cfg(unix)]
pub use mcp::without_daemon;
pub use openapi::document;
pub use serve::{Listening, ServerConfig, serve};

use std::sync::Arc;

/// What every request can reach.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Arc<callboard_engine::Engine>,
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) hooks: api::hook::Hooks,
    pub(crate) shutdown: tokio::sync::watch::Sender<bool>,
}
