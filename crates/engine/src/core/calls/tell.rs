//! Calls that Callboard itself makes: nobody waits for an answer, a person takes note of them.

use callboard_model::SessionId;
use callboard_model::call::{Ask, CallDetail, CallKind, CallOption, CallVia, Effect};
use callboard_model::view::SessionView;
use callboard_store::{Call, CallBody, NewCall, Result, Write};

/// A call about a session.
pub(super) fn about(
    view: &SessionView,
    kind: CallKind,
    key: &str,
    question: String,
    detail: CallDetail,
) -> NewCall {
    let mut body = CallBody::asked(Ask {
        key: key.to_owned(),
        kind,
        question,
        detail,
        options: vec![noted()],
        tool_use_id: None,
        subagent: None,
        reason: None,
        reply: serde_json::Value::Null,
    });
    body.goal.clone_from(&view.goal);
    NewCall {
        workspace: view.workspace,
        session: Some(view.id),
        task: view.task,
        via: CallVia::Callboard,
        expires_at: None,
        body,
    }
}

fn noted() -> CallOption {
    CallOption { id: "ok".into(), label: "Noted".into(), effect: Effect::Acknowledge, writes: None }
}

/// Raises it, unless the same stands already.
pub(super) fn raise_own(w: &mut Write<'_>, new: NewCall) -> Result<Call> {
    if let Some(known) = standing(w, new.session, new.body.ask.kind, &new.body.ask.key)? {
        return Ok(known);
    }
    w.raise_call(new)
}

fn standing(
    w: &Write<'_>,
    session: Option<SessionId>,
    kind: CallKind,
    key: &str,
) -> Result<Option<Call>> {
    let calls = match session {
        Some(session) => w.view().calls_of_session(session)?,
        None => w.view().calls_not_closed()?,
    };
    Ok(calls
        .into_iter()
        .find(|call| call.kind == kind && call.key == key && call.session == session))
}
