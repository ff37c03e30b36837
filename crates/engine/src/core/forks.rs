//! Forks: which session began as which, and what a fork's totals owe to its beginning.

use std::collections::BTreeSet;

use callboard_model::event::{Beginning, Usage};
use callboard_model::fold::UsageTotals;
use callboard_model::{AgentName, EventBody, EventKind, Seq, SessionId, ThreadKey};
use callboard_store::{EventPage, PageFrom, Result, Snapshot, Write};

use crate::ingest::batch::Prepared;
use crate::limits;
use crate::transcript::Retelling;

/// Notes what events tell of where their session began; gives the sessions that this changes.
pub(super) fn note(
    w: &mut Write<'_>,
    agent: &AgentName,
    id: SessionId,
    events: &[Prepared],
) -> Result<BTreeSet<SessionId>> {
    let mut changed = BTreeSet::new();
    for event in events {
        let EventBody::Info(info) = &event.draft.body else { continue };
        let (Some(native), Some(beginning)) = (&info.forked_from, info.beginning) else { continue };
        let (origin, _) = w.session_of(agent, &ThreadKey::main(native.clone()))?;
        let ends_at = match beginning {
            Beginning::Copied => None,
            Beginning::UpTo(bytes) => Some(bytes),
        };
        changed.append(&mut w.note_fork(id, origin, ends_at)?);
    }
    Ok(changed)
}

/// A session's own part of the totals that its agent reports, which in a fork go on from those of its
/// beginning.
pub(super) fn own_part(
    s: &Snapshot<'_>,
    id: SessionId,
    totals: &UsageTotals,
) -> Result<UsageTotals> {
    if totals.is_reported
        && let Some(shared) = s.shared_beginning(id)?
        && let Some(before) = reported_at(s, shared.session, shared.seq)?
    {
        return Ok(totals.since(&before));
    }
    Ok(totals.clone())
}

/// The totals that the agent reported of a session when it came to this event.
fn reported_at(s: &Snapshot<'_>, session: SessionId, seq: Seq) -> Result<Option<Usage>> {
    let kinds = [EventKind::Usage, EventKind::Prompt];
    let page = EventPage {
        from: PageFrom::Around(seq),
        kinds: &kinds,
        file: None,
        limit: limits::USAGE_EVENTS,
    };
    let rows = s.transcript(session, &page)?;
    let Some(at) = s.event(seq)?.map(|event| (event.ordinal, event.seq)) else { return Ok(None) };
    let events = Retelling::new(s).events(&rows)?;
    let (before, after) =
        events.split_at(events.partition_point(|event| (event.ordinal, event.seq) <= at));
    // Some agents report when they end; the next prompt begins other work.
    let after = after.iter().take_while(|event| event.body.kind() == EventKind::Usage);
    let reported = |body: &EventBody| match body {
        EventBody::Usage(usage) if usage.cumulative => Some(usage.clone()),
        _ => None,
    };
    let mut near = after.chain(before.iter().rev()).map(|event| &event.body);
    Ok(near.find_map(reported))
}
