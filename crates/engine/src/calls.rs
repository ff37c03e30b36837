//! Calls as their askers and answerers reach them: agents' requests come in, answers go out.

mod notify;

use std::path::PathBuf;
use std::time::Duration;

use callboard_model::call::{
    Ask, CallAnswer, CallDetail, CallKind, CallState, CallVia, Rule, Rules,
};
use callboard_model::project;
use callboard_model::view::{AnswerCall, CallView};
use callboard_model::{AgentName, CallId, SessionId, ThreadKey, Timestamp, WorkspaceId};
use callboard_store::Call;

use crate::checkouts::OwnCheckout;
use crate::core::{Answered, Asked};
use crate::sweeps::Swept;
use crate::{Engine, EngineError, row};

pub use notify::notify_user;

/// Who answers from the page or the command line.
const YOU: &str = "you";

/// Before the rule that answered.
pub(crate) const RULE: &str = "rule: ";

/// An answer on its way to whoever asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// The call.
    pub call: CallId,
    /// The generation that was answered.
    pub generation: u32,
    /// The session that asked.
    pub session: SessionId,
    /// Which agent.
    pub agent: AgentName,
    /// Its conversation.
    pub thread: ThreadKey,
    /// What was asked.
    pub ask: Ask,
    /// The answer.
    pub answer: CallAnswer,
}

/// A request of an agent, as a driver or a hook reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedBy {
    /// Which agent.
    pub agent: AgentName,
    /// Its conversation.
    pub thread: ThreadKey,
    /// How it is reached with the answer.
    pub via: CallVia,
    /// What it asks.
    pub ask: Ask,
    /// After this moment it can no longer be answered here.
    pub expires_at: Option<Timestamp>,
    /// Where its window is.
    pub window: Option<String>,
}

impl Engine {
    /// Takes what an agent asks; gives the call that stands for it, and its generation. Asked again under the same
    /// key, it is the same call.
    ///
    /// # Errors
    /// When the store fails.
    pub fn asked(&self, by: AskedBy) -> Result<(CallId, u32), EngineError> {
        let AskedBy { agent, thread, via, ask, expires_at, window } = by;
        let place = self.place_of(&agent, &thread, &ask)?;
        let rules = place.as_ref().map(|place| self.rules_of(place)).unwrap_or_default();
        let checkout = place.as_ref().and_then(AskedIn::checkout);
        let swept = place.as_ref().and_then(|place| self.swept_by(place, &ask));
        let foreign = place.and_then(|place| place.foreign);
        let asked =
            Asked { agent, thread, via, ask, expires_at, window, rules, checkout, foreign, swept };
        self.ask(move |core| core.take_ask(asked))
    }

