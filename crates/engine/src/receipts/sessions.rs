//! What the sessions of the work did, read from their events and facts.

use std::collections::BTreeSet;

use callboard_git::locate;
use callboard_model::call::CallDetail;
use callboard_model::claim::{Evidence, Judged, Sight};
use callboard_model::fact::FactBody;
use callboard_model::receipt::{
    Artefact, Asked, Observed, ObservedCommand, OpenedSource, Outward, ReceiptOf, SessionLine,
    SessionPart,
};
use callboard_model::view::SessionView;
use callboard_model::{SessionId, text};
use callboard_store::Snapshot;

use super::make::Depth;
use super::subject::{Subject, Worker};
use crate::core::words_of;
use crate::query::reports::report_of;
use crate::{Engine, EngineError, limits};

/// What all sessions of the work did.
#[derive(Debug, Default)]
pub(super) struct Did {
    pub(super) parts: Vec<SessionPart>,
    /// In order.
    pub(super) commands: Vec<ObservedCommand>,
    pub(super) commands_left_out: u32,
    pub(super) asked: Vec<Asked>,
    pub(super) artefacts: Vec<Artefact>,
    pub(super) outward: Vec<Outward>,
    pub(super) opened: Vec<OpenedSource>,
    pub(super) found: Vec<String>,
    /// What is on record of commands, edits and sights.
    pub(super) evidence: Evidence,
}

impl Engine {
    /// What the sessions of a piece of work did.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn what_was_done(
        &self,
        subject: &Subject,
        depth: Depth,
    ) -> Result<Did, EngineError> {
        let mut did = Did::default();
        let root = top_of(subject);
        let mut all: Vec<Observed> = Vec::new();
        // Two may have each other work for them: of what is looked at for another's sake, nothing further is.
        let is_told = |worker: &&Worker| !worker.is_apart || depth != Depth::Alone;
        for worker in subject.workers.iter().filter(is_told) {
            let mut made = self.read(|s| {
                let observed = self.receipts.sessions.observe(s, worker.view.id)?;
                let part = part(s, worker, &observed)?;
                did.asked.extend(asked(s, &worker.view)?);
                if !worker.is_apart {
                    all.push(observed);
                }
                Ok(part)
            })?;
            if worker.is_apart {
                made.judged_apart = Some(self.judged_apart(worker.view.id)?);
            }
            did.parts.push(made);
        }
        let files: Vec<&str> = subject.work.files.iter().map(|file| file.path.as_str()).collect();
        let meant = (!files.is_empty()).then_some(files.as_slice());
        let mut edits = Vec::new();
        let mut sights: Vec<Sight> = Vec::new();
        for observed in all {
            edits.extend(observed.edited(root.as_deref(), meant));
            did.commands.extend(observed.commands);
            did.commands_left_out += observed.commands_left_out;
            did.artefacts.extend(observed.artefacts);
            did.outward.extend(observed.outward);
            did.opened.extend(observed.opened);
            did.found.extend(observed.found);
            sights.extend(observed.sights);
        }
        did.commands.sort_by_key(|one| one.command.ordinal);
        did.artefacts.truncate(limits::ARTEFACTS);
        did.asked.sort_by_key(|asked| asked.at);
        did.asked.truncate(limits::ASKED);
        sights.sort_by_key(|sight| sight.ordinal);
        let commands = did.commands.iter().map(|one| one.command.clone()).collect();
        did.evidence = Evidence {
            commands: (!subject.workers.is_empty()).then_some(commands),
            first_edit: edits.iter().min().copied(),
            last_edit: edits.iter().max().copied(),
            tree: None,
            root,
            sights,
            ..Evidence::default()
        };
        Ok(did)
    }
}

/// The checkout that the work is in.
fn top_of(subject: &Subject) -> Option<String> {
    let folder = subject.work.folder.clone();
    folder.or_else(|| {
        let cwd = subject.workers.iter().find_map(|worker| worker.view.cwd.clone())?;
        let top = locate(std::path::Path::new(&cwd))?.top;
        Some(top.to_string_lossy().into_owned())
    })
}

