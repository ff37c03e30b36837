//! Calls that Callboard itself makes: nobody waits for an answer, a person takes note of them.

use std::path::Path;

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

/// A session wrote, or was kept from writing, into a checkout that is not its own.
pub(super) fn wrong_checkout(
    view: &SessionView,
    own: &Path,
    paths: Vec<String>,
    was_refused: bool,
) -> NewCall {
    let files = if paths.len() == 1 { "a file" } else { "files" };
    let (question, text) = if was_refused {
        (
            format!("was kept from writing {files} of another checkout"),
            format!(
                "It works in `{}`; the write was refused, and the agent was told why.",
                own.display()
            ),
        )
    } else {
        (
            format!("wrote {files} of another checkout"),
            format!(
                "It works in `{}`. Look at what it wrote before whoever works there goes on.",
                own.display()
            ),
        )
    };
    let detail = CallDetail::Told { text, lines: paths };
    about(view, CallKind::WrongCheckout, "checkout", question, detail)
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
