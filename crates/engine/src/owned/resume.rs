//! Conversations that are over and go on, as they are or as a copy.

use callboard_agents::drive::Driver;
use callboard_model::owned::{Beginning, Owned, OwnedPrompt, PromptStep};
use callboard_model::session::Alive;
use callboard_model::view::{GoOn, OwnedView, SessionView};
use callboard_model::{AgentName, SessionId, ThreadKey};

use crate::{Engine, EngineError};

impl Engine {
    /// Has a session that is over go on, as an owned one.
    ///
    /// # Errors
    /// When it runs already, here or elsewhere, or its agent cannot do that.
    pub fn resume(&self, session: SessionId, on: GoOn) -> Result<OwnedView, EngineError> {
        let view = self.session(session)?;
        let (_, driver) = self.agent_for(view.workspace, Some(view.agent.as_str()))?;
        if !driver.capabilities().resume {
            return Err(unable(&view, "go on after its end"));
        }
        refuse_second_writer(self, &view.agent, &view.agent_session_id)?;
        self.refuse_beside_successor(session)?;
        let native = view.agent_session_id.clone();
        let going_on = self.going_on(&view, on)?;
        let asked = Owned { session: Some(session), native: Some(native.clone()), ..going_on };
        one(self.ask_for(vec![self.as_recorded(asked, driver, native)?])?)
    }

    /// A conversation goes on with what its agent did not write down before it was killed said again; without any
    /// record it begins anew, under the id that it had.
    fn as_recorded(
        &self,
        mut asked: Owned,
        driver: &dyn Driver,
        native: String,
    ) -> Result<Owned, EngineError> {
        let session = asked.session;
        let before = match session {
            Some(session) => self.read(|s| Ok(s.owned_of_session(session)?))?,
            None => None,
        };
        let given = before.map(given_to).unwrap_or_default();
        let sent = sent_of(&given);
        let missing = driver.unrecorded(&self.config.environment, &native, &sent);
        asked.beginning = match &missing {
            None if driver.takes_id() => {
                asked.channel = serde_json::json!({ "wished": native });
                Beginning::New
            }
            _ => Beginning::Resume(native),
        };
        let lost = untold(given, &missing.unwrap_or(sent));
        if let Some(next) = asked.prompts.first_mut().filter(|_| !lost.is_empty()) {
            next.text = format!("{}\n\n{}", lost.join("\n\n"), next.text);
        } else if !lost.is_empty() {
            asked.prompts.push(OwnedPrompt::waiting(lost.join("\n\n"), asked.asked_at));
        }
        Ok(asked)
    }

    /// The words that a session was given and has not had, while it is still to have them.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) fn untold_of(&self, view: &SessionView) -> Result<Vec<String>, EngineError> {
        let session = view.id;
        let before = self.read(|s| Ok(s.owned_of_session(session)?))?;
        let given = before.map(given_to).unwrap_or_default();
        let driver = self.agent_for(view.workspace, Some(view.agent.as_str())).ok();
        let missing = driver.and_then(|(_, driver)| {
            let environment = &self.config.environment;
            driver.unrecorded(environment, &view.agent_session_id, &sent_of(&given))
        });
        Ok(untold(given, &missing.unwrap_or_default()))
    }

    /// Has a session go on a second time from where it is.
    ///
    /// # Errors
    /// When its agent cannot do that.
    pub fn fork(&self, session: SessionId, on: GoOn) -> Result<OwnedView, EngineError> {
        let view = self.session(session)?;
        let (_, driver) = self.agent_for(view.workspace, Some(view.agent.as_str()))?;
        if !driver.capabilities().fork {
            return Err(unable(&view, "be copied"));
        }
        let asked = Owned {
            beginning: Beginning::Fork(view.agent_session_id.clone()),
            // A copy works beside the first: it takes over from nobody.
            follows: None,
            ..self.going_on(&view, on)?
        };
        one(self.ask_for(vec![asked])?)
    }

    /// What goes on where a session was.
    pub(super) fn going_on(&self, view: &SessionView, on: GoOn) -> Result<Owned, EngineError> {
        let workspace = view.workspace.ok_or_else(|| EngineError::Refused {
            text: format!("{} belongs to no registered workspace; nothing was started", view.id),
            hint: "run `callboard up` in its repository first",
        })?;
        let session = view.id;
        let before = self.read(|s| Ok(s.owned_of_session(session)?))?;
        let has_usual_mode = on.mode.is_none() && before.as_ref().is_some_and(|b| b.has_usual_mode);
        let now = self.now();
        let prompts = on.prompt.filter(|prompt| !prompt.trim().is_empty()).into_iter();
        Ok(Owned {
            task: view.task,
            follows: before.as_ref().and_then(|before| before.follows),
            model: on.model.or_else(|| before.as_ref()?.model.clone()),
            mode: on.mode.or_else(|| before.as_ref()?.mode.clone()),
            has_usual_mode,
            // It may have gone elsewhere since: its worktree is the one that it began in.
            cwd: before.as_ref().and_then(|b| b.cwd.clone()).or_else(|| view.cwd.clone()),
            worktree: before.as_ref().and_then(|before| before.worktree),
            snapshots: before.as_ref().map(|b| b.snapshots.clone()).unwrap_or_default(),
            in_place: true,
            // A person waits for it.
            at_once: true,
            prompts: prompts.map(|text| OwnedPrompt::waiting(text, now)).collect(),
            ..Owned::asked(workspace, view.agent.clone(), now)
        })
    }
}

