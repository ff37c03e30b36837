//! The only writer: takes in what agents and people do, keeps it, and answers what is asked of it.
//!
//! Knows no HTTP and no terminal. Time enters with each event and request.

mod announce;
mod bell;
mod briefs;
mod callers;
mod calls;
mod candidates;
mod changes;
mod checkouts;
mod code;
mod core;
mod engine;
pub mod equip;
mod error;
mod github;
mod hooks;
mod inbox;
mod ingest;
pub mod limits;
mod live;
mod nights;
mod notes;
mod open;
mod owned;
mod posts;
pub mod project;
mod pull_requests;
mod pushes;
mod query;
mod readable;
mod readings;
mod receipts;
mod refold;
mod related;
mod resources;
mod reviews;
pub mod revisions;
mod row;
pub mod secrets;
mod sweeps;
mod transcript;
mod trials;
mod trust;
mod workspaces;
mod worktrees;

pub use briefs::{BriefOf, BriefQuery};
pub use callboard_agents::{Environment, StopFlag};
pub use callers::{Answering, Caller};
pub use calls::{AskedBy, Delivery, notify_user};
pub use candidates::CandidatesOf;
pub use engine::{Clock, Engine, EngineConfig};
pub use error::EngineError;
pub use hooks::{AtStop, HookAsk, HookContext, HookEnd, HookStep, HookTold, HookWait, hear_hook};
pub use ingest::Work;
pub use notes::{Kept, NearNote, Remembered};
pub use query::{
    EventsFrom, EventsWanted, SessionList, SessionPlace, SessionQuery, SinceFrom, event_text,
};
pub use receipts::{GridOrder, GridOutcome, branch as branch_receipt, verify_statement};
pub use reviews::{DiffWanted, HowToLand, HowToSend};
pub use sweeps::HookUse;
pub use trials::{Trial, TrialLogPart, TrialNews};
pub use worktrees::WorktreesWanted;
