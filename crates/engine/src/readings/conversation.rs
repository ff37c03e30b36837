//! What was said in a session: its user's words, its agent's, questions and answers.

use callboard_model::event::{Author, EventKind};
use callboard_model::reading::Said;
use callboard_model::text::{head, tail};
use callboard_model::{Cite, Event, EventBody, Seq, SessionId};
use callboard_store::{EventPage, PageFrom, Snapshot};

use crate::transcript::Retelling;
use crate::{EngineError, event_text, limits, secrets};

const KINDS: [EventKind; 5] =
    [EventKind::Prompt, EventKind::Text, EventKind::Question, EventKind::Plan, EventKind::Result];

/// The newest that fits, in order, masked.
pub(super) fn conversation(s: &Snapshot<'_>, session: SessionId) -> Result<Vec<Said>, EngineError> {
    let mut said = Vec::new();
    let mut room = limits::READING_CHARS;
    back(s, session, |event| {
        let Some(one) = said_by(event) else { return true };
        let cost = one.text.len() + limits::READING_LABEL_CHARS;
        let fits = cost <= room;
        if fits {
            room -= cost;
            said.push(one);
        }
        fits
    })?;
    said.reverse();
    Ok(said)
}

/// Visits what may have been said in a session, the newest first, for as long as `visit` wants more.
pub(super) fn back(
    s: &Snapshot<'_>,
    session: SessionId,
    mut visit: impl FnMut(&Event) -> bool,
) -> Result<(), EngineError> {
    let mut retelling = Retelling::new(s);
    let mut from = PageFrom::End;
    for _ in 0..limits::READING_PAGES {
        let page = EventPage { from, kinds: &KINDS, file: None, limit: limits::PAGE_EVENTS };
        let rows = s.transcript(session, &page)?;
        let Some(first) = rows.first() else { return Ok(()) };
        from = PageFrom::Before(first.seq);
        let events = retelling.events(&rows)?;
        if !events.iter().rev().all(&mut visit) {
            return Ok(());
        }
    }
    Ok(())
}

/// Who said it, with the words; `None` for what nobody said.
fn said_by(event: &Event) -> Option<Said> {
    let by = speaker(&event.body)?;
    let text = match &event.body {
        EventBody::Result(result) => {
            let answers = result.answers.iter().map(|(asked, answer)| format!("{asked}\n{answer}"));
            answers.chain(result.refused.clone()).collect::<Vec<_>>().join("\n")
        }
        body => event_text(body),
    };
    let text = shortened(&secrets::mask(text.trim()).0);
    let cite = Cite { session: event.session, seq: event.seq };
    (!text.is_empty()).then_some(Said { cite, by, text })
}

/// Who speaks; `None` for what nobody said.
pub(super) fn speaker(body: &EventBody) -> Option<&'static str> {
    Some(match body {
        EventBody::Prompt(prompt) => match prompt.author {
            Author::User | Author::Command => "user",
            Author::Agent => "another agent",
            Author::Program => return None,
        },
        EventBody::Text { .. } => "agent",
        EventBody::Question(_) => "question",
        EventBody::Plan(plan) if plan.proposal.is_some() => "plan",
        EventBody::Result(result) if !result.answers.is_empty() => "answer",
        EventBody::Result(result) if result.refused.is_some() => "refusal",
        _ => return None,
    })
}

/// A long text without its middle.
fn shortened(text: &str) -> String {
    let bytes = limits::READING_ENTRY_CHARS;
    match text.len() > bytes {
        true => format!("{}\n[…]\n{}", head(text, bytes / 2), tail(text, bytes / 2)),
        false => text.to_owned(),
    }
}

/// The last event in which something was said.
pub(super) fn last_words(s: &Snapshot<'_>, session: SessionId) -> Result<Seq, EngineError> {
    let mut last = Seq::default();
    back(s, session, |event| {
        let is_said = said_by(event).is_some();
        if is_said {
            last = event.seq;
        }
        !is_said
    })?;
    Ok(last)
}
