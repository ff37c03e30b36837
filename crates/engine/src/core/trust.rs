//! Decisions about the powers of `callboard.toml`, and the call that asks for one.

use callboard_model::call::{Ask, CallDetail, CallKind, CallOption, CallVia, Effect};
use callboard_model::project::PowerSet;
use callboard_model::{CallId, WorkspaceId};
use callboard_store::{Call, CallBody, NewCall, Write, fingerprint};

use super::Core;
use super::calls::close;
use crate::EngineError;

/// A set of powers that nobody has decided about.
#[derive(Debug, Clone)]
pub(crate) struct Undecided {
    pub(crate) set: PowerSet,
    /// What was approved last.
    pub(crate) before: PowerSet,
    /// The file.
    pub(crate) file: String,
}

impl Core {
    /// Sees to it that a workspace's open call asks for what is undecided now, and for nothing else.
    pub(crate) fn ask_for_trust(
        &mut self,
        workspace: WorkspaceId,
        undecided: Option<&Undecided>,
    ) -> Result<Option<CallId>, EngineError> {
        let wanted = undecided.map(|undecided| fingerprint(&undecided.set));
        self.write_for_person(|w| {
            let mut found = None;
            for mut call in standing(w, workspace)? {
                if wanted.as_deref() == Some(call.key.as_str()) {
                    found = Some(call.id);
                } else {
                    let because = match wanted {
                        Some(_) => "callboard.toml was changed again",
                        None => "nothing of it waits for approval any more",
                    };
                    close(w, &mut call, because)?;
                }
            }
            match (found, undecided) {
                (None, Some(undecided)) => {
                    Ok(Some(w.raise_call(call_for(workspace, undecided))?.id))
                }
                (found, _) => Ok(found),
            }
        })
    }

    /// Keeps what a person decided about a set of powers.
    pub(crate) fn decide_trust(
        &mut self,
        workspace: WorkspaceId,
        set: &PowerSet,
        is_approved: bool,
        by: &str,
    ) -> Result<(), EngineError> {
        let print = fingerprint(set);
        self.write_for_person(|w| {
            w.decide_trust(workspace, set, is_approved, by)?;
            for mut call in standing(w, workspace)?.into_iter().filter(|call| call.key == print) {
                call.body.answered_by = Some(by.to_owned());
                close(w, &mut call, if is_approved { "approved" } else { "not approved" })?;
            }
            Ok(())
        })
    }

    /// Takes back every approval of a workspace; what it says now is declined.
    pub(crate) fn revoke_trust(
        &mut self,
        workspace: WorkspaceId,
        now: &PowerSet,
        by: &str,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            w.forget_trust(workspace, by)?;
            // Where nothing is asked for, there is nothing to decline.
            if !now.powers.is_empty() {
                w.decide_trust(workspace, now, false, by)?;
            }
            Ok(())
        })
    }
}

/// What the answer to such a call decides; in the transaction that keeps the answer.
pub(super) fn decide_by_answer(
    w: &mut Write<'_>,
    call: &Call,
    effect: Effect,
    by: &str,
) -> Result<&'static str, EngineError> {
    let Some(workspace) = call.workspace else { return Ok("noted") };
    let set: PowerSet = serde_json::from_value(call.body.ask.reply.clone()).map_err(|cause| {
        EngineError::Refused {
            text: format!(
                "what {} asks for cannot be read ({cause}); nothing was decided",
                call.id
            ),
            hint: "decide with `callboard trust`",
        }
    })?;
    let is_approved = effect == Effect::Allow;
    w.decide_trust(workspace, &set, is_approved, by)?;
    Ok(if is_approved { "approved" } else { "not approved" })
}

fn standing(w: &Write<'_>, workspace: WorkspaceId) -> callboard_store::Result<Vec<Call>> {
    let mut calls = w.view().calls_not_closed()?;
    calls.retain(|call| call.kind == CallKind::Trust && call.workspace == Some(workspace));
    Ok(calls)
}

fn call_for(workspace: WorkspaceId, undecided: &Undecided) -> NewCall {
    let (added, removed) = undecided.set.changes_since(&undecided.before);
    let marked = |mark: char, lines: Vec<String>| {
        lines.into_iter().map(move |line| format!("{mark} {line}"))
    };
    let lines = marked('+', added).chain(marked('-', removed)).collect();
    let text = format!(
        "`{}` can run, loosen or reach what is marked `+`; nothing of that takes effect until you approve it. \
         What is marked `-` was approved before.",
        undecided.file
    );
    let option = |id: &str, label: &str, effect| CallOption {
        id: id.into(),
        label: label.into(),
        effect,
        writes: None,
    };
    let body = CallBody::asked(Ask {
        key: fingerprint(&undecided.set),
        kind: CallKind::Trust,
        question: "callboard.toml waits for your approval".into(),
        detail: CallDetail::Told { text, lines },
        options: vec![
            option("yes", "Approve", Effect::Allow),
            option("no", "Not now", Effect::Deny),
        ],
        tool_use_id: None,
        subagent: None,
        reason: None,
        // One that could not be written cannot be approved by the call.
        reply: serde_json::to_value(&undecided.set).unwrap_or_default(),
    });
    NewCall {
        workspace: Some(workspace),
        session: None,
        task: None,
        via: CallVia::Callboard,
        expires_at: None,
        body,
    }
}
