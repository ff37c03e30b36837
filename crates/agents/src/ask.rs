//! What asking has in common with every agent.

use callboard_model::call::{CallOption, Effect};

/// An option that leaves nothing behind.
pub(crate) fn option(id: &str, label: impl Into<String>, effect: Effect) -> CallOption {
    CallOption { id: id.to_owned(), label: label.into(), effect, writes: None }
}
