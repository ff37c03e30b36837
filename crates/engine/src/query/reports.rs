//! What a session reported of its work, with the event by which it did.

use callboard_model::view::ReportView;
use callboard_model::{Cite, EventBody, EventKind, Ordinal, SessionId};
use callboard_store::{EventPage, PageFrom, Snapshot};

use crate::core::last_report;
use crate::transcript::Retelling;
use crate::{EngineError, limits};

/// What a session last reported.
pub(crate) fn report_of(
    s: &Snapshot<'_>,
    session: SessionId,
) -> Result<Option<ReportView>, EngineError> {
    let Some(mut report) = last_report(s, session)? else { return Ok(None) };
    report.cite = event_of(s, &report)?;
    Ok(Some(report))
}

/// The tool use with the words of a report; none before the transcript has it.
fn event_of(s: &Snapshot<'_>, report: &ReportView) -> Result<Option<Cite>, EngineError> {
    let since = report.at.plus_ms(-limits::REPORT_IS_ASKED_WITHIN_MS);
    let page = EventPage {
        from: PageFrom::At(Ordinal::after(Ordinal(0), Some(since))),
        kinds: &[EventKind::Tool],
        file: None,
        limit: limits::REPORT_TOOL_USES,
    };
    let uses = Retelling::new(s).events(&s.events(report.session, &page)?)?;
    let is_it = |body: &EventBody| match body {
        EventBody::Tool(used) => {
            used.tool_use.tool.ends_with("report")
                && used.input["summary"].as_str().map(str::trim) == Some(report.summary.as_str())
        }
        _ => false,
    };
    let told = uses.iter().rfind(|event| is_it(&event.body));
    Ok(told.map(|event| Cite { session: event.session, seq: event.seq }))
}