impl Engine {
    /// What the record says of the claims of a session that works on something of its own: what its own receipt says.
    fn judged_apart(&self, session: SessionId) -> Result<Vec<Judged>, EngineError> {
        let receipt = match self.make_receipt(&ReceiptOf::Session(session), Depth::Alone, None) {
            Ok(made) => made.receipt,
            Err(EngineError::Ending) => return Err(EngineError::Ending),
            // What is gone has no claims that can be held against anything.
            Err(_) => return Ok(Vec::new()),
        };
        let own = receipt.claims.into_iter().filter(|claim| claim.session == session);
        Ok(own.map(|claim| claim.judged).collect())
    }
}

fn part(
    s: &Snapshot<'_>,
    worker: &Worker,
    observed: &Observed,
) -> Result<SessionPart, EngineError> {
    let view = &worker.view;
    let report = report_of(s, view.id)?;
    let mut closing = observed.closing();
    // What it reported by a tool are its words, too.
    if let Some(report) = &report {
        match &mut closing {
            Some(closing) if !closing.text.contains(&report.summary) => {
                closing.text = format!("{}\n\n{}", report.summary, closing.text);
            }
            Some(_) => {}
            None => {
                closing = report.cite.map(|cite| callboard_model::receipt::Closing {
                    text: report.summary.clone(),
                    cite,
                });
            }
        }
    }
    let facts = s.facts(view.id)?;
    let questions = facts.iter().filter_map(|fact| match &fact.fact.body {
        FactBody::Asked { question } => Some(question.clone()),
        _ => None,
    });
    let short =
        |words: &str| text::clip_words(words, callboard_model::limits::RECEIPT_CLOSING_CHARS);
    Ok(SessionPart {
        line: SessionLine {
            id: view.id,
            agent: view.agent.clone(),
            title: view.heading().map(str::to_owned),
            began_at: view.started_at,
            last_at: view.updated_at,
            tokens: view.tokens,
            cost_usd: view.cost_usd,
            closing: closing.as_ref().map(|closing| short(&closing.text)),
        },
        task: view.task,
        closing,
        reported_at: report.as_ref().and_then(|report| report.cite),
        not_verified: report.map(|report| report.not_verified).unwrap_or_default(),
        questions: questions.collect(),
        led_by: worker.led_by,
        judged_apart: None,
    })
}

/// What the session's user was asked and answered, in its own dialog and by calls.
fn asked(s: &Snapshot<'_>, view: &SessionView) -> Result<Vec<Asked>, EngineError> {
    let mut out: Vec<Asked> = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for call in s.calls_of_session(view.id)? {
        let ask = &call.body.ask;
        let question = match &ask.detail {
            CallDetail::Questions { questions } => {
                questions.first().map_or(ask.question.clone(), |one| one.question.clone())
            }
            CallDetail::Command { command, .. } => {
                format!("may it run `{}`?", text::one_line(command))
            }
            _ => ask.question.clone(),
        };
        let Some(answer) = &call.body.answer else { continue };
        known.insert(question.clone());
        out.push(Asked {
            session: view.id,
            question: clip(&question),
            answer: Some(clip(&words_of(ask, answer))),
            by: call.body.answered_by.clone(),
            at: Some(call.asked_at),
            source: Some(call.id.to_string()),
        });
    }
    for fact in s.facts(view.id)? {
        let (question, answer) = match &fact.fact.body {
            FactBody::Asked { question } => (question.clone(), None),
            FactBody::Answered { question, answer } => (question.clone(), Some(answer.clone())),
            FactBody::Approved { plan } => {
                (format!("its plan: {plan}"), Some("approved".to_owned()))
            }
            FactBody::Rejected { plan, words } => {
                (format!("its plan: {plan}"), Some(format!("rejected {words}").trim().to_owned()))
            }
            FactBody::Refused { what, words } => {
                (what.clone(), Some(format!("refused {words}").trim().to_owned()))
            }
            _ => continue,
        };
        if known.insert(question.clone()) {
            out.push(Asked {
                session: view.id,
                question: clip(&question),
                answer: answer.map(|answer| clip(&answer)),
                by: None,
                at: fact.fact.at,
                source: fact.events.first().map(|seq| format!("{}#{}", view.id, seq.0)),
            });
        }
    }
    Ok(out)
}

fn clip(words: &str) -> String {
    text::clip_words(&text::one_line(words), callboard_model::limits::ANSWER_CHARS)
}
