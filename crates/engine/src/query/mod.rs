//! What is asked of the engine: every answer is read from the store, as of one commit.

mod board;
mod calls;
mod changes;
mod configured;
mod doctor;
mod events;
pub(crate) mod reports;
mod reviews;
mod search;
mod sessions;
mod since;
mod stream;
mod versions;

pub(crate) use board::views;
pub(crate) use changes::{Naming, branches_of, pair_view};
pub use events::{EventsFrom, EventsWanted};
pub(crate) use reviews::sent_branch_view;
pub use search::event_text;
pub use sessions::{SessionList, SessionPlace, SessionQuery};
pub use since::SinceFrom;
