//! The one line that says what a session is doing right now, and toward what.

pub mod paths;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fold::{Doing, SessionFold};
use crate::session::{Outcome, TurnState};
use crate::text::{clip, one_line};
use crate::{Timestamp, limits};

/// What a session is doing right now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// The line, without the time it has taken.
    pub text: String,
    /// Since when, where the time it takes is worth showing (a running command, a wait).
    pub since: Option<Timestamp>,
}

/// What the session is doing at `now`.
pub(crate) fn of(fold: &SessionFold, _now: Timestamp) -> Activity {
    let text = match (fold.turn.state, fold.turn.outcome) {
        (TurnState::Idle, Outcome::Interrupted) => match &fold.turn.broken_off {
            Some(doing) => format!("stopped: interrupted while {doing}"),
            None => "stopped: interrupted".to_owned(),
        },
        (TurnState::Idle, Outcome::Failed) => {
            format!("failed: {}", fold.trouble.as_ref().map_or("", |t| &t.text))
        }
        (TurnState::Idle, _) => format!("finished: {}", closing(fold)),
        _ => now_doing(fold),
    };
    Activity {
        text: clip(&one_line(&text), limits::LINE_CHARS),
        since: fold.open.list.first().and_then(|u| u.at),
    }
}

/// What is being done, without a word on how the turn stands.
pub(crate) fn now_doing(fold: &SessionFold) -> String {
    match fold.open.list.last().map(|u| &u.doing) {
        Some(Doing::Read { path }) => format!("reading {path}"),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

/// The agent's closing words, in one line.
pub(crate) fn closing(fold: &SessionFold) -> String {
    fold.said.as_ref().map(|w| clip(&one_line(&w.head), limits::LINE_CHARS)).unwrap_or_default()
}
