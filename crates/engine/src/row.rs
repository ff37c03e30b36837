//! A session's row, made of what it did, what runs and what it is linked to.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use callboard_agents::LiveSession;
use callboard_model::fold::{SessionFold, UsageTotals};
use callboard_model::owned::{Owned, OwnedState, PromptStep};
use callboard_model::session::{Alive, Fact, FactSource, Outcome, SessionState, TurnState};
use callboard_model::view::{
    CheckResult, ContextUse, OwnedCan, OwnedView, PlanProgress, QueuedPrompt, SessionView,
};
use callboard_model::{
    AgentName, Seq, SessionId, TaskId, ThreadKey, Timestamp, WorkspaceId, activity, check,
};
use callboard_store::{Result, Snapshot};

use crate::limits;

/// What a row is made of beside the events.
pub(crate) struct Links {
    pub(crate) id: SessionId,
    pub(crate) agent: AgentName,
    pub(crate) thread: ThreadKey,
    pub(crate) workspace: Option<WorkspaceId>,
    pub(crate) task: Option<TaskId>,
    pub(crate) parent: Option<SessionId>,
    pub(crate) forked_from: Option<SessionId>,
    pub(crate) children: u32,
    pub(crate) seq: Seq,
}

/// The fold of a session as the store has it.
pub(crate) fn fold_of(s: &Snapshot<'_>, id: SessionId) -> Result<Option<SessionFold>> {
    Ok(s.fold(id)?.and_then(|(_, json)| SessionFold::from_json(&json)))
}

/// Whether a session runs, as far as its agent tells.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Running<'a> {
    /// Its agent lists it.
    Listed(&'a LiveSession),
    /// Its agent lists all that run, and not this one.
    NotListed,
    /// Nothing tells.
    Unknown,
}

/// The row at `now`.
pub(crate) fn of(
    links: Links,
    fold: &SessionFold,
    usage: &UsageTotals,
    running: Running<'_>,
    now: Timestamp,
) -> SessionView {
    let facts = state(fold, running, now);
    let (activity, activity_since) = activity(fold, &facts, running, now);
    let (files_changed, files) = edited_files(fold);
    let listed = match running {
        Running::Listed(session) => Some(session),
        _ => None,
    };
    SessionView {
        id: links.id,
        agent: links.agent,
        agent_session_id: links.thread.native,
        subagent_id: links.thread.sub,
        workspace: links.workspace,
        task: links.task,
        parent: links.parent,
        forked_from: links.forked_from,
        title: fold.facts.title.clone(),
        title_by_user: fold.facts.title_by_user,
        cwd: fold.facts.cwd.clone().or_else(|| {
            listed.and_then(|s| s.cwd.as_ref()).map(|cwd| cwd.to_string_lossy().into_owned())
        }),
        branch: fold.facts.branch.clone(),
        state: facts.word(),
        facts,
        waiting_for: listed.and_then(|session| session.waiting_for.clone()),
        activity,
        activity_since,
        goal: fold.goal().map(|goal| goal.text.clone()).or_else(|| {
            // What a subagent is for is told by the one who started it.
            links.parent.and(fold.facts.title.clone())
        }),
        started_at: fold.started_at.or(listed.and_then(|session| session.at)),
        updated_at: fold.updated_at.or(listed.and_then(|session| session.at)),
        files_changed,
        files,
        last_check: fold.last_check().map(check_result),
        plan: plan(fold),
        tokens: usage.tokens,
        cost_usd: usage.cost_usd,
        context: fold
            .usage
            .context_used
            .map(|used| ContextUse { used, window: fold.usage.context_window }),
        model: fold.usage.model.clone().or_else(|| fold.facts.model.clone()),
        agent_version: fold.facts.agent_version.clone(),
        owned: None,
        report: None,
        children: links.children,
        events: fold.events,
        seq: links.seq,
    }
}

