//! Whether the words that an agent quotes stand where it says.

use callboard_model::reading::{ClaimedQuote, occurs};
use callboard_model::{Cite, EventBody, SessionId};
use callboard_store::Snapshot;

use super::conversation::{back, speaker};
use crate::transcript::Retelling;
use crate::{EngineError, event_text, secrets};

/// Where the words of a quote stand: where it says, or, if it does not say, where they were last said in `session`.
/// `None` if they do not stand there.
pub(crate) fn find(
    s: &Snapshot<'_>,
    session: SessionId,
    quote: &ClaimedQuote,
) -> Result<Option<Cite>, EngineError> {
    if quote.source.is_empty() {
        let mut found = None;
        back(s, session, |event| {
            let is_it = speaker(&event.body).is_some() && holds(&event.body, &quote.text);
            found = is_it.then_some(Cite { session: event.session, seq: event.seq });
            found.is_none()
        })?;
        return Ok(found);
    }
    let source = quote.source.trim_matches(['[', ']', '`', ' ']).parse::<Cite>().ok();
    let Some(cite) = source else { return Ok(None) };
    let row = s.event(cite.seq)?.filter(|row| row.session == cite.session);
    let Some(row) = row else { return Ok(None) };
    let event = Retelling::new(s).events(&[row])?.pop();
    Ok(event.filter(|event| holds(&event.body, &quote.text)).map(|_| cite))
}

/// Whether an event has these words, as they are or masked. What an agent gives to a tool proves nothing: it may be the
/// quote itself.
fn holds(body: &EventBody, quote: &str) -> bool {
    if matches!(body, EventBody::Tool(_)) {
        return false;
    }
    let text = event_text(body);
    occurs(quote, &text) || occurs(quote, &secrets::mask(&text).0)
}
