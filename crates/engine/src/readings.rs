//! What only words hold of a session: read out of them by its user's own agent, each quote checked.

mod conversation;
mod quotes;
mod run;

pub(crate) use quotes::find as find_quote;
pub(crate) use run::ReadingsRoom;