/// An owned session as it is shown.
pub(crate) fn owned(owned: &Owned) -> OwnedView {
    let driver = callboard_agents::named(owned.agent.as_str()).and_then(|agent| agent.driver());
    let can = driver.map(|driver| driver.capabilities()).unwrap_or_default();
    let limited = owned.limited.as_ref().filter(|_| !owned.state.is_over());
    let prompts = owned.prompts.iter().map(|prompt| QueuedPrompt {
        id: prompt.id.clone(),
        text: prompt.text.clone(),
        at: prompt.at,
        refused: match &prompt.step {
            PromptStep::Refused(why) => Some(why.clone()),
            _ => None,
        },
    });
    OwnedView {
        id: owned.id,
        workspace: owned.workspace,
        task: owned.task,
        session: owned.session,
        follows: owned.follows,
        agent: owned.agent.clone(),
        state: owned.state,
        waits: owned.waits.clone().or_else(|| limited.map(|limited| limited.text.clone())),
        overlaps: owned.overlaps.clone(),
        waits_until: limited.and_then(|limited| limited.until),
        prompts: prompts.collect(),
        model: owned.model.clone(),
        mode: owned.mode.clone(),
        cwd: owned.cwd.clone(),
        failure: owned.failure.clone(),
        asked_at: owned.asked_at,
        started_at: owned.started_at,
        ended_at: owned.ended_at,
        can: OwnedCan {
            start_at_once: owned.state == OwnedState::Queued
                && owned.waits_for_room
                && !owned.at_once,
            steer: can.steer,
            interrupt: can.interrupt,
            resume: can.resume,
            fork: can.fork,
            attach_while_driven: can.attach_while_driven,
        },
    }
}

/// The limit that holds an owned session up.
pub(crate) fn held_up(owned: Option<&OwnedView>) -> Option<&str> {
    owned.filter(|owned| owned.state == OwnedState::Running)?.waits.as_deref()
}

/// The three facts, each from the best source that tells.
fn state(fold: &SessionFold, running: Running<'_>, now: Timestamp) -> SessionState {
    let mut events_turn = fold.turn();
    let mut outcome = fold.outcome();
    if events_turn.is == TurnState::Working && fold.had_the_last_word(now) {
        events_turn.is = TurnState::Idle;
        outcome.is = Outcome::Completed;
    }
    let (alive, turn) = match running {
        Running::Listed(session) => {
            let alive = Fact { is: session.alive, source: FactSource::Registry, at: session.at };
            let told = session.turn != TurnState::Unknown && session.alive != Alive::No;
            let turn = if told {
                Fact { is: session.turn, source: FactSource::Registry, at: session.at }
            } else {
                events_turn
            };
            (alive, turn)
        }
        Running::NotListed => {
            (Fact { is: Alive::No, source: FactSource::Registry, at: fold.updated_at }, events_turn)
        }
        Running::Unknown => {
            (Fact { is: Alive::Unknown, source: FactSource::Events, at: None }, events_turn)
        }
    };
    SessionState { alive, turn, outcome }
}

fn activity(
    fold: &SessionFold,
    facts: &SessionState,
    running: Running<'_>,
    now: Timestamp,
) -> (String, Option<Timestamp>) {
    if facts.turn.is == TurnState::WaitingPermission && facts.alive.is != Alive::No {
        return match fold.asks_to_allow() {
            Some(asked) => (asked.text, facts.turn.at.or(asked.since)),
            None => ("asks to allow something".to_owned(), facts.turn.at),
        };
    }
    let activity::Activity { text, since } = fold.activity(now);
    if text.is_empty() && matches!(running, Running::Listed(_)) {
        return ("started, waits for its first prompt".to_owned(), None);
    }
    if facts.alive.is == Alive::No {
        // A process that is gone does nothing any more, and takes no more time for it.
        return (in_the_past(text), None);
    }
    (text, since)
}

/// What goes on, as what went on: a line that begins with what is being done.
fn in_the_past(text: String) -> String {
    let first = text.split([' ', ':']).next().unwrap_or_default();
    match text.strip_prefix("asking: ") {
        Some(question) => format!("asked: {question}"),
        None if first.ends_with("ing") => format!("was {text}"),
        None => text,
    }
}