/// The prompts that a session was given, those left out that were refused.
fn given_to(before: Owned) -> Vec<OwnedPrompt> {
    // Whoever told it to end has told what waited to end, too.
    let waited = before.prompts.into_iter().filter(|_| !before.is_stopped);
    let waited = waited.filter(|prompt| !matches!(prompt.step, PromptStep::Refused(_)));
    before.begun.into_iter().chain(waited).collect()
}

/// Those of them that were sent.
fn sent_of(given: &[OwnedPrompt]) -> Vec<String> {
    let sent = given.iter().filter(|prompt| prompt.step != PromptStep::Waiting);
    sent.map(|prompt| prompt.id.clone()).collect()
}

/// The words that an agent has not had: what waited was never sent, and `missing` is not in its record.
fn untold(given: Vec<OwnedPrompt>, missing: &[String]) -> Vec<String> {
    let is_untold =
        |prompt: &OwnedPrompt| prompt.step == PromptStep::Waiting || missing.contains(&prompt.id);
    given.into_iter().filter(is_untold).map(|prompt| prompt.text).collect()
}

/// A conversation has one writer: refuses if it runs anywhere.
pub(super) fn refuse_second_writer(
    engine: &Engine,
    agent: &AgentName,
    native: &str,
) -> Result<(), EngineError> {
    let (agent, thread) = (agent.clone(), ThreadKey::main(native));
    let running = engine.ask(move |core| Ok(core.running_as(&agent, &thread)))?;
    let Some((alive, pid)) = running else { return Ok(()) };
    if alive != Alive::Yes {
        return Ok(());
    }
    let place = pid.map_or_else(|| "elsewhere".to_owned(), |pid| format!("as process {pid}"));
    Err(EngineError::Conflict {
        text: format!("that conversation runs {place} already; nothing was started"),
        hint: "go on there, or end it first",
    })
}

fn one(mut all: Vec<OwnedView>) -> Result<OwnedView, EngineError> {
    all.pop().ok_or(EngineError::Ending)
}

fn unable(view: &SessionView, what: &str) -> EngineError {
    EngineError::Refused {
        text: format!("{} cannot {what}: {} does not do that", view.id, view.agent),
        hint: "start a new session with `callboard run`",
    }
}

#[cfg(test)]
mod tests {
    use callboard_model::Timestamp;

    use super::*;

    #[test]
    fn what_waited_is_said_whatever_the_record_has() {
        let prompt = |id: &str, step: PromptStep| OwnedPrompt {
            id: id.into(),
            step,
            ..OwnedPrompt::waiting(id.to_uppercase(), Timestamp::from_millisecond(1))
        };
        let given = || {
            vec![
                prompt("a", PromptStep::Begun),
                prompt("b", PromptStep::Sent),
                prompt("c", PromptStep::Waiting),
            ]
        };
        assert_eq!(untold(given(), &[]), ["C"]);
        assert_eq!(untold(given(), &["b".to_owned()]), ["B", "C"]);
    }
}
