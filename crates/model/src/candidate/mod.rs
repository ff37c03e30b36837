//! Candidates of decisions: facts that may be worth a decision or a note, told by their structure alone.
//!
//! Few and right: what a person said with words of their own, and what they approved. Whether a candidate becomes a
//! decision is a person's to say.

mod of_fact;
mod of_statement;
mod recorded;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::note::{NoteKind, RuledOut};
use crate::{Cite, SessionId, Timestamp};

/// Something that may be a decision, or worth a note, as it would be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    /// The session that it was said in.
    pub session: SessionId,
    /// What it is within its session; stays the same when the session is read anew.
    pub key: String,
    /// How it is named: the event that proves it (`S41#123`); of several by one event, `S41#123.2`.
    pub handle: String,
    /// What it is taken from.
    pub from: CandidateFrom,
    /// What it would become.
    pub kind: NoteKind,
    /// In one line.
    pub title: String,
    /// What it says, in Markdown; may be empty.
    pub body: String,
    /// The question that it answers, quoted; may be empty: reasons are never made up.
    pub why: String,
    /// What was ruled out, and why, in the words of the person who did.
    pub ruled_out: Vec<RuledOut>,
    /// The events that prove it, in order.
    #[schema(value_type = Vec<Cite>)]
    pub cites: Vec<Cite>,
    /// What it says are the agent's words, which a person approved at the most.
    pub by_agent: bool,
    /// When it was said.
    pub at: Option<Timestamp>,
    /// What became of it.
    pub state: CandidateState,
    /// The note or decision that holds it: `D9`, or its path.
    pub note: Option<String>,
}

/// What a candidate is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CandidateFrom {
    /// The user answered a question.
    Answered,
    /// The user approved a plan.
    Approved,
    /// The user rejected a plan, and said why.
    Rejected,
    /// The user refused a tool use, and said why.
    Refused,
    /// The user broke the agent off, and said what to do instead.
    Corrected,
    /// The agent summarised the session when its history was compacted.
    Summarised,
    /// Somebody who read the transcript found it in what was said.
    Said,
}

impl CandidateFrom {
    /// Its word, as it is shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Refused => "refused",
            Self::Corrected => "corrected",
            Self::Summarised => "summarised",
            Self::Said => "said",
        }
    }
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CandidateState {
    /// It is offered.
    #[default]
    Open,
    /// It stands in a note or decision.
    Accepted,
    /// It is not worth one.
    Dismissed,
}

impl CandidateState {
    /// Its word, as it is stored and shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Dismissed => "dismissed",
        }
    }
}

/// What a fact's candidate needs of its session.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The session.
    pub session: SessionId,
    /// What it is called; empty if it has no name.
    pub heading: &'a str,
    /// It works for another one: what it is told, its agent's words say.
    pub is_subagent: bool,
}

impl Candidate {
    /// The event that proves it; `None` if none does.
    #[must_use]
    pub fn proof(&self) -> Option<Cite> {
        self.cites.last().copied()
    }
}

/// Names candidates by the events that prove them; those of one event by their order.
pub fn name(candidates: &mut [Candidate]) {
    let mut last: Vec<(Cite, usize)> = Vec::new();
    for candidate in candidates {
        let Some(cite) = candidate.proof() else { continue };
        let count = match last.iter_mut().find(|(known, _)| *known == cite) {
            Some((_, count)) => count,
            None => {
                last.push((cite, 0));
                let Some((_, count)) = last.last_mut() else { continue };
                count
            }
        };
        *count += 1;
        candidate.handle = if *count == 1 { cite.to_string() } else { format!("{cite}.{count}") };
    }
}
