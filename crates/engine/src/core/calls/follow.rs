//! What a session's state says of its calls: raises those that nothing else would, closes those that are over.

use std::path::Path;

use callboard_model::Timestamp;
use callboard_model::call::{Ask, CallDetail, CallKind, CallState, CallVia};
use callboard_model::fold::SessionFold;
use callboard_model::session::{Alive, FactSource, Outcome, SessionState, StateWord, TurnState};
use callboard_model::view::SessionView;
use callboard_store::{Call, CallBody, LogKind, NewCall, Result, Write};
use serde_json::json;

use super::{close, go_on, tell};
use crate::checkouts::{self, OwnCheckout};
use crate::core::messages::report_of_turn;
use crate::limits;

/// Begins the keys of calls that nobody reported: the session was only seen to wait.
pub(super) const SEEN: &str = "seen:";

/// Begins the keys of those whose transcript does not yet tell what is asked.
const UNTOLD: &str = "seen:untold:";

/// Begins the keys of what hooks report.
const HOOK: &str = "hook:";

/// Follows the state of a session that no other session started, as its row is made.
pub(in crate::core) fn follow_session(
    w: &mut Write<'_>,
    view: &SessionView,
    fold: &SessionFold,
    before: &SessionState,
) -> Result<()> {
    if view.parent.is_some() {
        return Ok(());
    }
    let mut open = w.view().calls_of_session(view.id)?;
    keep_belonging(w, view, &mut open)?;
    follow_asked(w, view, fold, &mut open)?;
    follow_headway(w, view, fold, &mut open)?;
    follow_checkout(w, view, fold)?;
    follow_turn(w, view, fold, before, &mut open)
}

/// A session's task and workspace may be known only after it has asked something.
fn keep_belonging(w: &mut Write<'_>, view: &SessionView, open: &mut [Call]) -> Result<()> {
    for call in open {
        if (call.workspace, call.task) != (view.workspace, view.task) {
            (call.workspace, call.task) = (view.workspace, view.task);
            w.put_call(call, LogKind::CALL_MOVED, &json!({ "task": view.task }))?;
        }
    }
    Ok(())
}

/// What the agent asks, as far as its own list of sessions tells.
fn follow_asked(
    w: &mut Write<'_>,
    view: &SessionView,
    fold: &SessionFold,
    open: &mut [Call],
) -> Result<()> {
    let turn = &view.facts.turn;
    let asked = open.iter_mut().filter(|call| call.kind.is_asked());
    let mut asked: Vec<&mut Call> = asked.collect();
    if view.facts.alive.is == Alive::No {
        for call in asked {
            close(w, call, "its agent ended")?;
        }
        return Ok(());
    }
    // What was asked by a tool waits beside the agent's work, and says itself when it is over.
    asked.retain(|call| call.via != CallVia::Tool);
    // What events alone tell may be long past.
    if turn.source != FactSource::Registry || view.facts.alive.is != Alive::Yes {
        return follow_results(w, view, fold, asked);
    }
    if matches!(turn.is, TurnState::WaitingPermission | TurnState::WaitingInput) {
        // What drives it tells what is asked, a moment later.
        let is_driven = view.owned.as_ref().is_some_and(|owned| !owned.state.is_over());
        if is_driven {
            return Ok(());
        }
        return follow_waiting(w, view, fold, asked);
    }
    // The driver tells itself when what was asked is gone. Elsewhere, the agent that waits no more has its answer; of
    // several, the oldest.
    let is_past = |call: &Call| turn.at.is_none_or(|at| at >= call.asked_at);
    asked.retain(|call| call.via != CallVia::Driver && is_past(call));
    if let Some(oldest) = asked.into_iter().next() {
        go_on(w, oldest, "answered in its window")?;
    }
    Ok(())
}

/// What the window asks, of which nothing but the transcript tells more.
fn follow_waiting(
    w: &mut Write<'_>,
    view: &SessionView,
    fold: &SessionFold,
    mut asked: Vec<&mut Call>,
) -> Result<()> {
    if let [only] = asked.as_mut_slice()
        && only.key.starts_with(SEEN)
        && let Some((_, question, _)) = fold.waits_for_user()
        && question != only.body.ask.question
    {
        if only.key.starts_with(UNTOLD) {
            return learn(w, view, fold, only);
        }
        // Where nothing tells that it went on in between, what it waits for does.
        go_on(w, only, "answered in its window")?;
        asked.clear();
    }
    if asked.is_empty() {
        raise_seen(w, view, fold)?;
    }
    Ok(())
}

/// The list of sessions may tell that it waits before the transcript tells for what.
fn learn(w: &mut Write<'_>, view: &SessionView, fold: &SessionFold, call: &mut Call) -> Result<()> {
    let ask = seen(view, fold);
    (call.kind, call.key) = (ask.kind, ask.key.clone());
    call.life.generation += 1;
    call.body.ask = ask;
    call.body.steps = fold.steps();
    call.body.goal.clone_from(&view.goal);
    w.put_call(call, LogKind::CALL_MOVED, &json!({ "question": call.body.ask.question }))
}

/// Where no list of sessions tells: what a hook reported is over when the session has gone on since and no use of a
/// tool is without its result.
fn follow_results(
    w: &mut Write<'_>,
    view: &SessionView,
    fold: &SessionFold,
    asked: Vec<&mut Call>,
) -> Result<()> {
    let is_idle = fold.asks_to_allow().is_none();
    for call in asked {
        let is_reported = call.key.starts_with(HOOK) && call.via != CallVia::Driver;
        if is_reported && is_idle && view.updated_at.is_some_and(|at| at >= call.asked_at) {
            go_on(w, call, "answered in its window")?;
        }
    }
    Ok(())
}

