//! The words of Callboard as types: ids, events, states and the transitions between them.
//!
//! This crate does no IO and reads no clock. Time enters as a [`Timestamp`].

pub mod activity;
pub mod agent;
pub mod attribution;
pub mod brief;
pub mod call;
pub mod candidate;
pub mod changeset;
pub mod check;
pub mod cite;
pub mod claim;
pub mod conflict;
pub mod coupling;
pub mod event;
pub mod fact;
pub mod fold;
pub mod goal;
pub mod ids;
pub mod limits;
pub mod night;
pub mod note;
pub mod owned;
pub mod pair;
pub mod phrase;
pub mod project;
pub mod pull_request;
pub mod purpose;
pub mod query;
pub mod quote;
pub mod reading;
pub mod receipt;
pub mod resource;
pub mod review;
pub mod scope;
pub mod session;
pub mod shell;
pub mod stop;
pub mod sweep;
pub mod symbol;
pub mod task;
pub mod text;
pub mod time;
pub mod trial;
pub mod view;
pub mod worktree;

pub use activity::Activity;
pub use agent::{AgentName, ThreadKey};
pub use candidate::Candidate;
pub use changeset::{ChangesetKey, Place};
pub use cite::Cite;
pub use event::{Draft, Event, EventBody, EventKind};
pub use fold::SessionFold;
pub use goal::Goal;
pub use ids::{
    CallId, DecisionId, Ordinal, ReviewId, Seq, SessionId, TaskId, WorkspaceId, WorktreeId,
};
pub use query::Query;
pub use time::Timestamp;
