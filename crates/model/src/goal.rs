//! What a session's user last directed it to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::{clip, head, one_line};
use crate::{Ordinal, Timestamp, limits};

/// What a session is to reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Goal {
    /// In one line of about 120 characters, in the words of its user.
    pub text: String,
    /// The prompt that set it, shortened only where it is very long.
    pub full: String,
    /// The prompt's place in the session.
    pub ordinal: Ordinal,
    /// When it was set.
    pub at: Option<Timestamp>,
}

/// The first heading or line of a Markdown text.
#[must_use]
pub fn heading(text: &str) -> String {
    let line = head(text, 4_000).lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
    clip(&one_line(line.trim_start_matches(['#', ' ', '*'])), limits::LINE_CHARS)
}

/// The goal that a prompt sets; `None` for one that only nudges the session along.
#[must_use]
pub fn set_by(text: &str, place: (Ordinal, Option<Timestamp>)) -> Option<Goal> {
    let line = one_line(head(text, limits::GOAL_SCAN_BYTES));
    (line.split(' ').count() > 2).then(|| Goal {
        text: clip(&line, limits::LINE_CHARS),
        full: clip(text.trim(), limits::GOAL_FULL_CHARS),
        ordinal: place.0,
        at: place.1,
    })
}