/// What a session asks that was only seen to wait.
fn seen(view: &SessionView, fold: &SessionFold) -> Ask {
    let turn = &view.facts.turn;
    let told = fold.waits_for_user();
    let known_by = if told.is_some() { SEEN } else { UNTOLD };
    let (kind, question, detail) = told.unwrap_or_else(|| {
        let kind = match turn.is {
            TurnState::WaitingInput => CallKind::Question,
            _ => CallKind::Permission,
        };
        (kind, view.activity.clone(), CallDetail::None)
    });
    Ask {
        key: format!("{known_by}{}", turn.at.map_or(0, Timestamp::as_millisecond)),
        kind,
        question,
        detail,
        options: Vec::new(),
        tool_use_id: None,
        subagent: None,
        reason: None,
        reply: serde_json::Value::Null,
    }
}

/// A call for what only the window asks.
fn raise_seen(w: &mut Write<'_>, view: &SessionView, fold: &SessionFold) -> Result<()> {
    let mut body = CallBody::asked(seen(view, fold));
    body.steps = fold.steps();
    body.goal.clone_from(&view.goal);
    w.raise_call(NewCall {
        workspace: view.workspace,
        session: Some(view.id),
        task: view.task,
        via: CallVia::Window,
        expires_at: None,
        body,
    })?;
    Ok(())
}

/// A session that seems to be stuck, until it makes headway.
fn follow_headway(
    w: &mut Write<'_>,
    view: &SessionView,
    fold: &SessionFold,
    open: &mut [Call],
) -> Result<()> {
    let is_held_up = view.owned.as_ref().is_some_and(|owned| owned.waits.is_some());
    let works =
        view.state == StateWord::Working && view.facts.alive.is == Alive::Yes && !is_held_up;
    let stuck = fold.stuck(w.now(), view.facts.turn.at).filter(|_| works);
    let sign = stuck.as_ref().map(|stuck| stuck.sign);
    for call in open.iter_mut().filter(|call| call.kind == CallKind::Stuck) {
        if sign != Some(call.key.as_str()) {
            close(w, call, "it makes headway")?;
        }
    }
    let Some(stuck) = stuck else { return Ok(()) };
    let detail = CallDetail::Told { text: String::new(), lines: stuck.evidence };
    let question = format!("seems to make no headway: {}", stuck.text);
    tell::raise_own(w, tell::about(view, CallKind::Stuck, stuck.sign, question, detail))?;
    Ok(())
}

/// A session that writes where another one works.
fn follow_checkout(w: &mut Write<'_>, view: &SessionView, fold: &SessionFold) -> Result<()> {
    let root = fold.facts.root.as_deref().or(fold.facts.cwd.as_deref());
    let (Some(workspace), Some(root)) = (view.workspace, root) else { return Ok(()) };
    if !checkouts::writes_elsewhere(fold) {
        return Ok(());
    }
    let Some(checkout) = OwnCheckout::of(&w.view(), workspace, Path::new(root))? else {
        return Ok(());
    };
    // What was written before its user last took note of it is no news.
    let told = w.view().last_call(view.id, CallKind::WrongCheckout)?;
    let told_until = told.map(|call| call.closed_at.unwrap_or(w.now()));
    let used = fold.files_used();
    let written = used.iter().filter(|(path, touch)| {
        touch.edits > 0 && touch.at > told_until && checkout.foreign(Path::new(path)).is_some()
    });
    let paths: Vec<String> = written.map(|(path, _)| path.clone()).collect();
    if paths.is_empty() {
        return Ok(());
    }
    tell::raise_own(w, tell::wrong_checkout(view, &checkout.own, paths, false)).map(|_| ())
}

/// Turns that end call for a look; one that begins takes that back.
fn follow_turn(
    w: &mut Write<'_>,
    view: &SessionView,
    fold: &SessionFold,
    before: &SessionState,
    open: &mut [Call],
) -> Result<()> {
    let was_at_work = matches!(before.word(), StateWord::Working | StateWord::NeedsYou);
    let is_at_work = matches!(view.state, StateWord::Working | StateWord::NeedsYou);
    if is_at_work {
        let over = |call: &&mut Call| {
            matches!(call.kind, CallKind::Finished | CallKind::Failed)
                && call.life.state == CallState::Open
        };
        for call in open.iter_mut().filter(over) {
            close(w, call, "the session went on")?;
        }
        return Ok(());
    }
    // What happened long ago, and is only read now, calls for nobody.
    let is_recent =
        view.updated_at.is_some_and(|at| w.now().since_ms(at) < limits::CALLED_FOR_AGE_MS);
    // Whoever lists or drives a session may tell that its turn is over before its transcript tells how.
    let is_awaited = before.word() == StateWord::Ready || view.owned.is_some();
    let is_told_late = before.outcome.is == Outcome::Open && is_awaited;
    if !(was_at_work || is_told_late) || !is_recent {
        return Ok(());
    }
    let mut text = fold.said.as_ref().map(callboard_model::fold::Words::ending).unwrap_or_default();
    let mut lines = fold.deeds();
    if let Some(report) = report_of_turn(w, view.id)? {
        lines.splice(0..0, report.not_verified.iter().map(|one| format!("not verified: {one}")));
        text = report.summary;
    }
    let detail = CallDetail::Told { text, lines };
    let call = match (view.state, view.facts.outcome.is) {
        (StateWord::Failed, _) => {
            tell::about(view, CallKind::Failed, "turn", view.activity.clone(), detail)
        }
        (StateWord::Ready | StateWord::Ended, Outcome::Completed) => {
            tell::about(view, CallKind::Finished, "turn", view.activity.clone(), detail)
        }
        _ => return Ok(()),
    };
    tell::raise_own(w, call).map(|_| ())
}
