//! What is asked of the engine: every answer is read from the store, as of one commit.

mod board;
mod calls;
mod doctor;
mod events;
mod search;
mod sessions;
mod since;
mod stream;
mod versions;

pub use events::{EventsFrom, EventsWanted};
pub use sessions::{SessionList, SessionPlace, SessionQuery};
pub use since::SinceFrom;
