//! The only writer: takes in what agents and people do, keeps it, and answers what is asked of it.
//!
//! Knows no HTTP and no terminal. Time enters with each event and request.

mod announce;
mod calls;
mod checkouts;
mod core;
mod engine;
pub mod equip;
mod error;
mod hooks;
mod inbox;
mod ingest;
pub mod limits;
mod live;
mod nights;
mod notes;
mod open;
mod owned;
pub mod project;
mod pushes;
mod query;
mod readable;
mod refold;
mod resources;
mod row;
mod transcript;
mod workspaces;
mod worktrees;

pub use callboard_agents::Environment;
pub use calls::{AskedBy, Delivery, notify_user};
pub use engine::{Clock, Engine, EngineConfig};
pub use error::EngineError;
pub use hooks::{HookAsk, HookWait, hear_hook};
pub use ingest::Work;
pub use query::{EventsFrom, EventsWanted, SessionList, SessionPlace, SessionQuery, SinceFrom};
pub use worktrees::WorktreesWanted;
