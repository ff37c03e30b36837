//! The words of Callboard as types: ids, events, states and the transitions between them.
//!
//! This crate does no IO and reads no clock. Time enters as a [`Timestamp`].

pub mod activity;
pub mod agent;
pub mod call;
pub mod event;
pub mod fold;
pub mod ids;
pub mod session;
pub mod task;
pub mod time;
pub mod view;

pub use agent::{AgentName, ThreadKey};
pub use event::{Draft, Event, EventBody, EventKind};
pub use ids::{CallId, Ordinal, Seq, SessionId, TaskId, WorkspaceId};
pub use time::Timestamp;
