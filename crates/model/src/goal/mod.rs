//! What a session's user last directed it to.

mod request;
mod weight;

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
    let line = crate::phrase::unmarked(line.trim_start_matches(['#', ' ']));
    let title = line.strip_prefix("Plan:").or_else(|| line.strip_prefix("Implementation Plan:"));
    clip(title.unwrap_or(&line).trim(), limits::LINE_CHARS)
}

/// The goal that a prompt sets beside the present one; `None` if it only nudges the session along.
///
/// `answers`: the agent had asked something before.
#[must_use]
pub fn set_by(
    prompt: &str,
    present: Option<&Goal>,
    answers: bool,
    place: (Ordinal, Option<Timestamp>),
) -> Option<Goal> {
    let sentences = request::own_sentences(prompt);
    let text = match present {
        None => weight::headline(&sentences)
            .or_else(|| Some(one_line(head(prompt, 1_000))))
            .filter(|text| text.chars().any(char::is_alphabetic) && !weight::is_nudge(text))?,
        Some(present) => {
            let text = weight::new_direction(&sentences, answers)?;
            with_context(text, present)
        }
    };
    Some(Goal {
        text: clip(&text, limits::LINE_CHARS),
        full: clip(prompt.trim(), limits::GOAL_FULL_CHARS),
        ordinal: place.0,
        at: place.1,
    })
}

/// A direction that speaks of "this" says with the goal before it what is meant.
fn with_context(text: String, present: &Goal) -> String {
    let before = present.text.split(" (after: ").next().unwrap_or(&present.text);
    if text.chars().count() > 70 || !weight::points_back(&text) {
        return text;
    }
    let room = limits::LINE_CHARS - text.chars().count() - " (after: )".len();
    format!("{} (after: {})", text.trim_end_matches(['.', '?']), clip(before, room))
}
