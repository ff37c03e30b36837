//! Calls that Callboard itself makes: nobody waits for an answer, a person takes note of them.

use std::path::Path;

use callboard_model::call::{Ask, CallDetail, CallKind, CallOption, CallVia, Effect};
use callboard_model::owned::{Owned, OwnedState};
use callboard_model::session::TurnState;
use callboard_model::view::SessionView;
use callboard_model::{SessionId, Timestamp, WorkspaceId};
use callboard_store::{Call, CallBody, NewCall, Result, Write};

use crate::core::view_of;
use crate::sweeps::Swept;

/// A call about a session.
pub(super) fn about(
    view: &SessionView,
    kind: CallKind,
    key: &str,
    question: String,
    detail: CallDetail,
) -> NewCall {
    let mut new = of_no_session(kind, key, question, detail);
    new.body.goal.clone_from(&view.goal);
    NewCall { workspace: view.workspace, session: Some(view.id), task: view.task, ..new }
}

/// A call about a workspace.
pub(super) fn of_workspace(
    workspace: WorkspaceId,
    kind: CallKind,
    key: &str,
    question: String,
    detail: CallDetail,
) -> NewCall {
    NewCall { workspace: Some(workspace), ..of_no_session(kind, key, question, detail) }
}

fn of_no_session(kind: CallKind, key: &str, question: String, detail: CallDetail) -> NewCall {
    let body = CallBody::asked(Ask {
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
    NewCall {
        workspace: None,
        session: None,
        task: None,
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

/// A command of a session swept what others changed, or was kept from it.
pub(super) fn sweep(view: &SessionView, swept: &Swept, was_refused: bool) -> NewCall {
    let command = swept.command.trim().lines().next().unwrap_or_default();
    let (question, text) = if was_refused {
        (
            format!("was kept from running `{command}`"),
            "It would have swept what other sessions changed in the same folder. The agent was told how to commit its own.",
        )
    } else {
        (
            format!("swept what others changed, by `{command}`"),
            "Look at what it took along before it goes further: `git log -1 --stat`, `git stash list`.",
        )
    };
    let detail = CallDetail::Told { text: text.to_owned(), lines: swept.lines.clone() };
    about(view, CallKind::Sweep, "sweep", question, detail)
}

/// A session that waits for the end of a limit, until it goes on.
pub(in crate::core) fn follow_limit(w: &mut Write<'_>, owned: &Owned) -> Result<()> {
    let Some(session) = owned.session else { return Ok(()) };
    let waits = owned.state == OwnedState::Running && owned.turn == TurnState::Idle;
    let limited = owned.limited.as_ref().filter(|_| waits);
    let key = owned.turn_at.map_or(0, Timestamp::as_millisecond).to_string();
    for mut call in w.view().calls_of_session(session)? {
        if call.kind == CallKind::Limit && (limited.is_none() || call.key != key) {
            super::close(w, &mut call, "it goes on")?;
        }
    }
    let Some(limited) = limited else { return Ok(()) };
    // One that its user took note of is not told again.
    let told = w.view().last_call(session, CallKind::Limit)?;
    let view = view_of(&w.view(), session)?;
    let Some(view) = view.filter(|_| told.is_none_or(|told| told.key != key)) else {
        return Ok(());
    };
    let question = format!("waits: {}", limited.text);
    let text = match limited.until {
        Some(_) => "It goes on by itself when the limit ends.",
        None => "Nothing tells when the limit ends; it is tried again from time to time.",
    };
    let lines = limited.until.iter().map(|until| format!("until {until}")).collect();
    let detail = CallDetail::Told { text: text.to_owned(), lines };
    raise_own(w, about(&view, CallKind::Limit, &key, question, detail)).map(|_| ())
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
