//! What sessions tell each other, and report of their work.

use callboard_model::call::CallKind;
use callboard_model::view::{MessageView, ReportView};
use callboard_model::{AgentName, SessionId, ThreadKey, Timestamp};
use callboard_store::{LogKind, LogRow, Result, Snapshot, Write};
use serde_json::json;

use super::{Core, view_of};
use crate::{EngineError, limits};

impl Core {
    /// The conversations of the first of these processes that runs any.
    pub(crate) fn run_by_nearest(&self, processes: &[u32]) -> Vec<(AgentName, ThreadKey)> {
        self.running.of_nearest(processes)
    }

    /// Has sessions told, at their next step, what another one says; `told` is what they read.
    pub(crate) fn tell_sessions(
        &mut self,
        from: SessionId,
        to: &[SessionId],
        text: &str,
        told: &str,
    ) -> std::result::Result<(), EngineError> {
        self.write_for_person(|w| {
            for to in to {
                let body = json!({ "from": from, "to": to, "text": text });
                // The same again, before it was heard, is one message.
                w.add_notice(*to, &format!("message:{from}:{text}"), told)?;
                w.log(LogKind::MESSAGE, &from.to_string(), &body)?;
                w.log(LogKind::MESSAGE, &to.to_string(), &body)?;
            }
            Ok(())
        })
    }

    /// Keeps what a session reports of its work; the call that it has finished tells it.
    pub(crate) fn keep_report(
        &mut self,
        session: SessionId,
        summary: &str,
        not_verified: &[String],
    ) -> std::result::Result<(), EngineError> {
        self.write_for_person(|w| {
            view_of(&w.view(), session)?.ok_or_else(|| EngineError::no_session(session))?;
            let body = json!({ "summary": summary, "not_verified": not_verified });
            w.log(LogKind::REPORT, &session.to_string(), &body)?;
            Ok(())
        })
    }
}

/// What a session reported since it was last told to have finished.
pub(super) fn report_of_turn(w: &Write<'_>, session: SessionId) -> Result<Option<ReportView>> {
    let s = w.view();
    let before = s.last_call(session, CallKind::Finished)?.map(|call| call.asked_at);
    let report = last_report(&s, session)?;
    Ok(report.filter(|report| before.is_none_or(|before| report.at >= before)))
}

/// What a session last reported.
pub(crate) fn last_report(s: &Snapshot<'_>, session: SessionId) -> Result<Option<ReportView>> {
    let rows = s.log_of_kind(&session.to_string(), LogKind::REPORT, 1)?;
    Ok(rows.first().map(|row| ReportView {
        summary: row.body["summary"].as_str().unwrap_or_default().to_owned(),
        not_verified: row.body["not_verified"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .collect(),
        at: row.at,
    }))
}

/// What a session told others and others told it, newest first.
pub(crate) fn messages_of(s: &Snapshot<'_>, session: SessionId) -> Result<Vec<MessageView>> {
    let rows = s.log_of_kind(&session.to_string(), LogKind::MESSAGE, limits::MESSAGES)?;
    Ok(rows.iter().filter_map(message).collect())
}

/// What these sessions told others since a moment, oldest first.
pub(crate) fn messages_since(
    s: &Snapshot<'_>,
    from: &[SessionId],
    since: Timestamp,
) -> Result<Vec<MessageView>> {
    let mut told = Vec::new();
    for session in from {
        let messages = messages_of(s, *session)?;
        told.extend(messages.into_iter().filter(|one| one.from == *session && one.at >= since));
    }
    told.sort_by_key(|one| one.at);
    Ok(told)
}

fn message(row: &LogRow) -> Option<MessageView> {
    let id = |name: &str| row.body[name].as_str()?.parse::<SessionId>().ok();
    let text = row.body["text"].as_str()?.to_owned();
    Some(MessageView { from: id("from")?, to: id("to")?, text, at: row.at })
}
