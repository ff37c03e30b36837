//! Owned sessions as the writer keeps them.

use std::path::PathBuf;

use callboard_agents::LiveSession;
use callboard_agents::drive::Signal;
use callboard_model::owned::{Limited, Owned, OwnedPrompt, OwnedState, PromptStep, TurnSnapshot};
use callboard_model::session::{Alive, TurnState};
use callboard_model::task::LinkedBy;
use callboard_model::{AgentName, SessionId, ThreadKey, Timestamp};
use callboard_store::{Durability, LogKind, Write};
use serde_json::{Value, json};

use super::calls::follow_limit;
use super::{Core, LOG_SESSION, tasks};
use crate::owned::AfterLimit;
use crate::{EngineError, limits};

/// What a channel has told, up to a place in its journal.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) signals: Vec<Signal>,
    pub(crate) cursor: u64,
    pub(crate) channel: Value,
    /// Prompts that are about to be sent.
    pub(crate) sent: Vec<String>,
    /// Snapshots that were taken for prompts.
    pub(crate) snapshots: Vec<TurnSnapshot>,
    /// The agent's process.
    pub(crate) process: Option<(u32, Option<u64>)>,
}

impl Core {
    /// Takes in sessions that a person asks for.
    pub(crate) fn ask_for(&mut self, asked: Vec<Owned>) -> Result<Vec<Owned>, EngineError> {
        let added = self.write_for_person(|w| add_asked(w, asked))?;
        self.show_owned(&added);
        added.iter().for_each(|owned| self.goes_on(owned));
        Ok(added)
    }

    /// Has it told anew whose the lines are in a folder in which a session takes over or goes on.
    fn goes_on(&self, owned: &Owned) {
        if let (Some(session), Some(cwd)) = (owned.session, &owned.cwd) {
            self.changes.worked_in(session, std::path::Path::new(cwd));
        }
    }

    /// Gives an owned session a prompt.
    pub(crate) fn prompt_owned(&mut self, id: i64, text: String) -> Result<Owned, EngineError> {
        self.write_for_person(|w| {
            let mut owned = w.view().owned(id)?.ok_or_else(|| EngineError::no_owned(id))?;
            if owned.is_stopped || owned.state.is_over() {
                return Err(EngineError::Conflict {
                    text: "it has been told to end; nothing was sent".into(),
                    hint: "have it go on with `callboard resume`",
                });
            }
            add_prompt(w, &mut owned, text)?;
            w.put_owned(&owned)?;
            Ok(owned)
        })
        .inspect(|owned| self.show_owned(std::slice::from_ref(owned)))
    }

    /// Takes a limit off that is over, and says `words` where that is due; gives whether it did.
    pub(crate) fn go_on_after_limit(
        &mut self,
        id: i64,
        words: &str,
        after: impl FnOnce(&Owned, Timestamp) -> AfterLimit,
    ) -> Result<bool, EngineError> {
        let (owned, after) = self.write_for_person(|w| {
            let mut owned = w.view().owned(id)?.ok_or_else(|| EngineError::no_owned(id))?;
            let after = after(&owned, w.now());
            if after != AfterLimit::Held {
                owned.limited = None;
                if after == AfterLimit::GoOn {
                    add_prompt(w, &mut owned, words.to_owned())?;
                }
                w.put_owned(&owned)?;
                follow_limit(w, &owned)?;
            }
            Ok((owned, after))
        })?;
        self.show_owned(std::slice::from_ref(&owned));
        Ok(after == AfterLimit::GoOn)
    }

    /// Changes an owned session, unless `change` gives `false`; gives what it is then.
    pub(crate) fn change_owned(
        &mut self,
        id: i64,
        change: impl FnOnce(&mut Owned, Timestamp) -> bool,
    ) -> Result<Owned, EngineError> {
        let (owned, is_named) = self.write_for_person(|w| {
            let mut owned = w.view().owned(id)?.ok_or_else(|| EngineError::no_owned(id))?;
            let mut is_named = false;
            let was_over = owned.state.is_over();
            if change(&mut owned, w.now()) {
                if owned.state.is_over() && !was_over {
                    owned.ended_at = Some(w.now());
                    let about = json!({ "state": owned.state, "failure": owned.failure });
                    w.log(LogKind::OWNED_OVER, &subject(&owned), &about)?;
                }
                is_named = name(w, &mut owned)?;
                w.put_owned(&owned)?;
                follow_limit(w, &owned)?;
            }
            Ok((owned, is_named))
        })?;
        self.tell_running(&owned, None);
        self.show_owned(std::slice::from_ref(&owned));
        if is_named {
            self.goes_on(&owned);
        }
        Ok(owned)
    }