/// How many files it changed, and some of them, last changed first.
fn edited_files(fold: &SessionFold) -> (u32, Vec<String>) {
    let used = fold.files_used();
    let mut edited: Vec<_> = used.iter().filter(|(_, touch)| touch.edits > 0).collect();
    edited.sort_by_key(|(_, touch)| std::cmp::Reverse(touch.last));
    let shown = edited.iter().take(limits::ROW_FILES);
    let shown = shown.map(|(path, _)| relative(path, fold.facts.cwd.as_deref())).collect();
    (u32::try_from(edited.len()).unwrap_or(u32::MAX), shown)
}

/// `path` as seen from `cwd`, where it lies in it.
pub(crate) fn relative(path: &str, cwd: Option<&str>) -> String {
    cwd.and_then(|cwd| path.strip_prefix(cwd.trim_end_matches('/'))?.strip_prefix('/'))
        .unwrap_or(path)
        .to_owned()
}

/// What a check came to, as it is shown.
pub(crate) fn check_result(run: &check::CheckRun) -> CheckResult {
    CheckResult {
        command: run.command.clone(),
        ok: match run.verdict {
            check::Verdict::Passed => Some(true),
            check::Verdict::Failed => Some(false),
            check::Verdict::Unknown => None,
        },
        passed: run.counts.passed,
        failed: run.counts.failed,
        at: run.at,
        ordinal: run.ordinal,
    }
}

fn plan(fold: &SessionFold) -> Option<PlanProgress> {
    let (done, total) = fold.plan.done_of();
    (total > 0).then(|| PlanProgress {
        done: u32::try_from(done).unwrap_or(u32::MAX),
        total: u32::try_from(total).unwrap_or(u32::MAX),
        current: fold.plan.current().map(|(_, step)| step.to_owned()),
    })
}

/// A row that the store has; `None` if there is none yet, or if it cannot be read, which the log tells once.
pub(crate) fn stored(id: SessionId, row: &str) -> Option<SessionView> {
    static TOLD: Mutex<BTreeSet<SessionId>> = Mutex::new(BTreeSet::new());
    // A session that is only referred to so far has no row yet.
    if row.is_empty() {
        return None;
    }
    let view = serde_json::from_str(row);
    if let Err(error) = &view {
        let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() < limits::PROBLEMS && told.insert(id) {
            tracing::warn!(session = %id, %error, "a row cannot be read; it is left out until the session changes");
        }
    }
    view.ok()
}

#[cfg(test)]
mod tests {
    use callboard_model::session::StateWord;

    use super::*;

    fn listed(alive: Alive, turn: TurnState) -> LiveSession {
        LiveSession {
            thread: ThreadKey::main("x"),
            pid: Some(1),
            start_ticks: None,
            alive,
            turn,
            waiting_for: None,
            cwd: None,
            at: None,
        }
    }

    fn word(running: Running<'_>) -> StateWord {
        state(&SessionFold::default(), running, Timestamp::default()).word()
    }

    #[test]
    fn what_the_agent_says_of_its_turn_is_better_than_what_events_tell() {
        assert_eq!(
            word(Running::Listed(&listed(Alive::Yes, TurnState::WaitingPermission))),
            StateWord::NeedsYou
        );
        assert_eq!(word(Running::Listed(&listed(Alive::Yes, TurnState::Idle))), StateWord::Ready);
        assert_ne!(
            word(Running::Listed(&listed(Alive::No, TurnState::Working))),
            StateWord::Working
        );
    }

    #[test]
    fn a_row_that_cannot_be_read_is_left_out() {
        assert!(stored(SessionId(1), "").is_none());
        assert!(stored(SessionId(1), r#"{"at":"(beyond the calendar)"}"#).is_none());
    }

    #[test]
    fn paths_are_shown_from_the_sessions_directory() {
        assert_eq!(relative("/repo/src/a.rs", Some("/repo")), "src/a.rs");
        assert_eq!(relative("/repository/a.rs", Some("/repo")), "/repository/a.rs");
    }
}
