//! What tells the facts of one content from all others.

use std::fmt;
use std::sync::Arc;

use crate::language::{Content, file_name};

/// A content and how it is read: the id of a blob, and what its file's name says about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentKey(Arc<str>);

impl ContentKey {
    /// Of the blob `id` at `path`; none for a file that says nothing.
    #[must_use]
    pub fn of(path: &str, id: &str) -> Option<Self> {
        let name = file_name(path);
        let read_as = match Content::of(path)? {
            Content::Code(_) | Content::Words => {
                name.rsplit_once('.').map_or(name, |(_, extension)| extension)
            }
            Content::Manifest(_) | Content::Settings => name,
        };
        Some(Self(format!("{id} {read_as}").into()))
    }

    /// As it was written down.
    pub(super) fn from_text(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