    /// Takes what a channel told, together with how far it has read and what it must not forget.
    pub(crate) fn take_told(&mut self, id: i64, told: Told) -> Result<Owned, EngineError> {
        let process = told.process;
        let (owned, is_named) = self.write(Durability::Normal, |w| {
            let Some(mut owned) = w.view().owned(id)? else {
                return Err(callboard_store::StoreError::NotFound(format!("owned session {id}")));
            };
            for signal in &told.signals {
                apply(&mut owned, signal, w.now());
            }
            for sent in &told.sent {
                owned.note_prompt(sent, PromptStep::Sent);
            }
            owned.snapshots.extend(told.snapshots);
            let over = owned.snapshots.len().saturating_sub(limits::SNAPSHOTS);
            owned.snapshots.drain(..over);
            (owned.cursor, owned.channel) = (told.cursor, told.channel);
            let is_named = name(w, &mut owned)?;
            w.put_owned(&owned)?;
            follow_limit(w, &owned)?;
            Ok((owned, is_named))
        })?;
        self.tell_running(&owned, process);
        self.show_owned(std::slice::from_ref(&owned));
        if is_named {
            self.goes_on(&owned);
        }
        Ok(owned)
    }

    /// Notes that a person told it to break off or to end.
    pub(crate) fn note_stop(&mut self, id: i64, word: &'static str) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let mut owned = w.view().owned(id)?.ok_or_else(|| EngineError::no_owned(id))?;
            if owned.state.is_over() {
                return Ok(());
            }
            w.log(LogKind::OWNED_STOPPED, &subject(&owned), &json!({ "what": word }))?;
            if word == "end" {
                owned.is_stopped = true;
                w.put_owned(&owned)?;
            }
            Ok(())
        })
    }

    /// Notes that the files of a session went back to before a prompt, and what keeps those that were replaced.
    pub(crate) fn note_rewound(
        &mut self,
        id: i64,
        prompt: &str,
        kept: Option<&str>,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let owned = w.view().owned(id)?.ok_or_else(|| EngineError::no_owned(id))?;
            let about = json!({ "prompt": prompt, "kept": kept });
            w.log(LogKind::OWNED_REWOUND, &subject(&owned), &about)?;
            Ok(())
        })
    }

    /// Takes note of those that were over when the last daemon ended.
    pub(crate) fn remember_over(&mut self, over: &[Owned]) {
        for owned in over {
            self.tell_running(owned, None);
        }
    }

    /// Whether a conversation runs, and as which process.
    pub(crate) fn running_as(
        &self,
        agent: &AgentName,
        thread: &ThreadKey,
    ) -> Option<(Alive, Option<u32>)> {
        match self.running.of(agent, thread) {
            crate::row::Running::Listed(session) => Some((session.alive, session.pid)),
            _ => None,
        }
    }

    /// What is known of its process counts as the agent's own word.
    fn tell_running(&mut self, owned: &Owned, process: Option<(u32, Option<u64>)>) {
        let Some(native) = &owned.native else { return };
        let is_running = owned.state == OwnedState::Running;
        if !is_running && !owned.state.is_over() {
            return;
        }
        let thread = ThreadKey::main(native.clone());
        let known = match self.running.of(&owned.agent, &thread) {
            crate::row::Running::Listed(session) => (session.pid, session.start_ticks),
            _ => (None, None),
        };
        let known = process.map_or(known, |(pid, ticks)| (Some(pid), ticks));
        // The end of one that runs on was seen by nobody: whoever lists it is right.
        let is_left = |(pid, ticks): (Option<u32>, _)| {
            let runs = |pid| callboard_os::process::is_running(pid, ticks) == Some(true);
            owned.state.is_over() && owned.socket.is_none() && pid.is_some_and(runs)
        };
        let (pid, start_ticks) = if is_left(known) { (None, None) } else { known };
        let session = LiveSession {
            thread: thread.clone(),
            pid,
            start_ticks,
            alive: if is_running { Alive::Yes } else { Alive::No },
            turn: if is_running { owned.turn } else { TurnState::Unknown },
            waiting_for: None,
            cwd: owned.cwd.as_ref().map(PathBuf::from),
            at: owned.turn_at.or(owned.started_at),
        };
        self.running.take_driven(&owned.agent, session);
    }

    /// Makes the rows of their sessions anew.
    pub(super) fn show_owned(&mut self, changed: &[Owned]) {
        let ids: Vec<SessionId> = changed.iter().filter_map(|owned| owned.session).collect();
        if !ids.is_empty() {
            self.put_rows_of("show what became of an owned session", |_| Ok(ids));
        }
    }
}

/// Takes sessions in, each with its log line.
pub(super) fn add_asked(w: &mut Write<'_>, asked: Vec<Owned>) -> Result<Vec<Owned>, EngineError> {
    let mut added = Vec::new();
    for mut owned in asked {
        if owned.native.is_none() {
            // Agents that take an id are given this one.
            owned.channel = json!({ "wished": w.new_uuid() });
        }
        for prompt in &mut owned.prompts {
            prompt.id = w.new_uuid();
        }
        refuse_second(w, &owned)?;
        let owned = w.add_owned(owned)?;
        let about =
            json!({ "agent": owned.agent, "task": owned.task, "beginning": owned.beginning });
        w.log(LogKind::OWNED_ASKED, &subject(&owned), &about)?;
        added.push(owned);
    }
    Ok(added)
}