    /// What was asked under `key` is no longer asked.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ask_gone(
        &self,
        agent: AgentName,
        thread: ThreadKey,
        key: String,
        because: &'static str,
    ) -> Result<(), EngineError> {
        self.ask(move |core| core.ask_gone(&agent, &thread, &key, because))
    }

    /// Answers a call, as its user.
    ///
    /// # Errors
    /// When it is answered or over, was asked anew, or takes no such answer: nothing is sent then.
    pub fn answer(&self, id: CallId, given: AnswerCall) -> Result<CallView, EngineError> {
        let AnswerCall { generation, answer } = given;
        let answered = Answered { id, generation, answer, by: YOU.to_owned() };
        self.ask(move |core| core.answer_call(&answered))?;
        self.bring_answer(id)?;
        let call = self.call(id)?;
        if let (CallKind::Trust, Some(workspace)) = (call.kind, call.workspace) {
            self.trust_decided(workspace);
        }
        Ok(call)
    }

    /// The agent took the answer.
    ///
    /// # Errors
    /// When the store fails.
    pub fn answer_accepted(&self, call: CallId, generation: u32) -> Result<(), EngineError> {
        self.ask(move |core| core.accept_call(call, generation))
    }

    /// The agent could not be reached with the answer: the call waits again.
    ///
    /// # Errors
    /// When the store fails.
    pub fn answer_undeliverable(
        &self,
        call: CallId,
        generation: u32,
        why: String,
    ) -> Result<(), EngineError> {
        self.ask(move |core| core.reopen_call(call, generation, &why))
    }

    /// Answers that have not reached the agents that asked this way.
    ///
    /// # Errors
    /// When the store fails.
    pub fn answers_to_deliver(&self, via: CallVia) -> Result<Vec<Delivery>, EngineError> {
        self.read(|s| {
            let mut found = Vec::new();
            for call in s.calls_not_closed()? {
                if call.via == via && call.life.state == CallState::Answered {
                    found.extend(delivery(s, call)?);
                }
            }
            Ok(found)
        })
    }

    /// The answer of a call as it is to be delivered now; `None` where it has reached its agent, or counts no more.
    pub(crate) fn answer_due(&self, call: CallId) -> Result<Option<Delivery>, EngineError> {
        self.read(|s| match s.call(call)? {
            Some(call) if call.life.state == CallState::Answered => Ok(delivery(s, call)?),
            _ => Ok(None),
        })
    }

    /// Waits until answers may have come since `seen`, for at most `time`; gives what to wait from next.
    #[must_use]
    pub fn wait_for_answers(&self, seen: u64, time: Duration) -> u64 {
        self.answers.wait(seen, time)
    }

    /// Where a session that asks works, as far as it is known.
    fn place_of(
        &self,
        agent: &AgentName,
        thread: &ThreadKey,
        ask: &Ask,
    ) -> Result<Option<AskedIn>, EngineError> {
        let thread = ThreadKey::main(thread.native.clone());
        self.read(|s| {
            let Some(id) = s.session_id(agent, &thread)? else { return Ok(None) };
            let Some(session) = s.session(id)? else { return Ok(None) };
            let Some(workspace) = session.row.workspace else { return Ok(None) };
            let Some(known) = s.workspace(workspace)? else { return Ok(None) };
            let cwd = session.row.cwd.map(PathBuf::from);
            // It may have gone elsewhere since: that makes nothing else its own.
            let root = row::fold_of(s, id)?.and_then(|fold| fold.facts.root).map(PathBuf::from);
            let own = match root.as_ref().or(cwd.as_ref()) {
                Some(began_in) => OwnCheckout::of(s, workspace, began_in)?,
                None => None,
            };
            let foreign = own.and_then(|checkout| {
                let paths = checkout.foreign_in(&ask.detail);
                (!paths.is_empty()).then_some((checkout.own, paths))
            });
            Ok(Some(AskedIn { session: id, workspace, root: known.row.root, cwd, foreign }))
        })
    }

    /// What of other sessions a command would sweep that is asked for.
    fn swept_by(&self, place: &AskedIn, ask: &Ask) -> Option<Swept> {
        let CallDetail::Command { command, cwd, .. } = &ask.detail else { return None };
        let cwd = cwd.as_ref().map(PathBuf::from).or_else(|| place.cwd.clone())?;
        self.swept(place.session, command, &cwd)
    }

    /// The rules of a workspace; while its `callboard.toml` cannot be read, what was denied when it was approved.
    fn rules_of(&self, place: &AskedIn) -> Rules {
        self.see_to_trust(place.workspace, &place.root);
        match self.project(&place.root) {
            Ok(project) => read_rules(&project.rules),
            Err(error) => {
                tracing::warn!(%error, "no rule allows");
                let deny = self.denied_before(&place.root);
                read_rules(&project::Rules { deny, ..project::Rules::default() })
            }
        }
    }
}

/// Where a session that asks works.
struct AskedIn {
    session: SessionId,
    workspace: WorkspaceId,
    /// The main checkout of its workspace.
    root: PathBuf,
    cwd: Option<PathBuf>,
    /// The worktree that it works in, and the files of other checkouts that it asks to write.
    foreign: Option<(PathBuf, Vec<String>)>,
}

impl AskedIn {
    /// The top of the checkout that it works in.
    fn checkout(&self) -> Option<String> {
        let cwd = self.cwd.as_deref()?;
        let top = callboard_git::locate(cwd).map_or_else(|| self.root.clone(), |found| found.top);
        Some(top.to_string_lossy().into_owned())
    }
}

/// Rules as they are matched; one that cannot be read was refused with the file.
fn read_rules(written: &project::Rules) -> Rules {
    let read = |list: &[String]| list.iter().filter_map(|text| Rule::parse(text).ok()).collect();
    Rules { allow: read(&written.allow), deny: read(&written.deny) }
}

fn delivery(
    s: &callboard_store::Snapshot<'_>,
    call: Call,
) -> callboard_store::Result<Option<Delivery>> {
    let Some(id) = call.session else { return Ok(None) };
    let (Some(session), Some(answer)) = (s.session(id)?, call.body.answer) else { return Ok(None) };
    Ok(Some(Delivery {
        call: call.id,
        generation: call.life.generation,
        session: id,
        agent: session.agent,
        thread: session.thread,
        ask: call.body.ask,
        answer,
    }))
}
