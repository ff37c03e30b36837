//! What sessions tell each other, and report of their work.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use callboard_model::call::CallKind;
use callboard_model::fold::SessionFold;
use callboard_model::session::Alive;
use callboard_model::view::{MessageView, ReportGlance, ReportView, SessionView};
use callboard_model::{AgentName, SessionId, ThreadKey, Timestamp, text};
use callboard_store::{LogKind, LogRow, Result, Snapshot, Write};
use serde_json::{Value, json};

use super::{Core, LOG_SESSION, view_of};
use crate::{EngineError, limits};

/// What a notice that is a message is about, before who says it and its words.
const MESSAGE: &str = "message:";

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
                // The same again, before it was heard, is one message.
                let notice = w.add_notice(*to, &format!("{MESSAGE}{from}:{text}"), told)?;
                let body = json!({ "from": from, "to": to, "text": text, "notice": notice });
                w.log(LogKind::MESSAGE, &from.to_string(), &body)?;
                w.log(LogKind::MESSAGE, &to.to_string(), &body)?;
                w.log(LOG_SESSION, &to.to_string(), &Value::Null)?;
            }
            w.log(LOG_SESSION, &from.to_string(), &Value::Null)?;
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
        })?;
        self.put_rows_of("show what a session reported", |_| Ok(vec![session]));
        Ok(())
    }
}

/// Tells both sides' readers that a message was heard.
pub(super) fn messages_told(w: &mut Write<'_>, told: &[(SessionId, String)]) -> Result<()> {
    for (to, subject) in told {
        let Some(rest) = subject.strip_prefix(MESSAGE) else { continue };
        let from = rest.split_once(':').and_then(|(from, _)| from.parse::<SessionId>().ok());
        for session in from.iter().chain([to]) {
            w.log(LOG_SESSION, &session.to_string(), &Value::Null)?;
        }
    }
    Ok(())
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
        session,
        summary: row.body["summary"].as_str().unwrap_or_default().to_owned(),
        not_verified: row.body["not_verified"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .collect(),
        at: row.at,
        cite: None,
    }))
}

/// What a session's row says of its report: nothing of one that its user has directed it past.
pub(super) fn report_glance(
    s: &Snapshot<'_>,
    session: SessionId,
    fold: &SessionFold,
) -> Result<Option<ReportGlance>> {
    let directed_at = fold.goal().and_then(|goal| goal.at);
    let report = last_report(s, session)?;
    let report = report.filter(|report| directed_at.is_none_or(|at| at <= report.at));
    Ok(report.map(|report| ReportGlance {
        summary: text::clip(&text::one_line(&report.summary), limits::REPORT_GLANCE_CHARS),
        not_verified: u32::try_from(report.not_verified.len()).unwrap_or(u32::MAX),
        at: report.at,
    }))
}

/// What a session told others and others told it, newest first.
pub(crate) fn messages_of(s: &Snapshot<'_>, session: SessionId) -> Result<Vec<MessageView>> {
    let rows = s.log_of_kind(&session.to_string(), LogKind::MESSAGE, limits::MESSAGES)?;
    let mut known: BTreeMap<SessionId, Option<SessionView>> = BTreeMap::new();
    let mut messages = Vec::new();
    for row in &rows {
        let Some(mut message) = message(row) else { continue };
        if let Some(notice) = row.body["notice"].as_i64() {
            // Said again before it was heard: the later one stands for both.
            let Some(heard_at) = s.notice_told_at(notice)? else { continue };
            message.heard_at = heard_at;
        }
        for id in [message.from, message.to] {
            if let Entry::Vacant(place) = known.entry(id) {
                place.insert(view_of(s, id)?);
            }
        }
        let of = |id: SessionId| known.get(&id).and_then(Option::as_ref);
        let (from, to) = (of(message.from), of(message.to));
        message.from_agent = from.map(|view| view.agent.clone());
        message.from_task = from.and_then(|view| view.task);
        message.to_agent = to.map(|view| view.agent.clone());
        message.to_task = to.and_then(|view| view.task);
        message.is_over = to.is_none_or(|view| view.facts.alive.is == Alive::No);
        messages.push(message);
    }
    Ok(messages)
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
    Some(MessageView {
        from: id("from")?,
        from_agent: None,
        from_task: None,
        to: id("to")?,
        to_agent: None,
        to_task: None,
        text,
        at: row.at,
        heard_at: None,
        is_over: false,
    })
}