/// A conversation has one writer, from the moment that it is asked for.
fn refuse_second(w: &Write<'_>, asked: &Owned) -> Result<(), EngineError> {
    let Some(native) = &asked.native else { return Ok(()) };
    let Some(writer) = w.view().owned_writer(&asked.agent, native)? else { return Ok(()) };
    let which = writer.session.map_or_else(|| "that conversation".to_owned(), |s| s.to_string());
    let state = match writer.state {
        OwnedState::Queued => "waits for its start",
        OwnedState::Preparing | OwnedState::Starting => "is being started",
        _ => "runs",
    };
    Err(EngineError::Conflict {
        text: format!("{which} {state} already; nothing was started"),
        hint: "say more with `callboard send`, or end it first with `callboard stop`",
    })
}

/// Gives it a prompt, with its log line.
fn add_prompt(w: &mut Write<'_>, owned: &mut Owned, text: String) -> Result<(), EngineError> {
    let prompt = OwnedPrompt { id: w.new_uuid(), text, at: w.now(), step: PromptStep::Waiting };
    w.log(LogKind::OWNED_PROMPT, &subject(owned), &json!({ "text": prompt.text }))?;
    owned.prompts.push(prompt);
    Ok(())
}

/// What its log lines are about.
fn subject(owned: &Owned) -> String {
    match (owned.session, owned.task) {
        (Some(session), _) => session.to_string(),
        (None, Some(task)) => task.to_string(),
        (None, None) => format!("owned {}", owned.id),
    }
}

fn apply(owned: &mut Owned, signal: &Signal, now: Timestamp) {
    match signal {
        Signal::Ready => {
            if !owned.state.is_over() {
                owned.state = OwnedState::Running;
            }
            owned.waits = None;
        }
        Signal::Named(id) => owned.native = Some(id.clone()),
        Signal::Turn(turn) => {
            // A daemon that starts anew is told of the turn again that a limit is about to end.
            if *turn == TurnState::Working && owned.turn != TurnState::Working {
                (owned.limited, owned.failure) = (None, None);
            }
            (owned.turn, owned.turn_at) = (*turn, Some(now));
        }
        Signal::Prompt { id, step } => owned.note_prompt(id, step.clone()),
        Signal::Failed { text } => owned.failure = Some(text.clone()),
        Signal::Limited { until, text } => {
            // Told twice, the end of it is told once.
            let until = until.or_else(|| owned.limited.as_ref()?.until);
            owned.limited = Some(Limited { until, text: text.clone() });
        }
        // Calls are told apart from it; the end is looked at by who holds the channel.
        Signal::Asked(_) | Signal::AskGone { .. } | Signal::Closed { .. } => {}
    }
}

/// Binds it to the session of its conversation, once that has an id, and that to its task; gives whether it was not yet.
fn name(w: &mut Write<'_>, owned: &mut Owned) -> callboard_store::Result<bool> {
    let Some(native) = owned.native.clone().filter(|_| owned.state.is_started()) else {
        return Ok(false);
    };
    let (session, _) = w.session_of(&owned.agent, &ThreadKey::main(native))?;
    if owned.session == Some(session) {
        return Ok(false);
    }
    owned.session = Some(session);
    w.log(LOG_SESSION, &session.to_string(), &Value::Null)?;
    if !owned.overlaps.is_empty() {
        let text = format!(
            "Others work where your task is going to: {}. Keep to your own part; `callboard conflicts` shows what cannot be merged.",
            owned.overlaps.join("; ")
        );
        w.add_notice(session, "scope", &text)?;
    }
    if let Some(task) = owned.task
        && w.view().tasks_of_session(session)?.is_empty()
        && w.view().task(task)?.is_some()
    {
        let by = if owned.in_place { LinkedBy::Environment } else { LinkedBy::Worktree };
        tasks::link(w, task, session, by)?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use callboard_model::WorkspaceId;

    use super::*;

    #[test]
    fn a_turn_that_is_told_again_keeps_its_limit_and_the_next_turn_takes_it_off() {
        let at = Timestamp::from_millisecond;
        let mut owned = Owned::asked(WorkspaceId(1), AgentName::known("claude"), at(0));
        let limit = |until| Signal::Limited { until, text: "over".into() };
        let working = Signal::Turn(TurnState::Working);
        for signal in [working.clone(), limit(Some(at(9))), working.clone(), limit(None)] {
            apply(&mut owned, &signal, at(1));
        }
        assert_eq!(owned.limited.as_ref().and_then(|limited| limited.until), Some(at(9)));
        for signal in [Signal::Turn(TurnState::Idle), working] {
            apply(&mut owned, &signal, at(10));
        }
        assert_eq!(owned.limited, None);
    }
}
