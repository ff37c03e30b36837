//! What people tell owned sessions: to take a prompt, to break off, to end.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use callboard_model::SessionId;
use callboard_model::owned::{Owned, OwnedState};
use callboard_model::session::Alive;
use callboard_model::view::{OwnedView, SessionView};

use super::channel::Wake;
use super::succession::goes_on_with;
use crate::{Engine, EngineError, limits, row};

impl Engine {
    /// Owned sessions that are not over, and the last that are.
    ///
    /// # Errors
    /// When the store fails.
    pub fn owned_sessions(&self) -> Result<Vec<OwnedView>, EngineError> {
        self.read(|s| {
            let mut all = s.owned_in_progress()?;
            all.extend(s.owned_over(limits::OWNED_OVER)?);
            Ok(all.iter().map(row::owned).collect())
        })
    }

    /// One owned session.
    ///
    /// # Errors
    /// When there is none.
    pub fn owned_session(&self, id: i64) -> Result<OwnedView, EngineError> {
        let owned = self.read(|s| Ok(s.owned(id)?))?.ok_or_else(|| EngineError::no_owned(id))?;
        Ok(row::owned(&owned))
    }

    /// What drives a session now.
    fn driven(&self, session: SessionId) -> Result<Owned, EngineError> {
        let view = self.session(session)?;
        let owned = self.read(|s| Ok(s.owned_of_session(session)?))?;
        match owned.filter(|owned| !owned.state.is_over()) {
            Some(owned) => Ok(owned),
            None => Err(self.not_driven(&view)?),
        }
    }

    /// Why nothing is said to a session.
    fn not_driven(&self, view: &SessionView) -> Result<EngineError, EngineError> {
        let (id, heir) = (view.id, self.read(|s| Ok(goes_on_with(s, view.id)?))?);
        if heir == id {
            return Ok(not_driven(view));
        }
        let works = self.read(|s| Ok(s.owned_of_session(heir)?))?;
        let works = works.is_some_and(|owned| !owned.state.is_over());
        Ok(EngineError::Refused {
            text: format!("{id} was handed off to {heir}; nothing was sent"),
            hint: match works {
                true => "say it to that one",
                false => "have one of them go on with `callboard resume`",
            },
        })
    }

    /// Gives an owned session a prompt: into the turn that goes on, or behind it, as its agent can.
    ///
    /// # Errors
    /// When it is not driven by Callboard now.
    pub fn send(&self, session: SessionId, text: String) -> Result<OwnedView, EngineError> {
        if text.trim().is_empty() {
            return Err(EngineError::Refused {
                text: "the prompt is empty; nothing was sent".into(),
                hint: "say what to do",
            });
        }
        let owned = self.driven(session)?;
        self.send_to(owned.id, text)
    }

    pub(super) fn send_to(&self, id: i64, text: String) -> Result<OwnedView, EngineError> {
        let owned = self.ask(move |core| core.prompt_owned(id, text))?;
        self.tell_of_prompts(id);
        Ok(row::owned(&owned))
    }

    /// Has the prompts sent that wait.
    pub(super) fn tell_of_prompts(&self, id: i64) {
        if let Some(channel) = self.owned.channel(id) {
            // One that is full looks for prompts at its next sweep.
            let _ = channel.try_send(Wake::Prompts);
        }
    }

    /// Breaks the turn of an owned session off.
    ///
    /// # Errors
    /// When it is not driven by Callboard now, or its agent cannot be reached.
    pub fn interrupt(&self, session: SessionId) -> Result<OwnedView, EngineError> {
        let owned = self.driven(session)?;
        let id = owned.id;
        self.ask(move |core| core.note_stop(id, "interrupt"))?;
        let (told, done) = sync_channel(1);
        let channel = self.owned.channel(id).ok_or(EngineError::Ending)?;
        channel.send(Wake::Interrupt(told)).map_err(|_| EngineError::Ending)?;
        done.recv_timeout(limits::END_TIME).map_err(|_| EngineError::Refused {
            text: "its agent takes nothing at the moment; it was not interrupted".into(),
            hint: "try again, or end it with `callboard stop`",
        })??;
        self.owned_session(id)
    }

    /// Ends an owned session, or takes it out of the queue, and waits until it is over.
    ///
    /// # Errors
    /// When it is over already, or does not end in time.
    pub fn stop_owned(&self, id: i64) -> Result<OwnedView, EngineError> {
        let asked_at = self.now();
        let mut rung = self.owned.ends.rung();
        self.ask(move |core| core.note_stop(id, "end"))?;
        // One that has no agent yet is over at once: whoever prepares it sees that, and starts nothing.
        self.change_owned(id, |owned, _| {
            let has_no_agent = matches!(owned.state, OwnedState::Queued | OwnedState::Preparing);
            has_no_agent && owned.end_if_stopped()
        })?;
        // Its place is free, and what was kept for it is no longer needed.
        self.owned.queue.tell();
        if let Some(channel) = self.owned.channel(id) {
            // One that is full, gone, or not there yet, reads that it is to end.
            let _ = channel.try_send(Wake::End);
        }
        loop {
            let owned = self.owned_session(id)?;
            if owned.state.is_over() {
                return Ok(owned);
            }
            let waited = u64::try_from(self.now().since_ms(asked_at)).unwrap_or_default();
            let left = limits::END_AWAITED.saturating_sub(Duration::from_millis(waited));
            if left.is_zero() || self.stop.stopped() {
                return Err(EngineError::Refused {
                    text: "its agent has not ended yet; it was told to".into(),
                    hint: "look again with `callboard session list`",
                });
            }
            rung = self.owned.ends.wait(rung, left);
        }
    }

    /// Ends what drives a session.
    ///
    /// # Errors
    /// When it is not driven by Callboard now.
    pub fn stop_session(&self, session: SessionId) -> Result<OwnedView, EngineError> {
        let owned = self.driven(session)?;
        self.stop_owned(owned.id)
    }
}

fn not_driven(view: &SessionView) -> EngineError {
    let is_elsewhere = view.facts.alive.is == Alive::Yes;
    EngineError::Refused {
        text: format!(
            "{} {}; nothing was sent",
            view.id,
            if is_elsewhere { "runs in a window of its own" } else { "does not run" }
        ),
        hint: if is_elsewhere {
            "type into its own window"
        } else {
            "have it go on with `callboard resume`"
        },
    }
}
